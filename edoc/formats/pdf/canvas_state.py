"""What painting works with: marks, boxes, matrices and the graphics state (8.3, 8.4)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from edoc.formats.pdf.fonts import Font

Box = tuple[float, float, float, float]
Matrix = tuple[float, float, float, float, float, float]
IDENTITY: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
EVERYWHERE: Box = (-1e9, -1e9, 1e9, 1e9)


class Paint(Enum):
    """How something gets onto the page."""

    TEXT = "text"
    FILL = "fill"
    STROKE = "stroke"
    IMAGE = "image"


@dataclass(frozen=True, slots=True)
class Mark:
    """One painted thing in the space of the canvas; `light` runs from 0 (black) to 1, null when not known."""

    paint: Paint
    box: Box
    light: float | None = None
    text: str | None = None
    """Of text: what it says, null when that cannot be told."""
    base: float = 0.0
    """Of text: the height of its base line."""
    size: float = 0.0
    """Of text: its size on the canvas; of a line, its width."""
    whole: bool = True
    """Of text: false when the clip cuts a part of it off, or all."""
    outline: tuple[Box, ...] = ()
    """Of a path that is more than upright rectangles: its points, in the order in which they are joined."""


@dataclass(slots=True)
class State:
    """The graphics state, as far as it decides what is seen (table 51)."""

    ctm: Matrix = IDENTITY
    clip: Box = EVERYWHERE
    fill: float | None = 0.0
    stroke: float | None = 0.0
    components: int = 0
    """Numbers of a colour in the fill colour space that `cs` named, 0 for one not understood."""
    width: float = 1.0
    """Of a line, in user space."""
    font: Font | None = None
    size: float = 0.0
    char_space: float = 0.0
    word_space: float = 0.0
    scale: float = 1.0
    leading: float = 0.0
    rise: float = 0.0
    mode: int = 0


def multiply(one: Matrix, other: Matrix) -> Matrix:
    """Return the matrix that applies `one` first."""
    a, b, c, d, e, f = one
    p, q, r, s, t, u = other
    return (a * p + b * r, a * q + b * s, c * p + d * r, c * q + d * s, e * p + f * r + t, e * q + f * s + u)


def transformed(box: Box, by: Matrix) -> Box:
    """Return the box around a transformed box."""
    corners = [(x * by[0] + y * by[2] + by[4], x * by[1] + y * by[3] + by[5]) for x in box[::2] for y in box[1::2]]
    return (min(x for x, _ in corners), min(y for _, y in corners), max(x for x, _ in corners), max(y for _, y in corners))


def overlap(one: Box, other: Box) -> Box | None:
    """Return what two boxes share, null when nothing."""
    found = (max(one[0], other[0]), max(one[1], other[1]), min(one[2], other[2]), min(one[3], other[3]))
    return found if found[0] < found[2] and found[1] < found[3] else None


def light_of(numbers: list[float]) -> float | None:
    """Return how light a colour of one, three or four components is, null for others."""
    if len(numbers) == 1:
        return numbers[0]
    if len(numbers) == 3:
        return 0.3 * numbers[0] + 0.59 * numbers[1] + 0.11 * numbers[2]
    if len(numbers) == 4:
        return (1 - numbers[3]) * (1 - 0.3 * numbers[0] - 0.59 * numbers[1] - 0.11 * numbers[2])
    return None


def around(boxes: list[Box]) -> Box:
    """Return the box around boxes, of which there must be one."""
    return (min(box[0] for box in boxes), min(box[1] for box in boxes),
            max(box[2] for box in boxes), max(box[3] for box in boxes))  # fmt: skip
