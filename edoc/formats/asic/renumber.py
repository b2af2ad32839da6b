"""Ids that are unique in a whole container: each signature file numbers its signatures from one."""

from __future__ import annotations

import re
from dataclasses import replace

from edoc.facts.findings import Finding
from edoc.facts.signature import EvidenceFacts, SignatureFacts, TimestampFacts

_ID = re.compile(r"S([0-9]+)(?=\Z|\.)")


def renumbered(facts: SignatureFacts, offset: int) -> SignatureFacts:
    """Return a signature whose id, and those of all it carries, are `offset` higher."""
    if not offset:
        return facts
    return replace(
        facts,
        id=_moved(facts.id, offset),
        findings=_findings(facts.findings, offset),
        timestamps=tuple(_timestamp(item, offset) for item in facts.timestamps),
        counter_signatures=tuple(renumbered(item, offset) for item in facts.counter_signatures),
        evidence_records=tuple(_record(item, facts.id, offset) for item in facts.evidence_records),
    )


def _record(facts: EvidenceFacts, bearer: str, offset: int) -> EvidenceFacts:
    chains = (
        replace(chain, timestamps=tuple(_timestamp(item, offset) for item in chain.timestamps)) for chain in facts.chains
    )
    return replace(
        facts,
        id=_moved(facts.id, offset),
        chains=tuple(chains),
        references=tuple(
            replace(item, name=_moved(bearer, offset)) if item.name == bearer else item for item in facts.references
        ),
        covers=tuple(_moved(item, offset) for item in facts.covers),
        findings=_findings(facts.findings, offset),
    )


def _timestamp(facts: TimestampFacts, offset: int) -> TimestampFacts:
    imprint = facts.imprint
    if imprint is not None:
        imprint = replace(imprint, name=_moved(imprint.name, offset))
    return replace(
        facts,
        id=_moved(facts.id, offset),
        token=renumbered(facts.token, offset),
        imprint=imprint,
        covers=tuple(_moved(item, offset) for item in facts.covers),
        findings=_findings(facts.findings, offset),
    )


def _findings(findings: tuple[Finding, ...], offset: int) -> tuple[Finding, ...]:
    return tuple(
        replace(item, subject=_moved(item.subject, offset),
                params={key: _moved(value, offset) for key, value in item.params.items()})
        for item in findings
    )  # fmt: skip


def _moved(id: str, offset: int) -> str:
    return _ID.sub(lambda match: f"S{int(match[1]) + offset}", id, count=1) if _ID.match(id) else id
