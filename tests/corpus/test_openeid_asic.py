"""The containers of the Estonian corpus: integrity, counts, levels of CMS signatures, and whether what passes there is whole here.

Levels of XML signatures have a test of their own.  What the makers call valid must be INTACT here; what they call
broken (digests or values) must not be.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.corpus.harness import Answer, Miss, Row, ask, outdated, read_exceptions, read_rows, unexplained

EXCEPTIONS = read_exceptions(Path(__file__).with_name("openeid_asic_exceptions.json"))
FORMATS = ("ASiC-E", "ASiC-S", "BDOC")


@pytest.fixture(scope="module")
def rows(corpus: Path) -> list[Row]:
    return [row for name in FORMATS for row in read_rows(corpus / "openeid" / "manifest.jsonl", format=name)]


@pytest.fixture(scope="module")
def answers(corpus: Path, rows: list[Row]) -> dict[str, Answer]:
    found = {}
    for row in rows:
        place = corpus / "openeid" / str(row["file"])
        answer = ask(place)
        if answer.report is not None and not answer.report.signatures and answer.report.timestamps:
            answer = ask(place, expect="timestamp")
        found[str(row["id"])] = answer
    return found


def _intact(answer: Answer) -> bool:
    if answer.report is None:
        return False
    parts = [*(item.intact for item in answer.report.signatures), *(item.intact for item in answer.report.timestamps)]
    return bool(parts) and all(item is True for item in parts)


def _asserted(row: Row, answer: Answer) -> dict[str, tuple[object, object]]:
    """Return what a row asserts and what was answered, by key."""
    report = answer.report
    found: dict[str, tuple[object, object]] = {}
    if row["intact"] is not None:
        found["intact"] = (row["intact"], _intact(answer))
    if row["signatures"] is not None:
        found["signatures"] = (row["signatures"], len(report.signatures) if report is not None else 0)
    if row.get("timestamp_tokens") is not None:
        found["timestamps"] = (row["timestamp_tokens"], len(report.timestamps) if report is not None else 0)
    if row["valid"] is True:
        found["whole"] = ("INTACT", answer.word)
    if row["indication"] == "REJECTED":
        found["refused"] = (True, answer.word in ("FAILED", "INDETERMINATE", "NO_SIGNATURE", "error"))
    return found


@pytest.fixture(scope="module")
def misses(rows: list[Row], answers: dict[str, Answer]) -> list[Miss]:
    total, found = 0, []
    for row in rows:
        for key, (expected, actual) in _asserted(row, answers[str(row["id"])]).items():
            total += 1
            if expected != actual:
                found.append(Miss(name=f"{row['id']} {key}", expected=expected, actual=actual))
    print(f"\nasserted {total}, met {total - len(found)}")
    assert total > 150
    assert len(found) <= total * 0.1
    return found


def test_what_falls_short_is_explained(misses: list[Miss]) -> None:
    assert not unexplained(misses, EXCEPTIONS)


def test_the_exceptions_can_only_shrink(misses: list[Miss]) -> None:
    assert not outdated(misses, EXCEPTIONS)


def test_nothing_broken_is_intact(rows: list[Row], answers: dict[str, Answer]) -> None:
    broken = [row for row in rows if row["intact"] is False or row["indication"] == "REJECTED"]
    assert broken
    excused = {name.rpartition(" ")[0] for name in EXCEPTIONS}
    assert not [row["id"] for row in broken if answers[str(row["id"])].word == "INTACT" and row["id"] not in excused]
    assert not [row["id"] for row in rows if row["intact"] is False and answers[str(row["id"])].word == "INTACT"]
