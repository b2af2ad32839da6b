"""A verification report inside a document, and the originals whose digest it names."""

from __future__ import annotations

import hashlib
from dataclasses import replace

from edoc.errors import InputError
from edoc.facts.reported import CarriedReport
from edoc.facts.signature import DocumentFacts
from edoc.formats.originals import Originals
from edoc.result.reported import read_statement

REPORT_NAME = "report.json"
"""What a sheet calls the report that it was made of."""
SHEET_NAME = "sheet.html"
"""What the container of a sealed report calls the sheet."""
_LARGEST = 8 << 20
"""Octets of a report: one about 2,000 signatures has some 5 MiB."""
_MARK = b'"edoc/report/'


def is_report(octets: bytes) -> bool:
    """Tell whether octets call themselves a report of edoc; others of that name are none of ours."""
    return _MARK in octets


def make_carried(
    name: str, octets: bytes, *, covered_by: tuple[str, ...] = (), problem: str = ""
) -> CarriedReport:
    """Return what is told of a report that was found; one that cannot be read states nothing."""
    digest = hashlib.sha256(octets).hexdigest()
    if problem:
        return CarriedReport(name=name, sha256=digest, statement=None, problem=problem)
    if len(octets) > _LARGEST:
        return CarriedReport(name=name, sha256=digest, statement=None, problem=f"larger than {_LARGEST} octets")
    try:
        statement = read_statement(octets, name=name)
    except InputError as refusal:
        why = f"{refusal.params.get('place', '')}: {refusal.params.get('why', '')}"
        return CarriedReport(name=name, sha256=digest, statement=None, problem=why)
    return CarriedReport(name=name, sha256=digest, statement=statement, covered_by=covered_by)


def with_originals(facts: DocumentFacts, originals: Originals) -> DocumentFacts:
    """Return the facts with what was handed over beside the document: unused, or what its report is about."""
    if not len(originals):
        return facts
    unused = originals.unused
    carried = facts.reported
    if carried is None or carried.statement is None:
        return replace(facts, unused_originals=unused)
    matching, others = originals.split(bytes.fromhex(carried.statement.sha256))
    return replace(
        facts, unused_originals=unused, reported=replace(carried, matching=matching, unused_beside=others)
    )
