"""The ordinary update: one more signature that shows nothing, and nothing else beside it.

Nearly every update after a signature is this one, and what it does is known without asking every rule and without
walking the graph again. Whatever is the least bit different is left to the rules (`roles`); that both say the same is
tested over changed documents.
"""

from __future__ import annotations

from typing import NamedTuple

from edoc.facts.findings import Severity
from edoc.formats.pdf.coverage import Found, fields_of
from edoc.formats.pdf.errors import PdfError
from edoc.formats.pdf.graph import Graph, targets_of
from edoc.formats.pdf.sections import FREE, IN_FILE
from edoc.formats.pdf.step import Step
from edoc.formats.pdf.values import Ref, Stream, Value, same

_FIELD = frozenset(("Type", "Subtype", "FT", "T", "TU", "F", "Rect", "P", "V", "Ff", "M", "NM"))
"""What the field says; nothing of it can show anything."""
_ELSEWHERE = ("DSS", "StructTreeRoot")
"""Entries of a catalog for which there are rules of their own."""
_FORM_ELSEWHERE = ("DR", "XFA")


class _Joined(NamedTuple):
    """The signature, its field, and the objects that name the field now: catalog or form, and a page."""

    one: Found
    field: Ref
    value: Ref
    seen: frozenset[int]
    """What the field refers to besides its value: its page."""
    owners: tuple[int, ...]


def joins(step: Step, graph: Graph) -> bool:
    """Explain an update that brings one more signature and nothing else; false when the rules must judge it.

    `graph` is that of the older revision, and goes to the newer one only when the answer is true.
    """
    try:
        found = _joined(step, graph)
    except PdfError:
        # The rules come upon it too, and say what it means.
        found = None
    if found is None:
        return False
    step.tell_signature(found.one)
    edges: dict[int, frozenset[int]] = {owner: frozenset((found.field.number,)) for owner in found.owners}
    edges[found.field.number] = found.seen | {found.value.number}
    edges[found.value.number] = frozenset()
    graph.join(step.new, edges)
    return True


def _joined(step: Step, graph: Graph) -> _Joined | None:
    listed = _listed(step, graph)
    if listed is None or graph.broken or not _same_trailers(step, listed):
        return None
    added, changed = listed
    signed = _signed(step, added, changed, graph)
    if signed is None:
        return None
    one, field, seen, others = signed
    form = _form(step, graph, field, changed)
    if form is None:
        return None
    pages = changed - form
    if len(pages) > 1 or not all(_page(step, graph, number, field, others) for number in pages):
        return None
    # A form that stands in the catalog is named by it; one of its own is named there already.
    owners = (form & changed) | pages
    assert one.ref is not None
    return _Joined(one, field, one.ref, seen, tuple(owners))


def _listed(step: Step, graph: Graph) -> tuple[set[int], set[int]] | None:
    """Return which objects the update adds and changes, null when it does anything else."""
    added: set[int] = set()
    changed: set[int] = set()
    start, end, entry_of = step.new.start, step.new.end, step.pdf.entry
    for number, entry in step.new.entries.items():
        if entry.kind == FREE and number == 0:
            continue
        if entry.kind != IN_FILE or not start <= entry.place < end:
            return None
        known = entry_of(number, step.old)
        if known is None and number not in graph.live:
            added.add(number)
        elif known is not None and known[0].kind == IN_FILE and known[0].extra == entry.extra:
            changed.add(number)
        else:
            return None
    return (added, changed) if len(added) == 2 and len(changed) in (1, 2, 3) else None


def _same_trailers(step: Step, listed: tuple[set[int], set[int]]) -> bool:
    old, new = step.old.trailer, step.new.trailer
    if not all(same(old.get(key), new.get(key)) for key in ("Root", "Encrypt", "Info")):
        return False
    info, before, after = new.get("Info"), old.get("Size"), new.get("Size")
    if isinstance(info, Ref):
        if info.number in listed[0] or info.number in listed[1]:
            return False
        # Who reads the information must find it readable.
        step.value_after(info.number)
    return type(before) is int and type(after) is int and before <= after


