"""Signed attributes for what a signer claims (EN 319 122-1 5.2)."""

from __future__ import annotations

import re

from edoc.errors import ConfigError
from edoc.formats.cms_write import attribute, digest_identifier
from edoc.formats.writing import Placement, SignatureOrder, SignaturePolicy, SignerLocation
from edoc.pki import oids
from edoc.pki.der import encode_oid, tlv

_AT_ROLE = "2.5.4.72"
_POLICY_URI = "1.2.840.113549.1.9.16.5.1"
_POLICY_NOTICE = "1.2.840.113549.1.9.16.5.2"
_DOTTED = re.compile(r"(?:urn:oid:)?([0-2](?:\.(?:0|[1-9]\d{0,38})){1,32})")
_COMMITMENT_URI = "http://uri.etsi.org/01903/v1.2.2#ProofOf"
_COMMITMENTS = ("Origin", "Receipt", "Delivery", "Sender", "Approval", "Creation")


def claim_attributes(order: SignatureOrder, *, name: str) -> tuple[bytes, ...]:
    """Return the attributes of what a signature says beside the data; `name` is that of the signed document.

    Raises `ConfigError` CADES_IDENTIFIER for a policy or commitment that is no object identifier.
    """
    if not (order.policy or order.location or order.commitments or order.roles or order.media_types
            or order.content_timestamps):  # fmt: skip
        return ()
    found: list[bytes] = []
    if order.policy is not None:
        found.append(attribute(oids.SIGNATURE_POLICY, _policy(order.policy)))
    if order.commitments:
        values = [tlv(0x30, encode_oid(commitment_oid(item))) for item in dict.fromkeys(order.commitments)]
        found.append(attribute(oids.COMMITMENT_TYPE, *values))
    if order.roles:
        roles = [tlv(0x30, encode_oid(_AT_ROLE), tlv(0x31, _utf8(role))) for role in order.roles]
        found.append(attribute(oids.SIGNER_ATTRIBUTES_V2, tlv(0x30, tlv(0xA0, tlv(0x30, *roles)))))
    if order.location is not None:
        found.append(attribute(oids.SIGNER_LOCATION, _location(order.location)))
    media_type = order.media_types.get(name)
    if media_type and order.placement is not Placement.COUNTER:
        found.append(attribute(oids.MIME_TYPE, _utf8(media_type)))
    found += [attribute(oids.CONTENT_TIMESTAMP, token) for token in order.content_timestamps]
    return tuple(found)


def commitment_oid(identifier: str) -> str:
    """Return the dotted form of a commitment that is given so, or as one of the six URIs of ETSI."""
    stem, _, word = identifier.partition("ProofOf")
    if f"{stem}ProofOf" == _COMMITMENT_URI and word in _COMMITMENTS:
        return f"1.2.840.113549.1.9.16.6.{_COMMITMENTS.index(word) + 1}"
    return dotted(identifier)


def dotted(identifier: str) -> str:
    """Return an object identifier in dotted form, with or without `urn:oid:`; `ConfigError` CADES_IDENTIFIER."""
    found = _DOTTED.fullmatch(identifier)
    parts = [int(part) for part in found[1].split(".")] if found is not None else []
    if found is None or (parts[0] < 2 and parts[1] >= 40):
        raise ConfigError("CADES_IDENTIFIER", subject=identifier)
    return found[1]


def _policy(policy: SignaturePolicy) -> bytes:
    digest = tlv(0x30, digest_identifier(policy.digest_algorithm), tlv(0x04, policy.digest))
    qualifiers: list[bytes] = []
    if policy.uri is not None:
        qualifiers.append(tlv(0x30, encode_oid(_POLICY_URI), tlv(0x16, policy.uri.encode("ascii", "backslashreplace"))))
    if policy.description is not None:
        qualifiers.append(tlv(0x30, encode_oid(_POLICY_NOTICE), tlv(0x30, _utf8(policy.description))))
    listed = tlv(0x30, *qualifiers) if qualifiers else b""
    return tlv(0x30, encode_oid(dotted(policy.id)), digest, listed)


def _location(location: SignerLocation) -> bytes:
    parts = []
    if location.country is not None:
        parts.append(tlv(0xA0, _utf8(location.country)))
    if location.locality is not None:
        parts.append(tlv(0xA1, _utf8(location.locality)))
    lines = [line for line in (location.street, location.region, location.postal_code) if line is not None]
    if lines:
        parts.append(tlv(0xA2, tlv(0x30, *map(_utf8, lines))))
    return tlv(0x30, *parts)


def _utf8(text: str) -> bytes:
    return tlv(0x0C, text.encode("utf-8"))
