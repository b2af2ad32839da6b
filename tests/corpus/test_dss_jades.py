"""The JAdES and JWS documents of another validator's own tests: every assertion is met."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.corpus.dss import Scored, ask_row, dss_rows, score


@pytest.fixture(scope="module")
def scored(corpus: Path) -> Scored:
    rows = [row for row in dss_rows(corpus) if row["format"] in ("JAdES", "JWS")]
    result = score(rows, {str(row["id"]): ask_row(corpus, row) for row in rows})
    print("\n" + result.table())
    return result


def test_every_assertion_is_met(scored: Scored) -> None:
    assert not scored.misses


def test_much_is_asserted(scored: Scored) -> None:
    assert sum(scored.asserted.values()) >= 80
    assert {key for key, count in scored.asserted.items() if count} >= {"signatures", "intact", "levels", "timestamps_valid"}
