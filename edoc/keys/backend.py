"""What a key store offers: one Protocol, so that a file, a token and a remote service look alike."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from edoc.errors import KeyAccessError
from edoc.facts.signature import SignatureAlgorithm

Secret = str | Callable[[str], str] | None
"""A secret, or a function that asks for it with a prompt; it is asked for only when needed, and once."""


class Backend(Protocol):
    """Something that signs with one private key."""

    @property
    def spki_der(self) -> bytes:
        """DER SubjectPublicKeyInfo of the public key."""

    def sign(self, octets: bytes, algorithm: SignatureAlgorithm) -> bytes:
        """Return the signature value over some octets (ECDSA: DER r, s)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A private key and the certificates found beside it."""

    backend: Backend
    certificates: tuple[bytes, ...] = field(default=(), repr=False)


def ask(secret: Secret, *, subject: str) -> bytes:
    """Return the secret as UTF-8; `KeyAccessError` KEY_SECRET_MISSING when there is none."""
    if secret is None:
        raise KeyAccessError("KEY_SECRET_MISSING", subject=subject)
    answer = secret if isinstance(secret, str) else secret(subject)
    if not isinstance(answer, str):
        raise KeyAccessError("KEY_SECRET_MISSING", subject=subject)
    return answer.encode("utf-8")
