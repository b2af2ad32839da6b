"""What OCSP responses say about one certificate, and what they say together with revocation lists (RFC 6960 3.2)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime

from edoc.pki.algorithms import digest_of
from edoc.pki.certificate import Certificate
from edoc.pki.der import DerError, strict, strict_children
from edoc.pki.ocsp import OcspAnswer, OcspResponse
from edoc.pki.path import CandidatePath
from edoc.pki.status import CertificateStatus, SignatureUse, Status
from edoc.pki.violation import Violation

OCSP_SIGNING = "1.3.6.1.5.5.7.3.9"
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)
_GRAVITY = {"good": 0, "unknown": 1, "revoked": 2}


@dataclass(frozen=True, slots=True, kw_only=True)
class UsableAnswer:
    """An answer about a certificate that was signed by somebody who may."""

    response: OcspResponse
    answer: OcspAnswer
    signer: Certificate | None
    signatures: tuple[SignatureUse, ...]


def answer_about(response: OcspResponse, path: CandidatePath, index: int) -> OcspAnswer | None:
    """Return the answer about the certificate at an index, the worst when there are several, null when none is."""
    certificate, above = path.certificates[index], path.issuer_certificate(index)
    bits = key_bits(path.issuer_key(index))
    names = {certificate.issuer.der, *((above.subject.der,) if above is not None else (path.anchor.name.der,))}
    found = [
        item
        for item in response.answers
        if item.certificate_id.names(certificate, issuer_names=tuple(names), issuer_key_bits=bits)
    ]
    return max(found, key=_gravity, default=None)


def _gravity(answer: OcspAnswer) -> tuple[int, bool]:
    return _GRAVITY[answer.status], answer.reason != "certificateHold"


def about_same_issuer(response: OcspResponse, path: CandidatePath, index: int) -> bool:
    """Tell whether a response speaks of other certificates of the same issuer's key."""
    bits = key_bits(path.issuer_key(index))
    return any(
        digest_of(item.certificate_id.digest_algorithm, bits) == item.certificate_id.key_hash
        for item in response.answers
    )


def certificate_hash_differs(answer: OcspAnswer, certificate: Certificate) -> bool:
    """Tell whether the responder has seen another certificate under this serial number."""
    if answer.certificate_hash is None:
        return False
    algorithm, value = answer.certificate_hash
    return digest_of(algorithm, certificate.der) != value


def may_answer(certificate: Certificate) -> bool:
    """Tell whether a certificate may sign responses for its issuer (RFC 6960 4.2.2.2)."""
    usage = certificate.key_usage
    return (
        OCSP_SIGNING in (certificate.extended_key_usage or ())
        and not certificate.unknown_critical
        and (usage is None or bool(usage & {"digitalSignature", "nonRepudiation"}))
    )


def key_bits(spki_der: bytes) -> bytes:
    """Return the octets of the subjectPublicKey BIT STRING, of which issuerKeyHash is made; empty if unreadable."""
    try:
        _, start, end, _ = strict(spki_der, 0, len(spki_der))
        parts = strict_children(spki_der, start, end, limit=2)
    except DerError:
        return b""
    if [part[0] for part in parts] != [0x30, 0x03] or parts[1][2] == parts[1][3]:
        return b""
    return spki_der[parts[1][2] + 1 : parts[1][3]]


def combine(
    certificate: Certificate,
    listed: CertificateStatus,
    answers: list[UsableAnswer],
    *,
    rejected: tuple[Violation, ...],
    time: datetime,
) -> CertificateStatus:
    """Return the status that lists and responses give together.

    A revocation counts for ever, whatever a later response says; a hold and a good status count as the
    newest data that still knows the certificate says.
    """
    found = [_status_of(item, certificate) for item in answers]
    if listed.status is not Status.UNKNOWN:
        found.append(listed)
    # Violations have parameters, which cannot be hashed.
    known = (*listed.rejected, *(item for item in rejected if item not in listed.rejected))
    if not found:
        return replace(listed, rejected=known)
    revoked = [item for item in found if item.status is Status.REVOKED]
    if revoked:
        newest = max(revoked, key=_newest)
        # A response has no room for the time since when a key was unsafe; a list beside it may tell.
        told = min((item.invalidity_date for item in revoked if item.invalidity_date is not None), default=None)
        return replace(newest, invalidity_date=told, rejected=known)
    newest = max(found, key=_newest)
    if newest.status is Status.ON_HOLD:
        return replace(newest, rejected=known)
    # What no longer lists the expired says nothing about how long the certificate was good.
    good = [item for item in found if item.status is Status.GOOD and item.knows_expired is newest.knows_expired]
    windows = tuple(sorted({window for item in good for window in item.windows}, key=str))
    return replace(max(good, key=lambda item: _best(item, time)), windows=windows, rejected=known)


def _newest(status: CertificateStatus) -> tuple[bool, datetime, bytes]:
    return status.knows_expired, status.this_update or _NEVER, status.evidence_sha256 or b""


def _best(status: CertificateStatus, time: datetime) -> tuple[bool, bool, bool, datetime, bytes]:
    issuer = status.evidence_issuer
    valid = issuer is None or issuer.not_before <= time <= issuer.not_after
    fresh = status.next_update is not None and status.next_update >= time
    return status.knows_expired, valid, fresh, status.this_update or _NEVER, status.evidence_sha256 or b""


def _status_of(item: UsableAnswer, certificate: Certificate) -> CertificateStatus:
    answer = item.answer
    never = (
        item.response.extended_revoke
        and answer.reason == "certificateHold"
        and answer.revocation_time == _NEVER
    )
    status = {"good": Status.GOOD, "revoked": Status.REVOKED}[answer.status]
    if answer.reason == "certificateHold" and not never:
        status = Status.ON_HOLD
    cutoff = answer.archive_cutoff
    kept = cutoff is not None and cutoff <= certificate.not_after
    return CertificateStatus(
        status=status,
        revocation_time=answer.revocation_time,
        reason=NEVER_ISSUED if never else answer.reason,
        this_update=answer.this_update,
        next_update=answer.next_update,
        windows=((answer.this_update, answer.next_update),),
        evidence_sha256=item.response.sha256,
        evidence_kind="ocsp",
        evidence_issuer=item.signer,
        evidence_signatures=item.signatures,
        knows_expired=kept or answer.this_update <= certificate.not_after,
        kept_after_expiry=kept and answer.this_update > certificate.not_after,
    )


NEVER_ISSUED = "neverIssued"
"""The reason of a certificate that the authority says it never issued (RFC 6960 2.2)."""
