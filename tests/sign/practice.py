"""The practice PKI of these tests, and sources of time-stamps that misbehave."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import cache

import edoc
from edoc.errors import FetchError
from edoc.sign.timestamp import TimestampSource
from edoc.testing import PracticePki
from tests.sign.shapes import SHAPES

AT = datetime(2026, 6, 1, 12, tzinfo=UTC)
LEVELS = ("B-B", "B-T", "B-LT", "B-LTA")


@cache
def practice(year: int = 2026) -> PracticePki:
    return PracticePki(at=AT.replace(year=year))


@cache
def signed(level: str, *, name: str = "person-ec", shape: str = "table") -> bytes:
    """A document signed at a level; the status of everybody is only in it from B-LT on."""
    return sign(SHAPES[shape](), level, name=name)


def sign(data: bytes, level: str, *, name: str = "person-ec", **options: object) -> bytes:
    pki = practice()
    settings: dict[str, object] = {"signing_time": AT, "trust": pki.trust, "validation_data": pki.validation_data()}
    if level != "B-B":
        settings["tsa"] = pki
    result = edoc.sign_document(data, pki.key(name), level=level, **{**settings, **options})  # type: ignore[arg-type]
    assert result.check.passed and result.check.level == f"PAdES-BASELINE-{level[2:]}"
    return bytes(result.document.data[:])


def extend(data: bytes, level: str, **options: object) -> bytes:
    pki = practice()
    settings: dict[str, object] = {
        "tsa": pki, "validation_time": AT, "trust": pki.trust, "validation_data": pki.validation_data(),
    }  # fmt: skip
    result = edoc.extend_document(data, level=level, **{**settings, **options})  # type: ignore[arg-type]
    assert result.check.passed
    return bytes(result.document.data[:])


class Source:
    """A source made of a function, which counts how often it is asked."""

    def __init__(self, answer: Callable[[bytes, str], bytes]) -> None:
        self._answer = answer
        self.asked = 0

    def timestamp(self, digest: bytes, *, algorithm: str = "sha256") -> bytes:
        self.asked += 1
        return self._answer(digest, algorithm)


def _down(digest: bytes, algorithm: str) -> bytes:
    raise FetchError("TSA_UNREACHABLE", subject="tsa", params={"cause": "FETCH_TIMEOUT"})


def _other_imprint(digest: bytes, algorithm: str) -> bytes:
    return practice().timestamp(bytes(len(digest)), algorithm=algorithm)


def _other_algorithm(digest: bytes, algorithm: str) -> bytes:
    return practice().timestamp(bytes(64), algorithm="sha512")


def _no_token(digest: bytes, algorithm: str) -> bytes:
    return b"\x30\x03\x02\x01\x00"


def _forged(digest: bytes, algorithm: str) -> bytes:
    token = bytearray(practice().timestamp(digest, algorithm=algorithm))
    token[-1] ^= 1
    return bytes(token)


def _expired(digest: bytes, algorithm: str) -> bytes:
    return practice().timestamp(digest, algorithm=algorithm, authority="tsa-expired", at=AT + timedelta(days=1))


BAD_SOURCES: dict[str, tuple[TimestampSource, str]] = {
    "down": (Source(_down), "TSA_UNREACHABLE"),
    "other imprint": (Source(_other_imprint), "TSA_IMPRINT_MISMATCH"),
    "other algorithm": (Source(_other_algorithm), "TSA_IMPRINT_MISMATCH"),
    "no token": (Source(_no_token), "TSA_TOKEN_UNUSABLE"),
    "forged": (Source(_forged), "TSA_SIGNATURE_INVALID"),
    "expired": (Source(_expired), "TSA_CERTIFICATE_EXPIRED"),
}
"""Name: (source, code)."""
