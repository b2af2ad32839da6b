"""The rule for the form itself: its flags, its default resources and the data of an XFA form (12.7.3)."""

from __future__ import annotations

from edoc.formats.pdf.roles_use import awaited, shows_other_letters
from edoc.formats.pdf.step import Rank, Step, differing
from edoc.formats.pdf.values import Ref, Value, same

_FILLED_PACKETS = (b"datasets", b"form")
"""Packets of an XFA form that hold what was filled in."""


def compare_form(step: Step, before: dict[str, Value], new: dict[str, Value], *, owner: int) -> Rank | None:
    """Compare the form's own entries; returns the least change that its new default resources may serve."""
    for key in differing(before, new):
        if key == "Fields" or (key == "NeedAppearances" and new.get(key) is False and key not in before):
            continue
        if key == "SigFlags":
            _flags(step, step.before(before.get(key)), step.after(new.get(key)))
        elif key == "DA":
            # A reader that draws the fields itself would draw them in another way.
            if "DA" in before or step.after(new.get("NeedAppearances")) is True:
                step.unsure("PDF_ACROFORM_CHANGED", key=key)
        elif key == "NeedAppearances" and new.get(key) in (None, False):
            # Readers show the drawings of the fields from now on, where they made some of their own before.
            step.unsure("PDF_ACROFORM_CHANGED", key=key)
        elif key == "XFA" and key in before:
            step.unsure("PDF_ACROFORM_CHANGED", key=key)
        elif key != "DR":
            step.deny("PDF_ACROFORM_CHANGED", key=key)
    _packets(step, before.get("XFA"), owner)
    grown = _resources(step, before.get("DR"), new.get("DR"), owner)
    if grown is Rank.OPEN:
        step.unsure("PDF_ACROFORM_CHANGED", key="DR")
    if not step.owned(before.get("Fields"), new.get("Fields"), {owner}):
        step.deny("PDF_ACROFORM_CHANGED", key="Fields")
    past, now = step.before(before.get("Fields")), step.after(new.get("Fields"))
    step.spend(sum(len(items) for items in (past, now) if isinstance(items, list)))
    known = {item for item in past if isinstance(item, Ref)} if isinstance(past, list) else set()
    kept = [item for item in now if not isinstance(item, Ref) or item in known] if isinstance(now, list) else []
    if isinstance(past, list) and not same(kept, past):
        step.deny("PDF_FIELD_REMOVED")
    return grown


def _packets(step: Step, xfa: Value, owner: int) -> None:
    """The data of an XFA form change when it is filled; what they then show is not judged (12.7.8)."""
    packets = step.before(xfa)
    pairs = zip(packets[::2], packets[1::2], strict=False) if isinstance(packets, list) else ()
    for name, packet in pairs:
        if step.before(name) not in _FILLED_PACKETS or not isinstance(packet, Ref) or packet.number not in step.changed:
            continue
        if step.users(packet.number) <= {owner, step.number(xfa, owner)}:
            step.explained.add(packet.number)
            step.unsure("PDF_ACROFORM_CHANGED", key="XFA")


def _flags(step: Step, old: Value, new: Value) -> None:
    was = old if type(old) is int else 0
    if type(new) is not int or was & ~new:
        step.unsure("PDF_ACROFORM_CHANGED", key="SigFlags")


def _resources(step: Step, old: Value, new: Value, owner: int) -> Rank | None:
    """Return what default resources became: null, the same; OPEN, others; else the least change they may serve.

    They may grow, and visible signatures redefine their own XObjects there.
    """
    before, after = step.before(old), step.after(new)
    if before is None and after is None:
        return None
    if before is not None and not isinstance(before, dict):
        return Rank.OPEN
    if not isinstance(after, dict) or not step.owned(old, new, {owner}):
        return Rank.OPEN
    grown = None if before is not None and same(before, after) else Rank.VALIDATION
    past: dict[str, Value] = before if isinstance(before, dict) else {}
    me = step.number(old, owner)
    for key, value in after.items():
        was, now = step.before(past.get(key)), step.after(value)
        if key == "ProcSet" or (was is None and not isinstance(now, dict)):
            continue
        was = {} if was is None else was
        if not isinstance(was, dict) or not isinstance(now, dict) or not step.owned(past.get(key), value, {me}):
            return Rank.OPEN
        if not same(was, now):
            grown = grown or Rank.VALIDATION
        for name in awaited(step, now.keys() - was.keys()):
            if key != "Font" or shows_other_letters(step, now[name]):
                return Rank.OPEN
        for name, item in was.items():
            if not same(item, now.get(name)):
                if key != "XObject" or not step.fresh(now.get(name)):
                    return Rank.OPEN
                grown = Rank.SIGN
    return grown if past.keys() <= after.keys() else Rank.OPEN
