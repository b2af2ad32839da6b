"""Past certificate validation and validation time sliding (EN 319 102-1 5.6.2.1 and 5.6.2.2)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from edoc.pki.certificate import Certificate
from edoc.pki.path import CandidatePath, build_paths
from edoc.pki.pool import Pool
from edoc.pki.purpose import signer_violations, tsa_violations
from edoc.pki.revocation import STEPS_PER_CHECK, CertificateStatus, Evidence, Mode, Status, StatusFinder, needs_status
from edoc.pki.rfc5280 import check_path
from edoc.pki.status import SignatureUse
from edoc.policy.model import RevocationRule
from edoc.policy.suite import NEVER
from edoc.result.enums import SubIndication
from edoc.trust.store import Purpose
from edoc.verify.context import Context, Material
from edoc.verify.crypto import weaknesses
from edoc.verify.path_judge import anchor_digest
from edoc.verify.poe import Proofs
from edoc.verify.x509 import evidence_of

_INSTANT = timedelta(microseconds=1)
_ALONE = 64
"""Lists and responses asked one by one."""
_RESERVED = frozenset({"SIGNER_IS_CA", "KEY_USAGE_ABSENT"})


@dataclass(frozen=True, slots=True, kw_only=True)
class PastVerdict:
    """Until when a certificate's signatures can be believed if they are proved to be older; null: not at all."""

    control_time: datetime | None = None
    reason: SubIndication | None = None
    """Why there is no control time."""
    issuer_proven: bool = True
    """Whether data about the certificate is proved to be from when its own signer was in force (5.6.2.4, step 1)."""


def validate_past(
    leaf: Certificate,
    *,
    purpose: Purpose,
    material: Material,
    context: Context,
    proofs: Proofs,
    before: datetime | None = None,
) -> PastVerdict:
    """Return the control time of a certificate: the latest that any of its paths gives.

    `before` is a time from which on nothing can be believed, such as the revocation of an authority.
    """
    pool = Pool((*material.certificates, *(item for one in material.ocsps for item in one.certificates)))
    anchors = context.trust.anchors(purpose)
    if context.work.spent > context.limits.document_signature_checks:
        return PastVerdict(reason=SubIndication.NO_CERTIFICATE_CHAIN_FOUND)
    search = build_paths(leaf, pool=pool, anchors=anchors, time=context.time, limits=context.limits)
    context.work.spent += search.signature_checks + search.steps // STEPS_PER_CHECK
    evidence = evidence_of(material, pool, context)
    start = context.time if before is None else min(context.time, before - _INSTANT)
    slider = _Slider(purpose=purpose, context=context, evidence=evidence, proofs=proofs, start=start)
    found = [slider.judge(path) for path in search.paths]
    passed = [item for item in found if item.control_time is not None]
    if passed:
        return max(passed, key=lambda item: (item.issuer_proven, item.control_time or NEVER))
    return found[-1] if found else PastVerdict(reason=SubIndication.NO_CERTIFICATE_CHAIN_FOUND)


