"""What a content stream paints, as far as plain means go: pieces of text, filled and stroked boxes, pictures (8, 9).

Nothing is drawn. Whatever is not understood makes the canvas `unclear`, with the word for it: then nobody may
conclude anything from what was not found.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from itertools import pairwise
from math import hypot

from edoc.formats.pdf import canvas_text
from edoc.formats.pdf.canvas_state import (
    IDENTITY,
    Box,
    Mark,
    Matrix,
    Paint,
    State,
    around,
    light_of,
    multiply,
    overlap,
    transformed,
)  # fmt: skip
from edoc.formats.pdf.document import Pdf
from edoc.formats.pdf.errors import PdfError
from edoc.formats.pdf.fonts import Font, read_font
from edoc.formats.pdf.lex import SKIP, parse_value
from edoc.formats.pdf.sections import Revision
from edoc.formats.pdf.values import Name, Ref, Stream, Value

_CONTENT_BYTES = 1 << 20
"""Octets of one content; an appearance has some hundreds."""
_MARKS = 20_000
_DEPTH = 8
"""Forms in forms."""
_STATES = 64
"""Graphics states saved at once."""
_OPERANDS = 512
_SKIPPED = re.compile(SKIP)
_OPERATOR = re.compile(rb"[A-Za-z'\"][A-Za-z0-9*]*+")
_STARTS = b"/([<+-.0123456789"
"""What an operand starts with."""
_HARMLESS = frozenset(("Type", "OP", "op", "OPM", "SA", "LC", "LJ", "ML", "D", "RI", "FL", "SM", "AIS", "TK"))
"""Entries of a graphics state dictionary that hide nothing."""


@dataclass(slots=True)
class Canvas:
    """The marks of a content in the order in which they are painted."""

    pdf: Pdf
    revision: Revision
    marks: list[Mark] = field(default_factory=list)
    unclear: str = ""
    """The first thing that was not understood."""
    state: State = field(default_factory=State)
    resources: dict[str, Value] = field(default_factory=dict)
    matrix: Matrix = IDENTITY
    """The text matrix, and that of the line."""
    line: Matrix = IDENTITY
    path: list[Box] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)
    """Where each part of the path starts."""
    rectangles: bool = True
    """True while the path consists of upright rectangles alone."""
    clipping: bool = False
    saved: list[State] = field(default_factory=list)
    depth: int = 0
    fonts: dict[int, Font | None] = field(default_factory=dict)
    """Fonts read, by object number."""

    def doubt(self, what: str) -> None:
        """Note what was not understood."""
        self.unclear = self.unclear or what

    def resolve(self, value: Value) -> Value:
        """Return a value as of the canvas's revision, null with a doubt when it cannot be read."""
        try:
            return self.pdf.resolve(value, self.revision)
        except PdfError as problem:
            if problem.code == "PDF_LIMIT":
                raise
            self.doubt("object")
            return None

    def form(self, stream: Stream, *, resources: Value = None) -> None:
        """Paint a form; `resources` serve where it brings none. Raises PdfError(PDF_LIMIT)."""
        entries = stream.dictionary
        box, matrix = self.numbers(entries.get("BBox"), 4), self.numbers(entries.get("Matrix"), 6)
        if box is None or self.depth >= _DEPTH or ("Matrix" in entries and matrix is None):
            self.doubt("form")
            return
        if "OC" in entries or "Ref" in entries:
            self.doubt("group")
        found = self.resolve(entries.get("Resources", resources))
        inner = Canvas(
            self.pdf, self.revision, self.marks, self.unclear, replace(self.state), found if isinstance(found, dict) else {},
            depth=self.depth + 1, fonts=self.fonts,
        )  # fmt: skip
        if matrix is not None:
            inner.state.ctm = multiply((matrix[0], matrix[1], matrix[2], matrix[3], matrix[4], matrix[5]), self.state.ctm)
        upright = (min(box[0], box[2]), min(box[1], box[3]), max(box[0], box[2]), max(box[1], box[3]))
        inner.clip(transformed(upright, inner.state.ctm))
        inner.paint(inner.data(stream))
        self.doubt(inner.unclear)

    def page(self, page: dict[str, Value], *, resources: Value) -> None:
        """Paint the contents of a page, which may stand in several streams (7.8.2). Raises PdfError(PDF_LIMIT)."""
        contents = self.resolve(page.get("Contents"))
        listed = contents if isinstance(contents, list) else [] if contents is None else [contents]
        streams = [self.resolve(item) for item in listed]
        found = self.resolve(resources)
        self.resources = found if isinstance(found, dict) else {}
        if not all(isinstance(item, Stream) for item in streams):
            self.doubt("content")
        self.paint(b"\n".join(self.data(item) for item in streams if isinstance(item, Stream)))

    def data(self, stream: Stream) -> bytes:
        """Return a content's octets, none where they cannot be had."""
        try:
            data = self.pdf.stream_data(stream, self.revision)
        except PdfError as problem:
            if problem.code == "PDF_LIMIT":
                raise
            self.doubt("filter")
            return b""
        if len(data) > _CONTENT_BYTES:
            self.doubt("size")
            return b""
        return data

    def paint(self, data: bytes) -> None:
        """Run a content; raises PdfError(PDF_LIMIT)."""
        operands: list[Value] = []
        position, size = 0, len(data)
        while True:
            skipped = _SKIPPED.match(data, position)
            position = skipped.end() if skipped is not None else position
            if position >= size:
                return
            if data[position] in _STARTS:
                operand = self._operand(data, position)
                if operand is None or len(operands) >= _OPERANDS:
                    self.doubt("syntax")
                    return
                operands.append(operand[0])
                position = operand[1]
                continue
            word = _OPERATOR.match(data, position)
            if word is None:
                self.doubt("syntax")
                return
            position = word.end()
            self.pdf.budget.spend_tokens(2, self.revision.xref_offset)
            self._operate(word[0].decode("ascii"), operands)
            operands = []
            if len(self.marks) > _MARKS:
                self.doubt("size")
                return

    def _operand(self, data: bytes, position: int) -> tuple[Value, int] | None:
        try:
            return parse_value(data, position, budget=self.pdf.budget, in_file=False)
        except PdfError as problem:
            if problem.code == "PDF_LIMIT":
                raise
            return None

    def _operate(self, name: str, operands: list[Value]) -> None:
        by_values = _BY_VALUES.get(name)
        if by_values is not None:
            by_values(self, operands)
            return
        by_numbers = _BY_NUMBERS.get(name)
        if by_numbers is not None:
            numbers = [float(item) for item in operands if isinstance(item, int | float) and not isinstance(item, bool)]
            if len(numbers) == len(operands) == by_numbers[0]:
                by_numbers[1](self, numbers)
            else:
                self.doubt(name)
        elif name not in _IGNORED:
            self.doubt(name)

    def font(self, name: Value) -> Font | None:
        """Return a font of the resources, null when it cannot be read."""
        listed = self.resolve(self.resources.get("Font"))
        place = listed.get(name) if isinstance(listed, dict) and isinstance(name, Name) else None
        if not isinstance(place, Ref):
            return read_font(self.pdf, place, self.revision)
        if place.number not in self.fonts:
            self.fonts[place.number] = read_font(self.pdf, place, self.revision)
        return self.fonts[place.number]

    def clip(self, box: Box) -> None:
        """Let nothing be seen outside a box."""
        self.state.clip = overlap(self.state.clip, box) or (0.0, 0.0, 0.0, 0.0)

    def resource(self, kind: str, operands: list[Value]) -> Value:
        """Return a named resource, null when there is none."""
        listed = self.resolve(self.resources.get(kind))
        name = operands[0] if len(operands) == 1 else None
        return self.resolve(listed.get(name)) if isinstance(listed, dict) and isinstance(name, Name) else None

    def numbers(self, place: Value, count: int) -> list[float] | None:
        """Return an array of so many numbers, null when it is none."""
        value = self.resolve(place)
        found = [self.resolve(item) for item in value] if isinstance(value, list) and len(value) == count else []
        numbers = [float(item) for item in found if isinstance(item, int | float) and not isinstance(item, bool)]
        return numbers if len(numbers) == count else None


