"""OCSP requests, and what a client must see in an answer before it is evidence (RFC 6960, RFC 9654).

Whether the responder may speak for the issuer, and whether its answer is fresh, is judged by the
engine like that of any response found in a document.
"""

from __future__ import annotations

import base64
import hashlib
from datetime import UTC, datetime
from urllib.parse import quote

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.x509 import ocsp

from edoc.errors import FetchError
from edoc.net.address import shown
from edoc.pki.certificate import Certificate
from edoc.pki.der import DerError, encode_oid, integer, strict, strict_children, tlv

NONCE_OCTETS = 32
"""RFC 9654 2.1: at least 32; what knows only RFC 8954 takes no more."""
_NONCE = "1.3.6.1.5.5.7.48.1.2"
_SHA1 = "1.3.14.3.2.26"
_GET_TEXT = 255
"""RFC 6960 A.1: longer requests are posted."""

MEDIA_TYPE = "application/ocsp-request"


def ocsp_request(certificate: Certificate, issuer_spki: bytes, *, nonce: bytes) -> bytes:
    """Return the request (DER) about one certificate, issued by the holder of a key (DER SubjectPublicKeyInfo).

    The hashes of CertID only select, and responders of the lightweight profile know SHA-1 alone
    (RFC 5019 2.1.1).  Raises `ValueError` for a key that cannot be read.
    """
    digests = (certificate.issuer.der, _key_bits(issuer_spki))
    hashed = [tlv(0x04, hashlib.sha1(item, usedforsecurity=False).digest()) for item in digests]
    algorithm = tlv(0x30, encode_oid(_SHA1), tlv(0x05))
    certificate_id = tlv(0x30, algorithm, *hashed, integer(certificate.serial_number))
    extension = tlv(0x30, encode_oid(_NONCE), tlv(0x04, tlv(0x04, nonce)))
    asked = tlv(0x30, tlv(0x30, certificate_id))
    return tlv(0x30, tlv(0x30, asked, tlv(0xA2, tlv(0x30, extension))))


def get_address(url: str, request: bytes) -> str | None:
    """Return the address that asks by GET, null when the request is too long for it (RFC 6960 A.1)."""
    text = quote(base64.b64encode(request).decode(), safe="")
    return f"{url.rstrip('/')}/{text}" if len(text) <= _GET_TEXT and "?" not in url else None


def check_answer(answer: bytes, certificate: Certificate, *, nonce: bytes | None, url: str) -> datetime | None:
    """Return until when an answer says that it holds (aware UTC), null when it does not say.

    `nonce` is the one that was sent, null for an answer to an earlier request.
    Raises `FetchError` FETCH_ANSWER_UNREADABLE, OCSP_REFUSED (the responder's own status),
    OCSP_OTHER_CERTIFICATE or OCSP_NONCE_MISMATCH.  An answer without a nonce was made in advance and
    is usable (RFC 9654 2.1).
    """
    try:
        response = ocsp.load_der_ocsp_response(answer)
        if response.response_status is not ocsp.OCSPResponseStatus.SUCCESSFUL:
            raise _failed("OCSP_REFUSED", url, status=response.response_status.name.lower())
        about = [item for item in response.responses if item.serial_number == certificate.serial_number]
        echoed = [item.value.nonce for item in response.extensions if isinstance(item.value, x509.OCSPNonce)]
        holds = [item.next_update_utc for item in about]
    except (ValueError, TypeError, UnsupportedAlgorithm, x509.DuplicateExtension) as problem:
        raise _failed("FETCH_ANSWER_UNREADABLE", url, kind="ocsp") from problem
    if not about:
        raise _failed("OCSP_OTHER_CERTIFICATE", url, name=certificate.subject.rfc4514())
    if nonce is not None and any(item != nonce for item in echoed):
        raise _failed("OCSP_NONCE_MISMATCH", url)
    if any(item is None for item in holds):
        return None
    return min(item.astimezone(UTC) for item in holds if item is not None)


def echoes(answer: bytes, nonce: bytes) -> bool:
    """Tell whether an answer that passed `check_answer` bears a nonce, and so was made for this question."""
    response = ocsp.load_der_ocsp_response(answer)
    return any(item.value.nonce == nonce for item in response.extensions if isinstance(item.value, x509.OCSPNonce))


def _key_bits(spki: bytes) -> bytes:
    """Return the content of the key's BIT STRING, of which issuerKeyHash is made (RFC 6960 4.1.1)."""
    try:
        _, start, end, _ = strict(spki, 0, len(spki))
        parts = strict_children(spki, start, end, limit=2)
    except DerError as problem:
        raise ValueError("key") from problem
    if [part[0] for part in parts] != [0x30, 0x03] or parts[1][2] == parts[1][3]:
        raise ValueError("key")
    return spki[parts[1][2] + 1 : parts[1][3]]


def _failed(code: str, url: str, **params: str) -> FetchError:
    return FetchError(code, subject=shown(url), params=params)
