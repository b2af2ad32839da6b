"""What PDFium draws of a document, to prove that an attack shows a reader something else."""

from __future__ import annotations

import hashlib
import re

import pypdfium2
from pypdfium2.raw import FORMTYPE_ACRO_FORM, FORMTYPE_NONE

from tests.attacks.fixture import Fixture, octets

_RANGE = re.compile(rb"/Byte(?:R|#52)ange\s*\[\s*0\s+(\d+)\s+(\d+)\s+(\d+)\s*\]")
_DPI = 72
_PAGES = 20
UNSEEN = "-"
"""There is no signed revision to compare with."""


def drawn(data: bytes) -> tuple[str, ...] | None:
    """Return a digest of the picture of every page, with form and annotations; null when PDFium refuses."""
    try:
        pdf = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError:
        return None
    try:
        if pdf.get_formtype() in (FORMTYPE_NONE, FORMTYPE_ACRO_FORM):
            pdf.init_forms()
        return tuple(_page(pdf, number) for number in range(min(len(pdf), _PAGES)))
    finally:
        pdf.close()


def _page(pdf: pypdfium2.PdfDocument, number: int) -> str:
    try:
        page = pdf[number]
        picture = page.render(scale=_DPI / 72, may_draw_forms=True)
    except pypdfium2.PdfiumError:
        return "unreadable"
    return f"{picture.width}x{picture.height} {hashlib.sha256(bytes(picture.buffer)).hexdigest()}"


def difference(fixture: Fixture) -> str:
    """Tell what PDFium shows of an attack: `another page`, `the same`, `refused`, or `-` without a signed revision."""
    data = fixture.make()
    before = octets(fixture.before()) if fixture.before is not None else _signed_part(data)
    was = drawn(before) if before is not None else None
    if was is None:
        return UNSEEN
    now = drawn(data)
    if now is None:
        return "refused"
    return "the same" if was == now else "another page"


def _signed_part(data: bytes) -> bytes | None:
    """Return the octets up to the end that the first range names."""
    found = _RANGE.search(data)
    if found is None:
        return None
    end = int(found[2]) + int(found[3])
    return data[:end] if 0 < end <= len(data) else None
