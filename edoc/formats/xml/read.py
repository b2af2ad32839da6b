"""Reads XML documents into facts: XML-DSig and XAdES, one signature or several, in document order."""

from __future__ import annotations

from edoc.facts.document import Document
from edoc.facts.findings import Finding, error, warning
from edoc.facts.signature import DocumentFacts, SignatureFacts, SignatureFormat
from edoc.formats.originals import Originals
from edoc.formats.xml.dsig import XmlSignature, read_signature
from edoc.formats.xml.errors import XmlError
from edoc.formats.xml.facts import signature_facts
from edoc.formats.xml.qualifying_facts import gathered, with_properties
from edoc.formats.xml.qualifying_tokens import Allowance
from edoc.formats.xml.references import Resolver
from edoc.formats.xml.tree import DS, Element, XmlDocument
from edoc.limits import DEFAULT_LIMITS, Limits

MEDIA_TYPE = "application/xml"


def read_xml(document: Document, *, originals: Originals, limits: Limits = DEFAULT_LIMITS) -> DocumentFacts:
    """Return everything that an XML document says about its signatures; nothing is raised.

    A document that the strict parser refuses comes back incomplete, with the code as an error (a limit
    exceeded: a warning).
    """
    if document.size > limits.xml_bytes:
        return _refused(document, XmlError("XML_LIMIT", limit=limits.xml_bytes, what="octets"))
    try:
        parsed = XmlDocument.parse(bytes(document.data), name=document.name, limits=limits)
    except XmlError as problem:
        return _refused(document, problem)
    found = list(parsed.signatures())
    findings: list[Finding] = []
    if len(found) > limits.signatures:
        findings.append(warning("XML_SIGNATURES_LIMIT", document.name, limit=limits.signatures))
    allowance = Allowance()
    signatures = [
        _signature(element, parsed, f"S{place}", originals, allowance)
        for place, element in enumerate(found[: limits.signatures], 1)
    ]
    marks = bool(found) or any(next(parsed.root.iter(f"{{{DS}}}{name}"), None) is not None for name in _PARTS)
    if marks and not found:
        findings.append(error("XML_SIGNATURE_PARTS", document.name))
    return DocumentFacts(
        name=document.name,
        media_type=MEDIA_TYPE,
        size=document.size,
        sha256=document.sha256(),
        signature_marks=marks,
        signatures=gathered(signatures),
        findings=tuple(findings),
    )


_PARTS = ("SignedInfo", "SignatureValue")


def _signature(
    element: Element, parsed: XmlDocument, id: str, resolver: Resolver, allowance: Allowance
) -> tuple[XmlSignature, SignatureFacts]:
    def read(inner: Element, own: str) -> tuple[XmlSignature, SignatureFacts]:
        signature = read_signature(inner, parsed, id=own, resolver=resolver)
        return signature, signature_facts(signature)

    signature, facts = read(element, id)
    names = {
        item.id: told.name
        for item, told in zip((*signature.references, *signature.entries), facts.references, strict=True)
        if item.id
    }
    return signature, with_properties(facts, signature, read=read, allowance=allowance, names=names)


def _refused(document: Document, problem: XmlError) -> DocumentFacts:
    make = warning if problem.undecided else error
    return DocumentFacts(
        name=document.name,
        media_type=MEDIA_TYPE,
        size=document.size,
        sha256=document.sha256(),
        complete=False,
        signature_marks=has_marks(document),
        marks_format=SignatureFormat.XMLDSIG,
        findings=(make(problem.code, document.name, **problem.params),),
    )


def has_marks(document: Document) -> bool:
    """Tell whether the octets name XML-DSig: then a signature cannot be excluded, whatever the parser said."""
    return any(document.data.find(DS.encode(codec)) >= 0 for codec in ("ascii", "utf-16-le", "utf-16-be"))