def _signed(
    step: Step, added: set[int], changed: set[int], graph: Graph
) -> tuple[Found, Ref, frozenset[int], set[int]] | None:
    """Return the signature, its new field, what that names besides, and the numbers of the fields that were there."""
    closing = [one for one in step.found if one.revision is step.new]
    old, new = fields_of(step.pdf, step.old), fields_of(step.pdf, step.new)
    # What was read once and did not change since is the very same field.
    if len(closing) != 1 or len(new) != len(old) + 1 or new[:-1] != old:
        return None
    one, field = closing[0], new[-1]
    if field.ref is None or one.ref is None or (field.name, field.ref, field.value) != (one.field.name, one.field.ref, one.ref):
        return None
    others = {ref.number for item in old for ref in (item.ref, *item.widgets) if ref is not None}
    if (
        field.type != "Sig" or field.kids or {field.ref.number, one.ref.number} != added
        or any(item.name == field.name for item in old) or not others.isdisjoint(changed)
        or any(item.severity is Severity.ERROR for item in one.findings)
        or step.value_after(one.ref.number) is not one.dictionary or type(one.dictionary) is not dict
        or targets_of(one.dictionary)[0]
    ):  # fmt: skip
        return None
    widget = step.value_after(field.ref.number)
    if type(widget) is not dict or not widget.keys() <= _FIELD:
        return None
    seen = frozenset(targets_of(widget)[0] - {one.ref.number})
    return (one, field.ref, seen, others) if seen <= graph.live else None


def _form(step: Step, graph: Graph, field: Ref, changed: set[int]) -> set[int] | None:
    """Return catalog and form if all that became of them is one more field, else null."""
    root = step.pdf.root_of(step.old).number
    old, new = step.value_before(root), step.value_after(root)
    if type(old) is not dict or type(new) is not dict or any(key in old or key in new for key in _ELSEWHERE):
        return None
    if old.get("Type") != "Catalog" or not _differ_in(old, new, "AcroForm") or not _metadata(step, new, changed):
        return None
    before, after, place = old.get("AcroForm"), new.get("AcroForm"), root
    if isinstance(before, Ref):
        place = before.number
        if before != after or graph.users(place) != {root} or not step.names_once(root, place):
            return None
        before, after = step.value_before(place), step.value_after(place)
    if type(before) is not dict or type(after) is not dict or place not in changed:
        return None
    if any(key in before for key in _FORM_ELSEWHERE) or not _differ_in(before, after, "Fields"):
        return None
    return {root, place} if _one_more(before.get("Fields"), after.get("Fields"), field) else None


def _metadata(step: Step, catalog: dict[str, Value], changed: set[int]) -> bool:
    place = catalog.get("Metadata")
    if place is None:
        return True
    return isinstance(place, Ref) and place.number not in changed and isinstance(step.after(place), Stream)


def _page(step: Step, graph: Graph, number: int, field: Ref, others: set[int]) -> bool:
    """Tell whether all that became of an object is that it is a page with one more annotation."""
    before, after = step.value_before(number), step.value_after(number)
    if type(before) is not dict or type(after) is not dict or before.get("Type") != "Page":
        return False
    # What only fields name could be a part of what they show.
    if number not in graph.live or graph.users(number) <= others:
        return False
    return _differ_in(before, after, "Annots") and _one_more(before.get("Annots", []), after.get("Annots"), field)


def _differ_in(old: dict[str, Value], new: dict[str, Value], key: str) -> bool:
    """Tell whether no entry differs but one."""
    keys = old.keys() - {key}
    return keys == new.keys() - {key} and all(same(old[other], new[other]) for other in keys)


def _one_more(old: Value, new: Value, added: Ref) -> bool:
    """Tell whether a list of references got one more at its end."""
    if type(old) is not list or type(new) is not list or not new or new[-1] != added or new[:-1] != old:
        return False
    return added not in old and all(type(item) is Ref for item in new)
