"""Revocation lists: read strictly, indexed once, looked up by serial number (RFC 5280 5).

A list that the strict parser of `cryptography` refuses, or that holds a critical extension that is
not understood, is no evidence for anything.
"""

from __future__ import annotations

import hashlib
import threading
from datetime import datetime
from functools import cached_property

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm

from edoc.facts.signature import SignatureAlgorithm
from edoc.limits import DEFAULT_LIMITS
from edoc.pki import crl_entry as entries
from edoc.pki import extension_values as values
from edoc.pki import extensions as ext
from edoc.pki.algorithms import verify_value
from edoc.pki.cache import BoundedCache
from edoc.pki.certificate import algorithm_of
from edoc.pki.crl_entry import Raw, RevokedEntry
from edoc.pki.crl_scope import IssuingDistributionPoint, read_scope
from edoc.pki.der import DerError, decode_integer, strict, strict_children
from edoc.pki.names import Name
from edoc.pki.times import read_time

_UNDERSTOOD = frozenset({
    ext.CRL_NUMBER, ext.DELTA_CRL_INDICATOR, ext.ISSUING_DISTRIBUTION_POINT, ext.AUTHORITY_KEY_IDENTIFIER,
    ext.FRESHEST_CRL, ext.EXPIRED_CERTS_ON_CRL, ext.ISSUER_ALT_NAME, ext.AUTHORITY_INFO_ACCESS,
})  # fmt: skip
_ENTRY_UNDERSTOOD = frozenset({ext.CRL_REASON, ext.INVALIDITY_DATE, ext.CERTIFICATE_ISSUER})
_FIRST_YEAR, _LAST_YEAR = 1950, 9900
"""RFC 5280 5.1.2.4 knows no earlier year; the last one leaves room for a policy's maximum age."""
_CRITICAL = b"\x01\x01\xff"
_CERTIFICATE_ISSUER = b"\x06\x03\x55\x1d\x1d"


class CrlError(ValueError):
    """Octets are not a revocation list that may be used as evidence."""


