"""`edoc lab` and `edoc demo` hand their options on; the work is tested with the practice PKI."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.cli.conftest import Run

Called = dict[str, object]


@pytest.fixture
def called(monkeypatch: pytest.MonkeyPatch) -> Called:
    seen: Called = {}

    def stand_in(code: int):  # type: ignore[no-untyped-def]
        def call(**given: object) -> int:
            seen.update(given)
            seen["talk"]("one line")  # type: ignore[operator]
            return code

        return call

    monkeypatch.setattr("edoc.lab.command.serve", stand_in(0))
    monkeypatch.setattr("edoc.lab.command.demo", stand_in(1))
    return seen


def test_the_practice_pki(run: Run, called: Called) -> None:
    ran = run("lab", "place", "--port", "8080", "--at", "2026-11-23T13:30:00+03:30", "--lang", "fa")
    assert (ran.exit, ran.out, ran.err) == (0, "one line\n", "")
    at = called["at"]
    assert isinstance(at, datetime)
    assert at.astimezone(UTC) == datetime(2026, 11, 23, 10, tzinfo=UTC)
    assert (called["folder"], called["port"], called["lang"]) == (Path("place"), 8080, "fa")
    assert run("lab", "place").exit == 0
    assert (called["port"], called["at"], called["lang"]) == (0, None, "en")


def test_the_tour(run: Run, called: Called) -> None:
    assert run("demo").exit == 1
    assert called["folder"] == Path("build/demo")
    assert run("demo", "-o", "tour", "--lang", "fa").exit == 1
    assert (called["folder"], called["lang"]) == (Path("tour"), "fa")


@pytest.mark.parametrize("arguments", [["lab"], ["lab", "x", "--port", "70000"], ["lab", "x", "--at", "noon"]])
def test_what_is_refused(run: Run, called: Called, arguments: list[str]) -> None:
    assert run(*arguments).exit == 2
    assert called == {}


def test_a_frame_says_what_it_needs(run: Run, scene: Path) -> None:
    ran = run("demo", "-o", "note.txt")
    assert ran.exit == 2
    assert ran.out == ""
