"""One line of the table that a run of the benchmarks prints."""

from __future__ import annotations

import sys
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One measured figure beside its goal."""

    what: str
    measured: str
    goal: str
    met: bool


def talk(words: str) -> None:
    """Say something to whoever waits."""
    print(words, file=sys.stderr, flush=True)
