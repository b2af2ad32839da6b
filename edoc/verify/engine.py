"""The engine: a pure function of facts, data, policy, trust and time to a report and what would help."""

from __future__ import annotations

from dataclasses import dataclass, replace

from edoc.facts.findings import Finding, Severity, error
from edoc.facts.signature import DocumentFacts, SignatureFacts
from edoc.policy.model import Judgement
from edoc.result.enums import Indication, SubIndication, WantKind
from edoc.result.report import DocumentId, Outcome, PolicyId, ReportData, Want
from edoc.verify.archival import gather_proofs
from edoc.verify.context import Context
from edoc.verify.evidence import JudgedRecord, judge_records, record_warnings
from edoc.verify.memo import PathMemo
from edoc.verify.poe import Proofs, signature_key
from edoc.verify.reported import judge_report
from edoc.verify.signature import (
    Checked,
    Judged,
    Surroundings,
    check_signature,
    check_token,
    is_archival,
    judge_signature,
    times_of,
)
from edoc.verify.timestamp import JudgedToken
from edoc.verify.verdict import Proven, decide
from edoc.verify.with_time import Times


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineIdentity:
    """What the report prints about the rules it was made under; computed once per verifier."""

    tool_version: str
    policy: PolicyId
    trust_digest: str


def validate(facts: DocumentFacts, *, context: Context, identity: EngineIdentity, memo: PathMemo) -> Outcome:
    """Validate a document by the highest process its time-stamps allow (EN 319 102-1 5.1.2) and the verdict rules.

    Same facts, context and tool version give the same report.  The caller refuses documents that
    are neither completely read nor carry the marks of a signature before it asks.
    """
    facts = _with_unreadable_signature(facts)
    found = _judge(facts, context, memo)
    timestamps = tuple(item.result(context) for item in found.tokens)
    records = tuple(item.result(context) for item in found.records)
    reporting = judge_report(facts, found.signatures)
    facts = replace(facts, unused_originals=reporting.unused_originals)
    # Where nothing else is there, what is wrong with a record is told by the record.
    warnings = record_warnings(found.records, context) if found.signatures or timestamps else ()
    decision = decide(facts, found.signatures, Proven(timestamps, records, warnings), context)
    wants = _wants(found, context)
    report = ReportData(
        tool_version=identity.tool_version,
        policy=identity.policy,
        trust_digest=identity.trust_digest,
        trust_judged=context.policy.judgement is Judgement.FULL,
        process=found.process,
        validation_time=context.time,
        validation_time_source=context.time_source,
        document=DocumentId(
            name=facts.name,
            media_type=facts.media_type,
            size=facts.size,
            sha256=facts.sha256.hex(),
            pages=facts.pages,
        ),
        verdict=decision.verdict,
        reservations=decision.reservations,
        signatures=tuple(item.entry for item in found.signatures),
        timestamps=timestamps,
        evidence_records=records,
        wants=wants,
        findings=(*reporting.findings, *decision.findings, *_not_fetched(context)),
        trust_anchors=len(context.trust.entries),
        reported=reporting.reported,
    )
    return Outcome(report=report, wants=wants)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """Everything judged, and the highest process that ran for at least one of the signatures."""

    signatures: tuple[Judged, ...]
    tokens: tuple[JudgedToken, ...]
    """Those of the document."""
    records: tuple[JudgedRecord, ...]
    process: str


def _judge(facts: DocumentFacts, context: Context, memo: PathMemo) -> _Found:
    """Judge signatures, time-stamps of the document, and evidence records."""
    shared = facts.material
    checked = [check_signature(item, shared=shared, context=context, memo=memo) for item in facts.signatures]
    tokens = tuple(check_token(item, shared=shared, context=context, memo=memo) for item in facts.timestamps)
    proofs = Proofs(now=context.time, known=context.data.proofs)
    # 5.6.3.4, step 1: what evidence records prove counts for everything that follows.
    records = judge_records(facts, proofs, context=context, memo=memo)
    times = [times_of(item, tokens, proofs=proofs, context=context) for item in checked]
    full = context.policy.judgement is Judgement.FULL
    around = Surroundings(document=facts, tokens=tokens)
    stamped = bool(tokens) or any(is_archival(token) for item in checked for token in item.tokens)
    archival = full and (stamped or any(item.conclusion.passed for item in records))
    if archival:
        around = _archive(around, checked, times, proofs=proofs, context=context)
    judged = tuple(
        judge_signature(item, times=when, context=context, around=around)
        for item, when in zip(checked, times, strict=True)
    )
    timed = any(item.tokens for item in checked) or bool(context.data.proofs)
    process = "archival" if archival else "time" if full and timed else "basic"
    return _Found(signatures=judged, tokens=around.tokens, records=records, process=process)


