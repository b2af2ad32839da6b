"""Which algorithm a key signs with, above all keys that are for RSASSA-PSS alone."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from edoc.errors import ConfigError
from edoc.keys.local import LocalKey
from edoc.pki import oids
from edoc.pki.algorithms import verify_value
from edoc.pki.der import encode_oid, integer, tlv
from edoc.sign.algorithm import choose_algorithm, message_digest_name
from tests.sign.makers import private_key


def _key() -> rsa.RSAPrivateKey:
    key = private_key("rsa")
    assert isinstance(key, rsa.RSAPrivateKey)
    return key


def _pss_key(*, digest: str | None = None, mgf: str | None = None, salt: int | None = None) -> bytes:
    """The public key under id-RSASSA-PSS, with parameters when a digest is given."""
    plain = _key().public_key().public_bytes(Encoding.DER, PublicFormat.PKCS1)
    parameters = b""
    if digest is not None:
        hashing, mask = (tlv(0x30, encode_oid(oids.DIGEST_OIDS[name])) for name in (digest, mgf or digest))
        parts = tlv(0xA0, hashing), tlv(0xA1, tlv(0x30, encode_oid(oids.MGF1), mask))
        parameters = tlv(0x30, *parts, tlv(0xA2, integer(salt)) if salt is not None else b"")
    return tlv(0x30, tlv(0x30, encode_oid(oids.RSA_PSS), parameters), tlv(0x03, b"\0" + plain))


@pytest.mark.parametrize(
    ("spki", "asked", "digest", "salt"),
    [
        (_pss_key(), None, "sha256", 32),
        (_pss_key(), "sha512", "sha512", 64),
        (_pss_key(digest="sha384", salt=48), None, "sha384", 48),
        (_pss_key(digest="sha384", salt=48), "sha384", "sha384", 48),
        (_pss_key(digest="sha256", salt=40), None, "sha256", 40),
    ],
    ids=["free", "free-sha512", "sha384", "sha384-asked", "longer-salt"],
)
def test_a_key_for_pss_signs_with_pss(spki: bytes, asked: str | None, digest: str, salt: int) -> None:
    algorithm = choose_algorithm(spki, digest=asked)
    assert (algorithm.name, algorithm.digest, algorithm.mgf_digest) == ("rsa-pss", digest, digest)
    assert algorithm.salt_length == salt and message_digest_name(algorithm) == digest
    value = LocalKey(_key()).sign(b"octets", algorithm)
    assert verify_value(spki, algorithm, b"octets", value)


@pytest.mark.parametrize(
    ("spki", "asked"),
    [
        (_pss_key(digest="sha384", salt=48), "sha256"),
        (_pss_key(digest="sha256", mgf="sha512", salt=32), None),
        (_pss_key(digest="sha256", mgf="sha512", salt=32), "sha512"),
    ],
)
def test_what_the_key_does_not_allow_is_refused(spki: bytes, asked: str | None) -> None:
    with pytest.raises(ConfigError) as error:
        choose_algorithm(spki, digest=asked)
    assert error.value.code == "SIGN_ALGORITHM_UNFIT"


def test_a_key_that_fixes_sha1_signs_nothing() -> None:
    # Parameters that are there and empty mean their defaults, SHA-1 throughout (RFC 4055 3.1).
    plain = _key().public_key().public_bytes(Encoding.DER, PublicFormat.PKCS1)
    spki = tlv(0x30, tlv(0x30, encode_oid(oids.RSA_PSS), tlv(0x30)), tlv(0x03, b"\0" + plain))
    with pytest.raises(ConfigError) as error:
        choose_algorithm(spki)
    assert error.value.code == "SIGN_DIGEST_WEAK"


def test_a_key_for_pss_verifies_nothing_else() -> None:
    plain = choose_algorithm(_key().public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))
    value = LocalKey(_key()).sign(b"octets", plain)
    assert not verify_value(_pss_key(), plain, b"octets", value)
    short = choose_algorithm(_pss_key())
    value = LocalKey(_key()).sign(b"octets", short)
    assert verify_value(_pss_key(digest="sha256", salt=32), short, b"octets", value)
    assert not verify_value(_pss_key(digest="sha256", salt=33), short, b"octets", value)
    assert not verify_value(_pss_key(digest="sha512", salt=32), short, b"octets", value)
