"""The status of a certificate: what it is, and the evidence and dates it rests on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from edoc.facts.signature import SignatureAlgorithm
from edoc.pki.certificate import Certificate
from edoc.pki.violation import Violation

SignatureUse = tuple[SignatureAlgorithm, bytes]
"""(algorithm, DER SubjectPublicKeyInfo) of a signature that an answer rests on: strength is the policy's to judge."""


class Status(Enum):
    """What the evidence says about a certificate."""

    GOOD = "good"
    REVOKED = "revoked"
    ON_HOLD = "on_hold"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateStatus:
    """A status and what it rests on; where several lists were needed, the dates are those of the oldest."""

    status: Status
    revocation_time: datetime | None = None
    reason: str | None = None
    """X.509 name of the reason; null when the list gives none, which is not the same as `unspecified`."""
    invalidity_date: datetime | None = None
    """Since when the key was unsafe, where the list says so; earlier than the revocation."""
    this_update: datetime | None = None
    next_update: datetime | None = None
    windows: tuple[tuple[datetime, datetime | None], ...] = ()
    """(thisUpdate, nextUpdate) of every piece of data that says the same: fresh is what one of them makes fresh."""
    evidence_sha256: bytes | None = None
    evidence_kind: str | None = None
    """`crl` or `ocsp`."""
    evidence_issuer: Certificate | None = None
    """The certificate whose key signed the evidence; null for an anchor given without one."""
    evidence_signatures: tuple[SignatureUse, ...] = ()
    """The evidence's own signature and, where its signer has a path of its own, those of that path."""
    knows_expired: bool = False
    """Whether the evidence is from before the certificate expired, or still lists what expired when it did."""
    kept_after_expiry: bool = False
    """Whether the evidence is from after the certificate expired and still lists it (X.509 expiredCertsOnCRL,
    RFC 6960 archiveCutoff)."""
    key_differs: bool = False
    """Whether the evidence was signed by another key than the certificate: a roll-over or a separate signer."""
    rejected: tuple[Violation, ...] = ()
    """Evidence about this certificate that could not be used, each piece with its reason."""
