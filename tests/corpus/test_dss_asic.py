"""The containers of another validator's own tests (ASiC-S, ASiC-E, OpenDocument): what they assert, key by key.

Rows about evidence records in containers count for everything but the records.  An assertion that is not met
stands in `dss_asic_exceptions.json` with its reason; one that is met although it stands there fails too.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.corpus.dss import Scored, ask_row, dss_rows, score
from tests.corpus.harness import Answer, Row, outdated, read_exceptions, unexplained

EXCEPTIONS = read_exceptions(Path(__file__).with_name("dss_asic_exceptions.json"))
FORMATS = ("ASiC-S", "ASiC-E", "ODF")


@pytest.fixture(scope="module")
def rows(corpus: Path) -> list[Row]:
    return [row for name in FORMATS for row in dss_rows(corpus, format=name)]


@pytest.fixture(scope="module")
def answers(corpus: Path, rows: list[Row]) -> dict[str, Answer]:
    return {str(row["id"]): ask_row(corpus, row) for row in rows}


@pytest.fixture(scope="module")
def scored(rows: list[Row], answers: dict[str, Answer]) -> Scored:
    result = score(rows, answers)
    print("\n" + result.table())
    return result


def test_what_falls_short_is_explained(scored: Scored) -> None:
    assert not unexplained(scored.misses, EXCEPTIONS)


def test_the_exceptions_can_only_shrink(scored: Scored) -> None:
    assert not outdated(scored.misses, EXCEPTIONS)


def test_the_score(scored: Scored) -> None:
    assert scored.share >= 0.9


def test_no_broken_document_is_excused() -> None:
    accepted = [name for name, entry in EXCEPTIONS.items() if entry["expected"] is False and entry["actual"] is True]
    assert not [name for name in accepted if name.rpartition(" ")[2] in ("intact", "sig_valid", "refs_intact", "timestamps_valid")]


def test_what_is_not_intact_never_passes(rows: list[Row], answers: dict[str, Answer]) -> None:
    broken = [str(row["id"]) for row in rows if row.get("intact") is False or row.get("indication") == "TOTAL_FAILED"]
    assert broken
    assert not [name for name in broken if answers[name].word in ("PASSED", "INTACT")]
