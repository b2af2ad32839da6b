"""Writes the practice PKI to a folder, so that the command line and other programs can use it."""

from __future__ import annotations

from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, pkcs12

from edoc.catalogue import sentence
from edoc.lab.members import AUTHORITIES, MEMBERS, PASSPHRASE, SIGNERS
from edoc.lab.pki import Pki

ANCHORS = "anchors"
CERTIFICATES = "certificates"
KEYS = "keys"
LISTS = "validation-data"


def write_folder(pki: Pki, *, folder: Path, lang: str = "en") -> None:
    """Write `anchors/`, `certificates/`, `keys/` (PEM and PKCS#12), `validation-data/` and a README.

    What was there under the same names is replaced; the private keys themselves stay.  The PKCS#12 files
    open with `members.PASSPHRASE`.
    """
    for name in (ANCHORS, CERTIFICATES, KEYS, LISTS):
        (folder / name).mkdir(parents=True, exist_ok=True)
    for member in MEMBERS:
        certificate = _pem(pki.certificate(member.label))
        (folder / CERTIFICATES / f"{member.label}.pem").write_bytes(certificate)
        pki.private_key(member.label)
        if member.trusted:
            (folder / ANCHORS / f"{member.label}.pem").write_bytes(certificate)
    for label in SIGNERS:
        (folder / KEYS / f"{label}.p12").write_bytes(_pkcs12(pki, label))
    for label in AUTHORITIES:
        (folder / LISTS / f"{label}.crl").write_bytes(pki.revocation_list(label))
    words = sentence("LAB_README", {"passphrase": PASSPHRASE, "url": pki.base_url}, lang)
    (folder / "README.txt").write_text(f"{words.text}\n\n{words.hint}\n", encoding="utf-8")


def _pem(der: bytes) -> bytes:
    return x509.load_der_x509_certificate(der).public_bytes(Encoding.PEM)


def _pkcs12(pki: Pki, label: str) -> bytes:
    # The chain without its root: a root is trusted for being in the anchors, never for coming along.
    chain = [x509.load_der_x509_certificate(der) for der in pki.chain(label)[:-1]]
    certificate = x509.load_der_x509_certificate(pki.certificate(label))
    protection = BestAvailableEncryption(PASSPHRASE.encode())
    return pkcs12.serialize_key_and_certificates(
        label.encode(), pki.private_key(label), certificate, chain or None, protection
    )
