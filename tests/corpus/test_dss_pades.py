"""The PAdES documents of another validator's own tests: what they assert, key by key.

`KEYS` is the map from a manifest key to what the report must say.  An assertion that is not met
stands in `dss_pades_exceptions.json` with its reason; an assertion met although it stands there
fails too, so the file can only shrink.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

import edoc
from edoc.result.report import SignatureResult

EXCEPTIONS = Path(__file__).with_name("dss_pades_exceptions.json")
Row = dict[str, object]


@dataclass(frozen=True)
class Answer:
    """What a verifier says of one document: its report, or the code of the error instead."""

    report: edoc.Report | None
    error: str | None = None

    @property
    def signatures(self) -> tuple[SignatureResult, ...]:
        return self.report.signatures if self.report is not None else ()


def _count(answer: Answer, row: Row) -> object:
    # Counter-signatures are counted, as the manifest says.
    return sum(1 + len(item.counter_signatures) for item in answer.signatures)


def _at_least(answer: Answer, row: Row) -> object:
    wanted = row["signatures_min"]
    assert isinstance(wanted, int)
    found = _count(answer, row)
    assert isinstance(found, int)
    return min(wanted, found)


def _all(field: str) -> Callable[[Answer, Row], object]:
    """True when the field is true of every signature, as `intact: true` means of all of them."""

    def read(answer: Answer, row: Row) -> object:
        return bool(answer.signatures) and all(getattr(item, field) is True for item in answer.signatures)

    return read


def _levels(answer: Answer, row: Row) -> object:
    found = [item.level for item in answer.signatures]
    return found[:1] if row.get("levels_scope") == "first" else found


def _stamps(answer: Answer) -> list[object]:
    assert answer.report is not None
    own = [stamp for item in answer.signatures for stamp in item.timestamps]
    return [*own, *answer.report.timestamps]


def _timestamps(answer: Answer, row: Row) -> object:
    if answer.report is None:
        return 0
    if row.get("timestamps_scope") == "first":
        return len(answer.signatures[0].timestamps) if answer.signatures else 0
    return len(_stamps(answer))


def _timestamps_valid(answer: Answer, row: Row) -> object:
    return answer.report is not None and all(getattr(item, "intact", None) is True for item in _stamps(answer))


def _t_level(answer: Answer, row: Row) -> object:
    # The first signature's own time-stamps, or those of the document over it, are there and intact.
    found = _stamps(answer) if answer.signatures else []
    return bool(found) and all(getattr(item, "intact", None) is True for item in found)


def _a_level(answer: Answer, row: Row) -> object:
    found = answer.report.timestamps if answer.report is not None else ()
    return bool(found) and all(item.intact is True for item in found)


def _signing_time(answer: Answer, row: Row) -> object:
    return bool(answer.signatures) and answer.signatures[0].claimed_signing_time is not None


_DRAWN = {"PDF_FIELD_FILLED", "PDF_FIELD_APPEARANCE", "PDF_ANNOTATION_ADDED", "PDF_ANNOTATION_CHANGED", "PDF_PAGE_CHANGED"}
"""Changes that put something else on a page; signatures that come later are none of them."""
_REPLACED = {"PDF_SIGNATURE_REDEFINED", "PDF_SIGNATURE_OTHER_REVISION", "PDF_SIGNATURE_REPLACED", "PDF_SIGNATURE_REMOVED"}
_RANGE = {"PDF_GAP", "PDF_COVERAGE_NOT_A_REVISION", "PDF_SIGNATURE_KEY_MISSING"}


def _codes(answer: Answer) -> set[str]:
    if answer.report is None:
        return set()
    own = [finding.code for item in answer.signatures for finding in item.findings]
    return {*own, *(finding.code for finding in answer.report.findings)}


def _modified(answer: Answer, row: Row) -> object:
    return any(change.code in _DRAWN and change.shown for item in answer.signatures for change in item.changes)


def _undefined(answer: Answer, row: Row) -> object:
    return any(change.permitted is False for item in answer.signatures for change in item.changes)


def _consistent(answer: Answer, row: Row) -> object:
    return not _REPLACED & _codes(answer)


def _byte_range(answer: Answer, row: Row) -> object:
    found = _codes(answer)
    # Where the file cannot be read, nobody can say what the range covers.
    read = bool(answer.signatures) and all(item.references_intact is not None for item in answer.signatures)
    return read and not (_RANGE & found or any(code.startswith("PDF_BYTERANGE") for code in found))


def _scopes(answer: Answer, row: Row) -> object:
    return len(answer.signatures[0].scope) if answer.signatures else 0


def _scope_types(answer: Answer, row: Row) -> object:
    return [item.kind.value for item in answer.signatures[0].scope] if answer.signatures else []


def _throws(answer: Answer, row: Row) -> object:
    # A clean refusal: an error with a code, or one entry that says what cannot be read.
    refused = answer.error is not None or (
        answer.report is not None and answer.report.verdict in (edoc.Verdict.FAILED, edoc.Verdict.NO_SIGNATURE)
    )
    return row["throws"] if refused else "accepted"


KEYS: dict[str, Callable[[Answer, Row], object]] = {
    "signatures": _count,
    "signatures_min": _at_least,
    "intact": _all("intact"),
    "sig_valid": _all("signature_value_valid"),
    "refs_intact": _all("references_intact"),
    "levels": _levels,
    "timestamps": _timestamps,
    "timestamps_valid": _timestamps_valid,
    "t_level_valid": _t_level,
    "a_level_valid": _a_level,
    "has_signing_time": _signing_time,
    "throws": _throws,
    "pdf_modified": _modified,
    "pdf_undefined_changes": _undefined,
    "pdf_dictionary_consistent": _consistent,
    "byte_range_valid": _byte_range,
    "scopes": _scopes,
    "scope_types": _scope_types,
}
"""Manifest key to report field; `levels` are those with an empty trust store."""

BASELINES = {
    "signatures": (0, 1), "signatures_min": (0, 1), "intact": (False, True), "sig_valid": (False, True),
    "refs_intact": (False, True), "levels": (["PDF-NOT-ETSI"], ["PAdES-BASELINE-B"]), "timestamps": (0, 0),
    "timestamps_valid": (False, True), "t_level_valid": (False, True), "a_level_valid": (False, True),
    "has_signing_time": (False, True), "throws": ("IllegalInputException", None), "pdf_modified": (True, False), "pdf_undefined_changes": (True, False),
    "pdf_dictionary_consistent": (False, True), "byte_range_valid": (False, True), "scopes": (0, 1),
    "scope_types": ([], ["FULL"]),
}  # fmt: skip
"""What a verifier that refuses everything and one that accepts everything would answer."""


def _ask(folder: Path, row: Row) -> Answer:
    try:
        return Answer(report=edoc.verify_document(folder / str(row["file"]), policy="integrity"))
    except edoc.EdocError as problem:
        return Answer(report=None, error=problem.code)


@dataclass(frozen=True)
class Miss:
    row: str
    key: str
    expected: object
    actual: object

    @property
    def name(self) -> str:
        return f"{self.row} {self.key}"


@dataclass(frozen=True)
class Scored:
    asserted: dict[str, int]
    refuse_all: dict[str, int]
    accept_all: dict[str, int]
    misses: tuple[Miss, ...]

    def table(self) -> str:
        lines = [f"{'key':26}{'asserted':>9}{'edoc':>7}{'refuse':>8}{'accept':>8}"]
        for key, total in self.asserted.items():
            right = total - sum(miss.key == key for miss in self.misses)
            lines.append(f"{key:26}{total:9}{right:7}{self.refuse_all[key]:8}{self.accept_all[key]:8}")
        return "\n".join(lines)


def score(rows: list[Row], answers: dict[str, Answer]) -> Scored:
    """Compare every asserted key of every row with what was answered."""
    asserted, refuse, accept = ({key: 0 for key in KEYS} for _ in range(3))
    misses = []
    for row in rows:
        for key, read in KEYS.items():
            expected = row.get(key)
            if expected is None:
                continue
            asserted[key] += 1
            refuse[key] += BASELINES[key][0] == expected
            accept[key] += BASELINES[key][1] == expected
            actual = read(answers[str(row["id"])], row)
            if actual != expected:
                misses.append(Miss(row=str(row["id"]), key=key, expected=expected, actual=actual))
    return Scored(asserted=asserted, refuse_all=refuse, accept_all=accept, misses=tuple(misses))


@pytest.fixture(scope="module")
def rows(corpus: Path) -> list[Row]:
    text = (corpus / "dss" / "manifest.jsonl").read_text(encoding="utf-8")
    return [row for row in map(json.loads, text.splitlines()) if row["format"] == "PAdES"]


@pytest.fixture(scope="module")
def scored(corpus: Path, rows: list[Row]) -> Scored:
    answers = {str(row["id"]): _ask(corpus / "dss", row) for row in rows}
    result = score(rows, answers)
    print("\n" + result.table())
    return result


@pytest.fixture(scope="module")
def exceptions() -> dict[str, dict[str, object]]:
    found: dict[str, dict[str, object]] = json.loads(EXCEPTIONS.read_text(encoding="utf-8"))
    return found


def test_what_falls_short_is_explained(scored: Scored, exceptions: dict[str, dict[str, object]]) -> None:
    unexplained = [
        miss
        for miss in scored.misses
        if (known := exceptions.get(miss.name)) is None
        or known["expected"] != miss.expected
        or known["actual"] != miss.actual
    ]
    assert not unexplained


def test_the_exceptions_can_only_shrink(scored: Scored, exceptions: dict[str, dict[str, object]]) -> None:
    assert set(exceptions) <= {miss.name for miss in scored.misses}
    assert all(str(entry["reason"]).strip() for entry in exceptions.values())


def test_no_broken_document_is_excused(exceptions: dict[str, dict[str, object]]) -> None:
    assert not [name for name, entry in exceptions.items() if entry["expected"] is False and entry["actual"] is True
                and not name.endswith(" has_signing_time")]  # fmt: skip


def test_the_score_is_better_than_saying_always_the_same(scored: Scored) -> None:
    right = sum(scored.asserted.values()) - len(scored.misses)
    assert right / sum(scored.asserted.values()) >= 0.9
    assert right > sum(scored.accept_all.values()) and right > sum(scored.refuse_all.values())
    nothing = {key: value for key, value in scored.asserted.items() if value}
    assert {"signatures", "intact", "levels"} <= set(nothing)
