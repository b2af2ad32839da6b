"""One signer of a CMS as facts, and the certificates and revocation data that the CMS carries for it."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

from edoc.facts.findings import Finding
from edoc.facts.material import EmbeddedObject, MaterialKind, Origin
from edoc.facts.signature import Reference, SignatureFacts, SignatureFormat, TimestampFacts
from edoc.formats.cms_claims import claims_of
from edoc.pki import oids
from edoc.pki.cms import SignedData, wrap_basic_response
from edoc.pki.der import DerError, Reader
from edoc.pki.signer_info import SignerInfo

_OBJECTS = 1_000
"""Objects of one attribute; archives of many renewals carry some dozens."""


class Beside(NamedTuple):
    """What stands beside a SignerInfo: known to the CMS or the document around it."""

    name: str = ""
    references: tuple[Reference, ...] = ()
    timestamps: tuple[TimestampFacts, ...] = ()
    counter_signatures: tuple[SignatureFacts, ...] = ()
    findings: tuple[Finding, ...] = ()


_ALONE = Beside()


def signer_facts(
    signer: SignerInfo,
    *,
    id: str,
    format: SignatureFormat,
    material: tuple[EmbeddedObject, ...] = (),
    beside: Beside = _ALONE,
) -> SignatureFacts:
    """Return the facts of one SignerInfo with what stands beside it."""
    claims, notes = claims_of(signer, content=beside.references[0].name if beside.references else "")
    return SignatureFacts(
        id=id,
        name=beside.name,
        format=format,
        findings=about(id, signer.findings + beside.findings + notes),
        references=beside.references,
        signed_octets=signer.signed_octets,
        alternative_octets=signer.alternative_octets,
        signature_value=signer.signature_value,
        algorithm=signer.signature_algorithm,
        signer_identifier=signer.signer_identifier,
        certificate_references=signer.certificate_references,
        claimed_signing_time=signer.claimed_signing_time,
        material=material,
        timestamps=beside.timestamps,
        counter_signatures=beside.counter_signatures,
        claims=claims,
        attributes=tuple([attribute.oid for attribute in signer.signed_attributes]),
    )


def about(id: str, findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """Return findings that name what they are about, where they do not yet: the reader below knows no names."""
    return tuple([item if item.subject else replace(item, subject=id) for item in findings]) if findings else ()


def carried(
    signed: SignedData, signer: SignerInfo | None, *, origin: Origin = Origin.SIGNATURE
) -> tuple[EmbeddedObject, ...]:
    """Return everything that a CMS carries for one of its signers; nothing of it is trusted.

    What an attribute holds and cannot be read is left out: missing material is missed by those who need it.
    """
    found = [EmbeddedObject(kind=MaterialKind.CERTIFICATE, der=der, origin=origin) for der in signed.certificates]
    found += [EmbeddedObject(kind=MaterialKind.CRL, der=der, origin=origin) for der in signed.crls]
    found += [EmbeddedObject(kind=MaterialKind.OCSP, der=der, origin=origin) for der in signed.ocsps]
    return (*found, *carried_by(signer, origin=origin)) if signer is not None else tuple(found)


def carried_by(signer: SignerInfo, *, origin: Origin = Origin.SIGNATURE) -> tuple[EmbeddedObject, ...]:
    """Return what the attributes of a signer carry beside the certificates and lists of the CMS."""
    if not signer.unsigned_attributes and signer.signed(oids.ADBE_REVOCATION) is None:
        return ()
    found: list[EmbeddedObject] = []
    archival = signer.signed(oids.ADBE_REVOCATION)
    if archival is not None:
        # The signed attribute of older PDF signatures: {[0] CRLs, [1] whole OCSPResponses, [2] other}.
        found += _lists(archival, origin=Origin.ARCHIVAL_ATTRIBUTE, basic=False)
    for oid in (oids.REVOCATION_VALUES, oids.CERTIFICATE_VALUES):
        for value in signer.unsigned(oid):
            found += listed_in(oid, value, origin=origin)
    return tuple(found)


def listed_in(oid: str, value: bytes, *, origin: Origin = Origin.SIGNATURE) -> list[EmbeddedObject]:
    """Return the objects in a value of revocation-values or certificate-values; none in one of another type."""
    if oid == oids.REVOCATION_VALUES:
        return _lists(value, origin=origin, basic=True)
    return _certificates(value, origin) if oid == oids.CERTIFICATE_VALUES else []


def _lists(value: bytes, *, origin: Origin, basic: bool) -> list[EmbeddedObject]:
    found: list[EmbeddedObject] = []
    try:
        reader = Reader(value)
        _, start, end, _ = reader.read(0, len(value))
        for tag, _, first, last, _ in reader.children(start, end, limit=3):
            if tag not in (0xA0, 0xA1):
                continue
            _, begin, stop, _ = reader.read(first, last)
            kind = MaterialKind.CRL if tag == 0xA0 else MaterialKind.OCSP
            for _, place, _, _, following in reader.children(begin, stop, limit=_OBJECTS):
                der = value[place:following]
                if basic and kind is MaterialKind.OCSP:
                    der = wrap_basic_response(der)
                found.append(EmbeddedObject(kind=kind, der=der, origin=origin))
    except DerError:
        return []
    return found


def _certificates(value: bytes, origin: Origin) -> list[EmbeddedObject]:
    try:
        reader = Reader(value)
        _, start, end, _ = reader.read(0, len(value))
        places = reader.children(start, end, limit=_OBJECTS)
    except DerError:
        return []
    return [
        EmbeddedObject(kind=MaterialKind.CERTIFICATE, der=value[place:following], origin=origin)
        for _, place, _, _, following in places
    ]
