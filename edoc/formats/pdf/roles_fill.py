"""The rule for filled fields: what is shown must be what the field says (12.7.4.3; attack PDF-10)."""

from __future__ import annotations

import re

from edoc.facts.findings import warning
from edoc.formats.pdf.appearance import compare_states, compare_text
from edoc.formats.pdf.boxes import box_of, is_nowhere, page_of
from edoc.formats.pdf.fields import Field
from edoc.formats.pdf.spelling import Agreement
from edoc.formats.pdf.step import Rank, Step
from edoc.formats.pdf.values import Ref, Stream, Value, same

_SIZE = re.compile(rb"\s+(\d{1,4}(?:\.\d{0,6})?)\s+Tf")
_SMALLEST = 4.0
"""Points: smaller letters are not meant to be read; 0 lets the reader choose."""
_HIDDEN = 2
"""Annotation flag: neither shown nor printed (table 167)."""
_WIDGETS = 200
"""Widgets of one field that are compared; a field rarely has five."""


def hold_against_values(step: Step, filled: list[Field], *, drawn_by_reader: bool) -> None:
    """Compare the values of filled fields, as of the newer revision, with what their widgets show.

    `drawn_by_reader` tells that the form asks readers to draw the fields anew (/NeedAppearances).
    """
    for item in filled:
        numbers = [ref.number for ref in (item.ref, *item.widgets) if ref is not None]
        widgets = {number: value for number in numbers[:_WIDGETS] if (value := _widget(step, number)) is not None}
        if len(numbers) > _WIDGETS:
            _doubt(step, item, None, "size")
        elif item.type == "Btn":
            _button(step, item, widgets)
        else:
            for number, widget in widgets.items():
                _text(step, item, number, widget, drawn_by_reader=drawn_by_reader)


def _widget(step: Step, number: int) -> dict[str, Value] | None:
    """Return a dictionary that readers show as a widget."""
    value = step.value_after(number)
    if not isinstance(value, dict) or is_nowhere(value.get("Rect"), step.after):
        return None
    flags = step.after(value.get("F"))
    return None if isinstance(flags, int) and flags & _HIDDEN else value


def _text(step: Step, item: Field, number: int, widget: dict[str, Value], *, drawn_by_reader: bool) -> None:
    before = step.value_before(number)
    past: dict[str, Value] = before if isinstance(before, dict) else {}
    page = page_of(step, number, widget)
    if not same(_others(step.before(past.get("AP"))), _others(step.after(widget.get("AP")))):
        _doubt(step, item, page, "other appearances")
    if (drawn_by_reader or not _has_drawing(step, widget)) and not _drawn_alike(step, item, past, widget):
        # The reader draws the value itself, in a font and a colour that came with it.
        _doubt(step, item, page, "default appearance")
    agreement, why = compare_text(
        step.pdf, revision=step.new, item=item, widget=widget, formatted=_formatted(step, item, past)
    )
    if agreement is Agreement.DIFFERENT and (drawn_by_reader or _kept(step, past, widget)):
        # What is shown is what was signed, or what the reader makes of the value.
        agreement, why = Agreement.UNSURE, "not drawn anew"
    if agreement is Agreement.UNSURE:
        _doubt(step, item, page, why)
    elif agreement is Agreement.DIFFERENT:
        box = box_of(widget.get("Rect"), step.after)
        step.tell(Rank.OTHER, "PDF_APPEARANCE_DIFFERS", item.name, page=page, box=box, shown=True)


def _has_drawing(step: Step, widget: dict[str, Value]) -> bool:
    appearances = step.after(widget.get("AP"))
    return isinstance(appearances, dict) and step.after(appearances.get("N")) is not None


def _drawn_alike(step: Step, item: Field, past: dict[str, Value], now: dict[str, Value]) -> bool:
    """Tell whether the default appearance is the one that was there, but for a size that can be read (12.7.4.3)."""
    own = step.value_before(item.ref.number) if item.ref is not None else None
    form = step.before(step.pdf.catalog(step.old).get("AcroForm"))
    older = [step.before(entries.get("DA")) for entries in (past, own, form) if isinstance(entries, dict)]
    old = next((value for value in older if value is not None), None)
    newer = [step.after(entries.get("DA")) for entries in (now, item.dictionary)]
    new = next((value for value in newer if value is not None), old)
    if not isinstance(old, bytes) or not isinstance(new, bytes):
        return same(old, new)
    sizes = [float(found[1]) for found in _SIZE.finditer(bytes(new))]
    return _SIZE.sub(b" Tf", bytes(old)) == _SIZE.sub(b" Tf", bytes(new)) and all(
        size == 0 or size >= _SMALLEST for size in sizes
    )


def _button(step: Step, item: Field, widgets: dict[int, dict[str, Value]]) -> None:
    agreement = compare_states(step.pdf, revision=step.new, item=item, widgets=list(widgets.values()))
    number = next(iter(widgets), 0)
    page = page_of(step, number, widgets[number]) if number else None
    if agreement is Agreement.UNSURE:
        _doubt(step, item, page, "states")
    elif agreement is Agreement.DIFFERENT:
        box = box_of(widgets[number].get("Rect"), step.after)
        step.tell(Rank.OTHER, "PDF_APPEARANCE_DIFFERS", item.name, page=page, box=box, shown=True)


def _doubt(step: Step, item: Field, page: int | None, why: str) -> None:
    step.findings.append(warning("PDF_APPEARANCE_UNREADABLE", item.name, field=item.name, page=page or "?", why=why))


def _others(appearances: Value) -> Value:
    """Return the appearances of a widget that is pressed or pointed at."""
    return {key: value for key, value in appearances.items() if key != "N"} if isinstance(appearances, dict) else {}


def _kept(step: Step, past: dict[str, Value], now: dict[str, Value]) -> bool:
    """Tell whether the normal appearance is the one that was there before."""
    old, new = step.before(past.get("AP")), step.after(now.get("AP"))
    if not isinstance(old, dict) or not isinstance(new, dict):
        return False
    one, other = old.get("N"), new.get("N")
    return isinstance(one, Ref) and one == other and one.number not in step.changed and isinstance(step.after(other), Stream)


def _formatted(step: Step, item: Field, past: dict[str, Value]) -> bool:
    """Tell whether the signed form formats the field by a script, so that it shows `1,000.00` for 1000."""
    own = step.value_before(item.ref.number) if item.ref is not None else None
    for entries in (past, own):
        actions = step.before(entries.get("AA")) if isinstance(entries, dict) else None
        if isinstance(actions, dict) and "F" in actions:
            return True
    return False
