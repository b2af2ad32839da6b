"""OCSP from the client's side: the request, and which answers are refused before anybody judges them."""

from __future__ import annotations

import random
from urllib.parse import unquote

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp

from edoc.errors import FetchError
from edoc.lab.pki import Pki
from edoc.net.ocsp import check_answer, get_address, ocsp_request
from edoc.pki.certificate import Certificate
from tests.net.conftest import AT

NONCE = bytes(range(32))
URL = "http://ocsp.example/q?secret=1"


def _pair(pki: Pki, label: str = "person", issuer: str = "issuing") -> tuple[Certificate, Certificate]:
    return Certificate.load(pki.certificate(label)), Certificate.load(pki.certificate(issuer))


def _request(pki: Pki, label: str = "person", nonce: bytes = NONCE) -> bytes:
    certificate, issuer = _pair(pki, label)
    return ocsp_request(certificate, issuer.spki_der, nonce=nonce)


def test_the_request_is_the_one_that_cryptography_makes(pki: Pki) -> None:
    certificate, issuer = (x509.load_der_x509_certificate(item.der) for item in _pair(pki))
    builder = ocsp.OCSPRequestBuilder().add_certificate(certificate, issuer, hashes.SHA1())
    expected = builder.add_extension(x509.OCSPNonce(NONCE), critical=False).build()
    assert _request(pki) == expected.public_bytes(Encoding.DER)


def test_a_key_that_cannot_be_read_asks_nothing(pki: Pki) -> None:
    for key in (b"", b"\x30\x00", b"\x30\x82", b"\x30\x05\x30\x00\x03\x01", b"x" * 50):
        with pytest.raises(ValueError, match="key"):
            ocsp_request(_pair(pki)[0], key, nonce=NONCE)


def test_a_short_request_fits_an_address_and_a_long_one_does_not(pki: Pki) -> None:
    import base64

    request = _request(pki)
    address = get_address("http://ocsp.example/", request)
    assert address is not None and address.startswith("http://ocsp.example/M")
    assert base64.b64decode(unquote(address.removeprefix("http://ocsp.example/"))) == request
    assert get_address("http://ocsp.example", request + bytes(200)) is None
    assert get_address("http://ocsp.example/?a", request) is None


def _refused(answer: bytes, certificate: Certificate, nonce: bytes | None = NONCE) -> FetchError:
    with pytest.raises(FetchError) as caught:
        check_answer(answer, certificate, nonce=nonce, url=URL)
    assert caught.value.subject == "http://ocsp.example/q"
    return caught.value


def test_a_right_answer_says_until_when_it_holds(pki: Pki) -> None:
    certificate, _ = _pair(pki)
    answer = pki.answer_ocsp("issuing", _request(pki))
    until = check_answer(answer, certificate, nonce=NONCE, url=URL)
    assert until is not None and until > AT
    assert check_answer(answer, certificate, nonce=None, url=URL) == until


def test_an_answer_without_a_nonce_is_usable(pki: Pki) -> None:
    certificate, _ = _pair(pki)
    check_answer(pki.ocsp_response("person"), certificate, nonce=NONCE, url=URL)


def test_a_replayed_answer_is_refused(pki: Pki) -> None:
    certificate, _ = _pair(pki)
    answer = pki.answer_ocsp("issuing", _request(pki, nonce=bytes(32)))
    assert _refused(answer, certificate).code == "OCSP_NONCE_MISMATCH"


def test_an_answer_about_another_certificate_is_refused(pki: Pki) -> None:
    certificate, _ = _pair(pki)
    answer = pki.answer_ocsp("issuing", _request(pki, "stamp"))
    assert _refused(answer, certificate).code == "OCSP_OTHER_CERTIFICATE"


@pytest.mark.parametrize(
    ("status", "word"), [(1, "malformed_request"), (2, "internal_error"), (3, "try_later"), (6, "unauthorized")]
)
def test_a_responder_that_refuses_is_quoted(pki: Pki, status: int, word: str) -> None:
    problem = _refused(bytes((0x30, 3, 0x0A, 1, status)), _pair(pki)[0])
    assert (problem.code, problem.params["status"]) == ("OCSP_REFUSED", word)


@pytest.mark.parametrize("answer", [b"", b"<html>", b"\x30\x00", b"\x30\x03\x0a\x01\x00", bytes(100)])
def test_garbage_is_no_answer(pki: Pki, answer: bytes) -> None:
    assert _refused(answer, _pair(pki)[0]).code == "FETCH_ANSWER_UNREADABLE"


def test_no_mutant_crashes(pki: Pki) -> None:
    certificate, _ = _pair(pki)
    answer = pki.answer_ocsp("issuing", _request(pki))
    chance = random.Random(7)
    refused = 0
    for _ in range(1500):
        mutant = bytearray(answer)
        for _ in range(chance.randint(1, 3)):
            mutant[chance.randrange(len(mutant))] = chance.randrange(256)
        if chance.random() < 0.2:
            del mutant[chance.randrange(len(mutant)) :]
        try:
            check_answer(bytes(mutant), certificate, nonce=NONCE, url=URL)
        except FetchError:
            refused += 1
    assert refused > 100
