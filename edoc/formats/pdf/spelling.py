"""Whether what a field shows says what its value says: spelling, direction and number formats apart (12.7)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from enum import Enum

_FOLDED = str.maketrans({"\u064a": "\u06cc", "\u0649": "\u06cc", "\u0643": "\u06a9", "\u0640": None, "\u2212": "-", "\u2010": "-",
                         "\u2019": "'", "\u2018": "'", "\u066b": ".", "\u066c": ","})  # fmt: skip
"""Arabic letters in their Persian shape, and signs that only look different."""
_BRACKETS = str.maketrans(")]}>\u00bb", "([{<\u00ab")
_NUMBER = re.compile(r"[0-9.,']+")
_LEFT_TO_RIGHT = re.compile(r"[^\W\d_]+|[0-9]+(?:[.,:/'-][0-9]+)*")
_OTHER = re.compile(r"(?:[^A-Za-z\u00c0-\u024f])+")
"""What stands between Latin words."""
_LEADING = re.compile(r"([0-9.,:/'-]*)(.*)", re.DOTALL)
_LONG = 24
"""Characters beyond which a text may be too long for its field."""
_HIDDEN = frozenset("*\u2022\u25cf")
"""What stands for a character of a password."""


class Agreement(Enum):
    """What comparing a value with what is shown came to."""

    EQUAL = "equal"
    DIFFERENT = "different"
    UNSURE = "unsure"


def agree(value: str, lines: list[str], *, formatted: bool, secret: bool) -> Agreement:
    """Compare a value with shown lines (top to bottom, each from left to right).

    `formatted` tells that a script of the signed form formats the value, `secret` that the field hides it.
    """
    wanted, shown = _plain(value), "".join(_plain(line) for line in lines)
    if secret and shown and set(shown) <= _HIDDEN:
        return Agreement.EQUAL
    readings = [shown]
    if _runs_left(wanted) or _runs_left(shown):
        wanted = wanted.translate(_BRACKETS)
        readings = ["".join(turn(_plain(line)).translate(_BRACKETS) for line in lines) for turn in _TURNS]
    if any(reading == wanted or _words(reading) == _words(wanted) for reading in readings):
        return Agreement.EQUAL
    if not shown:
        return Agreement.UNSURE
    if formatted:
        return Agreement.EQUAL if _same_number(wanted, shown) else Agreement.UNSURE
    if len(readings) > 1 and sorted(readings[0]) == sorted(wanted) and _numbers(readings[0]) == _numbers(wanted):
        # The same words and numbers in another order: directions mix in more ways than one.
        return Agreement.UNSURE
    if len(wanted) > _LONG and any(reading in wanted for reading in readings):
        return Agreement.UNSURE
    return Agreement.UNSURE if _letters_lost(wanted, shown) else Agreement.DIFFERENT


def _plain(text: str) -> str:
    """Return a text without spaces and marks, in one shape for each letter and digit."""
    folded = unicodedata.normalize("NFKC", text).translate(_FOLDED)
    kept = (item for item in folded if not item.isspace() and unicodedata.category(item) not in ("Cf", "Cc", "Mn"))
    return "".join(str(unicodedata.decimal(item, item)) for item in kept)


def _runs_left(text: str) -> bool:
    return any(unicodedata.bidirectional(item) in ("R", "AL") for item in text)


def _turned(line: str) -> str:
    """Return a line that was set from right to left as it is read."""
    return _LEFT_TO_RIGHT.sub(lambda run: run[0] if _runs_left(run[0]) else run[0][::-1], line[::-1])


def _mixed(line: str) -> str:
    """Return a line that runs from left to right; its words of the other direction are turned, with numbers beside."""
    return _OTHER.sub(lambda run: _turned(run[0]) if _runs_left(run[0]) else run[0], line)


def _mixed_words(line: str) -> str:
    """As before, but numbers before such words stay where they are: they belong to the words before."""
    return _OTHER.sub(lambda run: _LEADING.sub(lambda rest: rest[1] + _turned(rest[2]), run[0]), line)


def _words(text: str) -> str:
    """Return a text without the signs that belong to no number."""
    kept = []
    for place, item in enumerate(text):
        beside = text[max(0, place - 1) : place] + text[place + 1 : place + 2]
        if item.isalnum() or any(other.isdigit() for other in beside):
            kept.append(item)
    return "".join(kept)


def _same_number(wanted: str, shown: str) -> bool:
    """Tell whether two texts state one number, whatever parts it; or the same digits, as in a telephone number."""
    one, other = _NUMBER.findall(wanted), _NUMBER.findall(shown)
    if len(one) == len(other) == 1 and ("-" in wanted or "(" in wanted) == ("-" in shown or "(" in shown):
        return bool(_readings(one[0]) & _readings(other[0]))
    digits = [re.sub(r"\D", "", text) for text in (wanted, shown)]
    return bool(digits[0]) and digits[0] == digits[1] and not (set(wanted) | set(shown)) & set(".,")


def _numbers(text: str) -> list[str]:
    return sorted(_NUMBER.findall(text))


def _readings(number: str) -> set[tuple[str, str]]:
    """Return whole part and fraction of a number for each sign that may part them."""
    found = set()
    for sign in ".,":
        if number.count(sign) <= 1:
            whole, _, rest = number.partition(sign)
            other = re.sub(r"[.,']", "", whole)
            if not rest.strip("0123456789"):
                found.add((other.lstrip("0") or "0", rest.rstrip("0")))
    return found


def _letters_lost(wanted: str, shown: str) -> bool:
    """Tell whether the same digits are shown, and letters in their order with some left out: a font may lack them."""
    if re.sub(r"\D", "", wanted) != re.sub(r"\D", "", shown) or len(shown) < len(wanted) // 2:
        return False
    rest = iter(wanted)
    return wanted.isascii() is False and all(item in rest for item in shown if item != "?")


_TURNS: tuple[Callable[[str], str], ...] = (str, _turned, _mixed, _mixed_words)
"""Ways in which writers and readers order a line of both directions."""
