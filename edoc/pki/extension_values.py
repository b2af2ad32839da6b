"""Values of certificate extensions, read strictly: each reader answers with fields of `Extensions` or a DerError."""

from __future__ import annotations

from dataclasses import dataclass

from edoc.pki.der import DerError, decode_integer, decode_oid, strict, strict_children
from edoc.pki.names import URI, GeneralName, general_name, general_names

_AD_OCSP = "1.3.6.1.5.5.7.48.1"
_AD_CA_ISSUERS = "1.3.6.1.5.5.7.48.2"
_KNOWN_QUALIFIERS = frozenset({"1.3.6.1.5.5.7.2.1", "1.3.6.1.5.5.7.2.2"})
_USAGES = (
    "digitalSignature", "nonRepudiation", "keyEncipherment", "dataEncipherment", "keyAgreement", "keyCertSign",
    "cRLSign", "encipherOnly", "decipherOnly",
)  # fmt: skip
ALL_REASONS = 0b1_1111_1110
"""Bits 1 to 8 of ReasonFlags; bit 0 is unused (RFC 5280 4.2.1.13)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DistributionPoint:
    """One CRL distribution point: names (or an RDN relative to the CRL issuer), reasons, CRL issuers.

    `reasons` is a mask of ReasonFlags bits, null for all reasons.
    """

    full_names: tuple[GeneralName, ...] = ()
    relative: bytes | None = None
    reasons: int | None = None
    crl_issuers: tuple[GeneralName, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class NameConstraints:
    """Permitted and excluded subtrees; `unsupported` when minimum or maximum is used."""

    permitted: tuple[GeneralName, ...] = ()
    excluded: tuple[GeneralName, ...] = ()
    unsupported: bool = False


def sequence(der: bytes) -> tuple[int, int]:
    """Return the content positions of the one SEQUENCE that some octets must be."""
    tag, start, end, following = strict(der, 0, len(der))
    if tag != 0x30 or following != len(der):
        raise DerError("sequence")
    return start, end


def integer(content: bytes) -> int:
    """Return a small non-negative INTEGER (a count of certificates); larger ones are capped."""
    value = decode_integer(content)
    if value < 0:
        raise DerError("negative")
    return min(value, 1 << 30)


def boolean(content: bytes) -> bool:
    """Return a DER BOOLEAN."""
    if content not in (b"\x00", b"\xff"):
        raise DerError("boolean")
    return content == b"\xff"


def bits(content: bytes) -> int:
    """Return the mask of a named BIT STRING: bit n of the string is bit n of the number."""
    if not content or content[0] > 7 or (len(content) == 1 and content[0]) or len(content) > 4:
        raise DerError("bits")
    mask = 0
    for octet_index, octet in enumerate(content[1:]):
        for bit in range(8):
            if octet & (0x80 >> bit):
                mask |= 1 << (octet_index * 8 + bit)
    unused = content[0]
    if unused and content[-1] & ((1 << unused) - 1):
        raise DerError("unused bits")
    return mask


def _whole(der: bytes, expected: int) -> bytes:
    tag, start, end, following = strict(der, 0, len(der))
    if tag != expected or following != len(der):
        raise DerError("value")
    return der[start:end]


def key_usage(der: bytes) -> dict[str, object]:
    """Return the named bits of a KeyUsage."""
    mask = bits(_whole(der, 0x03))
    return {"key_usage": frozenset(name for bit, name in enumerate(_USAGES) if mask & (1 << bit))}


def extended_key_usage(der: bytes) -> dict[str, object]:
    """Return the purposes of an ExtKeyUsageSyntax."""
    start, end = sequence(der)
    purposes = []
    for tag, _, first, last in strict_children(der, start, end):
        if tag != 0x06:
            raise DerError("purpose")
        purposes.append(decode_oid(der[first:last]))
    if not purposes:
        raise DerError("empty")
    return {"extended_key_usage": tuple(purposes)}


def basic_constraints(der: bytes) -> dict[str, object]:
    """Return cA and pathLenConstraint."""
    start, end = sequence(der)
    children = strict_children(der, start, end, limit=2)
    is_ca, path_length = False, None
    if children and children[0][0] == 0x01:
        is_ca = boolean(der[children[0][2] : children[0][3]])
        children = children[1:]
    if children and children[0][0] == 0x02:
        path_length = integer(der[children[0][2] : children[0][3]])
        children = children[1:]
    if children:
        raise DerError("basic constraints")
    return {"is_ca": is_ca, "path_length": path_length}


def subject_key_identifier(der: bytes) -> dict[str, object]:
    """Return a SubjectKeyIdentifier."""
    return {"subject_key_identifier": _whole(der, 0x04)}


def authority_key_identifier(der: bytes) -> dict[str, object]:
    """Return the key identifier of an AuthorityKeyIdentifier."""
    start, end = sequence(der)
    found: dict[str, object] = {}
    previous = 0
    for tag, _, first, last in strict_children(der, start, end, limit=3):
        number = tag & 0x1F
        if tag not in (0x80, 0xA1, 0x82) or number < previous:
            raise DerError("authority key identifier")
        previous = number + 1
        if tag == 0x80:
            found["authority_key_identifier"] = der[first:last]
        elif tag == 0xA1:
            general_names(der, first, last)
    return found


def subject_alt_name(der: bytes) -> dict[str, object]:
    """Return the names of a SubjectAltName."""
    start, end = sequence(der)
    return {"subject_alt_names": general_names(der, start, end)}


def name_constraints(der: bytes) -> dict[str, object]:
    """Return permitted and excluded subtrees."""
    start, end = sequence(der)
    found: dict[int, tuple[GeneralName, ...]] = {}
    unsupported = False
    for tag, _, first, last in strict_children(der, start, end, limit=2):
        if tag not in (0xA0, 0xA1) or tag in found or (tag == 0xA0 and 0xA1 in found):
            raise DerError("name constraints")
        names = []
        for inner, _, base, stop in strict_children(der, first, last, limit=100_000):
            if inner != 0x30:
                raise DerError("subtree")
            name, pos = general_name(der, base, stop)
            names.append(name)
            unsupported = unsupported or not _no_bounds(der, pos, stop)
        if not names:
            raise DerError("empty subtrees")
        found[tag] = tuple(names)
    if not found:
        raise DerError("empty")
    constraints = NameConstraints(permitted=found.get(0xA0, ()), excluded=found.get(0xA1, ()), unsupported=unsupported)
    return {"name_constraints": constraints}


def _no_bounds(der: bytes, pos: int, end: int) -> bool:
    # minimum 0 must not be encoded in DER, but is harmless; maximum has no meaning here.
    return pos == end or der[pos:end] == b"\x80\x01\x00"


def distribution_point_name(der: bytes, start: int, end: int) -> tuple[tuple[GeneralName, ...], bytes | None]:
    """Return (full names, relative RDN content) of the DistributionPointName between two positions."""
    tag, first, last, following = strict(der, start, end)
    if following != end:
        raise DerError("distribution point name")
    if tag == 0xA0:
        names = general_names(der, first, last)
        if not names:
            raise DerError("no name")
        return names, None
    if tag == 0xA1:
        return (), der[first:last]
    raise DerError("distribution point name")


def distribution_points(der: bytes) -> dict[str, object]:
    """Return the points of CRLDistributionPoints."""
    start, end = sequence(der)
    points = []
    for tag, _, first, last in strict_children(der, start, end):
        if tag != 0x30:
            raise DerError("distribution point")
        points.append(_distribution_point(der, first, last))
    return {"distribution_points": tuple(points)}


def _distribution_point(der: bytes, start: int, end: int) -> DistributionPoint:
    names: tuple[GeneralName, ...] = ()
    relative: bytes | None = None
    reasons: int | None = None
    issuers: tuple[GeneralName, ...] = ()
    previous = -1
    for tag, _, first, last in strict_children(der, start, end, limit=3):
        if tag not in (0xA0, 0x81, 0xA2) or tag & 0x1F <= previous:
            raise DerError("distribution point")
        previous = tag & 0x1F
        if tag == 0xA0:
            names, relative = distribution_point_name(der, first, last)
        elif tag == 0x81:
            reasons = bits(der[first:last]) & ALL_REASONS
        else:
            issuers = general_names(der, first, last)
    return DistributionPoint(full_names=names, relative=relative, reasons=reasons, crl_issuers=issuers)


def policies(der: bytes) -> dict[str, object]:
    """Return the policies, and whether a qualifier is unknown."""
    start, end = sequence(der)
    found: list[str] = []
    unknown = False
    for tag, _, first, last in strict_children(der, start, end):
        parts = strict_children(der, first, last, limit=2)
        if tag != 0x30 or not parts or parts[0][0] != 0x06:
            raise DerError("policy")
        oid = decode_oid(der[parts[0][2] : parts[0][3]])
        if oid in found:
            raise DerError("policy twice")
        found.append(oid)
        if len(parts) == 2:
            unknown = _qualifiers(der, *parts[1]) or unknown
    if not found:
        raise DerError("empty")
    return {"policies": tuple(found), "unknown_qualifier": unknown}


def _qualifiers(der: bytes, tag: int, position: int, start: int, end: int) -> bool:
    unknown = False
    children = strict_children(der, start, end)
    if tag != 0x30 or not children:
        raise DerError("qualifiers")
    for inner, _, first, last in children:
        parts = strict_children(der, first, last, limit=2)
        if inner != 0x30 or len(parts) != 2 or parts[0][0] != 0x06:
            raise DerError("qualifier")
        unknown = unknown or decode_oid(der[parts[0][2] : parts[0][3]]) not in _KNOWN_QUALIFIERS
    return unknown


def policy_mappings(der: bytes) -> dict[str, object]:
    """Return (issuer policy, subject policy) pairs."""
    start, end = sequence(der)
    pairs = []
    for tag, _, first, last in strict_children(der, start, end):
        parts = strict_children(der, first, last, limit=2)
        if tag != 0x30 or [part[0] for part in parts] != [0x06, 0x06]:
            raise DerError("mapping")
        issuer, subject = (decode_oid(der[part[2] : part[3]]) for part in parts)
        pairs.append((issuer, subject))
    if not pairs:
        raise DerError("empty")
    return {"policy_mappings": tuple(pairs)}


def policy_constraints(der: bytes) -> dict[str, object]:
    """Return requireExplicitPolicy and inhibitPolicyMapping."""
    start, end = sequence(der)
    found: dict[str, object] = {}
    previous = -1
    for tag, _, first, last in strict_children(der, start, end, limit=2):
        if tag not in (0x80, 0x81) or tag <= previous:
            raise DerError("policy constraints")
        previous = tag
        key = "require_explicit_policy" if tag == 0x80 else "inhibit_policy_mapping"
        found[key] = integer(der[first:last])
    if not found:
        raise DerError("empty")
    return found


def inhibit_any_policy(der: bytes) -> dict[str, object]:
    """Return the SkipCerts of InhibitAnyPolicy."""
    return {"inhibit_any_policy": integer(_whole(der, 0x02))}


def authority_info_access(der: bytes) -> dict[str, object]:
    """Return the URIs of OCSP responders and of issuer certificates."""
    start, end = sequence(der)
    uris: dict[str, list[str]] = {_AD_OCSP: [], _AD_CA_ISSUERS: []}
    for tag, _, first, last in strict_children(der, start, end):
        method_tag, method_start, method_end, pos = strict(der, first, last)
        if tag != 0x30 or method_tag != 0x06:
            raise DerError("access description")
        location, following = general_name(der, pos, last)
        if following != last:
            raise DerError("access description")
        method = decode_oid(der[method_start:method_end])
        if method in uris and location.form == URI and location.text is not None:
            uris[method].append(location.text)
    return {"ocsp_uris": tuple(uris[_AD_OCSP]), "ca_issuer_uris": tuple(uris[_AD_CA_ISSUERS])}
