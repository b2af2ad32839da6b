"""Times as people read them: UTC, and the Iranian calendar beside it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from functools import cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_PERSIAN_DIGITS = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")
_ANCHOR = date(2026, 3, 21).toordinal()
_ANCHOR_YEAR = 1405
_FIRST_YEAR, _LAST_YEAR = 1300, 1500
"""Within these years the 33-year rule equals the calendar's astronomy; outside only UTC is shown."""


def persian_digits(text: str) -> str:
    """Return the text with ASCII digits as Persian ones."""
    return text.translate(_PERSIAN_DIGITS)


def utc(moment: datetime) -> str:
    """Return `2026-11-23 10:00:00Z`."""
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%SZ")


def jalali(moment: datetime) -> str | None:
    """Return `1405/09/02 13:30` in Iran's time and calendar, null where it cannot be told."""
    zone = _tehran()
    if zone is None:
        return None
    local = moment.astimezone(zone)
    found = jalali_date(local.date())
    if found is None:
        return None
    year, month, day = found
    return f"{year:04}/{month:02}/{day:02} {local:%H:%M}"


def jalali_date(day: date) -> tuple[int, int, int] | None:
    """Return (year, month, day) of the Iranian solar calendar, null outside 1300-1500."""
    offset = day.toordinal() - _ANCHOR
    year = _ANCHOR_YEAR
    while offset < 0:
        year -= 1
        offset += _days(year)
    while offset >= _days(year):
        offset -= _days(year)
        year += 1
    if not _FIRST_YEAR <= year <= _LAST_YEAR:
        return None
    # Six months of 31 days, five of 30, the last takes the rest.
    month = offset // 31 if offset < 186 else 6 + (offset - 186) // 30
    start = month * 31 if month <= 6 else 186 + (month - 6) * 30
    return year, month + 1, offset - start + 1


def _days(year: int) -> int:
    return 366 if (25 * year + 11) % 33 < 8 else 365


@cache
def _tehran() -> ZoneInfo | None:
    try:
        return ZoneInfo("Asia/Tehran")
    except ZoneInfoNotFoundError:
        return None
