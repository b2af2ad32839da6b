"""Labels and fixed phrases of the sheets, in each language; findings have their own catalogue."""

from __future__ import annotations

import json
from functools import cache
from importlib import resources

_FILES = ("words.json", "sheet/words.json", "records.words.json")
"""What every sheet says, what only the verification sheet says, and what is said of records and sealed reports."""


@cache
def words(lang: str) -> dict[str, str]:
    """Return the phrases of a language (`en`, `fa`); `KeyError` for any other."""
    found: dict[str, str] = {}
    for name in _FILES:
        table: dict[str, dict[str, str]] = json.loads(
            resources.files(__package__).joinpath(name).read_text(encoding="utf-8")
        )
        found.update(table[lang])
    return found
