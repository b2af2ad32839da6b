"""The Unicode bidirectional algorithm for one line: how logical text runs on a display that does not turn it itself.

Everything of UAX #9 that our own texts need: isolates (X5a-X5c, X6a), weak types (W1-W7), brackets (N0), neutrals (N1, N2),
levels (I1, I2), and per line L1, L2 and L4.  Embeddings and overrides do not occur: `speech.visible` shows them as their code
points, and here they count as nothing (BN).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from enum import Enum

LRI, RLI, FSI, PDI = "\u2066", "\u2067", "\u2068", "\u2069"
_STARTS = ("LRI", "RLI", "FSI")
_DEEPEST = 125
_IGNORED = ("LRE", "RLE", "LRO", "RLO", "PDF", "BN")
_NEUTRAL = ("B", "S", "WS", "ON", "LRI", "RLI", "FSI", "PDI")
_BRACKETS = {
    "(": ")", "[": "]", "{": "}", "\u2045": "\u2046", "\u2329": "\u232a", "\u27e8": "\u27e9", "\u3008": "\u3009",
    "\u300a": "\u300b", "\u300c": "\u300d", "\u3010": "\u3011",
}  # fmt: skip
_CLOSING = {closing: opening for opening, closing in _BRACKETS.items()}
_SAME = {"\u3008": "\u2329", "\u27e8": "\u2329", "\u3009": "\u232a", "\u27e9": "\u232a"}
"""Brackets that are canonically the same (BD16); the mathematical pair is held to be, too."""
_TURNED = {**_BRACKETS, "<": ">", "\u00ab": "\u00bb", "\u2039": "\u203a", "\u2264": "\u2265"}
MIRRORED = {**_TURNED, **{there: here for here, there in _TURNED.items()}}
"""What a character that stands in right-to-left text is drawn as (L4)."""
_PAIRS_OPEN = 63


class Base(Enum):
    """The direction of a line as a whole."""

    LTR = 0
    RTL = 1


def base_of(text: str, *, default: Base = Base.LTR) -> Base:
    """Return the direction of the first strong character outside isolates (P2, P3), else the default."""
    found = _first_strong([_class_of(char) for char in text], 0)
    return default if found is None else Base(found)


def levels(text: str, base: Base) -> list[int]:
    """Return the embedding level of every character of a line (X to I2, then L1)."""
    classes = [_class_of(char) for char in text]
    found = _Explicit(classes, base.value)
    for sequence in found.sequences():
        _resolve(sequence, text, classes, found.levels)
    for place, kind in enumerate(classes):
        if kind == "BN":  # no place of its own (X9): it must not part what stands around it
            found.levels[place] = found.levels[place - 1] if place else base.value
    _trailing(classes, found.levels, base.value)
    return found.levels


def reorder(found: Sequence[int]) -> list[int]:
    """Return the places of characters from left to right (L2), given their levels."""
    order = list(range(len(found)))
    if not found:
        return order
    lowest_odd = min((level for level in found if level % 2), default=max(found) + 1)
    for level in range(max(found), lowest_odd - 1, -1):
        start = 0
        while start < len(order):
            if found[order[start]] < level:
                start += 1
                continue
            end = start
            while end < len(order) and found[order[end]] >= level:
                end += 1
            order[start:end] = order[start:end][::-1]
            start = end
    return order


def _class_of(char: str) -> str:
    # A code point without a class is unassigned; as a neutral it cannot turn what stands around it.
    found = unicodedata.bidirectional(char) or "ON"
    return "BN" if found in _IGNORED else found


def _first_strong(classes: Sequence[str], start: int) -> int | None:
    depth = 0
    for kind in classes[start:]:
        if kind in _STARTS:
            depth += 1
        elif kind == "PDI":
            if depth == 0:
                return None
            depth -= 1
        elif depth == 0 and kind in ("L", "R", "AL"):
            return 0 if kind == "L" else 1
    return None


class _Explicit:
    """Levels as isolates give them (X1-X8), and which characters belong together (X10)."""

    def __init__(self, classes: Sequence[str], base: int) -> None:
        self._classes, self._base = classes, base
        self.levels: list[int] = []
        # Runs of one level of isolation: the number of the isolate that each character stands in.
        self._owner: list[int] = []
        stack, overflow = [(base, 0)], 0
        opened = 0
        for place, kind in enumerate(classes):
            if kind == "PDI":
                if overflow:
                    overflow -= 1
                elif len(stack) > 1:
                    stack.pop()
            level, owner = stack[-1]
            self.levels.append(level)
            self._owner.append(owner)
            if kind not in _STARTS:
                continue
            inner = self._inner(place, kind, level)
            if inner > _DEEPEST or overflow:
                overflow += 1
                continue
            opened += 1
            stack.append((inner, opened))

    def _inner(self, place: int, kind: str, level: int) -> int:
        right = kind == "RLI" or (kind == "FSI" and _first_strong(self._classes, place + 1) == 1)
        return (level + 1) | 1 if right else (level + 2) & ~1

    def sequences(self) -> list[_Sequence]:
        """Return the isolating run sequences: without embeddings, everything directly in one isolate."""
        inside: dict[int, list[int]] = {}
        for place, owner in enumerate(self._owner):
            if self._classes[place] != "BN":
                inside.setdefault(owner, []).append(place)
        return [self._sequence(places) for places in inside.values()]

    def _sequence(self, places: list[int]) -> _Sequence:
        level = self.levels[places[0]]
        before = self.levels[places[0] - 1] if places[0] else self._base
        last = places[-1]
        # After an isolate that is not closed in this line comes the end of the line.
        open_end = self._classes[last] in _STARTS or last + 1 == len(self.levels)
        after = self._base if open_end else self.levels[last + 1]
        return _Sequence(places, level, _side(max(level, before)), _side(max(level, after)))


def _side(level: int) -> str:
    return "R" if level % 2 else "L"


class _Sequence:
    """The places of one isolating run sequence, with its level and what stands at its two ends (sos, eos)."""

    __slots__ = ("end", "level", "places", "start")

    def __init__(self, places: list[int], level: int, start: str, end: str) -> None:
        self.places, self.level, self.start, self.end = places, level, start, end


def _resolve(sequence: _Sequence, text: str, classes: Sequence[str], found: list[int]) -> None:
    kinds = [classes[place] for place in sequence.places]
    _weak(kinds, sequence.start)
    _brackets(kinds, sequence, [text[place] for place in sequence.places])
    _neutrals(kinds, sequence)
    for kind, place in zip(kinds, sequence.places, strict=True):
        if sequence.level % 2:
            found[place] += 1 if kind in ("L", "EN", "AN") else 0
        else:
            found[place] += 1 if kind == "R" else 2 if kind in ("EN", "AN") else 0


def _weak(kinds: list[str], start: str) -> None:
    before = start
    for index, kind in enumerate(kinds):
        if kind == "NSM":  # W1
            kinds[index] = "ON" if before in (*_STARTS, "PDI") else before
        before = kinds[index]
    strong = start
    for index, kind in enumerate(kinds):
        if kind in ("L", "R", "AL"):
            strong = kind
        elif kind == "EN" and strong == "AL":  # W2
            kinds[index] = "AN"
    kinds[:] = ["R" if kind == "AL" else kind for kind in kinds]  # W3
    for index in range(1, len(kinds) - 1):  # W4
        left, right = kinds[index - 1], kinds[index + 1]
        if left == right and ((kinds[index] == "CS" and left in ("EN", "AN")) or (kinds[index] == "ES" and left == "EN")):
            kinds[index] = left
    _terminators(kinds)
    strong = start
    for index, kind in enumerate(kinds):
        if kind in ("L", "R"):
            strong = kind
        elif kind == "EN" and strong == "L":  # W7
            kinds[index] = "L"


def _terminators(kinds: list[str]) -> None:
    """W5 and W6: what stands beside a number belongs to it, and every other sign is neutral."""
    index = 0
    while index < len(kinds):
        if kinds[index] != "ET":
            index += 1
            continue
        end = index
        while end < len(kinds) and kinds[end] == "ET":
            end += 1
        beside = (index > 0 and kinds[index - 1] == "EN") or (end < len(kinds) and kinds[end] == "EN")
        kinds[index:end] = ["EN" if beside else "ON"] * (end - index)
        index = end
    kinds[:] = ["ON" if kind in ("ES", "CS") else kind for kind in kinds]


def _brackets(kinds: list[str], sequence: _Sequence, chars: list[str]) -> None:
    """N0: a pair takes the direction of what it holds, and so do the marks on it."""
    own = _side(sequence.level)
    for opening, closing in _pairs(kinds, chars):
        inside = {_strong(kind) for kind in kinds[opening + 1 : closing]} - {None}
        if own in inside:
            chosen = own
        elif inside:
            other = "L" if own == "R" else "R"
            around = next((side for side in map(_strong, reversed(kinds[:opening])) if side), sequence.start)
            chosen = other if around == other else own
        else:
            continue
        for place in (opening, closing):
            kinds[place] = chosen
            while place + 1 < len(chars) and unicodedata.bidirectional(chars[place + 1]) == "NSM":
                place += 1
                kinds[place] = chosen


def _strong(kind: str) -> str | None:
    return "L" if kind == "L" else "R" if kind in ("R", "EN", "AN") else None


def _pairs(kinds: list[str], chars: list[str]) -> list[tuple[int, int]]:
    """BD16: the pairs of brackets, by where they open."""
    pairs, stack = [], list[tuple[str, int]]()
    for index, char in enumerate(chars):
        if kinds[index] != "ON":
            continue
        if char in _BRACKETS:
            if len(stack) == _PAIRS_OPEN:
                return []
            expected = _BRACKETS[char]
            stack.append((_SAME.get(expected, expected), index))
        elif char in _CLOSING:
            wanted = _SAME.get(char, char)
            for depth in range(len(stack) - 1, -1, -1):
                if stack[depth][0] == wanted:
                    pairs.append((stack[depth][1], index))
                    del stack[depth:]
                    break
    return sorted(pairs)


def _neutrals(kinds: list[str], sequence: _Sequence) -> None:
    """N1 and N2: a neutral between two of one direction goes with them, every other with its surroundings."""
    own = _side(sequence.level)
    index = 0
    while index < len(kinds):
        if kinds[index] not in _NEUTRAL:
            index += 1
            continue
        end = index
        while end < len(kinds) and kinds[end] in _NEUTRAL:
            end += 1
        before = _strong(kinds[index - 1]) if index else sequence.start
        after = _strong(kinds[end]) if end < len(kinds) else sequence.end
        kinds[index:end] = [before if before == after and before is not None else own] * (end - index)
        index = end


def _trailing(classes: Sequence[str], found: list[int], base: int) -> None:
    """L1: separators, and the white space before them or at the end of a line, run as the line does."""
    blank = True
    for place in range(len(classes) - 1, -1, -1):
        kind = classes[place]
        if kind in ("B", "S"):
            blank = True
        elif kind not in ("WS", "BN", *_STARTS, "PDI"):
            blank = False
        if blank:
            found[place] = base
