"""Formats read documents into facts and write pieces of them; they decide nothing."""

from __future__ import annotations

from edoc.errors import InputError
from edoc.facts.document import Document
from edoc.facts.signature import DocumentFacts
from edoc.limits import DEFAULT_LIMITS, Limits

_PDF_HEADER = 1024
"""Viewers look for a header in so many octets; the strict reader then refuses one that is not first."""


def read_document(
    document: Document, *, password: str | None = None, limits: Limits = DEFAULT_LIMITS
) -> DocumentFacts:
    """Return the facts of a document; its kind is told by its content, never by its name.

    Raises `InputError`: EMPTY_DOCUMENT, UNSUPPORTED_TYPE, PDF_PASSWORD_WRONG.
    """
    if document.size == 0:
        raise InputError("EMPTY_DOCUMENT", subject=document.name)
    if document.data[:_PDF_HEADER].find(b"%PDF-") >= 0:
        from edoc.formats.pdf.read import read_pdf

        return read_pdf(document, password=password, limits=limits)
    raise InputError("UNSUPPORTED_TYPE", subject=document.name)