# Graphics state.


def _save(canvas: Canvas, _: list[float]) -> None:
    if len(canvas.saved) >= _STATES:
        canvas.doubt("q")
    else:
        canvas.saved.append(replace(canvas.state))


def _restore(canvas: Canvas, _: list[float]) -> None:
    if canvas.saved:
        canvas.state = canvas.saved.pop()
    else:
        canvas.doubt("Q")


def _concatenate(canvas: Canvas, n: list[float]) -> None:
    canvas.state.ctm = multiply((n[0], n[1], n[2], n[3], n[4], n[5]), canvas.state.ctm)


def _width(canvas: Canvas, numbers: list[float]) -> None:
    canvas.state.width = numbers[0]


def _parameters(canvas: Canvas, operands: list[Value]) -> None:
    entries = canvas.resource("ExtGState", operands)
    for key, value in entries.items() if isinstance(entries, dict) else [("", None)]:
        said = canvas.resolve(value)
        if key == "LW" and isinstance(said, int | float):
            canvas.state.width = float(said)
            continue
        clear = (key in ("ca", "CA") and said == 1) or (key == "BM" and said == "Normal")
        if not clear and key not in _HARMLESS and not (key == "SMask" and said == "None"):
            canvas.doubt("gs")


def _marked(canvas: Canvas, operands: list[Value]) -> None:
    if operands and operands[0] == "OC":
        # Optional content is shown or not, as the reader likes.
        canvas.doubt("BDC")


