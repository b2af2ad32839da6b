"""Writes the CMS around a signature value: a DER frame per signer, built once (RFC 5652 5, EN 319 122-1 5)."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from functools import lru_cache

from edoc.facts.signature import SignatureAlgorithm
from edoc.pki import oids
from edoc.pki.algorithms import digest_size, key_facts
from edoc.pki.certificate import Certificate
from edoc.pki.der import encode_oid, integer, length_octets, tlv

_VERSION = integer(1)
_DATA = tlv(0x30, encode_oid(oids.DATA))
_SIGNED_DATA = encode_oid(oids.SIGNED_DATA)
_NULL = b"\x05\x00"
_FIXED_DIGEST = {"ed25519": "sha512", "ed448": "shake256_512"}
_TIME_OCTETS = 33
"""A signing-time attribute with GeneralizedTime."""


def attribute(oid: str, *values: bytes) -> bytes:
    """Return an Attribute with its values in DER order (RFC 5652 5.3)."""
    return tlv(0x30, encode_oid(oid), tlv(0x31, *(sorted(values) if len(values) > 1 else values)))


_CONTENT_TYPE = attribute(oids.CONTENT_TYPE, encode_oid(oids.DATA))


class SignerTemplate:
    """Everything of a detached CMS that is the same for every document of one signer.

    `certificate_der` is the signer's certificate, `chain_ders` what is embedded beside it, in any
    order.  The digest of the document is the one that the signature algorithm names.
    """

    __slots__ = (
        "_certificate_reference",
        "_message_digest_head",
        "_protection",
        "_signed_data_head",
        "_signer_head",
        "_value_algorithm",
        "algorithm",
        "bag",
        "certificate_der",
        "certificates",
        "chain_ders",
        "cms_size",
        "digest_algorithm",
        "digest_identifier",
    )

    def __init__(self, certificate_der: bytes, chain_ders: tuple[bytes, ...], algorithm: SignatureAlgorithm) -> None:
        certificate = Certificate.load(certificate_der)
        self.certificate_der = certificate_der
        self.chain_ders = chain_ders
        self.algorithm = algorithm
        self.digest_algorithm = algorithm.digest or _FIXED_DIGEST[algorithm.name]
        digest = self.digest_identifier = digest_identifier(self.digest_algorithm)
        self._value_algorithm = signature_identifier(algorithm)
        # ESSCertIDv2 with the default hash, SHA-256, and without issuerSerial: the digest alone names the
        # certificate (RFC 5035 4).
        reference = tlv(0x30, tlv(0x04, hashlib.sha256(certificate_der).digest()))
        self._certificate_reference = attribute(oids.SIGNING_CERTIFICATE_V2, tlv(0x30, tlv(0x30, reference)))
        # RFC 6211: nobody can claim another algorithm for the same octets.
        implicit = b"\xa1" + self._value_algorithm[1:]
        self._protection = attribute(oids.ALGORITHM_PROTECTION, tlv(0x30, digest, implicit))
        identifier = tlv(0x30, certificate.issuer.der, integer(certificate.serial_number))
        self._signer_head = _VERSION + identifier + digest
        self.certificates = tuple(sorted({certificate_der, *chain_ders}))
        self.bag = tlv(0xA0, *self.certificates)
        self._signed_data_head = _VERSION + tlv(0x31, digest) + _DATA + self.bag
        size = digest_size(self.digest_algorithm) or 0
        self._message_digest_head = attribute(oids.MESSAGE_DIGEST, tlv(0x04, bytes(size)))[:-size]
        self.cms_size = self._largest()

    def signed_attributes(
        self,
        message_digest: bytes,
        *,
        signing_time: datetime | None = None,
        content_type: str | None = oids.DATA,
        others: tuple[bytes, ...] = (),
    ) -> bytes:
        """Return the DER SET of signed attributes, which is what is signed (RFC 5652 5.4).

        `signing_time` adds the claimed time; a PAdES baseline signature has none, because the entry /M of
        its dictionary says it (EN 319 142-1 6.3).  `content_type` is null for a counter-signature; `others`
        are whole attributes.
        """
        parts = [
            self._message_digest_head + message_digest,
            self._certificate_reference,
            self._protection,
            *others,
        ]
        if content_type is not None:
            known = content_type == oids.DATA
            parts.append(_CONTENT_TYPE if known else attribute(oids.CONTENT_TYPE, encode_oid(content_type)))
        if signing_time is not None:
            parts.append(_signing_time(signing_time))
        parts.sort()
        return tlv(0x31, *parts)

    def signer_info(self, signed_attributes: bytes, signature_value: bytes, *, unsigned: bytes = b"") -> bytes:
        """Return the SignerInfo for signed attributes (tag SET) and the value over them (ECDSA: DER r, s).

        `unsigned` is the whole set of unsigned attributes with its tag [1], or empty.
        """
        value = b"\x04" + length_octets(len(signature_value)) + signature_value
        return tlv(0x30, self._signer_head, b"\xa0", signed_attributes[1:], self._value_algorithm, value, unsigned)

    def cms(self, signed_attributes: bytes, signature_value: bytes, *, timestamp: bytes = b"") -> bytes:
        """Return the detached ContentInfo for signed attributes (tag SET) and the value over them.

        `timestamp` is a token (DER ContentInfo) over the value; it becomes the unsigned attribute
        signature-time-stamp (EN 319 122-1 5.3).
        """
        unsigned = tlv(0xA1, attribute(oids.SIGNATURE_TIMESTAMP, timestamp)) if timestamp else b""
        signer = self.signer_info(signed_attributes, signature_value, unsigned=unsigned)
        return tlv(0x30, _SIGNED_DATA, tlv(0xA0, tlv(0x30, self._signed_data_head, tlv(0x31, signer))))

    def _largest(self) -> int:
        attributes = self.signed_attributes(bytes(digest_size(self.digest_algorithm) or 0))
        return len(self.cms(attributes + bytes(_TIME_OCTETS), bytes(self._value_octets()))) + 8

    def _value_octets(self) -> int:
        key = key_facts(Certificate.load(self.certificate_der).spki_der)
        octets = (key.bits + 7) // 8
        if self.algorithm.name == "ecdsa":
            # SEQUENCE of two INTEGERs, each with a possible zero octet in front.
            return 2 * (octets + 4) + 4
        return 2 * octets if self.algorithm.name in ("ed25519", "ed448", "plain-ecdsa") else octets


def digest_identifier(name: str) -> bytes:
    """Return the AlgorithmIdentifier of a digest; SHA-2 and SHA-3 have no parameters (RFC 5754 2)."""
    if name == "shake256_512":
        # RFC 8419 2.3: SHAKE256 states its output, 512 bits.
        return tlv(0x30, encode_oid(oids.SHAKE256_LEN), integer(512))
    return tlv(0x30, encode_oid(oids.DIGEST_OIDS[name]))


def signature_identifier(algorithm: SignatureAlgorithm) -> bytes:
    """Return the AlgorithmIdentifier of a signature algorithm."""
    if algorithm.name == "rsa-pss":
        return tlv(0x30, encode_oid(oids.RSA_PSS), _pss_parameters(algorithm))
    oid = _OIDS[algorithm.name, algorithm.digest]
    # RFC 4055 5, RFC 8017 A.2.4: NULL for RSA; RFC 5758 3.2, RFC 8419 2.2: absent for the others.
    return tlv(0x30, encode_oid(oid), _NULL if algorithm.name == "rsa" else b"")


_OIDS = {
    (name, digest): oid
    for oid, (name, digest) in reversed(oids.SIGNATURES.items())
    if digest is not None or name in _FIXED_DIGEST
}


def _pss_parameters(algorithm: SignatureAlgorithm) -> bytes:
    digest = tlv(0x30, encode_oid(oids.DIGEST_OIDS[algorithm.digest or ""]))
    inner = tlv(0x30, encode_oid(oids.DIGEST_OIDS[algorithm.mgf_digest or ""]))
    mask = tlv(0x30, encode_oid(oids.MGF1), inner)
    # RFC 4055 3.1: the digests here are SHA-2 or SHA-3, never the default SHA-1, so all three are written.
    return tlv(0x30, tlv(0xA0, digest), tlv(0xA1, mask), tlv(0xA2, integer(algorithm.salt_length or 0)))


@lru_cache(maxsize=16)
def _signing_time(time: datetime) -> bytes:
    time = time.astimezone(UTC)
    short = 1950 <= time.year < 2050
    text = time.strftime("%y%m%d%H%M%SZ" if short else "%Y%m%d%H%M%SZ").encode("ascii")
    return attribute(oids.SIGNING_TIME, tlv(0x17 if short else 0x18, text))
