"""What the strict reader accepts, another library reads in the same way and without repairing anything."""

from __future__ import annotations

import io
from pathlib import Path

import pikepdf
import pytest

from edoc.facts.document import Document
from edoc.formats.pdf.coverage import find_signatures
from edoc.formats.pdf.document import Pdf
from edoc.formats.pdf.errors import PdfError
from tests.formats.pdf.attacks import CONTROLS

Seen = tuple[int, list[list[int]]]
"""Number of pages, and the byte ranges that the form names."""


def _strict(data: bytes) -> Seen | None:
    try:
        pdf = Pdf.open(Document.from_bytes(data, name="x"))
        pages = sum(1 for _ in pdf.page_refs())
        ranges = [one.dictionary.get("ByteRange") for one in find_signatures(pdf)]
    except PdfError:
        return None
    return pages, sorted([int(number) for number in found if type(number) is int] for found in ranges if isinstance(found, list))


def _other(data: bytes) -> Seen | str:
    try:
        with pikepdf.open(io.BytesIO(data), attempt_recovery=False) as pdf:
            ranges: list[list[int]] = []
            form = pdf.Root.get("/AcroForm")
            todo = list(form.get("/Fields", [])) if form is not None else []
            for field in todo:
                todo.extend(field.get("/Kids", []))
                value = field.get("/V")
                if isinstance(value, pikepdf.Dictionary) and isinstance(value.get("/ByteRange"), pikepdf.Array):
                    ranges.append([int(number) for number in value.ByteRange if isinstance(number, int)])
            return len(pdf.pages), sorted(ranges)
    except (pikepdf.PdfError, pikepdf.PasswordError) as problem:
        return str(problem)


def _files(corpus: Path) -> list[Path]:
    found = {path.name: path for folder in ("dss/pades", "attacks") for path in (corpus / folder).rglob("*.pdf")}
    return sorted(found.values())


def test_both_read_the_same_of_foreign_documents(corpus: Path) -> None:
    differ, accepted = [], 0
    for path in _files(corpus):
        data = path.read_bytes()
        strict = _strict(data)
        if strict is None:
            continue
        accepted += 1
        other = _other(data)
        if strict != other:
            differ.append((path.name, strict, other))
    assert accepted > 60
    assert not differ


@pytest.mark.parametrize("name", CONTROLS)
def test_both_read_the_same_of_our_own(name: str) -> None:
    data = CONTROLS[name][0]()
    assert _strict(data) == _other(data)