class _WeakError(Exception):
    """No time is left at which everything needed is proved."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Slider:
    purpose: Purpose
    context: Context
    evidence: Evidence
    proofs: Proofs
    start: datetime

    def judge(self, path: CandidatePath) -> PastVerdict:
        """Run 5.6.2.1.4 on one path."""
        if path.is_anchor_itself:
            return PastVerdict(control_time=self._beginning(path))
        # Step 2, shell model: some time at which every certificate of the path was in force.
        first = max(item.not_before for item in path.certificates)
        last = min(item.not_after for item in path.certificates)
        if first > last or check_path(path, time=first, limits=self.context.limits):
            return PastVerdict(reason=SubIndication.CERTIFICATE_CHAIN_GENERAL_FAILURE)
        check = tsa_violations if self.purpose is Purpose.TSA else signer_violations
        if any(item.code not in _RESERVED for item in check(path.certificates[0])):
            return PastVerdict(reason=SubIndication.CHAIN_CONSTRAINTS_FAILURE)
        try:
            return self._slide(path)
        except _WeakError:
            return PastVerdict(reason=SubIndication.NO_POE)

    def _beginning(self, path: CandidatePath) -> datetime:
        # 5.6.2.2.4, step 1: an anchor that is no longer trusted is believed about the time before.
        until = path.anchor.until
        return self.start if until is None else min(self.start, until - _INSTANT)

    def _slide(self, path: CandidatePath) -> PastVerdict:
        control, proven = self._beginning(path), True
        for index in range(len(path.certificates) - 1, -1, -1):
            certificate = path.certificates[index]
            uses: tuple[SignatureUse, ...] = ()
            if self._needs_status(path, certificate):
                if self.proofs.earliest(certificate.sha256) > control:
                    raise _WeakError
                status, proven = self._status(path, index, control)
                control = self._narrowed(status, control)
                uses = status.evidence_signatures
            own = (certificate.signature_algorithm, path.issuer_key(index))
            control = self._reliable((own, *uses), control)
        return PastVerdict(control_time=control, issuer_proven=proven)

    def _needs_status(self, path: CandidatePath, certificate: Certificate) -> bool:
        required = self.context.policy.revocation is RevocationRule.REQUIRED
        return required and certificate.sha256 != anchor_digest(path.anchor) and needs_status(certificate)

    def _status(self, path: CandidatePath, index: int, control: datetime) -> tuple[CertificateStatus, bool]:
        """Return what data from before the control time says, and whether its own signer is proved (step 2 a)."""
        known = replace(
            self.evidence,
            crls=tuple(one for one in self.evidence.crls if self.proofs.earliest(one.sha256) <= control),
            ocsps=tuple(one for one in self.evidence.ocsps if self.proofs.earliest(one.sha256) <= control),
        )
        status = self._ask(known, path, index, control)
        if status.status is Status.UNKNOWN or (status.status is Status.GOOD and not status.knows_expired):
            raise _WeakError
        if self._signer_proven(path, status):
            return status, True
        # Other data may have a signer that is proved: the responses and lists one by one.
        lists = [(one.this_update, one.sha256, replace(known, crls=(one,), ocsps=())) for one in known.crls]
        # A responder's own status may need the lists: they stay beside a single response.
        responses = [(one.produced_at, one.sha256, replace(known, ocsps=(one,))) for one in known.ocsps]
        newest = sorted((*lists, *responses), key=lambda item: item[:2], reverse=True)
        for _, sha256, evidence in newest[:_ALONE]:
            alone = self._ask(evidence, path, index, control)
            same = alone.evidence_sha256 == sha256 and alone.status is status.status
            if same and alone.knows_expired and self._signer_proven(path, alone):
                return alone, True
        return status, False

    def _ask(self, evidence: Evidence, path: CandidatePath, index: int, control: datetime) -> CertificateStatus:
        anchors = self.context.trust.anchors(self.purpose)
        finder = StatusFinder(
            evidence=evidence, anchors=anchors, time=control, limits=self.context.limits, mode=Mode.PAST
        )
        return finder.status(path, index)

    def _signer_proven(self, path: CandidatePath, status: CertificateStatus) -> bool:
        issuer = status.evidence_issuer
        if issuer is None or issuer.sha256 == anchor_digest(path.anchor):
            return True
        return self.proofs.within(issuer.sha256, issuer.not_before, issuer.not_after)

    def _narrowed(self, status: CertificateStatus, control: datetime) -> datetime:
        if status.status is not Status.GOOD:
            # Step 2 b): a hold counts as a revocation at its beginning; equal counts as revoked.
            return min(control, (status.revocation_time or NEVER + _INSTANT) - _INSTANT)
        # Step 2 c): the text goes back to thisUpdate, which usually precedes the signature; here the data
        # counts as long as it was fresh, as at the best proven time in 5.5.
        ends = [self._end(first, last) for first, last in status.windows]
        return min(control, max(ends) - _INSTANT)

    def _end(self, this_update: datetime, next_update: datetime | None) -> datetime:
        age = self.context.policy.max_status_age
        if age is not None:
            return this_update + age
        return next_update or this_update

    def _reliable(self, uses: tuple[SignatureUse, ...], control: datetime) -> datetime:
        # Step 2 d): the latest instant at which every algorithm was still reliable.
        while True:
            ended = [
                item.until
                for algorithm, key in uses
                for item in weaknesses(self.context.policy.suite, algorithm, key, control)
                if item.ending is None
            ]
            if not ended:
                return control
            if min(ended) == NEVER:
                raise _WeakError
            control = min(ended) - _INSTANT
