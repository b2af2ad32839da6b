"""Who a signature must be of: the words in which a caller says it, compared exactly."""

from __future__ import annotations

from dataclasses import dataclass, fields
from enum import Enum

from edoc.result.report import SignatureResult


class AnySigner(Enum):
    """The one way to say that any trusted signer will do."""

    ANY_SIGNER = "any signer"

    def __bool__(self) -> bool:
        raise TypeError("ANY_SIGNER is not a truth value")


ANY_SIGNER = AnySigner.ANY_SIGNER
"""Says aloud that any signer whose certificate reaches an anchor will do."""

# Persian and Arabic-Indic digits; other digit families are left as they are and so never match.
_DIGITS = {ord(persian): ascii_ for persian, ascii_ in zip("۰۱۲۳۴۵۶۷۸۹٠١٢٣٤٥٦٧٨٩", "01234567890123456789", strict=True)}


def fold_digits(text: str) -> str:
    """Return the text with Persian and Arabic-Indic digits as ASCII digits; nothing else is changed."""
    return text.translate(_DIGITS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """What the signing certificate must say; everything given must be equal, digits folded to ASCII.

    `certificate_sha256` is the hex SHA-256 of the certificate's DER.  Raises `ValueError` when nothing
    is asked for.
    """

    serial_number: str | None = None
    """The subject's serialNumber attribute, such as a national code."""
    common_name: str | None = None
    organization: str | None = None
    subject: str | None = None
    """The whole subject as an RFC 4514 string."""
    issuer: str | None = None
    """The whole issuer as an RFC 4514 string."""
    certificate_sha256: str | None = None

    def __post_init__(self) -> None:
        asked = [getattr(self, item.name) for item in fields(self)]
        if all(value is None for value in asked) or "" in asked:
            raise ValueError("Match needs at least one value, and no empty one: ANY_SIGNER says that anybody will do")


SignedBy = str | Match | AnySigner
"""A subject serialNumber, a `Match`, or `ANY_SIGNER`."""


def is_signed_by(signature: SignatureResult, signed_by: SignedBy) -> bool:
    """True when the signing certificate that was identified says what `signed_by` asks for.

    Says nothing about whether the signature passed.  Raises `ValueError` for an empty string and
    `TypeError` for anything that is not a `SignedBy`.
    """
    wanted = _as_match(signed_by)
    signer, certificate = signature.signer, signature.signing_certificate
    if signer is None or certificate is None:
        return False
    if wanted is None:
        return True
    pairs = (
        (wanted.serial_number, signer.serial_number),
        (wanted.common_name, signer.common_name),
        (wanted.organization, signer.organization),
        (wanted.subject, signer.subject),
        (wanted.issuer, certificate.issuer),
        (wanted.certificate_sha256 and wanted.certificate_sha256.lower(), certificate.sha256),
    )
    return all(ask is None or (has is not None and fold_digits(ask) == fold_digits(has)) for ask, has in pairs)


def signed_by_words(signed_by: SignedBy) -> str:
    """Return what was asked for, in one line for a message."""
    wanted = _as_match(signed_by)
    if wanted is None:
        return ANY_SIGNER.value
    given = ((item.name, getattr(wanted, item.name)) for item in fields(wanted))
    return ", ".join(f"{name}={value}" for name, value in given if value is not None)


def _as_match(signed_by: SignedBy) -> Match | None:
    if isinstance(signed_by, AnySigner):
        return None
    if isinstance(signed_by, Match):
        return signed_by
    if isinstance(signed_by, str):
        if not signed_by:
            raise ValueError("signed_by is empty: ANY_SIGNER says that anybody will do")
        return Match(serial_number=signed_by)
    raise TypeError(f"signed_by must be a string, a Match or ANY_SIGNER, not {type(signed_by).__name__}")
