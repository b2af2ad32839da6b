"""Who is in the practice PKI: names, keys, validity and fate of every certificate, as data.

Names follow the profile that Iranian authorities use (country, sector, `[Sign]` or `[Stamp]`, the
national code as serialNumber); persons, courts and codes do not exist.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import Enum

PASSPHRASE = "practice"
"""Opens every PKCS#12 file of the practice PKI.  It protects nothing and is meant to."""

PERSON_CODE = "9990000018"
"""The national code of the person who signs the demonstration: a right check digit, no such person."""

_YEAR = 365


class KeyKind(Enum):
    """What kind of key a member has."""

    RSA = "rsa-3072"
    RSA_2048 = "rsa-2048"
    """Still the usual one in the field, and on its way out: verification says so."""
    P256 = "p-256"
    ED25519 = "ed25519"


class Role(Enum):
    """What a certificate is for; decides its extensions."""

    ROOT = "root"
    AUTHORITY = "authority"
    SIGNER = "signer"
    TSA = "tsa"
    OCSP = "ocsp"


class Fate(Enum):
    """What became of a certificate, in the words of a revocation list."""

    REVOKED = "key_compromise"
    ON_HOLD = "certificate_hold"


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One certificate.  `begins` and `ends` are days from the first of January of the year it stands in."""

    label: str
    issuer: str
    """Label of the certificate that issued it; its own for a root."""
    role: Role
    name: Mapping[str, str]
    """Attributes of the subject, in the order of the certificate."""
    kind: KeyKind
    key: str = ""
    """Label of the key, when it is not the certificate's own."""
    entity: str = ""
    """Label of the name, when two certificates share it."""
    begins: int = -20
    ends: int = 3 * _YEAR
    fate: Fate | None = None
    fate_day: int = -10
    trusted: bool = field(default=False)
    """Whether it stands among the anchors."""

    @property
    def key_label(self) -> str:
        """Label of the key that the certificate certifies."""
        return self.key or self.label

    @property
    def entity_label(self) -> str:
        """Label of the subject; the authority's services carry it in their addresses."""
        return self.entity or self.label


def _authority(common_name: str) -> dict[str, str]:
    return {"country_name": "IR", "organization_name": "EDOC Practice", "common_name": common_name}


def _person(common_name: str, code: str, *, surname: str = "نمونه", given: str = "شخص") -> dict[str, str]:
    return {
        "country_name": "IR",
        "organization_name": "Unaffiliated",
        "common_name": f"{common_name} [Sign]",
        "surname": surname,
        "given_name": given,
        "serial_number": code,
    }


_STAMP = {
    "country_name": "IR",
    "organization_name": "Governmental",
    "organizational_unit_name": "شعبهٔ ۹۹۹ دادگاه نمونه",
    "common_name": "Nemouneh Court Branch 999 [Stamp]",
    "serial_number": "99000001027",
}
_PERSON = _person("مریم حسینی نمونه", PERSON_CODE, surname="حسینی نمونه", given="مریم")
_ISSUING = _authority("Practice Issuing CA")

