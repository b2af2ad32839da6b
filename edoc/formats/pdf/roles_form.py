"""The rules for the form: a field may be signed, a new signature may come in, a field may be filled (pdf-core 8.3)."""

from __future__ import annotations

from edoc.facts.findings import Severity
from edoc.formats.pdf.boxes import box_of, is_nowhere, page_number, page_of
from edoc.formats.pdf.coverage import Found, fields_of
from edoc.formats.pdf.fields import Field
from edoc.formats.pdf.roles_acroform import compare_form
from edoc.formats.pdf.roles_fill import hold_against_values
from edoc.formats.pdf.roles_page import covered
from edoc.formats.pdf.roles_use import Uses
from edoc.formats.pdf.step import Rank, Step, differing
from edoc.formats.pdf.values import Name, Ref, Stream, Value, same

_NEW_FIELD = frozenset(
    ("Type", "Subtype", "FT", "T", "TU", "F", "Rect", "P", "V", "AP", "MK", "DA", "DR", "Ff", "Kids", "Parent", "BS",
     "Border", "Lock", "SV", "M", "NM", "Q", "H", "StructParent")
)  # fmt: skip
"""What a new signature field may say; actions, for one, may not come in with it."""
_SIGNING = frozenset(("V", "AP", "F", "MK", "M", "DA"))
_FILLING = frozenset(("V", "AP", "AS", "I", "TI", "RV", "DA", "M"))
_WIDGET_FILLING = frozenset(("AP", "AS", "DA", "M", "MK"))
_FILLABLE = ("Tx", "Btn", "Ch")
_PUSHBUTTON = 1 << 16
"""Field flag (table 229)."""
_READ_ONLY = 1
_FIXED = 64 | 128 | 512
"""Annotation flags that only keep a reader from touching it: ReadOnly, Locked, LockedContents (table 167)."""
_INVISIBLE, _HIDDEN, _NO_VIEW = 1, 2, 32
_CLIMB = 400
"""Objects looked at to find out whose appearance a stream is."""


def explain_form(step: Step, catalog: dict[str, Value], later: dict[str, Value], root: int) -> dict[int, str]:
    """Explain what an update did to the form and its fields; returns new signature widgets with their names."""
    old, new = step.before(catalog.get("AcroForm")), step.after(later.get("AcroForm"))
    if old is None and new is None:
        return {}
    if new is None:
        step.deny("PDF_ACROFORM_REMOVED")
        return {}
    if not isinstance(new, dict) or not step.owned(catalog.get("AcroForm"), later.get("AcroForm"), {root}):
        step.deny("PDF_ACROFORM_CHANGED", key="AcroForm")
        return {}
    before: dict[str, Value] = old if isinstance(old, dict) else {}
    grown = compare_form(step, before, new, owner=step.number(catalog.get("AcroForm"), root))
    widgets = _Fields(step).run()
    if grown is not None and not any(grown <= told.rank <= Rank.FILL for told in step.told):
        # Resources serve what is signed or filled with them; alone they change what older fields show.
        step.unsure("PDF_ACROFORM_CHANGED", key="DR")
    return widgets


def _fits(kind: str, value: Value) -> bool:
    """Tell whether a value is one that a field of this kind can have (12.7.5.2 to 12.7.5.4)."""
    if kind == "Btn":
        return value is None or isinstance(value, Name)
    if isinstance(value, list):
        return kind == "Ch" and all(isinstance(item, bytes) for item in value)
    return value is None or isinstance(value, bytes) or (kind == "Tx" and isinstance(value, Stream))


def _fixed(item: Field, before: dict[str, Value], after: dict[str, Value], *, own: bool) -> set[str]:
    """Return which flags only became stricter: a signer that locks fields makes them read-only too (12.7.5.5)."""
    fixed = set()
    flags, was, now = after.get("Ff"), before.get("F", 0), after.get("F")
    if own and type(flags) is int and flags == item.flags | _READ_ONLY:
        fixed.add("Ff")
    if type(was) is int and type(now) is int and not was & ~now and not now & ~was & ~_FIXED:
        fixed.add("F")
    return fixed


def _hides(old: Value, new: Value) -> bool:
    """Tell whether annotation flags hide what was shown, or show what was hidden (table 167)."""
    was, now = (value if type(value) is int else 0 for value in (old, new))
    return bool((was ^ now) & (_INVISIBLE | _HIDDEN | _NO_VIEW))


