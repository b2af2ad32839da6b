"""Signature acceptance validation (EN 319 102-1 5.2.8): the algorithms of the signature at a time."""

from __future__ import annotations

from datetime import datetime

from edoc.facts.findings import Finding, error, warning
from edoc.facts.signature import SignatureFacts
from edoc.pki.certificate import Certificate
from edoc.policy.model import Policy
from edoc.policy.suite import NEVER
from edoc.result.enums import SubIndication
from edoc.verify.context import Conclusion, undecided
from edoc.verify.crypto import Weakness, weak_digest, weaknesses


def accept(
    facts: SignatureFacts, certificate: Certificate, *, policy: Policy, time: datetime
) -> tuple[Conclusion | None, tuple[Finding, ...]]:
    """Return a conclusion when an algorithm of the signature is not reliable at the time, else null.

    Judged are the signature value and the digests of the signed data.  Warnings about algorithms that
    are being phased out, and about a weak digest in the signed certificate reference, come beside it.
    """
    conclusion, notes = conclude(list(signature_weaknesses(facts, certificate, policy=policy, time=time)), facts.id)
    return conclusion, (*notes, *_reference_notes(facts, policy, time))


def _reference_notes(facts: SignatureFacts, policy: Policy, time: datetime) -> tuple[Finding, ...]:
    # A reference by a weak digest binds no less than none at all, which is a warning too; RFC 3161 knew
    # nothing but SHA-1 before RFC 5816, and to swap the certificate takes a second preimage.
    if not facts.certificate_references:
        return ()
    name = facts.certificate_references[0].digest_algorithm
    if not weak_digest(policy.suite, name, time):
        return ()
    return (warning("CERT_REFERENCE_WEAK", facts.id, algorithm=name),)


def signature_weaknesses(
    facts: SignatureFacts, certificate: Certificate, *, policy: Policy, time: datetime
) -> tuple[Weakness, ...]:
    """Return which algorithms of a signature are not reliable at a time, or on their way out."""
    found: list[Weakness] = []
    if facts.algorithm is not None:
        found.extend(weaknesses(policy.suite, facts.algorithm, certificate.spki_der, time))
    exempt = facts.algorithm is not None and facts.algorithm.name in ("ed25519", "ed448")
    for name in sorted({reference.digest_algorithm for reference in facts.references}):
        # RFC 8419 binds the digests of EdDSA in CMS to the scheme itself (SHA-512, SHAKE256).
        if not (exempt and name.startswith(("sha512", "shake"))):
            found.extend(weak_digest(policy.suite, name, time))
    return tuple(found)


def conclude(found: list[Weakness], subject: str) -> tuple[Conclusion | None, tuple[Finding, ...]]:
    """Return CRYPTO_CONSTRAINTS_FAILURE_NO_POE for the weak, and warnings for the ending algorithms."""
    weak = [item for item in found if item.ending is None]
    endings = {item.algorithm: item for item in found if item.ending is not None}
    warnings = tuple(
        warning("ALGORITHM_ENDING", subject, algorithm=item.algorithm, time=_day(item.ending or item.until))
        for item in endings.values()
    )
    if not weak:
        return None, warnings
    findings = tuple(
        error("ALGORITHM_WEAK", subject, algorithm=item.algorithm, time=_day(item.until))
        for item in {item.algorithm: item for item in weak}.values()
    )
    return undecided(SubIndication.CRYPTO_CONSTRAINTS_FAILURE_NO_POE, *findings), warnings


def _day(time: datetime) -> str:
    return "-" if time == NEVER else time.date().isoformat()
