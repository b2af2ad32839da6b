"""`file:` keys: PEM or DER, PKCS#8 (encrypted or not), PKCS#1, SEC 1; certificates may be in the same file."""

from __future__ import annotations

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import load_der_private_key, load_pem_private_key

from edoc.errors import KeyAccessError
from edoc.keys.backend import Opened, Secret, ask
from edoc.keys.local import read_key_file, usable
from edoc.pki.der import DerError, strict, strict_children
from edoc.pki.pem import blocks, is_pem

_CERTIFICATE_LABELS = ("CERTIFICATE", "X509 CERTIFICATE", "TRUSTED CERTIFICATE")


def open_file(path: str, secret: Secret) -> Opened:
    """Open a private key file; the secret is asked for only when the key is encrypted.

    Raises `KeyAccessError` KEY_NOT_FOUND, KEY_UNREADABLE, KEY_NOT_A_KEY, KEY_SECRET_MISSING,
    KEY_SECRET_WRONG or KEY_KIND_UNSUPPORTED.
    """
    data = read_key_file(path)
    pem = is_pem(data)
    encrypted = _pem_encrypted(data) if pem else _der_encrypted(data)
    if pem and b"PRIVATE KEY-----" not in data:
        raise KeyAccessError("KEY_NOT_A_KEY", subject=path)
    password = ask(secret, subject=path) if encrypted else None
    try:
        key = load_pem_private_key(data, password) if pem else load_der_private_key(data, password)
    except UnsupportedAlgorithm as problem:
        raise KeyAccessError("KEY_KIND_UNSUPPORTED", subject=path) from problem
    except (ValueError, TypeError) as problem:
        code = "KEY_SECRET_WRONG" if encrypted else "KEY_NOT_A_KEY"
        # The cause may quote the key file's content: it is not passed on.
        raise KeyAccessError(code, subject=path) from (None if encrypted else problem)
    found = [der for label, der in blocks(data) if label in _CERTIFICATE_LABELS] if pem else []
    return Opened(backend=usable(key, subject=path), certificates=tuple(found))


def _pem_encrypted(data: bytes) -> bool:
    return b"BEGIN ENCRYPTED PRIVATE KEY" in data or b"Proc-Type: 4,ENCRYPTED" in data


def _der_encrypted(data: bytes) -> bool:
    # EncryptedPrivateKeyInfo ::= SEQUENCE { AlgorithmIdentifier, OCTET STRING } (RFC 5958 3); a plain
    # key starts with an INTEGER.
    try:
        tag, start, end, _ = strict(data, 0, len(data))
        return tag == 0x30 and [item[0] for item in strict_children(data, start, end, limit=20)] == [0x30, 0x04]
    except DerError:
        return False
