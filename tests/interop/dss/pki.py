"""Small certificate hierarchies of any shape, with lists and OCSP responses, made when the tests run."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum
from functools import cache, cached_property
from typing import Any

from asn1crypto import ocsp as asn1_ocsp
from asn1crypto import x509 as asn1_x509
from asn1crypto.algos import DigestInfo, SignedDigestAlgorithm
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ed448, ed25519
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    pkcs12,
)
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID, NameOID
from cryptography.x509.oid import ExtendedKeyUsageOID as Purpose

from edoc.lab.signing import sign
from tests.sign.makers import KINDS

PASSWORD = "practice"
CODE = "9990000018"

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
SIGNED = datetime(2026, 6, 1, 12, tzinfo=UTC)
STAMPED = SIGNED + timedelta(minutes=1)
LISTED = SIGNED + timedelta(hours=6)
ARCHIVED = SIGNED + timedelta(days=1)
JUDGED = SIGNED + timedelta(days=2)
SIGNER_ENDS = datetime(2028, 1, 1, tzinfo=UTC)
LATE = datetime(2029, 1, 1, tzinfo=UTC)
"""Signers have expired, authorities and time-stampers have not."""
TSA_ENDS = datetime(2034, 1, 1, tzinfo=UTC)
CA_ENDS = datetime(2040, 1, 1, tzinfo=UTC)
RENEWED = datetime(2033, 6, 1, tzinfo=UTC)
"""The archive is stamped again, by another authority, before the first one expires."""
OLD = datetime(2036, 1, 1, tzinfo=UTC)
"""The first time-stamping authority has expired too."""
LIST_LIFE = timedelta(days=7)


class Role(Enum):
    """What a certificate is for."""

    CA = "ca"
    SIGNER = "signer"
    TSA = "tsa"
    RESPONDER = "responder"


@dataclass(frozen=True, eq=False)
class Party:
    """A key and one certificate over it."""

    name: str
    key: Any
    certificate: x509.Certificate
    issuer: Party | None = None
    """Null when it signed itself."""

    @property
    def der(self) -> bytes:
        return self.certificate.public_bytes(Encoding.DER)

    @property
    def private(self) -> bytes:
        """PKCS#8, DER."""
        return bytes(self.key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()))

    @property
    def chain(self) -> tuple[Party, ...]:
        """The issuers, nearest first, the root last."""
        return () if self.issuer is None else (self.issuer, *self.issuer.chain)

    @cached_property
    def pkcs12(self) -> bytes:
        """The key with the certificate and its chain."""
        above = [item.certificate for item in self.chain]
        encryption = BestAvailableEncryption(PASSWORD.encode())
        return pkcs12.serialize_key_and_certificates(b"key", self.key, self.certificate, above, encryption)


@dataclass(frozen=True)
class Plan:
    """What may differ from a plain certificate."""

    kind: str = "p256"
    begin: datetime = BEGIN
    end: datetime | None = None
    purposes: tuple[x509.ObjectIdentifier, ...] | None = None
    usage: tuple[str, ...] | None = None
    path_length: int | None = None
    is_ca: bool | None = None
    no_check: bool = True
    common_name: str | None = None
    answered: bool = False
    """Names an OCSP responder."""
    sha1: bool = False
    """Signed with SHA-1, by an RSA key."""


_ENDS = {Role.CA: CA_ENDS, Role.SIGNER: SIGNER_ENDS, Role.TSA: TSA_ENDS, Role.RESPONDER: CA_ENDS}
_USAGE = {Role.CA: ("key_cert_sign", "crl_sign"), Role.SIGNER: ("digital_signature", "content_commitment")}
_PURPOSES = {Role.TSA: (Purpose.TIME_STAMPING,), Role.RESPONDER: (Purpose.OCSP_SIGNING,)}
_USAGES = ("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement",
           "key_cert_sign", "crl_sign", "encipher_only", "decipher_only")  # fmt: skip


@cache
def key_of(name: str, kind: str) -> Any:
    """The private key of a name: the same one within a run."""
    return KINDS[kind]()


def make(name: str, role: Role, issuer: Party | None = None, *, plan: Plan | None = None, key: Any = None) -> Party:
    """Issue a certificate to a name (for `key` where given), by itself without an issuer."""
    plan = plan or Plan()
    own = key or key_of(name, plan.kind)
    subject = _name(plan.common_name or name, role)
    signing = issuer.key if issuer is not None else own
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.certificate.subject if issuer is not None else subject)
        .public_key(own.public_key())
        .serial_number(int.from_bytes(hash_of(f"{name} {plan.begin} {issuer.name if issuer else name}"), "big") >> 1)
        .not_valid_before(plan.begin)
        .not_valid_after(plan.end or _ENDS[role])
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(own.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signing.public_key()), critical=False)
    )
    for extension, critical in _extensions(role, plan, issuer):
        builder = builder.add_extension(extension, critical=critical)
    certificate = builder.sign(signing, _digest(signing))
    return Party(name, own, _weakly_signed(certificate, signing) if plan.sha1 else certificate, issuer)


def hash_of(text: str) -> bytes:
    state = hashes.Hash(hashes.SHA256())
    state.update(text.encode())
    return state.finalize()[:16]


def _name(common_name: str, role: Role) -> x509.Name:
    parts = [x509.NameAttribute(NameOID.COUNTRY_NAME, "IR"), x509.NameAttribute(NameOID.COMMON_NAME, common_name)]
    if role is Role.SIGNER:
        parts.append(x509.NameAttribute(NameOID.SERIAL_NUMBER, CODE))
    return x509.Name(parts)


