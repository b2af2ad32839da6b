"""Tokens and direct values: what is read, what is refused, and that nothing costs more than one pass."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edoc.formats.pdf.append_write import write_value
from edoc.formats.pdf.errors import PdfError
from edoc.formats.pdf.graph import references
from edoc.formats.pdf.lex import Budget, parse_value
from edoc.formats.pdf.marks import has_signature_marks
from edoc.formats.pdf.scan import scan_object
from edoc.formats.pdf.values import Name, PdfString, Ref, RepeatedKeys, Value, same
from edoc.limits import Limits


def parse(data: bytes, limits: Limits | None = None) -> Value:
    return parse_value(data, 0, budget=Budget(limits or Limits()))[0]


def scan(data: bytes, *, number: int = 7, end: int | None = None) -> frozenset[int] | None:
    scanned = scan_object(data, 0, end=len(data) if end is None else end)
    return frozenset(scanned[2]) if scanned is not None and scanned[:2] == (number, 0) else None


@pytest.mark.parametrize(
    ("written", "value"),
    [
        (b"12", 12), (b"-7", -7), (b"+3", 3), (b"4.", 4.0), (b"-.5", -0.5), (b"true", True), (b"null", None),
        (b"/Name", Name("Name")), (b"/A#42", Name("AB")), (b"/", Name("")), (b"5 0 R", Ref(5, 0)),
        (b"[5 0 R 6 0]", [Ref(5, 0), 6, 0]), (b"(a\\(b)", b"a(b"), (b"(a(b)c)", b"a(b)c"), (b"(\\101\\n)", b"A\n"),
        (b"(a\\\r\nb\rc)", b"ab\nc"), (b"<41 4>", b"A@"), (b"<41\x0042>", b"AB"), (b"<4 1\n4\x0c>", b"A@"),
        (b"<</A 1/B[2]>>", {"A": 1, "B": [2]}),
        (b"%c\n 1", 1), (b"[1%c\r2]", [1, 2]), (b"(\\8)", b"8"),
    ],
)  # fmt: skip
def test_values(written: bytes, value: Value) -> None:
    found = parse(written)
    assert same(found, value)


@pytest.mark.parametrize(
    ("written", "code"),
    [
        (b"", "PDF_TOKEN"), (b"[1", "PDF_TOKEN"), (b"]", "PDF_NESTING"), (b"[1>>", "PDF_NESTING"), (b"<<1 2>>", "PDF_KEY_NOT_NAME"),
        (b"<</A>>", "PDF_KEY_NOT_NAME"), (b"nul", "PDF_KEYWORD"), (b"12abc", "PDF_KEYWORD"), (b"<4g>", "PDF_TOKEN"),
        (b"<41\x0b42>", "PDF_TOKEN"), (b"<41%\n42>", "PDF_TOKEN"),
        (b"(a", "PDF_TOKEN"), (b"(a(b)", "PDF_TOKEN"), (b"{1}", "PDF_TOKEN"), (b"1e5", "PDF_KEYWORD"),
        (b"9" * 25, "PDF_TOKEN"), (b"--1", "PDF_KEYWORD"), (b"[" * 65 + b"]" * 65, "PDF_LIMIT"), (b")", "PDF_TOKEN"),
        (b"(" + b"a" * (3 << 20) + b")", "PDF_LIMIT"), (b"1." + b"0" * 500, "PDF_TOKEN"),
        (b"9" * 350 + b".0", "PDF_TOKEN"),
    ],
)  # fmt: skip
def test_refusals(written: bytes, code: str) -> None:
    with pytest.raises(PdfError) as caught:
        parse(written)
    assert caught.value.code == code


def test_tokens_are_counted_over_all_values() -> None:
    budget = Budget(Limits(pdf_tokens=10))
    parse_value(b"[1 2 3]", 0, budget=budget)
    with pytest.raises(PdfError, match="PDF_LIMIT"):
        parse_value(b"[1 2 3 4 5 6]", 0, budget=budget)


def test_repeated_keys_are_seen_in_every_spelling() -> None:
    found = parse(b"<</Contents 1/#43ontents 2/B 3>>")
    assert isinstance(found, RepeatedKeys)
    assert found.repeated == ("Contents",)
    assert not same(found, {"Contents": 2, "B": 3})


def test_only_contents_tells_where_it_stands() -> None:
    found = parse(b"<</Contents <4142>/Other <43>>>")
    assert isinstance(found, dict)
    contents, other = found["Contents"], found["Other"]
    assert isinstance(contents, PdfString) and isinstance(other, PdfString)
    assert (contents.is_hex, contents.span, other.span) == (True, (12, 18), None)


def test_types_are_kept_apart() -> None:
    assert not same(True, 1)
    assert not same(Name("A"), PdfString(b"A"))
    assert same(1, 1.0)
    assert same([1, {"A": Ref(1, 0)}], [1, {"A": Ref(1, 0)}])
    assert not same({"A": None}, {})


_leaves = st.one_of(
    st.none(), st.booleans(), st.integers(-(10**9), 10**9), st.binary(max_size=20),
    st.text("abcXYZ #/()%", max_size=8).map(Name), st.builds(Ref, st.integers(1, 9_999), st.integers(0, 99)),
)  # fmt: skip
_values = st.recursive(
    _leaves,
    lambda inner: st.one_of(
        st.lists(inner, max_size=5), st.dictionaries(st.text("abcXYZ #", min_size=1, max_size=6).map(Name), inner, max_size=5)
    ),
    max_leaves=20,
)


@settings(max_examples=150, deadline=None)
@given(_values)
def test_what_is_written_is_read_again(value: Value) -> None:
    assert same(parse(write_value(value)), value)


@settings(max_examples=400, deadline=None)
@given(st.binary(max_size=200) | st.text("()<>[]{}/%# \n\\0129.-+Rtrueobjstm", max_size=120).map(lambda text: text.encode()))
def test_any_octets_are_read_or_refused(data: bytes) -> None:
    try:
        value, end = parse_value(data, 0, budget=Budget())
    except PdfError as problem:
        assert re.fullmatch("PDF_[A-Z_]+", problem.code)
    else:
        assert 0 < end <= len(data)
        assert same(value, value)


@settings(max_examples=150, deadline=None)
@given(_values)
def test_a_scan_never_finds_less_than_a_parse(value: Value) -> None:
    data = b"7 0 obj " + write_value(value) + b"\nendobj\n"
    found = scan(data)
    assert found is None or found >= {ref.number for ref in references(value)}


@pytest.mark.parametrize(
    "body",
    [b"[(a(endobj)b) 9 0 R]", b"(()", b"<</Length 9/X(/Length 3/) 9 0 R>>\nstream\nx\nendstream", b"<</Length 5>>\nstream\nx\nendstream"],
)
def test_a_scan_leaves_to_the_parser_what_it_cannot_skip(body: bytes) -> None:
    data = b"7 0 obj " + body + b"\nendobj\n"
    assert scan(data) is None


@pytest.mark.parametrize(
    "body",
    [b"[<41>9 0 R]", b"<</A<4 1\n0 2>/B 9 0 R>>", b"<</A<41>>>9 0 R", b"<<12>9 0 R", b"[<41 9 0 R]", b"<41" * 200_000 + b" 9 0 R"],
    ids=["plain", "spaced", "nested", "unnamed", "open", "flood"],
)
def test_a_scan_skips_hexadecimal_strings_and_nothing_more(body: bytes) -> None:
    assert scan(b"7 0 obj " + body + b"\nendobj\n") == {9}


def test_a_scan_stays_inside_its_revision() -> None:
    data = b"7 0 obj [9 0 R]\nendobj\n"
    assert scan(data) == {9}
    assert scan(data, end=len(data) - 8) is None
    assert scan(data, number=8) is None


@pytest.mark.parametrize(
    ("data", "marked"),
    [
        (b"<</ByteRange[0 1]>>", True), (b"<</#42yteRange[0 1]>>", True), (b"<</B#79#74eRange[]>>", True),
        (b"/Type /Sig", True), (b"/Type/DocTimeStamp>>", True), (b"/SubFilter/ETSI.CAdES.detached", True),
        (b"/ByteRanges", False), (b"ByteRange", False), (b"/Type/SigRef", False), (b"", False),
    ],
)  # fmt: skip
def test_marks_of_a_signature(data: bytes, marked: bool) -> None:
    assert has_signature_marks(data) is marked
