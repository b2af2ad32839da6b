"""The signer's certificate and its chain out of whatever certificates were handed over."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from os import PathLike
from pathlib import Path

from cryptography.hazmat.primitives.serialization import load_der_public_key

from edoc.errors import KeyAccessError
from edoc.limits import DEFAULT_LIMITS
from edoc.pki.algorithms import verify_value
from edoc.pki.certificate import Certificate, CertificateError
from edoc.pki.pem import certificates_in

CertificateSource = str | PathLike[str] | bytes | Certificate
"""A certificate, or PEM or DER bytes or a path with one or more of them."""


def load_certificates(sources: Iterable[CertificateSource]) -> list[Certificate]:
    """Return the certificates of all sources, in order, each once.

    Raises `KeyAccessError` CERTIFICATES_NOT_FOUND or CERTIFICATES_UNREADABLE.
    """
    found: dict[bytes, Certificate] = {}
    for source in sources:
        for certificate in _load(source):
            found.setdefault(certificate.sha256, certificate)
    return list(found.values())


def _load(source: CertificateSource) -> list[Certificate]:
    if isinstance(source, Certificate):
        return [source]
    name, data = ("certificate", source) if isinstance(source, bytes) else (str(source), _read(source))
    try:
        loaded = [Certificate.load(der) for der in certificates_in(data)]
    except CertificateError as problem:
        raise KeyAccessError("CERTIFICATES_UNREADABLE", subject=name) from problem
    if not loaded:
        raise KeyAccessError("CERTIFICATES_UNREADABLE", subject=name)
    return loaded


def _read(path: str | PathLike[str]) -> bytes:
    try:
        with Path(path).open("rb") as file:
            return file.read(DEFAULT_LIMITS.certificates * DEFAULT_LIMITS.certificate_bytes)
    except FileNotFoundError as problem:
        raise KeyAccessError("CERTIFICATES_NOT_FOUND", subject=str(path)) from problem
    except OSError as problem:
        raise KeyAccessError("CERTIFICATES_UNREADABLE", subject=str(path)) from problem


def certificate_of(spki_der: bytes, certificates: Sequence[Certificate], *, subject: str) -> Certificate:
    """Return the first certificate of a public key.

    Raises `KeyAccessError` KEY_CERTIFICATE_MISSING when none was given, KEY_CERTIFICATE_MISMATCH when
    none is of this key.
    """
    if not certificates:
        raise KeyAccessError("KEY_CERTIFICATE_MISSING", subject=subject)
    for certificate in certificates:
        if certificate.spki_der == spki_der or _same_key(certificate.spki_der, spki_der):
            return certificate
    params = {"certificate": certificates[0].subject.rfc4514()}
    raise KeyAccessError("KEY_CERTIFICATE_MISMATCH", subject=subject, params=params)


def _same_key(first: bytes, second: bytes) -> bool:
    # The same key may be written under rsaEncryption and RSASSA-PSS.
    try:
        return bool(load_der_public_key(first) == load_der_public_key(second))
    except (ValueError, TypeError):
        return False


def order_chain(leaf: Certificate, certificates: Iterable[Certificate]) -> tuple[Certificate, ...]:
    """Return the issuers of a certificate, nearest first, as far as they were given.

    Each link is checked by its signature; what does not belong to the chain is left out.
    """
    left = [item for item in certificates if item != leaf]
    chain: list[Certificate] = []
    current = leaf
    while not current.is_self_issued and len(chain) < DEFAULT_LIMITS.path_depth:
        issuer = next((item for item in left if _issued(item, current)), None)
        if issuer is None:
            break
        chain.append(issuer)
        left.remove(issuer)
        current = issuer
    return tuple(chain)


def _issued(issuer: Certificate, certificate: Certificate) -> bool:
    return issuer.subject.canonical == certificate.issuer.canonical and verify_value(
        issuer.spki_der, certificate.signature_algorithm, certificate.tbs_der, certificate.signature_value
    )
