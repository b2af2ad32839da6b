"""Manipulated and odd XML documents of other projects under the policy `integrity`.

No manipulated one may be INTACT.  A row that is bad only by a time-stamp or a counter-signature is judged by
that one: nobody can spoil a signature by hanging such a thing on it.
"""

from __future__ import annotations

from pathlib import Path

import pytest

import edoc
from tests.corpus.harness import Answer, Row, ask, read_rows


@pytest.fixture(scope="module")
def rows(corpus: Path) -> list[Row]:
    found = read_rows(corpus / "attacks" / "manifest.jsonl")
    return [row for row in found if str(row.get("file", "")).endswith(".xml")]


@pytest.fixture(scope="module")
def answers(corpus: Path, rows: list[Row]) -> dict[str, Answer]:
    return {str(row["id"]): ask(corpus / "attacks" / str(row["file"])) for row in rows}


def _counted(row: Row) -> bool:
    return not str(row["attack"]).startswith("counter-signature")


def test_nothing_manipulated_is_intact(rows: list[Row], answers: dict[str, Answer]) -> None:
    bad = [str(row["id"]) for row in rows if row["expect"] in ("not-valid", "rejected") and _counted(row)]
    assert len(bad) >= 9
    assert [name for name in bad if answers[name].word in ("INTACT", "PASSED")] == []


def test_what_must_be_refused_has_no_answer(rows: list[Row], answers: dict[str, Answer]) -> None:
    refused = [str(row["id"]) for row in rows if row["expect"] == "rejected"]
    assert refused
    for name in refused:
        assert answers[name].word in ("error", "FAILED"), name


def test_a_counter_signature_over_something_else_is_told(rows: list[Row], answers: dict[str, Answer]) -> None:
    fakes = [answers[str(row["id"])].report for row in rows if not _counted(row)]
    assert fakes
    for report in fakes:
        assert report is not None
        assert any(item.intact is not True for one in report.signatures for item in one.counter_signatures)


def test_a_time_stamp_over_something_else_is_told(rows: list[Row], answers: dict[str, Answer]) -> None:
    copied = [answers[str(row["id"])].report for row in rows if row["expect"] == "timestamp-not-valid"]
    assert copied
    for report in copied:
        assert report is not None
        assert any(item.intact is not True for one in report.signatures for item in one.timestamps)


def test_what_nobody_touched_is_intact_where_its_algorithm_is_understood(
    rows: list[Row], answers: dict[str, Answer]
) -> None:
    honest = [answers[str(row["id"])] for row in rows if row["expect"] == "integrity-ok"]
    assert honest
    # Keys of DSA have no place in an XML signature here: undecided, never FAILED.
    assert {answer.word for answer in honest} <= {"INTACT", "INDETERMINATE"}
    assert edoc.Verdict.INTACT.value in {answer.word for answer in honest}
