"""X.509 certificate validation (EN 319 102-1 5.2.6): every candidate path, the best answer."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from edoc.facts.findings import Finding, error, info, warning
from edoc.pki.certificate import Certificate
from edoc.pki.crl import RevocationList
from edoc.pki.path import Anchor, CandidatePath, build_paths
from edoc.pki.pool import Pool
from edoc.pki.purpose import signer_violations, tsa_violations
from edoc.pki.revocation import (
    STEPS_PER_CHECK,
    CertificateStatus,
    Evidence,
    Status,
    StatusFinder,
    needs_status,
)
from edoc.pki.rfc5280 import Violation, check_path
from edoc.policy.model import RevocationRule
from edoc.result.enums import SubIndication, WantKind
from edoc.result.report import Want
from edoc.trust.store import Purpose
from edoc.verify.acceptance import conclude
from edoc.verify.context import PASSED, Conclusion, Context, Material, undecided
from edoc.verify.crypto import Weakness, weaknesses
from edoc.verify.freshness import fresh

_TIME_CODES = frozenset({"EXPIRED", "NOT_YET_VALID"})

# Which failure to report when no path passes: the one closest to success, so that the order in which
# paths are tried cannot change the answer (validation.md 2.6).
_RANK = {
    SubIndication.REVOKED_NO_POE: 10,
    SubIndication.REVOCATION_OUT_OF_BOUNDS_NO_POE: 9,
    SubIndication.OUT_OF_BOUNDS_NOT_REVOKED: 8,
    SubIndication.OUT_OF_BOUNDS_NO_POE: 7,
    SubIndication.TRY_LATER: 6,
    SubIndication.CRYPTO_CONSTRAINTS_FAILURE_NO_POE: 5,
    SubIndication.CHAIN_CONSTRAINTS_FAILURE: 4,
    SubIndication.REVOKED_CA_NO_POE: 3,
    SubIndication.CERTIFICATE_CHAIN_GENERAL_FAILURE: 2,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateVerdict:
    """What is known about a certificate at a time: conclusion, the path it rests on, and its limits."""

    conclusion: Conclusion
    path: CandidatePath | None = None
    statuses: tuple[CertificateStatus | None, ...] = ()
    """One per certificate of the path; null where no status was needed."""
    findings: tuple[Finding, ...] = ()
    wants: tuple[Want, ...] = ()
    cost: int = 0
    """Signature checks, and steps that cost as much, that the answer took when nothing was remembered."""


def path_budget_spent(leaf: Certificate, subject: str) -> CertificateVerdict:
    """Return the verdict about a certificate whose paths cost more than a document may."""
    limit = warning("PATH_BUDGET", subject, name=leaf.subject.rfc4514())
    return CertificateVerdict(conclusion=undecided(SubIndication.NO_CERTIFICATE_CHAIN_FOUND, limit))


def validate_certificate(
    leaf: Certificate, *, subject: str, purpose: Purpose, material: Material, context: Context
) -> CertificateVerdict:
    """Validate a certificate at the context's time with the material at hand.

    `subject` is the id that findings carry.  The first path that passes is the answer; a revoked
    signing certificate ends the search; otherwise the failure closest to success is told.
    """
    anchors = context.trust.anchors(purpose)
    pool = Pool(material.certificates)
    search = build_paths(leaf, pool=pool, anchors=anchors, time=context.time, limits=context.limits)
    cost = search.signature_checks + search.steps // STEPS_PER_CHECK
    if search.budget_exceeded and not search.paths:
        return replace(path_budget_spent(leaf, subject), cost=cost)
    if not search.paths:
        others = _other_purposes(leaf, purpose, pool, context)
        return replace(_no_path(leaf, subject, (*search.hints, *others)), cost=2 * cost)
    evidence = Evidence(crls=material.crls, pool=pool)
    finder = StatusFinder(evidence=evidence, anchors=anchors, time=context.time, limits=context.limits)
    judge = _PathJudge(
        subject=subject,
        purpose=purpose,
        material=material,
        context=context,
        anchors=anchors,
        pool=pool,
        finder=finder,
    )
    best: CertificateVerdict | None = None
    for path in search.paths:
        verdict = judge.judge(path)
        if verdict.conclusion.passed or verdict.conclusion.sub_indication is SubIndication.REVOKED_NO_POE:
            return replace(verdict, cost=cost + finder.spent)
        if best is None or _rank(verdict) > _rank(best):
            best = verdict
    assert best is not None  # search.paths is not empty
    if search.budget_exceeded:
        # None of the paths that were found passes, and not all of them were found.
        best = replace(best, findings=(*best.findings, warning("PATH_BUDGET", subject, name=leaf.subject.rfc4514())))
    return replace(best, cost=cost + finder.spent)


def _rank(verdict: CertificateVerdict) -> int:
    sub = verdict.conclusion.sub_indication
    return _RANK.get(sub, 0) if sub is not None else 0


def _no_path(leaf: Certificate, subject: str, hints: tuple[Violation, ...]) -> CertificateVerdict:
    issuer = leaf.issuer.rfc4514()
    finding = error("NO_TRUSTED_PATH", subject, name=leaf.subject.rfc4514(), issuer=issuer)
    notes = tuple(info(hint.code, subject, **dict(hint.params)) for hint in hints)
    want = Want(
        kind=WantKind.ISSUER, subject=issuer, why="NO_TRUSTED_PATH", uris=leaf.ca_issuer_uris, certificate=leaf.der
    )
    return CertificateVerdict(
        conclusion=undecided(SubIndication.NO_CERTIFICATE_CHAIN_FOUND, finding), findings=notes, wants=(want,)
    )


def _other_purposes(leaf: Certificate, purpose: Purpose, pool: Pool, context: Context) -> tuple[Violation, ...]:
    """Say when the path ends in an anchor that is trusted, but for something else."""
    here = context.trust.anchors(purpose)
    for other in Purpose:
        anchors = tuple(anchor for anchor in context.trust.anchors(other) if anchor not in here)
        if not anchors:
            continue
        found = build_paths(leaf, pool=pool, anchors=anchors, time=context.time, limits=context.limits).paths
        if found:
            params = {"anchor": found[0].anchor.name.rfc4514(), "trusted": other.value, "purpose": purpose.value}
            return (Violation(code="ANCHOR_PURPOSE", index=0, certificate_sha256=leaf.sha256, params=params),)
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _PathJudge:
    """Steps 4 to 9 of 5.2.6.4 for one path."""

    subject: str
    purpose: Purpose
    material: Material
    context: Context
    anchors: tuple[Anchor, ...]
    pool: Pool
    finder: StatusFinder

    def judge(self, path: CandidatePath) -> CertificateVerdict:
        if path.anchor.certificate is not None and path.certificates == (path.anchor.certificate,):
            # Step 1: the certificate is itself an anchor; the policy lets it return at once.
            return CertificateVerdict(conclusion=PASSED, path=path, statuses=(None,))
        statuses, wants = self._statuses(path)
        notes = (*self._purpose_warnings(path), *self._crypto(path, statuses)[1], *self._oddities(path, statuses))
        steps = (
            self._path,
            self._revoked,
            self._freshness,
            self._constraints,
            self._reliable,
            self._bounds,
            self._evidence_bounds,
        )
        conclusion = PASSED
        for step in steps:
            conclusion = step(path, statuses)
            if not conclusion.passed:
                break
        return CertificateVerdict(
            conclusion=conclusion,
            path=path,
            statuses=statuses,
            findings=notes,
            wants=() if conclusion.passed else wants,
        )

    def _statuses(self, path: CandidatePath) -> tuple[tuple[CertificateStatus | None, ...], tuple[Want, ...]]:
        if self.context.policy.revocation is not RevocationRule.REQUIRED:
            return tuple(None for _ in path.certificates), ()
        found: list[CertificateStatus | None] = []
        wants: list[Want] = []
        for index, certificate in enumerate(path.certificates):
            if certificate.sha256 == _anchor_digest(path.anchor) or not needs_status(certificate):
                found.append(None)
                continue
            status = self.finder.status(path, index)
            found.append(status)
            if status.status is Status.UNKNOWN:
                wants.append(_crl_want(certificate))
        return tuple(found), tuple(wants)

    def _path(self, path: CandidatePath, statuses: tuple[CertificateStatus | None, ...]) -> Conclusion:
        # Step 4: RFC 5280 6.1 at T, the signing certificate's own dates left to step 7.
        violations = [
            item
            for item in check_path(path, time=self.context.time, limits=self.context.limits)
            if not (item.index == 0 and item.code in _TIME_CODES)
        ]
        if not violations:
            return PASSED
        findings = tuple(_violation(item, self.subject, path) for item in violations)
        return undecided(SubIndication.CERTIFICATE_CHAIN_GENERAL_FAILURE, *findings)

    def _revoked(self, path: CandidatePath, statuses: tuple[CertificateStatus | None, ...]) -> Conclusion:
        for index, status in enumerate(statuses):
            if status is None or status.status is Status.GOOD:
                continue
            certificate = path.certificates[index]
            if status.status is Status.UNKNOWN:
                continue
            return self._revoked_conclusion(index, certificate, status)
        later = self._revoked_later(path)
        if later is not None:
            return later
        missing = [
            self._missing(certificate, status)
            for certificate, status in zip(path.certificates, statuses, strict=True)
            if status is not None and status.status is Status.UNKNOWN
        ]
        if missing:
            expired = self._expired_finding(path.certificates[0])
            return undecided(SubIndication.CERTIFICATE_CHAIN_GENERAL_FAILURE, *expired, *missing)
        return PASSED

    def _revoked_conclusion(self, index: int, certificate: Certificate, status: CertificateStatus) -> Conclusion:
        params = {
            "name": certificate.subject.rfc4514(),
            "time": _text(status.revocation_time),
            "reason": status.reason or "unspecified",
        }
        if status.status is Status.ON_HOLD:
            params["retry"] = _text(status.next_update)
            return undecided(SubIndication.TRY_LATER, error("CERTIFICATE_ON_HOLD", self.subject, **params))
        if index == 0:
            return undecided(SubIndication.REVOKED_NO_POE, error("CERTIFICATE_REVOKED", self.subject, **params))
        return undecided(SubIndication.REVOKED_CA_NO_POE, error("CA_REVOKED", self.subject, **params))

    def _revoked_later(self, path: CandidatePath) -> Conclusion | None:
        """A revocation known only after the validation time bars PASSED all the same (design 3.1)."""
        if self.context.policy.revocation is not RevocationRule.REQUIRED:
            return None
        supplied = self._later(self.context.data.crls)
        # Each at its own time: a list with a far date must not make the signer of another look expired.
        # What the caller supplied comes first: lists in the document must not crowd it out.
        for time in dict.fromkeys((*supplied, *self._later(self.material.crls))):
            found = self._revoked_at(path, self._finder(time))
            if found is not None:
                return found
        return None

    def _later(self, crls: tuple[RevocationList, ...]) -> list[datetime]:
        times = {crl.this_update for crl in crls if crl.this_update > self.context.time}
        return sorted(times, reverse=True)[:_LATER]

    def _revoked_at(self, path: CandidatePath, finder: StatusFinder) -> Conclusion | None:
        for index, certificate in enumerate(path.certificates):
            if certificate.sha256 == _anchor_digest(path.anchor) or not needs_status(certificate):
                continue
            status = finder.status(path, index)
            if status.status is Status.REVOKED:
                sub = SubIndication.REVOKED_NO_POE if index == 0 else SubIndication.REVOKED_CA_NO_POE
                time = _text(status.revocation_time)
                name = certificate.subject.rfc4514()
                return undecided(sub, error("REVOCATION_LATER", self.subject, name=name, time=time))
        return None

    def _finder(self, time: datetime) -> StatusFinder:
        evidence = Evidence(crls=self.material.crls, pool=self.pool)
        return StatusFinder(evidence=evidence, anchors=self.anchors, time=time, limits=self.context.limits)

    def _missing(self, certificate: Certificate, status: CertificateStatus) -> Finding:
        why = ", ".join(sorted({item.code for item in status.rejected}))
        return error("REVOCATION_DATA_MISSING", self.subject, name=certificate.subject.rfc4514(), why=why or "-")

    def _freshness(self, path: CandidatePath, statuses: tuple[CertificateStatus | None, ...]) -> Conclusion:
        # Step 4 a): freshness of the data for every certificate that needs a status.
        for certificate, status in zip(path.certificates, statuses, strict=True):
            if status is None or fresh(
                this_update=status.this_update,
                next_update=status.next_update,
                time=self.context.time,
                max_age=self.context.policy.max_status_age,
            ):
                continue
            stale = error(
                "REVOCATION_DATA_STALE",
                self.subject,
                name=certificate.subject.rfc4514(),
                time=_text(status.next_update or status.this_update),
            )
            expired = self._expired_finding(path.certificates[0])
            return undecided(SubIndication.TRY_LATER, *expired, stale)
        return PASSED

    def _constraints(self, path: CandidatePath, statuses: tuple[CertificateStatus | None, ...]) -> Conclusion:
        # Step 5: the X.509 constraints of the purpose.
        broken = [item for item in self._purpose_violations(path) if item.code not in _PURPOSE_WARNINGS]
        if not broken:
            return PASSED
        findings = tuple(_violation(item, self.subject, path) for item in broken)
        return undecided(SubIndication.CHAIN_CONSTRAINTS_FAILURE, *findings)

    def _purpose_violations(self, path: CandidatePath) -> tuple[Violation, ...]:
        check = tsa_violations if self.purpose is Purpose.TSA else signer_violations
        return check(path.certificates[0])

    def _purpose_warnings(self, path: CandidatePath) -> tuple[Finding, ...]:
        return tuple(
            warning(item.code, self.subject, name=path.certificates[0].subject.rfc4514(), **dict(item.params))
            for item in self._purpose_violations(path)
            if item.code in _PURPOSE_WARNINGS
        )

    def _oddities(self, path: CandidatePath, statuses: tuple[CertificateStatus | None, ...]) -> tuple[Finding, ...]:
        odd = [replace(item, subject=self.subject) for leaf in path.certificates for item in leaf.findings]
        for certificate, status in zip(path.certificates, statuses, strict=True):
            if status is not None and status.key_differs:
                odd.append(info("CRL_KEY_DIFFERS", self.subject, name=certificate.subject.rfc4514()))
            if self.pool.twins(certificate):
                odd.append(info("DUPLICATE_SERIAL", self.subject, name=certificate.subject.rfc4514()))
        return tuple(odd)

    def _reliable(self, path: CandidatePath, statuses: tuple[CertificateStatus | None, ...]) -> Conclusion:
        return self._crypto(path, statuses)[0] or PASSED

    def _crypto(
        self, path: CandidatePath, statuses: tuple[CertificateStatus | None, ...]
    ) -> tuple[Conclusion | None, tuple[Finding, ...]]:
        # Step 6: each certificate's signature with its issuer's key, and the lists that were used.
        found: list[Weakness] = []
        suite, time = self.context.policy.suite, self.context.time
        keys = [item.spki_der for item in path.certificates[1:]] + [path.anchor.spki_der]
        for certificate, key in zip(path.certificates, keys, strict=True):
            found.extend(weaknesses(suite, certificate.signature_algorithm, key, time))
        for status in statuses:
            for algorithm, key in status.evidence_signatures if status is not None else ():
                found.extend(weaknesses(suite, algorithm, key, time))
        return conclude(found, self.subject)

    def _bounds(self, path: CandidatePath, statuses: tuple[CertificateStatus | None, ...]) -> Conclusion:
        # Step 7: the signing certificate's own validity, bounds inclusive.
        leaf = path.certificates[0]
        finding = self._expired_finding(leaf)
        if not finding:
            return PASSED
        status = statuses[0]
        if status is not None and status.knows_expired:
            return undecided(SubIndication.OUT_OF_BOUNDS_NOT_REVOKED, *finding)
        return undecided(SubIndication.OUT_OF_BOUNDS_NO_POE, *finding)

    def _expired_finding(self, leaf: Certificate) -> tuple[Finding, ...]:
        time, name = self.context.time, leaf.subject.rfc4514()
        if time < leaf.not_before:
            return (error("CERTIFICATE_NOT_YET_VALID", self.subject, name=name, time=_text(leaf.not_before)),)
        if time > leaf.not_after:
            return (error("CERTIFICATE_EXPIRED", self.subject, name=name, time=_text(leaf.not_after)),)
        return ()

    def _evidence_bounds(self, path: CandidatePath, statuses: tuple[CertificateStatus | None, ...]) -> Conclusion:
        # Step 8: the issuer certificate of the signing certificate's revocation data.
        status = statuses[0]
        issuer = status.evidence_issuer if status is not None else None
        if issuer is None or issuer.sha256 == _anchor_digest(path.anchor):
            return PASSED
        if issuer.not_before <= self.context.time <= issuer.not_after:
            return PASSED
        finding = error("REVOCATION_ISSUER_OUT_OF_BOUNDS", self.subject, name=issuer.subject.rfc4514())
        return undecided(SubIndication.REVOCATION_OUT_OF_BOUNDS_NO_POE, finding)


_LATER = 32
"""Times of later lists that are asked about: a document carries a handful."""
_PURPOSE_WARNINGS = frozenset({"SIGNER_IS_CA", "KEY_USAGE_ABSENT"})


def _anchor_digest(anchor: Anchor) -> bytes | None:
    return anchor.certificate.sha256 if anchor.certificate is not None else None


def _violation(item: Violation, subject: str, path: CandidatePath) -> Finding:
    name = path.certificates[item.index].subject.rfc4514() if item.index < len(path.certificates) else ""
    return replace(error(item.code, subject, **{"name": name, **item.params}), clause=item.clause)


def _crl_want(certificate: Certificate) -> Want:
    return Want(
        kind=WantKind.CRL,
        subject=certificate.subject.rfc4514(),
        why="REVOCATION_DATA_MISSING",
        uris=certificate.crl_uris,
        certificate=certificate.der,
    )


def _text(time: datetime | None) -> str:
    return "-" if time is None else time.strftime("%Y-%m-%dT%H:%M:%SZ")
