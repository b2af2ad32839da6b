"""Usage profiles: what a certificate must allow before its signature counts for a purpose."""

from __future__ import annotations

from collections.abc import Mapping

from edoc.pki.certificate import Certificate
from edoc.pki.violation import Violation

SIGNING_USAGES = frozenset({"digitalSignature", "nonRepudiation"})

ANY_PURPOSE = "2.5.29.37.0"
TIME_STAMPING = "1.3.6.1.5.5.7.3.8"
SIGNER_PURPOSES = frozenset({
    ANY_PURPOSE,
    "1.3.6.1.5.5.7.3.36",  # documentSigning (RFC 9336)
    "1.3.6.1.5.5.7.3.4",  # emailProtection
    "1.3.6.1.5.5.7.3.2",  # clientAuth: the cards of several countries carry nothing else
    "1.3.6.1.4.1.311.10.3.12",  # Microsoft document signing
    "1.2.840.113583.1.1.5",  # Adobe authentic documents
})  # fmt: skip
"""Extended key usages that let a certificate sign documents."""


def signer_violations(certificate: Certificate) -> tuple[Violation, ...]:
    """Return what speaks against a certificate as that of a document's signer.

    `KEY_USAGE` and `EKU` are failures (RFC 5280 4.2.1.3 and 4.2.1.12, RFC 9336 4); `KEY_USAGE_ABSENT`
    and `SIGNER_IS_CA` are reservations.
    """
    found = []
    usage = certificate.key_usage
    if usage is None:
        found.append(_violation("KEY_USAGE_ABSENT", certificate, "RFC 5280 4.2.1.3"))
    elif not usage & SIGNING_USAGES:
        found.append(_violation("KEY_USAGE", certificate, "RFC 5280 4.2.1.3", usage=_words(usage)))
    purposes = certificate.extended_key_usage
    if purposes is not None and not SIGNER_PURPOSES & set(purposes):
        found.append(_violation("EKU", certificate, "RFC 9336 4", purposes=", ".join(purposes) or "-"))
    if certificate.is_ca:
        found.append(_violation("SIGNER_IS_CA", certificate, "EN 319 412-2 4.3"))
    return tuple(found)


def tsa_violations(certificate: Certificate) -> tuple[Violation, ...]:
    """Return what speaks against a certificate as that of a time-stamping unit (RFC 3161 2.3)."""
    found = []
    purposes = certificate.extended_key_usage
    if purposes != (TIME_STAMPING,):
        shown = ", ".join(purposes or ()) or "-"
        found.append(_violation("TSA_EKU", certificate, "RFC 3161 2.3", purposes=shown))
    elif not certificate.eku_critical:
        found.append(_violation("TSA_EKU_NOT_CRITICAL", certificate, "RFC 3161 2.3"))
    usage = certificate.key_usage
    if usage is not None and (not usage or usage - SIGNING_USAGES):
        found.append(_violation("TSA_KEY_USAGE", certificate, "RFC 3161 2.3", usage=_words(usage)))
    return tuple(found)


def _words(usage: frozenset[str]) -> str:
    return ", ".join(sorted(usage)) or "-"


def _violation(code: str, certificate: Certificate, clause: str, **params: str) -> Violation:
    values: Mapping[str, str] = params
    return Violation(code=code, index=0, certificate_sha256=certificate.sha256, clause=clause, params=values)
