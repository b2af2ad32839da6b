"""A verification report that a document carries: what it states, and which signatures cover it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportStatement:
    """What a report states about the document that was checked; taken from the report, checked by nobody here."""

    document_name: str
    media_type: str
    size: int
    sha256: str
    """Of the document that was checked (hex)."""
    verdict: str
    """A verdict of `edoc/report/1`."""
    validation_time: datetime
    policy_id: str
    policy_digest: str
    trust_digest: str
    trust_judged: bool
    tool_version: str
    signers: tuple[str, ...]
    """As the report names them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CarriedReport:
    """The one report inside a document, and what of it is signed."""

    name: str
    """What the document calls it."""
    sha256: str
    """Of the report itself (hex)."""
    statement: ReportStatement | None
    """Null when it cannot be read; `problem` then tells why."""
    problem: str = ""
    covered_by: tuple[str, ...] = ()
    """Ids of the signatures that cover this very report, and a document that carries no other."""
    matching: tuple[str, ...] = ()
    """Names of the originals handed over whose digest is the one that the report names."""
    unused_beside: tuple[str, ...] = ()
    """Names of the originals that neither a reference nor the report uses."""