def _extensions(role: Role, plan: Plan, issuer: Party | None) -> list[tuple[x509.ExtensionType, bool]]:
    is_ca = role is Role.CA if plan.is_ca is None else plan.is_ca
    granted = plan.usage or _USAGE.get(role, ("digital_signature",))
    usage = x509.KeyUsage(**{name: name in granted for name in _USAGES})
    found: list[tuple[x509.ExtensionType, bool]] = [
        (x509.BasicConstraints(ca=is_ca, path_length=plan.path_length if is_ca else None), True),
        (usage, True),
    ]
    purposes = _PURPOSES.get(role, ()) if plan.purposes is None else plan.purposes
    if purposes:
        found.append((x509.ExtendedKeyUsage(purposes), role is Role.TSA))
    if role is Role.RESPONDER and plan.no_check:
        found.append((x509.OCSPNoCheck(), False))
    if issuer is not None:
        # DSS takes no list of an authority whose own certificate does not say where its status is to be found.
        place = x509.UniformResourceIdentifier(f"http://practice.invalid/{hash_of(issuer.name).hex()}.crl")
        found.append((x509.CRLDistributionPoints([x509.DistributionPoint([place], None, None, None)]), False))
    if issuer is not None and plan.answered:
        address = x509.UniformResourceIdentifier("http://practice.invalid/ocsp")
        access = x509.AccessDescription(AuthorityInformationAccessOID.OCSP, address)
        found.append((x509.AuthorityInformationAccess([access]), False))
    return found


def _digest(key: Any) -> hashes.HashAlgorithm | None:
    return None if isinstance(key, ed25519.Ed25519PrivateKey | ed448.Ed448PrivateKey) else hashes.SHA256()


@dataclass(frozen=True)
class Revoked:
    """When and why a certificate was revoked."""

    since: datetime
    reason: x509.ReasonFlags = x509.ReasonFlags.key_compromise


Fates = Mapping[Party, Revoked]


def revocation_list(
    authority: Party, fates: Fates, *, at: datetime = LISTED, life: timedelta = LIST_LIFE, key: Any = None
) -> bytes:
    """The revocation list (DER) of an authority as of a time, signed with its key (or another)."""
    builder = x509.CertificateRevocationListBuilder(
        issuer_name=authority.certificate.subject, last_update=at, next_update=at + life
    )
    for party, fate in fates.items():
        if party.issuer is None or party.issuer.certificate.subject != authority.certificate.subject:
            continue
        entry = x509.RevokedCertificateBuilder(party.certificate.serial_number, fate.since)
        builder = builder.add_revoked_certificate(entry.add_extension(x509.CRLReason(fate.reason), False).build())
    identifier = x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.key.public_key())
    builder = builder.add_extension(identifier, critical=False).add_extension(x509.CRLNumber(1), critical=False)
    signing = key or authority.key
    return builder.sign(signing, _digest(signing)).public_bytes(Encoding.DER)


def ocsp_response(
    party: Party, responder: Party, fates: Fates, *, at: datetime = LISTED, life: timedelta = LIST_LIFE, key: Any = None
) -> bytes:
    """The OCSP response (DER) about a certificate, by a responder (or another key) or by its authority itself."""
    assert party.issuer is not None
    fate = fates.get(party)
    builder = ocsp.OCSPResponseBuilder().add_response(
        cert=party.certificate,
        issuer=party.issuer.certificate,
        algorithm=hashes.SHA256(),
        cert_status=ocsp.OCSPCertStatus.REVOKED if fate else ocsp.OCSPCertStatus.GOOD,
        this_update=at,
        next_update=at + life,
        revocation_time=fate.since if fate else None,
        revocation_reason=fate.reason if fate else None,
    )
    builder = builder.responder_id(ocsp.OCSPResponderEncoding.HASH, responder.certificate)
    if responder.certificate != party.issuer.certificate:
        builder = builder.certificates([responder.certificate])
    made = builder.sign(responder.key, _digest(responder.key)).public_bytes(Encoding.DER)
    return _produced(made, at, key or responder.key)


def _produced(response: bytes, at: datetime, key: Any) -> bytes:
    """Write another producedAt into a response: the library only knows the time on the clock."""
    loaded = asn1_ocsp.OCSPResponse.load(response)
    basic = loaded["response_bytes"]["response"].parsed
    basic["tbs_response_data"]["produced_at"] = at
    basic["signature"] = sign(key, basic["tbs_response_data"].dump(force=True))
    loaded["response_bytes"]["response"] = asn1_ocsp.BasicOCSPResponse.load(basic.dump(force=True))
    return bytes(loaded.dump(force=True))


def _weakly_signed(certificate: x509.Certificate, key: Any) -> x509.Certificate:
    """Sign a certificate of an RSA key with SHA-1, which libraries no longer do (RFC 8017 8.2.1, by hand)."""
    loaded = asn1_x509.Certificate.load(certificate.public_bytes(Encoding.DER))
    algorithm = SignedDigestAlgorithm({"algorithm": "sha1_rsa"})
    loaded["tbs_certificate"]["signature"] = loaded["signature_algorithm"] = algorithm
    digest = DigestInfo({
        "digest_algorithm": {"algorithm": "sha1"},
        "digest": hashlib.sha1(loaded["tbs_certificate"].dump(force=True), usedforsecurity=False).digest(),
    }).dump()  # fmt: skip
    numbers = key.private_numbers()
    modulus = numbers.public_numbers.n
    size = (modulus.bit_length() + 7) // 8
    padded = b"\x00\x01" + b"\xff" * (size - len(digest) - 3) + b"\x00" + digest
    loaded["signature_value"] = pow(int.from_bytes(padded, "big"), numbers.d, modulus).to_bytes(size, "big")
    return x509.load_der_x509_certificate(loaded.dump(force=True))


def other_key(kind: str = "p256") -> Any:
    """A key that belongs to nobody else."""
    return key_of("somebody else", kind)
