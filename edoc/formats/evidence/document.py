"""Evidence records beside a document, and one that is the document itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from edoc.facts.document import Document
from edoc.facts.findings import info
from edoc.facts.signature import DocumentFacts, EvidenceFacts
from edoc.formats.evidence.facts import Named, evidence_facts, kind_of_record
from edoc.formats.evidence.model import RFC4998
from edoc.formats.evidence.objects import Canonical, document_object, original_objects
from edoc.formats.evidence.read import read_record
from edoc.formats.originals import Originals
from edoc.limits import DEFAULT_LIMITS, Limits

_MEDIA_TYPES = {RFC4998: "application/ers", "RFC6283": "application/xml"}


def with_records(
    facts: DocumentFacts,
    document: Document,
    records: Sequence[Document],
    *,
    originals: Originals,
    limits: Limits = DEFAULT_LIMITS,
) -> DocumentFacts:
    """Return the facts of a document with the records that were handed over beside it, each held against it."""
    if not records:
        return facts
    canonical = Canonical(limits)
    objects = (document_object(document, canonical=canonical), *original_objects(originals, canonical=canonical))
    found = list(facts.evidence_records)
    findings = facts.findings
    for record in records:
        if len(found) >= limits.evidence_records:
            findings = (*findings, info("EVIDENCE_RECORDS_LIMIT", document.name, limit=limits.evidence_records))
            break
        named = Named(id=f"E{len(found) + 1}", name=record.name, limits=limits)
        octets = bytes(record.data[:])
        read = partial(read_record, octets, limits=limits)
        found.append(evidence_facts(read, objects, named, kind=kind_of_record(octets)))
    return replace(facts, evidence_records=tuple(found), findings=findings)


def read_evidence(
    document: Document, *, originals: Originals, limits: Limits = DEFAULT_LIMITS
) -> DocumentFacts:
    """Return the facts of a document that is an evidence record; its data is found among the originals."""
    octets = bytes(document.data[: limits.evidence_bytes + 1])
    kind = kind_of_record(octets)
    objects = original_objects(originals, canonical=Canonical(limits))
    found = evidence_facts(
        partial(read_record, octets, limits=limits), objects, Named(id="E1", name=document.name, limits=limits), kind=kind
    )
    for place, item in enumerate(objects):
        if _used(found, item.name):
            originals.use(place)
    return DocumentFacts(
        name=document.name,
        media_type=_MEDIA_TYPES[kind],
        size=document.size,
        sha256=document.sha256(),
        signature_marks=True,
        evidence_records=(found,),
    )


def _used(found: EvidenceFacts, name: str) -> bool:
    """Tell whether an original is one of the data: also one that was changed, because nothing else can be meant."""
    return any(item.name == name for item in found.references)
