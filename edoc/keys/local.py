"""Private keys that live in this process: loaded and checked once, then kept."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from edoc.errors import KeyAccessError
from edoc.facts.signature import SignatureAlgorithm

_FILE_BYTES = 1 << 20
"""A key file with its certificates; real ones are below 20 KiB."""
_HASHES: dict[str, Callable[[], hashes.HashAlgorithm]] = {
    "sha256": hashes.SHA256, "sha384": hashes.SHA384, "sha512": hashes.SHA512,
    "sha3_256": hashes.SHA3_256, "sha3_384": hashes.SHA3_384, "sha3_512": hashes.SHA3_512,
}  # fmt: skip

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey | ed448.Ed448PrivateKey


class LocalKey:
    """A private key held by `cryptography`; never shown, never pickled."""

    def __init__(self, key: PrivateKey) -> None:
        self._key = key
        self.spki_der = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)

    def __reduce__(self) -> tuple[object, ...]:
        raise TypeError("a private key does not leave its process")

    def sign(self, octets: bytes, algorithm: SignatureAlgorithm) -> bytes:
        """Return the signature value over some octets (ECDSA: DER r, s)."""
        key = self._key
        if isinstance(key, rsa.RSAPrivateKey):
            return key.sign(octets, _padding(algorithm), _hash(algorithm.digest))
        if isinstance(key, ec.EllipticCurvePrivateKey):
            return key.sign(octets, ec.ECDSA(_hash(algorithm.digest)))
        return key.sign(octets)


def usable(key: object, *, subject: str) -> LocalKey:
    """Return the key if it is of a kind that signs here; `KeyAccessError` KEY_KIND_UNSUPPORTED otherwise."""
    if not isinstance(
        key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey | ed448.Ed448PrivateKey
    ):
        raise KeyAccessError("KEY_KIND_UNSUPPORTED", subject=subject)
    try:
        return LocalKey(key)
    except (ValueError, UnsupportedAlgorithm) as problem:
        raise KeyAccessError("KEY_KIND_UNSUPPORTED", subject=subject) from problem


def read_key_file(path: str) -> bytes:
    """Return the bytes of a key file; `KeyAccessError` when it is missing, unreadable or far too large."""
    try:
        with open(path, "rb") as file:
            if stat.S_ISDIR(os.fstat(file.fileno()).st_mode):
                raise IsADirectoryError
            data = file.read(_FILE_BYTES + 1)
    except (FileNotFoundError, NotADirectoryError) as problem:
        raise KeyAccessError("KEY_NOT_FOUND", subject=path) from problem
    except OSError as problem:
        params = {"reason": problem.strerror or "is a folder"}
        raise KeyAccessError("KEY_UNREADABLE", subject=path, params=params) from problem
    if len(data) > _FILE_BYTES:
        raise KeyAccessError("KEY_NOT_A_KEY", subject=path)
    return data


def _hash(name: str | None) -> hashes.HashAlgorithm:
    return _HASHES[name or ""]()


def _padding(algorithm: SignatureAlgorithm) -> padding.PSS | padding.PKCS1v15:
    if algorithm.name == "rsa":
        return padding.PKCS1v15()
    return padding.PSS(mgf=padding.MGF1(_hash(algorithm.mgf_digest)), salt_length=algorithm.salt_length or 0)
