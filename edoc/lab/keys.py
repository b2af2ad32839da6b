"""The practice keys: made when first needed, kept in a folder or for the life of the process.

None ships with the package: a key that everybody has could sign for anyone who trusts it by mistake.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from threading import Lock

from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from edoc.errors import ConfigError
from edoc.lab.members import MEMBERS, KeyKind

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey

_MAKERS: dict[KeyKind, Callable[[], PrivateKey]] = {
    KeyKind.RSA: lambda: rsa.generate_private_key(public_exponent=65537, key_size=3072),
    KeyKind.RSA_2048: lambda: rsa.generate_private_key(public_exponent=65537, key_size=2048),
    KeyKind.P256: lambda: ec.generate_private_key(ec.SECP256R1()),
    KeyKind.ED25519: ed25519.Ed25519PrivateKey.generate,
}
_KINDS = {member.key_label: member.kind for member in MEMBERS}


class KeyRing:
    """The private keys by label; thread-safe.  With a folder they are read from it and kept in it."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        self._lock = Lock()
        self._keys: dict[str, PrivateKey] = {}

    def get(self, label: str) -> PrivateKey:
        """Return the key of a label (`LAB_NO_SUCH_NAME` for an unknown one), making it when there is none yet.

        Raises `ConfigError` LAB_KEY_UNREADABLE when the folder holds something else in its place.
        """
        if label not in _KINDS:
            raise ConfigError("LAB_NO_SUCH_NAME", subject=label, params={"known": ", ".join(_KINDS)})
        with self._lock:
            if label not in self._keys:
                self._keys[label] = self._load(label) or self._make(label)
            return self._keys[label]

    def _path(self, label: str) -> Path | None:
        return self._folder / f"{label}.pem" if self._folder is not None else None

    def _load(self, label: str) -> PrivateKey | None:
        path = self._path(label)
        if path is None or not path.is_file():
            return None
        try:
            # Made by this very class: a second look at the primes of an RSA key would cost 30 ms each.
            key = load_pem_private_key(path.read_bytes(), None, unsafe_skip_rsa_key_validation=True)
        except (OSError, ValueError, TypeError) as problem:
            raise ConfigError("LAB_KEY_UNREADABLE", subject=str(path)) from problem
        if not isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey):
            raise ConfigError("LAB_KEY_UNREADABLE", subject=str(path))
        return key

    def _make(self, label: str) -> PrivateKey:
        key = _MAKERS[_KINDS[label]]()
        path = self._path(label)
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
            part = path.with_suffix(".part")
            part.unlink(missing_ok=True)
            descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
            part.replace(path)
        return key


_PROCESS_KEYS = KeyRing()


def process_keys() -> KeyRing:
    """Return the keys of this process: made once, gone with it."""
    return _PROCESS_KEYS
