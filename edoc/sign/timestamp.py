"""Where time-stamps come from, as signing sees it: one question, one answer."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

_IMPRINTS = {"sha384": "sha384", "sha512": "sha512", "sha3_384": "sha384", "sha3_512": "sha512",
             "shake256_512": "sha512"}  # fmt: skip

TOKEN_ROOM = 10 << 10
"""Octets kept for a token by default: real ones have 3 to 8 KiB, with the chain of their authority."""
ROOM_MARGIN = 512
"""Octets kept above the largest token seen: serial numbers and signatures differ in length."""


@runtime_checkable
class TimestampSource(Protocol):
    """Gives a time-stamp token for an imprint: a client of an authority, or a practice PKI in memory."""

    def timestamp(self, digest: bytes, *, algorithm: str = "sha256") -> bytes:
        """Return a token (DER ContentInfo, RFC 3161) over a digest; `algorithm` is a hashlib name.

        Raises `FetchError` when there is none to be had.
        """


def imprint_algorithm(digest_algorithm: str) -> str:
    """Return the digest to ask a time-stamp for: one that every authority takes, as strong as the signature's own."""
    return _IMPRINTS.get(digest_algorithm, "sha256")
