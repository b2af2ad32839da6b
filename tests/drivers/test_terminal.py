"""What is known of a terminal from its environment, and what is assumed when nothing is known."""

from __future__ import annotations

import io

import pytest

from edoc.drivers.terminal import direction_of, glyphs_of, is_terminal, screen_of, width_of
from edoc.report.bidi import Base
from edoc.report.screen import PIPE, Direction, Glyphs


class Terminal(io.StringIO):
    """A stream that says it is a terminal; it has no descriptor."""

    encoding = "utf-8"

    def isatty(self) -> bool:
        return True


class Old(Terminal):
    encoding = "iso8859-1"


LOGICAL, VISUAL = Direction.LOGICAL, Direction.VISUAL


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({}, LOGICAL),
        ({"TERM": "something-new"}, LOGICAL),
        ({"TERM": "dumb"}, LOGICAL),
        ({"TERM": "xterm-256color"}, VISUAL),
        ({"TERM": "xterm-256color", "VTE_VERSION": "7006"}, LOGICAL),
        ({"TERM": "xterm-256color", "VTE_VERSION": "5202"}, VISUAL),
        ({"TERM": "xterm-256color", "VTE_VERSION": "x" * 40}, VISUAL),
        ({"TERM": "tmux-256color", "VTE_VERSION": "7006", "TMUX": "x"}, VISUAL),
        ({"TERM": "xterm-256color", "KONSOLE_VERSION": "230400"}, LOGICAL),
        ({"TERM": "mlterm", "MLTERM": "3.9.0"}, LOGICAL),
        ({"TERM": "xterm-256color", "TERM_PROGRAM": "Apple_Terminal"}, LOGICAL),
        ({"TERM": "xterm-kitty", "KITTY_WINDOW_ID": "1"}, LOGICAL),
        ({"TERM": "dumb", "INSIDE_EMACS": "29.1,comint"}, LOGICAL),
        ({"WT_SESSION": "a"}, VISUAL),
        ({"TERM": "linux"}, VISUAL),
        ({"TERM": "foot"}, VISUAL),
        ({"TERM": "linux", "EDOC_DIRECTION": "logical"}, LOGICAL),
        ({"EDOC_DIRECTION": "visual"}, VISUAL),
        ({"TERM": "linux", "EDOC_DIRECTION": "auto"}, VISUAL),
        ({"TERM": "linux", "EDOC_DIRECTION": "sideways"}, VISUAL),
    ],
)
def test_who_turns_right_to_left_text(environment: dict[str, str], expected: Direction) -> None:
    assert direction_of(environment, terminal=True) is expected
    asked = expected if environment.get("EDOC_DIRECTION") in ("logical", "visual") else LOGICAL
    assert direction_of(environment, terminal=False) is asked


@pytest.mark.parametrize(("columns", "expected"), [("72", 72), ("5000", 200), ("0", 80), ("-1", 80), ("many", 80), ("", 80)])
def test_the_width(columns: str, expected: int) -> None:
    assert width_of(Terminal(), {"COLUMNS": columns}) == expected
    assert width_of(io.StringIO(), {"COLUMNS": columns}) is None


def test_a_pipe_is_left_alone_unless_it_is_asked_for() -> None:
    assert screen_of(io.StringIO(), {"COLUMNS": "50", "TERM": "xterm", "VTE_VERSION": "7006"}, lang="fa") == PIPE
    asked = screen_of(io.StringIO(), {"EDOC_DIRECTION": "visual"}, lang="fa")
    assert (asked.width, asked.direction, asked.base, asked.before) == (80, VISUAL, Base.RTL, "")


def test_terminals_that_detect_are_told_to() -> None:
    for environment in ({"VTE_VERSION": "7006"}, {"TERM_PROGRAM": "mintty"}):
        found = screen_of(Terminal(), environment, lang="fa")
        assert (found.direction, found.before, found.after) == (LOGICAL, "\x1b[?2501h", "\x1b[?2501l")
    assert screen_of(Terminal(), {"VTE_VERSION": "7006", "EDOC_DIRECTION": "visual"}, lang="fa").before == ""
    assert screen_of(Terminal(), {"TERM": "xterm"}, lang="fa").before == ""
    assert screen_of(Terminal(), {"MLTERM": "3"}, lang="en").control_width == 1


def test_signs_and_closed_streams() -> None:
    assert glyphs_of(Terminal()) is Glyphs.UNICODE
    assert glyphs_of(Old()) is Glyphs.ASCII
    closed = io.StringIO()
    closed.close()
    assert is_terminal(closed) is False
    assert screen_of(Old(), {}, lang="en").glyphs is Glyphs.ASCII