MEMBERS: tuple[Member, ...] = (
    Member(label="root-a", issuer="root-a", role=Role.ROOT, kind=KeyKind.P256, trusted=True,
           name=_authority("Practice Root CA A"), begins=-4 * _YEAR, ends=16 * _YEAR),
    Member(label="root-b", issuer="root-b", role=Role.ROOT, kind=KeyKind.RSA, trusted=True,
           name=_authority("Practice Root CA B"), begins=-4 * _YEAR, ends=16 * _YEAR),
    # One name and one key under two certificates with overlapping validity: both chains are good.
    Member(label="issuing", issuer="root-a", role=Role.AUTHORITY, kind=KeyKind.P256, name=_ISSUING,
           begins=-30, ends=5 * _YEAR),
    Member(label="issuing-old", issuer="root-a", role=Role.AUTHORITY, kind=KeyKind.P256, name=_ISSUING,
           key="issuing", entity="issuing", begins=-3 * _YEAR - 60, ends=2 * _YEAR),
    Member(label="issuing-b", issuer="root-b", role=Role.AUTHORITY, kind=KeyKind.P256,
           name=_authority("Practice Issuing CA B"), begins=-_YEAR, ends=5 * _YEAR),
    Member(label="person", issuer="issuing", role=Role.SIGNER, kind=KeyKind.RSA, name=_PERSON),
    Member(label="person-ec", issuer="issuing-b", role=Role.SIGNER, kind=KeyKind.P256,
           name=_person("Navid Rad Nemouneh", "9990000026", surname="راد نمونه", given="نوید")),
    Member(label="person-ed", issuer="issuing-b", role=Role.SIGNER, kind=KeyKind.ED25519,
           name=_person("Sara Karimi Nemouneh", "9991234561", surname="کریمی نمونه", given="سارا")),
    Member(label="stamp", issuer="issuing", role=Role.SIGNER, kind=KeyKind.RSA_2048, name=_STAMP),
    Member(label="revoked", issuer="issuing-old", role=Role.SIGNER, kind=KeyKind.P256, fate=Fate.REVOKED,
           name=_person("Revoked Nemouneh", "9987654320"), begins=-_YEAR),
    Member(label="on-hold", issuer="issuing-old", role=Role.SIGNER, kind=KeyKind.P256, fate=Fate.ON_HOLD,
           name=_person("On Hold Nemouneh", "9900000171"), begins=-_YEAR),
    Member(label="expired", issuer="issuing-old", role=Role.SIGNER, kind=KeyKind.P256,
           name=_person("Expired Nemouneh", "9990000034"), begins=-3 * _YEAR, ends=-30),
    Member(label="tsa", issuer="issuing", role=Role.TSA, kind=KeyKind.RSA,
           name=_authority("Practice Time Stamping")),
    Member(label="tsa-expired", issuer="issuing-old", role=Role.TSA, kind=KeyKind.P256,
           name=_authority("Practice Time Stamping (expired)"), begins=-3 * _YEAR, ends=-30),
    Member(label="ocsp", issuer="issuing", role=Role.OCSP, kind=KeyKind.P256,
           name=_authority("Practice OCSP Responder")),
    Member(label="ocsp-b", issuer="issuing-b", role=Role.OCSP, kind=KeyKind.P256,
           name=_authority("Practice OCSP Responder B")),
    # Nobody trusts the stranger; the impostor bears the person's name, letter for letter.
    Member(label="stranger", issuer="stranger", role=Role.ROOT, kind=KeyKind.P256,
           name=_authority("Practice Stranger Root"), begins=-_YEAR, ends=5 * _YEAR),
    Member(label="impostor", issuer="stranger", role=Role.SIGNER, kind=KeyKind.P256, name=_PERSON),
)  # fmt: skip

BY_LABEL = {member.label: member for member in MEMBERS}

SIGNERS = tuple(member.label for member in MEMBERS if member.role is Role.SIGNER)
AUTHORITIES = tuple(member.label for member in MEMBERS if member.role in (Role.ROOT, Role.AUTHORITY) and not member.entity)
"""Certificates of authorities, one for each name: each issues one revocation list."""
RESPONDERS = {"issuing": "ocsp", "issuing-b": "ocsp-b"}
"""Which OCSP responder speaks for which authority; the roots have lists only, as in the field."""
TIME_STAMPERS = ("tsa", "tsa-expired")


def epoch(time: datetime) -> datetime:
    """Return the day that a member's days are counted from: the first of January of the year, UTC.

    Thus one set of keys gives one set of certificates for a whole year.
    """
    return datetime(time.astimezone(UTC).year, 1, 1, tzinfo=UTC)


def day(time: datetime, offset: int) -> datetime:
    """Return the midnight that lies `offset` days from the epoch of a time."""
    return epoch(time) + timedelta(days=offset)
