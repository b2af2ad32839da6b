"""The status of one certificate of a path at a time, from the revocation lists at hand (RFC 5280 6.3).

Lists are evidence, never trusted by themselves: each must be in scope, known at the time, and signed
by a key that the certificate's own anchor answers for.  The answer comes with the dates it rests on,
so that freshness is the policy's to judge; every list that could not be used is named with a reason.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from edoc.limits import DEFAULT_LIMITS, Limits
from edoc.pki import extensions as ext
from edoc.pki.certificate import Certificate
from edoc.pki.crl import RevocationList
from edoc.pki.crl_merge import UsableList, conclude
from edoc.pki.crl_scope import covered_reasons
from edoc.pki.path import Anchor, CandidatePath, build_paths
from edoc.pki.pool import Pool
from edoc.pki.rfc5280 import check_path
from edoc.pki.status import CertificateStatus, SignatureUse, Status
from edoc.pki.violation import Violation

__all__ = ["CertificateStatus", "Evidence", "Status", "StatusFinder", "certificate_status", "needs_status"]

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
    pool: Pool = field(default_factory=Pool)


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
        self, *, evidence: Evidence, anchors: tuple[Anchor, ...], time: datetime, limits: Limits = DEFAULT_LIMITS
    ) -> None:
        self.crls = evidence.crls
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
        return conclude(certificate, usable, rejected=rejected, time=self.time)

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
            signatures = self._authorised(candidate, path, index, guarded)
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
        self, candidate: Certificate, path: CandidatePath, index: int, guarded: tuple[bytes, ...]
    ) -> tuple[SignatureUse, ...] | None:
        """Return what a list's signer rests on: a valid path of its own to the same anchor, nobody on it revoked."""
        search = build_paths(candidate, pool=self.pool, anchors=self._anchors(path), time=self.time, limits=self.limits)
        self.spent += search.signature_checks + search.steps // STEPS_PER_CHECK
        for found in search.paths:
            signatures = self._valid(found, index, (*guarded, candidate.sha256))
            if signatures is not None:
                return signatures
        return None

    def _valid(self, found: CandidatePath, index: int, guarded: tuple[bytes, ...]) -> tuple[SignatureUse, ...] | None:
        broken = check_path(found, time=self.time, limits=self.limits)
        # Whether the signer of the evidence about the leaf has expired is the caller's to judge
        # (EN 319 102-1 5.2.6.4, step 8); about an authority nobody asks again.
        if any(not (index == 0 and item.index == 0 and item.code == "EXPIRED") for item in broken):
            return None
        signatures: list[SignatureUse] = []
        for level, certificate in enumerate(found.certificates):
            if found.is_anchor_itself:
                break
            signatures.append((certificate.signature_algorithm, found.issuer_key(level)))
            if not needs_status(certificate) or certificate.sha256 in guarded[:-1]:
                continue
            status = self._status(found, level, guarded)
            if status.status is not Status.GOOD or status.next_update is None or status.next_update < self.time:
                return None
            signatures.extend(status.evidence_signatures)
        return tuple(signatures)


def _may_sign_lists(certificate: Certificate) -> bool:
    return certificate.key_usage is None or "cRLSign" in certificate.key_usage
