"""Certificates and names: what is read, what is told, what compares."""

from __future__ import annotations

import hashlib
import pickle
from datetime import UTC, datetime

import pytest
from cryptography import x509

from edoc.limits import DEFAULT_LIMITS
from edoc.pki.certificate import Certificate, CertificateError
from edoc.pki.der import DerError, tlv
from edoc.pki.names import Name
from edoc.pki.times import read_time
from tests.pki import forge
from tests.pki.forge import CA, SIGNER, attribute, authority, cn, dn, leaf, rdn


def test_a_certificate_is_read_as_the_library_reads_it() -> None:
    point = forge.distribution_points(forge.distribution_point("http://lists.test/a.crl"))
    plan = leaf("Root", serial=2**100, extensions=(*SIGNER, point, forge.policies("1.2.3")))
    mine, other = plan.make(), x509.load_der_x509_certificate(plan.der())
    assert mine.serial_number == other.serial_number
    assert (mine.not_before, mine.not_after) == (other.not_valid_before_utc, other.not_valid_after_utc)
    assert mine.subject.rfc4514() == other.subject.rfc4514_string()
    assert mine.key_usage == {"nonRepudiation"}
    assert mine.crl_uris == ("http://lists.test/a.crl",)
    assert mine.policies == ("1.2.3",)
    assert mine.findings == ()
    assert not mine.is_ca


def test_a_certificate_is_interned_and_survives_pickling() -> None:
    der = leaf("Root").der()
    one = Certificate.load(der)
    assert Certificate.load(bytes(bytearray(der))) is one
    assert pickle.loads(pickle.dumps(one)) == one


def test_the_key_bits_are_those_that_key_identifiers_are_made_of() -> None:
    made = authority("Root").make()
    digest = x509.SubjectKeyIdentifier.from_public_key(forge.key("Root").public_key()).digest
    assert hashlib.sha1(made.public_key_bits, usedforsecurity=False).digest() == digest


@pytest.mark.parametrize(
    "der", [b"", b"\x30\x00", b"\x30\x80\x00\x00", authority("Root").der() + b"\x00", authority("Root").der()[:-1]]
)
def test_what_is_no_certificate_is_refused(der: bytes) -> None:
    with pytest.raises(CertificateError):
        Certificate.load(der)


def test_a_certificate_beyond_the_limit_is_refused() -> None:
    padding = (forge.ext.ISSUER_ALT_NAME, False, b"\x04\x83\x01\x00\x00" + bytes(1 << 16))
    with pytest.raises(CertificateError):
        Certificate.load(leaf("Root", extensions=(padding,)).der())
    assert DEFAULT_LIMITS.certificate_bytes == 1 << 16


def test_what_is_badly_encoded_is_read_and_told() -> None:
    odd = leaf("Root", extensions=(*SIGNER, (forge.ext.AUTHORITY_KEY_IDENTIFIER, False, b"\x05\x00"))).make()
    assert [item.code for item in odd.findings] == ["MALFORMED_DER"]
    negative = leaf("Root", serial=-5).make()
    assert "SERIAL_NOT_POSITIVE" in [item.code for item in negative.findings]


def test_version_1_is_never_an_authority() -> None:
    assert not authority("Old", version=1, extensions=()).make().is_ca
    assert not authority("Old", version=2, extensions=CA).make().is_ca


def test_self_issued_is_about_names_only() -> None:
    assert authority("Root", issuer_key="Other").make().is_self_issued
    assert not authority("Sub", "Root").make().is_self_issued
    assert not leaf("x").but(subject=cn(""), issuer=cn("")).make().is_self_issued


@pytest.mark.parametrize(
    ("tag", "content", "moment", "regular"),
    [
        (0x17, b"500101000000Z", datetime(1950, 1, 1, tzinfo=UTC), True),
        (0x17, b"491231235959Z", datetime(2049, 12, 31, 23, 59, 59, tzinfo=UTC), True),
        (0x18, b"99991231235959Z", datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC), True),
        (0x17, b"2606010330+0330", datetime(2026, 6, 1, tzinfo=UTC), False),
        (0x17, b"2606010000Z", datetime(2026, 6, 1, tzinfo=UTC), False),
        (0x18, b"20260601000000.5Z", datetime(2026, 6, 1, tzinfo=UTC), False),
    ],
)
def test_times(tag: int, content: bytes, moment: datetime, regular: bool) -> None:
    assert read_time(tag, content) == (moment, regular)


@pytest.mark.parametrize(
    "content", [b"", b"260601", b"261301000000Z", b"260601000000", b"2606010000\xffZ", b"000101000000+9959Z"]
)
def test_what_is_no_time_is_refused(content: bytes) -> None:
    with pytest.raises(DerError):
        read_time(0x17, content)


def test_names_are_shown_as_they_are_and_compared_folded() -> None:
    name = Name.load(dn(rdn(attribute("2.5.4.6", "IR", 0x13)), rdn(attribute("2.5.4.3", "دادگاه, Ünited"))))
    assert name.rfc4514() == "CN=دادگاه\\, Ünited,C=IR"
    assert (
        name.canonical
        == Name.load(dn(rdn(attribute("2.5.4.6", "ir")), rdn(attribute("2.5.4.3", " دادگاه,  üNITED ")))).canonical
    )
    assert (
        name.canonical
        != Name.load(dn(rdn(attribute("2.5.4.3", "دادگاه, Ünited")), rdn(attribute("2.5.4.6", "IR")))).canonical
    )


def test_direction_marks_in_a_name_are_shown_as_octets() -> None:
    assert "\u202e" not in Name.load(cn("abc\u202edef")).rfc4514()
    assert "\n" not in Name.load(cn("a\nb")).rfc4514()


@pytest.mark.parametrize("inserted", ["\u200c", "\u200d", "\u202e", "\ufe0f", "\u00ad", "\x00"])
def test_what_nobody_sees_makes_no_other_name(inserted: str) -> None:
    assert Name.load(cn(f"می{inserted}خواهد")) == Name.load(cn("میخواهد"))


def test_a_name_that_cannot_be_read_compares_by_its_octets() -> None:
    broken = Name.load(tlv(0x30, b"\x02\x01\x01"))
    assert not broken.readable
    assert broken == Name.load(tlv(0x30, b"\x02\x01\x01"))
    assert broken != Name.load(tlv(0x30, b"\x02\x01\x02"))