class _Fields:
    """Compares the fields of two revisions by the numbers of their objects."""

    def __init__(self, step: Step) -> None:
        self.step = step
        self.closers = {
            (one.field.name, one.field.ref): one
            for one in step.found
            if one.revision is step.new and not any(item.severity is Severity.ERROR for item in one.findings)
        }
        """The signatures that this update brings, by the very field that holds them: a name alone can be shared."""
        self.uses = Uses(step)
        self.widgets: dict[int, str] = {}
        self.valued: set[int] = set()
        """Numbers of the fields that got another value, and of their widgets."""
        self.owner: dict[int, Field] = {}
        self.filled: set[tuple[str, Ref | None]] = set()

    def run(self) -> dict[int, str]:
        """Apply the rules; returns the widgets that came in with a signature, with its name."""
        step = self.step
        old, new = fields_of(step.pdf, step.old), fields_of(step.pdf, step.new)
        for item in old:
            for ref in (item.ref, *item.widgets):
                if ref is not None:
                    self.owner.setdefault(ref.number, item)
        names = {item.name for item in new}
        for item in old:
            if item.name not in names:
                step.deny("PDF_FIELD_REMOVED", item.name)
        past = {item.name for item in old}
        added = [item for item in new if (item.ref is None or item.ref.number not in self.owner)]
        direct = {item.name for item in old if item.ref is None}
        for item in added:
            if item.ref is not None or item.name not in direct:
                self._added(item, doubled=item.name in past)
        touched = sorted(step.changed & self.owner.keys())
        for number in touched:
            self._value(number)
        for number in touched:
            self._changed(number, self.owner[number])
        self._appearances()
        if self.filled:
            form = step.after(step.pdf.catalog(step.new).get("AcroForm"))
            anew = isinstance(form, dict) and step.after(form.get("NeedAppearances")) is True
            hold_against_values(step, [item for item in new if (item.name, item.ref) in self.filled], drawn_by_reader=anew)
        return self.widgets

    def _value(self, number: int) -> None:
        item = self.owner[number]
        before, after = self.step.value_before(number), self.step.value_after(number)
        if isinstance(before, dict) and isinstance(after, dict) and not same(before.get("V"), after.get("V")):
            self.valued.add(number)
            if item.ref is not None and item.ref.number == number:
                self.valued.update(ref.number for ref in item.widgets)

    def _changed(self, number: int, item: Field) -> None:
        step = self.step
        before, after = step.value_before(number), step.value_after(number)
        step.explained.add(number)
        if not isinstance(before, dict) or not isinstance(after, dict):
            step.deny("PDF_FIELD_CHANGED", item.name, key="")
            return
        if not self.uses.plays_one_part(number):
            step.unsure("PDF_OBJECT_SHARED", item.name, number=number)
        keys = set(differing(before, after))
        own = item.ref is not None and item.ref.number == number
        if own and keys == {"Kids"} and not item.type and self._joined(before.get("Kids"), after.get("Kids"), number):
            # New fields below a name; each is judged as a field of its own.
            return
        fixed = _fixed(item, before, after, own=own) & keys
        if fixed:
            step.tell(Rank.SIGN, "PDF_FIELD_LOCKED", item.name)
            # A field that was locked before may not even change its flags.
            (step.signed if item.type == "Sig" else step.filled).append(item.name)
            keys -= fixed
        if not keys:
            return
        if item.type == "Sig":
            self._signed(number, item, keys, after)
        elif item.type not in _FILLABLE or not keys <= (_FILLING if own else _WIDGET_FILLING):
            self._refuse(item, keys - _FILLING, hides=_hides(step.after(before.get("F")), step.after(after.get("F"))))
        elif number not in self.valued:
            # A button that shows another of its own states may follow a value elsewhere.
            refuse = step.unsure if keys <= {"AS", "M"} else step.deny
            refuse("PDF_APPEARANCE_ONLY", item.name)
        elif item.type == "Btn" and ("AP" in keys or item.flags & _PUSHBUTTON):
            # A button brings its appearances with it, and one that is only pressed has no value.
            step.unsure("PDF_FIELD_CHANGED", item.name, key=",".join(sorted(keys)))
        elif not self._plain(before, after) or ("V" in keys and not _fits(item.type, step.after(after.get("V")))):
            step.unsure("PDF_FIELD_CHANGED", item.name, key="V")
        else:
            self._filled(item, number, before)

    def _joined(self, old: Value, new: Value, owner: int) -> bool:
        step = self.step
        before, after = step.before(old), step.after(new)
        if not isinstance(before, list) or not isinstance(after, list) or not step.owned(old, new, {owner}):
            return False
        step.spend(len(before) + len(after))
        known = {item for item in before if isinstance(item, Ref)}
        added = [item for item in after if not isinstance(item, Ref) or item not in known]
        kept = [item for item in after if isinstance(item, Ref) and item in known]
        values = [step.after(item) if isinstance(item, Ref) and step.fresh(item) else None for item in added]
        named = all(isinstance(value, dict) and "T" in value for value in values)
        return named and kept == before

    def _plain(self, before: dict[str, Value], after: dict[str, Value]) -> bool:
        """A value may be direct or new; an old object as value would bring something signed to another use."""
        return all(same(before.get(key), after.get(key)) or self.step.fresh(after.get(key)) for key in _FILLING)

    def _refuse(self, item: Field, keys: set[str], *, hides: bool) -> None:
        known = {"F", "MK", "Kids", "Parent", "Opt"}
        refuse = self.step.unsure if keys <= known and not hides else self.step.deny
        refuse("PDF_FIELD_CHANGED", item.name, key=",".join(sorted(keys)))

    def _filled(self, item: Field, number: int, before: dict[str, Value]) -> None:
        step = self.step
        if item.name not in step.filled:
            step.filled.append(item.name)
        self.filled.add((item.name, item.ref))
        page, box = page_of(step, number, before), box_of(before.get("Rect"), step.before)
        step.tell(Rank.FILL, "PDF_FIELD_FILLED", item.name, page=page, box=box, shown=True)

    def _signed(self, number: int, item: Field, keys: set[str], after: dict[str, Value]) -> None:
        step, one = self.step, self.closers.get((item.name, item.ref))
        if step.before(item.value) is not None or not keys <= _SIGNING:
            step.deny("PDF_FIELD_CHANGED", item.name, key=",".join(sorted(keys)))
        elif one is None:
            step.unsure("PDF_FIELD_CHANGED", item.name, key=",".join(sorted(keys)))
        elif "V" in keys:
            step.signed.append(item.name)
            self._signature(one, after)
        elif number in self.valued:
            # A widget of its own: it shows the signature that its field has just got.
            self._signature(one, after)
        else:
            step.deny("PDF_APPEARANCE_ONLY", item.name)

    def _added(self, item: Field, *, doubled: bool) -> None:
        step = self.step
        numbers = [ref.number for ref in (item.ref, *item.kids) if ref is not None]
        if not item.type and item.kids and item.value is None:
            # A name above new signature fields; they are judged as fields of their own.
            if doubled or not item.dictionary.keys() <= {"T", "TU", "Kids"} or not set(numbers) <= step.added:
                step.deny("PDF_FIELD_ADDED", item.name)
            return
        if item.type != "Sig" or doubled:
            step.deny("PDF_FIELD_ADDED", item.name)
            return
        one = self.closers.get((item.name, item.ref))
        if one is None:
            code = "PDF_EMPTY_SIGNATURE_FIELD_ADDED" if item.value is None else "PDF_FIELD_ADDED"
            (step.deny if item.value is None else step.unsure)(code, item.name)
            return
        shown = self._new_widget(item, numbers)
        if shown is None:
            step.unsure("PDF_FIELD_ADDED", item.name)
            return
        self.widgets.update(dict.fromkeys(numbers, item.name))
        self._signature(one, shown)

    def _new_widget(self, item: Field, numbers: list[int]) -> dict[str, Value] | None:
        """Return the dictionary that is shown, null when the field says or shows more than a signature may."""
        step, shown, widgets = self.step, item.dictionary, 0
        for number in numbers:
            value = step.value_after(number)
            if number not in step.added or not isinstance(value, dict) or not value.keys() <= _NEW_FIELD:
                return None
            parent = value.get("Parent")
            if isinstance(parent, Ref) and parent.number not in step.added and parent.number not in self.owner:
                return None
            if "Rect" in value:
                shown, widgets = value, widgets + 1
        return shown if widgets <= 1 else None

    def _signature(self, one: Found, widget: dict[str, Value]) -> None:
        step = self.step
        box = box_of(widget.get("Rect"), step.after)
        visible = ("AP" in widget or "MK" in widget) and not is_nowhere(widget.get("Rect"), step.after)
        place = widget.get("P")
        page = page_number(step, place.number) if visible and isinstance(place, Ref) else None
        step.tell_signature(one, page=page, box=box, shown=visible)
        if visible:
            covered(step, box, place, name=one.field.name)

    def _appearances(self) -> None:
        """Appearance streams overwritten in place belong to filling when only filled fields show them."""
        step = self.step
        for number in sorted(step.changed - step.explained):
            fields = self._shown_by(number)
            if not fields:
                continue
            step.explained.add(number)
            name = self.owner[min(fields)].name
            if fields <= self.valued and all(self.owner[field].type in _FILLABLE for field in fields):
                self.filled.update((self.owner[field].name, self.owner[field].ref) for field in fields)
                step.tell(Rank.FILL, "PDF_FIELD_APPEARANCE", name, shown=True)
            else:
                step.deny("PDF_APPEARANCE_ONLY", name)

    def _shown_by(self, number: int) -> set[int]:
        """Return the fields and widgets that alone refer to an object; empty when somebody else does too."""
        users = self.step.users(number)
        return set(users) if users and len(users) <= _CLIMB and users <= self.owner.keys() else set()
