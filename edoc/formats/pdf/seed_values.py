"""What an empty signature field demands of the signature that fills it: seed values (ISO 32000-2 tables 237, 238)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from edoc.errors import ConfigError
from edoc.formats.pdf.document import Pdf
from edoc.formats.pdf.fields import Field, text
from edoc.formats.pdf.values import Name, RepeatedKeys, Value

T = TypeVar("T")

_FLAGS = ("Filter", "SubFilter", "V", "Reasons", "LegalAttestation", "AddRevInfo", "DigestMethod", "LockDocument",
          "AppearanceFilter")  # fmt: skip
"""Entries that /Ff can make binding, from its lowest bit (table 237)."""
_CERTIFICATE_FLAGS = ("Subject", "Issuer", "OID", "SubjectDN", "Reserved", "KeyUsage", "URL")
"""The same for the certificate (table 238)."""
_POLICY = ("SignaturePolicyOID", "SignaturePolicyHashValue", "SignaturePolicyHashAlgorithm")
"""A signature policy is no wish that a flag could make binding: the field is meant for signatures under it."""
_LISTED = 1_000
"""Members of one list; real ones have a few."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateSeeds:
    """What a field demands of the signer's certificate; what is not binding is left out."""

    subjects: tuple[bytes, ...] | None = None
    """DER certificates, of which one must sign."""
    issuers: tuple[bytes, ...] | None = None
    """DER certificates, under one of which the signer's must stand."""
    policies: tuple[str, ...] | None = None
    """Object identifiers of certificate policies, all of which it must name."""
    names: tuple[tuple[str, str], ...] | None = None
    """Attributes of its subject (abbreviation or object identifier, text), all of which it must have."""
    key_usages: tuple[str, ...] | None = None
    """Patterns of `1`, `0`, `X` over the nine bits of keyUsage, one of which must fit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SeedValues:
    """What a field demands; what is not binding, or not there, is null."""

    name: str
    """Full name of the field."""
    filter: str | None = None
    sub_filters: tuple[str, ...] | None = None
    """In the order in which the field prefers them."""
    version: float | None = None
    reasons: tuple[str, ...] | None = None
    """Empty: a reason is forbidden."""
    attestations: tuple[str, ...] | None = None
    add_revocation: bool | None = None
    digests: tuple[str, ...] | None = None
    lock_document: str | None = None
    """`true`, `false` or `auto`."""
    appearance: str | None = None
    certify: int | None = None
    """/P of the certification that it must be; 0: it must be none. Always binding."""
    timestamp: bool = False
    policy: bool = False
    """True when the signature is to be made under a signature policy."""
    certificate: CertificateSeeds = field(default_factory=CertificateSeeds)


def seed_values(pdf: Pdf, target: Field) -> SeedValues | None:
    """Return what an empty field demands, null when it demands nothing.

    Raises `ConfigError`: FIELD_SEED_VALUE_UNREADABLE for an entry of another kind than the standard says, and
    FIELD_SEED_VALUE_UNSUPPORTED when something is binding that the standard does not know.
    """
    given = pdf.resolve(target.dictionary.get("SV"))
    if given is None:
        return None
    reader = _Reader(pdf, target.name, given, _FLAGS, "SV")
    stamp = _Reader(pdf, target.name, reader.any("TimeStamp") or {}, (), "TimeStamp")
    mdp = _Reader(pdf, target.name, reader.any("MDP") or {}, (), "MDP")
    inside = _Reader(pdf, target.name, reader.any("Cert") or {}, _CERTIFICATE_FLAGS, "Cert")
    return SeedValues(
        name=target.name,
        filter=reader.one("Filter", _name),
        sub_filters=reader.many("SubFilter", _name),
        version=reader.one("V", _number),
        reasons=_reasons(reader),
        attestations=reader.many("LegalAttestation", _text),
        add_revocation=reader.one("AddRevInfo", _truth),
        digests=reader.many("DigestMethod", _text),
        lock_document=reader.one("LockDocument", _name),
        appearance=reader.one("AppearanceFilter", _text),
        certify=mdp.always("P", _level),
        timestamp=bool(stamp.always("Ff", _level)),
        policy=any(inside.any(key) is not None for key in _POLICY),
        certificate=_certificate(inside),
    )


def _certificate(reader: _Reader) -> CertificateSeeds:
    if "Reserved" in reader.binding:
        reader.refuse("FIELD_SEED_VALUE_UNSUPPORTED", "Ff")
    if reader.one("URL", _octets) is not None and reader.any("URLType") not in (None, Name("Browser")):
        # A page to enrol at binds nobody; a service of another kind would have to be asked.
        reader.refuse("FIELD_SEED_VALUE_UNSUPPORTED", "URL")
    return CertificateSeeds(
        subjects=reader.many("Subject", _octets),
        issuers=reader.many("Issuer", _octets),
        policies=reader.many("OID", _text),
        names=_names(reader),
        key_usages=reader.many("KeyUsage", _text),
    )


def _reasons(reader: _Reader) -> tuple[str, ...] | None:
    if "Reasons" not in reader.binding:
        return None
    # Binding without a list, with an empty one or with a lone full stop: no reason may be given.
    found = reader.many("Reasons", _text) or ()
    return () if found == (".",) else found


def _names(reader: _Reader) -> tuple[tuple[str, str], ...] | None:
    found = reader.many("SubjectDN", _dictionary)
    if found is None:
        return None
    pairs = [(key, reader.value(item)) for entries in found for key, item in entries.items()]
    if not all(isinstance(value, bytes) for _, value in pairs):
        reader.refuse("FIELD_SEED_VALUE_UNREADABLE", "SubjectDN")
    return tuple((key, text(value)) for key, value in pairs)


class _Reader:
    """One dictionary of demands: which entries bind, and their values of the right kind."""

    def __init__(self, pdf: Pdf, field_name: str, given: Value, flags: tuple[str, ...], name: str) -> None:
        self._pdf = pdf
        self._field = field_name
        self._name = name
        if not isinstance(given, dict) or isinstance(given, RepeatedKeys):
            self.refuse("FIELD_SEED_VALUE_UNREADABLE", name)
        self._given: dict[str, Value] = given if isinstance(given, dict) else {}
        bits = self.value(self._given.get("Ff", 0)) if flags else 0
        if type(bits) is not int or bits < 0:
            self.refuse("FIELD_SEED_VALUE_UNREADABLE", "Ff")
        elif bits >> len(flags):
            self.refuse("FIELD_SEED_VALUE_UNSUPPORTED", "Ff")
        self.binding = {key for place, key in enumerate(flags) if isinstance(bits, int) and bits >> place & 1}

    def refuse(self, code: str, entry: str) -> None:
        """Raise the error about an entry."""
        path = entry if entry == self._name else f"{self._name}/{entry}"
        raise ConfigError(code, subject=self._field, params={"entry": path})

    def value(self, value: Value) -> Value:
        """Return a value, or what it refers to."""
        return self._pdf.resolve(value)

    def any(self, key: str) -> Value:
        """Return the value of an entry, whether it binds or not."""
        return self.value(self._given.get(key))

    def one(self, key: str, kind: Callable[[Value], T | None]) -> T | None:
        """Return a binding entry, null when it does not bind or is not there."""
        return self.always(key, kind) if key in self.binding else None

    def always(self, key: str, kind: Callable[[Value], T | None]) -> T | None:
        """Return an entry that binds by itself, null when it is not there."""
        value = self.any(key)
        if value is None:
            return None
        found = kind(value)
        if found is None:
            self.refuse("FIELD_SEED_VALUE_UNREADABLE", key)
        return found

    def many(self, key: str, kind: Callable[[Value], T | None]) -> tuple[T, ...] | None:
        """Return the members of a binding list, null when it does not bind or is not there."""
        value = self.any(key)
        if key not in self.binding or value is None:
            return None
        members = [kind(self.value(item)) for item in value] if isinstance(value, list) else [None]
        found = tuple(item for item in members if item is not None)
        if len(found) != len(members) or len(members) > _LISTED:
            self.refuse("FIELD_SEED_VALUE_UNREADABLE", key)
        return found


def _name(value: Value) -> str | None:
    return str(value) if isinstance(value, Name) else None


def _text(value: Value) -> str | None:
    return text(value) if isinstance(value, bytes) else None


def _octets(value: Value) -> bytes | None:
    return bytes(value) if isinstance(value, bytes) else None


def _number(value: Value) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _truth(value: Value) -> bool | None:
    return value if isinstance(value, bool) else None


def _level(value: Value) -> int | None:
    return value if type(value) is int and 0 <= value <= 3 else None


def _dictionary(value: Value) -> dict[str, Value] | None:
    return value if isinstance(value, dict) and not isinstance(value, RepeatedKeys) else None
