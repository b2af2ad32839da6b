"""What a filled field shows, held against its value (12.7.4.3; attack PDF-10)."""

from __future__ import annotations

import html
import re
from itertools import pairwise

from edoc.formats.pdf.canvas import Canvas
from edoc.formats.pdf.canvas_state import Mark, Paint, overlap, transformed
from edoc.formats.pdf.document import Pdf
from edoc.formats.pdf.errors import PdfError
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
_WHOLE = 0.8
"""Part of the height from which on a ground is that of all lines."""
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
        if not isinstance(normal, Stream):
            raise Unreadable("states")
        if item.type == "Ch" and not item.flags & _COMBO:
            return _compare_list(pdf, normal, revision=revision, item=item, rectangle=widget.get("Rect")), "list"
        values = _values(pdf, revision, item)
        cells = pdf.resolve(item.dictionary.get("MaxLen"), revision) if item.flags & _COMB else 0
        lines = shown_lines(
            pdf, normal, revision=revision, rectangle=widget.get("Rect"), cells=cells if type(cells) is int else 0
        )
    except Unreadable as reason:
        return Agreement.UNSURE, str(reason)
    except PdfError as problem:
        if problem.code == "PDF_LIMIT":
            raise
        return Agreement.UNSURE, problem.code
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
    """Return what a choice may show: most products show the option's own text, some the value that it stands for."""
    said = text_string(bytes(value)) if isinstance(value, bytes) else ""
    return [said, *(text for export, text in _options(pdf, revision, item) if export == said)]


def _options(pdf: Pdf, revision: Revision, item: Field) -> list[tuple[str, str]]:
    """Return the options of a choice, each as the value that it stands for and its text (table 234)."""
    listed = pdf.resolve(item.dictionary.get("Opt"), revision)
    found = []
    for option in listed[:_OPTIONS] if isinstance(listed, list) else []:
        pair = pdf.resolve(option, revision)
        parts = [pdf.resolve(part, revision) for part in pair] if isinstance(pair, list) else [pair, pair]
        if len(parts) != 2 or not all(isinstance(part, bytes) for part in parts):
            raise Unreadable("options")
        found.append((text_string(bytes(parts[0])), text_string(bytes(parts[1]))))  # type: ignore[arg-type]
    return found


def _compare_list(pdf: Pdf, form: Stream, *, revision: Revision, item: Field, rectangle: Value) -> Agreement:
    """Hold the marked lines of a list against its value: a list shows options, and a ground under those chosen."""
    options = _options(pdf, revision, item)
    value = pdf.resolve(item.dictionary.get("V"), revision)
    chosen = {text_string(bytes(part)) for part in (value if isinstance(value, list) else [value]) if isinstance(part, bytes)}
    texts = [text for _, text in options]
    lines = shown_lines(pdf, form, revision=revision, rectangle=rectangle)
    if not lines or not set(lines) <= set(texts) or len(set(texts)) != len(texts):
        return Agreement.UNSURE
    marked = set(shown_lines(pdf, form, revision=revision, rectangle=rectangle, marked_only=True))
    wanted = {text for export, text in options if export in chosen}
    if len(wanted) != len(chosen) or not wanted <= set(lines):
        # What is chosen may have been scrolled out of sight.
        return Agreement.UNSURE
    return Agreement.EQUAL if marked == wanted else Agreement.DIFFERENT


def shown_lines(
    pdf: Pdf, form: Stream, *, revision: Revision, rectangle: Value, cells: int = 0, marked_only: bool = False
) -> list[str]:
    """Return the lines of text that an appearance shows; raises Unreadable when it is more or less than plain text.

    `cells` is the number of cells of a comb, 0 where there is none; `marked_only` asks for the lines alone that
    stand on a ground of their own.
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
    if marked_only:
        high = abs(box[3] - box[1])
        grounds = [mark for mark in drawn if mark.paint is Paint.FILL and mark.box[3] - mark.box[1] < _WHOLE * high]
        texts = [text for text in texts if any(_stands_on(text, mark) for mark in grounds)]
    return _lines(texts)


def _stands_on(text: Mark, ground: Mark) -> bool:
    middle = text.base + 0.3 * text.size
    return ground.box[1] <= middle <= ground.box[3] and overlap(ground.box, text.box) is not None


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

