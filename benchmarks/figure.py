"""Draws lines over linear axes as plain SVG: what is straight in the picture is linear."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

_WIDTH, _HEIGHT = 480, 360
_LEFT, _TOP, _RIGHT, _BOTTOM = 62, 78, 18, 48
_COLOURS = ("#1d4e89", "#b5541c", "#3c7a3c")
_TICKS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """Points that belong together, and what they are."""

    name: str
    points: tuple[tuple[int, float], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """One pair of axes, both from zero."""

    across: str
    up: str
    lines: tuple[Line, ...]


def draw(title: str, panels: Sequence[Panel]) -> str:
    """Return an SVG document with the panels side by side; beside each line, dashed, the straight one that fits it."""
    width = _WIDTH * len(panels)
    pieces = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {_HEIGHT}" font-family="sans-serif" font-size="12">',
        f"<title>{escape(title)}</title>",
        f'<rect width="{width}" height="{_HEIGHT}" fill="white"/>',
        f'<text x="16" y="24" font-size="15" font-weight="bold">{escape(title)}</text>',
    ]
    for place, panel in enumerate(panels):
        pieces += [f'<g transform="translate({place * _WIDTH} 0)">', *_panel(panel), "</g>"]
    return "\n".join((*pieces, "</svg>", ""))


def _panel(panel: Panel) -> Iterator[str]:
    wide = _round(max(x for line in panel.lines for x, _ in line.points))
    high = _round(max(y for line in panel.lines for _, y in line.points))

    def place(x: float, y: float) -> tuple[float, float]:
        inner = _WIDTH - _LEFT - _RIGHT, _HEIGHT - _TOP - _BOTTOM
        return round(_LEFT + inner[0] * x / wide, 1), round(_HEIGHT - _BOTTOM - inner[1] * y / high, 1)

    for step in range(_TICKS + 1):
        x, y = place(wide * step / _TICKS, high * step / _TICKS)
        yield f'<path d="M{_LEFT} {y} H{_WIDTH - _RIGHT} M{x} {_TOP} V{_HEIGHT - _BOTTOM}" stroke="#d8dce2" fill="none"/>'
        yield f'<text x="{_LEFT - 6}" y="{y + 4}" text-anchor="end">{high * step / _TICKS:g}</text>'
        yield f'<text x="{x}" y="{_HEIGHT - _BOTTOM + 16}" text-anchor="middle">{wide * step / _TICKS:g}</text>'
    yield f'<text x="{_WIDTH / 2}" y="{_HEIGHT - 10}" text-anchor="middle">{escape(panel.across)}</text>'
    up = _HEIGHT / 2
    yield f'<text x="14" y="{up}" text-anchor="middle" transform="rotate(-90 14 {up})">{escape(panel.up)}</text>'
    for number, line in enumerate(panel.lines):
        colour = _COLOURS[number % len(_COLOURS)]
        base, slope = _fit(line.points)
        start, end = place(0, base), place(wide, base + slope * wide)
        yield f'<path d="M{start[0]} {start[1]} L{end[0]} {end[1]}" stroke="{colour}" stroke-dasharray="4 4" fill="none"/>'
        spots = [place(x, y) for x, y in line.points]
        path = " L".join(f"{x} {y}" for x, y in spots)
        yield f'<path d="M{path}" stroke="{colour}" stroke-width="1.5" fill="none"/>'
        yield from (f'<circle cx="{x}" cy="{y}" r="3.5" fill="{colour}"/>' for x, y in spots)
        yield f'<text x="{_LEFT}" y="{46 + 16 * number}" fill="{colour}">{escape(line.name)}</text>'


def _round(value: float) -> float:
    """Return the next number above that five ticks divide into short ones."""
    unit: float = 10.0 ** math.floor(math.log10(value))
    return next(unit * factor for factor in (1, 1.5, 2, 3, 4, 5, 6, 8, 10) if unit * factor >= value)


def _fit(points: Sequence[tuple[int, float]]) -> tuple[float, float]:
    """Return (base, slope) of the straight line through some points, each weighed by the inverse of its cost."""
    weights = [1 / cost for _, cost in points]
    total = sum(weights)
    x = sum(weight * count for weight, (count, _) in zip(weights, points, strict=True)) / total
    y = sum(weight * cost for weight, (_, cost) in zip(weights, points, strict=True)) / total
    along = sum(weight * (count - x) * (cost - y) for weight, (count, cost) in zip(weights, points, strict=True))
    slope = along / sum(weight * (count - x) ** 2 for weight, (count, _) in zip(weights, points, strict=True))
    return y - slope * x, slope
