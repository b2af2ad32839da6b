"""From a report, and what was added to it, to what stands on the sheet.  Nothing is judged here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from edoc.errors import EdocError
from edoc.records.model import RecordKind
from edoc.report.additions import NOTHING_ADDED, Additions, RecordView
from edoc.report.reported import reported_sentence
from edoc.report.sheet.added import added_sections, reported_section
from edoc.report.sheet.answers import six_answers
from edoc.report.sheet.events import stamps_left_out, time_line
from edoc.report.sheet.model import Columns, Look, Paragraphs, Rows, Section, Sheet, Verdict
from edoc.report.sheet.runs import Text, Tongue, shown, tongue
from edoc.report.sheet.sections import changes, findings, identity, not_checked, repeat
from edoc.report.sheet.tables import covered, evidence_records, other_signatures, timestamps
from edoc.report.speech import visible
from edoc.report.summary import gravest, headline, next_step, sentences
from edoc.result import enums
from edoc.result.report import ReportData, SignatureResult

_LOOKS = {
    enums.Verdict.PASSED: Look.PASSED,
    enums.Verdict.FAILED: Look.FAILED,
    enums.Verdict.INDETERMINATE: Look.UNDECIDED,
    enums.Verdict.NO_SIGNATURE: Look.UNSIGNED,
    enums.Verdict.INTACT: Look.INTACT,
}
_ROWS_ON_FIRST_PAGE = 3


def sheet_view(data: ReportData, *, lang: str, additions: Additions = NOTHING_ADDED) -> Sheet:
    """Return the sheet of a report; `lang` is `en` or `fa` (`KeyError` for any other)."""
    say = tongue(lang)
    item = gravest(data.signatures)
    first, further = findings(data, say)
    looked_up = any(_is_inquiry(record) for record in additions.records)
    parts: list[Section | Columns] = []
    appendix: list[Section | Columns] = []
    if data.reported is not None:
        parts.append(reported_section(data.reported, say))
    if item is not None:
        parts.append(_questions(data, item, say))
        others = other_signatures(data, item, say)
        if others is not None:
            rows = sum(len(block.rows) for block in others.blocks if hasattr(block, "rows"))
            (parts if rows <= _ROWS_ON_FIRST_PAGE else appendix).append(others)
        parts.append(_events(data, item, say))
    parts.append(Columns(first=first, second=not_checked(data, say, looked_up=looked_up)))
    parts.append(identity(data, item, say))
    appendix += [section for section in _further(data, item, say) if section is not None]
    if further is not None:
        appendix.insert(0, further)
    appendix += added_sections(additions, say)
    return Sheet(
        lang=lang,
        title=_title(say, data.document.name),
        brand=say.text("sheet_brand"),
        checked=say.text("sheet_checked", time=say.moment(data.validation_time)),
        verdict=_verdict(data, say),
        parts=tuple(parts),
        appendix=tuple(appendix),
        closing=(say.text("foot"), repeat(data, say)),
        at=data.validation_time,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Unread:
    """An input that could not be judged, and why; `at` is when that was tried."""

    error: EdocError
    name: str
    at: datetime
    tool_version: str


def error_view(unread: Unread, *, lang: str) -> Sheet:
    """Return the sheet of an input that could not be judged."""
    error, name, at = unread.error, unread.name, unread.at
    say = tongue(lang)
    text, hint = say.finding(error.code, error.params)
    rows: tuple[tuple[Text, Text], ...] = (
        (say.text("sheet_file_name"), say.runs(say.value(name))),
        (say.text("code"), say.runs(say.code(error.code))),
        (say.text("sheet_tool"), say.runs(say.code(f"edoc {unread.tool_version}"))),
    )
    section = Section(name="file", heading=say.text("sheet_file_and_check"), blocks=(Rows(rows=rows),))
    return Sheet(
        lang=lang,
        title=_title(say, name),
        brand=say.text("sheet_brand"),
        checked=say.text("sheet_checked", time=say.moment(at)),
        verdict=Verdict(
            look=Look.UNSIGNED,
            headline=say.runs(say.phrase("sheet_could_not").removesuffix(".")),
            answer=(text, say.text("sheet_nothing_known")),
            next_step=hint or None,
            reservations=None,
        ),
        parts=(section,),
        appendix=(),
        closing=(say.text("foot"),),
        at=at,
    )


def _is_inquiry(record: RecordView) -> bool:
    """Only a receipt that holds, and that is not about another document, says that somebody asked."""
    passed = record.verdict in (enums.Verdict.PASSED, enums.Verdict.INTACT)
    return record.kind is RecordKind.LOOKUP and passed and record.concerns_document is not False


def _title(say: Tongue, name: str) -> str:
    return f"{shown(say.text('sheet_title'))} – {visible(name)}"


def _verdict(data: ReportData, say: Tongue) -> Verdict:
    step = next_step(data, say)
    reserved = say.listed([say.code(code) for code in data.reservations])
    return Verdict(
        look=_LOOKS[data.verdict],
        headline=say.runs(headline(data, say).removesuffix(".")),
        answer=tuple(say.runs(sentence) for sentence in _answer(data, say)),
        next_step=say.runs(step) if step else None,
        reservations=say.text("sheet_reservations", codes=reserved) if data.reservations else None,
    )


def _answer(data: ReportData, say: Tongue) -> tuple[str, ...]:
    told = tuple(sentences(data, say))
    return told if data.reported is None else (*told, reported_sentence(data.reported, say))


def _questions(data: ReportData, item: SignatureResult, say: Tongue) -> Section:
    many = len(data.signatures) > 1
    heading = say.text("sheet_six_of", signature=say.code(item.id)) if many else say.text("sheet_six")
    return Section(name="questions", heading=heading, blocks=(six_answers(data, item, say),))


def _events(data: ReportData, item: SignatureResult, say: Tongue) -> Section:
    out = stamps_left_out(data, item)
    line = time_line(data, item, say)
    note = (Paragraphs(lines=(say.runs(say.counted("sheet_more_stamps", count=out)),)),) if out else ()
    return Section(name="events", heading=say.text("sheet_events"), blocks=(line, *note))


def _further(data: ReportData, item: SignatureResult | None, say: Tongue) -> list[Section | None]:
    """What follows on further pages, where there is any."""
    stamped = item is None or stamps_left_out(data, item) or len(data.signatures) > 1
    return [
        changes(item, say) if item is not None else None,
        covered(item, say) if item is not None else None,
        timestamps(data, say) if stamped else None,
        evidence_records(data, say),
    ]
