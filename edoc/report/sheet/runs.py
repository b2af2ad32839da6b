"""The words of a sheet as runs: our own text, and values from outside, each with its kind and direction.

A renderer isolates every run that is not our own text, so that a date, a path or a hostile name can never turn a
line around.  `Tongue` speaks like `Speech`, but sets its values between control characters that no value can hold
(`visible` has replaced them); `runs` takes the sentence apart again.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from functools import cache

from edoc.report.dates import jalali, persian_digits, utc
from edoc.report.speech import LATIN_RUN, Speech, visible


class Kind(Enum):
    """What a run is."""

    OWN = "own"
    """Our own words, in the language of the sheet."""
    VALUE = "value"
    """A value from outside, such as a name."""
    CODE = "code"
    """Something to compare or to type: a digest, a code, an option."""
    TIME = "time"


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One piece of a line, shown as it is."""

    text: str
    kind: Kind = Kind.OWN
    rtl: bool = False
    """Whether a value runs right to left; our own words run as the sheet does."""
    lang: str = ""
    """Language of a value, as far as its letters tell; empty for our own words."""
    moment: datetime | None = None
    """The time (UTC) that a run of kind TIME shows."""

    @property
    def whole(self) -> bool:
        """True for a short word that must not be broken: a date or a number in two lines reads as another."""
        return self.kind is not Kind.OWN and len(self.text) <= _UNBROKEN and " " not in self.text


Text = tuple[Run, ...]
"""A line or a sentence."""

_START, _END, _MIDDLE = "\x02", "\x03", "\x1f"
_LETTERS = {Kind.VALUE: "v", Kind.CODE: "c", Kind.TIME: "t"}
_KINDS = {letter: kind for kind, letter in _LETTERS.items()}
_MARKED = re.compile(f"({_START}[^{_END}]*{_END})")
_OPTION = re.compile(r"(?<![\w-])--[a-z][a-z-]*(?: [A-Z]+)?")
"""Options in our own English sentences: never broken, and set like code."""
_ARABIC_LETTER = re.compile("[\u0600-\u06ff\u0750-\u077f\ufb50-\ufdff\ufe70-\ufefc]")
_LATIN_LETTER = re.compile("[A-Za-z]")
_DISTINGUISHED = re.compile(r"(?:[A-Za-z][A-Za-z0-9-]*|[0-9]+(?:\.[0-9]+)+)=")
_COMMON_NAME = re.compile(r"(?:^|[,+])CN=((?:\\.|[^,+\\])+)")
_UNBROKEN = 28
_BUNDLE = 8
"""Characters of a digest that stand together."""


