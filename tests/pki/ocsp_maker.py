"""OCSP responses made octet by octet, so that every time and every wrong turn can be chosen."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import datetime

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from edoc.pki.certificate import Certificate
from edoc.pki.der import encode_oid, integer, tlv

_HASHES = {"sha1": "1.3.14.3.2.26", "sha256": "2.16.840.1.101.3.4.2.1", "sha3_256": "2.16.840.1.101.3.4.2.8"}
_ECDSA = "1.2.840.10045.4.3.2"
_BASIC = "1.3.6.1.5.5.7.48.1.1"
REASONS = {"unspecified": 0, "keyCompromise": 1, "superseded": 4, "certificateHold": 6}


@dataclass(frozen=True, kw_only=True)
class Single:
    """One answer: about a certificate of an issuer, good unless it is said otherwise."""

    certificate: Certificate
    issuer: Certificate
    this_update: datetime
    next_update: datetime | None = None
    revoked: datetime | None = None
    reason: str | None = None
    unknown: bool = False
    digest: str = "sha1"
    extensions: tuple[tuple[str, bytes], ...] = ()

    def der(self) -> bytes:
        status = tlv(0x82) if self.unknown else tlv(0x80)
        if self.revoked is not None:
            reason = tlv(0xA0, tlv(0x0A, bytes((REASONS[self.reason],)))) if self.reason else b""
            status = tlv(0xA1, time(self.revoked), reason)
        parts = [self._certificate_id(), status, time(self.this_update)]
        if self.next_update is not None:
            parts.append(tlv(0xA0, time(self.next_update)))
        if self.extensions:
            parts.append(tlv(0xA1, extension_list(self.extensions)))
        return tlv(0x30, *parts)

    def _certificate_id(self) -> bytes:
        made = (self.certificate.issuer.der, self.issuer.public_key_bits)
        hashed = [tlv(0x04, hashlib.new(self.digest, item).digest()) for item in made]
        algorithm = tlv(0x30, encode_oid(_HASHES[self.digest]), tlv(0x05))
        return tlv(0x30, algorithm, *hashed, integer(self.certificate.serial_number))


@dataclass(frozen=True, kw_only=True)
class Response:
    """A response: who says it (by name, or by key), when, and with which certificates."""

    answers: tuple[Single, ...]
    key: ec.EllipticCurvePrivateKey
    responder: Certificate
    produced_at: datetime
    certificates: tuple[Certificate, ...] = ()
    by_key: bool = False
    extensions: tuple[tuple[str, bytes], ...] = ()
    status: int = 0
    critical: frozenset[str] = field(default=frozenset())

    def der(self) -> bytes:
        if self.status:
            return tlv(0x30, tlv(0x0A, bytes((self.status,))))
        data = tlv(
            0x30,
            self._responder(),
            time(self.produced_at),
            tlv(0x30, *(item.der() for item in self.answers)),
            tlv(0xA1, extension_list(self.extensions, self.critical)) if self.extensions else b"",
        )
        value = self.key.sign(data, ec.ECDSA(hashes.SHA256()))
        carried = tlv(0xA0, tlv(0x30, *(item.der for item in self.certificates))) if self.certificates else b""
        basic = tlv(0x30, data, tlv(0x30, encode_oid(_ECDSA)), tlv(0x03, b"\0", value), carried)
        return tlv(0x30, tlv(0x0A, b"\0"), tlv(0xA0, tlv(0x30, encode_oid(_BASIC), tlv(0x04, basic))))

    def _responder(self) -> bytes:
        if not self.by_key:
            return tlv(0xA1, self.responder.subject.der)
        return tlv(0xA2, tlv(0x04, hashlib.sha1(self.responder.public_key_bits, usedforsecurity=False).digest()))


def time(moment: datetime) -> bytes:
    """Return a GeneralizedTime."""
    return tlv(0x18, moment.strftime("%Y%m%d%H%M%SZ").encode())


def extension_list(items: tuple[tuple[str, bytes], ...], critical: frozenset[str] = frozenset()) -> bytes:
    """Return Extensions of (object identifier, DER value)."""
    return tlv(
        0x30,
        *(
            tlv(0x30, encode_oid(oid), tlv(0x01, b"\xff") if oid in critical else b"", tlv(0x04, value))
            for oid, value in items
        ),
    )
