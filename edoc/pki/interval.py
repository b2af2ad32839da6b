"""For how long an answer about certificates stays true: between the nearest dates at which it could change."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from edoc.pki.certificate import Certificate
from edoc.pki.crl import RevocationList
from edoc.pki.ocsp import OcspResponse
from edoc.pki.revocation import SKEW

_MAX_WIDTH = timedelta(hours=1)
"""A bound to either side for what the dates cannot tell: a revocation that a list announces for later."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """The time at which something was asked, and the open interval around it in which the answer is the same."""

    asked: datetime
    after: datetime
    before: datetime

    def holds(self, time: datetime) -> bool:
        """Tell whether the answer is the same at another time (aware UTC)."""
        # A change on the very date bounds the interval to nothing; the same question has the same answer all the same.
        return time == self.asked or self.after < time < self.before


def unchanged(time: datetime, dates: Iterable[datetime]) -> Interval:
    """Return the interval around a time that reaches to the nearest of some dates, an hour at most."""
    low, high = time - _MAX_WIDTH, time + _MAX_WIDTH
    for date in dates:
        if date <= time:
            low = max(low, date)
        if date >= time:
            high = min(high, date)
    return Interval(asked=time, after=low, before=high)


def dates_of(
    certificates: Iterable[Certificate],
    crls: Iterable[RevocationList],
    ocsps: Iterable[OcspResponse],
    *,
    max_age: timedelta | None = None,
) -> Iterator[datetime]:
    """Yield every date at which a path over some certificates, or a status from some evidence, could change.

    `max_age` is how old evidence may be (null: as its issuer says).
    """
    yield from _validity(certificates)
    for crl in crls:
        yield from _evidence(crl.this_update, crl.next_update, max_age)
    for response in ocsps:
        yield response.produced_at
        yield response.produced_at - SKEW
        yield from _validity(response.certificates)
        for answer in response.answers:
            yield from _evidence(answer.this_update, answer.next_update, max_age)


def _validity(certificates: Iterable[Certificate]) -> Iterator[datetime]:
    for certificate in certificates:
        yield certificate.not_before
        yield certificate.not_after


def _evidence(this_update: datetime, next_update: datetime | None, max_age: timedelta | None) -> Iterator[datetime]:
    yield this_update
    # From then on it is no longer from the future.
    yield this_update - SKEW
    if next_update is not None:
        yield next_update
    if max_age is not None:
        yield this_update + max_age
