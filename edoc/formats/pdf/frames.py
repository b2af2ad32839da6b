"""What an appearance may draw besides its text: a ground, a border, an underline, the walls of a comb (12.7.4.3)."""

from __future__ import annotations

from itertools import pairwise

from edoc.formats.pdf.canvas_state import Box, Mark, overlap

_EDGE = 4.0
"""Points within which a line belongs to an edge; a beveled border is two broad."""
_PART = 0.25
"""Part of the height or width above which nothing is an edge any more."""
_WHOLE = 0.8
"""Part of both sides from which on a rectangle is the ground or the border of all."""
_WALL = 2.0
"""Points: how far a wall of a comb may be from where it belongs, and how broad it may be."""
_LETTERS = 0.4
"""Part of a ground's height that the letters on it have at least."""


def is_frame(mark: Mark, box: Box, texts: list[Mark], *, cells: int) -> bool:
    """Tell whether a filled or stroked mark of an appearance imitates no text.

    `box` is that of the appearance, `texts` are its pieces of text, `cells` those of a comb.
    """
    width, height = abs(box[2] - box[0]), abs(box[3] - box[1])
    upright = (min(box[0], box[2]), min(box[1], box[3]), max(box[0], box[2]), max(box[1], box[3]))
    if mark.outline:
        joined = [*pairwise(mark.outline), (mark.outline[-1], mark.outline[0])]
        return all(_at_one_edge(one, other, upright) for one, other in joined) or _is_wall(mark, upright, cells)
    whole = mark.box[2] - mark.box[0] >= _WHOLE * width and mark.box[3] - mark.box[1] >= _WHOLE * height
    return whole or _at_one_edge(mark.box, mark.box, upright) or _is_wall(mark, upright, cells) or _carries(mark, texts)


def _at_one_edge(one: Box, other: Box, box: Box) -> bool:
    """Tell whether two points, or a rectangle, lie along the same edge."""
    across, up = min(_EDGE, _PART * (box[2] - box[0])), min(_EDGE, _PART * (box[3] - box[1]))
    return (
        max(one[2], other[2]) <= box[0] + across or min(one[0], other[0]) >= box[2] - across
        or max(one[3], other[3]) <= box[1] + up or min(one[1], other[1]) >= box[3] - up
    )  # fmt: skip


def _is_wall(mark: Mark, box: Box, cells: int) -> bool:
    if cells < 2 or mark.box[2] - mark.box[0] > _WALL:
        return False
    cell = (box[2] - box[0]) / cells
    place = ((mark.box[0] + mark.box[2]) / 2 - box[0]) / cell
    return abs(place - round(place)) * cell <= _WALL


def _carries(mark: Mark, texts: list[Mark]) -> bool:
    """Tell whether letters of a fitting size stand on a rectangle: it is their ground."""
    height = mark.box[3] - mark.box[1]
    return any(text.size >= _LETTERS * height and overlap(text.box, mark.box) is not None for text in texts)
