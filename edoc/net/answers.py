"""What came over the network, read strictly: a list, an OCSP response, or certificates (RFC 5280 4.2.1.13, 4.2.2.1)."""

from __future__ import annotations

from edoc.errors import FetchError
from edoc.net.address import shown
from edoc.pki.certificate import Certificate, CertificateError
from edoc.pki.cms import CmsError, parse_signed_data
from edoc.pki.crl import CrlError, RevocationList
from edoc.pki.ocsp import OcspError, OcspResponse
from edoc.pki.pem import blocks, certificates_in, is_pem

BUNDLE = 32
"""Certificates of one answer: the chains of a re-certified authority are some ten."""
_CRL_LABELS = ("X509 CRL", "CRL")


def read_list(answer: bytes, url: str) -> RevocationList:
    """Return the revocation list of an answer, DER or PEM; raises `FetchError` FETCH_ANSWER_UNREADABLE."""
    if is_pem(answer):
        found = [der for label, der in blocks(answer) if label in _CRL_LABELS]
        if len(found) != 1:
            raise _unreadable("crl", url)
        answer = found[0]
    try:
        return RevocationList.load(answer)
    except CrlError as problem:
        raise _unreadable("crl", url) from problem


def read_response(answer: bytes, url: str) -> OcspResponse:
    """Return the OCSP response of an answer (DER); raises `FetchError` FETCH_ANSWER_UNREADABLE."""
    try:
        return OcspResponse.load(answer)
    except OcspError as problem:
        raise _unreadable("ocsp", url) from problem


def read_certificates(answer: bytes, url: str) -> tuple[Certificate, ...]:
    """Return the certificates of an answer: DER, PEM or a certs-only CMS; raises `FetchError` as above."""
    ders = certificates_in(answer)
    try:
        loaded = tuple(Certificate.load(der) for der in ders[: BUNDLE + 1])
    except CertificateError:
        loaded = _bundle(answer, url)
    if not 0 < len(loaded) <= BUNDLE:
        raise _unreadable("issuer", url)
    return loaded


def _bundle(answer: bytes, url: str) -> tuple[Certificate, ...]:
    try:
        signed = parse_signed_data(answer)
        if signed.encoded_length != len(answer) or signed.signer_infos:
            raise _unreadable("issuer", url)
        return tuple(Certificate.load(der) for der in signed.certificates[: BUNDLE + 1])
    except (CmsError, CertificateError) as problem:
        raise _unreadable("issuer", url) from problem


def _unreadable(kind: str, url: str) -> FetchError:
    return FetchError("FETCH_ANSWER_UNREADABLE", subject=shown(url), params={"kind": kind})
