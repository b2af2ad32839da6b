"""The drawings of a sheet as SVG: marks whose shape alone tells them apart, and the time line.

Colours are written out, because not every renderer knows `currentColor`; nothing here comes from a document.
"""

from __future__ import annotations

import base64

from edoc.report.sheet.model import Look, Mark, Shape, TimeLine
from edoc.report.sheet.runs import shown

INK, SOFT, LINE = "#111111", "#444444", "#8a8a8a"
GREEN, RED, BROWN, GREY = "#14532d", "#8b1a1a", "#6b4300", "#333333"

LOOK_COLOURS = {
    Look.PASSED: GREEN,
    Look.FAILED: RED,
    Look.UNDECIDED: BROWN,
    Look.UNSIGNED: GREY,
    Look.INTACT: GREY,
}
MARK_COLOURS = {Mark.YES: GREEN, Mark.NO: RED, Mark.OPEN: BROWN, Mark.NONE: GREY, Mark.NOTE: GREY}
_NEUTRAL = GREY
"""Of a yes where the whole is no pass: green belongs to that alone."""

_TICK = '<path d="M6.4 12.6l3.7 3.7 7.6-8.4" fill="none" stroke="#fff" stroke-width="2.6" stroke-linecap="round" stroke-linejoin="round"/>'
_CROSS = '<path d="M8.2 8.2l7.6 7.6M15.8 8.2l-7.6 7.6" fill="none" stroke="#fff" stroke-width="2.6" stroke-linecap="round"/>'


def mark_svg(mark: Mark, *, passed: bool) -> str:
    """Return the small shape beside an answer or a finding; `passed` tells whether the sheet may show green."""
    return _svg(_SHAPES[mark](colour_of(mark, passed=passed)), size=16)


def colour_of(mark: Mark, *, passed: bool) -> str:
    """Return the colour of a mark and its word; `passed` tells whether the sheet may show green."""
    return _NEUTRAL if mark is Mark.YES and not passed else MARK_COLOURS[mark]


def look_svg(look: Look) -> str:
    """Return the large shape in the box of the verdict."""
    colour = LOOK_COLOURS[look]
    shapes = {
        Look.PASSED: _disc(colour),
        Look.FAILED: _octagon(colour),
        Look.UNDECIDED: _triangle(colour),
        Look.UNSIGNED: _square(colour),
        Look.INTACT: _ring(colour),
    }
    return _svg(shapes[look], size=52)


def _svg(inner: str, *, size: int) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" width="{size}" height="{size}" '
        f'aria-hidden="true" focusable="false">{inner}</svg>'
    )


def _disc(colour: str) -> str:
    return f'<circle cx="12" cy="12" r="11" fill="{colour}"/>{_TICK}'


def _octagon(colour: str) -> str:
    return f'<path d="M7.6 1.2h8.8l6.4 6.4v8.8l-6.4 6.4H7.6l-6.4-6.4V7.6z" fill="{colour}"/>{_CROSS}'


def _triangle(colour: str) -> str:
    outline = f'<path d="M12 2.4L22.6 21.4H1.4z" fill="none" stroke="{colour}" stroke-width="2" stroke-linejoin="round"/>'
    hook = f'<path d="M9.6 11a2.5 2.5 0 1 1 3.6 2.2c-.8.4-1.2.9-1.2 1.9" fill="none" stroke="{colour}" stroke-width="1.7" stroke-linecap="round"/>'
    return f'{outline}{hook}<circle cx="12" cy="18.3" r="1.15" fill="{colour}"/>'


def _square(colour: str) -> str:
    return (
        f'<rect x="2" y="2" width="20" height="20" rx="2" fill="none" stroke="{colour}" stroke-width="2" stroke-dasharray="3.2 2.4"/>'
        f'<path d="M7 12h10" stroke="{colour}" stroke-width="2.4" stroke-linecap="round"/>'
    )


def _ring(colour: str) -> str:
    """Unchanged, and nobody identified: a ring with a bar over a bar."""
    return (
        f'<circle cx="12" cy="12" r="10" fill="none" stroke="{colour}" stroke-width="2"/>'
        f'<path d="M7.5 10h9M7.5 14h9" stroke="{colour}" stroke-width="2.2" stroke-linecap="round"/>'
    )


def _letter_i(colour: str) -> str:
    return (
        f'<circle cx="12" cy="12" r="10" fill="none" stroke="{colour}" stroke-width="2"/>'
        f'<circle cx="12" cy="7.4" r="1.4" fill="{colour}"/>'
        f'<path d="M12 11v6.2" stroke="{colour}" stroke-width="2.2" stroke-linecap="round"/>'
    )


