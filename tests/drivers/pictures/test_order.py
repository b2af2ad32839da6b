"""What passes between the worker and its parent; the parent believes nothing that it did not ask for."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edoc.drivers.pictures.limits import DEFAULT_PICTURE_LIMITS, PictureLimits
from edoc.drivers.pictures.order import (
    END,
    Answer,
    Closer,
    Drawn,
    Note,
    Order,
    Revision,
    drawn_record,
    note_record,
    read_answer,
)

PNG = b"\x89PNG\r\n\x1a\n" + b"x" * 40
CODES = frozenset({"PICTURES_ALIKE", "PICTURES_PAGE_MOVED"})
ORDER = Order(
    size=900,
    revisions=(
        Revision(signature="S1", end=500, changes={2: ((1.0, 2.0, 3.5, 4.0),), 7: ()}),
        Revision(signature="S2", end=700),
    ),
    limits=DEFAULT_PICTURE_LIMITS,
    password="پ\nx",
)
CLOSER = Closer(part=(0.0, 0.25, 0.75, 1.0), signed=PNG, handed_over=PNG)
PAGE = Drawn(
    signature="S1", page=2, now=3, signed=PNG, handed_over=PNG + b"\n", boxes=((0.0, 0.1, 0.5, 1.0),), closer=(CLOSER,)
)  # fmt: skip
NOTE = Note(code="PICTURES_PAGE_MOVED", signature="S2", params={"page": "1", "now": "2"})
WHOLE = drawn_record(PAGE) + note_record(NOTE) + END


def read(data: bytes) -> Answer:
    return read_answer(data, ORDER, codes=CODES)


def test_an_order_is_read_as_it_was_written() -> None:
    line = ORDER.line()
    assert line.count(b"\n") == 1 and Order.read(line) == ORDER
    assert "پ" not in repr(ORDER)


def test_an_answer_is_read_as_it_was_written() -> None:
    assert read(WHOLE) == Answer(pages=(PAGE,), notes=(NOTE,), complete=True)
    gone = Drawn(signature="S1", page=2, now=None, signed=PNG, handed_over=None, boxes=())
    assert read(drawn_record(gone) + END).pages == (gone,)


def test_what_was_answered_before_the_end_stands() -> None:
    answer = read(WHOLE[: -len(END)])
    assert answer == Answer(pages=(PAGE,), notes=(NOTE,), complete=False)
    assert read(drawn_record(PAGE)[:-1]) == Answer()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"S1"', b'"S9"'), (b'"page": 2', b'"page": -2'), (b'"page": 2', b'"page": true'), (b'"page": 2', b'"page": "2"'),
        (b"0.5", b"7.5"), (b"0.5", b"NaN"), (b"[[0.0,", b"[[0.9,"), (b"[[0.0, 0.1, 0.5, 1.0]]", b"7"), (b"[0.0, 0.1, 0.5, 1.0]", b"7"),
        (b"\x89PNG", b"<svg"), (b"PICTURES_PAGE_MOVED", b"VERDICT_PASSED"), (b'"params": {', b'"params": 7, "x": {'),
        (b'"now": "2"', b'"subject": "2"'), (b'"now": "2"', b'"code": "2"'), (b'"now": "2"', b'"now": "<b>"'), (b'"now": "2"', b'"now": "' + b"1" * 201 + b'"'),
        (b"48, 49, 48, 48]", b"48]"), (b"48, 49, 48, 48]", b"]"), (b"48, 49, 48, 48]", b"0, 0, 48, 48]"), (b'"sizes"', b'"size"'),
        (b"48, 49, 48, 48]", b"48, 49, 48, 48, 9]"), (b"48, 49, 48, 48]", b"48, 49, 48]"), (b"[[0.0, 0.25, 0.75, 1.0]]", b"[]"), (b"0.75", b"1.75"),
        (b"[[0.0, 0.25, 0.75, 1.0]]", b"null"), (b"48, 49, 48, 48]", b"48, 49, 1e1, 48]"), (b'{"end": true}\n', b'{"end": true}\n{"end": true}\n'),
        (b'{"end": true}\n', b'[]\n'), (b'{"end": true}\n', b'[' * 90_000 + b"\n"), (b'{"end": true}\n', b'\xff\n'),
    ],
)  # fmt: skip
def test_what_was_not_asked_for_is_not_believed(old: bytes, new: bytes) -> None:
    assert old in WHOLE
    assert not read(WHOLE.replace(old, new, 1)).complete


@settings(max_examples=300, deadline=None)
@given(st.integers(0, len(WHOLE) - 1), st.binary(max_size=4), st.integers(0, 6))
def test_no_answer_is_an_error(place: int, put: bytes, cut: int) -> None:
    for page in read(WHOLE[:place] + put + WHOLE[place + cut :]).pages:
        assert page.signature in ("S1", "S2")
        assert page.signed is None or page.signed.startswith(b"\x89PNG")


def test_limits_pass_unaltered() -> None:
    limits = PictureLimits(seconds=1.5, shown=2)
    assert Order.read(Order(size=0, revisions=(), limits=limits).line()).limits == limits
