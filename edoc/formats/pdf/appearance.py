"""What a filled field shows, held against its value (12.7.4.3; attack PDF-10)."""

from __future__ import annotations

import html
import re
from itertools import pairwise

from edoc.formats.pdf.canvas import Canvas
from edoc.formats.pdf.canvas_state import Mark, Paint, overlap, transformed
from edoc.formats.pdf.document import Pdf
from edoc.formats.pdf.fields import Field
from edoc.formats.pdf.frames import is_frame
from edoc.formats.pdf.glyphs import text_string
from edoc.formats.pdf.sections import Revision
from edoc.formats.pdf.spelling import Agreement, agree
from edoc.formats.pdf.values import Name, Stream, Value

_SECRET, _COMBO, _COMB = 1 << 13, 1 << 17, 1 << 24
"""Field flags (tables 231 and 233)."""
_BROAD = 4.0
"""Points: a broader line is no border or underline, it hides what is under it."""
_CONTRAST = 0.2
"""Difference in lightness by which text must stand out."""
_SMALLEST = 2.0
"""Points: smaller text is not meant to be read."""
_VALUE_BYTES = 1 << 16
_PIECES = 1_000
"""Pieces of one appearance, each of which is held against every other."""
_OPTIONS = 2_000
_TAG = re.compile(r"<[^>]*>")


class Unreadable(Exception):
    """An appearance that is not plain text; the argument says why."""


def compare_text(
    pdf: Pdf, *, revision: Revision, item: Field, widget: dict[str, Value], formatted: bool
) -> tuple[Agreement, str]:
    """Hold a text or choice field's value against what one of its widgets shows; returns why when unsure.

    Raises PdfError(PDF_LIMIT).
    """
    appearances = pdf.resolve(widget.get("AP"), revision)
    normal = pdf.resolve(appearances.get("N"), revision) if isinstance(appearances, dict) else None
    if normal is None:
        # Nothing is shown, or the reader draws the value itself.
        return Agreement.EQUAL, ""
    try:
        values = _values(pdf, revision, item)
        if not isinstance(normal, Stream):
            raise Unreadable("states")
        cells = pdf.resolve(item.dictionary.get("MaxLen"), revision) if item.flags & _COMB else 0
        lines = shown_lines(
            pdf, normal, revision=revision, rectangle=widget.get("Rect"), cells=cells if type(cells) is int else 0
        )
    except Unreadable as reason:
        return Agreement.UNSURE, str(reason)
    secret = item.type == "Tx" and bool(item.flags & _SECRET)
    found = {agree(value, lines, formatted=formatted, secret=secret) for value in values}
    for best in (Agreement.EQUAL, Agreement.UNSURE):
        if best in found:
            return best, "spelling" if best is Agreement.UNSURE else ""
    return Agreement.DIFFERENT, ""


def _values(pdf: Pdf, revision: Revision, item: Field) -> list[str]:
    """Return the texts that an appearance may show for a field's value, one of which is right."""
    value = pdf.resolve(item.dictionary.get("V"), revision)
    if isinstance(value, Stream):
        data = pdf.stream_data(value, revision)
        if len(data) > _VALUE_BYTES:
            raise Unreadable("size")
        return [text_string(data)]
    if item.type == "Ch":
        return _choices(pdf, revision, item, value)
    said = text_string(bytes(value)) if isinstance(value, bytes) else ""
    rich = pdf.resolve(item.dictionary.get("RV"), revision)
    if isinstance(rich, bytes):
        # Some readers draw the field from its rich text.
        plain = html.unescape(_TAG.sub("", text_string(bytes(rich))))
        if agree(said, [plain], formatted=False, secret=False) is not Agreement.EQUAL:
            raise Unreadable("rich text")
    return [said]


def _choices(pdf: Pdf, revision: Revision, item: Field, value: Value) -> list[str]:
    if not item.flags & _COMBO:
        # A list shows all options and marks some of them.
        raise Unreadable("list")
    said = text_string(bytes(value)) if isinstance(value, bytes) else ""
    texts = [said]
    options = pdf.resolve(item.dictionary.get("Opt"), revision)
    for option in options[:_OPTIONS] if isinstance(options, list) else []:
        pair = pdf.resolve(option, revision)
        both = [pdf.resolve(part, revision) for part in pair[:2]] if isinstance(pair, list) else []
        if len(both) == 2 and both[0] == value and isinstance(both[1], bytes):
            # Most products show the option's own text, some the value that it stands for.
            texts.append(text_string(bytes(both[1])))
    return texts


