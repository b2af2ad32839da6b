"""Which algorithms are reliable until when (ETSI TS 119 312), as data with a date of edition."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from importlib import resources

NEVER = datetime.min.replace(tzinfo=UTC)
FOREVER = datetime.max.replace(tzinfo=UTC)
_KINDS = 256
"""Kinds of keys whose answer is kept; a real archive has some dozens."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SuiteRow:
    """One algorithm from a key size on: reliable at t iff t < `until`; `legacy` is a warning date."""

    name: str
    min_bits: int = 0
    curves: frozenset[str] = frozenset()
    until: datetime = FOREVER
    legacy: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reliability:
    """Until when an algorithm is reliable, and the date at which it is to be phased out."""

    until: datetime
    legacy: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CryptographicSuite:
    """The dated tables of digest and signature algorithms of one policy."""

    id: str
    updated: datetime
    digests: tuple[SuiteRow, ...]
    signatures: tuple[SuiteRow, ...]
    _answers: dict[tuple[str, int | None, str | None], Reliability] = field(
        init=False, repr=False, compare=False, default_factory=dict
    )
    """What the tables say of a digest, or of a signature algorithm with a key size and a curve; they never change."""

    def digest(self, name: str) -> Reliability:
        """Return until when a digest algorithm is reliable; one that is not listed never was."""
        key = (name, None, None)
        known = self._answers.get(key)
        return known or self._kept(key, [row for row in self.digests if row.name == name])

    def signature(self, name: str, *, bits: int, curve: str | None = None) -> Reliability:
        """Return until when a signature algorithm with a key of this size is reliable.

        Of all rows whose minimum the key reaches the latest end counts.
        """
        key = (name, bits, curve)
        known = self._answers.get(key)
        if known is not None:
            return known
        rows = [
            row
            for row in self.signatures
            if row.name == name and bits >= row.min_bits and (not row.curves or curve in row.curves)
        ]
        return self._kept(key, rows)

    def _kept(self, key: tuple[str, int | None, str | None], rows: list[SuiteRow]) -> Reliability:
        answer = _latest(rows)
        if len(self._answers) < _KINDS:
            self._answers[key] = answer
        return answer

    def canonical(self) -> list[object]:
        """Return everything as lists of plain values in a fixed order, to be digested."""
        rows = [
            [kind, row.name, row.min_bits, sorted(row.curves), row.until.isoformat(), str(row.legacy)]
            for kind, table in (("digest", self.digests), ("signature", self.signatures))
            for row in table
        ]
        return [self.id, self.updated.isoformat(), rows]

    def dates(self) -> tuple[datetime, ...]:
        """Return every date at which an answer of this suite changes."""
        rows = (*self.digests, *self.signatures)
        return tuple(sorted({row.until for row in rows} | {self.updated}))


def _latest(rows: list[SuiteRow]) -> Reliability:
    if not rows:
        return Reliability(until=NEVER)
    best = max(rows, key=lambda row: (row.until, row.min_bits))
    return Reliability(until=best.until, legacy=best.legacy)


def _day(text: object) -> datetime:
    return datetime.fromisoformat(str(text)).replace(tzinfo=UTC)


def _row(entry: dict[str, object]) -> SuiteRow:
    curves = entry.get("curves", [])
    return SuiteRow(
        name=str(entry["name"]),
        min_bits=int(str(entry.get("min_bits", 0))),
        curves=frozenset(str(item) for item in curves) if isinstance(curves, list) else frozenset(),
        until=_day(entry["until"]) if "until" in entry else FOREVER,
        legacy=_day(entry["legacy"]) if "legacy" in entry else None,
    )


@cache
def default_suite() -> CryptographicSuite:
    """Return the suite that ships with this version."""
    text = resources.files(__package__).joinpath("data/suite.json").read_text(encoding="utf-8")
    data = json.loads(text)
    return CryptographicSuite(
        id=data["id"],
        updated=_day(data["updated"]),
        digests=tuple(_row(entry) for entry in data["digests"]),
        signatures=tuple(_row(entry) for entry in data["signatures"]),
    )