# Colours.


def _fill_colour(canvas: Canvas, numbers: list[float]) -> None:
    canvas.state.fill = light_of(numbers)


def _stroke_colour(canvas: Canvas, numbers: list[float]) -> None:
    canvas.state.stroke = light_of(numbers)


def _space(canvas: Canvas, operands: list[Value]) -> None:
    space: Value = operands[0] if len(operands) == 1 else None
    if isinstance(space, Name) and not space.startswith("Device"):
        space = canvas.resource("ColorSpace", operands)
    canvas.state.components = _components(canvas, space)
    canvas.state.fill = 0.0 if canvas.state.components else None


def _components(canvas: Canvas, space: Value) -> int:
    """Return how many numbers a colour has, 0 when what they mean is not known."""
    if isinstance(space, Name):
        return {"DeviceGray": 1, "DeviceRGB": 3, "DeviceCMYK": 4}.get(space, 0)
    if not isinstance(space, list) or not space:
        return 0
    if space[0] == "ICCBased" and len(space) == 2:
        profile = canvas.resolve(space[1])
        count = canvas.resolve(profile.dictionary.get("N")) if isinstance(profile, Stream) else None
        return count if type(count) is int and count in (1, 3, 4) else 0
    return {"CalGray": 1, "CalRGB": 3}.get(str(space[0]), 0)


def _colour(canvas: Canvas, operands: list[Value]) -> None:
    numbers = [float(item) for item in operands if isinstance(item, int | float)]
    known = len(numbers) == len(operands) == canvas.state.components
    canvas.state.fill = light_of(numbers) if known else None


def _other_stroke(canvas: Canvas, _: list[Value]) -> None:
    canvas.state.stroke = None


# Paths.


def _points(canvas: Canvas, numbers: list[float]) -> None:
    canvas.rectangles = False
    pairs = zip(numbers[::2], numbers[1::2], strict=True)
    canvas.path.extend(transformed((x, y, x, y), canvas.state.ctm) for x, y in pairs)


def _move(canvas: Canvas, numbers: list[float]) -> None:
    canvas.starts.append(len(canvas.path))
    _points(canvas, numbers)


def _close(canvas: Canvas, _: list[float]) -> None:
    """Closing a part of a path draws a line to its start, from where the next one may go on."""
    if canvas.path and not canvas.rectangles:
        canvas.path.append(canvas.path[canvas.starts[-1] if canvas.starts else 0])


def _rectangle(canvas: Canvas, n: list[float]) -> None:
    ctm = canvas.state.ctm
    canvas.rectangles = canvas.rectangles and (ctm[1] == ctm[2] == 0.0 or ctm[0] == ctm[3] == 0.0)
    canvas.starts.append(len(canvas.path))
    canvas.path.append(transformed((n[0], n[1], n[0] + n[2], n[1] + n[3]), ctm))


