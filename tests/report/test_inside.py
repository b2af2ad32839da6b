"""What `edoc show` tells of evidence records: chains, time-stamps, and which data at hand is in the list."""

from __future__ import annotations

import pytest

import edoc
from edoc.facts.outline import Outline
from edoc.facts.signature import DocumentFacts
from edoc.formats import read_document
from edoc.formats.originals import Originals
from edoc.report.inside import inside_dict
from edoc.report.inside_text import render_inside
from tests.formats.evidence.attacks import honest
from tests.formats.evidence.maker import DATA, KINDS, OTHER


def read(record: bytes, *originals: bytes) -> DocumentFacts:
    given = [edoc.Document.from_bytes(item, name=f"data-{place}") for place, item in enumerate(originals, 1)]
    return read_document(edoc.Document.from_bytes(record, name="data.ers"), originals=Originals(given))


@pytest.mark.parametrize(("kind", "name"), [("asn1", "RFC4998"), ("xml", "RFC6283")])
def test_the_chains_of_a_record_are_listed(kind: str, name: str) -> None:
    told = inside_dict(read(honest(kind)[0], DATA), Outline())
    (record,) = told["evidence_records"]
    assert (record["kind"], record["others"]) == (name, 0)
    assert [item["digest_algorithm"] for item in record["chains"]] == ["sha256", "sha512"]
    times = [[stamp["time"][:4] for stamp in item["timestamps"]] for item in record["chains"]]
    assert times == [["2018", "2020"], ["2022", "2024"]]
    assert all(stamp["imprint"]["intact"] for item in record["chains"] for stamp in item["timestamps"])
    assert [(item["name"], item["intact"]) for item in record["references"]] == [("data-1", True)]


@pytest.mark.parametrize("lang", ["en", "fa"])
def test_data_that_is_not_in_a_record_is_told_apart(lang: str) -> None:
    record = KINDS["asn1"]().begin([DATA, OTHER], year=2024).encode()
    facts = read(record, DATA)
    (found,) = inside_dict(facts, Outline())["evidence_records"]
    assert (found["others"], [item["intact"] for item in found["references"]]) == (1, [True])
    sheet = render_inside(facts, Outline(), lang=lang)
    assert "RFC 4998" in sheet and "EVIDENCE_OTHER_DATA" in sheet
    changed = read(KINDS["asn1"]().begin([DATA], year=2024).encode(), OTHER)
    (found,) = inside_dict(changed, Outline())["evidence_records"]
    assert [item["intact"] for item in found["references"]] == [False]
    assert "data-1" in render_inside(changed, Outline(), lang=lang)


def test_a_record_that_cannot_be_read_is_shown_with_the_reason() -> None:
    facts = read(honest("asn1")[0][:-1])
    (found,) = inside_dict(facts, Outline())["evidence_records"]
    assert (found["chains"], [item["code"] for item in found["findings"]]) == ([], ["EVIDENCE_RECORD_MALFORMED"])
    assert "EVIDENCE_RECORD_MALFORMED" in render_inside(facts, Outline())
