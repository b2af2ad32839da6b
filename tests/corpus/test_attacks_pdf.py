"""Manipulated and odd PDFs of other projects under the policy `integrity`.

No manipulated one may be INTACT.  A row that is bad only by its time-stamp is judged by that
time-stamp; good rows should be INTACT, and the few that are not stand in the exceptions file.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.corpus.harness import Answer, Miss, Row, ask, outdated, read_exceptions, read_rows, unexplained

EXCEPTIONS = Path(__file__).with_name("attacks_pdf_exceptions.json")
BAD = {"not-valid", "modified-after-signing", "covers-whole-document:false", "indeterminate"}
GOOD = {"integrity-ok", "modifications-permitted", "covers-whole-document:true"}
UNSIGNED = {"no-signature"}
TIMESTAMP = {"timestamp-not-valid"}
UNSETTLED = {"see-ground-truth"}
"""Rows whose makers state no outcome for the file itself: asked, not scored."""


def _stamps(answer: Answer) -> list[bool | None]:
    if answer.report is None:
        return []
    own = [stamp for one in answer.report.signatures for stamp in one.timestamps]
    return [stamp.intact for stamp in (*own, *answer.report.timestamps)]


def _outcome(row: Row, answer: Answer) -> tuple[object, object]:
    """Return what is expected of a row and what was answered, in the same words."""
    kind = str(row["expect"])
    if kind in BAD:
        return "not INTACT", "INTACT" if answer.word == "INTACT" else "not INTACT"
    if kind in GOOD:
        return "INTACT", answer.word
    if kind in TIMESTAMP:
        stamps = _stamps(answer)
        broken = answer.word != "INTACT" or any(intact is not True for intact in stamps)
        return "broken", "broken" if broken else "all intact"
    claimed = answer.word == "INTACT" or (answer.report is not None and any(s.intact for s in answer.report.signatures))
    return "no claim", "claim" if claimed else "no claim"


def _name(row: Row) -> str:
    return f"{row['id']} {str(row['file']).rsplit('/', 1)[-1]}"


@pytest.fixture(scope="module")
def rows(corpus: Path) -> list[Row]:
    return read_rows(corpus / "attacks" / "manifest.jsonl", format="pdf")


@pytest.fixture(scope="module")
def answers(corpus: Path, rows: list[Row]) -> dict[str, Answer]:
    return {str(row["id"]): ask(corpus / "attacks" / str(row["file"])) for row in rows}


@pytest.fixture(scope="module")
def misses(rows: list[Row], answers: dict[str, Answer]) -> list[Miss]:
    found, table = [], []
    for kinds, label in ((BAD, "bad"), (TIMESTAMP, "bad time-stamp"), (GOOD, "good"), (UNSIGNED, "unsigned")):
        chosen = [row for row in rows if row["expect"] in kinds]
        wrong = []
        for row in chosen:
            expected, actual = _outcome(row, answers[str(row["id"])])
            if expected != actual:
                wrong.append(Miss(name=_name(row), expected=expected, actual=actual))
        found.extend(wrong)
        refuse, accept = (0, len(chosen)) if kinds is GOOD else (len(chosen), 0)
        table.append(f"{label:15}{len(chosen):6}{len(chosen) - len(wrong):6}{refuse:12}{accept:12}")
    print(f"\n{'rows':15}{'all':>6}{'edoc':>6}{'refuse all':>12}{'accept all':>12}\n" + "\n".join(table))
    return found


def test_every_expectation_is_known(rows: list[Row]) -> None:
    assert {str(row["expect"]) for row in rows} <= BAD | GOOD | UNSIGNED | TIMESTAMP | UNSETTLED


def test_no_manipulated_document_is_intact(rows: list[Row], answers: dict[str, Answer]) -> None:
    bad = [row for row in rows if row["expect"] in BAD]
    assert bad
    assert not [_name(row) for row in bad if answers[str(row["id"])].word == "INTACT"]


def test_a_broken_time_stamp_is_told(rows: list[Row], answers: dict[str, Answer]) -> None:
    chosen = [row for row in rows if row["expect"] in TIMESTAMP]
    assert chosen
    assert not [_name(row) for row in chosen if _outcome(row, answers[str(row["id"])])[1] != "broken"]


def test_unsigned_documents_claim_nothing(rows: list[Row], answers: dict[str, Answer]) -> None:
    chosen = [row for row in rows if row["expect"] in UNSIGNED]
    assert chosen
    assert not [_name(row) for row in chosen if _outcome(row, answers[str(row["id"])])[1] != "no claim"]


def test_good_documents_are_intact(rows: list[Row], misses: list[Miss]) -> None:
    good = [row for row in rows if row["expect"] in GOOD]
    names = {_name(row) for row in good}
    wrong = [miss for miss in misses if miss.name in names]
    assert 1 - len(wrong) / len(good) >= 0.9


def test_what_falls_short_is_explained(misses: list[Miss]) -> None:
    exceptions = read_exceptions(EXCEPTIONS)
    assert not unexplained(misses, exceptions)
    assert not outdated(misses, exceptions)


def test_no_bad_row_is_excused(rows: list[Row]) -> None:
    excused = read_exceptions(EXCEPTIONS)
    assert not [_name(row) for row in rows if row["expect"] in BAD | TIMESTAMP | UNSIGNED and _name(row) in excused]
