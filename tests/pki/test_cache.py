"""The bounded cache: what it keeps, and that it never grows past its bounds."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from edoc.pki.cache import BoundedCache


def test_the_oldest_leave_when_there_are_too_many() -> None:
    cache: BoundedCache[int, str] = BoundedCache(max_entries=3)
    for number in range(5):
        cache.put(number, str(number))
    assert [cache.get(number) for number in range(5)] == [None, None, "2", "3", "4"]
    assert len(cache) == 3


def test_the_oldest_leave_when_they_weigh_too_much() -> None:
    cache: BoundedCache[int, str] = BoundedCache(max_entries=100, max_weight=10)
    cache.put(1, "a", weight=6)
    cache.put(2, "b", weight=4)
    assert len(cache) == 2
    cache.put(3, "c", weight=5)
    assert [cache.get(number) for number in (1, 2, 3)] == [None, "b", "c"]


def test_what_is_too_heavy_alone_is_handed_back_and_not_kept() -> None:
    cache: BoundedCache[int, str] = BoundedCache(max_entries=100, max_weight=10)
    cache.put(1, "a", weight=10)
    assert cache.put(2, "b", weight=11) == "b"
    assert (cache.get(1), cache.get(2)) == ("a", None)


def test_the_first_value_stays() -> None:
    cache: BoundedCache[int, str] = BoundedCache(max_entries=3)
    assert cache.put(1, "first") == "first"
    assert cache.put(1, "second") == "first"


def test_threads_agree_on_one_value() -> None:
    cache: BoundedCache[int, object] = BoundedCache(max_entries=50)
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda number: (number % 20, cache.put(number % 20, object())), range(2000)))
    for key in range(20):
        assert {value for one, value in found if one == key} == {cache.get(key)}
    assert len(cache) == 20
