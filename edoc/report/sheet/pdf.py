"""The sheet as PDF, drawn by typst: PDF/A-3a and PDF/UA-1, with the report in JSON attached.

All words are handed over as data and never become part of the template, so that nothing in them is evaluated.
Same sheet, same bytes: the only time in the file is that of the check.
"""

from __future__ import annotations

import json
import re
from datetime import UTC
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

from edoc.errors import ConfigError
from edoc.report.sheet import marks
from edoc.report.sheet.model import (
    Answer,
    Answers,
    Block,
    Bullets,
    Columns,
    Event,
    Item,
    Items,
    Look,
    Mark,
    Paragraphs,
    Picture,
    Pictures,
    Rows,
    Section,
    Shape,
    Sheet,
    Table,
    TimeLine,
)
from edoc.report.sheet.runs import Kind, Run, Text, shown, tongue

if TYPE_CHECKING:
    import typst

Data = dict[str, object]

_BORDERS = {
    Look.PASSED: (2, "solid"),
    Look.FAILED: (1, "solid"),
    Look.UNDECIDED: (1.8, "dashed"),
    Look.UNSIGNED: (1.8, "dotted"),
    Look.INTACT: (0.8, "solid"),
}
_DOUBLE = (Look.FAILED, Look.INTACT)
_LONG = re.compile(r"[^\s\u0600-\u08ff\ufb50-\ufdff\ufe70-\ufeff]{40,}")
"""A word that a line may have to break anywhere; Arabic letters are joined and stay together."""
_BREAK = "\u200b"
_EVERY = 8
_ESCAPED = 400
"""Characters of a value after its unknown characters were written as code points."""


def draw_pdf(sheet: Sheet, *, report: str) -> bytes:
    """Return the sheet as PDF, with `report` (JSON text) attached; raises `ConfigError` PDF_NOT_INSTALLED."""
    compiler = _compiler()
    inputs = {"sheet": json.dumps(_Drawing(sheet).whole(), ensure_ascii=False), "report": report}
    made = compiler.compile(
        _own("sheet.typ"),
        format="pdf",
        sys_inputs=inputs,
        pdf_standards=["a-3a", "ua-1"],
        timestamp=int(sheet.at.timestamp()),
    )
    assert isinstance(made, bytes)
    return made


def _compiler() -> typst.Compiler:
    try:
        import typst
    except ModuleNotFoundError as problem:
        raise ConfigError("PDF_NOT_INSTALLED", subject=problem.name or "typst") from problem
    return typst.Compiler(root=str(_folder()), font_paths=_fonts(), ignore_system_fonts=True)


@cache
def _fonts() -> typst.Fonts:
    import typst

    return typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(_folder().joinpath("fonts"))]
    )


