"""The catalogues: the one place for sentences that people read, in Persian and English.

One JSON file per room (`pdf.json`, `pki.json`, ...), read as package data.  An entry is

    "CODE": {"clause": "EN 319 102-1 5.2.6",
             "en": {"text": "...", "hint": "..."}, "fa": {"text": "...", "hint": "..."}}

`text` says what was found, `hint` what to do next.  `{name}` is replaced by the parameter of that
name.  A language that lacks an entry falls back to English, an unknown code to the code itself.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

LANGUAGES = ("en", "fa")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """What a person reads for one code."""

    text: str
    hint: str


class _Params(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return "?"


@cache
def entries() -> dict[str, dict[str, object]]:
    """Return every entry of every catalogue file, by code."""
    merged: dict[str, dict[str, object]] = {}
    for file in sorted(resources.files(__package__).iterdir(), key=lambda item: item.name):
        if file.name.endswith(".json"):
            merged.update(json.loads(file.read_text(encoding="utf-8")))
    return merged


@cache
def _rooms() -> dict[str, str]:
    files = [item for item in resources.files(__package__).iterdir() if item.name.endswith(".json")]
    return {code: file.name.removesuffix(".json") for file in files for code in json.loads(file.read_text("utf-8"))}


def room(code: str) -> str:
    """Return the room whose catalogue file holds a code, such as `pdf`; `KeyError` for an unknown code."""
    return _rooms()[code]


def sentence(code: str, params: Mapping[str, object] | None = None, lang: str = "en") -> Sentence:
    """Return the sentence for a code in a language, with its parameters filled in."""
    entry = entries().get(code, {})
    words = entry.get(lang) or entry.get("en")
    if not isinstance(words, dict):
        return Sentence(text=code, hint="")
    values = _Params({key: str(value) for key, value in (params or {}).items()})
    return Sentence(
        text=str(words.get("text", code)).format_map(values),
        hint=str(words.get("hint", "")).format_map(values),
    )


def clause(code: str) -> str:
    """Return the clause of the standard that a code stands on, or an empty string."""
    return str(entries().get(code, {}).get("clause", ""))
