"""Labels and fixed phrases of the sheets, in each language; findings have their own catalogue."""

from __future__ import annotations

import json
from functools import cache
from importlib import resources


@cache
def words(lang: str) -> dict[str, str]:
    """Return the phrases of a language (`en`, `fa`); `KeyError` for any other."""
    file = resources.files(__package__).joinpath("words.json")
    table: dict[str, dict[str, str]] = json.loads(file.read_text(encoding="utf-8"))
    return table[lang]
