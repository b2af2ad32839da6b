"""Validation of signatures with archival material (EN 319 102-1 5.6): what time-stamps of the document make of the past."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from edoc.facts.findings import Finding, error, info
from edoc.facts.signature import DocumentFacts, SignatureFacts
from edoc.pki.certificate import Certificate
from edoc.policy.suite import NEVER
from edoc.result.enums import Indication, SubIndication
from edoc.trust.store import Purpose
from edoc.verify.acceptance import accept, signature_weaknesses
from edoc.verify.basic import BasicResult
from edoc.verify.certificate import OUT_OF_BOUNDS, Cause, CertificateVerdict
from edoc.verify.context import PASSED, Conclusion, Context, Material, failed, undecided
from edoc.verify.past import PastVerdict, validate_past
from edoc.verify.path_judge import moment_text
from edoc.verify.poe import Inventory, Proofs, signature_key
from edoc.verify.timestamp import JudgedToken
from edoc.verify.with_time import Times, accept_at
from edoc.verify.x509 import stale_data

_REPAIRABLE = frozenset({
    SubIndication.REVOKED_NO_POE,
    SubIndication.REVOKED_CA_NO_POE,
    SubIndication.OUT_OF_BOUNDS_NO_POE,
    SubIndication.OUT_OF_BOUNDS_NOT_REVOKED,
    SubIndication.CRYPTO_CONSTRAINTS_FAILURE_NO_POE,
    SubIndication.REVOCATION_OUT_OF_BOUNDS_NO_POE,
    SubIndication.SIG_CONSTRAINTS_FAILURE,
    SubIndication.TRY_LATER,
    SubIndication.NO_CERTIFICATE_CHAIN_FOUND_NO_POE,
})  # fmt: skip
"""Answers of 5.5 with which 5.6.3.4 goes on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A signature or a token whose past is judged: its present status, and what that rests on."""

    facts: SignatureFacts
    basic: BasicResult
    current: Conclusion
    purpose: Purpose
    material: Material


def gather_proofs(
    tokens: Iterable[JudgedToken], document: DocumentFacts, proofs: Proofs, *, context: Context
) -> tuple[JudgedToken, ...]:
    """Add to `proofs` what the tokens prove, newest first, and return the tokens as they are judged then (step 5)."""
    numbered = list(enumerate(tokens))
    order = sorted(numbered, key=lambda item: (item[1].facts.gen_time or NEVER, _rank(item[1]), item[0]), reverse=True)
    judged: dict[int, JudgedToken] = {}
    inventory = Inventory(document, context=context)
    for index, token in order:
        now = judge_token(token, proofs, context=context)
        judged[index] = now
        time = now.facts.gen_time
        if not now.usable or time is None or not imprint_reliable_then(now, proofs, context=context):
            continue
        for key in inventory.protected(now.facts, now.bearer):
            proofs.add(key, time)
    return tuple(judged[index] for index, _ in numbered)


def _rank(token: JudgedToken) -> tuple[int, int, int]:
    # At the same time the covering token counts as the newer one (validation.md 4.4).
    outer = int(token.bearer is None)
    return outer, token.facts.token.covered_until or 0, len(token.facts.covers)


def imprint_reliable_then(token: JudgedToken, proofs: Proofs, *, context: Context) -> bool:
    """Tell whether nobody could make other data for a token's imprint when the token is proved to have existed."""
    imprint = token.facts.imprint
    then = proofs.earliest(signature_key(token.facts.token))
    return imprint is not None and context.policy.suite.digest(imprint.digest_algorithm).until > then


def judge_token(token: JudgedToken, proofs: Proofs, *, context: Context) -> JudgedToken:
    """Return a token as it is judged with proofs of existence (step 5 a) to d) of 5.6.3.4)."""
    basic = token.basic
    if token.conclusion.passed or token.intact is not True or not token.in_time or not basic.before.passed:
        return token
    target = Target(
        facts=token.facts.token, basic=basic, current=basic.conclusion, purpose=Purpose.TSA, material=token.material
    )
    if not _worth_trying(target):
        return token
    conclusion = past_signature(target, proofs, context=context)
    key = signature_key(token.facts.token)
    if conclusion.passed and basic.certificate is not None:
        accepted, _ = accept(token.facts.token, basic.certificate, policy=context.policy, time=proofs.earliest(key))
        conclusion = first(accepted or PASSED, basic.reader)
    if not conclusion.passed:
        return token
    findings = (*token.facts.findings, *basic.notes, *cleared(basic, token.facts.id))
    return replace(token, conclusion=PASSED, past=True, findings=findings)


def validate_archival(target: Target, times: Times, *, proofs: Proofs, context: Context) -> Conclusion:
    """Return the conclusion of 5.6.3.4 for a signature whose status by 5.5 is known (steps 3 and 6 to 10)."""
    facts, basic, current = target.facts, target.basic, target.current
    if current.passed or not basic.before.passed or basic.refuted or not _worth_trying(target):
        return current
    key = signature_key(facts)
    settled = current.sub_indication is SubIndication.SIG_CONSTRAINTS_FAILURE
    conclusion = PASSED if settled else past_signature(target, proofs, context=context)
    if not conclusion.passed:
        return conclusion
    conclusion = accept_at(facts, basic, replace(times, best=proofs.earliest(key)), policy=context.policy)
    return first(conclusion, basic.reader)


def _worth_trying(target: Target) -> bool:
    chain = target.basic.chain
    if chain is None or chain.path is None or target.basic.certificate is None:
        return False
    if chain.cause is Cause.DATES and target.current.sub_indication is SubIndication.CERTIFICATE_CHAIN_GENERAL_FAILURE:
        # [J] An expired authority fails the path now, and is exactly what a proof of the past repairs.
        return True
    return target.current.sub_indication in _REPAIRABLE


