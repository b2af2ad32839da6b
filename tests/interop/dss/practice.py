"""The practice PKI as DSS wants it: keys in PKCS#12; and documents with other data under the same signature."""

from __future__ import annotations

import base64
import io
import json
import zipfile

from cryptography import x509
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption
from cryptography.hazmat.primitives.serialization import pkcs12 as pfx

import edoc
from edoc.testing import PracticePki

PASSWORD = "practice"


def pkcs12(pki: PracticePki, name: str) -> bytes:
    """Return the key of a member with its certificate and those above it."""
    certificate, *above = (x509.load_der_x509_certificate(der) for der in (pki.certificate(name), *pki.chain(name)))
    key = pki._pki.private_key(name)
    encryption = BestAvailableEncryption(PASSWORD.encode())
    return pfx.serialize_key_and_certificates(b"key", key, certificate, above, encryption)


def with_other_data(document: edoc.Document) -> edoc.Document:
    """Return a signed document whose data, and nothing else, is another by one octet."""
    data = bytes(document.data[:])
    if data.startswith(b"PK"):
        changed = _other_member(data)
    elif data.startswith(b"{"):
        changed = _other_payload(data)
    else:
        changed = data
        for word, other in ((b">7<", b">8<"), ("نخست".encode(), "ششمم".encode()), (_base64_part(data), b"")):
            if word and word in data:
                changed = data.replace(word, other or word.swapcase(), 1)
                break
    assert changed != data
    return edoc.Document.from_bytes(changed, name=document.name)


def _base64_part(data: bytes) -> bytes:
    """Return some letters of the Base64 text that an enveloping XML signature holds."""
    text = base64.b64encode("پیوست رأی".encode())[:12]
    return text if text in data else b""


def _other_payload(data: bytes) -> bytes:
    members = json.loads(data)
    payload = base64.urlsafe_b64decode(members["payload"] + "==")
    members["payload"] = base64.urlsafe_b64encode(payload.replace(b"7", b"8", 1)).rstrip(b"=").decode()
    return json.dumps(members).encode()


def _other_member(data: bytes) -> bytes:
    """Return a container in which the data file ends with another octet."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(made, "w") as new:
        for item in old.infolist():
            octets = old.read(item)
            if item.filename != "mimetype" and not item.filename.startswith("META-INF/"):
                octets = octets[:-1] + bytes([octets[-1] ^ 1])
            new.writestr(item, octets)
    return made.getvalue()
