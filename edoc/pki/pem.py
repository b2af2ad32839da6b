"""Certificates and revocation lists from PEM or DER bytes."""

from __future__ import annotations

import base64
import binascii
import re

_BLOCK = re.compile(rb"-----BEGIN ([A-Z0-9 #]+)-----([A-Za-z0-9+/=\s]*)-----END \1-----")


def blocks(data: bytes) -> list[tuple[str, bytes]]:
    """Return the (label, DER) pairs of the PEM blocks in some bytes; a broken block is left out."""
    found = []
    for label, body in _BLOCK.findall(data):
        try:
            found.append((label.decode(), base64.b64decode(b"".join(body.split()), validate=True)))
        except binascii.Error:
            continue
    return found


def outside(data: bytes) -> bytes:
    """Return what stands outside the first PEM block in some bytes."""
    return _BLOCK.sub(b"", data, count=1)


def certificates_in(data: bytes) -> list[bytes]:
    """Return the DER certificates in PEM or DER bytes; anything else gives an empty list."""
    if data[:1] == b"\x30":
        return [data]
    return [der for label, der in blocks(data) if label in ("CERTIFICATE", "X509 CERTIFICATE", "TRUSTED CERTIFICATE")]


def is_pem(data: bytes) -> bool:
    """Tell whether bytes hold a PEM block."""
    return b"-----BEGIN " in data[: 1 << 16]
