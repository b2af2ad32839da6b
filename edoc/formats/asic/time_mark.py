"""Time-marks of BDOC 2.1: an OCSP response whose nonce is the digest of the signature value (ades.md 5.4).

What the response says of the time is not taken for a proof here: a time-mark is read as what it is without
one.  A response that belongs to another signature is told, because whoever wrote it meant this one.
"""

from __future__ import annotations

from collections.abc import Iterator

from cryptography import x509
from cryptography.x509 import ocsp

from edoc.facts.findings import Finding, error, info, warning
from edoc.facts.material import MaterialKind
from edoc.facts.signature import SignatureFacts, TimestampKind
from edoc.pki.algorithms import digest_of

POLICIES = frozenset(
    f"1.3.6.1.4.1.10015.1000.{arc}" for arc in ("3.2.1", "3.1.1", "2.10.10", "3.2.3")
)
"""Signature policies that say: the time is in the nonce."""
_DIGESTS = ("sha256", "sha512", "sha384", "sha224", "sha1")


def time_mark_findings(facts: SignatureFacts) -> Iterator[Finding]:
    """Yield what is to be said about the time-mark of a signature that claims to have one."""
    policy = facts.claims.policy
    if policy is None or policy.id.removeprefix("urn:oid:") not in POLICIES or facts.signature_value is None:
        return
    if any(item.kind is TimestampKind.SIGNATURE for item in facts.timestamps):
        return
    responses = [item.der for item in facts.material if item.kind is MaterialKind.OCSP]
    if not responses:
        # The policy alone makes no time-mark: such a signature was never completed, and is read as EPES.
        return
    nonces = [nonce for der in responses if (nonce := _nonce(der)) is not None]
    digests = [digest for name in _DIGESTS if (digest := digest_of(name, facts.signature_value)) is not None]
    if not any(nonce.endswith(digest) for nonce in nonces for digest in digests):
        if nonces:
            yield error("BDOC_TIME_MARK_OTHER", facts.id)
        else:
            yield warning("BDOC_TIME_MARK_MISSING", facts.id)
        return
    yield info("BDOC_TIME_MARK", facts.id)
    if any(_status(der) is not ocsp.OCSPCertStatus.GOOD for der in responses):
        yield warning("BDOC_TIME_MARK_STATUS", facts.id)
    certificates = [item.der for item in facts.material if item.kind is MaterialKind.CERTIFICATE]
    if not any(_has_responder(der, certificates) for der in responses):
        yield warning("BDOC_TIME_MARK_RESPONDER", facts.id)


def _response(der: bytes) -> ocsp.OCSPResponse | None:
    try:
        found = ocsp.load_der_ocsp_response(der)
    except ValueError:
        return None
    return found if found.response_status is ocsp.OCSPResponseStatus.SUCCESSFUL else None


def _nonce(der: bytes) -> bytes | None:
    found = _response(der)
    try:
        return found.extensions.get_extension_for_class(x509.OCSPNonce).value.nonce if found is not None else None
    except (x509.ExtensionNotFound, x509.DuplicateExtension, ValueError):
        return None


def _status(der: bytes) -> ocsp.OCSPCertStatus | None:
    found = _response(der)
    try:
        return found.certificate_status if found is not None else None
    except ValueError:
        return None


def _has_responder(der: bytes, certificates: list[bytes]) -> bool:
    """Tell whether the certificate of whoever signed a response is at hand."""
    found = _response(der)
    if found is None:
        return False
    try:
        if found.certificates:
            return True
        loaded = [x509.load_der_x509_certificate(item) for item in certificates]
        if found.responder_name is not None:
            return any(item.subject == found.responder_name for item in loaded)
        return any(_key_hash(item) == found.responder_key_hash for item in loaded)
    except (ValueError, TypeError):
        return False


def _key_hash(certificate: x509.Certificate) -> bytes:
    # RFC 6960 4.2.1: SHA-1 of the key without tag, length and unused bits.
    identifier = x509.SubjectKeyIdentifier.from_public_key(certificate.public_key())
    return identifier.digest
