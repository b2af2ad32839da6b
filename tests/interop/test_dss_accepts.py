"""What edoc signs, DSS must call TOTAL_PASSED at the level it was signed at, and refuse once a fact is changed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache

import pytest

import edoc
from edoc.testing import PracticePki
from tests.interop.dss.oracle import Dss, Judged
from tests.sign.shapes import SHAPES

AT = datetime(2026, 6, 1, 12, tzinfo=UTC)
OPTIONS: dict[str, dict[str, object]] = {
    "rsa": {},
    "rsa-sha384": {"digest": "sha384"},
    "rsa-sha512": {"digest": "sha512"},
    "rsa-sha3-256": {"digest": "sha3_256"},
    "pss": {"pss": True},
    "pss-sha512": {"pss": True, "digest": "sha512"},
    "p256": {},
    "p256-sha384": {"digest": "sha384"},
    "p256-sha3-512": {"digest": "sha3_512"},
}


@cache
def practice() -> PracticePki:
    return PracticePki(at=AT)


@cache
def signed(name: str, *, shape: str = "table", case: str = "p256") -> bytes:
    key = practice().key(name)
    result = edoc.sign_document(
        SHAPES[shape](), key, signing_time=AT, allow_invalid_certificate=True, **OPTIONS[case]  # type: ignore[arg-type]
    )
    return bytes(result.document.data[:])


def judge(dss: Dss, document: bytes, *, time: datetime = AT, lists: bool = True) -> Judged:
    pki = practice()
    trust = [pki.certificate("root-a"), pki.certificate("root-b")]
    (judged,) = dss.validate(document, trust=trust, crls=pki.validation_data() if lists else (), time=time)
    return judged


@pytest.mark.parametrize("case", OPTIONS)
def test_every_algorithm_that_it_knows_passes(dss: Dss, case: str) -> None:
    name = "person" if case.startswith(("rsa", "pss")) else "person-ec"
    judged = judge(dss, signed(name, case=case))
    assert judged.passed and judged.level == "PAdES-BASELINE-B", judged


@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_passes(dss: Dss, shape: str) -> None:
    judged = judge(dss, signed("person-ec", shape=shape))
    assert judged.passed and judged.level == "PAdES-BASELINE-B", judged


def test_ed25519_is_intact_and_not_in_its_table(dss: Dss) -> None:
    judged = judge(dss, signed("person-ed"))
    assert judged.sub_indication == "CRYPTO_CONSTRAINTS_FAILURE_NO_POE"
    assert [error for error in judged.errors if "ASCCM" in error and "EdDSA" in error], judged


TWINS = {
    "tampered": "HASH_FAILURE",
    "value": "SIG_CRYPTO_FAILURE",
    "revoked": "REVOKED_NO_POE",
    "on-hold": "TRY_LATER",
    "impostor": "NO_CERTIFICATE_CHAIN_FOUND",
    "stripped": "CERTIFICATE_CHAIN_GENERAL_FAILURE",
}


@pytest.mark.parametrize("twin", TWINS)
def test_the_twin_is_refused(dss: Dss, twin: str) -> None:
    if twin in ("revoked", "on-hold", "impostor"):
        judged = judge(dss, signed(twin))
    elif twin == "tampered":
        judged = judge(dss, signed("person-ec").replace(b"Ruling 1403", b"Ruling 1404"))
    elif twin == "value":
        judged = judge(dss, _other_value(signed("person-ec")))
    else:
        judged = judge(dss, signed("person-ec"), lists=False)
    assert not judged.passed and judged.sub_indication == TWINS[twin], judged


def test_an_expired_signer_is_refused(dss: Dss) -> None:
    judged = judge(dss, signed("person-ec"), time=AT + timedelta(days=4 * 365))
    assert judged.sub_indication in ("OUT_OF_BOUNDS_NO_POE", "OUT_OF_BOUNDS_NOT_REVOKED"), judged


def _other_value(document: bytes) -> bytes:
    """Turn one bit of the signature value, which is the last octet string of the CMS."""
    start = document.index(b"<", document.rindex(b"/Contents")) + 1
    end = document.index(b">", start)
    padded = bytes.fromhex(document[start:end].decode())
    size = 4 + int.from_bytes(padded[2:4], "big")
    octets = bytearray(padded)
    octets[size - 1] ^= 1
    return document[:start] + octets.hex().encode() + document[end:]
