"""Findings: what was noticed, with a stable code; the sentences live in the catalogue."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum


class Severity(Enum):
    """How much a finding weighs: an error bars PASSED, a warning needs the policy's reservation."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"

    # Members are equal to themselves alone: the hash of their identity is enough, and costs nothing.
    __hash__ = object.__hash__


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing noticed about one object.

    `code` is stable and has a catalogue entry; `subject` is the id or name of the object it is
    about; `params` are plain strings that fill the sentence; `clause` names the rule it stands on
    (empty: the catalogue's).
    """

    code: str
    severity: Severity
    subject: str = ""
    params: Mapping[str, str] = field(default_factory=dict)
    clause: str = ""


def error(code: str, subject: str = "", **params: object) -> Finding:
    """Return a finding that bars PASSED."""
    return _finding(Severity.ERROR, code, subject, params)


def warning(code: str, subject: str = "", **params: object) -> Finding:
    """Return a finding that bars PASSED unless the policy lists it as a reservation."""
    return _finding(Severity.WARNING, code, subject, params)


def info(code: str, subject: str = "", **params: object) -> Finding:
    """Return a finding that is only told."""
    return _finding(Severity.INFO, code, subject, params)


def _finding(severity: Severity, code: str, subject: str, params: Mapping[str, object]) -> Finding:
    words = {key: str(value) for key, value in params.items()}
    return Finding(code=code, severity=severity, subject=subject, params=words)
