"""Reads a PDF into facts: its signatures, time-stamps, what they cover, what came later (EN 319 142-1)."""

from __future__ import annotations

from edoc.errors import InputError
from edoc.facts.document import Document
from edoc.facts.findings import Finding, error, warning
from edoc.facts.signature import ChangeLevel, DocumentFacts
from edoc.formats.pdf.document import Pdf
from edoc.formats.pdf.errors import PdfError
from edoc.limits import DEFAULT_LIMITS, Limits

MEDIA_TYPE = "application/pdf"


def read_pdf(
    document: Document, *, password: str | None = None, limits: Limits = DEFAULT_LIMITS, sha256: bytes | None = None
) -> DocumentFacts:
    """Return everything that a PDF says about its signatures.

    `sha256` is the digest of the whole document where it is known, or empty where nobody will ask for it.
    A document that the strict reader refuses comes back incomplete, with the code and offset as an
    error (a budget exceeded: a warning). Raises `InputError(PDF_PASSWORD_WRONG)` only.
    """
    try:
        pdf = Pdf.open(document, password=password, limits=limits)
        return _facts(pdf, sha256, limits)
    except PdfError as problem:
        if problem.code == "PDF_PASSWORD_WRONG":
            raise InputError("PDF_PASSWORD_WRONG", subject=document.name) from problem
        return _refused(document, document.sha256() if sha256 is None else sha256, problem)


def _refused(document: Document, sha256: bytes, problem: PdfError) -> DocumentFacts:
    from edoc.formats.pdf.marks import has_signature_marks

    undecided = problem.code in ("PDF_LIMIT", "PDF_ENCRYPTED", "PDF_ENCRYPTION")
    make = warning if undecided else error
    return DocumentFacts(
        name=document.name, media_type=MEDIA_TYPE, size=document.size, sha256=sha256, complete=False,
        # What is encrypted hides its marks: a signature cannot be excluded.
        signature_marks=has_signature_marks(document.data) or problem.code in ("PDF_ENCRYPTED", "PDF_ENCRYPTION"),
        findings=(make(problem.code, document.name, **problem.params),),
    )  # fmt: skip


def _facts(pdf: Pdf, sha256: bytes | None, limits: Limits) -> DocumentFacts:
    from edoc.formats.pdf.coverage import find_signatures, orphan, removed_signatures, tail_findings

    document = pdf.document
    found = find_signatures(pdf)
    findings: list[Finding] = tail_findings(pdf, found)
    findings.extend(removed_signatures(pdf, found))
    unnamed = orphan(pdf, found)
    if unnamed is not None:
        findings.append(unnamed)
    if not found:
        from edoc.formats.pdf.attached import carried_report

        return DocumentFacts(
            name=document.name, media_type=MEDIA_TYPE, size=document.size,
            sha256=document.sha256() if sha256 is None else sha256, pages=pdf.page_count(),
            signature_marks=unnamed is not None or any(finding.code == "PDF_SIGNATURE_REMOVED" for finding in findings),
            findings=tuple(findings), reported=carried_report(pdf, ()),
        )  # fmt: skip
    from edoc.formats.pdf.attached import carried_report
    from edoc.formats.pdf.changes import judge_changes
    from edoc.formats.pdf.dss import read_store
    from edoc.formats.pdf.dynamic import dynamic_findings
    from edoc.formats.pdf.signatures import Builder

    later = judge_changes(pdf, found)
    material, store_findings = read_store(pdf)
    builder = Builder(pdf, found, later, has_store=bool(material), limits=limits)
    if sha256 is None:
        builder.want_document_digest()
    signatures, timestamps = builder.build()
    if sha256 is None:
        sha256 = builder.document_digest()
    last = max((one for one in found), key=lambda one: one.end)
    return DocumentFacts(
        name=document.name, media_type=MEDIA_TYPE, size=document.size, sha256=sha256, pages=pdf.page_count(), signature_marks=True,
        signatures=signatures, timestamps=timestamps, material=material,
        findings=(*findings, *store_findings, *later.document_findings, *dynamic_findings(pdf, found)),
        changes_after_last=later.of(last).level if last.revision is not None else ChangeLevel.NOT_JUDGED,
        reported=carried_report(pdf, signatures),
    )  # fmt: skip
