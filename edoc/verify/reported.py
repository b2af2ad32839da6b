"""What a document reports about another one: told only where a passing signature covers the report."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from edoc.facts.findings import Finding, info, warning
from edoc.facts.signature import DocumentFacts
from edoc.result.enums import Verdict
from edoc.result.report import DocumentId, PolicyId, Reported
from edoc.verify.signature import Judged


@dataclass(frozen=True, slots=True, kw_only=True)
class Reporting:
    """What is told of a carried report, and which originals neither it nor a signature uses."""

    reported: Reported | None
    findings: tuple[Finding, ...]
    unused_originals: tuple[str, ...]


def judge_report(facts: DocumentFacts, judged: Sequence[Judged]) -> Reporting:
    """Return what a document reports; nothing of it is checked again, and none of it changes the verdict."""
    carried = facts.reported
    if carried is None:
        return Reporting(reported=None, findings=(), unused_originals=facts.unused_originals)
    statement = carried.statement
    if statement is None:
        told = info("REPORT_UNREADABLE", carried.name, why=carried.problem)
        return Reporting(reported=None, findings=(told,), unused_originals=facts.unused_originals)
    sealed_by = tuple(
        item.facts.id for item in judged if item.conclusion.passed and item.facts.id in carried.covered_by
    )
    if not sealed_by:
        told = info("REPORT_NOT_SEALED", carried.name, document=facts.name)
        return Reporting(reported=None, findings=(told,), unused_originals=facts.unused_originals)
    reported = Reported(
        name=carried.name,
        sha256=carried.sha256,
        sealed_by=sealed_by,
        document=DocumentId(
            name=statement.document_name,
            media_type=statement.media_type,
            size=statement.size,
            sha256=statement.sha256,
        ),
        verdict=Verdict(statement.verdict),
        validation_time=statement.validation_time,
        policy=PolicyId(id=statement.policy_id, digest=statement.policy_digest),
        trust_digest=statement.trust_digest,
        trust_judged=statement.trust_judged,
        tool_version=statement.tool_version,
        signers=statement.signers,
        at_hand=carried.matching,
        others_at_hand=carried.unused_beside,
    )
    named = statement.document_name
    same = [info("REPORTED_DOCUMENT_MATCHES", name, name=named) for name in carried.matching]
    other = [warning("REPORTED_DOCUMENT_OTHER", name, name=named, sha256=statement.sha256) for name in carried.unused_beside]
    return Reporting(reported=reported, findings=(*other, *same), unused_originals=carried.unused_beside)