class Tongue(Speech):
    """One language of the sheet; what it says is taken apart by `runs`."""

    def value(self, value: object) -> str:
        """Return a value from outside, made visible and marked."""
        return _mark(Kind.VALUE, visible(value))

    def code(self, value: object) -> str:
        """Return something to compare or to type, made visible and marked."""
        return _mark(Kind.CODE, visible(value))

    def digest(self, hexadecimal: str) -> str:
        """Return a digest in bundles of eight."""
        shown = visible(hexadecimal)
        bundles = [shown[at : at + _BUNDLE] for at in range(0, len(shown), _BUNDLE)]
        return _mark(Kind.CODE, " ".join(bundles))

    def number(self, number: int) -> str:
        """Return a count as people of the language write it."""
        text = f"{number:,}"
        return persian_digits(text).replace(",", "٬") if self.lang == "fa" else text

    def counted(self, key: str, *, count: int, **parts: str) -> str:
        """Return a phrase about so many things; one thing has a phrase of its own, `key_one`."""
        return self.phrase(f"{key}_one" if count == 1 else key, count=self.number(count), **parts)

    def moment(self, moment: datetime) -> str:
        """Return a time in both calendars, the reader's own first."""
        world, iran = self.utc(moment), self.iran(moment)
        if iran is None:
            return world
        told = self.phrase("iran_time", jalali=iran)
        return f"{told} ({world})" if self.lang == "fa" else f"{world} ({told})"

    def near(self, moment: datetime) -> str:
        """Return a time in the reader's own calendar alone, for sentences beside which the other one stands."""
        iran = self.iran(moment)
        return self.phrase("iran_time", jalali=iran) if self.lang == "fa" and iran is not None else self.utc(moment)

    def brief(self, moment: datetime) -> str:
        """Return a time in the reader's own calendar, for a column whose head names the calendar."""
        iran = self.iran(moment)
        return iran if self.lang == "fa" and iran is not None else self.utc(moment)

    def utc(self, moment: datetime) -> str:
        """Return a time of the world, as a marked run."""
        return _mark(Kind.TIME, f"{moment.astimezone(UTC).isoformat()}{_MIDDLE}{utc(moment)}")

    def iran(self, moment: datetime) -> str | None:
        """Return a time in Iran's calendar as a marked run, null where it cannot be told."""
        shown = jalali(moment)
        if shown is None:
            return None
        return _mark(
            Kind.TIME,
            f"{moment.astimezone(UTC).isoformat()}{_MIDDLE}{persian_digits(shown) if self.lang == 'fa' else shown}",
        )

    def text(self, key: str, **parts: str) -> Text:
        """Return a phrase as runs; the parts are already speech."""
        return self.runs(self.phrase(key, **parts))

    def shown(self, value: object) -> str:
        """Return a parameter of a sentence; of the whole name of a certificate's holder the common name alone."""
        return super().shown(common_name(str(value)))

    def finding(self, code: str, params: Mapping[str, object]) -> tuple[Text, Text]:
        """Return what the catalogue says of a code, and its cure."""
        words = self.sentence(code, params)
        return self.runs(words.text), self.runs(words.hint)

    def runs(self, spoken: str) -> Text:
        """Take what this tongue has said apart."""
        return tuple(_run(piece) for piece in _MARKED.split(spoken) if piece)

    def listed(self, parts: list[str]) -> str:
        """Return several things in a line."""
        return ("، " if self.lang == "fa" else ", ").join(parts)

    def _isolated(self, text: str) -> str:
        pattern = LATIN_RUN if self.lang == "fa" else _OPTION
        parts = _MARKED.split(text.replace("\u200e", ""))
        return "".join(
            part if index % 2 else pattern.sub(lambda run: _mark(Kind.CODE, run[0]), part)
            for index, part in enumerate(parts)
        )


@cache
def tongue(lang: str) -> Tongue:
    """Return the tongue of a language, `en` or `fa`."""
    return Tongue(lang)


def common_name(distinguished: str) -> str:
    """Return the common name of an RFC 4514 name; what is no such name, or has none, as it is."""
    if _DISTINGUISHED.match(distinguished) is None:
        return distinguished
    found = _COMMON_NAME.search(distinguished)
    return re.sub(r"\\([ ,+\"\\<>;=#])", r"\1", found[1]) if found is not None else distinguished


def shown(text: Text) -> str:
    """Return a text as one plain string."""
    return "".join(run.text for run in text)


def _mark(kind: Kind, text: str) -> str:
    return f"{_START}{_LETTERS[kind]}{text}{_END}"


def _run(piece: str) -> Run:
    if not piece.startswith(_START):
        return Run(text=piece)
    kind, text, moment = _KINDS[piece[1]], piece[2:-1], None
    if kind is Kind.TIME:
        stamp, _, text = text.partition(_MIDDLE)
        moment = datetime.fromisoformat(stamp)
        return Run(text=text, kind=kind, moment=moment)
    return Run(text=text, kind=kind, rtl=kind is Kind.VALUE and _runs_left(text), lang=_language(text))


def _runs_left(text: str) -> bool:
    """The direction of the first letter that has one, as a reader of the value by itself would see it."""
    for char in text:
        direction = unicodedata.bidirectional(char)
        if direction in ("L", "R", "AL"):
            return direction != "L"
    return False


def _language(text: str) -> str:
    if _ARABIC_LETTER.search(text):
        return "fa"
    return "en" if _LATIN_LETTER.search(text) else ""
