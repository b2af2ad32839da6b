"""The CAdES documents and time-stamp tokens of another validator's own tests: what they assert, key by key.

An assertion that is not met stands in `dss_cades_exceptions.json` with its reason; one that is met although it
stands there fails too.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.corpus.dss import Scored, ask_row, dss_rows, score
from tests.corpus.harness import Answer, Row, outdated, read_exceptions, unexplained

EXCEPTIONS = read_exceptions(Path(__file__).with_name("dss_cades_exceptions.json"))
FOLDERS = ("cades/", "tst/")


@pytest.fixture(scope="module")
def rows(corpus: Path) -> list[Row]:
    return [row for row in dss_rows(corpus) if str(row["file"]).startswith(FOLDERS)]


@pytest.fixture(scope="module")
def answers(corpus: Path, rows: list[Row]) -> dict[str, Answer]:
    return {str(row["id"]): ask_row(corpus, row, policy="integrity") for row in rows}


@pytest.fixture(scope="module")
def scored(corpus: Path, rows: list[Row], answers: dict[str, Answer]) -> Scored:
    # Levels and the answers about evidence records are those with the anchors of the row; whether octets are intact does not depend on them.
    trusting = {str(row["id"]): ask_row(corpus, row) for row in rows if row.get("levels") or row.get("er_indication")}
    result = score(rows, {**answers, **trusting})
    print("\n" + result.table())
    return result


def test_what_falls_short_is_explained(scored: Scored) -> None:
    assert not unexplained(scored.misses, EXCEPTIONS)


def test_the_exceptions_can_only_shrink(scored: Scored) -> None:
    assert not outdated(scored.misses, EXCEPTIONS)


def test_the_score(scored: Scored) -> None:
    assert scored.share >= 0.95


def test_what_is_not_intact_never_passes(rows: list[Row], answers: dict[str, Answer]) -> None:
    broken = [str(row["id"]) for row in rows if row.get("intact") is False]
    assert len(broken) >= 5
    assert not [name for name in broken if answers[name].word in ("PASSED", "INTACT")]
