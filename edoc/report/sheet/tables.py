"""Tables for what one set of questions cannot hold: further signatures, time-stamps, records, covered files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from edoc.report.sheet.model import Section, Table
from edoc.report.sheet.runs import Text, Tongue, common_name
from edoc.report.sheet.sections import every_stamp, left_out
from edoc.report.summary import signer_name
from edoc.result.enums import Indication, SubIndication
from edoc.result.report import ReportData, SignatureResult

_MOST = 40
"""Rows of one table."""
_NONE = "–"


def other_signatures(data: ReportData, shown: SignatureResult, say: Tongue) -> Section | None:
    """Return a row for each signature that the questions are not about, and for counter-signatures; null without any."""
    others = [(item, "") for item in data.signatures if item is not shown]
    others += [(nested, item.id) for item in data.signatures for nested in item.counter_signatures]
    if not others:
        return None
    rows = [_signature(item, say, of=of) for item, of in others[:_MOST]]
    head = ("sheet_signature", "sheet_by", "sheet_result", "sheet_claimed", "sheet_proved", "level")
    return _section("other_signatures", head, rows, say, total=len(others))


def _signature(item: SignatureResult, say: Tongue, *, of: str = "") -> tuple[Text, ...]:
    name = signer_name(item)
    label = say.phrase("sheet_counter_of", id=say.code(item.id), signature=say.code(of)) if of else say.code(item.id)
    return (
        say.runs(label),
        say.runs(say.value(name) if name is not None else say.phrase("nobody")),
        say.runs(_result(item.indication, item.sub_indication, item.intact, say)),
        say.runs(say.brief(item.claimed_signing_time) if item.claimed_signing_time is not None else _NONE),
        say.runs(say.brief(item.best_signature_time) if item.best_signature_time is not None else _NONE),
        say.runs(say.code(item.level)),
    )


_RESULTS = {
    Indication.TOTAL_PASSED: "sheet_passed",
    Indication.PASSED: "sheet_passed",
    Indication.TOTAL_FAILED: "sheet_failed",
    Indication.FAILED: "sheet_failed",
    Indication.INDETERMINATE: "sheet_open",
}
_INTACT = {True: "sheet_intact", False: "sheet_failed", None: "sheet_open"}


def _result(
    indication: Indication | None, sub: SubIndication | None, intact: bool | None, say: Tongue
) -> str:
    """The result in a word, the standard's own word behind it; where nobody was judged, only whether it is intact."""
    if indication is None:
        return say.phrase(_INTACT[intact])
    word = say.phrase(_RESULTS[indication])
    return f"{word} ({say.code(sub.value)})" if sub is not None else word


def timestamps(data: ReportData, say: Tongue) -> Section | None:
    """Return a row for each time-stamp; null without any."""
    every = every_stamp(data)
    rows = [
        (
            say.runs(say.code(stamp.id)),
            say.text(f"sheet_stamp_{stamp.kind}"),
            say.runs(say.moment(stamp.time) if stamp.time is not None else say.phrase("unknown")),
            say.runs(say.value(common_name(stamp.tsa)) if stamp.tsa else say.phrase("unknown")),
            say.runs(_result(stamp.indication, stamp.sub_indication, stamp.intact, say)),
        )
        for stamp in every[:_MOST]
    ]
    head = ("sheet_stamp", "kind", "time", "authority", "sheet_result")
    return _section("timestamps", head, rows, say, total=len(every)) if rows else None


def evidence_records(data: ReportData, say: Tongue) -> Section | None:
    """Return a row for each evidence record; null without any."""
    rows = [
        (
            say.runs(say.code(record.id)),
            say.runs(say.code(record.kind)),
            say.runs(say.moment(record.time) if record.time is not None else say.phrase("unknown")),
            say.runs(_result(record.indication, None, record.intact, say)),
        )
        for record in data.evidence_records[:_MOST]
    ]
    head = ("sheet_record", "kind", "time", "sheet_result")
    total = len(data.evidence_records)
    return _section("evidence_records", head, rows, say, total=total) if rows else None


def covered(item: SignatureResult, say: Tongue) -> Section | None:
    """Return what a signature covers, file by file; null when the answers have said it all."""
    if len(item.scope) < 2:
        return None
    rows = [
        (
            say.runs(say.value(scope.name)),
            say.text(f"sheet_scope_{scope.kind.value}"),
            say.runs(say.listed(list(_digests(scope.digest, say)))),
        )
        for scope in item.scope[:_MOST]
    ]
    head = ("sheet_thing", "sheet_how", "sheet_digest")
    return _section("covered", head, rows, say, total=len(item.scope))


def _digests(digests: Mapping[str, str], say: Tongue) -> Iterator[str]:
    for algorithm, value in digests.items():
        yield f"{say.code(algorithm)} {say.digest(value)}"


def _section(
    name: str, head: tuple[str, ...], rows: Sequence[tuple[Text, ...]], say: Tongue, *, total: int
) -> Section:
    table = Table(head=tuple(say.text(key) for key in head), rows=tuple(rows))
    heading = say.text(f"sheet_{name}")
    return Section(name=name, heading=heading, blocks=(table, *left_out(total - len(rows), say)))
