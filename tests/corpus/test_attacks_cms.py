"""Manipulated and odd CMS documents and time-stamp tokens of other projects under the policy `integrity`.

No manipulated one may be INTACT.  A row that is bad only by its time-stamp is judged by that time-stamp; what a
row says of an evidence record is not judged here.
"""

from __future__ import annotations

from pathlib import Path

import pytest

import edoc
from tests.corpus.harness import Answer, Row, read_rows

BAD = ("not-valid", "indeterminate")
TIMESTAMP = ("timestamp-not-valid",)
GOOD = ("integrity-ok",)
EVIDENCE = ("evidence-record-not-valid",)


@pytest.fixture(scope="module")
def rows(corpus: Path) -> list[Row]:
    manifest = corpus / "attacks" / "manifest.jsonl"
    return [*read_rows(manifest, format="cms"), *read_rows(manifest, format="rfc3161")]


def ask(corpus: Path, row: Row) -> Answer:
    token = row["format"] == "rfc3161"
    auxiliary = row.get("aux") or []
    assert isinstance(auxiliary, list)
    try:
        report = edoc.verify_document(
            corpus / "attacks" / str(row["file"]),
            policy="integrity",
            validation_data=[corpus / "attacks" / str(item) for item in auxiliary],
            expect="timestamp" if token else "signature",
        )
    except edoc.EdocError as problem:
        return Answer(report=None, error=problem.code)
    return Answer(report=report)


@pytest.fixture(scope="module")
def answers(corpus: Path, rows: list[Row]) -> dict[str, Answer]:
    return {str(row["id"]): ask(corpus, row) for row in rows}


def chosen(rows: list[Row], answers: dict[str, Answer], words: tuple[str, ...]) -> list[tuple[str, edoc.Report]]:
    found = []
    for row in rows:
        report = answers[str(row["id"])].report
        if row["expect"] in words:
            assert report is not None, row["id"]
            found.append((str(row["id"]), report))
    assert found
    return found


def test_every_expectation_is_known(rows: list[Row]) -> None:
    assert {str(row["expect"]) for row in rows} <= {*BAD, *TIMESTAMP, *GOOD, *EVIDENCE}


def test_no_manipulated_document_is_intact(rows: list[Row], answers: dict[str, Answer]) -> None:
    assert not [name for name, report in chosen(rows, answers, BAD) if report.verdict is edoc.Verdict.INTACT]


def test_a_broken_time_stamp_is_told(rows: list[Row], answers: dict[str, Answer]) -> None:
    for name, report in chosen(rows, answers, TIMESTAMP):
        stamps = [stamp for item in report.signatures for stamp in item.timestamps]
        broken = any(stamp.intact is not True for stamp in stamps)
        assert stamps and (broken or report.verdict is not edoc.Verdict.INTACT), name


def test_good_tokens_lack_nothing_but_their_data(rows: list[Row], answers: dict[str, Answer]) -> None:
    """Nothing of the rows says what they stand over: value and structure are in order, the imprint is undecided."""
    for name, report in chosen(rows, answers, GOOD):
        (stamp,) = report.timestamps
        assert stamp.intact is None and stamp.time is not None, name
        assert not [item.code for item in stamp.findings if item.severity.value == "error"], name
