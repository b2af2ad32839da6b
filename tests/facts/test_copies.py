"""A changed copy of a record is the one that `dataclasses.replace` makes."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import pytest

from edoc.facts.copies import changed
from edoc.facts.findings import Finding, error


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    one: int
    two: tuple[int, ...] = (2,)
    three: list[int] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Single:
    one: int = 1


def test_a_changed_copy_is_what_replace_makes() -> None:
    made = Record(one=1, three=[3])
    assert changed(made, two=(5,)) == replace(made, two=(5,)) == Record(one=1, two=(5,), three=[3])
    assert changed(made).three is made.three
    assert changed(Single(4)) == Single(4) and changed(Single(4), one=5) == Single(5)


def test_a_finding_keeps_what_is_not_changed() -> None:
    finding = error("CODE", "S1", number="7")
    copy = changed(finding, subject="S2")
    assert type(copy) is Finding
    assert (copy.code, copy.severity, copy.subject, copy.params) == ("CODE", finding.severity, "S2", {"number": "7"})


def test_refuses_fields_that_a_record_has_not() -> None:
    with pytest.raises(TypeError):
        changed(Record(one=1), four=4)
