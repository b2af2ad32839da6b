"""The entries and extensions of revocation lists, read strictly (RFC 5280 5.2 and 5.3)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from edoc.pki import extension_values as values
from edoc.pki.der import DerError, decode_integer, decode_oid, strict, strict_children
from edoc.pki.names import DIRECTORY_NAME, Name, general_names
from edoc.pki.times import read_time

CRL_REASONS = {
    0: "unspecified", 1: "keyCompromise", 2: "cACompromise", 3: "affiliationChanged", 4: "superseded",
    5: "cessationOfOperation", 6: "certificateHold", 8: "removeFromCRL", 9: "privilegeWithdrawn", 10: "aACompromise",
}  # fmt: skip
"""CRLReason to its X.509 name (RFC 5280 5.3.1)."""

Raw = dict[str, tuple[bool, bytes]]
"""Object identifier -> (critical, DER value)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RevokedEntry:
    """One revoked certificate: when, why (null when the list does not say), and since when it was unsafe."""

    revocation_time: datetime
    reason: str | None = None
    invalidity_date: datetime | None = None

    @property
    def gravity(self) -> tuple[int, datetime]:
        """A key by which the gravest of several entries comes first."""
        return {"removeFromCRL": 2, "certificateHold": 1}.get(self.reason or "", 0), self.revocation_time


def extensions(der: bytes, start: int, end: int) -> Raw:
    """Return the extensions in an explicitly tagged field; DerError when one is badly formed or occurs twice."""
    tag, first, last, following = strict(der, start, end)
    if tag != 0x30 or following != end:
        raise DerError("extensions")
    return extension_list(der, first, last)


def extension_list(der: bytes, start: int, end: int) -> Raw:
    """Return the extensions between two positions; DerError when there is none, or one is badly formed or twice."""
    found: Raw = {}
    children = strict_children(der, start, end, limit=100)
    if not children:
        raise DerError("empty extensions")
    for tag, _, first, last in children:
        parts = strict_children(der, first, last, limit=3)
        if tag != 0x30 or [part[0] for part in parts] not in ([0x06, 0x04], [0x06, 0x01, 0x04]):
            raise DerError("extension")
        oid = decode_oid(der[parts[0][2] : parts[0][3]])
        if oid in found:
            raise DerError("extension twice")
        critical = len(parts) == 3 and values.boolean(der[parts[1][2] : parts[1][3]])
        found[oid] = (critical, der[parts[-1][2] : parts[-1][3]])
    return found


def reason(der: bytes) -> str:
    """Return the X.509 name of a CRLReason."""
    tag, start, end, following = strict(der, 0, len(der))
    name = CRL_REASONS.get(decode_integer(der[start:end])) if tag == 0x0A and following == len(der) else None
    if name is None:
        raise DerError("reason")
    return name


def generalized_time(der: bytes) -> datetime:
    """Return the moment of a GeneralizedTime."""
    tag, start, end, following = strict(der, 0, len(der))
    if tag != 0x18 or following != len(der):
        raise DerError("time")
    return read_time(tag, der[start:end])[0]


def certificate_issuer(der: bytes) -> Name:
    """Return the one directory name of a certificateIssuer extension."""
    start, end = values.sequence(der)
    found = [name.name for name in general_names(der, start, end) if name.form == DIRECTORY_NAME]
    if len(found) != 1:
        raise DerError("certificate issuer")
    return found[0]
