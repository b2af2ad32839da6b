"""A record in plain words: the verdict, findings by weight, the next steps; hostile text is harmless."""

from __future__ import annotations

import json

import pytest

from edoc.catalogue import entries, sentence
from edoc.errors import InputError
from edoc.report.json import error_dict, report_dict
from edoc.report.retold import retell
from edoc.result.reading import read_records
from tests.report.makers import EVERY, data, signature, undecided


def read(value: object) -> dict[str, object]:
    (record,) = read_records(json.dumps(value).encode(), name="report.json")
    return record


@pytest.mark.parametrize("written", ["en", "fa"])
@pytest.mark.parametrize("lang", ["en", "fa"])
@pytest.mark.parametrize("name", EVERY)
def test_every_report_is_retold_in_either_language(name: str, lang: str, written: str) -> None:
    record = read(report_dict(EVERY[name], lang=written))
    text = retell(record, lang=lang)
    assert record["document"]["name"] in text  # type: ignore[index]
    for entry in EVERY[name].signatures:
        for finding in entry.findings:
            assert finding.code in text
    # The language of the reader counts, not that of the file.
    assert text == retell(read(report_dict(EVERY[name], lang="en")), lang=lang)


def test_findings_stand_by_weight_and_once() -> None:
    from edoc.facts.findings import error, info, warning

    same = error("HASH_MISMATCH", "S1", name="a.pdf")
    entry = signature(findings=(info("TIME_NOT_PROVEN", "S1"), warning("ALGORITHM_WEAK", "S1", algorithm="sha1", time="-"), same, same))
    text = retell(read(report_dict(data(entry, verdict=undecided().verdict))), lang="en")
    assert text.count("HASH_MISMATCH") == 1
    places = [text.index(code) for code in ("HASH_MISMATCH", "ALGORITHM_WEAK", "TIME_NOT_PROVEN")]
    assert places == sorted(places)
    hint = sentence("HASH_MISMATCH", {}, "en").hint
    assert f"1. {hint}" in text


def test_a_code_of_another_version_is_told_as_recorded() -> None:
    report = report_dict(undecided())
    finding = report["signatures"][0]["findings"][0]  # type: ignore[index]
    finding.update(code="A_CODE_OF_TOMORROW", text="Something \u202e new.", hint="Do {this}.")
    text = retell(read(report), lang="fa")
    assert "A_CODE_OF_TOMORROW" in text
    assert "‹U+202E›" in text
    assert "{this}" in text
    assert "\u202e" not in text


@pytest.mark.parametrize("lang", ["en", "fa"])
def test_an_error_record_is_retold(lang: str) -> None:
    record = read(error_dict(InputError("INPUT_NOT_FOUND", subject="x.pdf"), name="x.pdf"))
    text = retell(record, lang=lang)
    assert "INPUT_NOT_FOUND" in text
    assert "x.pdf" in text
    record["error"]["code"] = "A_CODE_OF_TOMORROW"  # type: ignore[index]
    assert str(record["error"]["hint"])[:20] in retell(record, lang=lang)  # type: ignore[index]
    assert "A_CODE_OF_TOMORROW" not in entries()
