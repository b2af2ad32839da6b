"""What the writer writes, the strict reader reads back as the same value."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edoc.facts.document import Document
from edoc.formats.pdf.append_write import IncrementalUpdate, date_string, text_string, write_value
from edoc.formats.pdf.document import Pdf
from edoc.formats.pdf.errors import PdfError
from edoc.formats.pdf.fields import text
from edoc.formats.pdf.lex import Budget, parse_value
from edoc.formats.pdf.signatures import pdf_date
from edoc.formats.pdf.values import Name, PdfString, Ref, RepeatedKeys, Value, same
from edoc.limits import DEFAULT_LIMITS
from tests.sign.shapes import PAGE, SHAPES, Maker

_NAMES = st.text(st.characters(min_codepoint=1, max_codepoint=255), max_size=12).map(Name)
_SCALARS = (
    st.none() | st.booleans() | st.integers(-(2**31), 2**31 - 1) | _NAMES
    | st.binary(max_size=40) | st.binary(max_size=40).map(PdfString)
    | st.builds(Ref, st.integers(1, 10**6), st.integers(0, 65535))
    | st.integers(-(10**9), 10**9).map(lambda number: number / 1000)
)  # fmt: skip
_VALUES = st.recursive(
    _SCALARS, lambda inner: st.lists(inner, max_size=5) | st.dictionaries(_NAMES, inner, max_size=5), max_leaves=20
)


def _read(data: bytes) -> Value:
    value, end = parse_value(data, 0, budget=Budget(DEFAULT_LIMITS))
    assert data[end:].strip() == b"endobj"
    return value


def _plain(value: Value) -> Value:
    """Whole numbers may lose their point, which changes no meaning (7.3.3)."""
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return float(value) if type(value) is int else value


@settings(max_examples=150, deadline=None, derandomize=True)
@given(_VALUES)
def test_values_read_back(value: Value) -> None:
    assert same(_plain(_read(write_value(value) + b"\nendobj")), _plain(value))


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.text(max_size=40))
def test_texts_read_back(words: str) -> None:
    assert text(_read(write_value(text_string(words)) + b" endobj")) == words


@pytest.mark.parametrize("zone", [UTC, timezone(timedelta(hours=3, minutes=30)), timezone(-timedelta(hours=8))])
def test_dates_read_back_as_the_same_moment(zone: timezone) -> None:
    moment = datetime(2026, 3, 20, 23, 59, 58, tzinfo=zone)
    assert pdf_date(text(_read(write_value(date_string(moment)) + b" endobj"))) == moment


def test_a_dictionary_with_two_meanings_is_not_written() -> None:
    twice = RepeatedKeys({"A": 1})
    twice.repeated = ("A",)
    with pytest.raises(PdfError) as error:
        write_value([{"Inside": twice}])
    assert error.value.code == "PDF_DUPLICATE_KEY"


@pytest.mark.parametrize("shape", SHAPES)
def test_an_update_adds_and_changes_and_nothing_else(shape: str) -> None:
    document = Document.from_bytes(SHAPES[shape](), name="a.pdf")
    pdf = Pdf.open(document)
    update = IncrementalUpdate(pdf)
    new = update.new_ref()
    page = next(iter(pdf.page_refs()))
    update.put(new, write_value({"Added": True}))
    update.put(page, write_value({**pdf.get(page), "Rotate": 270}))  # type: ignore[dict-item]
    tail, _ = update.write()
    after = Pdf.open(Document.from_bytes(document.data[:] + tail, name="a.pdf"))
    assert after.get(new) == {"Added": True}
    assert same(after.get(page), {**pdf.get(page), "Rotate": 270})  # type: ignore[dict-item]
    old = {number: pdf.get_direct(Ref(number, 0)) for number in range(1, pdf.size_entry) if number != page.number}
    for number, value in old.items():
        if isinstance(value, dict | list | int):
            assert same(after.get_direct(Ref(number, 0)), value)
    assert len(after.revisions) == len(pdf.revisions) + 1 and after.xref_is_stream == pdf.xref_is_stream
    first, now = pdf.trailer.get("ID"), after.trailer.get("ID")
    assert (first is None and now is None) or (first[0] == now[0] and first[1] != now[1])  # type: ignore[index]


def test_a_small_size_entry_gives_no_number_away() -> None:
    data = Maker().table(PAGE, size=3).data
    update = IncrementalUpdate(Pdf.open(Document.from_bytes(data, name="a.pdf")))
    assert update.new_ref().number == 6
