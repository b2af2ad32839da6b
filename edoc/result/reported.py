"""What a verification report states, taken out of its JSON."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from edoc.errors import InputError
from edoc.facts.reported import ReportStatement
from edoc.result.reading import read_records
from edoc.result.report import REPORT_SCHEMA


def read_statement(octets: bytes, *, name: str) -> ReportStatement:
    """Return what a file states that holds one report; `name` is what errors call it.

    Raises `InputError` RECORD_NOT_OURS for anything else, also for several reports: they could contradict
    each other.
    """
    records = read_records(octets, name=name)
    if len(records) != 1 or records[0]["schema"] != REPORT_SCHEMA:
        params = {"place": "line 1", "why": "not one report about one document"}
        raise InputError("RECORD_NOT_OURS", subject=name, params=params)
    # Every key was held against the schema.
    value: Any = records[0]
    document, policy, trust = value["document"], value["policy"], value["trust"]
    try:
        moment = datetime.fromisoformat(value["validation_time"]).astimezone(UTC)
    except OverflowError as problem:
        params = {"place": "$.validation_time", "why": "a time that no calendar has"}
        raise InputError("RECORD_NOT_OURS", subject=name, params=params) from problem
    return ReportStatement(
        document_name=document["name"],
        media_type=document["media_type"],
        size=document["size"],
        sha256=document["digest"]["sha256"],
        verdict=value["verdict"],
        validation_time=moment,
        policy_id=policy["id"],
        policy_digest=policy["digest"],
        trust_digest=trust["digest"],
        trust_judged=trust["judged"],
        tool_version=value["tool"]["version"],
        signers=tuple(dict.fromkeys(_signer(item["signer"]) for item in value["signatures"] if item["signer"])),
    )


def _signer(value: Any) -> str:
    return str(value["common_name"] or value["subject"])
