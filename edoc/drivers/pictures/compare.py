"""Where two pictures of a page differ, as boxes."""

from __future__ import annotations

from collections.abc import Iterable

from PIL import Image, ImageChops

Box = tuple[float, float, float, float]
"""Left, top, right, bottom in fractions of the page as it is shown."""
Pixels = tuple[int, int, int, int]

WHOLE: tuple[Box, ...] = ((0.0, 0.0, 1.0, 1.0),)
_SEEN = 12
"""Levels of 255 by which a colour must differ: less is seen by nobody on a screen or on paper."""
_MARGIN = 4
"""Pixels between a difference and the frame around it."""
_FRAYED = 20
"""Times as many places as may be boxed: it is not worth merging them."""
_LIFE = (230.0, 60.0)
"""Points: the width of a column of the sheet, so that an enlarged place has its own size there; and its height."""
_CELLS = (16, 32, 64, 128)
"""Pixels of a cell; differences in cells that touch are one place (16 pixels are some 4 mm)."""


def changed_places(before: Image.Image, after: Image.Image, *, known: Iterable[Box], most: int) -> tuple[Box, ...]:
    """Return the boxes around what differs between two pictures in mode RGB; none when nobody could see a difference.

    `known` are boxes of changes that the report names: where something in one differs, the box is the whole of it.
    At most `most` boxes are returned; pictures of two sizes differ everywhere.
    """
    if before.size != after.size:
        return WHOLE
    mask = _mask(before, after)
    bounds = mask.getbbox()
    if bounds is None:
        return ()
    width, height = mask.size
    added = [item for item in (_pixels(box, width, height) for box in known) if mask.crop(item).getbbox() is not None]
    found: list[Pixels] = []
    for cell in _CELLS:
        clusters = _clusters(mask, cell)
        if len(clusters) > most * _FRAYED:
            continue
        found = _merged([*(_widened(item, width, height) for item in clusters), *added])
        if len(found) <= most:
            break
    else:
        found = [_widened(bounds, width, height)]
    return tuple(
        (round(left / width, 4), round(top / height, 4), round(right / width, 4), round(bottom / height, 4))
        for left, top, right, bottom in sorted(found, key=lambda item: (item[1], item[0]))
    )


def closer_places(boxes: Iterable[Box], *, size: tuple[float, float], most: int) -> tuple[Box, ...]:
    """Return the parts of a page that are worth enlarging: what is around its first small boxes.

    `size` is that of the page in points.  A part holds its box whole and some of what stands around it.
    """
    width, height = size
    found: list[Box] = []
    for left, top, right, bottom in boxes:
        if (right - left) * width > _LIFE[0] or (bottom - top) * height > 3 * _LIFE[1] or width < 2 * _LIFE[0]:
            continue
        if any(one[0] <= left and one[1] <= top and right <= one[2] and bottom <= one[3] for one in found):
            continue
        across = _stretch((left + right) / 2, _LIFE[0] / width)
        down = _stretch((top + bottom) / 2, max(_LIFE[1], (bottom - top) * height + _LIFE[1] / 2) / height)
        found.append((across[0], down[0], across[1], down[1]))
        if len(found) == most:
            break
    return tuple(found)


def _stretch(middle: float, length: float) -> tuple[float, float]:
    """Return a stretch of a length with that middle, or as near to it as the page allows."""
    start = max(min(middle - length / 2, 1 - length), 0.0)
    return round(start, 6), round(min(start + length, 1.0), 6)


def _mask(before: Image.Image, after: Image.Image) -> Image.Image:
    """Return a picture that is white where a colour differs enough to be seen."""
    red, green, blue = ImageChops.difference(before, after).split()
    return ImageChops.lighter(ImageChops.lighter(red, green), blue).point(lambda level: 255 if level > _SEEN else 0)


def _clusters(mask: Image.Image, cell: int) -> list[Pixels]:
    """Return the box around what is white in each group of cells that touch one another."""
    # The mean of 256 pixels would lose a single one: halves keep the brightest.
    small = mask
    for _ in range(cell.bit_length() - 1):
        small = _halved(small)
    columns = small.width
    waiting = {index for index, level in enumerate(small.tobytes()) if level}
    found = []
    while waiting:
        group = _group(waiting, columns)
        xs, ys = [index % columns for index in group], [index // columns for index in group]
        left, top = min(xs) * cell, min(ys) * cell
        part = mask.crop((left, top, min((max(xs) + 1) * cell, mask.width), min((max(ys) + 1) * cell, mask.height)))
        inner = part.getbbox()
        if inner is not None:
            found.append((left + inner[0], top + inner[1], left + inner[2], top + inner[3]))
    return found


def _halved(mask: Image.Image) -> Image.Image:
    """Return a picture of half the size, whose pixels are the brightest of each four."""
    width, height = -(-mask.width // 2) * 2, -(-mask.height // 2) * 2
    even = mask if mask.size == (width, height) else mask.crop((0, 0, width, height))
    return even.reduce(2).point(lambda level: 255 if level else 0)


def _group(waiting: set[int], columns: int) -> list[int]:
    """Take a group of touching cells out of those that wait."""
    found = [waiting.pop()]
    for index in found:
        column = index % columns
        for step in (-1, 0, 1):
            if not 0 <= column + step < columns:
                continue
            for near in (index + step - columns, index + step, index + step + columns):
                if near in waiting:
                    waiting.remove(near)
                    found.append(near)
    return found


def _merged(boxes: list[Pixels]) -> list[Pixels]:
    """Make one box of those that overlap, until none do."""
    found: list[Pixels] = []
    for box in boxes:
        touching = [item for item in found if _overlap(item, box)]
        while touching:
            found = [item for item in found if item not in touching]
            box = _around([box, *touching])
            touching = [item for item in found if _overlap(item, box)]
        found.append(box)
    return found


def _overlap(one: Pixels, other: Pixels) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _around(boxes: list[Pixels]) -> Pixels:
    return (min(box[0] for box in boxes), min(box[1] for box in boxes),
            max(box[2] for box in boxes), max(box[3] for box in boxes))  # fmt: skip


def _widened(box: Pixels, width: int, height: int) -> Pixels:
    return (max(box[0] - _MARGIN, 0), max(box[1] - _MARGIN, 0),
            min(box[2] + _MARGIN, width), min(box[3] + _MARGIN, height))  # fmt: skip


def _pixels(box: Box, width: int, height: int) -> Pixels:
    left, top, right, bottom = (min(max(number, 0.0), 1.0) for number in box)
    x, y = min(int(left * width), width - 1), min(int(top * height), height - 1)
    return (x, y, max(round(right * width), x + 1), max(round(bottom * height), y + 1))
