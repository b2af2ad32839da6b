"""The verdict about the document (design section 3.1, "Verdict rules")."""

from __future__ import annotations

from dataclasses import dataclass

from edoc.facts.findings import Finding, Severity, info, warning
from edoc.facts.signature import ChangeLevel, DocumentFacts
from edoc.policy.model import Judgement
from edoc.result.enums import Indication, Verdict
from edoc.result.report import EvidenceResult, TimestampResult
from edoc.verify.context import CLOCK_SKEW, Context
from edoc.verify.signature import Judged


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """The verdict, the reservations under which it was given, and the document's own findings."""

    verdict: Verdict
    reservations: tuple[str, ...]
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Proven:
    """What stands in a document beside its signatures: time-stamps, evidence records, and what is said of these."""

    timestamps: tuple[TimestampResult, ...] = ()
    records: tuple[EvidenceResult, ...] = ()
    warnings: tuple[Finding, ...] = ()


def decide(facts: DocumentFacts, judged: tuple[Judged, ...], proven: Proven, context: Context) -> Decision:
    """Return the verdict: the gravest of the top-level signatures and of the container's own errors.

    Evidence records count only where nothing else is there and somebody came for them: whoever hangs a bad one on a
    signed document changes nothing.
    """
    timed = bool(proven.timestamps or proven.records)
    findings = [*facts.findings, *_document_findings(facts, judged, proven, context), *proven.warnings]
    if judged:
        verdict = _of_signatures(judged, findings, context)
    elif timed and context.expect == "timestamp":
        verdict = _of_times(proven, findings, context)
    else:
        verdict = _without_signature(findings, context)
        code = "ONLY_TIME_PROVEN" if timed else "NO_SIGNATURE"
        findings.insert(0, info(code, facts.name))
    entries = [item.entry for item in judged]
    told = [*findings, *(finding for entry in entries for finding in entry.findings)]
    passing = verdict in (Verdict.PASSED, Verdict.INTACT)
    reservations = sorted({item.code for item in told if item.severity is Severity.WARNING}) if passing else []
    return Decision(verdict=verdict, reservations=tuple(reservations), findings=tuple(findings))


def _of_signatures(judged: tuple[Judged, ...], findings: list[Finding], context: Context) -> Verdict:
    conclusions = [item.conclusion.indication for item in judged]
    told = [*findings, *(finding for item in judged for finding in item.entry.findings)]
    container_broken = any(finding.severity is Severity.ERROR for finding in findings)
    if Indication.FAILED in conclusions or container_broken:
        return Verdict.FAILED
    if any(item is not Indication.PASSED for item in conclusions) or _open(told, context):
        return Verdict.INDETERMINATE
    return Verdict.INTACT if context.policy.judgement is Judgement.INTEGRITY else Verdict.PASSED


def _of_times(proven: Proven, findings: list[Finding], context: Context) -> Verdict:
    integrity = context.policy.judgement is Judgement.INTEGRITY
    # A record beside time-stamps is one more proof, or none; where it is the only one, it decides.
    entries: tuple[TimestampResult | EvidenceResult, ...] = proven.timestamps or proven.records
    if any(item.severity is Severity.ERROR for item in findings) or any(item.intact is False for item in entries):
        return Verdict.FAILED
    told = [*findings, *(finding for item in entries for finding in item.findings)]
    wanted = None if integrity else Indication.PASSED
    if _open(told, context) or any(item.intact is None or item.indication is not wanted for item in entries):
        return Verdict.INDETERMINATE
    return Verdict.INTACT if integrity else Verdict.PASSED


def _without_signature(findings: list[Finding], context: Context) -> Verdict:
    if any(item.severity is Severity.ERROR for item in findings):
        return Verdict.FAILED
    # NO_SIGNATURE needs a complete strict parse: a limit or an unread part leaves the question open.
    return Verdict.INDETERMINATE if _open(findings, context) else Verdict.NO_SIGNATURE


def _open(findings: list[Finding], context: Context) -> bool:
    """Errors, and warnings outside the policy's closed list, leave nothing passed."""
    return any(
        item.severity is Severity.ERROR
        or (item.severity is Severity.WARNING and item.code not in context.policy.reservations)
        for item in findings
    )


def _document_findings(
    facts: DocumentFacts, judged: tuple[Judged, ...], proven: Proven, context: Context
) -> list[Finding]:
    found = [warning("DETACHED_UNUSED", name) for name in facts.unused_originals]
    found.extend(_added_content(facts, judged, context))
    if context.time_source == "now" and _clock_behind(judged, proven, context):
        found.append(warning("CLOCK_BEHIND", facts.name, time=context.time.isoformat()))
    return found


def _added_content(facts: DocumentFacts, judged: tuple[Judged, ...], context: Context) -> list[Finding]:
    """What a reader sees and no passing signature covers, even where the signatures permit it."""
    if context.policy.judgement is Judgement.INTEGRITY:
        return []
    passing = [item for item in judged if item.conclusion.passed]
    if not passing:
        return []
    last = max(passing, key=lambda item: item.facts.covered_until or 0)
    if last.facts.changes_since_signing is ChangeLevel.PERMITTED and any(item.shown for item in last.facts.changes):
        return [warning("UNSIGNED_CONTENT_ADDED", facts.name, name=last.facts.name)]
    return []


def _clock_behind(judged: tuple[Judged, ...], proven: Proven, context: Context) -> bool:
    """Only a token that reaches a TSA anchor counts: anybody can hang one of his own on a document."""
    seen = [crl.this_update for crl in context.data.crls]
    seen.extend(response.produced_at for response in context.data.ocsps)
    tokens = (
        *proven.timestamps,
        *(token for item in judged for token in item.entry.timestamps),
        *(token for item in proven.records for token in item.timestamps),
    )
    seen.extend(token.time for token in tokens if token.intact and token.path and token.time is not None)
    return any(time > context.time + CLOCK_SKEW for time in seen)
