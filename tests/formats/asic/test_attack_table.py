"""The table of attacks on containers is the one in the docs, and no class is without a fixture or a reason."""

from __future__ import annotations

from tests.formats.asic.attack_table import CLASSES, PLACE, fixtures, lines


def test_the_table_is_as_written() -> None:
    """When it is meant: `python -m tests.formats.asic.attack_table`."""
    assert PLACE.read_text(encoding="utf-8") == "\n".join(lines()) + "\n"


def test_every_class_has_fixtures_or_says_why_not() -> None:
    names = [name for name, _, _ in fixtures()]
    assert len(names) == len(set(names)) > 80
    for number, (_, remark) in CLASSES.items():
        assert remark or any(name.startswith(f"{number} ") for name in names), number
