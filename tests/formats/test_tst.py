"""What the facts of a time-stamp token say, and what makes a token worthless."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from edoc.facts.findings import Severity
from edoc.facts.signature import TimestampFacts, TimestampKind
from edoc.formats.tst import read_tst_info, timestamp_facts
from edoc.limits import DEFAULT_LIMITS
from edoc.pki import oids
from edoc.pki.algorithms import digest_of
from edoc.pki.der import DerError, encode_oid, integer, tlv
from tests.formats.cms_maker import SHA256, SHA512, as_ber, good, octets, token, tst_info

STAMPED = b"what is stamped"


def _facts(cms: bytes) -> TimestampFacts:
    return timestamp_facts(cms, id="T1", kind=TimestampKind.DOCUMENT, imprint_of=lambda name: digest_of(name, STAMPED))


def _errors(facts: TimestampFacts) -> set[str]:
    return {item.code for item in facts.findings if item.severity is Severity.ERROR}


def test_a_token_in_order_has_every_fact() -> None:
    tail = tlv(0x30, b"\x02\x01\x01") + b"\x01\x01\xff" + integer(7) + tlv(0xA0, tlv(0xA4, tlv(0x30)))
    facts = _facts(token(STAMPED, tail=tail))
    assert facts.findings == () and facts.token.findings == ()
    assert facts.gen_time == datetime(2026, 6, 1, 12, tzinfo=UTC)
    assert (facts.policy, facts.serial, facts.nonce) == ("1.2.3.4.1", 42, 7)
    assert facts.imprint is not None and facts.imprint.intact is True
    assert facts.token.id == "T1.token" and facts.token.references[0].intact is True
    assert [item.origin.value for item in facts.token.material] == ["timestamp"]


def test_fractions_of_a_second_are_kept() -> None:
    facts = _facts(token(STAMPED, time=b"20260601120000.25Z"))
    assert facts.gen_time == datetime(2026, 6, 1, 12, 0, 0, 250_000, tzinfo=UTC)


def test_a_token_over_something_else_does_not_match() -> None:
    facts = _facts(token(b"another thing"))
    assert facts.findings == () and facts.imprint is not None and facts.imprint.intact is False


def test_an_altered_time_breaks_the_token_itself() -> None:
    facts = _facts(token(STAMPED).replace(b"20260601120000Z", b"20250601120000Z"))
    assert facts.gen_time is not None and facts.gen_time.year == 2025
    assert facts.token.references[0].intact is False


def test_what_is_kept_of_a_token_says_nothing_about_what_it_serves() -> None:
    one = token(STAMPED)
    first, again = _facts(one), _facts(one)
    assert again.gen_time == first.gen_time and again.token.signed_octets == first.token.signed_octets
    other = timestamp_facts(one, id="T9", kind=TimestampKind.SIGNATURE, imprint_of=lambda name: b"other")
    assert (other.id, other.token.id, other.kind) == ("T9", "T9.token", TimestampKind.SIGNATURE)
    assert other.imprint is not None and other.imprint.intact is False


def test_what_was_kept_does_not_pass_a_tighter_limit() -> None:
    one = token(STAMPED)
    assert _errors(_facts(one)) == set()
    tight = replace(DEFAULT_LIMITS, document_bytes=len(one) - 1)
    facts = timestamp_facts(one, id="T1", kind=TimestampKind.DOCUMENT, imprint_of=lambda name: None, limits=tight)
    assert [item.code for item in facts.findings] == ["CMS_LIMIT"]


def test_a_signature_over_something_else_is_no_token() -> None:
    assert _errors(_facts(good(tst_info(STAMPED)).make())) == {"TST_CONTENT_TYPE"}


def test_a_second_signer_is_not_allowed() -> None:
    made = good(tst_info(STAMPED), content_type=oids.TST_INFO, signers=2)
    assert _errors(_facts(made.make())) == {"TST_SIGNER_COUNT"}


def test_no_signer_at_all_is_an_error() -> None:
    made = good(tst_info(STAMPED), content_type=oids.TST_INFO, signers=0)
    facts = _facts(made.make())
    assert _errors(facts) == {"TST_SIGNER_COUNT"} and facts.token.signature_value is None


def test_a_digest_of_the_wrong_length_is_an_error() -> None:
    assert _errors(_facts(token(STAMPED, digest=SHA512))) == {"TST_IMPRINT_LENGTH"}


def test_an_unknown_digest_leaves_the_imprint_open() -> None:
    facts = _facts(token(STAMPED, digest=tlv(0x30, encode_oid("1.2.3.9"))))
    assert facts.imprint is not None and facts.imprint.intact is None


def test_a_critical_extension_is_an_error() -> None:
    body = encode_oid("1.2.3.9") + b"\x01\x01\xff" + octets(b"x")
    assert _errors(_facts(token(STAMPED, tail=tlv(0xA1, tlv(0x30, body))))) == {"TST_EXTENSION_CRITICAL"}
    plain = encode_oid("1.2.3.9") + octets(b"x")
    assert _errors(_facts(token(STAMPED, tail=tlv(0xA1, tlv(0x30, plain))))) == set()


@pytest.mark.parametrize("cms", [b"", b"\x30\x03\x02\x01\x01", token(STAMPED)[:-40]])
def test_what_is_no_cms_is_an_error(cms: bytes) -> None:
    facts = _facts(cms)
    assert _errors(facts) == {"CMS_MALFORMED"} and facts.imprint is None and facts.gen_time is None


IMPRINT = tlv(0x30, SHA256, octets(hashlib.sha256(STAMPED).digest()))
POLICY, TIME = encode_oid("1.2.3.4.1"), tlv(0x18, b"20260601120000Z")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        tlv(0x31, integer(1), POLICY, IMPRINT, integer(1), TIME),
        tlv(0x30, integer(2), POLICY, IMPRINT, integer(1), TIME),
        tlv(0x30, integer(1), POLICY, IMPRINT, integer(1)),
        tlv(0x30, integer(1), POLICY, IMPRINT, integer(1), tlv(0x17, b"260601120000Z")),
        tlv(0x30, integer(1), POLICY, IMPRINT, integer(1), tlv(0x18, b"20261301120000Z")),
        tlv(0x30, integer(1), POLICY, IMPRINT, tlv(0x02), TIME),
        tlv(0x30, integer(1), POLICY, IMPRINT, tlv(0x02, bytes(65)), TIME),
        tlv(0x30, integer(1), POLICY, tlv(0x30, SHA256), integer(1), TIME),
        tlv(0x30, integer(1), POLICY, IMPRINT, integer(1), TIME, integer(1), integer(2)),
        tlv(0x30, integer(1), POLICY, IMPRINT, integer(1), TIME, integer(1), tlv(0x30)),
        tlv(0x30, integer(1), POLICY, IMPRINT, integer(1), TIME) + b"\0",
        tlv(0x30, integer(1), POLICY, IMPRINT, integer(1), TIME, tlv(0xA1, tlv(0x30, POLICY))),
    ],
)
def test_what_is_no_tst_info_is_refused(content: bytes) -> None:
    with pytest.raises(DerError):
        read_tst_info(content)
    facts = _facts(good(content, content_type=oids.TST_INFO).make())
    assert _errors(facts) == {"TST_MALFORMED"} and facts.imprint is None


def test_a_token_in_ber_is_read() -> None:
    made = good(tst_info(STAMPED), content_type=oids.TST_INFO)
    cms = made.make()
    facts = _facts(as_ber(cms))
    assert facts.imprint is not None and facts.imprint.intact is True
