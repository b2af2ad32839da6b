"""What is measured: a practice PKI of twenty signers, and documents that differ from one another."""

from __future__ import annotations

import random
import struct
import zlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

SIGNERS = 20
DOCUMENT_BYTES = 50_000

MOMENT = datetime(2026, 6, 1, tzinfo=UTC)
"""The time that counts as today, the same on every day: suites let algorithms end."""

_YEAR = timedelta(days=365)
_STAMPER = "Benchmark Time-stamping Authority"


@dataclass(frozen=True, slots=True, kw_only=True)
class Signatory:
    """Where a signer's key and certificate lie."""

    key: Path
    certificate: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """Where the practice PKI lies."""

    root: Path
    authority: Path
    crls: tuple[Path, ...]
    signers: tuple[Signatory, ...]
    stamper: Signatory
    """The time-stamping authority."""


def make_material(folder: Path) -> Material:
    """Write a root, an issuing authority, a revocation list of each, signers and a time-stamper (all RSA-2048)."""
    root_key, authority_key = _key(), _key()
    root = _certificate("Benchmark Root", root_key, issuer=None, issuer_key=root_key)
    authority = _certificate("Benchmark Issuing CA", authority_key, issuer=root, issuer_key=root_key)
    places = {"root.pem": root, "authority.pem": authority}
    for name, certificate in places.items():
        (folder / name).write_bytes(certificate.public_bytes(Encoding.PEM))
    crls = []
    for issuer, key in ((root, root_key), (authority, authority_key)):
        crls.append(folder / f"{len(crls)}.crl")
        crls[-1].write_bytes(_revocation_list(issuer, key).public_bytes(Encoding.DER))
    people = []
    for name in (*(f"Signer {number}" for number in range(SIGNERS)), _STAMPER):
        key = _key()
        certificate = _certificate(name, key, issuer=authority, issuer_key=authority_key)
        person = Signatory(key=folder / f"{name}.key", certificate=folder / f"{name}.pem")
        person.key.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        person.certificate.write_bytes(certificate.public_bytes(Encoding.PEM))
        people.append(person)
    return Material(
        root=folder / "root.pem",
        authority=folder / "authority.pem",
        crls=tuple(crls),
        signers=tuple(people[:SIGNERS]),
        stamper=people[SIGNERS],
    )


def _key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def _certificate(
    name: str, key: rsa.RSAPrivateKey, *, issuer: x509.Certificate | None, issuer_key: rsa.RSAPrivateKey
) -> x509.Certificate:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    authority = issuer is None or "CA" in name
    usage = dict.fromkeys(
        ("key_encipherment", "data_encipherment", "key_agreement", "encipher_only", "decipher_only"), False
    )
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.subject if issuer is not None else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(MOMENT - _YEAR)
        .not_valid_after(MOMENT + _YEAR)
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
        .add_extension(
            x509.KeyUsage(
                digital_signature=not authority,
                content_commitment=not authority,
                key_cert_sign=authority,
                crl_sign=authority,
                **usage,
            ),
            critical=True,
        )
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False)
    )
    if name == _STAMPER:
        # RFC 3161 2.3: this purpose alone, and critical.
        builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True)
    return builder.sign(issuer_key, hashes.SHA256())


def _revocation_list(issuer: x509.Certificate, key: rsa.RSAPrivateKey) -> x509.CertificateRevocationList:
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(issuer.subject)
        .last_update(MOMENT - timedelta(hours=1))
        .next_update(MOMENT + timedelta(days=7))
        .add_extension(x509.CRLNumber(1), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key()), critical=False)
    )
    for serial in range(1, 101):
        revoked = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(MOMENT - timedelta(days=30))
        builder = builder.add_revoked_certificate(revoked.build())
    return builder.sign(key, hashes.SHA256())


