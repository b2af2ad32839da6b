"""Time-marks of BDOC: a status response that belongs to this signature, or to another one."""

from __future__ import annotations

import hashlib
from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.hashes import SHA1, SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp

from edoc.facts.material import EmbeddedObject, MaterialKind, Origin
from edoc.facts.signature import Claims, PolicyReference, SignatureFacts, SignatureFormat, TimestampKind
from edoc.formats.asic.time_mark import time_mark_findings
from edoc.formats.tst import timestamp_facts
from edoc.lab.keys import process_keys
from edoc.lab.pki import Pki
from tests.formats.asic.maker import AT, pki, token

VALUE = b"the value of a signature"
OID = "1.3.6.1.4.1.10015.1000.3.2.1"
_SHA256 = bytes.fromhex("3031300d060960864801650304020105000420")
"""SEQUENCE of the AlgorithmIdentifier of SHA-256 and the head of an OCTET STRING."""


def response(nonce: bytes | None, *, status: ocsp.OCSPCertStatus = ocsp.OCSPCertStatus.GOOD, with_certificate: bool = True) -> bytes:
    """Return a status response about the person by the issuing authority itself."""
    person, issuer = (x509.load_der_x509_certificate(pki().certificate(name)) for name in ("person", "issuing"))
    revoked = status is ocsp.OCSPCertStatus.REVOKED
    builder = ocsp.OCSPResponseBuilder().add_response(
        cert=person, issuer=issuer, algorithm=SHA1(), cert_status=status, this_update=AT, next_update=None,
        revocation_time=AT - timedelta(days=1) if revoked else None, revocation_reason=None,
    ).responder_id(ocsp.OCSPResponderEncoding.NAME, issuer)  # fmt: skip
    if with_certificate:
        builder = builder.certificates([issuer])
    if nonce is not None:
        builder = builder.add_extension(x509.OCSPNonce(nonce), critical=False)
    key = Pki(at=AT, base_url="http://practice.invalid", keys=process_keys()).private_key("issuing")
    assert isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey)
    return builder.sign(key, SHA256()).public_bytes(Encoding.DER)


def codes(*responses: bytes, policy: str | None = OID, certificates: tuple[bytes, ...] = (), stamped: bool = False) -> list[str]:
    found = [EmbeddedObject(kind=MaterialKind.OCSP, der=der, origin=Origin.SIGNATURE) for der in responses]
    found += [EmbeddedObject(kind=MaterialKind.CERTIFICATE, der=der, origin=Origin.SIGNATURE) for der in certificates]
    stamp = timestamp_facts(token(bytes(32)), id="S1.T1", kind=TimestampKind.SIGNATURE, imprint_of=lambda name: None)
    facts = SignatureFacts(
        id="S1",
        format=SignatureFormat.XADES,
        signature_value=VALUE,
        claims=Claims(policy=PolicyReference(id=policy) if policy is not None else None),
        material=tuple(found),
        timestamps=(stamp,) if stamped else (),
    )
    return [item.code for item in time_mark_findings(facts)]


NONCE = _SHA256 + hashlib.sha256(VALUE).digest()


def test_a_time_mark_is_told_for_what_it_is() -> None:
    assert codes(response(NONCE)) == ["BDOC_TIME_MARK"]
    assert codes(response(NONCE), policy=f"urn:oid:{OID}") == ["BDOC_TIME_MARK"]
    assert codes(response(hashlib.sha1(VALUE).digest())) == ["BDOC_TIME_MARK"]
    assert codes(response(None), response(NONCE)) == ["BDOC_TIME_MARK"]


def test_one_of_another_signature_is_told() -> None:
    assert codes(response(_SHA256 + hashlib.sha256(b"another value").digest())) == ["BDOC_TIME_MARK_OTHER"]


@pytest.mark.parametrize("responses", [(response(None),), (b"no response",)], ids=["no nonce", "unreadable"])
def test_a_missing_one_is_told(responses: tuple[bytes, ...]) -> None:
    assert codes(*responses) == ["BDOC_TIME_MARK_MISSING"]


@pytest.mark.parametrize("status", [ocsp.OCSPCertStatus.UNKNOWN, ocsp.OCSPCertStatus.REVOKED])
def test_a_status_that_is_not_good_is_told(status: ocsp.OCSPCertStatus) -> None:
    assert codes(response(NONCE, status=status)) == ["BDOC_TIME_MARK", "BDOC_TIME_MARK_STATUS"]


def test_a_responder_without_a_certificate_is_told() -> None:
    alone = response(NONCE, with_certificate=False)
    assert codes(alone) == ["BDOC_TIME_MARK", "BDOC_TIME_MARK_RESPONDER"]
    assert codes(alone, certificates=(pki().certificate("issuing"),)) == ["BDOC_TIME_MARK"]
    assert codes(alone, certificates=(b"none",)) == ["BDOC_TIME_MARK", "BDOC_TIME_MARK_RESPONDER"]


def test_other_signatures_have_none() -> None:
    assert codes(policy=None) == codes(policy="1.2.3.4") == codes(stamped=True) == []
    assert codes() == []
