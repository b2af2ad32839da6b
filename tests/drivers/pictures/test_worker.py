"""What the worker says of documents and pages that it cannot draw, and how it packs what it draws."""

from __future__ import annotations

import ctypes
import io
import random
from dataclasses import replace

import pytest
from PIL import Image

from edoc.drivers.pictures.limits import DEFAULT_PICTURE_LIMITS, PictureLimits
from edoc.drivers.pictures.order import END, Answer, Order, Revision, read_answer
from edoc.drivers.pictures.process import WORKER_CODES
from edoc.drivers.pictures.worker import _listed, answers, png
from tests.formats.pdf import build
from tests.formats.pdf.build import CONTENT, PAGE, stream


def answer(data: bytes, *ends: int, limits: PictureLimits = DEFAULT_PICTURE_LIMITS) -> Answer:
    octets = (ctypes.c_char * len(data)).from_buffer_copy(data)
    revisions = tuple(Revision(signature=f"S{number}", end=end) for number, end in enumerate(ends, 1))
    order = Order(size=len(data), revisions=revisions, limits=limits)
    return read_answer(b"".join(answers(order, octets)) + END, order, codes=WORKER_CODES)


def notes(found: Answer) -> list[tuple[str, str]]:
    return [(note.signature, note.code) for note in found.notes]


def test_a_document_that_does_not_open_is_told_for_every_signature() -> None:
    assert notes(answer(b"%PDF-1.7\nnothing of the kind", 9, 12)) == [
        ("S1", "PICTURES_UNREADABLE"), ("S2", "PICTURES_UNREADABLE"),
    ]  # fmt: skip


def test_a_revision_that_does_not_open_is_told_and_the_others_are_shown() -> None:
    file = build.document().update({CONTENT: stream(b"0 0 9 9 re f")})
    found = answer(file.data, 40, file.ends[0])
    assert notes(found) == [("S1", "PICTURES_REVISION_UNREADABLE")]
    assert [one.signature for one in found.pages] == ["S2"]


def test_a_page_that_cannot_be_drawn_is_told_and_the_others_are_shown() -> None:
    objects = {
        **build.practice_objects(), 2: b"<</Type/Pages/Kids[3 0 R 20 0 R]/Count 2>>",
        20: b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 100 100]>>",
    }  # fmt: skip
    file = build.document(objects)
    broken = file.update({20: b"<</Type/Nothing>>", CONTENT: stream(b"0 0 9 9 re f")})
    found = answer(broken.data, file.ends[0])
    assert [one.page for one in found.pages] == [1]
    assert notes(found) == [("S1", "PICTURES_PAGE_FAILED")] and found.notes[0].params == {"pages": "2"}


def test_what_was_not_compared_in_time_is_told() -> None:
    file = build.document().update({CONTENT: stream(b"0 0 9 9 re f")})
    found = answer(file.data, file.ends[0], limits=replace(DEFAULT_PICTURE_LIMITS, compare_seconds=-1.0))
    assert notes(found) == [("S1", "PICTURES_NOT_COMPARED")] and found.pages == ()


def test_no_more_octets_are_shown_than_fit_on_a_sheet() -> None:
    file = build.document().update({CONTENT: stream(b"0 0 9 9 re f")}).update({PAGE: build.practice_objects()[PAGE]})
    found = answer(file.data, file.ends[0], file.ends[0], limits=replace(DEFAULT_PICTURE_LIMITS, bytes=1))
    assert [one.signature for one in found.pages] == ["S1"]
    assert notes(found) == [("S2", "PICTURES_LEFT_OUT")]


@pytest.mark.parametrize(
    ("pages", "text"), [([1], "1"), ([3, 1, 2, 2], "1-3"), ([9, 2, 3, 7], "2-3, 7, 9"), (range(1, 99, 2), None)]
)
def test_pages_are_listed_shortly(pages: list[int], text: str | None) -> None:
    told = _listed(list(pages))
    assert told == text or (text is None and told.endswith(", ...") and len(told) < 100)


def test_a_picture_of_few_colours_is_packed_without_loss() -> None:
    picture = Image.new("RGB", (200, 100), "white")
    for number in range(200):
        picture.paste((number, 255 - number, 7), (number, 10, number + 1, 90))
    for one in (picture, picture.convert("L").convert("RGB")):
        packed = Image.open(io.BytesIO(png(one, 1 << 20)))
        assert packed.mode in ("P", "L") and packed.convert("RGB").tobytes() == one.tobytes()


def test_a_picture_that_is_too_large_loses_colours_and_then_size() -> None:
    noise = Image.frombytes("RGB", (300, 400), random.Random(3).randbytes(300 * 400 * 3))
    whole = len(png(noise, 1 << 20))
    assert whole > 300_000 and Image.open(io.BytesIO(png(noise, 1 << 20))).size == (300, 400)
    fewer = png(noise, 150_000)
    assert len(fewer) <= 150_000 and Image.open(io.BytesIO(fewer)).size == (300, 400)
    smaller = png(noise, 30_000)
    assert len(smaller) <= 30_000 and Image.open(io.BytesIO(smaller)).size < (300, 400)
