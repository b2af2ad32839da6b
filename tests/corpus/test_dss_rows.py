"""JAdES, XAdES, containers and evidence records of another validator's own tests: what they assert, key by key.

An assertion that is not met
stands in the exceptions file of its family with its reason; one that is met although it stands there fails too.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.corpus.dss import Scored, ask_row, dss_rows, score
from tests.corpus.harness import Answer, Row, outdated, read_exceptions, unexplained

FAMILIES = {
    "jades": (("JAdES", "JWS"), 1.0),
    "xades": (("XAdES",), 0.95),
    "asic": (("ASiC-S", "ASiC-E", "ODF"), 0.95),
    "er": (("ER",), 0.95),
}
"""Formats of the manifest, and the share of assertions that must be met."""
_INTACT = ("intact", "sig_valid", "refs_intact", "timestamps_valid", "er_valid")


@dataclass(frozen=True)
class Family:
    """The rows of a family, what was answered about them, and what is known to fall short."""

    name: str
    rows: list[Row]
    answers: dict[str, Answer]
    scored: Scored
    exceptions: dict[str, dict[str, object]]


@pytest.fixture(scope="module", params=FAMILIES)
def family(request: pytest.FixtureRequest, corpus: Path) -> Family:
    name = str(request.param)
    rows = [row for format in FAMILIES[name][0] for row in dss_rows(corpus, format=format)]
    answers = {str(row["id"]): ask_row(corpus, row) for row in rows}
    scored = score(rows, answers)
    print(f"\n{name}\n{scored.table()}")
    place = Path(__file__).with_name(f"dss_{name}_exceptions.json")
    return Family(name, rows, answers, scored, read_exceptions(place) if place.exists() else {})


def test_what_falls_short_is_explained(family: Family) -> None:
    assert not unexplained(family.scored.misses, family.exceptions)


def test_the_exceptions_can_only_shrink(family: Family) -> None:
    assert not outdated(family.scored.misses, family.exceptions)


def test_the_score(family: Family) -> None:
    assert sum(family.scored.asserted.values()) >= 80
    assert family.scored.share >= FAMILIES[family.name][1]


def test_no_broken_document_is_excused(family: Family) -> None:
    listed = family.exceptions.items()
    accepted = [name for name, entry in listed if entry["expected"] is False and entry["actual"] is True]
    assert not [name for name in accepted if name.rpartition(" ")[2] in _INTACT]


def test_what_is_not_intact_never_passes(family: Family) -> None:
    refused = [row for row in family.rows if row.get("intact") is False or row.get("indication") == "TOTAL_FAILED"]
    broken = [str(row["id"]) for row in refused]
    assert broken or family.name == "jades"
    # A broken counter-signature does not spoil the document that it hangs on (design 3.1).
    spoilt = {name for name in broken if "CounterSignature" in name}
    assert not [name for name in set(broken) - spoilt if family.answers[name].word in ("PASSED", "INTACT")]
