"""A small world for the engine: certificates, lists and one hand-made signature over a few octets."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from edoc.facts.material import EmbeddedObject, MaterialKind, Origin
from edoc.facts.signature import (
    CertificateReference,
    DocumentFacts,
    Reference,
    SignatureAlgorithm,
    SignatureFacts,
    SignatureFormat,
)
from edoc.pki.certificate import Certificate
from edoc.pki.crl import RevocationList
from edoc.policy.model import Policy
from edoc.result.report import Outcome
from edoc.trust.store import TrustStore
from edoc.verify.context import Context, ValidationData
from edoc.verify.engine import EngineIdentity, validate
from edoc.verify.memo import PathMemo

TIME = datetime(2026, 6, 1, tzinfo=UTC)
START = datetime(2026, 1, 1, tzinfo=UTC)
END = datetime(2027, 1, 1, tzinfo=UTC)
CONTENT = b"the amount is 100"
OCTETS = b"signed attributes"


@cache
def key(name: str) -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def distinguished(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


@dataclass(frozen=True, kw_only=True)
class Issue:
    """What a certificate is to say; `signer` signs it with the key of the name `issuer`."""

    subject: str
    issuer: str
    ca: bool = False
    start: datetime = START
    end: datetime = END
    extensions: tuple[tuple[x509.ExtensionType, bool], ...] = ()
    serial: int = field(default=0)

    def make(self) -> Certificate:
        builder = (
            x509.CertificateBuilder()
            .subject_name(distinguished(self.subject))
            .issuer_name(distinguished(self.issuer))
            .public_key(key(self.subject).public_key())
            .serial_number(self.serial or int.from_bytes(hashlib.sha256(self.subject.encode()).digest()[:8]) | 1)
            .not_valid_before(self.start)
            .not_valid_after(self.end)
            .add_extension(x509.BasicConstraints(ca=self.ca, path_length=None), critical=True)
        )
        for extension, critical in (*self.extensions, (_usage(self.ca), True)):
            builder = builder.add_extension(extension, critical)
        made = builder.sign(key(self.issuer), hashes.SHA256())
        return Certificate.load(made.public_bytes(Encoding.DER))


def _usage(ca: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not ca, content_commitment=not ca, key_encipherment=False, data_encipherment=False,
        key_agreement=False, key_cert_sign=ca, crl_sign=ca, encipher_only=False, decipher_only=False,
    )  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Listed:
    """One entry of a revocation list."""

    certificate: Certificate
    time: datetime
    reason: x509.ReasonFlags | None = None


def crl(
    issuer: str,
    *entries: Listed,
    this_update: datetime = TIME - timedelta(days=1),
    next_update: datetime = TIME + timedelta(days=6),
) -> RevocationList:
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(distinguished(issuer))
        .last_update(this_update)
        .next_update(next_update)
    )
    for entry in entries:
        revoked = x509.RevokedCertificateBuilder().serial_number(entry.certificate.serial_number)
        revoked = revoked.revocation_date(entry.time)
        if entry.reason is not None:
            revoked = revoked.add_extension(x509.CRLReason(entry.reason), critical=False)
        builder = builder.add_revoked_certificate(revoked.build())
    made = builder.sign(key(issuer), hashes.SHA256())
    return RevocationList.load(made.public_bytes(Encoding.DER))


@cache
def root() -> Certificate:
    return Issue(subject="Root", issuer="Root", ca=True).make()


@cache
def ca() -> Certificate:
    return Issue(subject="CA", issuer="Root", ca=True).make()


@cache
def signer() -> Certificate:
    return Issue(subject="Signer", issuer="CA").make()


def signature(certificate: Certificate | None = None, *carried: Certificate) -> SignatureFacts:
    """A sound PAdES signature of the certificate's subject (default: the signer), carrying certificates."""
    made = certificate or signer()
    name = made.subject.get("2.5.4.3") or ""
    value = key(name).sign(OCTETS, ec.ECDSA(hashes.SHA256()))
    digest = hashlib.sha256(CONTENT).digest()
    return SignatureFacts(
        id="S1",
        format=SignatureFormat.PADES,
        references=(
            Reference(name="content", digest_algorithm="sha256", expected=digest, actual=digest, octets=lambda: CONTENT),
        ),
        signed_octets=OCTETS,
        signature_value=value,
        algorithm=SignatureAlgorithm(name="ecdsa", digest="sha256"),
        certificate_references=(CertificateReference(digest_algorithm="sha256", digest=made.sha256),),
        claimed_signing_time=TIME,
        material=tuple(
            EmbeddedObject(kind=MaterialKind.CERTIFICATE, der=item.der, origin=Origin.SIGNATURE)
            for item in (made, *(carried or (ca(),)))
        ),
        predicates={"bes": True, "b": True},
    )


def document(*signatures: SignatureFacts) -> DocumentFacts:
    return DocumentFacts(
        name="ruling.pdf", media_type="application/pdf", size=1, sha256=b"\0" * 32, signatures=signatures
    )


@cache
def anchors() -> TrustStore:
    return TrustStore.of([root().der])


@cache
def lists() -> tuple[RevocationList, ...]:
    return crl("CA"), crl("Root")


def context(**changes: object) -> Context:
    data = ValidationData(crls=lists())
    made = Context(policy=Policy.named("default"), trust=anchors(), time=TIME, data=data, basis="world")
    return replace(made, **changes)  # type: ignore[arg-type]


def ask(*signatures: SignatureFacts, memo: PathMemo | None = None, **changes: object) -> Outcome:
    """Validate hand-made signatures under the default policy, the world's anchors and fresh lists."""
    asked = context(**changes)
    identity = EngineIdentity(tool_version="0", policy=asked.policy.identity(), trust_digest=asked.trust.digest())
    return validate(document(*signatures), context=asked, identity=identity, memo=memo or PathMemo())
