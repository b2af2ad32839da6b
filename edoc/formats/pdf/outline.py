"""The revisions and form fields of a PDF, for showing."""

from __future__ import annotations

from edoc.facts.document import Document
from edoc.facts.outline import FieldOutline, Outline, RevisionOutline
from edoc.formats.pdf.document import Pdf
from edoc.formats.pdf.errors import PdfError
from edoc.limits import DEFAULT_LIMITS, Limits


def read_outline(document: Document, *, password: str | None = None, limits: Limits = DEFAULT_LIMITS) -> Outline:
    """Return the outline of a PDF; of one that the strict reader refuses, an empty one."""
    try:
        pdf = Pdf.open(document, password=password, limits=limits)
        fields = tuple(
            FieldOutline(name=item.name, type=item.type, filled=item.value is not None) for item in pdf.fields()
        )
    except PdfError:
        return Outline()
    revisions = tuple(RevisionOutline(number=item.index + 1, end=item.end) for item in pdf.revisions)
    return Outline(revisions=revisions, fields=fields)
