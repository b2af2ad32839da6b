"""A folder with a practice PKI and documents, the same bytes on every run: Ed25519 keys from seeds, fixed dates."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, NoEncryption, PrivateFormat
from cryptography.hazmat.primitives.serialization.pkcs12 import serialize_key_and_certificates
from cryptography.x509.oid import NameOID

import edoc
from edoc.keys import Key

SIGNED_AT = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
CHECKED_AT = "2026-06-02T12:00:00Z"
START = datetime(2026, 1, 1, tzinfo=UTC)
NATIONAL_CODE = "9990000018"
SIGNER_NAME = "مریم حسینی نمونه"
PASSPHRASE = "only-for-tests"


def key_of(name: str) -> Ed25519PrivateKey:
    """A key that is the same on every run."""
    return Ed25519PrivateKey.from_private_bytes(hashlib.sha256(name.encode()).digest())


def _name(common: str, serial: str | None = None, organization: str | None = None) -> x509.Name:
    parts = [x509.NameAttribute(NameOID.COUNTRY_NAME, "IR")]
    if organization is not None:
        parts.append(x509.NameAttribute(NameOID.ORGANIZATION_NAME, organization))
    parts.append(x509.NameAttribute(NameOID.COMMON_NAME, common))
    if serial is not None:
        parts.append(x509.NameAttribute(NameOID.SERIAL_NUMBER, serial))
    return x509.Name(parts)


def _usage(*, ca: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not ca, content_commitment=not ca, key_encipherment=False, data_encipherment=False,
        key_agreement=False, key_cert_sign=ca, crl_sign=ca, encipher_only=False, decipher_only=False,
    )  # fmt: skip


def certificate(
    subject: x509.Name, *, key: str, issuer: x509.Certificate | None, issuer_key: str, serial: int, ca: bool
) -> x509.Certificate:
    """A certificate for the key of a name, by the key of another."""
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.subject if issuer is not None else subject)
        .public_key(key_of(key).public_key())
        .serial_number(serial)
        .not_valid_before(START)
        .not_valid_after(START + timedelta(days=3650))
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        .add_extension(_usage(ca=ca), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key_of(key).public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(key_of(issuer_key).public_key()), critical=False
        )
    )
    return builder.sign(key_of(issuer_key), None)


@cache
def root() -> x509.Certificate:
    """The anchor."""
    subject = _name("Practice Root", organization="Practice PKI")
    return certificate(subject, key="root", issuer=None, issuer_key="root", serial=1, ca=True)


@cache
def issuing() -> x509.Certificate:
    """The authority that issues to people."""
    subject = _name("Practice Issuing CA", organization="Practice PKI")
    return certificate(subject, key="issuing", issuer=root(), issuer_key="root", serial=2, ca=True)


@cache
def signer() -> x509.Certificate:
    """A person."""
    subject = _name(SIGNER_NAME, NATIONAL_CODE)
    return certificate(subject, key="signer", issuer=issuing(), issuer_key="issuing", serial=0x1001, ca=False)


def revocation_list(issuer: x509.Certificate, key: str, *revoked: int) -> bytes:
    """A CRL in force from 2026-05-31 for ten days (PEM)."""
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(issuer.subject)
        .last_update(datetime(2026, 5, 31, tzinfo=UTC))
        .next_update(datetime(2026, 6, 10, tzinfo=UTC))
        .add_extension(x509.CRLNumber(7), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(key_of(key).public_key()), critical=False)
    )
    for serial in revoked:
        entry = x509.RevokedCertificateBuilder().serial_number(serial)
        entry = entry.revocation_date(datetime(2026, 5, 1, tzinfo=UTC))
        builder = builder.add_revoked_certificate(
            entry.add_extension(x509.CRLReason(x509.ReasonFlags.key_compromise), critical=False).build()
        )
    return builder.sign(key_of(key), None).public_bytes(Encoding.PEM)


def plain_pdf(text: str = "Amount 1000") -> bytes:
    """A PDF of one page, written by hand."""
    content = f"BT /F1 24 Tf 72 700 Td ({text}) Tj ET".encode()
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d>>\nstream\n%s\nendstream" % (len(content), content),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    out, offsets = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", []
    for number, body in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    rows = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n%s" % (len(objects) + 1, rows)
    identity = hashlib.sha256(content).hexdigest()[:32].encode()
    trailer = b"<</Size %d/Root 1 0 R/ID[<%s><%s>]>>" % (len(objects) + 1, identity, identity)
    return out + b"trailer\n%s\nstartxref\n%d\n%%%%EOF\n" % (trailer, start)


def pem(item: x509.Certificate) -> bytes:
    """A certificate as PEM."""
    return item.public_bytes(Encoding.PEM)


def signed_pdf(folder: Path, text: str = "Amount 1000") -> bytes:
    """The signed form of the page, made with the key in the folder."""
    key = Key.open(f"file:{folder / 'key.pem'}", certificates=[folder / "chain.pem"])
    document = edoc.Document.from_bytes(plain_pdf(text), name="ruling.pdf")
    result = edoc.sign_document(document, key, signing_time=SIGNED_AT, reason="Issued")
    return bytes(result.document.data[:])


def build(folder: Path) -> Path:
    """Write everything to a folder and return it."""
    (folder / "anchors").mkdir()
    (folder / "anchors" / "root.pem").write_bytes(pem(root()))
    private = key_of("signer")
    (folder / "key.pem").write_bytes(private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    locked = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(PASSPHRASE.encode()))
    (folder / "locked.pem").write_bytes(locked)
    (folder / "chain.pem").write_bytes(pem(signer()) + pem(issuing()))
    protection = BestAvailableEncryption(PASSPHRASE.encode())
    store = serialize_key_and_certificates(b"clerk", private, signer(), [issuing()], protection)
    (folder / "clerk.p12").write_bytes(store)
    lists = revocation_list(root(), "root") + revocation_list(issuing(), "issuing")
    (folder / "lists.pem").write_bytes(lists)
    revoked = revocation_list(root(), "root") + revocation_list(issuing(), "issuing", 0x1001)
    (folder / "revoked.pem").write_bytes(revoked)
    (folder / "pin.txt").write_text(f"{PASSPHRASE}\n")
    _documents(folder)
    return folder


def _documents(folder: Path) -> None:
    (folder / "ruling.pdf").write_bytes(plain_pdf())
    signed = signed_pdf(folder)
    (folder / "signed.pdf").write_bytes(signed)
    (folder / "changed.pdf").write_bytes(signed.replace(b"Amount 1000", b"Amount 9000", 1))
    (folder / "cut.pdf").write_bytes(signed[: len(signed) // 2])
    (folder / "empty.pdf").write_bytes(b"")
    (folder / "note.txt").write_bytes(b"no document\n")
