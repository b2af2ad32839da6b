"""OCSP responses: read strictly, each answer found by its CertID with whatever hash it uses (RFC 6960 4.2).

A response that the strict parser of `cryptography` refuses, that is not successful, or that holds a
critical extension that is not understood, is no evidence for anything.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.x509 import ocsp

from edoc.facts.signature import SignatureAlgorithm
from edoc.pki.algorithms import algorithm_identifier, digest_name, digest_of, verify_value
from edoc.pki.cache import BoundedCache
from edoc.pki.certificate import Certificate, CertificateError, algorithm_of
from edoc.pki.crl_entry import CRL_REASONS, extension_list
from edoc.pki.der import DerError, decode_integer, decode_oid, strict, strict_children
from edoc.pki.names import Name
from edoc.pki.times import read_time

_BASIC = "1.3.6.1.5.5.7.48.1.1"
_NONCE = "1.3.6.1.5.5.7.48.1.2"
_ARCHIVE_CUTOFF = "1.3.6.1.5.5.7.48.1.6"
_EXTENDED_REVOKE = "1.3.6.1.5.5.7.48.1.9"
_CERT_HASH = "1.3.36.8.3.13"
_UNDERSTOOD = frozenset({_NONCE, _ARCHIVE_CUTOFF, _EXTENDED_REVOKE, _CERT_HASH})
_OCTETS = 4 << 20
"""One response with its certificates; real ones have a few thousand octets."""
_ANSWERS = 1_000
_CERTIFICATES = 20


class OcspError(ValueError):
    """Octets are not an OCSP response that may be used as evidence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CertId:
    """Which certificate an answer is about (RFC 6960 4.1.1); the hash only selects, so any will do."""

    digest_algorithm: str
    name_hash: bytes
    key_hash: bytes
    serial: int

    def names(self, certificate: Certificate, *, issuer_names: tuple[bytes, ...], issuer_key_bits: bytes) -> bool:
        """Tell whether this is a certificate, its issuer known by some DER names and the bits of its key.

        The name may be hashed as the certificate writes it or as its issuer's own certificate does.
        """
        if self.serial != certificate.serial_number:
            return False
        if digest_of(self.digest_algorithm, issuer_key_bits) != self.key_hash:
            return False
        return any(digest_of(self.digest_algorithm, name) == self.name_hash for name in issuer_names)


@dataclass(frozen=True, slots=True, kw_only=True)
class OcspAnswer:
    """One SingleResponse: `status` is `good`, `revoked` or `unknown`."""

    certificate_id: CertId
    status: str
    revocation_time: datetime | None
    reason: str | None
    this_update: datetime
    next_update: datetime | None
    archive_cutoff: datetime | None = None
    """Since when the responder keeps what it knows about expired certificates."""
    certificate_hash: tuple[str, bytes] | None = None
    """Digest of the certificate that the responder has seen (positive statement)."""


