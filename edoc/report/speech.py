"""How a sheet speaks: sentences in one language, and values from outside shown so that they cannot lie.

Every value that comes from a document, a certificate or a file name is made visible (no hidden
controls) and, where the line runs in the other direction, set between isolates (U+2066-2069), so
that a date or a path never turns around in a Persian line.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache

from edoc.catalogue import Sentence, sentence
from edoc.report.dates import jalali, persian_digits, utc
from edoc.report.words import words

LRI, FSI, PDI = "\u2066", "\u2068", "\u2069"

_HIDDEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff"
    "\U000e0000-\U000e007f]"
)
_JOINERS = re.compile("(?<![\u0600-\u06ff\u0750-\u077f])[\u200c\u200d]|[\u200c\u200d](?![\u0600-\u06ff\u0750-\u077f])")
_LONGEST = 240
_RTL = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00)")
# A run of Latin words in our own Persian sentences: options, codes, clauses, names of standards, what to install.
LATIN_RUN = re.compile(
    r"-{0,2}[A-Za-z0-9](?:[A-Za-z0-9_./:=@+#%&*~, -]*[A-Za-z0-9=/])?(?: (['\"])[a-z]+\[[a-z]+\]\1)?"
)
_ISOLATED = re.compile(f"({LRI}[^{PDI}]*{PDI}|{FSI}[^{PDI}]*{PDI}|\x1b\\[[0-9;]*m)")
"""What stays as it is: isolated values, and the colours that our own paper puts in."""


def visible(value: object) -> str:
    """Return a value from outside with every hidden character shown as its code point."""
    text = unicodedata.normalize("NFC", str(value))
    text = _HIDDEN.sub(_code_point, text)
    text = _JOINERS.sub(_code_point, text)
    if len(text) > _LONGEST:
        text = f"{text[: _LONGEST // 2]} … {text[-_LONGEST // 2 :]}"
    return text


def _code_point(found: re.Match[str]) -> str:
    return f"‹U+{ord(found[0]):04X}›"


class Speech:
    """One language: its phrases, sentences, times and isolates."""

    def __init__(self, lang: str) -> None:
        self.lang = lang
        self._words = words(lang)

    def value(self, value: object) -> str:
        """Return a value from outside, visible and isolated where the line runs the other way."""
        text = visible(value)
        rtl = _RTL.search(text) is not None
        if self.lang == "fa":
            return f"{FSI if rtl else LRI}{text}{PDI}"
        return f"{FSI}{text}{PDI}" if rtl else text

    def say(self, key: str, **values: object) -> str:
        """Return a phrase with values from outside in it."""
        return self.phrase(key, **{name: self.value(value) for name, value in values.items()})

    def phrase(self, key: str, **parts: str) -> str:
        """Return a phrase with parts that are already speech."""
        text = self._words[key]
        return self._isolated(text.format(**parts) if parts else text)

    def sentence(self, code: str, params: Mapping[str, object]) -> Sentence:
        """Return what the catalogue says of a code, its parameters shown as values."""
        filled = sentence(code, {name: self.shown(value) for name, value in params.items()}, self.lang)
        return Sentence(text=self._isolated(filled.text), hint=self._isolated(filled.hint))

    def own(self, text: str) -> str:
        """Return a sentence of our own data, or one that holds values already, its Latin runs isolated in Persian."""
        return self._isolated(text)

    def moment(self, moment: datetime) -> str:
        """Return a time in both calendars, the reader's own first; UTC always with `Z`."""
        world, iran = utc(moment), jalali(moment)
        if self.lang == "fa":
            if iran is None:
                return self.value(world)
            told = self.phrase("iran_time", jalali=f"{LRI}{persian_digits(iran)}{PDI}")
            return f"{told} ({self.value(world)})"
        return world if iran is None else f"{world} ({self.phrase('iran_time', jalali=iran)})"

    def shown(self, value: object) -> str:
        """Return a parameter of a sentence: a UTC time in both calendars, everything else as a value from outside."""
        text = str(value)
        if _MOMENT.fullmatch(text):
            return self.moment(datetime.fromisoformat(text).astimezone(UTC))
        return self.value(text)

    def _isolated(self, text: str) -> str:
        """Isolate the Latin runs of our own words in a right-to-left language."""
        if self.lang != "fa":
            return text
        parts = _ISOLATED.split(text.replace("\u200e", ""))
        return "".join(
            part if index % 2 else LATIN_RUN.sub(lambda run: f"{LRI}{run[0]}{PDI}", part)
            for index, part in enumerate(parts)
        )


@cache
def speech(lang: str) -> Speech:
    """Return the speech of a language, `en` or `fa`."""
    return Speech(lang)
