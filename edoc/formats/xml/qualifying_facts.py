"""A XAdES signature as facts: what its properties add to the XML signature that they belong to (EN 319 132-1)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from edoc.facts.findings import Finding, error, info, warning
from edoc.facts.signature import (
    NO_CLAIMS,
    CertificateReference,
    Reference,
    ReferenceKind,
    SignatureFacts,
    SignatureFormat,
)
from edoc.formats.xml.c14n import METHODS
from edoc.formats.xml.dsig import XmlSignature
from edoc.formats.xml.place import COUNTERS, DEPTH, counter_signatures
from edoc.formats.xml.qualifying import COUNTERSIGNED_TYPE, SIGNED_PROPERTIES_TYPES, Qualifying, find_qualifying
from edoc.formats.xml.qualifying_claims import (
    certificate_references,
    claims,
    data_object_formats,
    repeated,
    signing_time,
)
from edoc.formats.xml.qualifying_evidence import RecordReader
from edoc.formats.xml.qualifying_levels import Shape
from edoc.formats.xml.qualifying_material import carried
from edoc.formats.xml.qualifying_stamps import Covered
from edoc.formats.xml.qualifying_tokens import Allowance, StampReader
from edoc.formats.xml.references import XmlReference
from edoc.formats.xml.tree import Element
from edoc.pki.algorithms import digest_of

ReadSignature = Callable[[Element, str], tuple[XmlSignature, SignatureFacts]]
"""Reads a ds:Signature of the same document under an id, without its properties."""


def with_properties(
    facts: SignatureFacts,
    signature: XmlSignature,
    *,
    read: ReadSignature,
    allowance: Allowance,
    names: Mapping[str, str] | None = None,
) -> SignatureFacts:
    """Return the facts of an XML signature with what its XAdES properties say; the same facts when it has none.

    `names` gives the name of a reference by its Id, `allowance` is what is left for the document.  What signed properties say counts only when this very
    signature signs them: a reference must lead to the element itself, not to one that looks like it.
    """
    qualifying = find_qualifying(signature.element, id=facts.id)
    if qualifying is None:
        return facts
    findings: list[Finding] = [*qualifying.findings, *_signed_by(signature, qualifying, facts.id)]
    sound = not findings_bar(findings)
    trusted = qualifying if sound else replace(qualifying, signature_properties=(), data_properties=())
    references = certificate_references(trusted, facts.id, findings)
    own = carried(qualifying, qualifying.unsigned, id=facts.id, findings=findings)
    covered = Covered(signature, trusted)
    stamps = StampReader(trusted, covered, id=facts.id, allowance=allowance, key_info=facts.material)
    timestamps = stamps.read()
    counters = _counters(signature, qualifying, facts, read, allowance=allowance, findings=findings)
    shape = Shape(signature, trusted, references=references, material=own)
    time = signing_time(trusted, facts.id, findings)
    findings += repeated(trusted, facts.id)
    findings += _other_certificates(signature, references, facts.id)
    findings += data_object_formats(trusted, ids=frozenset(item.id for item in signature.references if item.id), id=facts.id)
    return replace(
        facts,
        format=SignatureFormat.XADES,
        references=_led_astray(facts, signature, qualifying),
        findings=(*facts.findings, *findings, *stamps.findings),
        certificate_references=references,
        claimed_signing_time=time,
        material=(*facts.material, *own),
        timestamps=timestamps,
        counter_signatures=counters,
        evidence_records=RecordReader(trusted, signature, covered, stamps=stamps).read(facts.id),
        claims=claims(trusted, signature.document, names=names or {}) if sound else NO_CLAIMS,
        attributes=tuple(map(trusted.name, (*trusted.signature_properties, *trusted.data_properties))),
        predicates={**facts.predicates, **shape.predicates()},
    )


def _other_certificates(
    signature: XmlSignature, references: Sequence[CertificateReference], id: str
) -> tuple[Finding, ...]:
    """A KeyInfo with certificates, of which none is the one that the signature names, shows somebody else."""
    info = signature.key_info
    named = [item for item in references if item.names_signer]
    if info is None or not info.certificates or not named:
        return ()
    if any(digest_of(item.digest_algorithm, der) == item.digest for item in named for der in info.certificates):
        return ()
    return (warning("XADES_KEY_INFO_OTHER", id),)


def findings_bar(findings: Sequence[Finding]) -> bool:
    """Tell whether nothing that the properties say may count: they are not signed, or not this signature's."""
    return any(item.code in ("XADES_PROPERTIES_NOT_SIGNED", "XADES_PROPERTIES_OTHER") for item in findings)


