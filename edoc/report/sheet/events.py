"""The order of events around one signature: what begins and ends, what is claimed, what is proved."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from edoc.report.sheet.model import Event, Shape, TimeLine
from edoc.report.sheet.runs import Text, Tongue, common_name, shown
from edoc.result.enums import Indication
from edoc.result.report import ReportData, SignatureResult, TimestampResult

_STAMPS = 3
"""Time-stamps on one line: the first two and the last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """An event before it has its place; `rank` orders what happened at the same second."""

    at: datetime
    rank: int
    shape: Shape
    key: str
    known: str


def time_line(data: ReportData, item: SignatureResult, say: Tongue) -> TimeLine:
    """Return the events of one signature, from the earliest to the latest."""
    found = sorted(_events(data, item, say), key=lambda event: (event.at, event.rank))
    events = tuple(_event(event, number, say) for number, event in enumerate(found, 1))
    edges = [place for place, event in enumerate(found) if event.shape is Shape.EDGE]
    words = [f"{say.number(number)} {shown(say.text(f'{event.key}_short'))}" for number, event in enumerate(found, 1)]
    own, other = ("iran", "utc") if say.lang == "fa" else ("utc", "iran")
    head = ("sheet_number", "sheet_event", f"sheet_calendar_{own}", f"sheet_calendar_{other}", "sheet_known")
    return TimeLine(
        name=say.text("sheet_events"),
        description=say.runs(say.listed(words)),
        head=tuple(say.text(key) for key in head),
        events=events,
        spans=(edges[0], edges[-1]) if len(edges) > 1 else None,
    )


def stamps_left_out(data: ReportData, item: SignatureResult) -> int:
    """Return how many time-stamps have no place on the line."""
    return max(len(_dated(data, item)) - _STAMPS, 0)


def _event(found: _Found, number: int, say: Tongue) -> Event:
    world, iran = say.runs(say.utc(found.at)), say.iran(found.at)
    local: Text = say.runs(iran) if iran is not None else say.runs("–")
    pair = (local, world) if say.lang == "fa" else (world, local)
    return Event(
        shape=found.shape,
        at=found.at,
        number=say.runs(say.number(number)),
        label=say.text(found.key),
        short=say.text(f"{found.key}_short"),
        cells=(*pair, say.runs(found.known)),
    )


def _events(data: ReportData, item: SignatureResult, say: Tongue) -> Iterator[_Found]:
    certificate = item.signing_certificate
    if certificate is not None:
        known = say.phrase("sheet_known_certificate")
        for at, key, rank in ((certificate.not_before, "begins", 0), (certificate.not_after, "ends", 9)):
            if at is not None:
                yield _Found(at=at, rank=rank, shape=Shape.EDGE, key=f"sheet_event_{key}", known=known)
    if item.claimed_signing_time is not None:
        known = say.phrase("sheet_known_claimed")
        yield _Found(
            at=item.claimed_signing_time, rank=1, shape=Shape.CLAIMED, key="sheet_event_claimed", known=known
        )
    yield from _stamps(data, item, say)
    yield from _status(item, say)
    known = say.phrase(f"sheet_known_{data.validation_time_source}")
    yield _Found(at=data.validation_time, rank=8, shape=Shape.CHECK, key="sheet_event_check", known=known)


def _stamps(data: ReportData, item: SignatureResult, say: Tongue) -> Iterator[_Found]:
    every = _dated(data, item)
    for stamp in every if len(every) <= _STAMPS else [*every[: _STAMPS - 1], every[-1]]:
        assert stamp.time is not None
        passed = stamp.indication is Indication.PASSED
        authority = say.value(common_name(stamp.tsa)) if stamp.tsa else say.phrase("unknown")
        known = say.phrase("sheet_known_stamp" if passed else "sheet_known_stamp_unused", authority=authority)
        key = "document" if stamp.kind in ("document", "container", "archive") else "stamp"
        yield _Found(
            at=stamp.time,
            rank=2,
            shape=Shape.PROVED if passed else Shape.CLAIMED,
            key=f"sheet_event_{key}" if passed else "sheet_event_unused",
            known=known,
        )
    best = item.best_signature_time
    if best is not None and best not in [stamp.time for stamp in every]:
        known = say.phrase("sheet_known_proof")
        yield _Found(at=best, rank=2, shape=Shape.PROVED, key="sheet_event_proof", known=known)


def _status(item: SignatureResult, say: Tongue) -> Iterator[_Found]:
    leaf = item.path[0] if item.path else None
    if leaf is None:
        return
    if leaf.revoked_at is not None:
        known = say.phrase("sheet_known_revoked")
        yield _Found(at=leaf.revoked_at, rank=3, shape=Shape.STATUS, key="sheet_event_revoked", known=known)
    if leaf.evidence_time is not None:
        kind = leaf.evidence_kind or "crl"
        known = say.phrase(f"sheet_known_{kind}", state=say.phrase(f"status_{leaf.status}"))
        yield _Found(at=leaf.evidence_time, rank=4, shape=Shape.STATUS, key=f"sheet_event_{kind}", known=known)


def _dated(data: ReportData, item: SignatureResult) -> list[TimestampResult]:
    every = [stamp for stamp in (*item.timestamps, *data.timestamps) if stamp.time is not None]
    return sorted(every, key=lambda stamp: (stamp.time or data.validation_time, stamp.id))
