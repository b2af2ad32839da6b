"""What the tests over foreign corpora share: a manifest's rows, the answer about each, an exceptions file.

An expectation that is not met stands in the exceptions file of its test with what was answered and why;
one that is met although it stands there fails too, so that such a file can only shrink.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import edoc

Row = dict[str, object]


@dataclass(frozen=True)
class Answer:
    """What the verifier says of one document: its report, or the code of the error instead."""

    report: edoc.Report | None
    error: str | None = None

    @property
    def word(self) -> str:
        """The verdict, or `error`."""
        return self.report.verdict.value if self.report is not None else "error"

    def codes(self) -> set[str]:
        """Return the codes of all findings."""
        if self.report is None:
            return {self.error or ""}
        found = [*self.report.findings, *(item for one in self.report.signatures for item in one.findings)]
        return {item.code for item in found}


def read_rows(manifest: Path, **wanted: object) -> list[Row]:
    """Return the rows of a manifest (one JSON object a line) whose keys have certain values."""
    rows: list[Row] = [json.loads(line) for line in manifest.read_text(encoding="utf-8").splitlines() if line]
    return [row for row in rows if all(row.get(key) == value for key, value in wanted.items())]


def ask(document: Path, *, policy: str = "integrity", **options: object) -> Answer:
    """Return what the verifier answers; only the library's own errors count as an answer."""
    try:
        return Answer(report=edoc.verify_document(document, policy=policy, **options))  # type: ignore[arg-type]
    except edoc.EdocError as problem:
        return Answer(report=None, error=problem.code)


@dataclass(frozen=True)
class Miss:
    """One expectation that was not met."""

    name: str
    expected: object
    actual: object


def read_exceptions(place: Path) -> dict[str, dict[str, object]]:
    """Return the exceptions of a test by name: `expected`, `actual`, `reason`."""
    found: dict[str, dict[str, object]] = json.loads(place.read_text(encoding="utf-8"))
    return found


def unexplained(misses: Iterable[Miss], exceptions: Mapping[str, Mapping[str, object]]) -> list[Miss]:
    """Return the misses that the exceptions do not tell exactly so."""
    return [
        miss
        for miss in misses
        if (known := exceptions.get(miss.name)) is None
        or (known["expected"], known["actual"]) != (miss.expected, miss.actual)
    ]


def outdated(misses: Iterable[Miss], exceptions: Mapping[str, Mapping[str, object]]) -> set[str]:
    """Return the exceptions that are met by now, or give no reason."""
    missed = {miss.name for miss in misses}
    silent = {name for name, entry in exceptions.items() if not str(entry.get("reason", "")).strip()}
    return (set(exceptions) - missed) | silent
