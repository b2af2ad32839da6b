"""Formats read documents into facts and write pieces of them; they decide nothing."""

from __future__ import annotations

from collections.abc import Sequence

from edoc.errors import InputError
from edoc.facts.document import Document
from edoc.facts.signature import DocumentFacts
from edoc.formats.carried import with_originals
from edoc.formats.kind import Kind, begins_like_jws, kind_of
from edoc.formats.originals import Originals
from edoc.limits import DEFAULT_LIMITS, Limits


def read_document(
    document: Document,
    *,
    originals: Originals | None = None,
    password: str | None = None,
    records: Sequence[Document] = (),
    limits: Limits = DEFAULT_LIMITS,
) -> DocumentFacts:
    """Return the facts of a document; its kind is told by its content, never by its name.

    `originals` is what stands beside it, `records` are evidence records that may be about it.  Raises `InputError`: EMPTY_DOCUMENT, UNSUPPORTED_TYPE,
    OFFICE_UNSUPPORTED, PDF_PASSWORD_WRONG.
    """
    if document.size == 0:
        raise InputError("EMPTY_DOCUMENT", subject=document.name)
    beside = originals or Originals()
    facts = _read(document, beside, password=password, limits=limits)
    if records:
        from edoc.formats.evidence.document import with_records

        facts = with_records(facts, document, records, originals=beside, limits=limits)
    return with_originals(facts, beside)


def _read(document: Document, beside: Originals, *, password: str | None, limits: Limits) -> DocumentFacts:
    kind = kind_of(document)
    # Each reader is loaded when a document of its kind comes: most programs meet one or two kinds.
    if kind is Kind.PDF:
        from edoc.formats.pdf.read import read_pdf

        # A PDF signature uses no originals: what is beside it is the subject of its report, or unused.
        return read_pdf(document, password=password, limits=limits)
    if kind in (Kind.CMS, Kind.XML):
        from edoc.formats.evidence.sniff import is_record

        if is_record(document.data):
            from edoc.formats.evidence.document import read_evidence

            return read_evidence(document, originals=beside, limits=limits)
    if kind in (Kind.CMS, Kind.CMS_PEM):
        from edoc.formats.cades.read import read_cms

        return read_cms(document, originals=beside, limits=limits)
    if kind in (Kind.JSON, Kind.JWS_COMPACT) or (kind is Kind.UNKNOWN and begins_like_jws(document)):
        from edoc.formats.jws.read import read_jws

        return read_jws(document, originals=beside, limits=limits)
    if kind is Kind.XML:
        from edoc.formats.xml.read import read_xml

        return read_xml(document, originals=beside, limits=limits)
    if kind is Kind.ZIP:
        from edoc.formats.asic.read import read_asic

        # All that a container signs is inside: what is beside it is the subject of its report, or unused.
        return read_asic(document, limits=limits)
    if kind is Kind.OLE:
        raise InputError("OFFICE_UNSUPPORTED", subject=document.name)
    raise InputError("UNSUPPORTED_TYPE", subject=document.name)