class _Drawing:
    """Turns a sheet into the data that the template reads."""

    def __init__(self, sheet: Sheet) -> None:
        self._sheet = sheet
        self._say = tongue(sheet.lang)
        self._look = sheet.verdict.look

    def whole(self) -> Data:
        sheet, verdict, say = self._sheet, self._sheet.verdict, self._say
        at = sheet.at.astimezone(UTC)
        return {
            "lang": sheet.lang,
            "title": drawable(sheet.title),
            "description": drawable(shown(verdict.headline)),
            "date": {name: getattr(at, name) for name in ("year", "month", "day", "hour", "minute", "second")},
            "colour": marks.LOOK_COLOURS[self._look],
            "border": _BORDERS[self._look],
            "double": self._look in _DOUBLE,
            "icon": marks.look_svg(self._look),
            "plain": drawable(shown(verdict.headline)),
            "page_of": shown(say.text("sheet_page", page="{page}", pages="{pages}")),
            "digits": [say.number(digit) for digit in range(10)],
            "brand": _text(sheet.brand),
            "checked": _text(sheet.checked),
            "headline": _text(verdict.headline),
            "answer": [_text(sentence) for sentence in verdict.answer],
            "reservations": _optional(verdict.reservations),
            "next_label": _text(say.text("sheet_next_step")),
            "next_step": _optional(verdict.next_step),
            "parts": [self._part(part) for part in sheet.parts],
            "appendix": [self._part(part) for part in sheet.appendix],
            "closing": [_text(line) for line in sheet.closing],
            "attached": shown(say.text("sheet_attached")),
        }

    def _part(self, part: Section | Columns) -> Data:
        if isinstance(part, Columns):
            return {"kind": "Columns", "first": self._section(part.first), "second": self._section(part.second)}
        return {"kind": "Section", **self._section(part)}

    def _section(self, section: Section) -> Data:
        return {"heading": _text(section.heading), "blocks": [self._block(block) for block in section.blocks]}

    def _block(self, block: Block) -> Data:
        return {"kind": type(block).__name__, **self._inside(block)}

    def _inside(self, block: Block) -> Data:
        match block:
            case Answers():
                return {"head": _texts(block.head), "rows": [self._answer(row) for row in block.rows]}
            case TimeLine():
                return self._line(block)
            case Items():
                return {"items": [self._item(item) for item in block.items]}
            case Bullets() | Paragraphs():
                return {"lines": _texts(block.lines)}
            case Rows():
                return {"rows": [{"label": _text(label), "value": _text(value)} for label, value in block.rows]}
            case Table():
                rows = [_texts(row) for row in block.rows]
                return {"head": _texts(block.head), "rows": rows, "widths": _widths(block)}
            case Pictures():
                return {"pairs": [[_picture(side) for side in pair] for pair in block.pairs]}

    def _icon(self, mark: Mark, word: Text) -> Data:
        passed = self._look is Look.PASSED
        return {
            "icon": marks.mark_svg(mark, passed=passed),
            "colour": marks.colour_of(mark, passed=passed),
            "plain": drawable(shown(word)),
        }

    def _answer(self, row: Answer) -> Data:
        return {
            **self._icon(row.mark, row.word),
            "question": _text(row.question),
            "word": _text(row.word),
            "details": _texts(row.details),
        }

    def _item(self, item: Item) -> Data:
        return {
            **self._icon(item.mark, item.word),
            "text": _text(item.text),
            "hint": _text(item.hint),
            "code": _text(item.code),
        }

    def _line(self, line: TimeLine) -> Data:
        return {
            "picture": marks.time_line_svg(line, rtl=self._sheet.lang == "fa", font="Vazirmatn"),
            "alt": drawable(f"{shown(line.name)}: {shown(line.description)}"),
            "head": _texts(line.head),
            "events": [_event(event) for event in line.events],
        }


def _event(event: Event) -> Data:
    return {
        "check": event.shape is Shape.CHECK,
        "number": _text(event.number),
        "label": _text(event.label),
        "short": _text(event.short),
        "cells": _texts(event.cells),
    }


def _picture(side: Picture) -> Data:
    image = marks.picture_svg(side.image, side.boxes) if side.image is not None else None
    return {"image": image, "alt": drawable(shown(side.alternative)), "caption": _text(side.caption)}


def _widths(table: Table) -> list[float]:
    """How wide the columns of a table are beside each other: by their longest words, within reason."""
    columns = zip(table.head, *table.rows, strict=True)
    return [min(max(max(len(shown(cell)) for cell in column), 8), 36) for column in columns]


def _texts(texts: tuple[Text, ...]) -> list[list[Data]]:
    return [_text(text) for text in texts]


def _optional(text: Text | None) -> list[Data] | None:
    return _text(text) if text is not None else None


def _text(text: Text) -> list[Data]:
    return [_run(run) for run in text]


def _run(run: Run) -> Data:
    written = run.text if run.kind is Kind.OWN else _LONG.sub(_breakable, drawable(run.text))
    return {"t": written, "k": run.kind.value, "rtl": run.rtl, "l": run.lang, "whole": run.whole}


def _breakable(found: re.Match[str]) -> str:
    word = found[0]
    return _BREAK.join(word[at : at + _EVERY] for at in range(0, len(word), _EVERY))


def drawable(text: str) -> str:
    """Return a text in which every character that the fonts do not draw is written as its code point."""
    if _known().issuperset(text):
        return text
    told = "".join(char if char in _known() else f"‹U+{ord(char):04X}›" for char in text).replace("›‹", " ")
    if len(told) > _ESCAPED:
        return f"{told[: _ESCAPED // 2]} … {told[-_ESCAPED // 2 :]}"
    return told


@cache
def _known() -> frozenset[str]:
    ranges = json.loads(_own("fonts/characters.json"))
    return frozenset(chr(number) for first, last in ranges for number in range(first, last + 1))


def _folder() -> resources.abc.Traversable:
    return resources.files(__package__)


def _own(name: str) -> bytes:
    return _folder().joinpath(name).read_bytes()
