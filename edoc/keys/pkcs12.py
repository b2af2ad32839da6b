"""`pkcs12:` keys: one file with the key, its certificate and the chain (RFC 7292)."""

from __future__ import annotations

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.hazmat.primitives.serialization.pkcs12 import PKCS12KeyAndCertificates, load_pkcs12

from edoc.errors import KeyAccessError
from edoc.keys.backend import Opened, Secret, ask
from edoc.keys.local import read_key_file, usable
from edoc.pki.der import DerError, strict, strict_children


def open_pkcs12(path: str, secret: Secret) -> Opened:
    """Open a PKCS#12 file; without a secret only a file without a password opens.

    Raises `KeyAccessError` KEY_NOT_FOUND, KEY_UNREADABLE, KEY_NOT_A_KEY, KEY_SECRET_MISSING,
    KEY_SECRET_WRONG, KEY_KIND_UNSUPPORTED or KEY_NO_PRIVATE_KEY.
    """
    data = read_key_file(path)
    if not _looks_like_pkcs12(data):
        raise KeyAccessError("KEY_NOT_A_KEY", subject=path)
    store = _without_password(data, path) if secret is None else _load(data, ask(secret, subject=path), path)
    if store is None:
        raise KeyAccessError("KEY_SECRET_MISSING" if secret is None else "KEY_SECRET_WRONG", subject=path)
    if store.key is None:
        raise KeyAccessError("KEY_NO_PRIVATE_KEY", subject=path)
    entries = ([store.cert] if store.cert is not None else []) + list(store.additional_certs)
    certificates = tuple(entry.certificate.public_bytes(Encoding.DER) for entry in entries)
    return Opened(backend=usable(store.key, subject=path), certificates=certificates)


def _load(data: bytes, password: bytes | None, path: str) -> PKCS12KeyAndCertificates | None:
    try:
        return load_pkcs12(data, password)
    except UnsupportedAlgorithm as problem:
        raise KeyAccessError("KEY_KIND_UNSUPPORTED", subject=path) from problem
    except ValueError:
        # One error stands for a wrong password and for damage; the frame was checked before.
        return None


def _without_password(data: bytes, path: str) -> PKCS12KeyAndCertificates | None:
    return _load(data, None, path) or _load(data, b"", path)


def _looks_like_pkcs12(data: bytes) -> bool:
    try:
        tag, start, end, _ = strict(data, 0, len(data))
        children = strict_children(data, start, end, limit=4)
    except DerError:
        # Old exporters write indefinite lengths: SEQUENCE, INTEGER 3.
        return data[:2] == b"\x30\x80" and data[2:5] == b"\x02\x01\x03"
    return tag == 0x30 and data[start : start + 3] == b"\x02\x01\x03" and len(children) >= 2
