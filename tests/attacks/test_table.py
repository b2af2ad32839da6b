"""Every class of attack has its fixtures, every fixture is answered as the table says, and the table is up to date."""

from __future__ import annotations

import pytest

import edoc
from tests.attacks.fixture import FIXTURES, INTACT, Fixture
from tests.attacks.table import CLASSES, fixtures, lines, members
from tests.attacks.witness import difference
from tests.conftest import ROOT
from tests.formats.pdf.bombs import BOMBS


def _codes(report: edoc.Report) -> set[str]:
    found = {item.code for item in report.findings}
    for entry in report.signatures:
        found |= {item.code for item in entry.findings} | {item.code for item in entry.changes}
    return found


@pytest.mark.parametrize("fixture", FIXTURES.values(), ids=lambda item: item.name)
def test_fixture_is_answered(fixture: Fixture) -> None:
    report = edoc.verify_document(fixture.make(), policy="integrity")
    assert (report.verdict.value, fixture.name) == (fixture.verdict, fixture.name)
    if fixture.honest:
        first = report.signatures[0]
        assert (first.intact, first.changes_since_signing) == (True, fixture.code)
    elif fixture.code:
        assert fixture.code in _codes(report)


def test_every_fixture_belongs_to_a_class() -> None:
    assert set(fixtures()) | set(BOMBS) == {name for known in CLASSES for name in members(known)}


def test_every_class_has_fixtures_or_says_why_not() -> None:
    assert [name for name, item in CLASSES.items() if not members(name) and not item.remark.strip()] == []
    assert len([name for name in CLASSES if name.startswith("PDF-")]) == 31


def test_a_class_that_is_about_attacks_holds_one_that_is_refused() -> None:
    told = {name for name, item in fixtures().items() if item.verdict != INTACT or item.code.isupper()} | set(BOMBS)
    lacking = [name for name in CLASSES if name.startswith(("PDF-", "RES-")) and not told & set(members(name))]
    assert lacking == []


def test_what_is_intact_and_manipulated_is_listed() -> None:
    """INTACT with a code means: permitted, listed with its place, and never PASSED for the first signer."""
    for fixture in fixtures().values():
        if fixture.verdict == INTACT and fixture.code.isupper():
            report = edoc.verify_document(fixture.make(), policy="integrity")
            first = report.signatures[0]
            assert first.changes_since_signing in ("none", "permitted")
            assert fixture.code in _codes(report)
            # A policy with trust does not pass what is shown and nobody signed.
            assert first.changes_since_signing == "none" or any(item.shown for item in first.changes)


def test_the_replaced_content_is_seen_by_a_reader_who_does_not_check() -> None:
    for name in ("content_replaced", "second_part_moved_behind_other_objects", "long_update_that_hides_the_end_mark"):
        assert difference(fixtures()[name]) == "another page"
    assert difference(fixtures()["one_signature"]) == "the same"


def test_the_table_is_up_to_date() -> None:
    """When it is meant: `python -m tests.attacks`."""
    assert (ROOT / "docs" / "attack-table.md").read_text(encoding="utf-8") == "\n".join(lines()) + "\n"
