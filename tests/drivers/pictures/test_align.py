"""Which page answers to which: every kind of change by itself, and what holds of any two documents."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from edoc.drivers.pictures.align import Look, align


def looks(*words: str) -> dict[int, Look]:
    """Pages that look alike where their words are the same, and the more alike the more letters agree."""
    return {page: Look(digest=word.encode(), grey=word.encode().ljust(8)) for page, word in enumerate(words)}


def aligned(before: str, after: str, *, complete: bool = True) -> tuple[object, object]:
    found = align(looks(*before.split()), looks(*after.split()), complete=complete)
    return found.differing, found.moved


def test_the_same_pages_do_not_differ() -> None:
    assert aligned("a b c", "a b c") == ((), ())


def test_a_changed_page_is_beside_its_former_self() -> None:
    assert aligned("a b c", "a x c") == (((1, 1),), ())


def test_an_added_page_moves_nothing() -> None:
    assert aligned("a b c", "a x b c") == (((None, 1),), ())


def test_a_removed_page_moves_nothing() -> None:
    assert aligned("a b c", "b c") == (((0, None),), ())


def test_a_page_at_another_place_is_moved() -> None:
    assert aligned("a b c d", "b c d a") == ((), ((0, 3),))


def test_a_changed_page_behind_an_added_one_is_paired_with_the_likest() -> None:
    assert aligned("a amount100 c", "a zzzzzzzzz amount900 c") == (((None, 1), (1, 2)), ())


def test_a_changed_page_before_a_removed_one_is_paired_with_the_likest() -> None:
    assert aligned("a zzzzzzzzz amount100 c", "a amount900 c") == (((1, None), (2, 1)), ())


def test_nothing_is_said_of_an_end_that_was_not_looked_at() -> None:
    assert aligned("a b c", "x a b", complete=False) == (((None, 0),), ())
    assert aligned("a b c", "x a b") == (((None, 0), (2, None)), ())


def test_many_changed_pages_are_paired_in_order() -> None:
    before = " ".join(f"a{number}" for number in range(60))
    after = " ".join(f"b{number}" for number in range(62))
    differing, moved = aligned(before, after)
    assert differing == (*((page, page) for page in range(60)), (None, 60), (None, 61)) and moved == ()


@settings(max_examples=80, deadline=None)
@given(st.lists(st.sampled_from("abcd"), max_size=8), st.lists(st.sampled_from("abcd"), max_size=8))
def test_every_page_is_told_once(before: list[str], after: list[str]) -> None:
    found = align(looks(*before), looks(*after), complete=True)
    gone = [one for one, _ in found.differing if one is not None] + [one for one, _ in found.moved]
    come = [other for _, other in found.differing if other is not None] + [other for _, other in found.moved]
    assert len(set(gone)) == len(gone) and len(set(come)) == len(come)
    assert [word for page, word in enumerate(before) if page not in gone] == [
        word for page, word in enumerate(after) if page not in come
    ]
    assert all(before[one] == after[other] for one, other in found.moved)
    assert all(one is None or other is None or before[one] != after[other] for one, other in found.differing)
