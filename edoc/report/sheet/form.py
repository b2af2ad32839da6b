"""The form of a record: what it states in words, to print, to write on by hand and to file; of a print one sheet a copy."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from edoc.records.model import Comparison, Conversion, Lookup, PaperCopy, PaperUse, Record
from edoc.report.additions import RecordView
from edoc.report.sheet.added import own_rows, record_rows
from edoc.report.sheet.model import Bullets, Paragraphs, Rows, Section
from edoc.report.sheet.runs import Text, Tongue, shown, tongue
from edoc.report.sheet.typeset import Data, compile_pdf, date_data, drawable, text_data
from edoc.report.speech import visible

_OTHER = {"en": "fa", "fa": "en"}


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyMark:
    """What stands on the sheet of one copy."""

    mark: Text
    count: Text
    """Which copy of how many."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A form in the order of reading."""

    lang: str
    title: str
    when: Text
    heading: Text
    lead: Text
    notices: tuple[tuple[str, Text], ...]
    """Language and words; what whoever holds the paper must read stands in both languages."""
    sections: tuple[Section, ...]
    marks: tuple[CopyMark, ...]
    """One sheet each; none: one sheet without a mark."""
    at: datetime
    """When what is recorded was done."""


def record_form(record: Record, view: RecordView, *, sha256: str, lang: str) -> bytes:
    """Return the form of a record as PDF/A-3a and PDF/UA-1; same record, same bytes.

    `view` is the record as it was checked, `sha256` (hex) that of its file; `lang` is `en` or `fa`.  Raises
    `ConfigError` PDF_NOT_INSTALLED where the extra `pdf` is absent.
    """
    form = form_view(record, view, sha256=sha256, lang=lang)
    inputs = {"form": json.dumps(_data(form), ensure_ascii=False)}
    return compile_pdf("form.typ", inputs=inputs, at=form.at)


def form_view(record: Record, view: RecordView, *, sha256: str, lang: str) -> Form:
    """Return what stands on the form of a record."""
    say = tongue(lang)
    heading = say.text(f"form_{view.kind.value}")
    return Form(
        lang=lang,
        title=f"{shown(heading)} – {visible(view.name)}",
        when=say.text("form_when", time=say.moment(_at(record))),
        heading=heading,
        lead=_lead(record, say),
        notices=tuple(_notices(record, lang)),
        sections=(
            _facts(view, say),
            _record(view, sha256, say),
            _checking(record, view, say),
        ),
        marks=tuple(_marks(record, say)),
        at=_at(record),
    )


def _at(record: Record) -> datetime:
    if isinstance(record, Lookup):
        return record.asked_at
    return record.compared_at if isinstance(record, Conversion) else record.printed_at


def _lead(record: Record, say: Tongue) -> Text:
    if isinstance(record, Lookup):
        named = {"registry": say.value(record.registry), "identifier": say.value(record.identifier)}
        return say.text("form_lead_lookup", **named)
    kind = "conversion" if isinstance(record, Conversion) else "paper_copy"
    return say.text(f"form_lead_{kind}", name=say.value(record.document.name))


def _notices(record: Record, lang: str) -> Iterator[tuple[str, Text]]:
    if isinstance(record, PaperCopy):
        key = "form_notice_instead" if record.use is PaperUse.INSTEAD else "form_notice_beside"
        for each in (lang, _OTHER[lang]):
            yield each, tongue(each).text(key)
    elif isinstance(record, Conversion):
        part = "some" if record.comparison is Comparison.SOME_PAGES else "every"
        yield lang, tongue(lang).text(f"form_notice_scan_{part}")
        if record.bears_on:
            yield lang, tongue(lang).text("form_notice_provisions")
    else:
        yield lang, tongue(lang).text("form_notice_lookup")


def _facts(view: RecordView, say: Tongue) -> Section:
    # Of a print every sheet shows the mark of its own copy.
    told = tuple(fact for fact in view.facts if fact[0] != "record_marks")
    return Section(name="facts", heading=say.text("form_facts"), blocks=(Rows(rows=tuple(record_rows(told, say))),))


def _record(view: RecordView, sha256: str, say: Tongue) -> Section:
    rows = (*own_rows(view, say), (say.text("form_record_digest"), say.runs(say.digest(sha256))))
    return Section(name="record", heading=say.text("form_record"), blocks=(Rows(rows=rows),))


def _checking(record: Record, view: RecordView, say: Tongue) -> Section:
    return Section(name="checking", heading=say.text("form_how"), blocks=(Bullets(lines=tuple(_steps(record, view, say))),))


def _steps(record: Record, view: RecordView, say: Tongue) -> Iterator[Text]:
    name = shlex.quote(view.name) if visible(view.name) == view.name else "RECORD"
    if isinstance(record, Lookup):
        yield say.text("form_step_record", command=say.code(f"edoc verify {name} --trust ANCHORS"))
        if record.answer is not None:
            yield say.text("form_step_answer", command=say.code("sha256sum FILE"))
        yield say.text("form_step_registry")
        return
    yield say.text("form_step_file", command=say.code("sha256sum FILE"))
    yield say.text("form_step_both", command=say.code(f"edoc verify FILE --trust ANCHORS --record {name}"))
    if isinstance(record, Conversion):
        yield say.text("form_step_scan")
    else:
        yield say.text("form_step_print")
        yield say.text("form_step_mark")


def _marks(record: Record, say: Tongue) -> Iterator[CopyMark]:
    if not isinstance(record, PaperCopy):
        return
    count = say.number(len(record.marks))
    for number, mark in enumerate(record.marks, 1):
        which = say.text("form_copy", number=say.number(number), count=count)
        yield CopyMark(mark=say.runs(say.value(mark)), count=which)


def _data(form: Form) -> Data:
    say = tongue(form.lang)
    label = text_data(say.text("form_mark"))
    return {
        "lang": form.lang,
        "title": drawable(form.title),
        "description": drawable(shown(form.lead)),
        "date": date_data(form.at),
        "page_of": shown(say.text("sheet_page", page="{page}", pages="{pages}")),
        "digits": [say.number(digit) for digit in range(10)],
        "brand": text_data(say.text("form_brand")),
        "when": text_data(form.when),
        "heading": text_data(form.heading),
        "lead": text_data(form.lead),
        "notices": [{"lang": lang, "text": text_data(text)} for lang, text in form.notices],
        "sections": [_section(section) for section in form.sections],
        "marks": [{"label": label, "mark": text_data(item.mark), "count": text_data(item.count)} for item in form.marks],
        "hand": {
            "heading": text_data(say.text("form_hand")),
            "note": text_data(say.text("form_hand_note")),
            "fields": [text_data(say.text(f"form_hand_{name}")) for name in ("name", "date", "signature")],
        },
        "closing": text_data(say.text("form_foot")),
    }


def _section(section: Section) -> Data:
    blocks: list[Data] = []
    for block in section.blocks:
        if isinstance(block, Rows):
            rows = [{"label": text_data(label), "value": text_data(value)} for label, value in block.rows]
            blocks.append({"kind": "Rows", "rows": rows})
        elif isinstance(block, Bullets | Paragraphs):
            blocks.append({"kind": type(block).__name__, "lines": [text_data(line) for line in block.lines]})
    return {"heading": text_data(section.heading), "blocks": blocks}
