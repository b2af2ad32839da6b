"""Certificates and revocation lists of any shape, made octet by octet, also those that no library would write."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from edoc.pki import extensions as ext
from edoc.pki.certificate import Certificate
from edoc.pki.crl import RevocationList
from edoc.pki.der import encode_oid, integer, tlv
from edoc.pki.path import Anchor

TIME = datetime(2026, 6, 1, tzinfo=UTC)
START = datetime(2026, 1, 1, tzinfo=UTC)
END = datetime(2027, 1, 1, tzinfo=UTC)

ECDSA_SHA256 = tlv(0x30, encode_oid("1.2.840.10045.4.3.2"))
ECDSA_SHA1 = tlv(0x30, encode_oid("1.2.840.10045.4.1"))
TRUE = b"\x01\x01\xff"

Extension = tuple[str, bool, bytes]
"""(object identifier, critical, DER value)"""


@cache
def key(name: str) -> ec.EllipticCurvePrivateKey:
    """The private key of a name: the same one within a run."""
    return ec.generate_private_key(ec.SECP256R1())


def spki(name: str) -> bytes:
    return key(name).public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def attribute(oid: str, text: str, tag: int = 0x0C) -> bytes:
    encoding = "utf-16-be" if tag == 0x1E else "utf-8"
    return tlv(0x30, encode_oid(oid), tlv(tag, text.encode(encoding)))


def rdn(*attributes: bytes) -> bytes:
    return tlv(0x31, *sorted(attributes))


def dn(*rdns: bytes) -> bytes:
    return tlv(0x30, *rdns)


def cn(text: str, tag: int = 0x0C) -> bytes:
    """A name of one common name; empty text gives the empty name."""
    return dn(rdn(attribute("2.5.4.3", text, tag))) if text else dn()


def moment(time: datetime) -> bytes:
    if 1950 <= time.year < 2050:
        return tlv(0x17, time.strftime("%y%m%d%H%M%SZ").encode())
    return generalized(time)


def generalized(time: datetime) -> bytes:
    # The year by hand: strftime does not pad it everywhere.
    return tlv(0x18, f"{time.year:04}{time.strftime('%m%d%H%M%SZ')}".encode())


def extension(item: Extension) -> bytes:
    oid, critical, value = item
    return tlv(0x30, encode_oid(oid), TRUE if critical else b"", tlv(0x04, value))


def basic_constraints(ca: bool = True, length: int | None = None) -> Extension:
    body = (TRUE if ca else b"") + (b"" if length is None else integer(length))
    return ext.BASIC_CONSTRAINTS, True, tlv(0x30, body)


def named_bits(*numbers: int) -> bytes:
    """The content of a named BIT STRING."""
    if not numbers:
        return b"\x00"
    size = max(numbers) // 8 + 1
    value = bytearray(size)
    for number in numbers:
        value[number // 8] |= 0x80 >> number % 8
    return bytes([7 - max(numbers) % 8]) + bytes(value)


_USAGE = {"digitalSignature": 0, "nonRepudiation": 1, "keyEncipherment": 2, "keyCertSign": 5, "cRLSign": 6}


def key_usage(*names: str) -> Extension:
    return ext.KEY_USAGE, True, tlv(0x03, named_bits(*(_USAGE[name] for name in names)))


def extended_key_usage(*oids: str, critical: bool = False) -> Extension:
    return ext.EXTENDED_KEY_USAGE, critical, tlv(0x30, *map(encode_oid, oids))


def general(form: int, value: bytes) -> bytes:
    """A GeneralName: 1 mail, 2 host, 4 directory, 6 URI, 7 address."""
    return tlv(0x80 | form | (0x20 if form in (0, 3, 4, 5) else 0), value)


def alternative_names(*names: bytes) -> Extension:
    return ext.SUBJECT_ALT_NAME, False, tlv(0x30, *names)


def name_constraints(permitted: Sequence[bytes] = (), excluded: Sequence[bytes] = ()) -> Extension:
    parts = [
        tlv(tag, *(tlv(0x30, name) for name in names)) for tag, names in ((0xA0, permitted), (0xA1, excluded)) if names
    ]
    return ext.NAME_CONSTRAINTS, True, tlv(0x30, *parts)


def policies(*oids: str) -> Extension:
    return ext.CERTIFICATE_POLICIES, False, tlv(0x30, *(tlv(0x30, encode_oid(oid)) for oid in oids))


def mappings(*pairs: tuple[str, str]) -> Extension:
    body = (tlv(0x30, encode_oid(issuer), encode_oid(subject)) for issuer, subject in pairs)
    return ext.POLICY_MAPPINGS, True, tlv(0x30, *body)


def subject_key_identifier(octets: bytes) -> Extension:
    return ext.SUBJECT_KEY_IDENTIFIER, False, tlv(0x04, octets)


def authority_key_identifier(octets: bytes) -> Extension:
    return ext.AUTHORITY_KEY_IDENTIFIER, False, tlv(0x30, tlv(0x80, octets))


def distribution_point(
    uri: str | None = None, *, reasons: Sequence[int] | None = None, crl_issuer: bytes | None = None
) -> bytes:
    """One DistributionPoint; `crl_issuer` is a DER name."""
    body = b"" if uri is None else tlv(0xA0, tlv(0xA0, general(6, uri.encode())))
    body += b"" if reasons is None else tlv(0x81, named_bits(*reasons))
    body += b"" if crl_issuer is None else tlv(0xA2, general(4, crl_issuer))
    return tlv(0x30, body)


def distribution_points(*points: bytes) -> Extension:
    return ext.CRL_DISTRIBUTION_POINTS, False, tlv(0x30, *points)


CA = (basic_constraints(), key_usage("keyCertSign", "cRLSign"))
SIGNER = (key_usage("nonRepudiation"),)


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What a certificate is to be; keys are named, see `key`."""

    subject: bytes
    issuer: bytes
    subject_key: str
    issuer_key: str
    serial: int = 1
    start: datetime = START
    end: datetime = END
    extensions: tuple[Extension, ...] = ()
    version: int = 3
    algorithm: bytes = ECDSA_SHA256
    outer_algorithm: bytes | None = None

    def der(self) -> bytes:
        version = b"" if self.version == 1 else tlv(0xA0, integer(self.version - 1))
        extensions = tlv(0xA3, tlv(0x30, *map(extension, self.extensions))) if self.extensions else b""
        body = tlv(
            0x30, version, integer(self.serial), self.algorithm, self.issuer,
            tlv(0x30, moment(self.start), moment(self.end)), self.subject, spki(self.subject_key), extensions,
        )  # fmt: skip
        return signed(body, self.issuer_key, self.outer_algorithm or self.algorithm)

    def make(self) -> Certificate:
        return Certificate.load(self.der())

    def but(self, **changes: object) -> Plan:
        return replace(self, **changes)  # type: ignore[arg-type]


