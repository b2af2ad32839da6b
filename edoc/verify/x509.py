"""X.509 certificate validation (EN 319 102-1 5.2.6): every candidate path, the best answer."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from edoc.facts.findings import Finding, error, info, warning
from edoc.pki.certificate import Certificate
from edoc.pki.path import Anchor, build_paths
from edoc.pki.pool import Pool
from edoc.pki.revocation import STEPS_PER_CHECK, CertificateStatus, Evidence, Status, StatusFinder
from edoc.pki.violation import Violation
from edoc.policy.model import Policy
from edoc.result.enums import SubIndication, WantKind
from edoc.result.report import Want
from edoc.trust.store import Purpose
from edoc.verify.certificate import OUT_OF_BOUNDS, Cause, CertificateVerdict
from edoc.verify.context import Context, Material, undecided
from edoc.verify.freshness import fresh
from edoc.verify.path_judge import PathJudge, moment_text

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
    SubIndication.NO_CERTIFICATE_CHAIN_FOUND_NO_POE: 2,
    SubIndication.CERTIFICATE_CHAIN_GENERAL_FAILURE: 1,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Examination:
    """Every path of a certificate, judged but for the freshness of its data: that depends on who asks."""

    verdicts: tuple[CertificateVerdict, ...]
    """At least one; freshness is not judged yet."""
    budget: Finding | None = None
    cost: int = 0
    """Signature checks, and steps that cost as much, that it took when nothing was remembered."""


def path_budget_spent(leaf: Certificate, subject: str) -> CertificateVerdict:
    """Return the verdict about a certificate whose paths cost more than a document may."""
    limit = warning("PATH_BUDGET", subject, name=leaf.subject.rfc4514())
    return CertificateVerdict(conclusion=undecided(SubIndication.NO_CERTIFICATE_CHAIN_FOUND, limit))


def examine_certificate(
    leaf: Certificate, *, subject: str, purpose: Purpose, material: Material, context: Context
) -> Examination:
    """Examine a certificate at the context's time with the material at hand (EN 319 102-1 5.2.6).

    `subject` is the id that findings carry.
    """
    anchors = context.trust.anchors(purpose)
    pool = Pool((*material.certificates, *(item for one in material.ocsps for item in one.certificates)))
    search = build_paths(leaf, pool=pool, anchors=anchors, time=context.time, limits=context.limits)
    cost = search.signature_checks + search.steps // STEPS_PER_CHECK
    if search.budget_exceeded and not search.paths:
        return Examination(verdicts=(path_budget_spent(leaf, subject),), cost=cost)
    if not search.paths:
        hints = (*search.hints, *_other_purposes(leaf, purpose, pool, context))
        return Examination(verdicts=(_no_path(leaf, subject, hints),), cost=2 * cost)
    evidence = evidence_of(material, pool, context)
    finder = StatusFinder(evidence=evidence, anchors=anchors, time=context.time, limits=context.limits)
    judge = PathJudge(
        subject=subject, purpose=purpose, material=material, context=context, anchors=anchors, evidence=evidence,
        finder=finder,
    )  # fmt: skip
    found: list[CertificateVerdict] = []
    for path in search.paths:
        verdict = judge.judge(path)
        found.append(verdict)
        ends = verdict.conclusion.sub_indication is SubIndication.REVOKED_NO_POE
        if ends or apply_freshness(verdict, subject=subject, context=context, time=context.time).conclusion.passed:
            break
    budget = warning("PATH_BUDGET", subject, name=leaf.subject.rfc4514()) if search.budget_exceeded else None
    return Examination(verdicts=tuple(found), budget=budget, cost=cost + finder.spent)


def evidence_of(material: Material, pool: Pool, context: Context) -> Evidence:
    """Return the revocation data of some material, with whoever is trusted locally to answer for others."""
    return Evidence(crls=material.crls, ocsps=material.ocsps, pool=pool, responders=_responders(context))


def _responders(context: Context) -> tuple[Anchor, ...]:
    # An authority that is trusted for everything does not thereby answer for every other authority.
    others = {*context.trust.anchors(Purpose.SIGNER), *context.trust.anchors(Purpose.TSA)}
    return tuple(item for item in context.trust.anchors(Purpose.REVOCATION) if item not in others)


def choose_verdict(
    examination: Examination, *, subject: str, context: Context, fresh_at: datetime | None = None
) -> CertificateVerdict:
    """Return the answer of an examination, its data fresh at the context's time or at an earlier one.

    The first path that passes is the answer; a revoked signing certificate ends the search; otherwise the
    failure closest to success is told.
    """
    best: CertificateVerdict | None = None
    for judged in examination.verdicts:
        verdict = apply_freshness(judged, subject=subject, context=context, time=fresh_at or context.time)
        if verdict.conclusion.passed:
            return replace(verdict, wants=()) if verdict.wants else verdict
        if verdict.conclusion.sub_indication is SubIndication.REVOKED_NO_POE:
            return verdict
        if best is None or _rank(verdict) > _rank(best):
            best = verdict
    assert best is not None  # an examination is never empty
    if examination.budget is not None:
        # None of the paths that were found passes, and not all of them were found.
        best = replace(best, findings=(*best.findings, examination.budget))
    return best


def apply_freshness(
    verdict: CertificateVerdict, *, subject: str, context: Context, time: datetime
) -> CertificateVerdict:
    """Return a verdict with step 4 a): stale data comes before what the later steps say."""
    if not verdict.statuses_known or verdict.path is None:
        return verdict
    stale = stale_data(verdict, subject=subject, context=context, time=time)
    if stale is None:
        return verdict
    expired = verdict.beyond.findings if verdict.beyond.sub_indication in OUT_OF_BOUNDS else ()
    conclusion = undecided(SubIndication.TRY_LATER, *expired, stale)
    return replace(verdict, conclusion=conclusion, cause=Cause.FRESHNESS)


def stale_data(
    verdict: CertificateVerdict, *, subject: str, context: Context, time: datetime
) -> Finding | None:
    """Return what is stale at a time among the data that the statuses of a path rest on (5.2.5)."""
    if verdict.path is None:
        return None
    for certificate, status in zip(verdict.path.certificates, verdict.statuses, strict=True):
        if status is None or status.status is not Status.GOOD or is_fresh(status, time, context.policy):
            continue
        name = certificate.subject.rfc4514()
        return error(
            "REVOCATION_DATA_STALE", subject, name=name, time=moment_text(status.next_update or status.this_update)
        )
    return None


def is_fresh(status: CertificateStatus, time: datetime, policy: Policy) -> bool:
    """Tell whether one of the pieces of data behind a status is fresh at a time."""
    return any(
        fresh(this_update=this_update, next_update=next_update, time=time, max_age=policy.max_status_age)
        for this_update, next_update in status.windows
    )


def _rank(verdict: CertificateVerdict) -> tuple[int, bool]:
    # A path that fails by dates alone can still be proved good for the past.
    sub = verdict.conclusion.sub_indication
    return _RANK.get(sub, 0) if sub is not None else 0, verdict.cause is Cause.DATES


def _no_path(leaf: Certificate, subject: str, hints: tuple[Violation, ...]) -> CertificateVerdict:
    issuer = leaf.issuer.rfc4514()
    finding = error("NO_TRUSTED_PATH", subject, name=leaf.subject.rfc4514(), issuer=issuer)
    notes = tuple(info(hint.code, subject, **dict(hint.params)) for hint in hints)
    want = Want(kind=WantKind.ISSUER, subject=issuer, why="NO_TRUSTED_PATH", uris=leaf.ca_issuer_uris, certificate=leaf.der)
    return CertificateVerdict(
        conclusion=undecided(SubIndication.NO_CERTIFICATE_CHAIN_FOUND, finding), findings=notes, wants=(want,)
    )


def _other_purposes(
    leaf: Certificate, purpose: Purpose, pool: Pool, context: Context
) -> tuple[Violation, ...]:
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