def _archive(
    around: Surroundings, checked: list[Checked], times: list[Times], *, proofs: Proofs, context: Context
) -> Surroundings:
    """Run steps 2 to 5 of 5.6.3.4: every token of the document shares one set of proofs."""
    for item, when in zip(checked, times, strict=True):
        if when.best is not None:
            proofs.add(signature_key(item.facts), when.best)
    every = (*(token for item in checked for token in item.tokens), *around.tokens)
    found = gather_proofs(every, around.document, proofs, context=context)
    judged = {id(before): after for before, after in zip(every, found, strict=True)}
    return replace(
        around,
        tokens=tuple(judged[id(token)] for token in around.tokens),
        proofs=proofs,
        own={item.facts.id: tuple(judged[id(token)] for token in item.tokens) for item in checked},
    )


def _with_unreadable_signature(facts: DocumentFacts) -> DocumentFacts:
    """Give a document whose signature is seen but cannot be read the one entry that says so.

    Never NO_SIGNATURE: a parse that stopped early proves nothing about absence (attacks.md, general rules).
    """
    if facts.signatures or facts.complete or not facts.signature_marks:
        return facts
    reasons: tuple[Finding, ...] = tuple(replace(finding, subject="S1") for finding in facts.findings)
    unreadable = SignatureFacts(
        id="S1",
        format=facts.marks_format,
        findings=(*reasons, error("SIGNATURE_MARKS_UNREADABLE", "S1", name=facts.name))
        if _is_broken(reasons)
        else reasons,
    )
    return replace(facts, signatures=(unreadable,))


def _is_broken(reasons: tuple[Finding, ...]) -> bool:
    return any(item.severity is Severity.ERROR for item in reasons)


def _not_fetched(context: Context) -> tuple[Finding, ...]:
    """Tell what a driver tried to get and could not; whether it mattered, the verdict says."""
    found = [item.finding for item in context.data.unavailable if item.finding is not None]
    return tuple({(item.code, item.subject): item for item in found}.values())


def _wants(all_found: _Found, context: Context) -> tuple[Want, ...]:
    judged = all_found.signatures
    found: dict[tuple[WantKind, str], Want] = {}
    if context.expect == "timestamp":
        for token in all_found.tokens:
            for want in token.wants:
                found.setdefault((want.kind, want.subject), want)
    if context.expect == "timestamp" or not all(item.conclusion.passed for item in judged):
        for record in all_found.records:
            for want in record.wants:
                found.setdefault((want.kind, want.subject), want)
    for item in judged:
        for want in item.wants:
            found.setdefault((want.kind, want.subject), want)
        if item.conclusion.sub_indication is SubIndication.SIGNED_DATA_NOT_FOUND:
            found.setdefault(
                (WantKind.ORIGINAL, item.facts.id),
                Want(kind=WantKind.ORIGINAL, subject=item.facts.id, why="SIGNED_DATA_MISSING"),
            )
        if item.entry.indication is Indication.INDETERMINATE and item.conclusion.sub_indication in _TIME_WOULD_HELP:
            found.setdefault(
                (WantKind.TIMESTAMP, item.facts.id),
                Want(kind=WantKind.TIMESTAMP, subject=item.facts.id, why="TIME_NOT_PROVEN"),
            )
    return tuple(found.values())


_TIME_WOULD_HELP = frozenset(
    {
        SubIndication.REVOKED_NO_POE,
        SubIndication.REVOKED_CA_NO_POE,
        SubIndication.OUT_OF_BOUNDS_NO_POE,
        SubIndication.OUT_OF_BOUNDS_NOT_REVOKED,
        SubIndication.CRYPTO_CONSTRAINTS_FAILURE_NO_POE,
    }
)
