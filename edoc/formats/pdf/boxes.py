"""Rectangles of annotations, and the pages that they stand on (7.9.5, 7.7.3)."""

from __future__ import annotations

from collections.abc import Callable

from edoc.formats.pdf.step import Step
from edoc.formats.pdf.values import Ref, Value

_USERS = 16
"""Objects asked for the page of an annotation: the page itself, or its list."""
_A4 = 595.0 * 842.0

Box = tuple[float, float, float, float]


def box_of(place: Value, resolve: Callable[[Value], Value]) -> Box | None:
    """Return a rectangle with its corners in order, null when it has no area; numbers may stand elsewhere."""
    value = resolve(place)
    if not isinstance(value, list) or len(value) != 4:
        return None
    numbers = [resolve(item) for item in value]
    a, b, c, d = (float(item) if isinstance(item, int | float) else 0.0 for item in numbers)
    return (min(a, c), min(b, d), max(a, c), max(b, d)) if a != c and b != d else None


def area(box: Box) -> float:
    """Return the area of a rectangle in square points."""
    return (box[2] - box[0]) * (box[3] - box[1])


def is_nowhere(place: Value, resolve: Callable[[Value], Value]) -> bool:
    """Tell whether a rectangle surely takes no room; one that cannot be read may be read by somebody else."""
    value = resolve(place)
    if value is None:
        return True
    if not isinstance(value, list) or len(value) != 4:
        return False
    numbers = [resolve(item) for item in value]
    return all(isinstance(item, int | float) for item in numbers) and box_of(place, resolve) is None


def page_area(step: Step, page: Value) -> float:
    """Return the area of a page dictionary that is shown, in square points; of an unknown one, that of A4 (7.7.3.4)."""
    node = page
    boxes: dict[str, float] = {}
    for _ in range(step.pdf.limits.pdf_depth):
        if not isinstance(node, dict):
            break
        for key in ("CropBox", "MediaBox"):
            box = box_of(node.get(key), step.before)
            if box is not None:
                boxes.setdefault(key, area(box))
        node = step.before(node.get("Parent"))
    return min(boxes.values(), default=_A4)


def page_number(step: Step, number: int) -> int | None:
    """Return a page's number from 1, null when it is no page of the older revision."""
    return step.pdf.page_numbers(step.old).get(number)


def page_object(step: Step, number: int, entries: dict[str, Value]) -> int | None:
    """Return the object number of the page that shows an annotation: the one that lists it, else the one it names."""
    users = [user for user in step.users(number) if user > 0][:_USERS]
    above = [other for user in users for other in list(step.users(user))[:_USERS]]
    place = entries.get("P")
    named = [place.number] if isinstance(place, Ref) else []
    return next((user for user in (*users, *above, *named) if page_number(step, user) is not None), None)


def page_of(step: Step, number: int, entries: dict[str, Value]) -> int | None:
    """Return the number of the page that shows an annotation, from 1; null when it is not known."""
    found = page_object(step, number, entries)
    return page_number(step, found) if found is not None else None
