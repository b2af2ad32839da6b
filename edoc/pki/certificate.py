"""Certificates: read once, interned by digest, everything beyond the frame computed when asked for."""

from __future__ import annotations

import hashlib
import warnings
from datetime import datetime
from functools import cached_property

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm

from edoc.facts.findings import Finding, info
from edoc.facts.signature import SignatureAlgorithm
from edoc.limits import DEFAULT_LIMITS
from edoc.pki import extensions as ext
from edoc.pki.algorithms import signature_algorithm
from edoc.pki.cache import BoundedCache
from edoc.pki.der import DerError, Reader, decode_oid, strict, strict_children
from edoc.pki.names import URI, GeneralName, Name
from edoc.pki.times import read_time

_EXTENSIONS = 200
"""Extensions of one certificate; real ones have fewer than 20."""


class CertificateError(ValueError):
    """Octets are not a certificate that anything can be said about."""


class Certificate:
    """One X.509 certificate; equal and hashed by the SHA-256 of its DER.

    Instances come from `load`, never change and may be shared between threads.
    """

    def __init__(self, der: bytes, sha256: bytes) -> None:
        self.der = der
        self.sha256 = sha256
        try:
            self._read_frame(der)
        except DerError as problem:
            raise CertificateError(str(problem)) from problem

    @classmethod
    def load(cls, der: bytes) -> Certificate:
        """Return the certificate for some DER, interned by its SHA-256.

        The cache holds parsed bytes only and is keyed by their digest, so nothing about trust, time or
        status can be stale in it; it is bounded by 32 MiB of DER.  Raises `CertificateError`.
        """
        if len(der) > DEFAULT_LIMITS.certificate_bytes:
            raise CertificateError("too large")
        digest = hashlib.sha256(der).digest()
        known = _INTERNED.get(digest)
        return known if known is not None else _INTERNED.put(digest, cls(bytes(der), digest), weight=len(der))

    def _read_frame(self, der: bytes) -> None:
        reader = Reader(der)
        tag, start, end, following = reader.read(0, len(der))
        parts = reader.children(start, end, limit=3)
        if tag != 0x30 or following != len(der) or [part[0] for part in parts] != [0x30, 0x30, 0x03]:
            raise DerError("certificate")
        self.tbs_der = der[parts[0][1] : parts[0][4]]
        self._outer_algorithm = der[parts[1][1] : parts[1][4]]
        value = der[parts[2][2] : parts[2][3]]
        if not value:
            raise DerError("signature value")
        # A value that is no whole number of octets cannot verify; the rest of the certificate can be read.
        self.signature_value = value[1:] if value[0] == 0 else b""
        self._read_tbs(reader, parts[0][2], parts[0][3])

    def _read_tbs(self, reader: Reader, start: int, end: int) -> None:
        der = reader.data
        fields = reader.children(start, end, limit=10)
        self.version = 1
        if fields and fields[0][0] == 0xA0:
            self.version = _version(reader, fields.pop(0))
        if [part[0] for part in fields[:6]] != [0x02, 0x30, 0x30, 0x30, 0x30, 0x30]:
            raise DerError("tbs")
        serial, algorithm, issuer, validity, subject, spki = fields[:6]
        if serial[2] == serial[3]:
            raise DerError("serial")
        self.serial_number = int.from_bytes(der[serial[2] : serial[3]], "big", signed=True)
        self._inner_algorithm = der[algorithm[1] : algorithm[4]]
        self.issuer = Name.load(der[issuer[1] : issuer[4]])
        self.subject = Name.load(der[subject[1] : subject[4]])
        self.spki_der = der[spki[1] : spki[4]]
        self.not_before, self.not_after, self._regular_times = _validity(reader, validity)
        self._raw: dict[str, tuple[bool, bytes]] = {}
        self._duplicates: tuple[str, ...] = ()
        previous = 0
        for tag, _, first, last, _ in fields[6:]:
            if tag not in (0x81, 0x82, 0xA1, 0xA2, 0xA3) or tag & 0x1F <= previous:
                raise DerError("tbs field")
            previous = tag & 0x1F
            if tag == 0xA3:
                self._read_extensions(reader, first, last)

    def _read_extensions(self, reader: Reader, start: int, end: int) -> None:
        tag, first, last, following = reader.read(start, end)
        if tag != 0x30 or following != end:
            raise DerError("extensions")
        twice = []
        for inner, _, begin, stop, _ in reader.children(first, last, limit=_EXTENSIONS):
            if inner != 0x30:
                raise DerError("extension")
            oid, critical, value = _extension(reader, begin, stop)
            if oid in self._raw:
                twice.append(oid)
            self._raw.setdefault(oid, (critical, value))
        self._duplicates = tuple(twice)

    @cached_property
    def public_key_bits(self) -> bytes:
        """The octets of the subjectPublicKey BIT STRING, of which key identifiers are made (RFC 5280 4.2.1.2)."""
        try:
            _, start, end, _ = strict(self.spki_der, 0, len(self.spki_der))
            parts = strict_children(self.spki_der, start, end, limit=2)
        except DerError:
            return b""
        return self.spki_der[parts[1][2] + 1 : parts[1][3]] if len(parts) == 2 else b""

    @cached_property
    def signature_algorithm(self) -> SignatureAlgorithm:
        """The algorithm of the issuer's signature."""
        return algorithm_of(self._outer_algorithm)

    @property
    def algorithms_agree(self) -> bool:
        """Whether the signed and the outer algorithm identifier are the same octets."""
        return self._inner_algorithm == self._outer_algorithm

    @cached_property
    def is_self_issued(self) -> bool:
        """Whether subject and issuer are the same name; says nothing about who signed."""
        return not self.subject.empty and self.subject.canonical == self.issuer.canonical

    @cached_property
    def extensions(self) -> ext.Extensions:
        """What the extensions say."""
        return ext.read_extensions(self._raw)

    @property
    def key_usage(self) -> frozenset[str] | None:
        """X.509 names of the key usages, null when the extension is absent."""
        return self.extensions.key_usage

    @property
    def extended_key_usage(self) -> tuple[str, ...] | None:
        """Object identifiers of the purposes, null when the extension is absent."""
        return self.extensions.extended_key_usage

    @property
    def eku_critical(self) -> bool:
        """Whether the extended key usage is critical."""
        return self.is_critical(ext.EXTENDED_KEY_USAGE)

    @property
    def is_ca(self) -> bool:
        """Whether basicConstraints of a version 3 certificate say cA."""
        return self.version == 3 and self.extensions.is_ca

    @property
    def path_length(self) -> int | None:
        """pathLenConstraint, null when there is none."""
        return self.extensions.path_length

    @property
    def subject_key_identifier(self) -> bytes | None:
        """The subject key identifier."""
        return self.extensions.subject_key_identifier

    @property
    def authority_key_identifier(self) -> bytes | None:
        """The key identifier that the issuer is said to have; a hint only."""
        return self.extensions.authority_key_identifier

    @cached_property
    def crl_uris(self) -> tuple[str, ...]:
        """The URIs of the CRL distribution points."""
        points = self.extensions.distribution_points
        return tuple(_uris(name for point in points for name in point.full_names))

    @property
    def ocsp_uris(self) -> tuple[str, ...]:
        """The URIs of OCSP responders."""
        return self.extensions.ocsp_uris

    @property
    def ca_issuer_uris(self) -> tuple[str, ...]:
        """The URIs where the issuer's certificate is said to be."""
        return self.extensions.ca_issuer_uris

    @property
    def policies(self) -> tuple[str, ...]:
        """The certificate policies, in the order of the certificate."""
        return self.extensions.policies or ()

    @property
    def duplicate_extensions(self) -> tuple[str, ...]:
        """Extensions that occur more than once: such a certificate is refused in every path."""
        return self._duplicates

    @cached_property
    def unknown_critical(self) -> tuple[str, ...]:
        """Critical extensions that are not understood (RFC 5280 4.2)."""
        return tuple(oid for oid, (critical, _) in self._raw.items() if critical and oid not in ext.UNDERSTOOD)

    def has_extension(self, oid: str) -> bool:
        """Tell whether an extension is there."""
        return oid in self._raw

    def extension(self, oid: str) -> bytes | None:
        """Return the value of an extension (DER), null when it is absent."""
        found = self._raw.get(oid)
        return found[1] if found is not None else None

    def is_critical(self, oid: str) -> bool:
        """Tell whether an extension is there and critical."""
        return self._raw.get(oid, (False, b""))[0]

    @cached_property
    def findings(self) -> tuple[Finding, ...]:
        """What is odd about the octets and breaks no rule of a path: `MALFORMED_DER`, `SERIAL_NOT_POSITIVE`."""
        name = self.subject.rfc4514()
        found = []
        if self._malformed():
            found.append(info("MALFORMED_DER", name=name))
        if self.serial_number <= 0:
            found.append(info("SERIAL_NOT_POSITIVE", name=name))
        return tuple(found)

    def _malformed(self) -> bool:
        if not self._regular_times or self.extensions.malformed or (self._raw and self.version != 3):
            return True
        if not (self.subject.readable and self.issuer.readable):
            return True
        try:
            with warnings.catch_warnings():
                # Warnings about old algorithms and serial numbers: judged by the policy, not here.
                warnings.simplefilter("ignore")
                x509.load_der_x509_certificate(self.der)
        except (ValueError, TypeError, UnsupportedAlgorithm, x509.InvalidVersion):
            return True
        return False

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Certificate) and self.sha256 == other.sha256

    def __hash__(self) -> int:
        return hash(self.sha256)

    def __repr__(self) -> str:
        return f"<Certificate {self.sha256.hex()[:16]}>"

    def __reduce__(self) -> tuple[object, ...]:
        return Certificate.load, (self.der,)