def make_document(seed: int, *, size: int = DOCUMENT_BYTES, pages: int = 1, packed: bool = False) -> bytes:
    """Return a PDF of some pages and one font, filled to `size` with pictures that no other seed has.

    `packed` puts what is no stream into object streams.
    """
    chance, kids = random.Random(seed), [4 + 4 * page for page in range(pages)]
    bodies = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [%s] /Count %d >>" % (b" ".join(b"%d 0 R" % kid for kid in kids), pages),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    for page, kid in enumerate(kids, 1):
        text = f"BT /F1 12 Tf 72 720 Td (Ruling number {seed}, page {page}) Tj ET".encode()
        picture = chance.randbytes((size - 1_000) // pages)
        if len(picture) < _SMALL:
            # Digits: in thousands of small pictures of random octets there would be names, by chance.
            picture = picture.hex().encode()[: len(picture)]
        image = b"/BitsPerComponent 8 /Length %d >>\nstream\n%s\nendstream" % (len(picture), picture)
        bodies += [
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents %d 0 R /Resources %d 0 R >>"
            % (kid + 1, kid + 3),
            b"<< /Length %d >>\nstream\n%s\nendstream" % (len(text), text),
            b"<< /Type /XObject /Subtype /Image /Width %d /Height 1 /ColorSpace /DeviceGray %s" % (len(picture), image),
            b"<< /Font << /F1 3 0 R >> /XObject << /I1 %d 0 R >> >>" % (kid + 2),
        ]
    return _packed(bodies, seed) if packed else _plain(bodies, seed)


_SMALL = 4_096
_HEADER = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"


def _plain(bodies: list[bytes], seed: int) -> bytes:
    """Return a PDF of some objects, numbered from 1, the first the catalog."""
    parts = [_HEADER]
    offsets, position = [], len(parts[0])
    for number, body in enumerate(bodies, 1):
        part = b"%d 0 obj\n%s\nendobj\n" % (number, body)
        offsets.append(position)
        position += len(part)
        parts.append(part)
    table = b"xref\n0 %d\n0000000000 65535 f \n" % (len(bodies) + 1)
    table += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    trailer = b"trailer\n<< /Size %d /Root 1 0 R /ID [<%032x> <%032x>] >>\nstartxref\n%d\n%%%%EOF\n"
    return b"".join((*parts, table, trailer % (len(bodies) + 1, seed, seed, position)))


def _packed(bodies: list[bytes], seed: int) -> bytes:
    """As `_plain`, with object streams and a cross-reference stream (7.5.7, 7.5.8)."""
    parts, position, following = [_HEADER], len(_HEADER), len(bodies) + 1
    rows = {0: (0, 0, 65535)}
    loose = [(number, body) for number, body in enumerate(bodies, 1) if b"stream" not in body]
    own = [(number, body) for number, body in enumerate(bodies, 1) if b"stream" in body]
    for start in range(0, len(loose), _IN_ONE):
        group = loose[start : start + _IN_ONE]
        rows.update({number: (2, following, place) for place, (number, _) in enumerate(group)})
        own.append((following, _object_stream(group)))
        following += 1
    for number, body in own:
        part = b"%d 0 obj\n%s\nendobj\n" % (number, body)
        rows[number] = (1, position, 0)
        position += len(part)
        parts.append(part)
    rows[following] = (1, position, 0)
    table = zlib.compress(b"".join(struct.pack(">BIH", *rows[number]) for number in range(following + 1)))
    entries = b"/Type /XRef /W [1 4 2] /Size %d /Root 1 0 R /ID [<%032x> <%032x>] /Filter /FlateDecode /Length %d"
    section = b"%d 0 obj\n<< %s >>\nstream\n%s\nendstream\nendobj\nstartxref\n%d\n%%%%EOF\n"
    parts.append(section % (following, entries % (following + 1, seed, seed, len(table)), table, position))
    return b"".join(parts)


_IN_ONE = 100
"""Objects in one object stream."""


def _object_stream(group: list[tuple[int, bytes]]) -> bytes:
    places = accumulate((len(body) + 1 for _, body in group[:-1]), initial=0)
    index = b" ".join(b"%d %d" % (number, place) for (number, _), place in zip(group, places, strict=True))
    packed = zlib.compress(index + b"\n" + b"\n".join(body for _, body in group))
    entries = b"/Type /ObjStm /N %d /First %d /Filter /FlateDecode /Length %d"
    return b"<< %s >>\nstream\n%s\nendstream" % (entries % (len(group), len(index) + 1, len(packed)), packed)
