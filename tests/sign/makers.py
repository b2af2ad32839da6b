"""Keys, certificates and small documents, made when the tests run."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import pikepdf
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509.oid import NameOID

from edoc.keys import Key

SIGNING_TIME = datetime(2026, 6, 1, 12, 0, 0, tzinfo=UTC)
_START = datetime(2026, 1, 1, tzinfo=UTC)

KINDS: dict[str, Callable[[], object]] = {
    "rsa": lambda: rsa.generate_private_key(65537, 2048),
    "rsa1024": lambda: rsa.generate_private_key(65537, 1024),
    "p256": lambda: ec.generate_private_key(ec.SECP256R1()),
    "p384": lambda: ec.generate_private_key(ec.SECP384R1()),
    "p521": lambda: ec.generate_private_key(ec.SECP521R1()),
    "brainpool": lambda: ec.generate_private_key(ec.BrainpoolP256R1()),
    "brainpool384": lambda: ec.generate_private_key(ec.BrainpoolP384R1()),
    "brainpool512": lambda: ec.generate_private_key(ec.BrainpoolP512R1()),
    "ed25519": ed25519.Ed25519PrivateKey.generate,
    "ed448": ed448.Ed448PrivateKey.generate,
}


@dataclass(frozen=True)
class Identity:
    """A private key, its certificate and the CA above it."""

    key: object
    certificate: x509.Certificate
    authority: x509.Certificate
    authority_key: ec.EllipticCurvePrivateKey

    @property
    def key_pem(self) -> bytes:
        return self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())

    def encrypted_pem(self, secret: bytes) -> bytes:
        return self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(secret))

    @property
    def certificate_pem(self) -> bytes:
        return self.certificate.public_bytes(Encoding.PEM)

    @property
    def authority_pem(self) -> bytes:
        return self.authority.public_bytes(Encoding.PEM)

    def write(self, folder: Path) -> tuple[Path, Path, Path]:
        places = folder / "key.pem", folder / "signer.pem", folder / "ca.pem"
        for place, data in zip(places, (self.key_pem, self.certificate_pem, self.authority_pem), strict=True):
            place.write_bytes(data)
        return places


@cache
def authority() -> tuple[ec.EllipticCurvePrivateKey, x509.Certificate]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Practice CA")])
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(_START)
        .not_valid_after(_START + timedelta(days=7300))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(_usage(sign=False), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )
    return key, builder.sign(key, hashes.SHA256())


@cache
def private_key(kind: str) -> object:
    return KINDS[kind]()


@cache
def identity(kind: str = "p256", *, start: datetime = _START, days: int = 3650, serial: int = 77) -> Identity:
    ca_key, ca = authority()
    key = private_key(kind)
    subject = x509.Name(
        [
            x509.NameAttribute(NameOID.COMMON_NAME, "Test Signer"),
            x509.NameAttribute(NameOID.SERIAL_NUMBER, "9990000018"),
        ]
    )
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(ca.subject)
        .public_key(key.public_key())
        .serial_number(serial)
        .not_valid_before(start)
        .not_valid_after(start + timedelta(days=days))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(sign=True), critical=True)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(ca_key.public_key()), critical=False)
    )
    return Identity(key=key, certificate=builder.sign(ca_key, hashes.SHA256()), authority=ca, authority_key=ca_key)


def open_key(kind: str, folder: Path) -> Key:
    """The key of an identity, opened from files in a folder."""
    key, certificate, ca = identity(kind).write(folder)
    return Key.open(f"file:{key}", certificates=[certificate, ca])


def _usage(*, sign: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=sign, content_commitment=sign, key_encipherment=False, data_encipherment=False,
        key_agreement=False, key_cert_sign=not sign, crl_sign=not sign, encipher_only=False, decipher_only=False,
    )  # fmt: skip


def revocation_list(serial: int) -> bytes:
    """A CRL of the practice CA that lists one certificate (DER)."""
    key, ca = authority()
    entry = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(_START + timedelta(days=30)).build()
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(ca.subject)
        .last_update(_START + timedelta(days=31))
        .next_update(_START + timedelta(days=400))
        .add_revoked_certificate(entry)
    )
    return builder.sign(key, hashes.SHA256()).public_bytes(Encoding.DER)


def make_pdf(
    *, xref_stream: bool = False, change: Callable[[pikepdf.Pdf], None] | None = None, pages: int = 1
) -> bytes:
    """A small PDF with text, its cross-reference section a table or a stream."""
    pdf = pikepdf.new()
    for number in range(pages):
        page = pdf.add_blank_page(page_size=(595, 842))
        page.Contents = pdf.make_stream(b"BT /F1 24 Tf 72 700 Td (Ruling %d) Tj ET" % (number + 1))
        font = pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica)
        page.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=pdf.make_indirect(font)))
    if change is not None:
        change(pdf)
    buffer = io.BytesIO()
    mode = pikepdf.ObjectStreamMode.generate if xref_stream else pikepdf.ObjectStreamMode.disable
    pdf.save(buffer, object_stream_mode=mode, deterministic_id=True, min_version="1.5" if xref_stream else "")
    return buffer.getvalue()
