"""The rules for pages and their annotations: what a page shows may only gain what the form rules explain."""

from __future__ import annotations

from collections.abc import Callable

from edoc.facts.findings import warning
from edoc.formats.pdf.graph import references
from edoc.formats.pdf.step import Rank, Step, differing
from edoc.formats.pdf.values import Ref, Value, same

_NOTE = frozenset(
    ("Type", "Subtype", "Rect", "Contents", "P", "NM", "M", "F", "C", "T", "CreationDate", "Subj", "Open", "Name",
     "State", "StateModel", "IRT", "RT", "CA", "StructParent", "RC", "Popup")
)  # fmt: skip
"""What a note may say: without /AP, /A and /AA a reader draws its small icon and nothing else."""
_NOTE_SIDE = 64.0
"""Points: an icon is 20 wide; a larger rectangle is no icon's."""

_USERS = 16
"""Objects asked for the page of an annotation: the page itself, or its list."""
_A4 = 595.0 * 842.0
_LARGE = 0.2
"""Part of a page that a visible signature may take without a question."""

Box = tuple[float, float, float, float]


def explain_pages(step: Step, widgets: dict[int, str]) -> None:
    """Explain changed pages; `widgets` are those that the form rules explained, with their signatures' names."""
    pages: set[int] = set()
    for number in sorted(step.changed):
        value = step.value_before(number)
        if _is_page(value):
            pages.add(number)
        elif isinstance(value, list):
            pages.update(user for user in step.users(number) if user > 0 and _is_page(step.value_before(user)))
    for number in sorted(pages):
        _page(step, number, widgets)
    _annotations_changed(step)


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


def covered(step: Step, box: Box | None, page: Value, *, name: str) -> None:
    """Warn when the box of a new signature, or one of unknown size, takes much of a page.

    A seal is small; what covers a page can show another one.
    """
    if box is None or area(box) > _LARGE * page_area(step, page):
        number = page_number(step, page.number) if isinstance(page, Ref) else None
        step.findings.append(warning("PDF_SIGNATURE_COVERS_PAGE", name, page=number or "?"))


def page_area(step: Step, place: Value) -> float:
    """Return the area of a page that is shown, in square points; of an unknown one, that of A4 (7.7.3.4)."""
    node = step.before(place)
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


def page_of(step: Step, number: int, entries: dict[str, Value]) -> int | None:
    """Return the number of the page that shows an annotation: the one that lists it, else the one it names."""
    users = [user for user in step.users(number) if user > 0][:_USERS]
    above = [other for user in users for other in list(step.users(user))[:_USERS]]
    for user in (*users, *above):
        found = page_number(step, user)
        if found is not None:
            return found
    place = entries.get("P")
    return page_number(step, place.number) if isinstance(place, Ref) else None


def _page(step: Step, number: int, widgets: dict[int, str]) -> None:
    before, after = step.value_before(number), step.value_after(number)
    if not isinstance(before, dict) or not isinstance(after, dict):
        return
    if number in step.changed:
        step.explained.add(number)
        for key in differing(before, after):
            _key(step, number, key, before.get(key), after.get(key))
    old, new = before.get("Annots"), after.get("Annots")
    others = [value for key, value in before.items() if key != "Annots"]
    reused = isinstance(new, Ref) and any(new.number == ref.number for ref in references(others))
    if reused or not step.owned(old, new, {number}):
        step.deny("PDF_PAGE_CHANGED", page=page_number(step, number), key="Annots")
        return
    past, now = step.before(old), step.after(new)
    _annotations(step, past if isinstance(past, list) else [], now if isinstance(now, list) else [], number, widgets)


def _key(step: Step, number: int, key: str, old: Value, new: Value) -> None:
    if key == "Annots":
        return
    page = page_number(step, number)
    if old is None and (key == "StructParents" and type(new) is int or key == "Tabs" and new == "S"):
        step.tell(Rank.SIGN, "PDF_PAGE_TABS", page=page, params={"key": key})
    elif key in ("Tabs", "StructParents", "LastModified", "PieceInfo"):
        step.unsure("PDF_PAGE_CHANGED", page=page, key=key)
    else:
        step.deny("PDF_PAGE_CHANGED", page=page, key=key)


def _annotations(step: Step, past: list[Value], now: list[Value], page: int, widgets: dict[int, str]) -> None:
    step.spend(len(past) + len(now))
    known = {item for item in past if isinstance(item, Ref)}
    direct = [item for item in past if not isinstance(item, Ref)]
    step.spend(len(direct) * sum(not isinstance(item, Ref) for item in now))
    kept = [item for item in now if (item in known if isinstance(item, Ref) else any(same(item, o) for o in direct))]
    if not same(kept, past):
        step.deny("PDF_ANNOTATION_REMOVED", page=page_number(step, page))
    for item in now:
        if isinstance(item, Ref):
            if item.number in widgets:
                _signature(step, item, page, widgets[item.number])
            elif item not in known:
                _added(step, item, page)
        elif not any(same(item, other) for other in direct):
            _added(step, item, page)


def _signature(step: Step, item: Ref, page: int, name: str) -> None:
    """Hold a new signature against the page that shows it, whatever its own /P says."""
    widget = step.after(item)
    if isinstance(widget, dict) and "AP" in widget and not is_nowhere(widget.get("Rect"), step.after):
        covered(step, box_of(widget.get("Rect"), step.after), Ref(page, 0), name=name)


def _added(step: Step, item: Value, page: int) -> None:
    value = step.after(item)
    entries: dict[str, Value] = value if isinstance(value, dict) else {}
    subtype, number, box = entries.get("Subtype"), page_number(step, page), box_of(entries.get("Rect"), step.after)
    if subtype == "Widget":
        step.unsure("PDF_WIDGET_WITHOUT_FIELD", page=number)
    elif not subtype or (isinstance(item, Ref) and not step.fresh(item)):
        step.unsure("PDF_ANNOTATION_ADDED", str(subtype or ""), page=number)
    else:
        rank = Rank.ANNOTATE if _is_note(entries, box) else Rank.MARKUP
        step.tell(rank, "PDF_ANNOTATION_ADDED", str(subtype), page=number, box=box, shown=True)


def _is_note(entries: dict[str, Value], box: Box | None) -> bool:
    small = box is not None and box[2] - box[0] <= _NOTE_SIDE and box[3] - box[1] <= _NOTE_SIDE
    return entries.get("Subtype") == "Text" and entries.keys() <= _NOTE and small


def _annotations_changed(step: Step) -> None:
    """Annotations that are no widgets and were there: what they show now is not judged."""
    for number in sorted(step.changed - step.explained):
        value = step.value_before(number)
        if isinstance(value, dict) and _is_annotation(value) and "FT" not in value and value.get("Subtype") != "Widget":
            users = [step.value_before(user) for user in step.users(number) if user > 0]
            if all(isinstance(user, list) or _is_page(user) or _is_annotation(user) or _is_element(user) for user in users):
                step.explained.add(number)
                step.tell(Rank.MARKUP, "PDF_ANNOTATION_CHANGED", str(value["Subtype"]), shown=True)


def _is_page(value: Value) -> bool:
    return isinstance(value, dict) and value.get("Type") == "Page"


def _is_annotation(value: Value) -> bool:
    return isinstance(value, dict) and "Subtype" in value and "Rect" in value


def _is_element(value: Value) -> bool:
    return isinstance(value, dict) and "S" in value and "P" in value
