"""Validation material that a document carries or a caller supplies: never trusted by itself."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum


class MaterialKind(Enum):
    """What the bytes are said to be."""

    CERTIFICATE = "certificate"
    CRL = "crl"
    OCSP = "ocsp"

    # Members are equal to themselves alone: the hash of their identity is enough, and costs nothing.
    __hash__ = object.__hash__


class Origin(Enum):
    """Where the bytes came from; it decides levels, never trust."""

    SIGNATURE = "signature"
    """SignedData.certificates / crls, KeyInfo, x5c."""
    DSS = "dss"
    """The PDF document security store."""
    VRI = "vri"
    """A VRI entry of the PDF document security store."""
    ARCHIVAL_ATTRIBUTE = "archival_attribute"
    """The signed attribute adbe-revocationInfoArchival."""
    TIMESTAMP = "timestamp"
    """Inside a time-stamp token."""
    SUPPLIED = "supplied"
    """Handed over by the caller."""
    FETCHED = "fetched"
    """Fetched by a driver."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EmbeddedObject:
    """One certificate, CRL (DER CertificateList) or OCSP response (DER OCSPResponse)."""

    kind: MaterialKind
    der: bytes = field(repr=False)
    origin: Origin
    end: int | None = None
    """Offset in the file at which its octets end, when they are part of it by themselves (PDF store): a
    time-stamp of the document that reaches as far covers it."""
