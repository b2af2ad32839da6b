"""The sheet as PDF, drawn by typst (`typeset`), with the report in JSON attached; same sheet, same bytes."""

from __future__ import annotations

import json

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
from edoc.report.sheet.runs import Text, shown, tongue
from edoc.report.sheet.typeset import Data, compile_pdf, date_data, drawable, text_data

_BORDERS = {
    Look.PASSED: (2, "solid"),
    Look.FAILED: (1, "solid"),
    Look.UNDECIDED: (1.8, "dashed"),
    Look.UNSIGNED: (1.8, "dotted"),
    Look.INTACT: (0.8, "solid"),
}
_DOUBLE = (Look.FAILED, Look.INTACT)


def draw_pdf(sheet: Sheet, *, report: str) -> bytes:
    """Return the sheet as PDF, with `report` (JSON text) attached; raises `ConfigError` PDF_NOT_INSTALLED."""
    inputs = {"sheet": json.dumps(_Drawing(sheet).whole(), ensure_ascii=False), "report": report}
    return compile_pdf("sheet.typ", inputs=inputs, at=sheet.at)


class _Drawing:
    """Turns a sheet into the data that the template reads."""

    def __init__(self, sheet: Sheet) -> None:
        self._sheet = sheet
        self._say = tongue(sheet.lang)
        self._look = sheet.verdict.look

    def whole(self) -> Data:
        sheet, verdict, say = self._sheet, self._sheet.verdict, self._say
        return {
            "lang": sheet.lang,
            "title": drawable(sheet.title),
            "description": drawable(shown(verdict.headline)),
            "date": date_data(sheet.at),
            "colour": marks.LOOK_COLOURS[self._look],
            "border": _BORDERS[self._look],
            "double": self._look in _DOUBLE,
            "icon": marks.look_svg(self._look),
            "plain": drawable(shown(verdict.headline)),
            "page_of": shown(say.text("sheet_page", page="{page}", pages="{pages}")),
            "digits": [say.number(digit) for digit in range(10)],
            "brand": text_data(sheet.brand),
            "checked": text_data(sheet.checked),
            "headline": text_data(verdict.headline),
            "answer": [text_data(sentence) for sentence in verdict.answer],
            "reservations": _optional(verdict.reservations),
            "next_label": text_data(say.text("sheet_next_step")),
            "next_step": _optional(verdict.next_step),
            "parts": [self._part(part) for part in sheet.parts],
            "appendix": [self._part(part) for part in sheet.appendix],
            "closing": [text_data(line) for line in sheet.closing],
            "attached": shown(say.text("sheet_attached")),
        }

    def _part(self, part: Section | Columns) -> Data:
        if isinstance(part, Columns):
            return {"kind": "Columns", "first": self._section(part.first), "second": self._section(part.second)}
        return {"kind": "Section", **self._section(part)}

    def _section(self, section: Section) -> Data:
        return {"heading": text_data(section.heading), "blocks": [self._block(block) for block in section.blocks]}

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
                return {"rows": [{"label": text_data(label), "value": text_data(value)} for label, value in block.rows]}
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
            "question": text_data(row.question),
            "word": text_data(row.word),
            "details": _texts(row.details),
        }

    def _item(self, item: Item) -> Data:
        return {
            **self._icon(item.mark, item.word),
            "text": text_data(item.text),
            "hint": text_data(item.hint),
            "code": text_data(item.code),
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
        "number": text_data(event.number),
        "label": text_data(event.label),
        "short": text_data(event.short),
        "cells": _texts(event.cells),
    }


def _picture(side: Picture) -> Data:
    image = marks.picture_svg(side.image, side.boxes) if side.image is not None else None
    return {"image": image, "alt": drawable(shown(side.alternative)), "caption": text_data(side.caption)}


def _widths(table: Table) -> list[float]:
    """How wide the columns of a table are beside each other: by their longest words, within reason."""
    columns = zip(table.head, *table.rows, strict=True)
    return [min(max(max(len(shown(cell)) for cell in column), 8), 36) for column in columns]


def _texts(texts: tuple[Text, ...]) -> list[list[Data]]:
    return [text_data(text) for text in texts]


def _optional(text: Text | None) -> list[Data] | None:
    return text_data(text) if text is not None else None
