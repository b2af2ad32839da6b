"""Ids that are unique in a whole container: each signature file numbers its signatures from one."""

from __future__ import annotations

import re
from dataclasses import replace

from edoc.facts.findings import Finding
from edoc.facts.signature import SignatureFacts, TimestampFacts

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
