"""Answers of the practice authorities for time (RFC 3161): one question at one time has one answer, octet for octet.

Tokens name their certificate by SHA-256 (RFC 5816), and carry the chain of the authority without its root.
"""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime

from asn1crypto import tsp
from cryptography.hazmat.primitives.asymmetric import ec

from edoc.facts.signature import SignatureAlgorithm
from edoc.formats.cms_write import digest_identifier, signature_identifier
from edoc.lab.keys import PrivateKey
from edoc.lab.signing import sign
from edoc.pki import oids
from edoc.pki.certificate import Certificate
from edoc.pki.der import encode_oid, integer, tlv

POLICY = "1.3.6.1.4.1.4146.2.3"
_GRANTED = tlv(0x30, integer(0))
_TST_INFO = encode_oid(oids.TST_INFO)


class Stamper:
    """One authority: its certificate, what it carries along, and its key."""

    def __init__(self, chain: tuple[bytes, ...], key: PrivateKey) -> None:
        """Take the authority's certificate and those of its issuers that go into every token (DER), and its key."""
        self._certificate = Certificate.load(chain[0])
        self._chain = chain
        self._key = key
        name = "ecdsa" if isinstance(key, ec.EllipticCurvePrivateKey) else "rsa"
        self._algorithm = signature_identifier(SignatureAlgorithm(name=name, digest="sha256"))

    def answer(self, asked: tsp.TimeStampReq, *, time: datetime) -> bytes:
        """Return a TimeStampResp (DER) that grants a request at a time (aware)."""
        info = self._info(asked, time.astimezone(UTC))
        attributes = tlv(0x31, *sorted(self._attributes(info, time.astimezone(UTC))))
        digest = digest_identifier("sha256")
        own = self._certificate
        signer = tlv(
            0x30,
            integer(1),
            tlv(0x30, own.issuer.der, integer(own.serial_number)),
            digest,
            b"\xa0" + attributes[1:],
            self._algorithm,
            # RFC 5652 5.4: the signature is over the attributes as a SET OF, not under their tag [0].
            tlv(0x04, sign(self._key, attributes)),
        )
        content = tlv(0x30, _TST_INFO, tlv(0xA0, tlv(0x04, info)))
        carried = tlv(0xA0, *sorted(self._chain))
        signed = tlv(0x30, integer(3), tlv(0x31, digest), content, carried, tlv(0x31, signer))
        return tlv(0x30, _GRANTED, tlv(0x30, encode_oid(oids.SIGNED_DATA), tlv(0xA0, signed)))

    def _info(self, asked: tsp.TimeStampReq, time: datetime) -> bytes:
        imprint, nonce = bytes(asked["message_imprint"].dump()), bytes(asked["nonce"].dump())
        moment = tlv(0x18, time.strftime("%Y%m%d%H%M%SZ").encode())
        # It stands for what is stamped, when, and the question's nonce: unique, as RFC 3161 2.4.2 wants it.
        serial = int.from_bytes(hashlib.sha256(imprint + nonce + moment).digest()[:8], "big")
        name = tlv(0xA0, tlv(0xA4, self._certificate.subject.der))
        return tlv(0x30, integer(1), encode_oid(POLICY), imprint, integer(serial), moment, nonce, name)

    def _attributes(self, info: bytes, time: datetime) -> list[bytes]:
        # ESSCertIDv2 with the default hash, which is SHA-256 (RFC 5035 4).
        reference = tlv(0x30, tlv(0x04, hashlib.sha256(self._certificate.der).digest()))
        values = {
            oids.CONTENT_TYPE: _TST_INFO,
            oids.MESSAGE_DIGEST: tlv(0x04, hashlib.sha256(info).digest()),
            oids.SIGNING_TIME: tlv(0x17, time.strftime("%y%m%d%H%M%SZ").encode()),
            oids.SIGNING_CERTIFICATE_V2: tlv(0x30, tlv(0x30, reference)),
        }
        return [tlv(0x30, encode_oid(oid), tlv(0x31, value)) for oid, value in values.items()]
