"""The JSON of a report: keys and order of the contract, times, localisation, nothing unsafe."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone

import pytest

from edoc.errors import InputError
from edoc.report.json import dumps, error_dict, rfc3339
from edoc.report.model import Report
from edoc.result.report import DocumentId
from tests.report import makers

TOP = [
    "schema", "tool", "policy", "trust", "process", "validation_time", "validation_time_source", "document", "verdict",
    "reservations", "signatures", "timestamps", "evidence_records", "wants", "findings",
]  # fmt: skip
SIGNATURE = [
    "id", "format", "container", "level", "indication", "sub_indication", "intact", "references_intact",
    "signature_value_valid", "unchanged_since_signing", "changes_since_signing", "changes", "scope", "signer",
    "signing_certificate", "claimed_signing_time", "best_signature_time", "timestamps", "counter_signatures", "findings",
]  # fmt: skip
GAINED = {"name", "path", "algorithm", "claims"}
"""What version 1 has gained since it was written down."""


def test_the_keys_stand_in_the_order_of_the_contract() -> None:
    told = Report.of(makers.everything()).to_dict()
    assert list(told) == TOP
    entry = told["signatures"][0]
    assert [key for key in entry if key not in GAINED] == SIGNATURE
    assert set(entry) - set(SIGNATURE) == GAINED
    assert list(entry["changes"][0])[:4] == ["code", "page", "box", "permitted"]
    assert list(entry["timestamps"][0])[:6] == ["id", "kind", "time", "intact", "indication", "sub_indication"]
    finding = told["findings"][0]
    assert list(finding) == ["code", "severity", "subject", "params", "clause", "text", "hint"]
    assert list(told["wants"][0])[:3] == ["kind", "subject", "why"]
    assert list(told["evidence_records"][0])[:5] == ["id", "kind", "intact", "time", "indication"]
    assert entry["signer"].keys() == {"subject", "common_name", "serial_number", "organization", "title"}
    assert list(entry["signing_certificate"]) == ["sha256", "issuer", "serial", "not_before", "not_after", "kind"]
    assert list(told["trust"]) == ["digest", "judged", "anchors"]
    assert list(told["document"]) == ["name", "media_type", "size", "digest", "pages"]


@pytest.mark.parametrize("name", makers.EVERY)
def test_it_is_json_and_comes_back_the_same(name: str) -> None:
    report = Report.of(makers.EVERY[name])
    for lang in ("en", "fa"):
        assert json.loads(report.to_json(lang=lang)) == report.to_dict(lang=lang)
        assert json.loads(report.to_json(lang=lang, indent=None)) == report.to_dict(lang=lang)


def test_only_text_and_hint_are_localised() -> None:
    def strip(value: object) -> object:
        if isinstance(value, dict):
            return {key: strip(item) for key, item in value.items() if key not in ("text", "hint")}
        return [strip(item) for item in value] if isinstance(value, list) else value

    report = Report.of(makers.everything())
    english, persian = report.to_dict(lang="en"), report.to_dict(lang="fa")
    assert english != persian
    assert strip(english) == strip(persian)


def test_every_finding_has_a_sentence_and_a_clause_where_the_catalogue_names_one() -> None:
    finding = Report.of(makers.failed()).to_dict()["signatures"][0]["findings"][0]
    assert finding["code"] == "HASH_MISMATCH"
    assert finding["clause"].startswith("EN 319 102-1")
    assert "ruling.pdf" in finding["text"]
    assert finding["hint"]


def test_times_are_utc() -> None:
    assert rfc3339(makers.CHECKED) == "2026-11-23T10:00:00Z"
    tehran = timezone(timedelta(hours=3, minutes=30))
    assert rfc3339(datetime(2026, 11, 23, 13, 30, tzinfo=tehran)) == "2026-11-23T10:00:00Z"


def test_nothing_unsafe_goes_out_and_nothing_is_lost() -> None:
    name = "a\u202efdp.exe \x1b[31m \x9b \udcff \u2028 \u2066 مریم"
    document = DocumentId(name=name, media_type="application/pdf", size=1, sha256=makers.HEX)
    text = makers.report(document=document).to_json()
    assert json.loads(text)["document"]["name"] == name
    text.encode("utf-8")
    assert not set(text) & set("\u202e\x1b\x9b\udcff\u2028\u2066")
    assert "مریم" in text


def test_an_error_record() -> None:
    record = error_dict(InputError("INPUT_NOT_FOUND", subject="x.pdf"), name="x.pdf", lang="fa")
    assert record["schema"] == "edoc/error/1"
    assert record["document"] == {"name": "x.pdf"}
    assert list(record["error"]) == ["code", "text", "hint", "exit"]
    assert record["error"]["exit"] == 5
    assert "x.pdf" in record["error"]["text"]


def test_no_value_is_written_that_json_lacks() -> None:
    with pytest.raises(ValueError, match="JSON"):
        dumps(float("nan"))
