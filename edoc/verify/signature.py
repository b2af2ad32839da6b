"""One signature from facts to its entry in the report."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from edoc.errors import VerificationFailed
from edoc.facts.findings import Finding, error, info, warning
from edoc.facts.material import EmbeddedObject
from edoc.facts.signature import (
    ChangeLevel,
    DocumentFacts,
    Reference,
    ReferenceKind,
    SignatureFacts,
    TimestampFacts,
    TimestampKind,
)
from edoc.pki.algorithms import digest_of
from edoc.pki.certificate import Certificate
from edoc.pki.stated import stated_kind
from edoc.policy.model import Demand, Judgement
from edoc.result.enums import SubIndication
from edoc.result.report import CertificateId, Claims, Scope, SignatureResult, Signer, Want
from edoc.trust.store import Purpose
from edoc.verify.acceptance import accept
from edoc.verify.archival import Target, cleared, validate_archival
from edoc.verify.basic import BasicResult, signature_indication, unique_findings, validate_basic
from edoc.verify.certificate import OUT_OF_BOUNDS
from edoc.verify.chain import certificate_path
from edoc.verify.claims import judge_claims
from edoc.verify.context import PASSED, Conclusion, Context, Material, failed, undecided
from edoc.verify.crypto import describe
from edoc.verify.level import signature_level
from edoc.verify.memo import PathMemo
from edoc.verify.path_judge import moment_text
from edoc.verify.poe import Proofs, covers_signature, signature_key
from edoc.verify.timestamp import JudgedToken, check_timestamp, imprint_reliable, timestamp_warnings
from edoc.verify.with_time import Stamp, Times, disorder, validate_with_time

_CHANGES = {
    ChangeLevel.NONE: "none",
    ChangeLevel.VALIDATION_DATA: "validation_data",
    ChangeLevel.PERMITTED: "permitted",
    ChangeLevel.NOT_PERMITTED: "not_permitted",
    ChangeLevel.NOT_JUDGED: None,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """One signature after the basic process, with its tokens and counter-signatures."""

    facts: SignatureFacts
    material: Material
    basic: BasicResult
    tokens: tuple[JudgedToken, ...]
    counter: tuple[Judged, ...]
    notes: tuple[Finding, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """One signature's entry, the conclusion behind it and what would help."""

    facts: SignatureFacts
    entry: SignatureResult
    conclusion: Conclusion
    wants: tuple[Want, ...]


def check_signature(
    facts: SignatureFacts, *, shared: tuple[EmbeddedObject, ...], context: Context, memo: PathMemo
) -> Checked:
    """Run the basic process on a signature, its tokens and its counter-signatures.

    `shared` is what the document carries for all of its signatures.
    """
    carried = (*facts.material, *shared)
    material, notes = context.material(carried)
    basic = validate_basic(facts, purpose=Purpose.SIGNER, material=material, context=context, memo=memo)
    tokens = tuple(
        check_token(item, bearer=facts, shared=carried, context=context, memo=memo) for item in facts.timestamps
    )
    counter = []
    for item in facts.counter_signatures:
        checked = check_signature(item, shared=carried, context=context, memo=memo)
        counter.append(judge_signature(checked, times=times_of(checked, (), proofs=None, context=context), context=context))
    refutation = _refutation(facts, basic, tokens, context)
    if refutation is not None:
        basic = replace(basic, refutation=refutation)
    return Checked(
        facts=facts, material=material, basic=basic, tokens=tokens, counter=tuple(counter), notes=notes
    )


def check_token(
    facts: TimestampFacts,
    *,
    bearer: SignatureFacts | None = None,
    shared: tuple[EmbeddedObject, ...],
    context: Context,
    memo: PathMemo,
) -> JudgedToken:
    """Validate one time-stamp token with what it and its bearer carry."""
    material, _ = context.material((*facts.token.material, *shared))
    return check_timestamp(facts, bearer=bearer, material=material, context=context, memo=memo)


