"""The Iranian calendar: known days, month lengths, and where it is not told."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from edoc.report.dates import jalali, jalali_date, persian_digits, utc

KNOWN = {
    date(2026, 3, 21): (1405, 1, 1),
    date(2026, 3, 20): (1404, 12, 29),
    date(2025, 3, 20): (1403, 12, 30),
    date(2026, 11, 23): (1405, 9, 2),
    date(1979, 2, 11): (1357, 11, 22),
    date(2000, 1, 1): (1378, 10, 11),
    date(1921, 3, 21): (1300, 1, 1),
}


@pytest.mark.parametrize(("day", "expected"), KNOWN.items(), ids=str)
def test_known_days(day: date, expected: tuple[int, int, int]) -> None:
    assert jalali_date(day) == expected


def test_days_follow_one_another() -> None:
    day, previous = date(1921, 3, 21), None
    while (found := jalali_date(day)) is not None:
        if previous is not None and found != (previous[0], previous[1], previous[2] + 1):
            assert found[2] == 1
            assert found[:2] in ((previous[0], previous[1] + 1), (previous[0] + 1, 1))
            assert previous[2] in ({31} if previous[1] <= 6 else {30} if previous[1] <= 11 else {29, 30})
        previous, day = found, day + timedelta(days=1)
    assert previous is not None
    assert previous[0] == 1500


def test_outside_the_years_that_are_sure_nothing_is_told() -> None:
    assert jalali_date(date(1921, 3, 20)) is None
    assert jalali(datetime(1900, 1, 1, tzinfo=UTC)) is None


def test_the_day_is_that_of_iran() -> None:
    assert jalali(datetime(2026, 11, 22, 21, 0, tzinfo=UTC)) == "1405/09/02 00:30"
    assert utc(datetime(2026, 11, 22, 21, 0, tzinfo=UTC)) == "2026-11-22 21:00:00Z"
    assert persian_digits("1405/09") == "۱۴۰۵/۰۹"
