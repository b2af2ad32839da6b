"""What a XAdES signature says beside the data: time, certificate, policy, commitments, roles, place, media types."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

from edoc.facts.findings import Finding, error, info
from edoc.facts.signature import CertificateReference, Claims, PolicyReference
from edoc.formats.xml.algorithms import digest_of_uri
from edoc.formats.xml.errors import XmlError
from edoc.formats.xml.qualifying import VERSIONS, Qualifying, elements, is_ds, split, value_octets, value_text
from edoc.formats.xml.transforms import octets_of, read_transforms, transformed
from edoc.formats.xml.tree import DS, Element, XmlDocument
from edoc.pki.cms_attributes import issuer_serial
from edoc.pki.der import DerError

_TIME = re.compile(r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,12}))?(Z|[+-]\d\d:\d\d)?")
_OID = re.compile(r"(?:urn:oid:)?(\d+(?:\.\d+)+)", re.IGNORECASE)
_SERIAL = re.compile(r"-?[0-9]{1,60}")
_PLACE = ("CountryName", "StateOrProvince", "City", "PostalCode", "StreetAddress")

SINGLE = (
    "SigningTime", "SigningCertificate", "SigningCertificateV2", "SignaturePolicyIdentifier",
    "SignatureProductionPlace", "SignatureProductionPlaceV2", "SignerRole", "SignerRoleV2",
)  # fmt: skip
"""Signed properties that may stand once (EN 319 132-1 table 2)."""


def date_time(text: str | None) -> datetime | None:
    """Return an xs:dateTime in UTC, null when it is none; one without zone is taken as UTC."""
    match = _TIME.fullmatch(text or "")
    if match is None:
        return None
    *parts, fraction, zone = match.groups()
    year, month, day, hour, minute, second = map(int, parts)
    micro = int((fraction or "").ljust(6, "0")[:6])
    try:
        time = datetime(year, month, day, hour, minute, second, micro, tzinfo=_zone(zone))
        return time.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _zone(text: str | None) -> timezone:
    if text in (None, "Z"):
        return UTC
    minutes = int(text[1:3]) * 60 + int(text[4:6])
    return timezone(timedelta(minutes=minutes if text[0] == "+" else -minutes))


def signing_time(qualifying: Qualifying, id: str, findings: list[Finding]) -> datetime | None:
    """Return the claimed signing time; a value that is no time is an error."""
    found = [item for item in qualifying.signature_properties if qualifying.name(item) == "SigningTime"]
    if not found:
        return None
    time = date_time(value_text(found[0]))
    if time is None:
        findings.append(error("XADES_TIME_MALFORMED", id))
    return time


def repeated(qualifying: Qualifying, id: str) -> list[Finding]:
    """Return an error for each signed property that stands twice: two readers could take two values."""
    names = [qualifying.name(item) for item in qualifying.signature_properties]
    return [error("XADES_PROPERTY_TWICE", id, property=name) for name in SINGLE if names.count(name) > 1]


def certificate_references(
    qualifying: Qualifying, id: str, findings: list[Finding]
) -> tuple[CertificateReference, ...]:
    """Return the signed references to certificates, those of the newer property first (EN 319 132-1 5.2.2).

    The first of each property names the signer.
    """
    found: list[CertificateReference] = []
    for wanted in ("SigningCertificateV2", "SigningCertificate"):
        for item in qualifying.signature_properties:
            if qualifying.name(item) == wanted:
                certificates = [child for child in elements(item) if qualifying.name(child) == "Cert"]
                references = [_certificate(qualifying, child) for child in certificates]
                if not references or None in references:
                    findings.append(error("XADES_CERTIFICATE_REFERENCE", id))
                known = [one for one in references if one is not None]
                found += [replace(one, names_signer=place == 0) for place, one in enumerate(known)]
    return tuple(found)


def _certificate(qualifying: Qualifying, element: Element) -> CertificateReference | None:
    algorithm, digest = digest_and_value(qualifying.child(element, "CertDigest"))
    if algorithm is None or digest is None:
        return None
    plain = CertificateReference(digest_algorithm=algorithm, digest=digest)
    second = value_octets(qualifying.child(element, "IssuerSerialV2"))
    if second is not None:
        try:
            issuer, serial = issuer_serial(second)
        except DerError:
            return None
        return replace(plain, issuer_der=issuer, serial=serial)
    first = qualifying.child(element, "IssuerSerial")
    if first is None:
        return plain
    # The issuer's name is a text here, which writers spell in many ways: only the number is compared.
    number = value_text(next((item for item in elements(first) if is_ds(item, "X509SerialNumber")), None))
    return replace(plain, serial=int(number)) if number and _SERIAL.fullmatch(number) else plain


def digest_and_value(element: Element | None) -> tuple[str | None, bytes | None]:
    """Return the hashlib name and the digest of a DigestAlgAndValue, null for what cannot be read."""
    if element is None:
        return None, None
    # Up to version 1.2.2 these two stand in the namespace of XAdES.
    found = {split(item)[1]: item for item in elements(element) if split(item)[0] in (DS, *VERSIONS)}
    method, value = found.get("DigestMethod"), value_octets(found.get("DigestValue"))
    uri = method.get("Algorithm") if method is not None else None
    return (digest_of_uri(uri) if uri else None), value


def claims(qualifying: Qualifying, document: XmlDocument, *, names: Mapping[str, str]) -> Claims:
    """Return what the signer says; `names` gives the name of a reference by its Id."""
    return Claims(
        policy=_policy(qualifying, document),
        commitments=_commitments(qualifying),
        roles=_roles(qualifying),
        location=_place(qualifying),
        media_types=_media_types(qualifying, names),
    )


def identifier(text: str | None) -> str:
    """Return an object identifier in dotted form, any other identifier as it stands."""
    match = _OID.fullmatch(text or "")
    return match.group(1) if match is not None else text or ""


def _signed(qualifying: Qualifying, *names: str) -> list[Element]:
    found = (*qualifying.signature_properties, *qualifying.data_properties)
    return [item for item in found if qualifying.name(item) in names]


def _policy(qualifying: Qualifying, document: XmlDocument) -> PolicyReference | None:
    found = _signed(qualifying, "SignaturePolicyIdentifier")
    if not found:
        return None
    stated = qualifying.child(found[0], "SignaturePolicyId")
    if stated is None:
        return PolicyReference(id="")
    named = qualifying.child(stated, "SigPolicyId")
    text = value_text(qualifying.child(named, "Identifier")) if named is not None else None
    algorithm, digest = digest_and_value(qualifying.child(stated, "SigPolicyHash"))
    return PolicyReference(
        id=identifier(text),
        digest_algorithm=algorithm,
        digest=digest,
        uri=_policy_uri(qualifying, stated),
        document=_stored(qualifying),
        transformed=_transformed(stated, document),
    )


def _transformed(stated: Element, document: XmlDocument) -> Callable[[bytes], bytes | None] | None:
    """Return what makes the octets to digest of a policy document, null when these are its own (5.2.9.1)."""
    box = stated.find(f"{{{DS}}}Transforms")
    if box is None:
        return None

    def octets(policy: bytes) -> bytes | None:
        try:
            return octets_of(transformed(policy, read_transforms(box, limits=document.limits), document), document)
        except XmlError:
            # A policy that cannot be transformed cannot be compared: undecided.
            return None

    return octets


def _policy_uri(qualifying: Qualifying, stated: Element) -> str | None:
    for item in stated.iter("*"):
        if qualifying.name(item) == "SPURI":
            return value_text(item)
    return None


def _stored(qualifying: Qualifying) -> bytes | None:
    for item in qualifying.unsigned:
        if qualifying.name(item) == "SignaturePolicyStore":
            return value_octets(qualifying.child(item, "SignaturePolicyDocument"))
    return None


def _commitments(qualifying: Qualifying) -> tuple[str, ...]:
    found = []
    for item in _signed(qualifying, "CommitmentTypeIndication"):
        named = qualifying.child(item, "CommitmentTypeId")
        text = value_text(qualifying.child(named, "Identifier")) if named is not None else None
        if text:
            found.append(identifier(text))
    return tuple(found)


def _roles(qualifying: Qualifying) -> tuple[str, ...]:
    found: list[str] = []
    for item in _signed(qualifying, "SignerRole", "SignerRoleV2"):
        claimed = qualifying.child(item, "ClaimedRoles")
        if claimed is not None:
            found += [text for text in map(value_text, elements(claimed)) if text]
    return tuple(found)


def _place(qualifying: Qualifying) -> tuple[str, ...]:
    found = _signed(qualifying, "SignatureProductionPlace", "SignatureProductionPlaceV2")
    if not found:
        return ()
    texts = (value_text(qualifying.child(found[0], name)) for name in _PLACE)
    return tuple(text for text in texts if text)


def _media_types(qualifying: Qualifying, names: Mapping[str, str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for item in _signed(qualifying, "DataObjectFormat"):
        text = value_text(qualifying.child(item, "MimeType"))
        name = names.get((item.get("ObjectReference") or "").removeprefix("#"))
        if text and name is not None:
            found[name] = text
    return found


def data_object_formats(qualifying: Qualifying, *, ids: frozenset[str], id: str) -> list[Finding]:
    """Tell when a DataObjectFormat describes no reference of this signature (5.2.4): it says nothing then."""
    for item in _signed(qualifying, "DataObjectFormat"):
        target = item.get("ObjectReference") or ""
        if target.removeprefix("#") not in ids or not target.startswith("#"):
            return [info("XADES_FORMAT_OF_NOTHING", id, target=target[:120] or "-")]
    return []
