"""What a signer says beside the data, in signed attributes: policy, commitments, roles, place (EN 319 122-1 5.2)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from edoc.facts.findings import Finding, error, info
from edoc.facts.signature import NO_CLAIMS, Claims, PolicyReference
from edoc.pki import oids
from edoc.pki.algorithms import algorithm_identifier, digest_name, digest_of
from edoc.pki.der import DerError, decode_oid, strict, strict_children
from edoc.pki.signature_policy import policy_digest_input
from edoc.pki.signer_info import SignerInfo

_ITEMS = 100
"""Roles, commitments or lines of one attribute that are told."""
_TEXT = 1_000
"""Characters of one of them."""
_POLICY_BYTES = 4 << 20
"""A policy document that a signature carries."""
_ZERO_HASHES = (b"", b"\x00", b"0")
"""Forms in which producers say that the policy's digest is not given (TS 101 733 5.8.1)."""
_URI = "1.2.840.113549.1.9.16.5.1"
_ENCODINGS = {0x0C: "utf-8", 0x12: "ascii", 0x13: "ascii", 0x14: "latin-1", 0x16: "ascii", 0x1C: "utf-32-be", 0x1E: "utf-16-be"}

_CLAIMED = frozenset(
    {
        oids.SIGNATURE_POLICY,
        oids.COMMITMENT_TYPE,
        oids.SIGNER_ATTRIBUTES,
        oids.SIGNER_ATTRIBUTES_V2,
        oids.SIGNER_LOCATION,
        oids.MIME_TYPE,
    }
)


def claims_of(signer: SignerInfo, *, content: str = "") -> tuple[Claims, tuple[Finding, ...]]:
    """Return the claims of a signer, and what is wrong with them; `content` is the name of what is signed."""
    present = [oid for oid, _ in signer.signed_attributes if oid in _CLAIMED]
    if not present:
        return NO_CLAIMS, ()
    claims, findings = NO_CLAIMS, []
    for oid, values in signer.signed_attributes:
        for value in values if oid in _CLAIMED else ():
            try:
                claims = _READERS[oid](claims, value, content)
            except (DerError, UnicodeDecodeError):
                # Without its policy a signature cannot be judged by it; other claims prove nothing anyway.
                make = error if oid == oids.SIGNATURE_POLICY else info
                findings.append(make("CMS_ATTRIBUTE_MALFORMED", attribute=oid))
    if claims.policy is not None:
        claims = replace(claims, policy=_stored(claims.policy, signer))
    return claims, tuple(findings)


def _whole(value: bytes, expected: int) -> tuple[int, int]:
    tag, first, last, following = strict(value, 0, len(value))
    if tag != expected or following != len(value):
        raise DerError("claim")
    return first, last


def _policy(claims: Claims, value: bytes, content: str) -> Claims:
    if value == b"\x05\x00":
        return replace(claims, policy=PolicyReference(id=""))
    parts = strict_children(value, *_whole(value, 0x30), limit=3)
    if [part[0] for part in parts[:2]] != [0x06, 0x30] or any(part[0] != 0x30 for part in parts[2:]):
        raise DerError("policy")
    hashed = strict_children(value, parts[1][2], parts[1][3], limit=2)
    if [part[0] for part in hashed] != [0x30, 0x04]:
        raise DerError("policy")
    algorithm = digest_name(*algorithm_identifier(value[hashed[0][1] : hashed[0][3]]))
    digest = value[hashed[1][2] : hashed[1][3]]
    given = digest not in _ZERO_HASHES
    policy = PolicyReference(
        id=decode_oid(value[parts[0][2] : parts[0][3]]),
        digest_algorithm=algorithm if given else None,
        digest=digest if given else None,
        uri=_uri(value, parts[2][2], parts[2][3]) if len(parts) == 3 else None,
        transformed=_hashed_part(algorithm, digest) if given else None,
    )
    return replace(claims, policy=policy)


def _uri(value: bytes, start: int, end: int) -> str | None:
    for _, _, first, last in strict_children(value, start, end, limit=_ITEMS):
        inner = strict_children(value, first, last, limit=2)
        if len(inner) == 2 and inner[0][0] == 0x06 and decode_oid(value[inner[0][2] : inner[0][3]]) == _URI:
            return value[inner[1][2] : inner[1][3]].decode("ascii")[:_TEXT]
    return None


