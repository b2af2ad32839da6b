"""Time-stamp tokens that stand alone (RFC 3161): bare, or in the answer of an authority."""

from __future__ import annotations

import hashlib

import pytest

import edoc
from edoc.facts.signature import TimestampKind
from edoc.pki.der import tlv
from tests.formats.cades import maker
from tests.formats.cades.maker import AT, DATA, OTHER, facts, pki, verify


def token(algorithm: str = "sha256") -> bytes:
    return pki().timestamp(maker.digest(algorithm, DATA.data[:]), algorithm=algorithm)


def response(status: int = 0, data: bytes | None = None) -> bytes:
    return tlv(0x30, tlv(0x30, bytes((2, 1, status))), token() if data is None else data)


@pytest.mark.parametrize("algorithm", ["sha256", "sha512"])
@pytest.mark.parametrize("whole", [False, True])
def test_a_token_over_a_file_passes(algorithm: str, whole: bool) -> None:
    data = response(data=token(algorithm)) if whole else token(algorithm)
    report = verify(data, DATA, expect="timestamp")
    assert report.verdict is edoc.Verdict.PASSED, report.to_json()
    (found,) = report.timestamps
    assert found.intact and found.time == AT and not report.signatures


def test_a_token_is_no_signature() -> None:
    report = verify(token(), DATA)
    assert report.verdict is edoc.Verdict.NO_SIGNATURE
    assert "ONLY_TIME_PROVEN" in {item.code for item in report.findings}


def test_without_the_file_it_is_undecided() -> None:
    report = verify(token(), expect="timestamp")
    assert report.verdict is edoc.Verdict.INDETERMINATE and report.timestamps[0].intact is None


def test_another_file_fails() -> None:
    report = verify(token(), OTHER, expect="timestamp")
    assert report.verdict is edoc.Verdict.FAILED and report.timestamps[0].intact is False


def test_the_digest_of_the_file_is_enough() -> None:
    beside = edoc.Digest("sha256", hashlib.sha256(DATA.data).digest())
    assert verify(token(), beside, expect="timestamp").verdict is edoc.Verdict.PASSED


def test_pem_is_read() -> None:
    assert verify(maker.pem(token()), DATA, expect="timestamp").verdict is edoc.Verdict.PASSED


def test_the_facts_name_the_file_and_hand_out_its_octets() -> None:
    (found,) = facts(token(), DATA).timestamps
    assert found.kind is TimestampKind.DOCUMENT and found.id == "T1"
    assert found.imprint is not None and found.imprint.name == DATA.name
    assert found.imprint.octets is not None and found.imprint.octets() == DATA.data


@pytest.mark.parametrize("status", [2, 3, 4, 5])
def test_a_refusal_with_a_token_inside_is_not_believed(status: int) -> None:
    report = verify(response(status), DATA, expect="timestamp")
    assert report.verdict is edoc.Verdict.FAILED
    assert "TST_NOT_GRANTED" in {item.code for item in report.timestamps[0].findings}


def test_a_refusal_without_token_is_no_document() -> None:
    with pytest.raises(edoc.InputError) as caught:
        verify(tlv(0x30, tlv(0x30, b"\x02\x01\x02")), DATA, expect="timestamp")
    assert caught.value.code == "UNSUPPORTED_TYPE"


def test_a_broken_token_fails() -> None:
    data = bytearray(token())
    data[-1] ^= 1
    report = verify(bytes(data), DATA, expect="timestamp")
    assert report.verdict is edoc.Verdict.FAILED


def test_an_answer_with_a_broken_token_fails() -> None:
    data = response(data=tlv(0x30, token()[4:15], tlv(0xA0, tlv(0x30, tlv(0x04, bytes(200))))))
    report = verify(data, DATA, expect="timestamp")
    assert report.verdict is edoc.Verdict.FAILED
