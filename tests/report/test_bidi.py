"""Lines turned by hand, and what must hold for every line."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edoc.report.bidi import MIRRORED, Base, base_of, levels, reorder
from edoc.report.joining import joined

L, R = Base.LTR, Base.RTL

# Text, direction, the levels worked out with the rules of UAX #9, and which rule the row is about.
BY_HAND = [
    ("abc", L, "000", "L stays"),
    ("ابج", L, "111", "I1"),
    ("ab", R, "22", "I2"),
    ("اب ج", R, "1111", "N1 between two R"),
    ("a ا", L, "001", "N2 takes the line's direction"),
    ("ا a", R, "112", "N2 takes the line's direction"),
    ("ا 12", R, "1122", "W2: European digits after an Arabic letter are Arabic numbers, I2"),
    ("ا12", L, "122", "W2, I1"),
    ("a12", R, "222", "W7: digits after a Latin letter go with it"),
    ("۱۲", R, "22", "European numbers in a right-to-left line"),
    ("۱۲/۳", R, "2222", "W4: one separator between numbers of one kind"),
    ("ا1.2", R, "1222", "W4 for Arabic numbers"),
    ("ا1+2", R, "1212", "W4: a sign joins European numbers only"),
    ("۵٪", L, "00", "W5, W7"),
    ("5%", R, "22", "W5: a terminator beside a number"),
    ("ا%", R, "11", "W6"),
    ("ب\u0650a", R, "112", "W1: a mark goes with its letter"),
    ("ا(a)", R, "1121", "N0: brackets go with the line although Latin is in them"),
    ("a(ب)", L, "0010", "N0: brackets go with the line although Persian is in them"),
    ("a(ب)ج", R, "21111", "N0: what is in the brackets runs as the line does"),
    ("ا(b)c", L, "10000", "N0: as the line"),
    ("ا \u20662026-11-21\u2069 ب", R, "1112222222222111", "an isolate is one neutral outside and a line of its own inside"),
    ("ا\u2068ab\u2069", R, "11221", "FSI takes the direction of what it holds"),
    ("a\u2068ابـ\u2069b", L, "0011100", "FSI, right to left"),
    ("a\u2067b\u2069", L, "0020", "RLI"),
    ("ا ", L, "10", "L1: white space at the end runs as the line"),
    ("a\u2069b", L, "000", "an isolate that was not opened"),
    ("\u2066ا", R, "13", "an isolate that is not closed"),
]


@pytest.mark.parametrize(("text", "base", "expected", "rule"), BY_HAND, ids=[row[3] for row in BY_HAND])
def test_levels_worked_out_by_hand(text: str, base: Base, expected: str, rule: str) -> None:
    assert "".join(map(str, levels(text, base))) == expected


def shown(text: str, base: Base) -> str:
    found = levels(text, base)
    ordered = (MIRRORED.get(text[at], text[at]) if found[at] % 2 else text[at] for at in reorder(found))
    return "".join(char for char in ordered if char not in "\u2066\u2067\u2068\u2069")


@pytest.mark.parametrize(
    ("text", "base", "expected"),
    [
        ("ABC", L, "ABC"),
        ("ابج", R, "جبا"),
        ("ا (ب)", R, "(ب) ا"),
        ("ابج abc", R, "abc جبا"),
        # A date that is not isolated turns around: what isolates are for.
        ("ا (2026-11-21T06:42Z)", R, "(21T06:42Z-11-2026) ا"),
        ("ا (\u20662026-11-21T06:42Z\u2069)", R, "(2026-11-21T06:42Z) ا"),
        ("ا \u2066۱۴۰۵/۰۸/۳۰ ۱۰:۱۲\u2069 ب", R, "ب ۱۴۰۵/۰۸/۳۰ ۱۰:۱۲ ا"),
        ("file «ابج»", L, "file «جبا»"),
        ("«ابج»", R, "«جبا»"),
    ],
)
def test_what_stands_where(text: str, base: Base, expected: str) -> None:
    assert shown(text, base) == expected


@pytest.mark.parametrize(
    ("text", "expected"), [("abc ا", L), ("12 ا", R), ("\u2066abc\u2069 ا", R), ("12", None), ("\u2066abc\u2069", None), ("", None)]
)
def test_the_first_strong_letter_gives_the_direction(text: str, expected: Base | None) -> None:
    for default in Base:
        assert base_of(text, default=default) is (expected or default)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("سلام", "\ufeb3\ufefc\ufee1"),  # initial seen, lam with alef, isolated meem
        ("می\u200cشود", "\ufee3\ufbfd\ufeb7\ufeee\ufea9"),  # the joiner parts, and is gone
        ("گچپژک", "\ufb94\ufb7d\ufb59\ufb8b\ufb8e"),
        ("نتیجه\u0654", "\ufee7\ufe98\ufbff\ufea0\ufeea\u0654"),  # a mark neither joins nor parts
        ("ه\u200d", "\ufeeb"),
        ("abc ۱۲", "abc ۱۲"),
        ("", ""),
    ],
)
def test_letters_take_their_written_forms(text: str, expected: str) -> None:
    assert joined(text) == expected


LETTERS = st.text(st.sampled_from("abاب۱1٢+-/,.:%$ ()[]{}«»\u0650\u2066\u2067\u2068\u2069\u200c\u202ejکلا\u200d\n"), max_size=40)


@given(LETTERS, st.sampled_from(Base))
def test_nothing_is_lost_or_made_up(text: str, base: Base) -> None:
    found = levels(text, base)
    assert sorted(reorder(found)) == list(range(len(text)))
    assert all(base.value <= level <= 126 for level in found)


@given(st.text(st.sampled_from("abc XYZ.,()-"), max_size=40))
def test_latin_alone_never_moves(text: str) -> None:
    assert shown(text, L) == text


@given(st.text(max_size=60))
def test_written_forms_fold_back(text: str) -> None:
    plain = unicodedata.normalize("NFKC", joined(text))
    assert plain.replace("\u200c", "").replace("\u200d", "") == unicodedata.normalize(
        "NFKC", text.replace("\u200c", "").replace("\u200d", "")
    )


@given(st.integers(0, 400))
def test_isolates_may_be_as_deep_as_they_like(depth: int) -> None:
    text = "\u2067\u2066" * depth + "aا" + "\u2069" * depth
    assert len(levels(text, L)) == len(text)
