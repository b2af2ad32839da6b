"""The rule for annotations: which of them hide and imitate nothing, and which cover what was signed (12.5; PDF-12)."""

from __future__ import annotations

from edoc.formats.pdf.boxes import Box, area, box_of, page_area
from edoc.formats.pdf.canvas import Canvas
from edoc.formats.pdf.canvas_state import Mark, Paint, overlap
from edoc.formats.pdf.errors import PdfError
from edoc.formats.pdf.step import Rank, Step
from edoc.formats.pdf.values import Stream, Value

_NOTE = frozenset(
    ("Type", "Subtype", "Rect", "Contents", "P", "NM", "M", "F", "C", "T", "CreationDate", "Subj", "Open", "Name",
     "State", "StateModel", "IRT", "RT", "CA", "StructParent", "RC", "Popup", "Border", "BS")
)  # fmt: skip
"""What a note may say: without /AP, /A and /AA a reader draws its small icon and nothing else."""
_SHAPE = _NOTE | {"BE", "L", "LE", "Vertices", "InkList", "RD", "Cap", "IT"}
"""What a drawn shape may say: lines without a filled inside."""
_LINK = _NOTE | {"A", "Dest", "H", "PA", "QuadPoints"}
_SHAPES = ("Square", "Circle", "Line", "Polygon", "PolyLine", "Ink")
_ON_TEXT = ("Highlight", "Underline", "StrikeOut", "Squiggly")
_FILLED = frozenset((*_SHAPES, "FreeText", "Stamp", "Watermark"))
"""Kinds that can lie on the page like a sticker."""
_LEADING = ("URI", "GoTo", "GoToR", "Named")
"""Actions that lead somewhere and do nothing."""
_NOTE_SIDE = 64.0
"""Points: an icon is 20 wide; a larger rectangle is no icon's."""
_LINE = 4.0
"""Points: a broader line can cross something out."""
_LOWEST = 6.0
"""Points: the height of a link from which on its border leaves something to be seen inside."""
_LARGE = 0.2
"""Part of a page above which an annotation covers it (attack PDF-12)."""
_NEIGHBOURS = 5_000
_POINTS = 20_000
"""Numbers of one drawn shape."""
_LOOK = 20
"""Boxes compared in the time of one token."""
_WHITE = 0.98


def rank_of(step: Step, entries: dict[str, Value], *, page: int, itself: Value = None) -> Rank:
    """Return what kind of change it is to bring an annotation to a page of the older revision.

    `itself` is the annotation's own reference where the page lists it already.
    """
    subtype, box = entries.get("Subtype"), box_of(entries.get("Rect"), step.after)
    if subtype == "Redact":
        return Rank.COVER
    if box is None or "OC" in entries:
        return Rank.MARKUP
    if subtype == "Text" and entries.keys() <= _NOTE and max(box[2] - box[0], box[3] - box[1]) <= _NOTE_SIDE:
        return Rank.ANNOTATE
    if subtype == "Popup":
        plain = entries.keys() <= _NOTE | {"Parent"} and step.after(entries.get("Open", False)) is False
        return Rank.ANNOTATE if plain else Rank.MARKUP
    if subtype == "Link":
        return Rank.ANNOTATE if _leads(step, entries) else Rank.MARKUP
    if area(box) > _LARGE * page_area(step, step.value_before(page)) and subtype not in _ON_TEXT:
        return Rank.COVER
    if subtype in _SHAPES and _lines_only(step, entries) and _free(step, page, box, itself):
        return Rank.ANNOTATE
    if subtype in _FILLED and not _lines_only(step, entries) and _over_content(step, page, box):
        return Rank.COVER
    return Rank.MARKUP


def _leads(step: Step, entries: dict[str, Value]) -> bool:
    action = step.after(entries.get("A"))
    quiet = action is None or (isinstance(action, dict) and action.get("S") in _LEADING and "Next" not in action)
    box, width = box_of(entries.get("Rect"), step.after), _border(step, entries)
    # A broad border, or one around a low rectangle, is a bar that hides what is under it.
    framed = width == 0 or (width <= 1 and box is not None and min(box[2] - box[0], box[3] - box[1]) >= _LOWEST)
    return quiet and entries.keys() <= _LINK and framed


def _border(step: Step, entries: dict[str, Value]) -> float:
    """Return the width of an annotation's border, a large one when it cannot be told."""
    style, border = step.after(entries.get("BS")), step.after(entries.get("Border"))
    width: Value = 1
    if isinstance(style, dict):
        width = step.after(style.get("W", 1))
    elif isinstance(border, list) and len(border) > 2:
        width = step.after(border[2])
    return float(width) if isinstance(width, int | float) else 1e9


