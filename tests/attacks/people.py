"""The practice signers of the attacks: one PKI a process, as of one day."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache

import edoc
from edoc.testing import PracticePki

AT = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)


@cache
def pki() -> PracticePki:
    """Return the practice PKI."""
    return PracticePki(at=AT)


def person() -> edoc.Key:
    """Return the key of a person whom the practice PKI vouches for."""
    return pki().key("person-ec")


def signed(data: bytes, name: str = "person-ec", **options: object) -> bytes:
    """Return a document signed by somebody of the practice PKI."""
    return bytes(edoc.sign_document(data, pki().key(name), signing_time=AT, **options).document.data[:])  # type: ignore[arg-type]


@cache
def believer() -> edoc.Verifier:
    """Return a verifier under the policy `default` that trusts the practice PKI and has its lists."""
    return edoc.Verifier(trust=pki().trust, validation_data=pki().validation_data(), validation_time=AT)