def _hashed_part(algorithm: str, digest: bytes) -> Callable[[bytes], bytes | None]:
    """Return what is digested of a policy document: of an ASN.1 policy two of its parts, of others every octet.

    TR 102 272 digests signPolicyHashAlg and signPolicyInfo, without the header around them; some producers
    digest the whole file all the same, so the form that fits is taken.
    """

    def read(document: bytes) -> bytes | None:
        inner = policy_digest_input(document)
        return inner if inner is not None and digest_of(algorithm, inner) == digest else document

    return read


def _stored(policy: PolicyReference, signer: SignerInfo) -> PolicyReference:
    """Add the policy document of an unsigned signature-policy-store (EN 319 122-1 5.2.10)."""
    for value in signer.unsigned(oids.SIGNATURE_POLICY_STORE):
        try:
            parts = strict_children(value, *_whole(value, 0x30), limit=3)
        except DerError:
            continue
        if parts and parts[-1][0] == 0x04 and parts[-1][3] - parts[-1][2] <= _POLICY_BYTES:
            return replace(policy, document=value[parts[-1][2] : parts[-1][3]])
    return policy


def _commitment(claims: Claims, value: bytes, content: str) -> Claims:
    parts = strict_children(value, *_whole(value, 0x30), limit=2)
    if not parts or parts[0][0] != 0x06 or len(claims.commitments) >= _ITEMS:
        raise DerError("commitment")
    return replace(claims, commitments=(*claims.commitments, decode_oid(value[parts[0][2] : parts[0][3]])))


def _text(value: bytes, place: tuple[int, int, int, int]) -> str:
    encoding = _ENCODINGS.get(place[0])
    if encoding is None:
        raise DerError("string")
    return value[place[2] : place[3]].decode(encoding)[:_TEXT]


def _roles(claims: Claims, value: bytes, content: str) -> Claims:
    roles: list[str] = []
    for tag, _, start, end in strict_children(value, *_whole(value, 0x30), limit=_ITEMS):
        if tag != 0xA0:
            # Certified attributes and signed assertions are not read: they would need a verification of their own.
            continue
        attributes = strict_children(value, start, end, limit=_ITEMS)
        if len(attributes) == 1 and value[attributes[0][2] : attributes[0][2] + 1] == b"\x30":
            attributes = strict_children(value, attributes[0][2], attributes[0][3], limit=_ITEMS)
        for _, _, first, last in attributes:
            parts = strict_children(value, first, last, limit=2)
            if [part[0] for part in parts] != [0x06, 0x31]:
                raise DerError("attribute")
            texts = strict_children(value, parts[1][2], parts[1][3], limit=_ITEMS)
            roles += [_text(value, item) for item in texts if item[0] in _ENCODINGS]
    return replace(claims, roles=(*claims.roles, *roles)[:_ITEMS])


def _location(claims: Claims, value: bytes, content: str) -> Claims:
    found: list[str] = []
    for tag, _, start, end in strict_children(value, *_whole(value, 0x30), limit=3):
        lines = strict_children(value, start, end, limit=1)
        if tag == 0xA2 and len(lines) == 1 and lines[0][0] == 0x30:
            lines = strict_children(value, lines[0][2], lines[0][3], limit=6)
        if tag not in (0xA0, 0xA1, 0xA2):
            raise DerError("location")
        found += [_text(value, line) for line in lines]
    return replace(claims, location=tuple(found))


def _media_type(claims: Claims, value: bytes, content: str) -> Claims:
    _whole(value, 0x0C)
    return replace(claims, media_types={content: _text(value, (0x0C, 0, strict(value, 0, len(value))[1], len(value)))})


_READERS: dict[str, Callable[[Claims, bytes, str], Claims]] = {
    oids.SIGNATURE_POLICY: _policy,
    oids.COMMITMENT_TYPE: _commitment,
    oids.SIGNER_ATTRIBUTES: _roles,
    oids.SIGNER_ATTRIBUTES_V2: _roles,
    oids.SIGNER_LOCATION: _location,
    oids.MIME_TYPE: _media_type,
}
