"""How certomancer signs while it works for the practice PKI: the same bytes for the same inputs, and quickly."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from threading import RLock

from asn1crypto.algos import SignedDigestAlgorithm
from asn1crypto.keys import PrivateKeyInfo
from certomancer import crypto_utils
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.serialization import load_der_private_key

from edoc.lab.keys import PrivateKey

_ONE_AT_A_TIME = RLock()


class _PracticeSigning(crypto_utils.PycaCryptographyBackend):
    """Keeps each key loaded, and makes ECDSA deterministic (RFC 6979): a PKI made again is the same PKI.

    Certomancer's own way loads a key for every signature and looks at the primes of an RSA key each time,
    which takes 0.1 s.
    """

    def generic_sign(self, private_key: PrivateKeyInfo, tbs_bytes: bytes, sd_algo: SignedDigestAlgorithm) -> bytes:
        return sign(_loaded(private_key.dump()), tbs_bytes)


def sign(key: PrivateKey, octets: bytes) -> bytes:
    """Return a signature over some octets, with SHA-256 where the algorithm needs a digest."""
    if isinstance(key, rsa.RSAPrivateKey):
        return key.sign(octets, padding.PKCS1v15(), hashes.SHA256())
    if isinstance(key, ec.EllipticCurvePrivateKey):
        return key.sign(octets, ec.ECDSA(hashes.SHA256(), deterministic_signing=True))
    return key.sign(octets)


@lru_cache(maxsize=64)
def _loaded(der: bytes) -> PrivateKey:
    key = load_der_private_key(der, None, unsafe_skip_rsa_key_validation=True)
    assert isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey)
    return key


@contextmanager
def practice_signing() -> Iterator[None]:
    """Let certomancer sign this way inside the block, one thread at a time; before and after it is as it was."""
    with _ONE_AT_A_TIME:
        before = crypto_utils.CRYPTO_BACKEND
        crypto_utils.CRYPTO_BACKEND = _PracticeSigning()
        try:
            yield
        finally:
            crypto_utils.CRYPTO_BACKEND = before
