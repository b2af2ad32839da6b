"""The attributes of a SignerInfo: read strictly, each into its own value.

A malformed attribute counts as absent and gives a finding; what an attribute means for trust is
decided elsewhere.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

from edoc.facts.document import Buffer
from edoc.facts.findings import Finding, error
from edoc.facts.signature import CertificateReference
from edoc.pki import oids
from edoc.pki.algorithms import algorithm_identifier, digest_name
from edoc.pki.der import DerError, Reader, decode_oid, encode_oid, strict, strict_children, tlv

_ATTRIBUTES = 500
"""Attributes of one set: real signatures carry up to 40."""
_VALUES = 500
"""Values of one attribute: time-stamps and counter-signatures may be several."""

SINGLE_SIGNED = frozenset(
    {
        oids.CONTENT_TYPE,
        oids.MESSAGE_DIGEST,
        oids.SIGNING_TIME,
        oids.SIGNING_CERTIFICATE,
        oids.SIGNING_CERTIFICATE_V2,
        oids.ALGORITHM_PROTECTION,
        oids.SIGNATURE_POLICY,
        oids.MIME_TYPE,
        oids.CONTENT_HINTS,
        oids.CONTENT_IDENTIFIER,
        oids.CONTENT_REFERENCE,
        oids.SIGNER_LOCATION,
        oids.SIGNER_ATTRIBUTES,
        oids.SIGNER_ATTRIBUTES_V2,
        oids.COMMITMENT_TYPE,
        oids.CLAIMED_SAML,
        oids.ADBE_REVOCATION,
    }
)
"""Signed attributes that may stand once (EN 319 122-1 5.1, 5.2; RFC 5652 11)."""
_SINGLE_VALUED = SINGLE_SIGNED - {oids.COMMITMENT_TYPE}
"""DSS writes several commitments as values of one attribute; all others have one value."""


_REMEMBERED = 512
"""Octets of an attribute whose reading is remembered: most are the same in every document of a signer."""


class Attribute(NamedTuple):
    """An attribute's type and the whole DER (or BER) elements of its values."""

    oid: str
    values: tuple[bytes, ...]


class AlgorithmProtection(NamedTuple):
    """The value of cms-algorithm-protection (RFC 6211 2)."""

    digest: tuple[str, bytes | None]
    signature: tuple[str, bytes | None] | None


def strict_attributes(data: Buffer, start: int, end: int) -> tuple[tuple[Attribute, ...], bool]:
    """Return the attributes of a DER set and whether they stand in DER order; DerError when they are not DER."""
    found: list[Attribute] = []
    ordered = True
    previous = b""
    pos = start
    while pos < end:
        following = strict(data, pos, end)[3]
        if len(found) >= _ATTRIBUTES:
            raise DerError("attribute")
        current = data[pos:following]
        found.append(_known_attribute(current) if len(current) <= _REMEMBERED else _attribute(current))
        ordered = ordered and previous <= current
        previous = current
        pos = following
    return tuple(found), ordered


def _attribute(der: bytes) -> Attribute:
    tag, first, last, _ = strict(der, 0, len(der))
    kind, oid_start, oid_end, inner = strict(der, first, last)
    outer, value, values_end, close = strict(der, inner, last)
    if tag != 0x30 or kind != 0x06 or outer != 0x31 or close != last:
        raise DerError("attribute")
    values = []
    while value < values_end:
        close = strict(der, value, values_end)[3]
        values.append(der[value:close])
        value = close
        if len(values) > _VALUES:
            raise DerError("limit")
    return Attribute(decode_oid(der[oid_start:oid_end]), tuple(values))


_known_attribute = lru_cache(maxsize=1024)(_attribute)


