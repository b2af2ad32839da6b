"""The trust store: what the caller trusts, for which purpose (design section 3.1, trust.md 5)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from pathlib import Path

from edoc.errors import ConfigError
from edoc.pki.certificate import Certificate, CertificateError
from edoc.pki.path import Anchor
from edoc.pki.pem import certificates_in, is_pem


class Purpose(Enum):
    """What an anchor is trusted for; an anchor of one purpose is never used for another."""

    SIGNER = "signer"
    TSA = "tsa"
    REVOCATION = "revocation"

    # Members are equal to themselves alone: the hash of their identity is enough, and costs nothing.
    __hash__ = object.__hash__


ALL_PURPOSES = frozenset(Purpose)


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustEntry:
    """One anchor certificate and what it is trusted for."""

    certificate: Certificate
    purposes: frozenset[Purpose]
    until: datetime | None = None
    """When the trust ends (aware); what is proved to be older is believed after that, too."""


@dataclass(frozen=True, slots=True)
class TrustStore:
    """An immutable set of anchors.  Two stores are joined with `|`."""

    entries: tuple[TrustEntry, ...] = ()
    _anchors: Mapping[Purpose, tuple[Anchor, ...]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        # Made once: every verification asks for them.
        anchors = [(item.purposes, _anchor(item)) for item in self.entries]
        chosen = {purpose: tuple(one for purposes, one in anchors if purpose in purposes) for purpose in Purpose}
        object.__setattr__(self, "_anchors", chosen)

    @classmethod
    def empty(cls) -> TrustStore:
        """Return a store that trusts nobody, which is an answer and not an oversight."""
        return cls(())

    @classmethod
    def load(
        cls,
        path: str | Path,
        *,
        purposes: Iterable[str | Purpose] | None = None,
        end_entity: bool = False,
    ) -> TrustStore:
        """Load anchors from a certificate file or a folder.

        A folder's own files serve all purposes, its subfolders `signer/`, `tsa/` and `revocation/`
        one each; `purposes` overrides that for a file or the folder's own files.  Raises `ConfigError`
        when nothing is there, a file is no certificate, is an end-entity certificate (unless
        `end_entity`), holds a block that cannot be read, or is a trusted list without a pinned signer.
        """
        place = Path(path)
        wanted = ALL_PURPOSES if purposes is None else frozenset(_purpose(item) for item in purposes)
        if not place.exists():
            raise ConfigError("TRUST_PATH_MISSING", subject=str(path))
        if place.is_file():
            return cls(tuple(_entries(place, wanted, end_entity)))
        found = [entry for file in _files(place) for entry in _entries(file, wanted, end_entity)]
        for purpose in Purpose:
            for file in _files(place / purpose.value):
                found.extend(_entries(file, frozenset({purpose}), end_entity))
        if not found:
            raise ConfigError("TRUST_PATH_MISSING", subject=str(path))
        return cls(_merged(found))

    @classmethod
    def of(
        cls, certificates: Iterable[bytes], *, purposes: Iterable[str | Purpose] | None = None, end_entity: bool = False
    ) -> TrustStore:
        """Return a store of certificates (DER or PEM bytes) that are in memory."""
        wanted = ALL_PURPOSES if purposes is None else frozenset(_purpose(item) for item in purposes)
        found: list[TrustEntry] = []
        for index, data in enumerate(certificates):
            found.extend(_parsed(data, f"certificate {index + 1}", wanted, end_entity))
        return cls(_merged(found))

    def __or__(self, other: TrustStore) -> TrustStore:
        return TrustStore(_merged([*self.entries, *other.entries]))

    def anchors(self, purpose: Purpose) -> tuple[Anchor, ...]:
        """Return the anchors for a purpose, in a fixed order."""
        return self._anchors[purpose]

    def certificates(self) -> tuple[Certificate, ...]:
        """Return every anchor certificate."""
        return tuple(entry.certificate for entry in self.entries)

    def digest(self) -> str:
        """Return `sha256:` and the digest of the anchors and their purposes; order does not matter."""
        lines = sorted(
            f"{entry.certificate.sha256.hex()} {' '.join(sorted(item.value for item in entry.purposes))}"
            + (f" {entry.until.isoformat()}" if entry.until is not None else "")
            for entry in self.entries
        )
        return "sha256:" + hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _anchor(entry: TrustEntry) -> Anchor:
    certificate = entry.certificate
    return Anchor(
        name=certificate.subject,
        spki_der=certificate.spki_der,
        certificate=certificate,
        label=certificate.subject.rfc4514(),
        until=entry.until,
    )


def _purpose(item: str | Purpose) -> Purpose:
    try:
        return item if isinstance(item, Purpose) else Purpose(item)
    except ValueError as problem:
        raise ConfigError("TRUST_PURPOSE_UNKNOWN", subject=str(item)) from problem


def _files(folder: Path) -> list[Path]:
    if not folder.is_dir():
        return []
    return sorted(item for item in folder.iterdir() if item.is_file() and not item.name.startswith("."))


def _entries(file: Path, purposes: frozenset[Purpose], end_entity: bool) -> list[TrustEntry]:
    try:
        data = file.read_bytes()
    except OSError as problem:
        raise ConfigError("TRUST_FILE_UNREADABLE", subject=str(file)) from problem
    return _parsed(data, str(file), purposes, end_entity)


def _parsed(data: bytes, name: str, purposes: frozenset[Purpose], end_entity: bool) -> list[TrustEntry]:
    if b"TrustServiceStatusList" in data[:4096]:
        raise ConfigError("TRUST_LIST_UNPINNED", subject=name)
    try:
        certificates = [Certificate.load(der) for der in certificates_in(data)]
    except CertificateError as problem:
        raise ConfigError("TRUST_FILE_UNREADABLE", subject=name) from problem
    if not certificates or _partly_read(data, len(certificates)):
        raise ConfigError("TRUST_FILE_UNREADABLE", subject=name)
    for certificate in certificates:
        if not end_entity and _is_end_entity(certificate):
            params = {"name": certificate.subject.rfc4514()}
            raise ConfigError("TRUST_END_ENTITY", subject=name, params=params)
    return [TrustEntry(certificate=certificate, purposes=purposes) for certificate in certificates]


def _partly_read(data: bytes, count: int) -> bool:
    # A damaged block among good ones would otherwise vanish, and with it an authority.
    return is_pem(data) and data.count(b"CERTIFICATE-----") != 2 * count


def _is_end_entity(certificate: Certificate) -> bool:
    # Old roots are version 1 and cannot say that they are authorities; they are taken when self-issued.
    return not certificate.is_ca and not (certificate.version < 3 and certificate.is_self_issued)


def _merged(entries: list[TrustEntry]) -> tuple[TrustEntry, ...]:
    purposes: dict[bytes, frozenset[Purpose]] = {}
    ends: dict[bytes, datetime] = {}
    certificates: dict[bytes, Certificate] = {}
    for entry in entries:
        key = entry.certificate.sha256
        certificates[key] = entry.certificate
        purposes[key] = purposes.get(key, frozenset()) | entry.purposes
        if entry.until is not None:
            # Of two ends the earlier counts: an end is a warning that somebody has given.
            ends[key] = min(entry.until, ends.get(key, entry.until))
    return tuple(
        TrustEntry(certificate=certificates[key], purposes=purposes[key], until=ends.get(key))
        for key in sorted(certificates)
    )
