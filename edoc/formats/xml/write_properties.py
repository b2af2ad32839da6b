"""The XAdES properties of a new signature as text, in the order of the schema (EN 319 132-1 4, 5.2)."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC

from edoc.errors import ConfigError
from edoc.formats.writing import SignatureOrder, SignaturePolicy, SignerLocation, SignerParameters
from edoc.formats.xml.algorithms import C14N_EXCLUSIVE, digest_uri
from edoc.formats.xml.qualifying import XADES_132
from edoc.formats.xml.text import escaped
from edoc.pki.algorithms import digest_of
from edoc.pki.certificate import Certificate
from edoc.pki.der import integer, tlv

_COMMITMENTS = {
    f"1.2.840.113549.1.9.16.6.{number}": f"http://uri.etsi.org/01903/v1.2.2#ProofOf{name}"
    for number, name in enumerate(("Origin", "Receipt", "Delivery", "Sender", "Approval", "Creation"), 1)
}
"""EN 319 132-1 5.2.3: the version in the address is 1.2.2 in every version of XAdES."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """A reference to data, and the media type that the signature says of it; null for what has none."""

    reference_id: str
    media_type: str | None


def b64(octets: bytes) -> str:
    """Return octets in base64, in one line."""
    return base64.b64encode(octets).decode("ascii")


def digest_name(name: str) -> str:
    """Return the digest to use over data: XML has no name for SHAKE256 (RFC 9231), SHA-512 is as strong."""
    return "sha512" if name == "shake256_512" else name


def words(text: str, *, option: str) -> str:
    """Return text of the caller's as XML; `ConfigError` XADES_TEXT_UNFIT for what XML cannot hold."""
    try:
        return escaped(text)
    except ValueError as problem:
        raise ConfigError("XADES_TEXT_UNFIT", subject=option, params={"character": str(problem)}) from problem


def qualifying_properties(
    tag: str, *, order: SignatureOrder, signer: SignerParameters, described: Sequence[Described]
) -> str:
    """Return QualifyingProperties of the signature `id-TAG`; SignedProperties are `xades-TAG`."""
    parts = [
        f"<xades:SigningTime>{order.signing_time.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}</xades:SigningTime>",
        _signing_certificate(signer),
        _policy(order.policy) if order.policy is not None else "",
        _place(order.location) if order.location is not None else "",
        _roles(order.roles),
    ]
    data = [_format(item) for item in described if item.media_type is not None]
    data += [_commitment(item) for item in order.commitments]
    data += [_content_stamp(item) for item in order.content_timestamps]
    about = _element("SignedDataObjectProperties", "".join(data)) if data else ""
    return (
        f'<xades:QualifyingProperties xmlns:xades="{XADES_132}" Target="#id-{tag}">'
        f'<xades:SignedProperties Id="xades-{tag}">'
        f"{_element('SignedSignatureProperties', ''.join(parts))}{about}"
        "</xades:SignedProperties></xades:QualifyingProperties>"
    )


def _element(name: str, content: str) -> str:
    return f"<xades:{name}>{content}</xades:{name}>"


def digest_pair(algorithm: str, digest: bytes) -> str:
    """Return DigestMethod and DigestValue of a digest."""
    return (
        f'<ds:DigestMethod Algorithm="{digest_uri(algorithm)}"/>'
        f"<ds:DigestValue>{b64(digest)}</ds:DigestValue>"
    )


def _signing_certificate(signer: SignerParameters) -> str:
    name = digest_name(signer.digest_algorithm)
    digest = digest_of(name, signer.certificate_der)
    assert digest is not None
    certificate = Certificate.load(signer.certificate_der)
    # RFC 5035 IssuerSerial: GeneralNames with one directoryName [4], then the number.
    names = tlv(0x30, tlv(0xA4, certificate.issuer.der))
    issuer_serial = tlv(0x30, names, integer(certificate.serial_number))
    content = _element("CertDigest", digest_pair(name, digest)) + _element("IssuerSerialV2", b64(issuer_serial))
    return _element("SigningCertificateV2", _element("Cert", content))


def _identifier(text: str, *, option: str) -> str:
    """Return an Identifier; an object identifier is written as a URN (EN 319 132-1 5.1.2)."""
    if all(part.isdigit() for part in text.split(".")):
        return f'<xades:Identifier Qualifier="OIDAsURN">urn:oid:{text}</xades:Identifier>'
    return _element("Identifier", words(text, option=option))


def _policy(policy: SignaturePolicy) -> str:
    described = words(policy.description, option="policy description") if policy.description else ""
    named = _identifier(policy.id, option="policy id") + (_element("Description", described) if described else "")
    digest = _element("SigPolicyHash", digest_pair(policy.digest_algorithm, policy.digest))
    place = ""
    if policy.uri:
        uri = _element("SPURI", words(policy.uri, option="policy uri"))
        place = _element("SigPolicyQualifiers", _element("SigPolicyQualifier", uri))
    stated = _element("SignaturePolicyId", _element("SigPolicyId", named) + digest + place)
    return _element("SignaturePolicyIdentifier", stated)


def _place(location: SignerLocation) -> str:
    parts = (
        ("City", location.locality),
        ("StreetAddress", location.street),
        ("StateOrProvince", location.region),
        ("PostalCode", location.postal_code),
        ("CountryName", location.country),
    )
    found = "".join(_element(name, words(text, option="location")) for name, text in parts if text)
    return _element("SignatureProductionPlaceV2", found) if found else ""


def _roles(roles: Sequence[str]) -> str:
    if not roles:
        return ""
    claimed = "".join(_element("ClaimedRole", words(role, option="role")) for role in roles)
    return _element("SignerRoleV2", _element("ClaimedRoles", claimed))


def _format(item: Described) -> str:
    kind = _element("MimeType", words(item.media_type or "", option="media type"))
    return f'<xades:DataObjectFormat ObjectReference="#{item.reference_id}">{kind}</xades:DataObjectFormat>'


def _commitment(name: str) -> str:
    identifier = _identifier(_COMMITMENTS.get(name, name), option="commitment")
    content = _element("CommitmentTypeId", identifier) + "<xades:AllSignedDataObjects/>"
    return _element("CommitmentTypeIndication", content)


def _content_stamp(token: bytes) -> str:
    method = f'<ds:CanonicalizationMethod Algorithm="{C14N_EXCLUSIVE}"/>'
    content = method + _element("EncapsulatedTimeStamp", b64(token))
    return _element("AllDataObjectsTimeStamp", content)
