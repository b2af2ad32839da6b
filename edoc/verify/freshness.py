"""Revocation freshness checker (EN 319 102-1 5.2.5)."""

from __future__ import annotations

from datetime import datetime, timedelta


def fresh(
    *, this_update: datetime | None, next_update: datetime | None, time: datetime, max_age: timedelta | None
) -> bool:
    """Tell whether revocation data is fresh enough at a time.

    `max_age` is the policy's limit; null means the data's own thisUpdate..nextUpdate window, and data
    without nextUpdate is then never fresh.
    """
    if this_update is None:
        return False
    if max_age is None:
        if next_update is None:
            return False
        max_age = next_update - this_update
    # Differences, not sums: a list may claim dates so far apart that no date is left beside them.
    return time - this_update < max_age