def read_attributes(reader: Reader, start: int, end: int) -> tuple[Attribute, ...]:
    """Return the attributes of a BER set, in stored order; DerError when they cannot be read."""
    data = reader.data
    found = []
    for tag, _, first, last, _ in reader.children(start, end, limit=_ATTRIBUTES):
        if tag != 0x30:
            raise DerError("attribute")
        kind, oid_start, oid_end, pos = reader.read(first, last)
        outer, values_start, values_end, following = reader.read(pos, last)
        if kind != 0x06 or outer != 0x31 or following != last:
            raise DerError("attribute")
        values = reader.children(values_start, values_end, limit=_VALUES)
        found.append(
            Attribute(decode_oid(data[oid_start:oid_end]), tuple(data[pos:stop] for _, pos, _, _, stop in values))
        )
    return tuple(found)


def encode_attributes(attributes: tuple[Attribute, ...]) -> bytes:
    """Return the DER SET OF these attributes; values are taken as they are."""
    parts = (tlv(0x30, encode_oid(oid), tlv(0x31, *sorted(values))) for oid, values in attributes)
    return tlv(0x31, *sorted(parts))


def repeated(attributes: tuple[Attribute, ...]) -> list[Finding]:
    """Return an error for each signed attribute that stands twice or has another number of values than one."""
    findings = []
    seen: set[str] = set()
    for oid, values in attributes:
        if oid in SINGLE_SIGNED:
            if oid in seen:
                findings.append(error("CMS_ATTRIBUTE_REPEATED", attribute=oid))
            seen.add(oid)
            if len(values) != 1 and oid in _SINGLE_VALUED:
                findings.append(error("CMS_ATTRIBUTE_VALUES", attribute=oid, count=len(values)))
    return findings


def octet_string(value: bytes) -> bytes:
    """Return the octets of a DER OCTET STRING; DerError otherwise."""
    tag, first, last, following = strict(value, 0, len(value))
    if tag != 0x04 or following != len(value):
        raise DerError("octet string")
    return value[first:last]


def object_identifier(value: bytes) -> str:
    """Return the dotted form of a DER OBJECT IDENTIFIER; DerError otherwise."""
    tag, first, last, following = strict(value, 0, len(value))
    if tag != 0x06 or following != len(value):
        raise DerError("oid")
    return decode_oid(value[first:last])


_UTC_TIME = re.compile(rb"(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z")
_GENERALIZED_TIME = re.compile(rb"(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(?:\.(\d{1,9}))?Z")


def utc_time(content: bytes) -> datetime:
    """Return the time of DER UTCTime content octets (years 1950 to 2049); DerError otherwise."""
    match = _UTC_TIME.fullmatch(content)
    if match is None:
        raise DerError("time")
    year, *rest = map(int, match.groups())
    return _time(year + (1900 if year >= 50 else 2000), rest, 0)


