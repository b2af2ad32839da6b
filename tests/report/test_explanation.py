"""Every code can be explained in both languages, and none is missing."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import edoc.catalogue
from edoc.catalogue import clause, entries, room
from edoc.report.explanation import explain
from edoc.report.words import words
from edoc.result.enums import Indication, SubIndication, Verdict
from tests.catalogue.test_complete import CODES

LABELS = ("code", "explain_meaning", "explain_area", "next_step", "explain_clause")


@pytest.mark.parametrize("lang", ["en", "fa"])
def test_every_code_is_explained(lang: str) -> None:
    every = {*CODES, *entries(), *(item.value for kind in (Verdict, Indication, SubIndication) for item in kind)}
    assert len(every) > 500
    for code in sorted(every):
        text = explain(code, lang=lang)
        # A text may run over several lines; each label begins one, in this order.
        pattern = "\n".join(f"{re.escape(words(lang)[name])}: (?P<{name}>\\S[^{{}}]*?)" for name in LABELS)
        found = re.fullmatch(f"{pattern}\n([^:]+\n)?", text)
        assert found, text
        assert code in found["code"]
        assert lang == "en" or re.search("[\u0600-\u06ff]", found["explain_meaning"]), code


def test_every_catalogue_file_says_where_its_codes_arise() -> None:
    rooms = {path.stem for path in Path(edoc.catalogue.__file__).parent.glob("*.json")}
    assert rooms == {room(code) for code in entries()}
    for lang in ("en", "fa"):
        assert {name.removeprefix("area_") for name in words(lang) if name.startswith("area_")} == rooms


def test_a_code_without_a_clause_stands_on_a_rule_of_our_own() -> None:
    assert clause("NO_SIGNATURE") == ""
    assert words("en")["own_rule"] in explain("NO_SIGNATURE", lang="en")
    assert clause("HASH_MISMATCH") in explain("HASH_MISMATCH", lang="en")


def test_an_unknown_code_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        explain("NOT_A_CODE", lang="en")