def _set_clip(canvas: Canvas, _: list[float]) -> None:
    canvas.clipping = True


def _parts(canvas: Canvas) -> list[list[Box]]:
    """Return the points of a path, part by part; an upright rectangle is a part of one box."""
    bounds = [0, *(start for start in canvas.starts if start), len(canvas.path)]
    return [canvas.path[start:end] for start, end in pairwise(bounds) if start < end]


def _paints(*paints: Paint) -> Callable[[Canvas, list[float]], None]:
    def act(canvas: Canvas, _: list[float]) -> None:
        parts = _parts(canvas)
        for paint in paints:
            filled = paint is Paint.FILL
            light = canvas.state.fill if filled else canvas.state.stroke
            width = 0.0 if filled else canvas.state.width * hypot(*canvas.state.ctm[:2])
            half = max(width, 1.0) / 2
            for part in parts:
                box = around(part)
                seen = overlap((box[0] - half, box[1] - half, box[2] + half, box[3] + half), canvas.state.clip)
                if seen is not None:
                    outline = () if canvas.rectangles else tuple(part)
                    canvas.marks.append(Mark(paint, seen, light, size=width, outline=outline))
        if canvas.clipping:
            if not canvas.rectangles or len(parts) != 1:
                canvas.doubt("W")
            canvas.clip(around(canvas.path) if canvas.path else (0.0, 0.0, 0.0, 0.0))
        canvas.path, canvas.starts, canvas.rectangles, canvas.clipping = [], [], True, False

    return act


# Pictures and forms.


def _external(canvas: Canvas, operands: list[Value]) -> None:
    value = canvas.resource("XObject", operands)
    if not isinstance(value, Stream):
        canvas.doubt("Do")
    elif value.dictionary.get("Subtype") == "Form":
        canvas.form(value, resources=canvas.resources)
    else:
        if "OC" in value.dictionary:
            canvas.doubt("group")
        seen = overlap(transformed((0.0, 0.0, 1.0, 1.0), canvas.state.ctm), canvas.state.clip)
        if seen is not None:
            canvas.marks.append(Mark(Paint.IMAGE, seen))


_BY_NUMBERS: dict[str, tuple[int, Callable[[Canvas, list[float]], None]]] = {
    **canvas_text.BY_NUMBERS,
    "q": (0, _save), "w": (1, _width), "Q": (0, _restore), "cm": (6, _concatenate),
    "g": (1, _fill_colour), "rg": (3, _fill_colour), "k": (4, _fill_colour),
    "G": (1, _stroke_colour), "RG": (3, _stroke_colour), "K": (4, _stroke_colour),
    "m": (2, _move), "l": (2, _points), "c": (6, _points), "v": (4, _points), "y": (4, _points), "h": (0, _close),
    "re": (4, _rectangle), "W": (0, _set_clip), "W*": (0, _set_clip), "n": (0, _paints()),
    "S": (0, _paints(Paint.STROKE)), "s": (0, _paints(Paint.STROKE)),
    "f": (0, _paints(Paint.FILL)), "F": (0, _paints(Paint.FILL)), "f*": (0, _paints(Paint.FILL)),
    "B": (0, _paints(Paint.FILL, Paint.STROKE)), "B*": (0, _paints(Paint.FILL, Paint.STROKE)),
    "b": (0, _paints(Paint.FILL, Paint.STROKE)), "b*": (0, _paints(Paint.FILL, Paint.STROKE)),
}  # fmt: skip
_BY_VALUES: dict[str, Callable[[Canvas, list[Value]], None]] = {
    **canvas_text.BY_VALUES,
    "gs": _parameters, "BDC": _marked, "BMC": _marked, "cs": _space, "CS": _other_stroke, "sc": _colour, "scn": _colour,
    "SC": _other_stroke, "SCN": _other_stroke, "Do": _external,
}  # fmt: skip
_IGNORED = frozenset(("J", "j", "M", "d", "ri", "i", "ET", "EMC", "MP", "DP", "BX", "EX"))
"""Operators that put nothing on the page and hide nothing. Inline pictures and shadings are not among them."""