class RevocationList:
    """One X.509 revocation list; equal and hashed by the SHA-256 of its DER.

    Instances come from `load`, never change and may be shared between threads.
    """

    def __init__(self, der: bytes, sha256: bytes) -> None:
        self.der = der
        self.sha256 = sha256
        self._lock = threading.Lock()
        self._index: dict[tuple[bytes, bytes], tuple[int, ...]] | None = None
        try:
            self._gate()
            self._read_frame()
            self._read_extensions()
        except (DerError, ValueError) as problem:
            raise CrlError(str(problem)) from problem

    @classmethod
    def load(cls, der: bytes) -> RevocationList:
        """Return the list for some DER, interned by its SHA-256.  Raises `CrlError`."""
        if len(der) > DEFAULT_LIMITS.crl_bytes:
            raise CrlError("too large")
        digest = hashlib.sha256(der).digest()
        known = _INTERNED.get(digest)
        return known if known is not None else _INTERNED.put(digest, cls(bytes(der), digest), weight=_WEIGHT * len(der))

    def _gate(self) -> None:
        try:
            x509.load_der_x509_crl(self.der)
        except (ValueError, TypeError, UnsupportedAlgorithm, x509.InvalidVersion) as problem:
            raise DerError("strict parser") from problem

    def _read_frame(self) -> None:
        der = self.der
        tag, start, end, following = strict(der, 0, len(der))
        parts = strict_children(der, start, end, limit=3)
        if tag != 0x30 or following != len(der) or [part[0] for part in parts] != [0x30, 0x30, 0x03]:
            raise DerError("list")
        self.tbs_der = der[parts[0][1] : parts[0][3]]
        self._outer_algorithm = der[parts[1][1] : parts[1][3]]
        value = der[parts[2][2] : parts[2][3]]
        if not value or value[0] != 0:
            raise DerError("signature value")
        self.signature_value = value[1:]
        self._read_tbs(parts[0][2], parts[0][3])

    def _read_tbs(self, start: int, end: int) -> None:
        der = self.der
        fields = strict_children(der, start, end, limit=7)
        self.version = 1
        if fields and fields[0][0] == 0x02:
            if der[fields[0][2] : fields[0][3]] != b"\x01":
                raise DerError("version")
            self.version = 2
            fields = fields[1:]
        if len(fields) < 3 or [field[0] for field in fields[:2]] != [0x30, 0x30]:
            raise DerError("tbs")
        if der[fields[0][1] : fields[0][3]] != self._outer_algorithm:
            raise DerError("algorithms differ")
        self.issuer = Name.load(der[fields[1][1] : fields[1][3]])
        self.this_update = read_time(fields[2][0], der[fields[2][2] : fields[2][3]])[0]
        if not _FIRST_YEAR <= self.this_update.year <= _LAST_YEAR:
            raise DerError("thisUpdate")
        rest = fields[3:]
        self.next_update: datetime | None = None
        if rest and rest[0][0] in (0x17, 0x18):
            self.next_update = read_time(rest[0][0], der[rest[0][2] : rest[0][3]])[0]
            rest = rest[1:]
        self._entries = (0, 0)
        if rest and rest[0][0] == 0x30:
            self._entries = (rest[0][2], rest[0][3])
            if rest[0][2] == rest[0][3]:
                # RFC 5280 5.1.2.6: a list without entries has no list of entries.
                raise DerError("empty entries")
            rest = rest[1:]
        self._raw: Raw = {}
        if rest and rest[0][0] == 0xA0 and self.version == 2:
            self._raw = entries.extensions(der, rest[0][2], rest[0][3])
            rest = rest[1:]
        if rest:
            raise DerError("surplus field")

    def _read_extensions(self) -> None:
        for oid, (critical, _) in self._raw.items():
            if critical and oid not in _UNDERSTOOD:
                raise DerError("critical extension")
        self.crl_number = self._integer(ext.CRL_NUMBER)
        self.base_crl_number = self._integer(ext.DELTA_CRL_INDICATOR)
        scope = self._raw.get(ext.ISSUING_DISTRIBUTION_POINT)
        self.scope: IssuingDistributionPoint = read_scope(scope[1]) if scope else IssuingDistributionPoint()
        self.scope_der = scope[1] if scope else None
        identifier = self._raw.get(ext.AUTHORITY_KEY_IDENTIFIER)
        self.authority_key_identifier_der = identifier[1] if identifier else None
        self.authority_key_identifier: bytes | None = None
        if identifier:
            found = values.authority_key_identifier(identifier[1]).get("authority_key_identifier")
            self.authority_key_identifier = found if isinstance(found, bytes) else None
        kept = self._raw.get(ext.EXPIRED_CERTS_ON_CRL)
        self.expired_certificates_since = entries.generalized_time(kept[1]) if kept else None

    def _integer(self, oid: str) -> int | None:
        raw = self._raw.get(oid)
        if raw is None:
            return None
        tag, start, end, following = strict(raw[1], 0, len(raw[1]))
        number = decode_integer(raw[1][start:end])
        if tag != 0x02 or following != len(raw[1]) or number < 0:
            raise DerError("number")
        return number

    def _refuse_critical_entries(self) -> None:
        # RFC 5280 5.3: a critical entry extension that is not understood spoils the whole list.  The
        # octets of a critical mark occur in every such extension, so their absence answers at once.
        start, end = self._entries
        if end and self.version == 1 and self._any_entry_extension(start, end):
            raise DerError("entry extensions in version 1")
        if self.der.find(_CRITICAL, start, end) < 0:
            return
        pos = start
        while pos < end:
            _, first, last, pos = strict(self.der, pos, end)
            for oid, (critical, _) in self._entry_extensions(first, last).items():
                if critical and oid not in _ENTRY_UNDERSTOOD:
                    raise DerError("critical entry extension")

    def _any_entry_extension(self, start: int, end: int) -> bool:
        pos = start
        while pos < end:
            _, first, last, pos = strict(self.der, pos, end)
            if len(strict_children(self.der, first, last, limit=3)) > 2:
                return True
        return False

    @property
    def is_delta(self) -> bool:
        """Whether the list only tells what changed since a base list."""
        return self.base_crl_number is not None

    @cached_property
    def signature_algorithm(self) -> SignatureAlgorithm:
        """The algorithm of the list's signature."""
        return algorithm_of(self._outer_algorithm)

    def verify(self, spki_der: bytes) -> bool:
        """Tell whether a key (DER SubjectPublicKeyInfo) signed this list; remembered, as it never changes."""
        key = (self.sha256, spki_der)
        known = _SIGNATURES.get(key)
        if known is not None:
            return known
        algorithm, value = self.signature_algorithm, self.signature_value
        valid = verify_value(spki_der, algorithm, self.tbs_der, value)
        return _SIGNATURES.put(key, valid, weight=len(spki_der))

    def entry(self, serial: int, issuer: Name | None = None) -> RevokedEntry | None:
        """Return the entry of a certificate, null when the list has none.

        `issuer` is the certificate's issuer, by default the issuer of the list.  Of several entries
        for one certificate the gravest counts.  The entries are read when they are first asked for, so
        that a list nobody vouches for costs nothing.  Raises `CrlError` when they cannot be read, or hold
        a critical extension that is not understood.
        """
        index = self._index if self._index is not None else self._build_index()
        owner = (issuer or self.issuer).canonical
        positions = index.get((owner, serial.to_bytes(serial.bit_length() // 8 + 1, "big", signed=True)), ())
        try:
            found = [self._entry_at(position) for position in positions]
        except DerError as problem:
            raise CrlError(str(problem)) from problem
        return min(found, key=lambda entry: entry.gravity) if found else None

    def __len__(self) -> int:
        return sum(map(len, (self._index if self._index is not None else self._build_index()).values()))

    def _build_index(self) -> dict[tuple[bytes, bytes], tuple[int, ...]]:
        with self._lock:
            if self._index is None:
                try:
                    self._refuse_critical_entries()
                    self._index = self._indexed()
                except DerError as problem:
                    raise CrlError(str(problem)) from problem
            return self._index

    def _indexed(self) -> dict[tuple[bytes, bytes], tuple[int, ...]]:
        der = self.der
        pos, end = self._entries
        indirect = der.find(_CERTIFICATE_ISSUER, pos, end) >= 0
        owner = self.issuer.canonical
        index: dict[tuple[bytes, bytes], tuple[int, ...]] = {}
        while pos < end:
            position = pos
            _, first, last, pos = strict(der, pos, end)
            serial_tag, start, stop, _ = strict(der, first, last)
            if serial_tag != 0x02:
                raise DerError("entry")
            if indirect:
                # RFC 5280 5.3.3: the named issuer holds for the entries that follow, too.
                named = self._entry_extensions(first, last).get(ext.CERTIFICATE_ISSUER)
                owner = entries.certificate_issuer(named[1]).canonical if named else owner
            key = (owner, der[start:stop])
            index[key] = (*index[key], position) if key in index else (position,)
            if len(index) > DEFAULT_LIMITS.crl_entries:
                raise DerError("entries")
        return index

    def _entry_at(self, position: int) -> RevokedEntry:
        der = self.der
        _, first, last, _ = strict(der, position, len(der))
        parts = strict_children(der, first, last, limit=3)
        if len(parts) < 2:
            raise DerError("entry")
        extensions = self._entry_extensions(first, last)
        reason, invalid = extensions.get(ext.CRL_REASON), extensions.get(ext.INVALIDITY_DATE)
        return RevokedEntry(
            revocation_time=read_time(parts[1][0], der[parts[1][2] : parts[1][3]])[0],
            reason=entries.reason(reason[1]) if reason else None,
            invalidity_date=entries.generalized_time(invalid[1]) if invalid else None,
        )

    def _entry_extensions(self, first: int, last: int) -> Raw:
        parts = strict_children(self.der, first, last, limit=3)
        return entries.extension_list(self.der, parts[2][2], parts[2][3]) if len(parts) == 3 else {}

    def __eq__(self, other: object) -> bool:
        return isinstance(other, RevocationList) and self.sha256 == other.sha256

    def __hash__(self) -> int:
        return hash(self.sha256)

    def __repr__(self) -> str:
        return f"<RevocationList {self.sha256.hex()[:16]}>"

    def __reduce__(self) -> tuple[object, ...]:
        return RevocationList.load, (self.der,)


_WEIGHT = 4
"""Octets in memory for one of DER, the index included."""
_INTERNED: BoundedCache[bytes, RevocationList] = BoundedCache(max_entries=1024, max_weight=256 << 20)
_SIGNATURES: BoundedCache[tuple[bytes, bytes], bool] = BoundedCache(max_entries=4096, max_weight=4 << 20)