class OcspResponse:
    """One successful basic OCSP response; equal and hashed by the SHA-256 of its DER.

    Instances come from `load`, never change and may be shared between threads.
    """

    def __init__(self, der: bytes, sha256: bytes) -> None:
        self.der = der
        self.sha256 = sha256
        try:
            self._gate()
            self._read_response()
        except (DerError, CertificateError, ValueError) as problem:
            raise OcspError(str(problem)) from problem

    @classmethod
    def load(cls, der: bytes) -> OcspResponse:
        """Return the response for some DER (OCSPResponse), interned by its SHA-256.  Raises `OcspError`."""
        if len(der) > _OCTETS:
            raise OcspError("too large")
        digest = hashlib.sha256(der).digest()
        known = _INTERNED.get(digest)
        return known if known is not None else _INTERNED.put(digest, cls(bytes(der), digest), weight=2 * len(der))

    def _gate(self) -> None:
        try:
            response = ocsp.load_der_ocsp_response(self.der)
            if response.response_status is not ocsp.OCSPResponseStatus.SUCCESSFUL:
                raise DerError(f"status {response.response_status.name}")
        except (ValueError, TypeError, UnsupportedAlgorithm, x509.InvalidVersion) as problem:
            raise DerError("strict parser") from problem

    def _read_response(self) -> None:
        der = self.der
        tag, start, end, following = strict(der, 0, len(der))
        parts = strict_children(der, start, end, limit=2)
        if tag != 0x30 or following != len(der) or [part[0] for part in parts] != [0x0A, 0xA0]:
            raise DerError("response")
        _, first, last, stop = strict(der, parts[1][2], parts[1][3])
        inner = strict_children(der, first, last, limit=2)
        if stop != parts[1][3] or [part[0] for part in inner] != [0x06, 0x04]:
            raise DerError("response bytes")
        if decode_oid(der[inner[0][2] : inner[0][3]]) != _BASIC:
            raise DerError("response type")
        self._read_basic(inner[1][2], inner[1][3])

    def _read_basic(self, position: int, stop: int) -> None:
        der = self.der
        tag, start, end, following = strict(der, position, stop)
        parts = strict_children(der, start, end, limit=4)
        tags = [part[0] for part in parts]
        if tag != 0x30 or following != stop or tags[:3] != [0x30, 0x30, 0x03] or tags[3:] not in ([], [0xA0]):
            raise DerError("basic response")
        self.tbs_der = der[parts[0][1] : parts[0][3]]
        self.signature_algorithm: SignatureAlgorithm = algorithm_of(der[parts[1][1] : parts[1][3]])
        value = der[parts[2][2] : parts[2][3]]
        if not value or value[0] != 0:
            raise DerError("signature value")
        self.signature_value = value[1:]
        self.certificates = self._read_certificates(parts[3]) if len(parts) == 4 else ()
        self._read_data(parts[0][2], parts[0][3])

    def _read_certificates(self, part: tuple[int, int, int, int]) -> tuple[Certificate, ...]:
        der = self.der
        tag, start, end, following = strict(der, part[2], part[3])
        if tag != 0x30 or following != part[3]:
            raise DerError("certificates")
        items = strict_children(der, start, end, limit=_CERTIFICATES)
        return tuple(Certificate.load(der[item[1] : item[3]]) for item in items)

    def _read_data(self, start: int, end: int) -> None:
        der = self.der
        fields = strict_children(der, start, end, limit=5)
        if fields and fields[0][0] == 0xA0:
            if der[fields[0][2] : fields[0][3]] != b"\x02\x01\x00":
                raise DerError("version")
            fields = fields[1:]
        tags = [field[0] for field in fields]
        if tags[:1] not in ([0xA1], [0xA2]) or tags[1:3] != [0x18, 0x30] or tags[3:] not in ([], [0xA1]):
            raise DerError("response data")
        self._read_responder(fields[0])
        self.produced_at = read_time(0x18, der[fields[1][2] : fields[1][3]])[0]
        answers = strict_children(der, fields[2][2], fields[2][3], limit=_ANSWERS)
        self.answers = tuple(self._answer(item) for item in answers)
        extensions = self._extensions(fields[3]) if len(fields) == 4 else {}
        self.extended_revoke = _EXTENDED_REVOKE in extensions

    def _read_responder(self, field: tuple[int, int, int, int]) -> None:
        self.responder_name: Name | None = None
        self.responder_key_hash: bytes | None = None
        inner = self.der[field[2] : field[3]]
        if field[0] == 0xA1:
            self.responder_name = Name.load(inner)
            return
        tag, start, end, following = strict(inner, 0, len(inner))
        if tag != 0x04 or following != len(inner):
            raise DerError("responder")
        self.responder_key_hash = inner[start:end]

    def _answer(self, item: tuple[int, int, int, int]) -> OcspAnswer:
        der = self.der
        parts = strict_children(der, item[2], item[3], limit=5)
        tags = [part[0] for part in parts]
        if item[0] != 0x30 or tags[:1] != [0x30] or tags[2:3] != [0x18]:
            raise DerError("answer")
        if tags[1] not in _STATUS or tags[3:] not in ([], [0xA0], [0xA1], [0xA0, 0xA1]):
            raise DerError("answer")
        rest = {part[0]: part for part in parts[3:]}
        extensions = self._extensions(rest[0xA1]) if 0xA1 in rest else {}
        time, reason = self._revoked(parts[1]) if tags[1] == 0xA1 else (None, None)
        cutoff, seen = extensions.get(_ARCHIVE_CUTOFF), extensions.get(_CERT_HASH)
        return OcspAnswer(
            certificate_id=self._certificate_id(parts[0]),
            status=_STATUS[tags[1]],
            revocation_time=time,
            reason=reason,
            this_update=read_time(0x18, der[parts[2][2] : parts[2][3]])[0],
            next_update=_whole_time(der[rest[0xA0][2] : rest[0xA0][3]]) if 0xA0 in rest else None,
            archive_cutoff=_whole_time(cutoff[1]) if cutoff is not None else None,
            certificate_hash=_certificate_hash(seen[1]) if seen is not None else None,
        )

    def _certificate_id(self, part: tuple[int, int, int, int]) -> CertId:
        der = self.der
        inner = strict_children(der, part[2], part[3], limit=4)
        if [one[0] for one in inner] != [0x30, 0x04, 0x04, 0x02]:
            raise DerError("certificate id")
        return CertId(
            digest_algorithm=digest_name(*algorithm_identifier(der[inner[0][1] : inner[0][3]])),
            name_hash=der[inner[1][2] : inner[1][3]],
            key_hash=der[inner[2][2] : inner[2][3]],
            serial=int.from_bytes(der[inner[3][2] : inner[3][3]], "big", signed=True),
        )

    def _revoked(self, part: tuple[int, int, int, int]) -> tuple[datetime, str | None]:
        der = self.der
        inner = strict_children(der, part[2], part[3], limit=2)
        if not inner or inner[0][0] != 0x18 or [one[0] for one in inner[1:]] not in ([], [0xA0]):
            raise DerError("revoked")
        time = read_time(0x18, der[inner[0][2] : inner[0][3]])[0]
        if len(inner) == 1:
            return time, None
        tag, start, end, following = strict(der, inner[1][2], inner[1][3])
        reason = CRL_REASONS.get(decode_integer(der[start:end])) if tag == 0x0A and following == inner[1][3] else None
        if reason is None:
            raise DerError("reason")
        return time, reason

    def _extensions(self, part: tuple[int, int, int, int]) -> dict[str, tuple[bool, bytes]]:
        der = self.der
        tag, start, end, following = strict(der, part[2], part[3])
        if tag != 0x30 or following != part[3]:
            raise DerError("extensions")
        # RFC 6960 4.2.1 wants one at least; responders in the field write an empty list, which says nothing.
        found = extension_list(der, start, end) if start < end else {}
        if any(critical and oid not in _UNDERSTOOD for oid, (critical, _) in found.items()):
            raise DerError("critical extension")
        return found

    def verify(self, spki_der: bytes) -> bool:
        """Tell whether a key (DER SubjectPublicKeyInfo) made the signature; remembered, as it never changes."""
        key = (self.sha256, spki_der)
        known = _SIGNATURES.get(key)
        if known is not None:
            return known
        return _SIGNATURES.put(key, verify_value(spki_der, self.signature_algorithm, self.tbs_der, self.signature_value))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, OcspResponse) and self.sha256 == other.sha256

    def __hash__(self) -> int:
        return hash(self.sha256)

    def __repr__(self) -> str:
        return f"<OcspResponse {self.sha256.hex()[:16]}>"

    def __reduce__(self) -> tuple[object, ...]:
        return OcspResponse.load, (self.der,)


_STATUS = {0x80: "good", 0xA1: "revoked", 0x82: "unknown"}
_INTERNED: BoundedCache[bytes, OcspResponse] = BoundedCache(max_entries=4096, max_weight=32 << 20)
_SIGNATURES: BoundedCache[tuple[bytes, bytes], bool] = BoundedCache(max_entries=8192)


def _whole_time(der: bytes) -> datetime:
    tag, start, end, following = strict(der, 0, len(der))
    if tag != 0x18 or following != len(der):
        raise DerError("time")
    return read_time(tag, der[start:end])[0]


def _certificate_hash(der: bytes) -> tuple[str, bytes]:
    tag, start, end, following = strict(der, 0, len(der))
    parts = strict_children(der, start, end, limit=2)
    if tag != 0x30 or following != len(der) or [part[0] for part in parts] != [0x30, 0x04]:
        raise DerError("certificate hash")
    return digest_name(*algorithm_identifier(der[parts[0][1] : parts[0][3]])), der[parts[1][2] : parts[1][3]]