def _signed_by(signature: XmlSignature, qualifying: Qualifying, id: str) -> list[Finding]:
    """Return what is wrong with the reference to SignedProperties (EN 319 132-1 4.4.2; signature wrapping)."""
    if qualifying.signed is None:
        return []
    named = [item for item in signature.references if item.type in SIGNED_PROPERTIES_TYPES]
    leading = [item for item in signature.references if item.target is qualifying.signed]
    if any(item.target is not qualifying.signed for item in named):
        return [error("XADES_PROPERTIES_OTHER", id)]
    if not leading or any(one.algorithm not in METHODS for item in leading for one in item.transforms):
        # A transform that selects leaves a part of them unsigned.
        return [error("XADES_PROPERTIES_NOT_SIGNED", id)]
    findings: list[Finding] = []
    if len(leading) > 1:
        findings.append(error("XADES_PROPERTIES_TWICE", id))
    if not named:
        findings.append(warning("XADES_PROPERTIES_TYPE", id))
    return findings


def _led_astray(facts: SignatureFacts, signature: XmlSignature, qualifying: Qualifying) -> tuple[Reference, ...]:
    """Return the references; one that says that it is over SignedProperties and is not has digested something else."""
    other = [
        item.type in SIGNED_PROPERTIES_TYPES and item.target is not qualifying.signed
        for item in (*signature.references, *signature.entries)
    ]
    return tuple(
        replace(told, actual=None, octets=None) if astray else told
        for told, astray in zip(facts.references, other, strict=True)
    )


def _counters(
    signature: XmlSignature,
    qualifying: Qualifying,
    facts: SignatureFacts,
    read: ReadSignature,
    *,
    allowance: Allowance,
    findings: list[Finding],
) -> tuple[SignatureFacts, ...]:
    found: list[SignatureFacts] = []
    listed = counter_signatures(qualifying)
    limit = COUNTERS if facts.id.count(".C") < DEPTH else 0
    for place, (_, element) in enumerate(listed, 1):
        if place > limit or not allowance.counter_signatures:
            findings.append(info("XADES_COUNTERS_LIMIT", facts.id, limit=place - 1))
            break
        allowance.counter_signatures -= 1
        counter, own = read(element, f"{facts.id}.C{place}")
        done = with_properties(own, counter, read=read, allowance=allowance)
        found.append(_over_value(done, counter, signature))
    return tuple(found)


def _over_value(facts: SignatureFacts, counter: XmlSignature, parent: XmlSignature) -> SignatureFacts:
    """Tell whether a counter-signature stands over the value of the signature that it is in (5.2.7.2)."""
    over = [item for item in counter.references if item.target is not None and item.target is parent.value_element]
    if not over:
        # What it should have digested it has not: nothing that it has digested instead makes it intact.
        references = tuple(
            item if item.kind is ReferenceKind.SIGNED_PROPERTIES else replace(item, actual=None, octets=None)
            for item in facts.references
        )
        finding = error("XADES_COUNTER_OTHER", facts.id)
        return replace(facts, references=references, findings=(*facts.findings, finding))
    if all(item.type != COUNTERSIGNED_TYPE for item in over):
        return replace(facts, findings=(*facts.findings, info("XADES_COUNTER_TYPE", facts.id)))
    return facts


def gathered(pairs: Sequence[tuple[XmlSignature, SignatureFacts]]) -> tuple[SignatureFacts, ...]:
    """Return the signatures, those that only confirm another one under it, wherever they stand (5.2.7.1).

    Ids stay: a counter-signature that stands by itself keeps its number in the document.
    """
    values = {signature.value_element: place for place, (signature, _) in enumerate(pairs) if signature.value_element is not None}
    named: dict[int, int] = {}
    for place, (signature, facts) in enumerate(pairs):
        data = _data(signature, facts)
        over = {values[item.target] for item in data if item.target in values}
        if len(over) == 1 and all(item.type == COUNTERSIGNED_TYPE and item.target in values for item in data):
            named[place] = over.pop()
    # One over another that confirms a third stays where it is: nothing may get lost between them.
    parents = {place: parent for place, parent in named.items() if parent not in named}
    found = []
    for place, (_, facts) in enumerate(pairs):
        own = tuple(pairs[other][1] for other, parent in parents.items() if parent == place)
        if place not in parents:
            found.append(replace(facts, counter_signatures=(*facts.counter_signatures, *own)) if own else facts)
    return tuple(found)


def _data(signature: XmlSignature, facts: SignatureFacts) -> list[XmlReference]:
    told = facts.references[: len(signature.references)]
    pairs = zip(signature.references, told, strict=True)
    return [item for item, reference in pairs if reference.kind is not ReferenceKind.SIGNED_PROPERTIES]
