"""Sheets on displays: nothing is wider than the display, nothing is lost, and no control reaches one that is turned for."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edoc.report.bidi import Base
from edoc.report.paper import Colour
from edoc.report.screen import PIPE, Direction, Glyphs, Screen, lay_out, width_of
from edoc.report.text import render_text
from tests.report import makers

SGR = re.compile(r"\x1b\[[0-9;]*m")
CONTROLS = re.compile("[\u200b-\u200f\u202a-\u202e\u2066-\u2069]")
WIDTHS = (20, 40, 72, 100, 200)


def screen(width: int | None, direction: Direction = Direction.LOGICAL, *, lang: str = "en") -> Screen:
    return Screen(width=width, direction=direction, base=Base.RTL if lang == "fa" else Base.LTR)


def words_of(text: str) -> str:
    # A dash stands between the cells of a table that has collapsed.
    return re.sub("[ \u2013\n\u200f\u2066-\u2069]", "", SGR.sub("", text))


@pytest.mark.parametrize("lang", ["en", "fa"])
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", makers.EVERY)
def test_every_sheet_fits_every_width(name: str, width: int, lang: str) -> None:
    text = render_text(makers.EVERY[name], lang=lang, colour=Colour.ANSI)
    plain = lay_out(text, PIPE)
    for direction in Direction:
        laid = lay_out(text, screen(width, direction, lang=lang))
        assert max(map(width_of, laid.split("\n"))) <= width
        if direction is Direction.LOGICAL:
            assert words_of(laid) == words_of(plain)
        else:
            assert not CONTROLS.search(laid)
        for line in laid.split("\n"):
            assert line.count("\u2066") + line.count("\u2068") == line.count("\u2069"), "isolates are closed in their line"
            assert len(SGR.findall(line)) % 2 == 0, "a colour ends in its line"


def test_a_pipe_gets_every_line_whole() -> None:
    text = render_text(makers.EVERY["failed"], lang="fa")
    assert lay_out(text, PIPE).count("\n") == text.count("\n")
    assert lay_out("  " + "word " * 100, PIPE) == "  " + "word " * 100


@pytest.mark.parametrize(
    ("text", "width", "expected"),
    [
        ("one two three four five six", 20, "one two three four\n  five six"),
        ("  one two three four five", 20, "  one two three four\n    five"),
        ("a: " + "0123456789" * 3, 20, "a: 01234567890123456\n  7890123456789"),
        ("/aaaaaa/bbbbbbbb/cccccc/ddddd", 20, "/aaaaaa/bbbbbbbb/\n  cccccc/ddddd"),
        ("中文 中文 中文 中文 中文", 20, "中文 中文 中文 中文\n  中文"),
        ("e\u0301" * 20, 20, "e\u0301" * 20),
        ("", 20, ""),
        ("one two three four five six seven", 19, "one two three four five six seven"),  # too narrow to help
    ],
)
def test_where_lines_break(text: str, width: int, expected: str) -> None:
    assert lay_out(text, screen(width)) == expected


def test_a_break_within_an_isolate_closes_it_and_goes_on() -> None:
    laid = lay_out("نام: \u2066one two three four five\u2069 است", screen(20, lang="fa")).split("\n")
    assert laid == ["نام: \u2066one two three\u2069", "  \u200f\u2066four five\u2069 است"]


def test_colours_go_on_after_a_break() -> None:
    laid = lay_out("a \x1b[1mone two three four five six\x1b[0m", screen(20))
    assert laid == "a \x1b[1mone two three four\x1b[0m\n  \x1b[1mfive six\x1b[0m"


def test_turned_lines_stand_at_the_right_edge() -> None:
    turned = screen(24, Direction.VISUAL, lang="fa")
    assert lay_out("اب\n  \u2066x.pdf\u2069 ب (\u2066A\u2069)", turned) == " " * 22 + "\ufe8f\ufe8d\n" + " " * 11 + "(A) \ufe8f x.pdf"
    assert lay_out("x.pdf: اب", turned) == "x.pdf: \ufe8f\ufe8d"


def test_colours_follow_their_words_when_a_line_is_turned() -> None:
    laid = lay_out("ب: \x1b[1mج\x1b[0m", screen(20, Direction.VISUAL, lang="fa"))
    assert laid.lstrip() == "\x1b[1m\ufe9d\x1b[0m :\ufe8f"


def test_a_table_stands_in_columns_or_collapses() -> None:
    rows = "  Unchanged?\tYes\n  Time proved?\tNo\tthere is no time-stamp\nend"
    assert lay_out(rows, screen(72)) == "  Unchanged?    Yes\n  Time proved?  No   there is no time-stamp\nend"
    assert lay_out(rows, screen(24)) == "  Unchanged? Yes\n  Time proved? No \u2013\n    there is no\n    time-stamp\nend"
    assert lay_out(rows, PIPE) == "  Unchanged? Yes\n  Time proved? No \u2013 there is no time-stamp\nend"


def test_signs_that_an_encoding_lacks_fall_back() -> None:
    plain = Screen(width=40, glyphs=Glyphs.ASCII)
    laid = lay_out("\u2713 done \u2500\u2500 \u2066x\u2069 \u2039U+202E\u203a\u2026", plain)
    assert laid == "+ done -- x <U+202E>..."


def test_the_display_is_switched_only_around_right_to_left_text() -> None:
    switching = Screen(width=40, before="<", after=">")
    assert lay_out("سلام", switching) == "<سلام>"
    assert lay_out("hello", switching) == "hello"


def test_a_display_that_spends_columns_on_isolates_is_given_them() -> None:
    text = "نام: \u2066one\u2069 \u2066two\u2069 \u2066six\u2069 \u2066ten\u2069"
    spending = Screen(width=24, base=Base.RTL, control_width=1)
    for line in lay_out(text, spending).split("\n"):
        assert width_of(line) + len(CONTROLS.findall(line)) <= 24


ANY = st.text(st.sampled_from("ab ا ب۱1()[]\u0650\u200c\u2066\u2067\u2068\u2069\u202e中\x1b[1m\t\n/,لا"), max_size=200)


@given(ANY | st.text(max_size=200), st.integers(1, 60), st.sampled_from(Direction), st.sampled_from(Base))
def test_whatever_comes_is_laid_out(text: str, width: int, direction: Direction, base: Base) -> None:
    for line in lay_out(text, Screen(width=width, direction=direction, base=base)).split("\n"):
        # Two columns are the least that a wide character takes.
        assert width < 20 or width_of(line) <= max(width, 2)