def _refutation(
    facts: SignatureFacts, basic: BasicResult, tokens: tuple[JudgedToken, ...], context: Context
) -> Conclusion | None:
    """Return what content time-stamps, which bound the signing time from below, settle (5.3.4, steps 4 and 6)."""
    times = [item.facts.gen_time for item in tokens if _content(item) and item.usable]
    newest = max((time for time in times if time is not None), default=None)
    chain, certificate = basic.chain, basic.certificate
    if newest is None or chain is None or certificate is None or not basic.before.passed:
        return None
    name = certificate.subject.rfc4514()
    status = chain.statuses[0] if chain.statuses else None
    if (
        chain.conclusion.sub_indication is SubIndication.REVOKED_NO_POE
        and status is not None
        and status.revocation_time is not None
        and newest > status.revocation_time
    ):
        time = moment_text(status.revocation_time)
        return failed(SubIndication.REVOKED, error("SIGNED_AFTER_REVOCATION", facts.id, name=name, time=time))
    if newest > certificate.not_after and chain.conclusion.sub_indication in _DATED:
        time = moment_text(certificate.not_after)
        return failed(SubIndication.EXPIRED, error("SIGNED_AFTER_EXPIRY", facts.id, name=name, time=time))
    if chain.conclusion.passed and not basic.accepted.passed:
        then, _ = accept(facts, certificate, policy=context.policy, time=newest)
        if then is not None:
            finding = error("SIGNED_WITH_WEAK_ALGORITHM", facts.id, time=moment_text(newest))
            return undecided(SubIndication.CRYPTO_CONSTRAINTS_FAILURE, finding)
    return None


_DATED = OUT_OF_BOUNDS | {SubIndication.TRY_LATER, SubIndication.REVOKED_NO_POE, SubIndication.REVOKED_CA_NO_POE}


def _content(token: JudgedToken) -> bool:
    return token.facts.kind is TimestampKind.CONTENT


def is_archival(token: JudgedToken) -> bool:
    """Tell whether a signature's token stands over more than its value (EN 319 102-1 5.6)."""
    return token.facts.kind not in (TimestampKind.CONTENT, TimestampKind.SIGNATURE)


def times_of(
    checked: Checked, document_tokens: tuple[JudgedToken, ...], *, proofs: Proofs | None, context: Context
) -> Times:
    """Return what the usable tokens, and what the caller vouches for, say about when a signature was made.

    A time-stamp of the document that covers the signature counts like one over its value (EN 319 142-1 5.4.3).
    """
    facts = checked.facts
    own = [item for item in checked.tokens if item.usable and imprint_reliable(item, context=context)]
    over = [item for item in own if is_archival(item) and facts.id in item.facts.covers]
    over += [
        item
        for item in document_tokens
        if item.usable and covers_signature(item.facts, facts) and imprint_reliable(item, context=context)
    ]
    content = _stamps(item for item in own if _content(item))
    value = _stamps(item for item in own if item.facts.kind is TimestampKind.SIGNATURE)
    later = (*value, *_stamps(over))
    known = proofs.proven(signature_key(facts)) if proofs is not None else None
    best = min((*(stamp.time for stamp in later), *((known,) if known is not None else ())), default=None)
    return Times(
        # Never less than the token says: a clock that is ahead must not carry a signature over a revocation.
        best=best,
        content=content,
        later=later,
        disorder=disorder(content, value, _stamps(sorted(over, key=_reach))),
        stamped=bool(value),
    )


def _reach(token: JudgedToken) -> tuple[int, int]:
    """How much a token stands over: a document time-stamp by its place, any other by what it names."""
    return token.facts.token.covered_until or 0, len(token.facts.covers)


