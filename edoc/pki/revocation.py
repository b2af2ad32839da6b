"""The status of one certificate of a path at a time, from the lists and responses at hand (RFC 5280 6.3, RFC 6960).

Both are evidence, never trusted by themselves: each must be in scope, known at the time, and signed
by a key that the certificate's own anchor answers for.  The answer comes with the dates it rests on,
so that freshness is the policy's to judge; every list that could not be used is named with a reason.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum

from edoc.limits import DEFAULT_LIMITS, Limits
from edoc.pki import extensions as ext
from edoc.pki.algorithms import digest_of
from edoc.pki.certificate import Certificate
from edoc.pki.crl import RevocationList
from edoc.pki.crl_merge import UsableList, conclude
from edoc.pki.crl_scope import covered_reasons
from edoc.pki.ocsp import OcspResponse
from edoc.pki.ocsp_status import (
    UsableAnswer,
    about_same_issuer,
    answer_about,
    certificate_hash_differs,
    combine,
    may_answer,
)  # fmt: skip
from edoc.pki.path import Anchor, CandidatePath, build_paths, signature_verifies
from edoc.pki.pool import Pool
from edoc.pki.rfc5280 import check_path
from edoc.pki.status import CertificateStatus, SignatureUse, Status
from edoc.pki.violation import Violation

__all__ = ["CertificateStatus", "Evidence", "Mode", "Status", "StatusFinder", "certificate_status", "needs_status"]

SKEW = timedelta(minutes=5)
"""How far the clocks of an authority and a verifier may differ."""
_DEPTH = 3
"""Signers of lists about signers of lists: two levels occur."""
STEPS_PER_CHECK = 20
"""Builder steps that cost about as much as one signature check."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """The revocation data at hand, and the certificates that its signers may have."""

    crls: tuple[RevocationList, ...] = ()
    ocsps: tuple[OcspResponse, ...] = ()
    pool: Pool = field(default_factory=Pool)
    responders: tuple[Anchor, ...] = ()
    """Whoever is trusted locally to answer for every authority (RFC 6960 4.2.2.2)."""


class Mode(Enum):
    """When the signers of the evidence must be valid: now as well, or only when they signed it (5.6.2.2)."""

    PRESENT = "present"
    PAST = "past"


def needs_status(certificate: Certificate) -> bool:
    """Tell whether a certificate's status must be known.

    End-entity certificates that say they will never be revoked, or live too short for it, need none
    (RFC 9608 3, EN 319 412-1 5.2); an authority cannot exempt itself.
    """
    exempt = certificate.has_extension(ext.NO_REV_AVAIL) or certificate.has_extension(ext.VALIDITY_ASSURED_SHORT_TERM)
    return certificate.is_ca or not exempt


def certificate_status(
    path: CandidatePath,
    index: int,
    *,
    evidence: Evidence,
    anchors: tuple[Anchor, ...],
    time: datetime,
    limits: Limits = DEFAULT_LIMITS,
) -> CertificateStatus:
    """Return the status of the certificate at an index of a path, at a time (aware UTC).

    Several questions about one document are asked of one `StatusFinder`.
    """
    return StatusFinder(evidence=evidence, anchors=anchors, time=time, limits=limits).status(path, index)


class StatusFinder:
    """Answers for the certificates of several paths at one time, within one budget for signers of lists.

    `anchors` serve to find a path's own anchor under another key (roll-over).  When the budget is
    spent nothing is good any more, whatever the lists read so far say.
    """

    def __init__(
        self,
        *,
        evidence: Evidence,
        anchors: tuple[Anchor, ...],
        time: datetime,
        limits: Limits = DEFAULT_LIMITS,
        mode: Mode = Mode.PRESENT,
    ) -> None:
        self.crls = evidence.crls
        self.ocsps = evidence.ocsps
        self.responders = evidence.responders
        self.mode = mode
        self.pool = evidence.pool
        self.anchors = anchors
        self.time = time
        self.limits = limits
        self.spent = 0

    def status(self, path: CandidatePath, index: int) -> CertificateStatus:
        """Return the status of the certificate at an index of a path."""
        status = self._status(path, index, ())
        if status.status is Status.GOOD and self.spent > self.limits.path_signature_checks:
            spent = Violation(code="PATH_BUDGET", index=index, certificate_sha256=path.certificates[index].sha256)
            return CertificateStatus(status=Status.UNKNOWN, rejected=(*status.rejected, spent))
        return status

    def _status(self, path: CandidatePath, index: int, guarded: tuple[bytes, ...]) -> CertificateStatus:
        """Return a status; `guarded` are the signers whose own status is being asked for right now."""
        certificate = path.certificates[index]
        rejected: list[Violation] = []
        usable: list[UsableList] = []
        for crl in self.crls:
            found = self._usable(crl, path, index, guarded)
            if isinstance(found, UsableList):
                usable.append(found)
            elif found:
                params = {"crl": crl.issuer.rfc4514()}
                rejected.append(
                    Violation(code=found, index=index, certificate_sha256=certificate.sha256, params=params)
                )
        listed = conclude(certificate, usable, rejected=rejected, time=self.time)
        if not self.ocsps:
            return listed
        answers, refused = self._answers(path, index, guarded)
        return combine(certificate, listed, answers, rejected=refused, time=self.time)

    def _answers(
        self, path: CandidatePath, index: int, guarded: tuple[bytes, ...]
    ) -> tuple[list[UsableAnswer], tuple[Violation, ...]]:
        certificate = path.certificates[index]
        usable: list[UsableAnswer] = []
        refused: list[Violation] = []
        for response in self.ocsps:
            found = self._answer(response, path, index, guarded)
            if isinstance(found, UsableAnswer):
                usable.append(found)
            elif found:
                name = response.responder_name.rfc4514() if response.responder_name is not None else "-"
                refused.append(
                    Violation(code=found, index=index, certificate_sha256=certificate.sha256, params={"responder": name})
                )
        return usable, tuple(refused)

    def _answer(
        self, response: OcspResponse, path: CandidatePath, index: int, guarded: tuple[bytes, ...]
    ) -> UsableAnswer | str:
        """Return an answer that counts for a certificate, or why it does not; empty when it never claimed to."""
        certificate = path.certificates[index]
        answer = answer_about(response, path, index)
        if answer is None:
            return "OCSP_ABOUT_OTHERS" if about_same_issuer(response, path, index) else ""
        if max(response.produced_at, answer.this_update) > self.time + SKEW:
            return "OCSP_FUTURE"
        if answer.this_update > response.produced_at + SKEW:
            return "OCSP_CONTRADICTS_ITSELF"
        if certificate_hash_differs(answer, certificate):
            return "CERT_HASH_MISMATCH"
        found = self._responder(response, path, index, guarded)
        if isinstance(found, str):
            return found
        if answer.status == "unknown":
            return "OCSP_STATUS_UNKNOWN"
        signer, signatures = found
        return UsableAnswer(response=response, answer=answer, signer=signer, signatures=signatures)

    def _responder(
        self, response: OcspResponse, path: CandidatePath, index: int, guarded: tuple[bytes, ...]
    ) -> tuple[Certificate | None, tuple[SignatureUse, ...]] | str:
        """Return whose key signed a response and may do so (RFC 6960 4.2.2.2), or the reason why nobody did."""
        use = response.signature_algorithm
        issuer_key, issuer = path.issuer_key(index), path.issuer_certificate(index)
        if self._within_budget() and response.verify(issuer_key):
            return issuer, ((use, issuer_key),)
        for anchor in self.responders:
            if response.verify(anchor.spki_der):
                return anchor.certificate, ((use, anchor.spki_der),)
        code = "OCSP_RESPONDER_NOT_AUTHORISED"
        candidates = {item.sha256: item for item in (*response.certificates, *self._named(response))}
        for _, candidate in sorted(candidates.items()):
            if not self._answers_for(candidate, path, index) or not self._signed(response, candidate):
                continue
            if not candidate.not_before <= response.produced_at <= candidate.not_after:
                code = "OCSP_RESPONDER_EXPIRED"
                continue
            signatures = self._trusted_responder(candidate, path, index, (*guarded, response.sha256))
            if signatures is None:
                code = "OCSP_RESPONDER_STATUS"
                continue
            return candidate, ((use, candidate.spki_der), (candidate.signature_algorithm, issuer_key), *signatures)
        return code

    def _named(self, response: OcspResponse) -> tuple[Certificate, ...]:
        if response.responder_name is not None:
            return self.pool.by_subject(response.responder_name)
        return tuple(
            item
            for item in self.pool.certificates
            if digest_of("sha1", item.public_key_bits) == response.responder_key_hash
        )

    def _answers_for(self, candidate: Certificate, path: CandidatePath, index: int) -> bool:
        """Tell whether a certificate makes its holder a responder for what the same key issued."""
        return (
            candidate.issuer.canonical == path.certificates[index].issuer.canonical
            and may_answer(candidate)
            and self._within_budget()
            and signature_verifies(candidate, path.issuer_key(index))
        )

    def _signed(self, response: OcspResponse, candidate: Certificate) -> bool:
        return self._within_budget() and response.verify(candidate.spki_der)

    def _within_budget(self) -> bool:
        self.spent += 1
        return self.spent <= self.limits.path_signature_checks

    def _trusted_responder(
        self, candidate: Certificate, path: CandidatePath, index: int, guarded: tuple[bytes, ...]
    ) -> tuple[SignatureUse, ...] | None:
        """Return what a responder's own status rests on; null when it is not known to be good.

        With ocsp-nocheck its issuer says that nobody need ask (RFC 6960 4.2.2.2.1).
        """
        if candidate.has_extension(ext.OCSP_NO_CHECK) or not needs_status(candidate):
            return ()
        if len(guarded) > _DEPTH or candidate.sha256 in guarded:
            return None
        above = path.certificates[index + 1 :]
        own = CandidatePath(certificates=(candidate, *above), anchor=path.anchor)
        status = self._status(own, 0, (*guarded, candidate.sha256))
        signed_by_itself = status.evidence_issuer == candidate
        return status.evidence_signatures if status.status is Status.GOOD and not signed_by_itself else None

    def _usable(
        self, crl: RevocationList, path: CandidatePath, index: int, guarded: tuple[bytes, ...]
    ) -> UsableList | str:
        """Return a list that answers for a certificate, or why it does not; empty when it never claimed to."""
        certificate = path.certificates[index]
        own = crl.issuer.canonical == certificate.issuer.canonical
        if not own and not crl.scope.indirect:
            return ""
        mask = covered_reasons(certificate, crl.scope, crl.issuer)
        if mask == 0:
            return "EVIDENCE_SCOPE" if own else ""
        if crl.this_update > self.time + SKEW:
            return "EVIDENCE_FUTURE"
        found = self._signer(crl, path, index, guarded)
        if isinstance(found, str):
            return found
        signer, spki_der, signatures = found
        return UsableList(
            crl=crl,
            mask=mask,
            signer=signer,
            spki_der=spki_der,
            key_differs=spki_der != path.issuer_key(index),
            signatures=((crl.signature_algorithm, spki_der), *signatures),
        )

    def _signer(
        self, crl: RevocationList, path: CandidatePath, index: int, guarded: tuple[bytes, ...]
    ) -> tuple[Certificate | None, bytes, tuple[SignatureUse, ...]] | str:
        """Return whose key signed a list and may do so, or the reason why nobody did."""
        code = "EVIDENCE_ISSUER"
        for certificate, spki_der in self._direct(crl, path, index):
            if crl.verify(spki_der):
                if certificate is None or _may_sign_lists(certificate):
                    return certificate, spki_der, ()
                code = "NO_CRLSIGN"
        if len(guarded) >= _DEPTH:
            return code
        for candidate in self.pool.by_subject(crl.issuer):
            if not self._verifies(crl, candidate.spki_der):
                continue
            if not _may_sign_lists(candidate):
                code = "NO_CRLSIGN"
                continue
            if candidate.sha256 in guarded:
                # A list may answer for its own signer: RFC 5280 6.3.3 (f) asks for the signer's path, and
                # that path's status is the question being answered here.
                return candidate, candidate.spki_der, ()
            signatures = self._authorised(candidate, path, index, guarded, crl.this_update)
            if signatures is not None:
                return candidate, candidate.spki_der, signatures
        return code

    def _direct(
        self, crl: RevocationList, path: CandidatePath, index: int
    ) -> Iterator[tuple[Certificate | None, bytes]]:
        """Yield the keys that need no path of their own: those above on this path, and the anchor's."""
        for certificate in path.certificates[index + 1 :]:
            if certificate.subject.canonical == crl.issuer.canonical:
                yield certificate, certificate.spki_der
        for anchor in self._anchors(path):
            if anchor.name.canonical == crl.issuer.canonical:
                yield anchor.certificate, anchor.spki_der

    def _anchors(self, path: CandidatePath) -> tuple[Anchor, ...]:
        """Return the path's anchor and those of the same name: one authority under several keys (roll-over)."""
        name = path.anchor.name.canonical
        others = (item for item in self.anchors if item.name.canonical == name)
        return (path.anchor, *(item for item in others if item != path.anchor))

    def _verifies(self, crl: RevocationList, spki_der: bytes) -> bool:
        self.spent += 1
        return self.spent <= self.limits.path_signature_checks and crl.verify(spki_der)

    def _authorised(
        self, candidate: Certificate, path: CandidatePath, index: int, guarded: tuple[bytes, ...], issued: datetime
    ) -> tuple[SignatureUse, ...] | None:
        """Return what a list's signer rests on: a valid path of its own to the same anchor, nobody on it revoked."""
        search = build_paths(candidate, pool=self.pool, anchors=self._anchors(path), time=self.time, limits=self.limits)
        self.spent += search.signature_checks + search.steps // STEPS_PER_CHECK
        for found in search.paths:
            signatures = self._valid(found, index, (*guarded, candidate.sha256), issued)
            if signatures is not None:
                return signatures
        return None

    def _valid(
        self, found: CandidatePath, index: int, guarded: tuple[bytes, ...], issued: datetime
    ) -> tuple[SignatureUse, ...] | None:
        past = self.mode is Mode.PAST
        time = issued if past else self.time
        broken = check_path(found, time=time, limits=self.limits)
        # Whether the signer of the evidence about the leaf has expired is the caller's to judge
        # (EN 319 102-1 5.2.6.4, step 8); about an authority nobody asks again.
        if any(past or not (index == 0 and item.index == 0 and item.code == "EXPIRED") for item in broken):
            return None
        signatures: list[SignatureUse] = []
        for level, certificate in enumerate(found.certificates):
            if found.is_anchor_itself:
                break
            signatures.append((certificate.signature_algorithm, found.issuer_key(level)))
            if not needs_status(certificate) or certificate.sha256 in guarded[:-1]:
                continue
            status = self._status(found, level, guarded)
            if status.status is not Status.GOOD or status.next_update is None or status.next_update < time:
                return None
            signatures.extend(status.evidence_signatures)
        return tuple(signatures)


def _may_sign_lists(certificate: Certificate) -> bool:
    return certificate.key_usage is None or "cRLSign" in certificate.key_usage
