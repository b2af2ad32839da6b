"""Validation of signatures with time and of signatures with long-term material (EN 319 102-1 5.5.4)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from edoc.facts.findings import error
from edoc.facts.signature import SignatureFacts
from edoc.policy.model import Policy
from edoc.result.enums import SubIndication
from edoc.verify.acceptance import accept
from edoc.verify.basic import BasicResult
from edoc.verify.certificate import Cause, CertificateVerdict
from edoc.verify.context import CLOCK_SKEW, PASSED, Conclusion, Context, failed, undecided
from edoc.verify.path_judge import moment_text
from edoc.verify.x509 import stale_data

CONTINUE = frozenset({
    None,
    SubIndication.CRYPTO_CONSTRAINTS_FAILURE_NO_POE,
    SubIndication.REVOKED_NO_POE,
    SubIndication.REVOKED_CA_NO_POE,
    SubIndication.TRY_LATER,
    SubIndication.OUT_OF_BOUNDS_NO_POE,
    SubIndication.OUT_OF_BOUNDS_NOT_REVOKED,
})  # fmt: skip
"""Answers of the basic process that a proof of an earlier time may change (5.5.4, step 2)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamp:
    """The time that a usable token proves, and its id."""

    id: str
    time: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """What usable tokens say about one signature: not before `content`, not after `best`."""

    best: datetime | None = None
    content: tuple[Stamp, ...] = ()
    later: tuple[Stamp, ...] = ()
    """Tokens over the signature, and over the document that holds it."""
    disorder: str | None = None
    """A token that claims to be older than what it covers."""
    stamped: bool = False
    """Whether one of the tokens stands over the signature value itself."""


def validate_with_time(
    facts: SignatureFacts, basic: BasicResult, times: Times, *, context: Context, subject: str
) -> Conclusion:
    """Return the conclusion with a proof of time; without one it is the basic process's own."""
    if times.best is None or not basic.before.passed or basic.certificate is None or basic.chain is None:
        return basic.conclusion
    if basic.conclusion.sub_indication not in CONTINUE or basic.refuted:
        return basic.conclusion
    conclusion = certificate_at(basic.chain, times.best, context=context, subject=subject)
    if not conclusion.passed:
        return conclusion
    conclusion = accept_at(facts, basic, times, policy=context.policy)
    if not conclusion.passed:
        return conclusion
    # Step 10: nothing but the signature itself is proved to be old.
    return basic.reader if basic.chain.unreliable.passed else basic.chain.unreliable


def certificate_at(verdict: CertificateVerdict, best: datetime, *, context: Context, subject: str) -> Conclusion:
    """Return what a certificate's verdict comes to for a signature that existed at `best` (steps 4, 6 and 7)."""
    if verdict.path is None or verdict.conclusion.sub_indication not in CONTINUE:
        return verdict.conclusion
    leaf = verdict.path.certificates[0]
    early = failed(
        SubIndication.NOT_YET_VALID,
        error("SIGNED_BEFORE_VALIDITY", subject, name=leaf.subject.rfc4514(), time=moment_text(best)),
    )
    inside = leaf.not_before <= best <= leaf.not_after
    if verdict.cause is Cause.COMPROMISED:
        # [J] Whoever has an authority's key writes any list of any date: only proofs of the data help (5.6.2.4.4).
        return verdict.conclusion
    if verdict.cause in (Cause.REVOKED, Cause.HOLD):
        if verdict.moment is None or verdict.moment <= best:
            return verdict.conclusion
        if verdict.cause is Cause.REVOKED:
            return _not_revoked_yet(verdict, best, early=early, subject=subject)
    if verdict.cause is Cause.FRESHNESS:
        stale = stale_data(verdict, subject=subject, context=context, time=best)
        if stale is not None:
            return undecided(SubIndication.TRY_LATER, stale)
    # What stale data or a hold has hidden comes to light now (steps 5 to 8 of 5.2.6.4).
    left = verdict.beyond if verdict.cause in (Cause.HOLD, Cause.FRESHNESS) else verdict.conclusion
    if left.passed or left.sub_indication is SubIndication.OUT_OF_BOUNDS_NO_POE:
        return early if best < leaf.not_before else left
    if left.sub_indication is SubIndication.OUT_OF_BOUNDS_NOT_REVOKED:
        return early if best < leaf.not_before else PASSED if inside else left
    return left


def _not_revoked_yet(verdict: CertificateVerdict, best: datetime, *, early: Conclusion, subject: str) -> Conclusion:
    assert verdict.path is not None  # a revocation is found on a path
    leaf = verdict.path.certificates[0]
    if best < leaf.not_before:
        return early
    if best > leaf.not_after:
        finding = error("CERTIFICATE_EXPIRED", subject, name=leaf.subject.rfc4514(), time=moment_text(leaf.not_after))
        return undecided(SubIndication.OUT_OF_BOUNDS_NOT_REVOKED, finding)
    cleared = {
        None,
        SubIndication.OUT_OF_BOUNDS_NO_POE,
        SubIndication.OUT_OF_BOUNDS_NOT_REVOKED,
        SubIndication.REVOCATION_OUT_OF_BOUNDS_NO_POE,
    }
    return PASSED if verdict.beyond.sub_indication in cleared else verdict.beyond


def accept_at(facts: SignatureFacts, basic: BasicResult, times: Times, *, policy: Policy) -> Conclusion:
    """Return what remains once the certificate is settled: order, delay and algorithms (steps 4 e, 5 and 8)."""
    assert times.best is not None and basic.certificate is not None
    if times.disorder is not None:
        finding = error("TIMESTAMPS_OUT_OF_ORDER", facts.id, name=times.disorder)
        return undecided(SubIndication.TIMESTAMP_ORDER_FAILURE, finding)
    claimed, delay = facts.claimed_signing_time, policy.timestamp_delay
    if delay is not None and times.stamped and (claimed is None or claimed + delay <= times.best):
        finding = error(
            "TIMESTAMP_DELAY", facts.id, time=moment_text(times.best), claimed=moment_text(claimed)
        )
        return undecided(SubIndication.SIG_CONSTRAINTS_FAILURE, finding)
    accepted, _ = accept(facts, basic.certificate, policy=policy, time=times.best)
    return accepted or PASSED


def disorder(content: tuple[Stamp, ...], value: tuple[Stamp, ...], over: tuple[Stamp, ...]) -> str | None:
    """Return a token that is older than one beneath it; clocks may differ by some minutes.

    `content` stands beneath `value`, and both beneath `over`: the document's, those that reach least first.
    """
    newest = max((stamp.time for stamp in content), default=None)
    for stamp in value:
        if newest is not None and stamp.time + CLOCK_SKEW < newest:
            return stamp.id
    newest = max((stamp.time for stamp in (*content, *value)), default=None)
    for stamp in over:
        if newest is not None and stamp.time + CLOCK_SKEW < newest:
            return stamp.id
        newest = max(newest, stamp.time) if newest is not None else stamp.time
    return None
