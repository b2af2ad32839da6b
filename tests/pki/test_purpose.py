"""Usage profiles of signers and time-stamp authorities."""

from __future__ import annotations

import pytest

from edoc.pki.certificate import Certificate
from edoc.pki.purpose import signer_violations, tsa_violations
from tests.pki.forge import CA, Extension, authority, extended_key_usage, key_usage, leaf

MAIL, SERVER, CLIENT, STAMP, OCSP = (f"1.3.6.1.5.5.7.3.{number}" for number in (4, 1, 2, 8, 9))
DOCUMENTS = "1.3.6.1.5.5.7.3.36"
SIGN = key_usage("digitalSignature")


def made(*extensions: Extension) -> Certificate:
    return leaf("Root", extensions=extensions).make()


def signer(*extensions: Extension) -> list[str]:
    return [item.code for item in signer_violations(made(*extensions))]


def stamper(*extensions: Extension) -> list[str]:
    return [item.code for item in tsa_violations(made(*extensions))]


@pytest.mark.parametrize("usage", [("digitalSignature",), ("nonRepudiation",), ("nonRepudiation", "keyEncipherment")])
def test_a_signer_s_key_is_for_signatures(usage: tuple[str, ...]) -> None:
    assert signer(key_usage(*usage)) == []


@pytest.mark.parametrize("usage", [("keyEncipherment",), ("keyCertSign",), ()])
def test_a_key_for_something_else_does_not_sign(usage: tuple[str, ...]) -> None:
    assert signer(key_usage(*usage)) == ["KEY_USAGE"]


def test_no_word_about_the_key_is_a_reservation() -> None:
    assert signer() == ["KEY_USAGE_ABSENT"]


@pytest.mark.parametrize("purposes", [(DOCUMENTS,), (MAIL,), (CLIENT,), (SERVER, MAIL), ("2.5.29.37.0",)])
def test_purposes_that_let_sign_documents(purposes: tuple[str, ...]) -> None:
    assert signer(SIGN, extended_key_usage(*purposes)) == []


@pytest.mark.parametrize("purposes", [(SERVER,), (STAMP,), (OCSP,), ("1.2.3",), (SERVER, STAMP)])
def test_purposes_that_do_not(purposes: tuple[str, ...]) -> None:
    assert signer(SIGN, extended_key_usage(*purposes)) == ["EKU"]


def test_an_authority_that_signs_is_a_reservation() -> None:
    found = signer_violations(authority("Root", extensions=(CA[0], SIGN)).make())
    assert [item.code for item in found] == ["SIGNER_IS_CA"]


def test_an_extension_that_cannot_be_read_allows_nothing() -> None:
    assert signer(SIGN, ("2.5.29.37", False, b"\x04\x00")) == ["EKU"]
    assert signer(("2.5.29.15", True, b"\x04\x00")) == ["KEY_USAGE"]


def test_a_time_stamp_authority_has_that_one_critical_purpose() -> None:
    assert stamper(SIGN, extended_key_usage(STAMP, critical=True)) == []
    assert stamper(extended_key_usage(STAMP, critical=True)) == []
    assert stamper(SIGN, extended_key_usage(STAMP)) == ["TSA_EKU_NOT_CRITICAL"]
    assert stamper(SIGN, extended_key_usage(STAMP, MAIL, critical=True)) == ["TSA_EKU"]
    assert stamper(SIGN) == ["TSA_EKU"]


@pytest.mark.parametrize("usage", [("keyEncipherment",), ("digitalSignature", "keyCertSign"), ()])
def test_a_time_stamp_authority_s_key_only_signs(usage: tuple[str, ...]) -> None:
    assert stamper(key_usage(*usage), extended_key_usage(STAMP, critical=True)) == ["TSA_KEY_USAGE"]