_SHAPES = {
    Mark.YES: _disc,
    Mark.NO: _octagon,
    Mark.OPEN: _triangle,
    Mark.NONE: _square,
    Mark.NOTE: _letter_i,
}

_WIDTH, _HEIGHT, _AXIS = 720.0, 52.0, 34.0
_BAND = 12.0


def time_line_svg(line: TimeLine, *, rtl: bool, font: str) -> str:
    """Return the picture of a time line: shapes in their order, mirrored where people read from the right."""
    step = _WIDTH / len(line.events)
    places = [_place(step * (number + 0.5), rtl) for number in range(len(line.events))]
    parts = [_band(line, places), _arrow(rtl)]
    for event, at in zip(line.events, places, strict=True):
        parts.append(_shape(event.shape, at))
        parts.append(
            f'<text x="{at:g}" y="{_AXIS + 4.4:g}" text-anchor="middle" font-family="{font}" font-size="12.5" '
            f'font-weight="700" fill="{_digit_colour(event.shape)}">{shown(event.number)}</text>'
        )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH:g} {_HEIGHT:g}" width="{_WIDTH:g}" '
        f'height="{_HEIGHT:g}" role="img" aria-labelledby="tl-t tl-d"><title id="tl-t">{_escaped(shown(line.name))}</title>'
        f'<desc id="tl-d">{_escaped(shown(line.description))}</desc>{"".join(parts)}</svg>'
    )


def picture_svg(png: bytes, boxes: tuple[tuple[float, float, float, float], ...]) -> str:
    """Return a page's picture with its boxes, for renderers that take one drawing."""
    width, height = (int.from_bytes(png[at : at + 4], "big") for at in (16, 20))
    data = base64.b64encode(png).decode("ascii")
    frames = "".join(
        f'<rect x="{left * width:.1f}" y="{top * height:.1f}" width="{(right - left) * width:.1f}" '
        f'height="{(bottom - top) * height:.1f}" fill="none" stroke="{RED}" stroke-width="{width / 300:.1f}"/>'
        for left, top, right, bottom in boxes
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}">'
        f'<image width="{width}" height="{height}" href="data:image/png;base64,{data}"/>{frames}</svg>'
    )


def _place(at: float, rtl: bool) -> float:
    return _WIDTH - at if rtl else at


def _band(line: TimeLine, places: list[float]) -> str:
    """The time in which the signing certificate holds."""
    if line.spans is None:
        return ""
    left, right = sorted((places[line.spans[0]], places[line.spans[1]]))
    return (
        f'<path d="M{left:g} {_AXIS:g}V{_BAND:g}H{right:g}V{_AXIS:g}" fill="#eeeeee" stroke="{INK}" stroke-width="1"/>'
    )


def _arrow(rtl: bool) -> str:
    head = f"M9 {_AXIS - 5:g}L1 {_AXIS:g}L9 {_AXIS + 5:g}" if rtl else f"M711 {_AXIS - 5:g}L719 {_AXIS:g}L711 {_AXIS + 5:g}"
    return (
        f'<path d="M1 {_AXIS:g}H719" stroke="{INK}" stroke-width="1.5"/>'
        f'<path d="{head}" fill="none" stroke="{INK}" stroke-width="1.5"/>'
    )


def _digit_colour(shape: Shape) -> str:
    return "#ffffff" if shape is Shape.PROVED else INK


def _shape(shape: Shape, at: float) -> str:
    edge = f'stroke="{INK}"'
    if shape is Shape.PROVED:
        return f'<rect x="{at - 11:g}" y="{_AXIS - 11:g}" width="22" height="22" fill="{INK}"/>'
    if shape is Shape.STATUS:
        return f'<path d="M{at:g} {_AXIS - 15:g}l15 15-15 15-15-15z" fill="#fff" {edge} stroke-width="1.6"/>'
    if shape is Shape.CLAIMED:
        return f'<circle cx="{at:g}" cy="{_AXIS:g}" r="11" fill="#fff" {edge} stroke-width="1.6" stroke-dasharray="3 2.4"/>'
    if shape is Shape.CHECK:
        return (
            f'<path d="M{at:g} 2V{_AXIS:g}" {edge} stroke-width="2.2" stroke-dasharray="4 3"/>'
            f'<circle cx="{at:g}" cy="{_AXIS:g}" r="11.5" fill="#fff" {edge} stroke-width="3.2"/>'
        )
    return f'<circle cx="{at:g}" cy="{_AXIS:g}" r="11" fill="#dddddd" {edge} stroke-width="1.4"/>'


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