def _lines_only(step: Step, entries: dict[str, Value]) -> bool:
    """Tell whether an annotation draws thin lines alone, by itself or by its appearance."""
    inside = step.after(entries.get("IC"))
    if isinstance(inside, list) and inside:
        return False
    if not entries.keys() <= _SHAPE | {"AP", "IC", "AS"}:
        return False
    appearances = step.after(entries.get("AP"))
    if appearances is None:
        return _border(step, entries) <= _LINE and _keeps_inside(step, entries)
    normal = step.after(appearances.get("N")) if isinstance(appearances, dict) and appearances.keys() <= {"N"} else None
    if not isinstance(normal, Stream):
        return False
    canvas = Canvas(step.pdf, step.new)
    canvas.form(normal)
    return not canvas.unclear and all(mark.paint is Paint.STROKE and mark.size <= _LINE for mark in canvas.marks)


def _keeps_inside(step: Step, entries: dict[str, Value]) -> bool:
    """Tell whether the points that a reader joins by itself lie in the rectangle: not every reader cuts there."""
    box = box_of(entries.get("Rect"), step.after)
    todo = [step.after(entries.get(key)) for key in ("L", "Vertices", "InkList")]
    numbers: list[Value] = []
    while todo and len(numbers) <= _POINTS:
        value = todo.pop()
        if isinstance(value, list) and any(isinstance(step.after(item), list) for item in value):
            todo.extend(step.after(item) for item in value)
        elif isinstance(value, list):
            numbers.extend(step.after(item) for item in value)
            if len(value) % 2:
                return False
    step.spend(len(numbers))
    if box is None or len(numbers) > _POINTS or not all(isinstance(item, int | float) for item in numbers):
        return False
    sides = [(float(item), place % 2) for place, item in enumerate(numbers) if isinstance(item, int | float)]
    return all(box[side] - _LINE <= number <= box[side + 2] + _LINE for number, side in sides)


def _free(step: Step, page: int, box: Box, itself: Value) -> bool:
    """Tell whether surely nothing stands at a place of a page, neither content nor another annotation."""
    canvas = _painted(step, page)
    if canvas.unclear or any(overlap(mark.box, box) is not None for mark in canvas.marks if _seen(mark)):
        return False
    value = step.value_before(page)
    listed = step.before(value.get("Annots")) if isinstance(value, dict) else None
    others = listed if isinstance(listed, list) else []
    step.spend(len(others))
    if len(others) > _NEIGHBOURS:
        return False
    return all(_apart(step, other, box) for other in others if other != itself)


def _apart(step: Step, other: Value, box: Box) -> bool:
    try:
        entries = step.before(other)
    except PdfError as problem:
        if problem.code == "PDF_LIMIT":
            raise
        return False
    if not isinstance(entries, dict) or entries.get("Subtype") in ("Link", "Popup"):
        return True
    if entries.get("Subtype") in _SHAPES and _lines_only(step, entries):
        return True
    place = box_of(entries.get("Rect"), step.before)
    return place is None or overlap(place, box) is None


def _over_content(step: Step, page: int, box: Box) -> bool:
    """Tell whether surely something that can be read stands at a place of a page."""
    readable = (mark for mark in _painted(step, page).marks if mark.paint is Paint.IMAGE or mark.text is not None)
    return any(overlap(mark.box, box) is not None for mark in readable)


def _seen(mark: Mark) -> bool:
    return mark.paint is not Paint.FILL or mark.light is None or mark.light < _WHITE


def _painted(step: Step, page: int) -> Canvas:
    """Return what a page of the older revision shows; each is looked at once."""
    known = step.canvases.get(page)
    if known is not None:
        # Every annotation is held against all of the page.
        step.spend(len(known.marks) // _LOOK)
    else:
        known = step.canvases[page] = Canvas(step.pdf, step.old)
        value = step.value_before(page)
        if isinstance(value, dict):
            known.page(value, resources=_inherited(step, value))
        else:
            known.doubt("page")
    return known


def _inherited(step: Step, page: dict[str, Value]) -> Value:
    node: Value = page
    for _ in range(step.pdf.limits.pdf_depth):
        if not isinstance(node, dict) or "Resources" in node:
            break
        node = step.before(node.get("Parent"))
    return node.get("Resources") if isinstance(node, dict) else None