def _stamps(tokens: Iterable[JudgedToken]) -> tuple[Stamp, ...]:
    return tuple(
        Stamp(id=item.facts.id, time=item.facts.gen_time) for item in tokens if item.facts.gen_time is not None
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """The document that a signature stands in, its time-stamps as they are judged, and what they prove.

    `proofs` is null where no archival process runs; `own` are each signature's tokens as judged then.
    """

    document: DocumentFacts
    tokens: tuple[JudgedToken, ...] = ()
    proofs: Proofs | None = None
    own: Mapping[str, tuple[JudgedToken, ...]] = field(default_factory=dict)


def judge_signature(
    checked: Checked, *, times: Times, context: Context, around: Surroundings | None = None
) -> Judged:
    """Return a signature's entry after the processes with time (5.5) and with archival material (5.6)."""
    facts, basic = checked.facts, checked.basic
    conclusion = validate_with_time(facts, basic, times, context=context, subject=facts.id)
    tokens, best = checked.tokens, times.best
    proofs = around.proofs if around is not None else None
    if around is not None and proofs is not None and not conclusion.passed:
        tokens = around.own.get(facts.id, tokens)
        target = Target(
            facts=facts, basic=basic, current=conclusion, purpose=Purpose.SIGNER, material=checked.material
        )
        conclusion = validate_archival(target, times, proofs=proofs, context=context)
        best = proofs.proven(signature_key(facts)) or best
    together = around.document.signatures if around is not None else (facts,)
    given, text = context.data.signature_policies, context.policy.signature_policy_text
    claims, policy = judge_claims(facts, together, given, text=text)
    if conclusion.passed:
        conclusion = next((item for item in (policy, _countersigned(checked, context)) if not item.passed), conclusion)
    over = tuple(item for item in around.tokens if covers_signature(item.facts, facts)) if around is not None else ()
    findings = (
        *unique_findings((*_told(basic, conclusion, facts.id), *policy.findings)),
        *checked.notes,
        *_own_findings(checked, (*tokens, *over), context, proven=best is not None),
    )
    answer = _Answer(conclusion=conclusion, best=best, level=_level(checked, around, context), claims=claims)
    counter = tuple(item.entry for item in checked.counter)
    entry = _entry(checked, answer, (tokens, counter), findings, context=context)
    wants: tuple[Want, ...] = ()
    if not conclusion.passed:
        wants = (*basic.wants, *(want for token in (*tokens, *over) for want in token.wants))
    return Judged(facts=facts, entry=entry, conclusion=conclusion, wants=wants)


def _countersigned(checked: Checked, context: Context) -> Conclusion:
    """Return what broken counter-signatures make of a signature where the policy wants them to hold (5.1.4)."""
    broken = [item.entry.id for item in checked.counter if not item.conclusion.passed]
    if context.policy.counter_signatures is Demand.NOT_REQUIRED or not broken:
        return PASSED
    finding = error("COUNTER_SIGNATURE_NOT_PASSED", checked.facts.id, name=", ".join(broken))
    return undecided(SubIndication.SIG_CONSTRAINTS_FAILURE, finding)


def _level(checked: Checked, around: Surroundings | None, context: Context) -> str:
    tokens = (*checked.tokens, *(around.tokens if around is not None else ()))
    found = [(checked.facts.id, checked.basic.certificate)]
    found += [(item.facts.token.id, item.basic.certificate) for item in tokens]
    return signature_level(
        checked.facts,
        document=around.document if around is not None else None,
        trust=context.trust,
        certificates={id: certificate for id, certificate in found if certificate is not None},
    )


def _told(basic: BasicResult, conclusion: Conclusion, subject: str) -> tuple[Finding, ...]:
    """Return the findings that go with a conclusion: what a proof of time has cleared is only told."""
    if conclusion.passed and not basic.conclusion.passed:
        return unique_findings((*basic.notes, *cleared(basic, subject)))
    return unique_findings((*basic.findings, *conclusion.findings))


def _own_findings(
    checked: Checked, tokens: tuple[JudgedToken, ...], context: Context, *, proven: bool
) -> tuple[Finding, ...]:
    facts = checked.facts
    found: list[Finding] = list(timestamp_warnings(tokens, facts.id))
    if not facts.covers_whole_document:
        found.append(warning("PARTIAL_COVERAGE", facts.id, name=facts.name))
    for item in checked.counter:
        if item.entry.unchanged_since_signing is not True:
            found.append(info("COUNTER_SIGNATURE_BROKEN", facts.id, name=item.entry.id))
    if context.policy.judgement is Judgement.FULL and not proven:
        found.append(info("TIME_NOT_PROVEN", facts.id))
    return tuple(found)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Answer:
    """What the processes came to for one signature."""

    conclusion: Conclusion
    best: datetime | None
    level: str
    claims: Claims


def _entry(
    checked: Checked,
    answer: _Answer,
    borne: tuple[tuple[JudgedToken, ...], tuple[SignatureResult, ...]],
    findings: tuple[Finding, ...],
    *,
    context: Context,
) -> SignatureResult:
    facts, basic = checked.facts, checked.basic
    full = context.policy.judgement is Judgement.FULL
    intact = basic.verified.intact
    return SignatureResult(
        id=facts.id,
        name=facts.name,
        format=facts.format.value,
        container=facts.container,
        level=answer.level,
        indication=signature_indication(answer.conclusion) if full else None,
        sub_indication=answer.conclusion.sub_indication if full else None,
        intact=intact,
        references_intact=basic.verified.references_intact,
        signature_value_valid=basic.verified.signature_value_valid,
        unchanged_since_signing=_unchanged(basic.verified.unchanged, facts.changes_since_signing),
        changes_since_signing=_CHANGES[facts.changes_since_signing],
        changes=facts.changes,
        scope=tuple(_scope(item) for item in _data(facts)),
        signer=_signer(basic.certificate),
        signing_certificate=_certificate_id(basic.certificate),
        path=certificate_path(basic.chain),
        algorithm=describe(facts.algorithm) if facts.algorithm is not None else None,
        claimed_signing_time=facts.claimed_signing_time,
        best_signature_time=answer.best if full else None,
        timestamps=tuple(item.result(context) for item in borne[0]),
        counter_signatures=borne[1],
        findings=findings,
        claims=answer.claims,
        signed_octets=tuple(_verified(item, facts.id) if intact and item.intact else None for item in _data(facts)),
    )


def _data(facts: SignatureFacts) -> tuple[Reference, ...]:
    """Return what is signed; what a signature says of itself is no data, nor is what a list names and nobody has."""
    return tuple(
        item
        for item in facts.references
        if item.kind is not ReferenceKind.SIGNED_PROPERTIES
        and (item.kind is not ReferenceKind.MANIFEST_ENTRY or item.actual is not None)
    )


def _verified(reference: Reference, signature: str) -> Callable[[], bytes] | None:
    """Return what hands out the octets of an intact reference, and nothing else.

    They are read when they are asked for, from a document that may be a file: between its verification and
    that moment somebody may have written to it.
    """
    supplier = reference.octets
    if supplier is None:
        return None

    def octets() -> bytes:
        data = supplier()
        digested = data if reference.digested is None else reference.digested(data)
        if digest_of(reference.digest_algorithm, digested) != reference.expected:
            raise VerificationFailed("SIGNED_DATA_CHANGED", subject=signature, params={"name": reference.name})
        return data

    return octets


def _unchanged(intact: bool | None, changes: ChangeLevel) -> bool | None:
    if intact is False or changes is ChangeLevel.NOT_PERMITTED:
        return False
    return None if changes is ChangeLevel.NOT_JUDGED else intact


def _scope(reference: Reference) -> Scope:
    digest = reference.actual or reference.expected
    shown = {reference.digest_algorithm: digest.hex()} if digest is not None else {}
    return Scope(name=reference.name, kind=reference.scope, digest=shown)


def _signer(certificate: Certificate | None) -> Signer | None:
    if certificate is None:
        return None
    subject = certificate.subject
    return Signer(
        subject=subject.rfc4514(),
        common_name=subject.get("2.5.4.3"),
        serial_number=subject.get("2.5.4.5"),
        organization=subject.get("2.5.4.10"),
        title=subject.get("2.5.4.12"),
    )


def _certificate_id(certificate: Certificate | None) -> CertificateId | None:
    if certificate is None:
        return None
    return CertificateId(
        sha256=certificate.sha256.hex(),
        issuer=certificate.issuer.rfc4514(),
        serial=format(certificate.serial_number, "x"),
        not_before=certificate.not_before,
        not_after=certificate.not_after,
        kind=stated_kind(certificate),
    )