def generalized_time(content: bytes) -> datetime:
    """Return the time of GeneralizedTime content octets in UTC, fractions to the microsecond; DerError otherwise."""
    match = _GENERALIZED_TIME.fullmatch(content)
    if match is None:
        raise DerError("time")
    *whole, fraction = match.groups()
    year, *rest = map(int, whole)
    return _time(year, rest, int((fraction or b"0").ljust(9, b"0")) // 1000)


def _time(year: int, rest: list[int], microsecond: int) -> datetime:
    month, day, hour, minute, second = rest
    try:
        # A leap second has no datetime of its own: it is the instant that follows.
        time = datetime(year, month, day, hour, minute, min(second, 59), microsecond, tzinfo=UTC)
        return time + timedelta(seconds=1) if second == 60 else time
    except (ValueError, OverflowError) as problem:
        raise DerError("time") from problem


def signing_time(value: bytes) -> datetime:
    """Return the claimed signing time (RFC 5652 11.3); DerError for a wrong choice or form."""
    tag, first, last, following = strict(value, 0, len(value))
    if following != len(value):
        raise DerError("time")
    if tag == 0x17:
        return utc_time(value[first:last])
    if tag != 0x18:
        raise DerError("time")
    time = generalized_time(value[first:last])
    if 1950 <= time.year < 2050:
        raise DerError("time choice")
    return time


def signing_certificate(value: bytes, *, version: int) -> tuple[CertificateReference, ...]:
    """Return the references of ESS signing-certificate (version 1) or -v2; DerError when malformed (RFC 5035 3, 4)."""
    tag, start, end, following = strict(value, 0, len(value))
    if tag != 0x30 or following != len(value):
        raise DerError("ess")
    parts = strict_children(value, start, end, limit=2)
    if not parts or any(part[0] != 0x30 for part in parts):
        raise DerError("ess")
    _, _, first, last = parts[0]
    found = []
    for tag, _, inner, inner_end in strict_children(value, first, last, limit=200):
        if tag != 0x30:
            raise DerError("ess")
        found.append(_ess_certificate(value, strict_children(value, inner, inner_end, limit=3), version))
    if not found:
        raise DerError("ess")
    return (replace(found[0], names_signer=True), *found[1:])


def _ess_certificate(value: bytes, parts: list[tuple[int, int, int, int]], version: int) -> CertificateReference:
    algorithm = "sha1" if version == 1 else "sha256"
    if version == 2 and parts and parts[0][0] == 0x30:
        _, pos, _, last = parts.pop(0)
        algorithm = digest_name(*algorithm_identifier(value[pos:last]))
    if not parts or parts[0][0] != 0x04 or len(parts) > 2:
        raise DerError("ess")
    digest = value[parts[0][2] : parts[0][3]]
    if len(parts) == 1:
        return CertificateReference(digest_algorithm=algorithm, digest=digest)
    tag, _, start, end = parts[1]
    if tag != 0x30:
        raise DerError("ess")
    issuer, serial = _issuer_serial(value, start, end)
    return CertificateReference(digest_algorithm=algorithm, digest=digest, issuer_der=issuer, serial=serial)


def issuer_serial(value: bytes) -> tuple[bytes | None, int]:
    """Return issuer (DER Name, null when not one directory name) and number of a DER IssuerSerial; DerError otherwise."""
    tag, start, end, following = strict(value, 0, len(value))
    if tag != 0x30 or following != len(value):
        raise DerError("issuer serial")
    return _issuer_serial(value, start, end)


def _issuer_serial(value: bytes, start: int, end: int) -> tuple[bytes | None, int]:
    names, number = _two(strict_children(value, start, end, limit=3))
    if names[0] != 0x30 or number[0] != 0x02:
        raise DerError("issuer serial")
    general = strict_children(value, names[2], names[3], limit=20)
    # GeneralNames with exactly one directoryName [4] (explicit, since Name is a CHOICE); RFC 5035 5.4.
    issuer = None
    if len(general) == 1 and general[0][0] == 0xA4:
        issuer = value[general[0][2] : general[0][3]]
    return issuer, int.from_bytes(value[number[2] : number[3]], "big", signed=True)


def _two(parts: list[tuple[int, int, int, int]]) -> tuple[tuple[int, int, int, int], tuple[int, int, int, int]]:
    # IssuerSerial of attribute certificates may carry an issuerUID; it says nothing here.
    if len(parts) not in (2, 3):
        raise DerError("issuer serial")
    return parts[0], parts[1]


def algorithm_protection(value: bytes) -> AlgorithmProtection:
    """Return what cms-algorithm-protection protects; DerError when malformed (RFC 6211 2)."""
    tag, start, end, following = strict(value, 0, len(value))
    if tag != 0x30 or following != len(value):
        raise DerError("protection")
    parts = strict_children(value, start, end, limit=3)
    if not parts or parts[0][0] != 0x30:
        raise DerError("protection")
    digest = algorithm_identifier(value[parts[0][1] : parts[0][3]])
    signature = None
    for tag, pos, _, last in parts[1:]:
        if tag not in (0xA1, 0xA2):
            raise DerError("protection")
        if tag == 0xA1:
            signature = algorithm_identifier(b"\x30" + value[pos + 1 : last])
    return AlgorithmProtection(digest, signature)
