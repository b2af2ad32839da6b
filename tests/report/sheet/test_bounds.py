"""A sheet stays small and quick whatever a report holds, and says what it leaves out."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest

from edoc.facts.findings import error
from edoc.facts.signature import Change, ScopeKind
from edoc.report.sheet.draw import html_sheet, pdf_sheet
from edoc.report.sheet.model import Items, Section, Table
from edoc.report.sheet.runs import shown
from edoc.report.sheet.view import sheet_view
from edoc.result.enums import Verdict
from edoc.result.report import ReportData, Scope, Want
from tests.report import makers


def many_signatures() -> ReportData:
    items = [makers.signature(number, timestamps=(makers.timestamp(id=f"S{number}.T1"),)) for number in range(500)]
    return makers.data(*items)


def many_findings() -> ReportData:
    found = tuple(error("HASH_MISMATCH", f"S{number}", name=f"file-{number}.xml") for number in range(10_000))
    return makers.data(verdict=Verdict.FAILED, findings=found)


def many_things() -> ReportData:
    changes = tuple(Change(code="PDF_OBJECT_CHANGED", permitted=None, page=number) for number in range(5_000))
    scope = tuple(Scope(name=f"{number}.txt", kind=ScopeKind.FULL, digest={"sha256": makers.HEX}) for number in range(5_000))
    stamps = tuple(makers.timestamp(id=f"S1.T{number}") for number in range(1_000))
    entry = makers.signature(changes=changes, changes_since_signing=None, scope=scope, timestamps=stamps)
    wants = tuple(replace(makers.undecided().wants[0], subject=str(number)) for number in range(2_000))
    assert isinstance(wants[0], Want)
    return makers.data(entry, verdict=Verdict.INDETERMINATE, wants=wants)


MANY = {"signatures": many_signatures, "findings": many_findings, "things": many_things}


@pytest.mark.parametrize("name", MANY)
@pytest.mark.parametrize("lang", ["en", "fa"])
def test_it_stays_bounded_and_says_how_much_is_left_out(name: str, lang: str) -> None:
    data = MANY[name]()
    html_sheet(makers.data(), lang=lang)
    start = time.process_time()
    html = html_sheet(data, lang=lang)
    assert time.process_time() - start < 2
    assert len(html.encode()) < 400_000
    sheet = sheet_view(data, lang=lang)
    for part in (*sheet.parts, *sheet.appendix):
        sections = [part] if isinstance(part, Section) else [part.first, part.second]
        for block in (block for section in sections for block in section.blocks):
            held = len(block.rows) if isinstance(block, Table) else len(block.items) if isinstance(block, Items) else 0
            assert held <= 60
    assert "JSON" in html


def test_the_number_of_findings_is_the_whole_number() -> None:
    sheet = sheet_view(many_findings(), lang="en")
    headings = [shown(part.first.heading) for part in sheet.parts if not isinstance(part, Section)]
    assert headings == ["Findings (10,001)"]


def test_the_pdf_of_a_large_report_is_made_in_time() -> None:
    start = time.process_time()
    made = pdf_sheet(many_signatures(), lang="fa")
    assert time.process_time() - start < 8
    assert made.startswith(b"%PDF-1.7") and len(made) < 2_000_000
