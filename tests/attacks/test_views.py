"""Reports that text cannot alter, octets that stay those that were verified, kinds that a name cannot change."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import edoc
from edoc.report.text import render_text
from tests.attacks.signers import dictionary_that_calls_itself_a_judge
from tests.attacks.views import HOSTILE, reason_and_field_that_want_to_alter_the_report
from tests.formats.pdf import build

CONTROL = {chr(number) for number in (*range(0x09), *range(0x0B, 0x20), *range(0x7F, 0xA0))} | set("\u202a\u202b\u202d\u202e")


def _text(report: edoc.Report, lang: str) -> str:
    return render_text(report.data, lang=lang)


@pytest.mark.parametrize("lang", ["en", "fa"])
@pytest.mark.parametrize("name", ["ruling.pdf", HOSTILE.replace("/", "") + ".pdf"])
def test_no_text_of_the_document_alters_the_report(lang: str, name: str) -> None:
    made = reason_and_field_that_want_to_alter_the_report()
    assert isinstance(made, build.File)
    report = edoc.verify_document(edoc.Document.from_bytes(made.data, name=name), policy="integrity")
    shown = _text(report, lang)
    assert not CONTROL & set(shown)
    assert not any(line.startswith("Verdict: PASSED") for line in shown.splitlines())
    assert json.loads(report.to_json())["verdict"] == "INTACT"


def test_the_name_in_the_dictionary_names_nobody() -> None:
    made = dictionary_that_calls_itself_a_judge()
    assert isinstance(made, build.File)
    report = edoc.verify_document(made.data, policy="integrity")
    entry = report.signatures[0]
    assert entry.signer is not None and entry.signer.common_name == "Practice Signer"
    assert entry.best_signature_time is None
    assert "A Judge" not in _text(report, "en")


def test_reports_and_verdicts_have_no_truth_value() -> None:
    report = edoc.verify_document(build.signed().data, policy="integrity")
    for thing in (report, report.verdict):
        with pytest.raises(TypeError):
            bool(thing)


def test_the_verified_octets_are_handed_over_after_the_file_was_replaced(tmp_path: Path) -> None:
    place, other = tmp_path / "ruling.pdf", tmp_path / "other.pdf"
    data = build.signed().data
    place.write_bytes(data)
    other.write_bytes(b"%PDF-1.7 another file")
    report = edoc.verify_document(place, policy="integrity")
    other.replace(place)
    octets = bytes(report.signatures[0].signed_data(0))
    start = data.rindex(b"/Contents<") + 9
    assert octets[:start] == data[:start] and len(octets) == len(data) - 2 * build.HOLE - 2


@pytest.mark.parametrize("name", ["ruling.zip", "ruling.txt", "ruling.asice", "ruling", "ruling.pdf.p7m"])
def test_a_name_chooses_no_reader(name: str) -> None:
    document = edoc.Document.from_bytes(build.signed().data, name=name)
    report = edoc.verify_document(document, policy="integrity")
    assert report.verdict is edoc.Verdict.INTACT
    changed = build.signed().update({build.CONTENT: build.stream(b"BT (9) Tj ET")}).data
    report = edoc.verify_document(edoc.Document.from_bytes(changed, name=name), policy="integrity")
    assert report.verdict is edoc.Verdict.FAILED
