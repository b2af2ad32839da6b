"""What is said of records, forms and seals never turns evidence into a verdict (the words that a law keeps for itself)."""

from __future__ import annotations

import json
from importlib import resources

import pytest

from tests.legal.test_profiles import NOT_TO_SAY


def texts(lang: str) -> dict[str, str]:
    """Every phrase and every sentence about records, by its name."""
    phrases = json.loads(resources.files("edoc.report").joinpath("records.words.json").read_text(encoding="utf-8"))
    table = json.loads(resources.files("edoc.catalogue").joinpath("records.json").read_text(encoding="utf-8"))
    found: dict[str, str] = dict(phrases[lang])
    for code, entry in table.items():
        found[code] = f"{entry[lang]['text']} {entry[lang].get('hint', '')}"
    return found


@pytest.mark.parametrize("lang", ["en", "fa"])
def test_no_word_of_a_verdict(lang: str) -> None:
    told = texts(lang)
    assert len(told) > 120
    assert {name: text for name, text in told.items() if NOT_TO_SAY[lang].search(text)} == {}


def test_both_languages_say_the_same_things() -> None:
    assert set(texts("en")) == set(texts("fa"))
