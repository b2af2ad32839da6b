"""The rules that explain honest updates: catalog, metadata, information; they call those of store, form and pages.

Each rule lists what it allows (pdf-core 8.3); what none of them explains is not permitted.
"""

from __future__ import annotations

import re

from edoc.formats.pdf.graph import TRAILER
from edoc.formats.pdf.roles_form import explain_form
from edoc.formats.pdf.roles_page import explain_pages
from edoc.formats.pdf.roles_store import explain_store
from edoc.formats.pdf.roles_tree import explain_structure
from edoc.formats.pdf.step import Rank, Step, differing
from edoc.formats.pdf.values import Name, Ref, Stream, Value, same

_VERSION = re.compile(r"\d\.\d")


def explain(step: Step) -> None:
    """Apply every rule to an update whose objects are compared."""
    root = step.pdf.root_of(step.old).number
    old, new = step.value_before(root), step.value_after(root)
    if not isinstance(old, dict) or not isinstance(new, dict):
        step.deny("PDF_CATALOG_CHANGED", key="Root")
        return
    _info(step)
    explain_store(step, old, new, root)
    widgets = explain_form(step, old, new, root)
    explain_structure(step, old, new, root)
    explain_pages(step, widgets)
    _catalog(step, old, new, root)


def _catalog(step: Step, old: dict[str, Value], new: dict[str, Value], root: int) -> None:
    for key in differing(old, new):
        if key in ("AcroForm", "DSS", "StructTreeRoot"):
            continue
        if key == "Metadata":
            _listed(step, "PDF_METADATA_CHANGED")
        elif key == "Extensions":
            _extensions(step, old.get(key), new.get(key), root)
        elif key == "Version" and _raised(old.get(key), new.get(key)):
            _listed(step, "PDF_VERSION_RAISED")
        elif key == "Perms":
            _permissions(step, old.get(key), new.get(key))
        elif key == "PieceInfo" and step.fresh(new.get(key)):
            # What applications note for themselves is never shown (14.5).
            step.tell(Rank.NEUTRAL, "PDF_PIECE_INFO")
        else:
            refuse = step.unsure if root in step.moved else step.deny
            refuse("PDF_CATALOG_CHANGED", key=key)
    _metadata(step, old.get("Metadata"), new.get("Metadata"), root)
    # Every key has been judged, whoever else refers to the catalog.
    step.explained.add(root)


def _permissions(step: Step, old: Value, new: Value) -> None:
    """A certification that comes late is told with its signature; what was permitted before may not change (12.8.6)."""
    after = step.after(new)
    brought = {one.ref for one in step.found if one.revision is step.new and one.ref is not None}
    late = old is None and isinstance(after, dict) and after.keys() == {"DocMDP"} and after["DocMDP"] in brought
    if late:
        step.unsure("PDF_PERMS_CHANGED")
    else:
        step.deny("PDF_PERMS_CHANGED")


def _metadata(step: Step, old: Value, new: Value, root: int) -> None:
    if new is None:
        return
    if not isinstance(new, Ref) or not isinstance(step.after(new), Stream):
        step.deny("PDF_CATALOG_CHANGED", key="Metadata")
    elif new.number in step.changed and step.owned(old, new, {root}):
        _listed(step, "PDF_METADATA_CHANGED")
    elif new != old and not step.fresh(new):
        step.deny("PDF_CATALOG_CHANGED", key="Metadata")


def _extensions(step: Step, old: Value, new: Value, root: int) -> None:
    """Developer extensions may be added, and their levels raised (7.12)."""
    before, after = step.before(old), step.after(new)
    past: dict[str, Value] = before if isinstance(before, dict) else {}
    grown = (
        isinstance(after, dict)
        and all(_extended(step, value, after.get(key)) for key, value in past.items())
        and all(_is_extension(step, value) for key, value in after.items() if key not in past and key != "Type")
    )
    if grown and step.owned(old, new, {root}):
        _listed(step, "PDF_EXTENSIONS_ADDED")
    else:
        step.unsure("PDF_CATALOG_CHANGED", key="Extensions")


def _is_extension(step: Step, place: Value) -> bool:
    """Tell whether a value is a developer extensions dictionary, or an array of some (table 49)."""
    value = step.after(place)
    listed = [step.after(item) for item in value] if isinstance(value, list) else [value]
    return bool(listed) and all(
        isinstance(item, dict) and isinstance(item.get("BaseVersion"), Name) and type(item.get("ExtensionLevel")) is int
        for item in listed
    )


def _extended(step: Step, old: Value, new: Value) -> bool:
    if same(old, new):
        return True
    before, after = step.before(old), step.after(new)
    if not isinstance(before, dict) or not isinstance(after, dict):
        # One entry may become an array of several, the old one among them.
        return isinstance(after, list) and (old in after or (isinstance(before, list) and all(i in after for i in before)))
    was, now = before.get("ExtensionLevel"), after.get("ExtensionLevel")
    others = set(differing(before, after)) - {"ExtensionLevel", "BaseVersion", "ExtensionRevision", "URL", "Type"}
    return not others and type(was) is int and type(now) is int and was <= now


def _listed(step: Step, code: str) -> None:
    if all(told.change.code != code for told in step.told):
        step.tell(Rank.NEUTRAL, code)


def _info(step: Step) -> None:
    """The information dictionary says who made the file and when; nobody signs it to be shown (14.3.3)."""
    old, place = step.old.trailer.get("Info"), step.new.trailer.get("Info")
    if not isinstance(place, Ref):
        if not same(old, place):
            _listed(step, "PDF_INFO_CHANGED")
        return
    if place.number in step.changed:
        was, now = step.value_before(place.number), step.value_after(place.number)
        # Some writers keep every entry in an object of its own; none of them is shown.
        if step.users(place.number) <= {TRAILER} and _renewed(step, was, now):
            step.explained.add(place.number)
            _listed(step, "PDF_INFO_CHANGED")
    elif place != old:
        if step.fresh(place):
            _listed(step, "PDF_INFO_CHANGED")
        else:
            step.deny("PDF_TRAILER_CHANGED", key="Info")
    _entries_apart(step, place.number)


def _renewed(step: Step, was: Value, now: Value) -> bool:
    """Tell whether the entries that differ are direct, or new objects."""
    if not isinstance(was, dict) or not isinstance(now, dict):
        return False
    return all(step.fresh(now[key]) for key in differing(was, now) if key in now)


def _entries_apart(step: Step, info: int) -> None:
    """Explain strings that belong to the information dictionary alone."""
    entries = step.value_after(info)
    for value in entries.values() if isinstance(entries, dict) else ():
        if not isinstance(value, Ref) or value.number not in step.changed or not step.users(value.number) <= {info}:
            continue
        if isinstance(step.value_after(value.number), bytes | Name):
            step.explained.add(value.number)
            _listed(step, "PDF_INFO_CHANGED")


def _raised(old: Value, new: Value) -> bool:
    if not isinstance(new, Name) or _VERSION.fullmatch(new) is None:
        return False
    return old is None or (isinstance(old, Name) and old < new)
