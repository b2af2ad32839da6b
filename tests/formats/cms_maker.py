"""CMS made piece by piece, so that a test can bend exactly one piece."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

from edoc.pki import oids
from edoc.pki.der import encode_oid, integer, tlv
from tests.sign.makers import SIGNING_TIME, identity

CONTENT = b"The court orders payment of 1403 units."
SHA256 = tlv(0x30, encode_oid("2.16.840.1.101.3.4.2.1"))
SHA512 = tlv(0x30, encode_oid("2.16.840.1.101.3.4.2.3"))
ECDSA_SHA256 = tlv(0x30, encode_oid("1.2.840.10045.4.3.2"))
Attributes = list[tuple[str, list[bytes]]]


def octets(value: bytes) -> bytes:
    return tlv(0x04, value)


def utc_time(time: datetime = SIGNING_TIME) -> bytes:
    return tlv(0x17, time.strftime("%y%m%d%H%M%SZ").encode())


def reference_v2(certificate: bytes) -> bytes:
    return tlv(0x30, tlv(0x30, tlv(0x30, octets(hashlib.sha256(certificate).digest()))))


def certificate_der(kind: str = "p256") -> bytes:
    return identity(kind).certificate.public_bytes(Encoding.DER)


def protection(digest: bytes = SHA256, signature: bytes = ECDSA_SHA256) -> bytes:
    return tlv(0x30, digest, b"\xa1" + signature[1:])


def pkcs9(attributes: Iterable[tuple[str, list[bytes]]], *, tag: int = 0x31, ordered: bool = True) -> bytes:
    parts = [tlv(0x30, encode_oid(oid), tlv(0x31, *values)) for oid, values in attributes]
    return tlv(tag, *(sorted(parts) if ordered else parts))


@dataclass
class Signing:
    """One CMS about to be made; every field may be bent before `make`."""

    content: bytes = CONTENT
    content_type: str = oids.DATA
    attached: bool = True
    attributes: Attributes = field(default_factory=list)
    unsigned: Attributes = field(default_factory=list)
    ordered: bool = True
    digest: bytes = SHA256
    listed: tuple[bytes, ...] = (SHA256,)
    signature: bytes = ECDSA_SHA256
    certificates: tuple[bytes, ...] = ()
    crls: bytes = b""
    trailing: bytes = b""
    signers: int = 1
    encode: Callable[[bytes], bytes] = bytes
    """Changes the encoding of the signed attributes as they are stored (tag [0])."""
    value: bytes = b""

    def signer_info(self) -> bytes:
        made = identity("p256")
        name = made.certificate.issuer.public_bytes()
        stored = b""
        signed = self.content
        if self.attributes:
            signed = pkcs9(self.attributes, ordered=self.ordered)
            stored = self.encode(b"\xa0" + signed[1:])
        assert isinstance(made.key, ec.EllipticCurvePrivateKey)
        self.value = made.key.sign(signed, ec.ECDSA(hashes.SHA256()))
        unsigned = pkcs9(self.unsigned, tag=0xA1, ordered=False) if self.unsigned else b""
        sid = tlv(0x30, name, integer(made.certificate.serial_number))
        return tlv(0x30, integer(1), sid, self.digest, stored, self.signature, octets(self.value), unsigned)

    def make(self) -> bytes:
        encapsulated = tlv(0xA0, octets(self.content)) if self.attached else b""
        info = tlv(0x30, encode_oid(self.content_type), encapsulated)
        bags = tlv(0xA0, *self.certificates) if self.certificates else b""
        signers = tlv(0x31, *(self.signer_info() for _ in range(self.signers)))
        inner = tlv(0x30, integer(1), tlv(0x31, *self.listed), info, bags, self.crls, signers)
        return tlv(0x30, encode_oid(oids.SIGNED_DATA), tlv(0xA0, inner)) + self.trailing


def good(content: bytes = CONTENT, **changes: object) -> Signing:
    """A CMS in order: content-type, message-digest, signing-certificate-v2, algorithm protection."""
    made = Signing(content=content, certificates=(certificate_der(),))
    for name, value in changes.items():
        setattr(made, name, value)
    made.attributes = [
        (oids.CONTENT_TYPE, [encode_oid(made.content_type)]),
        (oids.MESSAGE_DIGEST, [octets(hashlib.sha256(content).digest())]),
        (oids.SIGNING_CERTIFICATE_V2, [reference_v2(certificate_der())]),
        (oids.ALGORITHM_PROTECTION, [protection()]),
    ]
    return made


def tst_info(imprint_of: bytes, *, digest: bytes = SHA256, time: bytes = b"20260601120000Z", tail: bytes = b"") -> bytes:
    imprint = tlv(0x30, digest, octets(hashlib.sha256(imprint_of).digest()))
    return tlv(0x30, integer(1), encode_oid("1.2.3.4.1"), imprint, integer(42), tlv(0x18, time), tail)


def token(imprint_of: bytes, **options: object) -> bytes:
    """A time-stamp token over some octets."""
    return good(tst_info(imprint_of, **options), content_type=oids.TST_INFO).make()  # type: ignore[arg-type]


def as_ber(der: bytes) -> bytes:
    """The same value with indefinite lengths everywhere and octet strings in two segments."""
    tag, body = der[0], der[1:]
    size = 1 + (body[0] & 0x7F if body[0] & 0x80 else 0)
    content = body[size:]
    if tag == 0x04 and len(content) > 1:
        middle = len(content) // 2
        return b"\x24\x80" + tlv(0x04, content[:middle]) + tlv(0x04, content[middle:]) + b"\0\0"
    if not tag & 0x20:
        return der
    return bytes((tag, 0x80)) + b"".join(map(as_ber, _elements(content))) + b"\0\0"


def _elements(content: bytes) -> list[bytes]:
    found = []
    while content:
        head = 2 + (content[1] & 0x7F if content[1] & 0x80 else 0)
        length = int.from_bytes(content[2:head], "big") if content[1] & 0x80 else content[1]
        found.append(content[: head + length])
        content = content[head + length :]
    return found