def signed(body: bytes, key_name: str, algorithm: bytes = ECDSA_SHA256) -> bytes:
    digest = hashes.SHA1() if algorithm == ECDSA_SHA1 else hashes.SHA256()
    return tlv(0x30, body, algorithm, tlv(0x03, b"\x00", key(key_name).sign(body, ec.ECDSA(digest))))


def authority(name: str, issuer: str | None = None, **changes: object) -> Plan:
    """An authority whose key has its name; without an issuer it signs itself."""
    issuer = issuer or name
    plan = Plan(subject=cn(name), issuer=cn(issuer), subject_key=name, issuer_key=issuer, extensions=CA)
    return plan.but(**changes)


def leaf(issuer: str, name: str = "Signer", **changes: object) -> Plan:
    plan = Plan(
        subject=cn(name), issuer=cn(issuer), subject_key=name, issuer_key=issuer, serial=1000, extensions=SIGNER
    )
    return plan.but(**changes)


def anchor(certificate: Certificate) -> Anchor:
    return Anchor(name=certificate.subject, spki_der=certificate.spki_der, certificate=certificate)


def revoked(
    serial: int,
    *,
    time: datetime = START,
    reason: int | None = None,
    issuer: bytes | None = None,
    extra: Sequence[Extension] = (),
) -> bytes:
    """One entry of a list; `issuer` is the DER name of an indirect entry."""
    extensions = list(extra)
    if reason is not None:
        extensions.append((ext.CRL_REASON, False, tlv(0x0A, bytes([reason]))))
    if issuer is not None:
        extensions.append((ext.CERTIFICATE_ISSUER, True, tlv(0x30, general(4, issuer))))
    tail = tlv(0x30, *map(extension, extensions)) if extensions else b""
    return tlv(0x30, integer(serial), moment(time), tail)


def issuing_point(
    uri: str | None = None,
    *,
    only: int | None = None,
    indirect: bool = False,
    reasons: Sequence[int] | None = None,
    name: bytes | None = None,
) -> Extension:
    """An issuingDistributionPoint; `only` is 1 user, 2 CA, 5 attribute certificates."""
    names = b"" if uri is None else general(6, uri.encode())
    names += b"" if name is None else general(4, name)
    body = tlv(0xA0, tlv(0xA0, names)) if names else b""
    body += tlv(0x80 | only, b"\xff") if only in (1, 2) else b""
    body += b"" if reasons is None else tlv(0x83, named_bits(*reasons))
    body += tlv(0x84, b"\xff") if indirect else b""
    body += tlv(0x85, b"\xff") if only == 5 else b""
    return ext.ISSUING_DISTRIBUTION_POINT, True, tlv(0x30, body)


def number(value: int) -> Extension:
    return ext.CRL_NUMBER, False, integer(value)


def base_number(value: int) -> Extension:
    return ext.DELTA_CRL_INDICATOR, True, integer(value)


def crl_der(
    issuer: str | bytes,
    *entries: bytes,
    signer: str | None = None,
    this: datetime = datetime(2026, 5, 20, tzinfo=UTC),
    following: datetime | None = datetime(2026, 6, 20, tzinfo=UTC),
    extensions: Sequence[Extension] = (),
) -> bytes:
    name = cn(issuer) if isinstance(issuer, str) else issuer
    body = tlv(
        0x30, integer(1), ECDSA_SHA256, name, moment(this), b"" if following is None else moment(following),
        tlv(0x30, *entries) if entries else b"",
        tlv(0xA0, tlv(0x30, *map(extension, extensions))) if extensions else b"",
    )  # fmt: skip
    return signed(body, signer or str(issuer))


def crl(issuer: str | bytes, *entries: bytes, **options: object) -> RevocationList:
    return RevocationList.load(crl_der(issuer, *entries, **options))  # type: ignore[arg-type]
