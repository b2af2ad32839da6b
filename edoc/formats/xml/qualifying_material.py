"""The certificates and revocation data that the properties of a XAdES signature carry (EN 319 132-1 5.4, 5.5)."""

from __future__ import annotations

from collections.abc import Iterable

from edoc.facts.findings import Finding, info
from edoc.facts.material import EmbeddedObject, MaterialKind, Origin
from edoc.formats.xml.qualifying import Qualifying, value_octets
from edoc.formats.xml.tree import Element
from edoc.pki.cms import wrap_basic_response
from edoc.pki.der import DerError, Reader

VALUES = (
    "CertificateValues", "RevocationValues", "AttrAuthoritiesCertValues", "AttributeRevocationValues",
    "TimeStampValidationData", "AnyValidationData",
)  # fmt: skip
"""Properties that hold data to validate with."""

_KINDS = {
    "EncapsulatedX509Certificate": MaterialKind.CERTIFICATE,
    "EncapsulatedCRLValue": MaterialKind.CRL,
    "EncapsulatedOCSPValue": MaterialKind.OCSP,
}
_OBJECTS = 2_000
"""Objects of one signature; archives of many renewals carry some dozens."""


def carried(
    qualifying: Qualifying, properties: Iterable[Element], *, id: str, findings: list[Finding] | None = None
) -> tuple[EmbeddedObject, ...]:
    """Return what some properties carry; nothing of it is trusted, what cannot be read is only told."""
    found: list[EmbeddedObject] = []
    for item in properties:
        if qualifying.name(item) in VALUES:
            for leaf in item.iter("*"):
                kind = _KINDS.get(qualifying.name(leaf))
                if kind is None or len(found) >= _OBJECTS:
                    continue
                der = value_octets(leaf)
                if der is not None:
                    found.append(EmbeddedObject(kind=kind, der=_whole(kind, der), origin=Origin.SIGNATURE))
                elif findings is not None:
                    findings.append(info("XADES_VALUE_UNREADABLE", id, property=qualifying.name(item)))
    return tuple(found)


def _whole(kind: MaterialKind, der: bytes) -> bytes:
    """Return the whole OCSPResponse: some writers encapsulate only the basic one (TS 101 903 7.6.2)."""
    if kind is not MaterialKind.OCSP:
        return der
    try:
        reader = Reader(der)
        _, start, end, _ = reader.read(0, len(der))
        tag = reader.read(start, end)[0]
    except DerError:
        return der
    return wrap_basic_response(der) if tag == 0x30 else der
