"""The text operators of a content stream (9.3, 9.4)."""

from __future__ import annotations

from collections.abc import Callable
from math import hypot
from typing import TYPE_CHECKING

from edoc.formats.pdf.canvas_state import IDENTITY, Mark, Matrix, Paint, State, multiply
from edoc.formats.pdf.fonts import Font
from edoc.formats.pdf.values import Value

if TYPE_CHECKING:
    from edoc.formats.pdf.canvas import Canvas

_SHOWN_MODES = (0, 1, 2)
"""Text rendering modes that show the glyphs and do not clip."""
_PILED = 0.2
"""Part of its width by which a glyph must move on; below, glyphs pile up."""


def _begin(canvas: Canvas, _: list[float]) -> None:
    canvas.matrix = canvas.line = IDENTITY


def _font(canvas: Canvas, operands: list[Value]) -> None:
    size = operands[1] if len(operands) == 2 else None
    if not isinstance(size, int | float):
        canvas.doubt("Tf")
        return
    canvas.state.size = float(size)
    canvas.state.font = canvas.font(operands[0])


def _sets(entry: str, factor: float = 1.0) -> Callable[[Canvas, list[float]], None]:
    def act(canvas: Canvas, numbers: list[float]) -> None:
        setattr(canvas.state, entry, numbers[0] * factor)

    return act


def _next(canvas: Canvas, numbers: list[float]) -> None:
    canvas.line = canvas.matrix = multiply((1.0, 0.0, 0.0, 1.0, numbers[0], numbers[1]), canvas.line)


def _next_leading(canvas: Canvas, numbers: list[float]) -> None:
    canvas.state.leading = -numbers[1]
    _next(canvas, numbers)


def _next_line(canvas: Canvas, _: list[float]) -> None:
    _next(canvas, [0.0, -canvas.state.leading])


def _place(canvas: Canvas, n: list[float]) -> None:
    canvas.line = canvas.matrix = (n[0], n[1], n[2], n[3], n[4], n[5])


def _show(canvas: Canvas, operands: list[Value]) -> None:
    if len(operands) == 1 and isinstance(operands[0], bytes):
        _string(canvas, operands[0])
    else:
        canvas.doubt("Tj")


def _show_next(canvas: Canvas, operands: list[Value]) -> None:
    _next_line(canvas, [])
    _show(canvas, operands)


def _show_spaced(canvas: Canvas, operands: list[Value]) -> None:
    word, char = (operands[0], operands[1]) if len(operands) == 3 else (None, None)
    if not isinstance(word, int | float) or not isinstance(char, int | float):
        canvas.doubt('"')
        return
    canvas.state.word_space, canvas.state.char_space = float(word), float(char)
    _show_next(canvas, operands[2:])


def _show_adjusted(canvas: Canvas, operands: list[Value]) -> None:
    items = operands[0] if len(operands) == 1 else None
    for item in items if isinstance(items, list) else [None]:
        if isinstance(item, bytes):
            _string(canvas, item)
        elif isinstance(item, int | float):
            _advance(canvas, -float(item) / 1000 * canvas.state.size * canvas.state.scale)
        else:
            canvas.doubt("TJ")


def _advance(canvas: Canvas, distance: float) -> None:
    canvas.matrix = multiply((1.0, 0.0, 0.0, 1.0, distance, 0.0), canvas.matrix)


def _string(canvas: Canvas, octets: bytes) -> None:
    state = canvas.state
    shown = (state.font or Font()).show(octets)
    canvas.pdf.budget.spend_tokens(len(shown), canvas.revision.xref_offset)
    moved = ink = 0.0
    for text, width, spaced in shown:
        step = (width * state.size + state.char_space + (state.word_space if spaced else 0.0)) * state.scale
        if step < _PILED * width * state.size * state.scale:
            canvas.doubt("Tc")
        moved += step
        if text is None or text.strip():
            ink = moved
    known = [text for text, _, _ in shown]
    said = None if state.font is None or None in known else "".join(item for item in known if item is not None)
    if ink:
        _mark(canvas, said, ink)
    _advance(canvas, moved)


def _mark(canvas: Canvas, said: str | None, ink: float) -> None:
    """Note a piece of text; what is not upright, too small or cut off is not `whole`."""
    state = canvas.state
    if int(state.mode) not in _SHOWN_MODES:
        canvas.doubt("Tr")
    to = multiply(canvas.matrix, state.ctm)
    glyph = multiply((state.size * state.scale, 0.0, 0.0, state.size, 0.0, state.rise), to)
    size = hypot(glyph[2], glyph[3])
    end = (ink * to[0] + glyph[4], ink * to[1] + glyph[5])
    left, right = min(glyph[4], end[0]), max(glyph[4], end[0])
    low, high = min(glyph[5], end[1]), max(glyph[5], end[1])
    reach = 0.0 if _upright(glyph) else size
    box = (left - reach, low - 0.3 * size - reach, right + reach, high + size + reach)
    whole = _upright(glyph) and _inside(state, left, right, glyph[5], size)
    light = state.stroke if state.mode == 1 else state.fill
    canvas.marks.append(Mark(Paint.TEXT, box, light, said, glyph[5], size, whole))


def _upright(glyph: Matrix) -> bool:
    """Tell whether text runs from left to right; it may be slanted."""
    return glyph[0] > 0 and glyph[3] > 0 and abs(glyph[1]) < 0.01 * glyph[0] and abs(glyph[2]) < 0.4 * glyph[3]


def _inside(state: State, left: float, right: float, base: float, size: float) -> bool:
    """Tell whether the clip leaves what one needs to read: widths may be estimates, so that a margin is left."""
    clip = state.clip
    beside = left >= clip[0] - 0.15 * size and right <= clip[2] + 0.25 * size
    return beside and base >= clip[1] - 0.1 * size and base + 0.35 * size <= clip[3]


BY_NUMBERS: dict[str, tuple[int, Callable[[Canvas, list[float]], None]]] = {
    "BT": (0, _begin), "Tc": (1, _sets("char_space")), "Tw": (1, _sets("word_space")), "Tz": (1, _sets("scale", 0.01)),
    "TL": (1, _sets("leading")), "Ts": (1, _sets("rise")), "Tr": (1, _sets("mode")), "Td": (2, _next),
    "TD": (2, _next_leading), "T*": (0, _next_line), "Tm": (6, _place),
}  # fmt: skip
"""Text operators whose operands are so many numbers."""
BY_VALUES: dict[str, Callable[[Canvas, list[Value]], None]] = {
    "Tf": _font, "Tj": _show, "'": _show_next, '"': _show_spaced, "TJ": _show_adjusted,
}  # fmt: skip
"""Text operators that look at their operands themselves."""
