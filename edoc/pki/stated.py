"""What a certificate states of its own kind: of a person for signatures, or of an organisation for seals.

Read from the type that its QC statements name (EN 319 412-5 4.2.3) and from the policies of EN 319 411-2 5.3;
nothing is derived from names.
"""

from __future__ import annotations

from edoc.pki.certificate import Certificate
from edoc.pki.der import DerError, decode_oid, strict_children
from edoc.pki.extensions import QC_STATEMENTS

_QC_TYPE = "0.4.0.1862.1.6"
_TYPES = {"0.4.0.1862.1.6.1": "person", "0.4.0.1862.1.6.2": "seal"}
_POLICIES = {
    "0.4.0.194112.1.0": "person",
    "0.4.0.194112.1.1": "seal",
    "0.4.0.194112.1.2": "person",
    "0.4.0.194112.1.3": "seal",
}
_SEQUENCE, _OID = 0x30, 0x06


def stated_kind(certificate: Certificate) -> str | None:
    """Return `person` or `seal`, null where the certificate says neither, or both."""
    statements = certificate.extension(QC_STATEMENTS)
    said = {_POLICIES[oid] for oid in certificate.policies if oid in _POLICIES}
    if statements is not None:
        said.update(_TYPES[oid] for oid in _types(statements) if oid in _TYPES)
    return said.pop() if len(said) == 1 else None


def _types(statements: bytes) -> tuple[str, ...]:
    """The types that QC statements name; empty where they cannot be read."""
    try:
        [(tag, _, start, end)] = strict_children(statements, 0, len(statements), limit=1)
        if tag != _SEQUENCE:
            return ()
        found: list[str] = []
        for kind, _, first, last in strict_children(statements, start, end):
            parts = strict_children(statements, first, last) if kind == _SEQUENCE else []
            if len(parts) == 2 and _oid(statements, parts[0]) == _QC_TYPE and parts[1][0] == _SEQUENCE:
                found.extend(_oid(statements, part) for part in strict_children(statements, *parts[1][2:]))
    except (DerError, ValueError):
        return ()
    return tuple(found)


def _oid(data: bytes, part: tuple[int, int, int, int]) -> str:
    tag, _, start, end = part
    return decode_oid(data[start:end]) if tag == _OID else ""
