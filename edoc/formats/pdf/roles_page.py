"""The rules for pages and their annotations: what a page shows may only gain what the form rules explain."""

from __future__ import annotations

from edoc.facts.findings import warning
from edoc.formats.pdf.boxes import Box, area, box_of, is_nowhere, page_area, page_number, page_object
from edoc.formats.pdf.graph import references
from edoc.formats.pdf.roles_annot import rank_of
from edoc.formats.pdf.roles_use import Uses
from edoc.formats.pdf.step import Rank, Step, differing
from edoc.formats.pdf.values import Ref, Value, same

_LARGE = 0.2
"""Part of a page that a visible signature may take without a question."""


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


def covered(step: Step, box: Box | None, page: Value, *, name: str) -> None:
    """Warn when the box of a new signature, or one of unknown size, takes much of a page.

    A seal is small; what covers a page can show another one.
    """
    if box is None or area(box) > _LARGE * page_area(step, step.before(page)):
        number = page_number(step, page.number) if isinstance(page, Ref) else None
        step.findings.append(warning("PDF_SIGNATURE_COVERS_PAGE", name, page=number or "?"))


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
    elif key == "Tabs":
        # The order in which a key walks over annotations: part of what permission 3 is about.
        step.tell(Rank.ANNOTATE, "PDF_PAGE_CHANGED", page=page, params={"key": key})
    elif key == "LastModified" or (key == "PieceInfo" and step.fresh(new)):
        # What applications note for themselves is never shown (14.5).
        step.tell(Rank.NEUTRAL, "PDF_PIECE_INFO", page=page)
    elif key in ("StructParents", "PieceInfo"):
        step.unsure("PDF_PAGE_CHANGED", page=page, key=key)
    else:
        refuse = step.unsure if number in step.moved else step.deny
        refuse("PDF_PAGE_CHANGED", page=page, key=key)


def _annotations(step: Step, past: list[Value], now: list[Value], page: int, widgets: dict[int, str]) -> None:
    step.spend(len(past) + len(now))
    known = {item for item in past if isinstance(item, Ref)}
    direct = [item for item in past if not isinstance(item, Ref)]
    step.spend(len(direct) * sum(not isinstance(item, Ref) for item in now))
    kept = [item for item in now if (item in known if isinstance(item, Ref) else any(same(item, o) for o in direct))]
    if not same(kept, past):
        _removed(step, past, kept, page)
    for item in now:
        if isinstance(item, Ref):
            if item.number in widgets:
                _signature(step, item, page, widgets[item.number])
            elif item not in known:
                _added(step, item, page)
        elif not any(same(item, other) for other in direct):
            _added(step, item, page)


def _removed(step: Step, past: list[Value], kept: list[Value], page: int) -> None:
    """Annotations that are no fields may go where a certification permits it; their order may never change."""
    gone = [item for item in past if isinstance(item, Ref) and item not in kept]
    number = page_number(step, page)
    values = [step.before(item) for item in gone]
    listed = [value for value in values if isinstance(value, dict) and value.get("Subtype") not in (None, "Widget")]
    if len(listed) != len(gone) or not same(kept, [item for item in past if item not in gone]):
        step.deny("PDF_ANNOTATION_REMOVED", page=number)
        return
    for item, value in zip(gone, listed, strict=True):
        # What lay on the page may have hidden what now appears.
        slight = rank_of(step, value, page=page, itself=item) is Rank.ANNOTATE
        box = box_of(value.get("Rect"), step.before)
        step.tell(Rank.RETRACT if slight else Rank.UNCOVER, "PDF_ANNOTATION_REMOVED", str(value["Subtype"]), page=number,
                  box=box, shown=True)  # fmt: skip


def _signature(step: Step, item: Ref, page: int, name: str) -> None:
    """Hold a new signature against the page that shows it, whatever its own /P says."""
    widget = step.after(item)
    if isinstance(widget, dict) and "AP" in widget and not is_nowhere(widget.get("Rect"), step.after):
        covered(step, box_of(widget.get("Rect"), step.after), Ref(page, 0), name=name)


def _added(step: Step, item: Value, page: int) -> None:
    value = step.after(item)
    entries: dict[str, Value] = value if isinstance(value, dict) else {}
    subtype, number = entries.get("Subtype"), page_number(step, page)
    if subtype == "Widget":
        step.unsure("PDF_WIDGET_WITHOUT_FIELD", page=number)
    elif not subtype or (isinstance(item, Ref) and not step.fresh(item)):
        step.unsure("PDF_ANNOTATION_ADDED", str(subtype or ""), page=number)
    else:
        _told(step, "PDF_ANNOTATION_ADDED", entries, page, rank_of(step, entries, page=page))


def _told(step: Step, code: str, entries: dict[str, Value], page: int, rank: Rank) -> None:
    subject, number = str(entries.get("Subtype", "")), page_number(step, page)
    box = box_of(entries.get("Rect"), step.after)
    step.tell(min(rank, Rank.MARKUP), code, subject, page=number, box=box, shown=True)
    if rank is Rank.COVER:
        step.tell(rank, "PDF_ANNOTATION_COVERS", subject, page=number, box=box, shown=True)


def _annotations_changed(step: Step) -> None:
    """Annotations that are no widgets and were there are judged by what they show before and after."""
    uses = Uses(step)
    for number in sorted(step.changed - step.explained):
        value = step.value_before(number)
        if not isinstance(value, dict) or not _is_annotation(value) or "FT" in value or value.get("Subtype") == "Widget":
            continue
        users = [step.value_before(user) for user in step.users(number) if user > 0]
        if not all(isinstance(user, list) or _is_page(user) or _is_annotation(user) or _is_element(user) for user in users):
            continue
        step.explained.add(number)
        if not uses.plays_one_part(number):
            step.unsure("PDF_OBJECT_SHARED", number=number)
        after, page = step.value_after(number), page_object(step, number, value)
        entries = after if isinstance(after, dict) else {}
        if page is None or entries.get("Subtype") != value.get("Subtype"):
            step.tell(Rank.MARKUP, "PDF_ANNOTATION_CHANGED", str(value["Subtype"]), shown=True)
            continue
        me = Ref(number, 0)
        was, now = (rank_of(step, state, page=page, itself=me) for state in (value, entries))
        _told(step, "PDF_ANNOTATION_CHANGED", entries, page, now if was is Rank.ANNOTATE else max(now, Rank.MARKUP))


def _is_page(value: Value) -> bool:
    return isinstance(value, dict) and value.get("Type") == "Page"


def _is_annotation(value: Value) -> bool:
    return isinstance(value, dict) and "Subtype" in value and "Rect" in value


def _is_element(value: Value) -> bool:
    return isinstance(value, dict) and "S" in value and "P" in value