def shown_lines(pdf: Pdf, form: Stream, *, revision: Revision, rectangle: Value, cells: int = 0) -> list[str]:
    """Return the lines of text that an appearance shows; raises Unreadable when it is more or less than plain text.

    `cells` is the number of cells of a comb, 0 where there is none.
    """
    canvas = Canvas(pdf, revision)
    # Its matrix turns it into its rectangle; here it is read as it lies before.
    plain = {key: value for key, value in form.dictionary.items() if key != "Matrix"}
    canvas.form(Stream(plain, form.raw_start, form.raw_length, form.ref))
    if canvas.unclear or len(canvas.marks) > _PIECES:
        raise Unreadable(canvas.unclear or "size")
    texts = _plain_texts(canvas.marks)
    drawn = [mark for mark in canvas.marks if mark.paint in (Paint.FILL, Paint.STROKE)]
    box = canvas.numbers(form.dictionary.get("BBox"), 4) or [0.0, 0.0, 0.0, 0.0]
    if texts and not all(is_frame(mark, (box[0], box[1], box[2], box[3]), texts, cells=cells) for mark in drawn):
        # Whoever draws digits as lines or boxes needs no text for them.
        raise Unreadable("drawing")
    scale = _scale(canvas, form, rectangle)
    if any(mark.size * scale < _SMALLEST for mark in texts):
        raise Unreadable("small")
    return _lines(texts)


def _plain_texts(marks: list[Mark]) -> list[Mark]:
    texts: list[Mark] = []
    ground: list[Mark] = []
    for mark in marks:
        if mark.paint is Paint.TEXT:
            _stands_out(mark, ground)
            texts.append(mark)
        elif mark.paint is Paint.IMAGE:
            raise Unreadable("image")
        else:
            if any(overlap(mark.box, text.box) is not None for text in texts):
                raise Unreadable("painted over")
            if mark.paint is Paint.FILL:
                ground.append(mark)
            elif mark.size > _BROAD:
                raise Unreadable("broad line")
    return texts


def _stands_out(mark: Mark, ground: list[Mark]) -> None:
    behind = next((item.light for item in reversed(ground) if overlap(item.box, mark.box) is not None), 1.0)
    if mark.text is None:
        raise Unreadable("font")
    if not mark.whole:
        raise Unreadable("cut off")
    if mark.light is None or behind is None or abs(mark.light - behind) < _CONTRAST:
        raise Unreadable("colour")


def _scale(canvas: Canvas, form: Stream, rectangle: Value) -> float:
    """Return by how much the appearance shrinks or grows into its rectangle (12.5.5, algorithm 8.1)."""
    box, rect = canvas.numbers(form.dictionary.get("BBox"), 4), canvas.numbers(rectangle, 4)
    matrix = canvas.numbers(form.dictionary.get("Matrix"), 6) or [1.0, 0.0, 0.0, 1.0, 0.0, 0.0]
    turned = matrix[0] * matrix[3] - matrix[1] * matrix[2] > 0 and (matrix[0] == 0 or matrix[1] == matrix[2] == 0)
    if box is None or rect is None or not turned:
        raise Unreadable("form")
    around = transformed(
        (min(box[0], box[2]), min(box[1], box[3]), max(box[0], box[2]), max(box[1], box[3])),
        (matrix[0], matrix[1], matrix[2], matrix[3], matrix[4], matrix[5]),
    )
    width, height = around[2] - around[0], around[3] - around[1]
    if not width or not height:
        raise Unreadable("form")
    return min(abs(rect[2] - rect[0]) / width, abs(rect[3] - rect[1]) / height)


def _lines(texts: list[Mark]) -> list[str]:
    """Return pieces of text in reading order: by base line, then from left to right."""
    lines: list[list[Mark]] = []
    for mark in sorted(texts, key=lambda mark: -mark.base):
        if lines and abs(lines[-1][0].base - mark.base) < 0.35 * mark.size:
            lines[-1].append(mark)
        else:
            lines.append([mark])
    for line in lines:
        line.sort(key=lambda mark: mark.box[0])
        for left, right in pairwise(line):
            if left.box[2] - right.box[0] > 0.4 * left.size:
                raise Unreadable("pieces over each other")
    return ["".join(mark.text or "" for mark in line) for line in lines]


def compare_states(pdf: Pdf, *, revision: Revision, item: Field, widgets: list[dict[str, Value]]) -> Agreement:
    """Hold a check box's or radio button's value against the states that its widgets show (12.7.5.2)."""
    value = pdf.resolve(item.dictionary.get("V"), revision)
    chosen = str(value) if isinstance(value, Name) else "Off"
    on = 0
    for widget in widgets:
        state = pdf.resolve(widget.get("AS"), revision)
        appearances = pdf.resolve(widget.get("AP"), revision)
        normal = pdf.resolve(appearances.get("N"), revision) if isinstance(appearances, dict) else None
        if not isinstance(normal, dict):
            return Agreement.UNSURE
        shown = str(state) if isinstance(state, Name) else "Off"
        if shown == chosen:
            on += shown != "Off"
        elif shown != "Off" or chosen in normal:
            return Agreement.DIFFERENT
    return Agreement.EQUAL if on or chosen == "Off" else Agreement.UNSURE

