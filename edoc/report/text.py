"""The sheet as plain text, in English or Persian: the same answers in the same words as on paper, then the particulars.

Nothing is told here that `sheet_view` does not hold, but for the particulars of `details`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from edoc.errors import EdocError
from edoc.report.additions import NOTHING_ADDED, Additions
from edoc.report.details import evidence_lines, signature_lines, stamp_lines
from edoc.report.paper import Colour, Paper, Tone
from edoc.report.sheet.model import (
    Answers,
    Block,
    Bullets,
    Columns,
    Items,
    Look,
    Mark,
    Paragraphs,
    Rows,
    Section,
    Sheet,
    Table,
    TimeLine,
)
from edoc.report.sheet.runs import Kind, Run, Text
from edoc.report.sheet.view import sheet_view
from edoc.report.speech import FSI, LRI, PDI, speech
from edoc.result.report import ReportData

_LOOKS = {
    Look.PASSED: Tone.GOOD,
    Look.FAILED: Tone.BAD,
    Look.UNDECIDED: Tone.OPEN,
    Look.UNSIGNED: Tone.OPEN,
    # Never green: nobody has been identified.
    Look.INTACT: Tone.STRONG,
}
_MARKS = {
    Mark.YES: ("\u2713", Tone.GOOD),
    Mark.NO: ("\u2717", Tone.BAD),
    Mark.OPEN: ("?", Tone.OPEN),
    Mark.NONE: ("\u2013", Tone.STRONG),
    Mark.NOTE: ("\u2022", Tone.STRONG),
}
_BUNDLES = re.compile(r"[0-9a-f]{8}(?: [0-9a-f]{8}){3,}")
_RTL = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
_TOLD_IN_PARTICULARS = ("timestamps", "evidence_records", "covered")
"""Tables of the sheet whose rows the particulars repeat in full."""


def render_text(
    data: ReportData, *, lang: str = "en", colour: Colour = Colour.NONE, additions: Additions = NOTHING_ADDED
) -> str:
    """Return the sheet: the answer, six questions, events, findings, what was not checked, particulars, the file.

    Of the additions records are told; pictures are not for text, and articles of a law have a text of their own
    (`legal.render_legal`).
    """
    paper = Paper(speech(lang), colour)
    sheet = sheet_view(data, lang=lang, additions=replace(additions, pictures=(), picture_notes=(), legal=None))
    told = _Told(paper, passed=sheet.verdict.look is Look.PASSED)
    _answer(paper, sheet, data)
    sections = [section for section in _sections(sheet) if section.name not in _TOLD_IN_PARTICULARS]
    for section in sections:
        if section.name != "file":
            told.section(section)
    _particulars(paper, data)
    for section in sections:
        if section.name == "file":
            told.section(section)
    for line in (sheet.checked, *reversed(sheet.closing)):
        paper.line()
        paper.line(told.text(line))
    return paper.text()


def render_error(error: EdocError, *, name: str, lang: str = "en", colour: Colour = Colour.NONE) -> str:
    """Return the few lines for an input that could not be judged."""
    paper = Paper(speech(lang), colour)
    words = paper.say.sentence(error.code, error.params)
    paper.line(paper.toned(paper.say.say("could_not", name=name), Tone.OPEN))
    paper.line(words.text)
    if words.hint:
        paper.item("next_step", words.hint)
    paper.item("code", paper.say.value(error.code))
    return paper.text()


def _answer(paper: Paper, sheet: Sheet, data: ReportData) -> None:
    say, verdict = paper.say, sheet.verdict
    word = paper.toned(say.phrase(f"verdict_{data.verdict.value}"), _LOOKS[verdict.look])
    paper.line(say.phrase("answer", name=say.value(data.document.name), verdict=word))
    told = _Told(paper, passed=True)
    paper.line(" ".join((f"{told.text(verdict.headline)}.", *map(told.text, verdict.answer))))
    if verdict.next_step is not None:
        paper.item("next_step", told.text(verdict.next_step))
    if verdict.reservations is not None:
        paper.line(told.text(verdict.reservations))


def _sections(sheet: Sheet) -> Iterator[Section]:
    """Every section in the order of reading; findings are told together, there is no next page here."""
    further = [item for item in sheet.appendix if isinstance(item, Section) and item.name == "more-findings"]
    for part in (*sheet.parts, *sheet.appendix):
        for section in (part.first, part.second) if isinstance(part, Columns) else (part,):
            if section.name == "findings" and further:
                lists = tuple(block for block in section.blocks if isinstance(block, Items))
                yield replace(section, blocks=(*lists, *further[0].blocks))
            elif section.name != "more-findings":
                yield section


def _particulars(paper: Paper, data: ReportData) -> None:
    for item in data.signatures:
        signature_lines(paper, item, data)
    for stamp in data.timestamps:
        paper.head(paper.say.say("timestamp", id=stamp.id))
        stamp_lines(paper, stamp, depth=1)
    for record in data.evidence_records:
        evidence_lines(paper, record)


class _Told:
    """Tells the blocks of a sheet as lines."""

    def __init__(self, paper: Paper, *, passed: bool) -> None:
        self._paper = paper
        self._passed = passed

    def text(self, text: Text) -> str:
        """Return a text with its values isolated."""
        return "".join(map(self._run, text))

    def section(self, section: Section) -> None:
        """Tell a section below its heading."""
        self._paper.head(self.text(section.heading))
        for block in section.blocks:
            self._block(block)

    def _run(self, run: Run) -> str:
        if run.kind is Kind.OWN:
            return run.text
        # Bundles are for the eye; here a digest is copied and searched for.
        text = run.text.replace(" ", "") if _BUNDLES.fullmatch(run.text) else run.text
        rtl = _RTL.search(text) is not None
        if rtl and run.kind is Kind.VALUE:
            return f"{FSI}{text}{PDI}"
        return f"{LRI}{text}{PDI}" if rtl or self._paper.say.lang == "fa" else text

    def _block(self, block: Block) -> None:
        if isinstance(block, Answers):
            self._answers(block)
        elif isinstance(block, TimeLine):
            self._events(block)
        elif isinstance(block, Items):
            self._items(block)
        elif isinstance(block, Bullets | Paragraphs):
            for line in block.lines:
                self._paper.line(self.text(line), depth=1)
        elif isinstance(block, Rows):
            for label, value in block.rows:
                self._paper.line(f"{self.text(label)}: {self.text(value)}", depth=1)
        elif isinstance(block, Table):
            self._table(block)

    def _answers(self, block: Answers) -> None:
        for row in block.rows:
            sign, tone = _MARKS[row.mark]
            # Only under a verdict that is good may a single yes look like one.
            tone = Tone.STRONG if tone is Tone.GOOD and not self._passed else tone
            cells = (f"{sign} {self.text(row.question)}", self._paper.toned(self.text(row.word), tone))
            details = " ".join(map(self.text, row.details))
            self._paper.line("\t".join((*cells, details)), depth=1)

    def _events(self, block: TimeLine) -> None:
        for event in block.events:
            what = f"{self.text(event.number)}. {self.text(event.label)}"
            cells = (what, self._paper.say.moment(event.at), self.text(event.cells[-1]))
            self._paper.line("\t".join(cells), depth=1)

    def _items(self, block: Items) -> None:
        say = self._paper.say
        for item in block.items:
            sign, tone = _MARKS[item.mark]
            word = self._paper.toned(f"{sign} {self.text(item.word)}", tone)
            self._paper.line(f"{word}: {self.text(item.text)}", depth=1)
            if item.hint:
                self._paper.line(f"{say.phrase('next_step')}: {self.text(item.hint)}", depth=2)
            self._paper.line(f"{say.phrase('code')}: {self.text(item.code)}", depth=2)

    def _table(self, block: Table) -> None:
        """A row is told as a line and what belongs to it: no table is too wide then."""
        for row in block.rows:
            self._paper.line(self.text(row[0]), depth=1)
            for label, cell in zip(block.head[1:], row[1:], strict=True):
                self._paper.line(f"{self.text(label)}: {self.text(cell)}", depth=2)