def past_signature(target: Target, proofs: Proofs, *, context: Context) -> Conclusion:
    """Past signature validation (5.6.2.4.4)."""
    chain, leaf = target.basic.chain, target.basic.certificate
    assert chain is not None and leaf is not None  # asked by _worth_trying
    # Step 3: the target's own data must be proved to be older than the revocation of an authority.
    before = chain.moment if target.current.sub_indication is SubIndication.REVOKED_CA_NO_POE else None
    past = validate_past(
        leaf, purpose=target.purpose, material=target.material, context=context, proofs=proofs, before=before
    )
    if past.control_time is None:
        return _unproven(target, past)
    key = signature_key(target.facts)
    best = proofs.earliest(key)
    # Step 1, returned by step 7.
    reached = PASSED if past.issuer_proven else _evidence_unproven(leaf, target.facts.id)
    current, cause = target.current, chain.cause
    if current.sub_indication is SubIndication.TRY_LATER and cause is Cause.FRESHNESS:
        # Step 5; what stale data has hidden is judged like any other answer.
        stale = stale_data(chain, subject=target.facts.id, context=context, time=best)
        if stale is not None:
            return undecided(SubIndication.TRY_LATER, stale)
        current = chain.beyond
        if current.passed:
            return reached
    if best <= past.control_time:
        answer = _inside(target, current, chain, best=best, proofs=proofs)
        if answer is not None:
            return reached if answer.passed else answer
    if current.sub_indication is SubIndication.CRYPTO_CONSTRAINTS_FAILURE_NO_POE:
        weak = [(item.sha256, item.until) for item in chain.weak]
        own = signature_weaknesses(target.facts, leaf, policy=context.policy, time=context.time)
        weak += [(key, item.until) for item in own if item.ending is None]
        # The order of 5.2.6.4 hides the dates behind the algorithms: they must hold at that time, too.
        in_force = leaf.not_before <= best <= leaf.not_after
        if weak and in_force and all(proofs.earliest(item) < until for item, until in weak):
            return reached
    return _unproven(target, past)


def _inside(
    target: Target, current: Conclusion, chain: CertificateVerdict, *, best: datetime, proofs: Proofs
) -> Conclusion | None:
    """Step 3: the object is older than the control time; null when its branch has no answer."""
    leaf, sub = target.basic.certificate, current.sub_indication
    assert leaf is not None
    if chain.moment is not None and (best >= chain.moment or proofs.proven(signature_key(target.facts)) is None):
        return None
    hold = sub is SubIndication.TRY_LATER and chain.cause is Cause.HOLD
    dates = sub is SubIndication.CERTIFICATE_CHAIN_GENERAL_FAILURE and chain.cause is Cause.DATES
    if not (hold or dates or sub in _BY_TIME):
        return None
    if best < leaf.not_before:
        finding = error("SIGNED_BEFORE_VALIDITY", target.facts.id, name=leaf.subject.rfc4514(), time=moment_text(best))
        return failed(SubIndication.NOT_YET_VALID, finding)
    if best <= leaf.not_after:
        return PASSED
    if sub is SubIndication.NO_CERTIFICATE_CHAIN_FOUND_NO_POE:
        return undecided(SubIndication.OUT_OF_BOUNDS_NO_POE, *current.findings)
    if not dates and sub not in OUT_OF_BOUNDS:
        return undecided(SubIndication.OUT_OF_BOUNDS_NOT_REVOKED, *current.findings)
    return None


_BY_TIME = OUT_OF_BOUNDS | {
    SubIndication.REVOKED_NO_POE,
    SubIndication.REVOKED_CA_NO_POE,
    SubIndication.REVOCATION_OUT_OF_BOUNDS_NO_POE,
    SubIndication.NO_CERTIFICATE_CHAIN_FOUND_NO_POE,
}


def _unproven(target: Target, past: PastVerdict) -> Conclusion:
    why = past.reason.value if past.reason is not None else SubIndication.NO_POE.value
    note = info("PAST_NOT_PROVEN", target.facts.id, why=why)
    return replace(target.current, findings=(*target.current.findings, note))


def _evidence_unproven(leaf: Certificate, subject: str) -> Conclusion:
    finding = error("REVOCATION_ISSUER_OUT_OF_BOUNDS", subject, name=leaf.subject.rfc4514())
    return undecided(SubIndication.REVOCATION_OUT_OF_BOUNDS_NO_POE, finding)


def cleared(basic: BasicResult, subject: str) -> tuple[Finding, ...]:
    """Return, as things only told, what would have barred PASSED without the proof of time."""
    chain = basic.chain
    found = [*(chain.conclusion.findings if chain is not None else ()), *basic.accepted.findings]
    codes = {
        "CERTIFICATE_REVOKED": "REVOKED_AFTER_PROOF",
        "CA_REVOKED": "REVOKED_AFTER_PROOF",
        "REVOCATION_LATER": "REVOKED_AFTER_PROOF",
        "CERTIFICATE_ON_HOLD": "SUSPENDED_AFTER_PROOF",
        "CERTIFICATE_EXPIRED": "EXPIRED_AFTER_PROOF",
        "EXPIRED": "EXPIRED_AFTER_PROOF",
        "ANCHOR_ENDED": "ANCHOR_ENDED_AFTER_PROOF",
        "ALGORITHM_WEAK": "ALGORITHM_ENDED_AFTER_PROOF",
    }
    return tuple(info(codes[item.code], subject, **dict(item.params)) for item in found if item.code in codes)


def first(*conclusions: Conclusion) -> Conclusion:
    """Return the first conclusion that is not PASSED."""
    return next((item for item in conclusions if item.indication is not Indication.PASSED), PASSED)