_INTERNED: BoundedCache[bytes, Certificate] = BoundedCache(max_entries=16384, max_weight=32 << 20)


def algorithm_of(identifier_der: bytes) -> SignatureAlgorithm:
    """Return the signature algorithm of an AlgorithmIdentifier; one that cannot be read is unknown."""
    reader = Reader(identifier_der)
    try:
        _, start, end, _ = reader.read(0, len(identifier_der))
        parts = reader.children(start, end, limit=2)
        if not parts or parts[0][0] != 0x06:
            raise DerError("algorithm")
        oid = decode_oid(identifier_der[parts[0][2] : parts[0][3]])
    except DerError:
        return SignatureAlgorithm(name="unknown:", digest=None, parameters_ok=False)
    parameters = identifier_der[parts[1][1] : parts[1][4]] if len(parts) == 2 else None
    return signature_algorithm(oid, parameters, None)


def _version(reader: Reader, field: tuple[int, int, int, int, int]) -> int:
    tag, start, end, following = reader.read(field[2], field[3])
    if tag != 0x02 or following != field[3] or reader.data[start:end] not in (b"\x00", b"\x01", b"\x02"):
        raise DerError("version")
    return reader.data[start] + 1


def _validity(reader: Reader, field: tuple[int, int, int, int, int]) -> tuple[datetime, datetime, bool]:
    times = reader.children(field[2], field[3], limit=2)
    if len(times) != 2:
        raise DerError("validity")
    before, regular = read_time(times[0][0], reader.data[times[0][2] : times[0][3]])
    after, also = read_time(times[1][0], reader.data[times[1][2] : times[1][3]])
    return before, after, regular and also


def _extension(reader: Reader, start: int, end: int) -> tuple[str, bool, bytes]:
    parts = reader.children(start, end, limit=3)
    tags = [part[0] for part in parts]
    if tags not in ([0x06, 0x04], [0x06, 0x01, 0x04]):
        raise DerError("extension")
    data = reader.data
    critical = len(parts) == 3 and data[parts[1][2] : parts[1][3]] != b"\x00"
    return decode_oid(data[parts[0][2] : parts[0][3]]), critical, data[parts[-1][2] : parts[-1][3]]


def _uris(names: object) -> list[str]:
    found = []
    for name in names:  # type: ignore[attr-defined]
        if isinstance(name, GeneralName) and name.form == URI and name.text is not None and name.text not in found:
            found.append(name.text)
    return found
