"""The boxes hold what was painted, and there are never too many."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from edoc.drivers.pictures.compare import WHOLE, Box, changed_places, closer_places

WIDTH, HEIGHT = 450, 640
Place = tuple[int, int, int, int]


def page(*places: Place, colour: tuple[int, int, int] = (0, 0, 0)) -> Image.Image:
    picture = Image.new("RGB", (WIDTH, HEIGHT), "white")
    for left, top, right, bottom in places:
        picture.paste(colour, (left, top, right, bottom))
    return picture


def compared(*places: Place, known: tuple[Box, ...] = (), most: int = 12) -> tuple[Box, ...]:
    return changed_places(page(), page(*places), known=known, most=most)


def inside(place: Place, box: Box) -> bool:
    left, top, right, bottom = box
    near = 0.0001
    return (
        left * WIDTH <= place[0] + near * WIDTH and top * HEIGHT <= place[1] + near * HEIGHT
        and right * WIDTH >= place[2] - near * WIDTH and bottom * HEIGHT >= place[3] - near * HEIGHT
    )  # fmt: skip


def test_equal_pages_have_no_boxes() -> None:
    assert compared() == ()


def test_a_single_dot_is_found() -> None:
    for place in ((0, 0, 1, 1), (WIDTH - 1, HEIGHT - 1, WIDTH, HEIGHT), (201, 333, 202, 334)):
        (box,) = compared(place)
        assert inside(place, box) and (box[2] - box[0]) * WIDTH <= 10 and (box[3] - box[1]) * HEIGHT <= 10


def test_a_colour_that_nobody_could_tell_apart_is_none() -> None:
    faint = page((10, 10, 100, 100), colour=(250, 250, 250))
    assert changed_places(page(), faint, known=(), most=12) == ()
    seen = page((10, 10, 100, 100), colour=(255, 255, 235))
    assert len(changed_places(page(), seen, known=(), most=12)) == 1


def test_far_places_are_apart_and_near_ones_together() -> None:
    first, second, third = (50, 50, 90, 60), (98, 50, 130, 60), (300, 500, 340, 512)
    boxes = compared(first, second, third)
    assert len(boxes) == 2
    assert inside(first, boxes[0]) and inside(second, boxes[0]) and inside(third, boxes[1])


def test_a_place_that_the_report_names_is_boxed_whole_where_something_in_it_differs() -> None:
    known = ((0.1, 0.05, 0.5, 0.2), (0.6, 0.6, 0.9, 0.9))
    (box,) = compared((60, 60, 70, 70), known=known)
    assert box == (0.1, 0.05, 0.5, 0.2)


def test_a_place_off_the_page_is_no_trouble() -> None:
    strange = ((-5.0, -5.0, 9.0, 9.0), (1.0, 1.0, 1.0, 1.0), (2.0, 2.0, 3.0, 3.0))
    assert compared((60, 60, 70, 70), known=strange) == WHOLE


def test_pages_of_two_sizes_differ_everywhere() -> None:
    assert changed_places(page(), Image.new("RGB", (WIDTH, 10), "white"), known=(), most=12) == WHOLE


def test_many_places_are_merged_until_they_are_few() -> None:
    dots = tuple((x, y, x + 2, y + 2) for x in range(8, WIDTH - 8, 40) for y in range(8, HEIGHT - 8, 40))
    for most in (1, 5, 12):
        boxes = compared(*dots, most=most)
        assert 1 <= len(boxes) <= most
        assert all(any(inside(dot, box) for box in boxes) for dot in dots)


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, WIDTH - 2), st.integers(0, HEIGHT - 2), st.integers(1, 90), st.integers(1, 60)),
        min_size=1, max_size=20,
    )
)  # fmt: skip
def test_whatever_is_painted_lies_in_a_box(drawn: list[Place]) -> None:
    places = [(x, y, min(x + wide, WIDTH), min(y + high, HEIGHT)) for x, y, wide, high in drawn]
    boxes = compared(*places)
    assert 1 <= len(boxes) <= 12
    assert all(any(inside(place, box) for box in boxes) for place in places)
    assert all(0 <= left < right <= 1 and 0 <= top < bottom <= 1 for left, top, right, bottom in boxes)


A4 = (595.0, 842.0)


def test_a_small_place_is_enlarged_with_what_stands_around_it() -> None:
    for box in ((0.4, 0.5, 0.45, 0.52), (0.0, 0.0, 0.01, 0.01), (0.99, 0.98, 1.0, 1.0), (0.1, 0.4, 0.3, 0.6)):
        (part,) = closer_places([box], size=A4, most=2)
        assert part[0] <= box[0] and part[1] <= box[1] and part[2] >= box[2] and part[3] >= box[3], (part, box)
        assert 0 <= part[0] < part[2] <= 1 and 0 <= part[1] < part[3] <= 1
        assert (part[2] - part[0]) * A4[0] == pytest.approx(230, abs=1)


def test_what_is_large_by_itself_is_not_enlarged() -> None:
    assert closer_places([WHOLE[0], (0.1, 0.1, 0.9, 0.2), (0.1, 0.1, 0.2, 0.9)], size=A4, most=2) == ()
    assert closer_places([(0.4, 0.5, 0.45, 0.52)], size=(200.0, 200.0), most=2) == ()


def test_places_near_one_another_share_a_part_and_there_are_never_too_many() -> None:
    near = [(0.4, 0.5, 0.45, 0.51), (0.46, 0.5, 0.48, 0.51)]
    assert len(closer_places(near, size=A4, most=2)) == 1
    far = [(0.4, place / 10, 0.45, place / 10 + 0.01) for place in range(1, 9)]
    assert len(closer_places(far, size=A4, most=2)) == 2


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.tuples(*[st.floats(0, 1)] * 4), max_size=5), st.tuples(st.floats(1e-3, 1e5), st.floats(1e-3, 1e5))
)
def test_parts_are_of_the_page_whatever_its_size(places: list[Box], size: tuple[float, float]) -> None:
    boxes = [(min(a, c), min(b, d), max(a, c), max(b, d)) for a, b, c, d in places]
    for left, top, right, bottom in closer_places(boxes, size=size, most=3):
        assert 0 <= left < right <= 1 and 0 <= top < bottom <= 1
