"""The rules that explain honest updates: catalog, security store, metadata, form, pages (pdf-core 8.3)."""

from __future__ import annotations

from edoc.facts.findings import Severity, warning
from edoc.facts.signature import Change, ChangeLevel
from edoc.formats.pdf.coverage import Found, fields_of
from edoc.formats.pdf.fields import Field
from edoc.formats.pdf.graph import TRAILER, references
from edoc.formats.pdf.step import Step, differing
from edoc.formats.pdf.values import Name, Ref, Stream, Value, same

_STORE_ARRAYS = ("Certs", "CRLs", "OCSPs")
_ENTRY_ARRAYS = ("Cert", "CRL", "OCSP")
_NEW_FIELD = frozenset(
    ("Type", "Subtype", "FT", "T", "TU", "F", "Rect", "P", "V", "AP", "MK", "DA", "DR", "Ff", "Kids", "Parent", "BS",
     "Border", "Lock", "SV", "M", "NM", "Q", "H")
)  # fmt: skip
"""What a new signature field may say; actions, for one, may not come in with it."""
_SIGNING = frozenset(("V", "AP", "F", "MK", "M", "DA"))
_FILLING = frozenset(("V", "AP", "AS", "I", "TI", "RV", "DA", "M", "MK", "F", "Kids", "Parent", "Opt"))
_VALIDATION, _PERMITTED = ChangeLevel.VALIDATION_DATA, ChangeLevel.PERMITTED


def explain(step: Step) -> None:
    """Apply every rule to an update whose objects are compared."""
    _Rules(step).run()


class _Rules:
    def __init__(self, step: Step) -> None:
        self.step = step
        self.root = step.pdf.root_of(step.old).number
        self.closers = {
            one.field.name: one
            for one in step.found
            if one.revision is step.new and not any(item.severity is Severity.ERROR for item in one.findings)
        }
        self.new_widgets: set[int] = set()

    def run(self) -> None:
        step = self.step
        old = step.value_before(self.root)
        new = step.after(Ref(self.root, 0))
        if not isinstance(old, dict) or not isinstance(new, dict):
            step.deny("PDF_CATALOG_CHANGED", key="Root")
            return
        self._info()
        self._store(old, new)
        self._form(old, new)
        self._fields()
        self._pages()
        self._structure(old)
        self._catalog(old, new)

    def _catalog(self, old: dict[str, Value], new: dict[str, Value]) -> None:
        step = self.step
        for key in differing(old, new):
            if key in ("AcroForm", "DSS"):
                continue
            if key == "Metadata":
                self._listed("PDF_METADATA_CHANGED")
            elif key == "Extensions":
                self._extensions(old.get(key), new.get(key))
            elif key == "Version" and _raised(old.get(key), new.get(key)):
                self._listed("PDF_VERSION_RAISED")
            elif key == "Perms":
                step.deny("PDF_PERMS_CHANGED")
            else:
                step.deny("PDF_CATALOG_CHANGED", key=key)
        self._metadata(old.get("Metadata"), new.get("Metadata"))
        step.explained.add(self.root)

    def _metadata(self, old: Value, new: Value) -> None:
        step = self.step
        if new is None:
            return
        if not isinstance(new, Ref) or not isinstance(step.after(new), Stream):
            step.deny("PDF_CATALOG_CHANGED", key="Metadata")
        elif new.number in step.changed and step.owned(old, new, {self.root}):
            self._listed("PDF_METADATA_CHANGED")
        elif isinstance(old, Ref) and new != old and new.number not in step.added:
            step.deny("PDF_CATALOG_CHANGED", key="Metadata")

    def _extensions(self, old: Value, new: Value) -> None:
        step = self.step
        before, after = step.before(old), step.after(new)
        kept = not isinstance(before, dict) or (
            isinstance(after, dict) and all(key in after and same(value, after[key]) for key, value in before.items())
        )
        if kept and isinstance(after, dict) and step.owned(old, new, {self.root}):
            self._listed("PDF_EXTENSIONS_ADDED")
        else:
            step.unsure("PDF_CATALOG_CHANGED", key="Extensions")

    def _listed(self, code: str) -> None:
        # By itself such a change is no validation data; beside some it does not weigh more.
        step = self.step
        level = ChangeLevel.NONE if step.level is not ChangeLevel.NONE else _PERMITTED
        if all(change.code != code for change in step.changes):
            step.allow(level, Change(code=code, permitted=True))

    def _info(self) -> None:
        step = self.step
        place = step.new.trailer.get("Info")
        if not isinstance(place, Ref):
            return
        if place.number in step.changed:
            value = step.value_after(place.number)
            plain = isinstance(value, dict) and not any(isinstance(item, dict | list | Ref) for item in value.values())
            alone = step.graph.live(step.old).get(place.number, set()) <= {TRAILER}
            if plain and alone:
                step.explained.add(place.number)

    # The security store.

    def _store(self, catalog: dict[str, Value], later: dict[str, Value]) -> None:
        step = self.step
        old, new = step.before(catalog.get("DSS")), step.after(later.get("DSS"))
        if old is None and new is None:
            return
        if new is None:
            step.deny("PDF_DSS_REMOVED")
            return
        if not isinstance(new, dict) or not step.owned(catalog.get("DSS"), later.get("DSS"), {self.root}):
            step.deny("PDF_DSS_MALFORMED")
            return
        before: dict[str, Value] = old if isinstance(old, dict) else {}
        me = step.number(catalog.get("DSS"), self.root)
        touched = not same(catalog.get("DSS"), later.get("DSS")) or me in step.changed
        for key in differing(before, new):
            if key not in (*_STORE_ARRAYS, "VRI", "Type"):
                step.unsure("PDF_DSS_MALFORMED", key=key)
        for key in _STORE_ARRAYS:
            touched = self._array(before.get(key), new.get(key), me) or touched
        touched = self._related(before.get("VRI"), new.get("VRI"), me) or touched
        if touched:
            step.allow(_VALIDATION, Change(code="PDF_DSS_UPDATED", permitted=True))

    def _related(self, old: Value, new: Value, owner: int) -> bool:
        step = self.step
        before, after = step.before(old), step.after(new)
        if after is None:
            if before is not None:
                step.findings.append(warning("PDF_DSS_SHRUNK", "VRI"))
            return before is not None
        if not isinstance(after, dict) or not step.owned(old, new, {owner}):
            step.deny("PDF_DSS_MALFORMED", key="VRI")
            return True
        past: dict[str, Value] = before if isinstance(before, dict) else {}
        me = step.number(old, owner)
        touched = bool(differing(past, after))
        for name, place in after.items():
            if name == "Type":
                continue
            entry, was = step.after(place), step.before(past.get(name))
            if not isinstance(entry, dict) or not step.owned(past.get(name), place, {me}):
                step.deny("PDF_DSS_MALFORMED", key=name)
                continue
            own = step.number(past.get(name), me)
            entry_before: dict[str, Value] = was if isinstance(was, dict) else {}
            for key in differing(entry_before, entry):
                if key not in (*_ENTRY_ARRAYS, "Type", "TU", "TS"):
                    step.unsure("PDF_DSS_MALFORMED", key=key)
            for key in (*_ENTRY_ARRAYS, "TS"):
                touched = self._array(entry_before.get(key), entry.get(key), own) or touched
        if any(name not in after for name in past):
            step.findings.append(warning("PDF_DSS_SHRUNK", "VRI"))
        return touched

    def _array(self, old: Value, new: Value, owner: int) -> bool:
        """Compare one array of streams; new members are new streams without references."""
        step = self.step
        before, after = step.before(old), step.after(new)
        if isinstance(after, Stream):
            before, after = [old], [new]
        elif not step.owned(old, new, {owner}):
            step.deny("PDF_DSS_OVERWRITES")
            return True
        past = before if isinstance(before, list) else []
        members = after if isinstance(after, list) else []
        if after is not None and not isinstance(after, list):
            step.deny("PDF_DSS_MALFORMED")
        known = {item for item in past if isinstance(item, Ref)}
        for item in members:
            value = step.after(item) if isinstance(item, Ref) else None
            if not isinstance(value, Stream) or item not in known and any(True for _ in references(value)) and _has_links(value):
                step.unsure("PDF_DSS_MALFORMED")
        if any(item not in members for item in known):
            step.findings.append(warning("PDF_DSS_SHRUNK", "DSS"))
        return not same(before, after)

    # The form and its fields.

    def _form(self, catalog: dict[str, Value], later: dict[str, Value]) -> None:
        step = self.step
        old, new = step.before(catalog.get("AcroForm")), step.after(later.get("AcroForm"))
        if old is None and new is None:
            return
        if new is None:
            step.deny("PDF_ACROFORM_REMOVED")
            return
        if not isinstance(new, dict) or not step.owned(catalog.get("AcroForm"), later.get("AcroForm"), {self.root}):
            step.deny("PDF_ACROFORM_CHANGED", key="AcroForm")
            return
        before: dict[str, Value] = old if isinstance(old, dict) else {}
        me = step.number(catalog.get("AcroForm"), self.root)
        for key in differing(before, new):
            if key in ("Fields", "SigFlags", "DA") or (key == "NeedAppearances" and new.get(key) is False):
                continue
            if key != "DR" or not self._resources(before.get(key), new.get(key), me):
                (step.unsure if key == "DR" else step.deny)("PDF_ACROFORM_CHANGED", key=key)
        if not step.owned(before.get("Fields"), new.get("Fields"), {me}):
            step.deny("PDF_ACROFORM_CHANGED", key="Fields")
        past, now = step.before(before.get("Fields")), step.after(new.get("Fields"))
        kept = [item for item in now if item in past] if isinstance(now, list) and isinstance(past, list) else []
        if isinstance(past, list) and not same(kept, past):
            step.deny("PDF_FIELD_REMOVED")

    def _resources(self, old: Value, new: Value, owner: int) -> bool:
        """Tell whether default resources only grew."""
        step = self.step
        before, after = step.before(old), step.after(new)
        if before is None:
            return True
        if not isinstance(before, dict) or not isinstance(after, dict) or not step.owned(old, new, {owner}):
            return False
        for key in differing(before, after):
            was, now = step.before(before.get(key)), step.after(after.get(key))
            if was is None:
                continue
            if not isinstance(was, dict) or not isinstance(now, dict):
                return False
            if any(name not in now or not same(value, now[name]) for name, value in was.items()):
                return False
        return True

    def _fields(self) -> None:
        step = self.step
        old, new = fields_of(step.pdf, step.old), fields_of(step.pdf, step.new)
        by_number: dict[int, Field] = {}
        for item in old:
            for ref in (item.ref, *item.widgets):
                if ref is not None:
                    by_number.setdefault(ref.number, item)
        now = {item.name for item in new}
        for item in old:
            if item.name not in now:
                step.deny("PDF_FIELD_REMOVED", item.name)
        for number in sorted(step.changed & by_number.keys()):
            self._field_changed(number, by_number[number])
        past = {item.name for item in old}
        for item in new:
            if item.name not in past:
                self._field_added(item)
        self._appearances(by_number)

    def _field_changed(self, number: int, item: Field) -> None:
        step = self.step
        before, after = step.value_before(number), step.value_after(number)
        step.explained.add(number)
        if not isinstance(before, dict) or not isinstance(after, dict):
            step.deny("PDF_FIELD_CHANGED", item.name)
            return
        keys = set(differing(before, after))
        if item.type == "Sig" and step.before(item.value) is None:
            one = self.closers.get(item.name)
            if keys <= _SIGNING and "V" in keys and one is not None:
                step.signed.append(item.name)
                self._signature(one, after)
            elif keys <= _SIGNING and one is None:
                step.unsure("PDF_FIELD_CHANGED", item.name)
            else:
                step.deny("PDF_FIELD_CHANGED", item.name, key=",".join(sorted(keys - _SIGNING)))
        elif item.type == "Sig" or not keys <= _FILLING:
            step.deny("PDF_FIELD_CHANGED", item.name, key=",".join(sorted(keys)))
        else:
            step.filled.append(item.name)
            step.unsure("PDF_FIELD_FILLED", item.name)

    def _field_added(self, item: Field) -> None:
        step = self.step
        if not item.type and item.kids:
            return
        if item.type != "Sig":
            step.deny("PDF_FIELD_ADDED", item.name)
            return
        one = self.closers.get(item.name)
        if one is None:
            code = "PDF_EMPTY_SIGNATURE_FIELD_ADDED" if item.value is None else "PDF_FIELD_ADDED"
            (step.deny if item.value is None else step.unsure)(code, item.name)
            return
        numbers = [ref.number for ref in (item.ref, *item.kids) if ref is not None]
        if any(number not in step.added for number in numbers):
            step.unsure("PDF_FIELD_ADDED", item.name)
            return
        self.new_widgets.update(numbers)
        shown = item.dictionary
        for number in numbers:
            value = step.value_after(number)
            if not isinstance(value, dict) or not value.keys() <= _NEW_FIELD:
                step.unsure("PDF_FIELD_ADDED", item.name)
                return
            if "Rect" in value:
                shown = value
        self._signature(one, shown)

    def _signature(self, one: Found, widget: dict[str, Value]) -> None:
        step = self.step
        box = _box(step.after(widget.get("Rect")))
        visible = box is not None and "AP" in widget
        page = None
        if visible and isinstance(widget.get("P"), Ref):
            pages = step.pdf.page_refs(step.new)
            page = next((place for place, ref in enumerate(pages, 1) if ref == widget["P"]), None)
        stamp = one.sub_filter == "ETSI.RFC3161"
        code = "PDF_TIMESTAMP_ADDED" if stamp else "PDF_SIGNATURE_ADDED"
        change = Change(code=code, permitted=True, page=page, box=box if visible else None, subject=one.field.name,
                        shown=visible)  # fmt: skip
        step.allow(_VALIDATION if stamp and not visible else _PERMITTED, change)

    def _appearances(self, by_number: dict[int, Field]) -> None:
        """Appearance streams of fields overwritten in place: not judged, when nobody else uses them."""
        step = self.step
        live = step.graph.live(step.old)
        for number in sorted(step.changed - step.explained):
            users = live.get(number, set())
            fields = [by_number[user] for user in users if user in by_number]
            if users and len(fields) == len(users) and all(item.type not in ("Sig", "") for item in fields):
                step.explained.add(number)
                step.filled.append(fields[0].name)
                step.unsure("PDF_FIELD_APPEARANCE", fields[0].name)

    # Pages and structure.

    def _pages(self) -> None:
        step = self.step
        live = step.graph.live(step.old)
        pages: set[int] = set()
        for number in sorted(step.changed):
            value = step.value_before(number)
            if isinstance(value, dict) and value.get("Type") == "Page":
                pages.add(number)
            elif isinstance(value, list):
                pages.update(user for user in live.get(number, ()) if user > 0 and _is_page(step.value_before(user)))
        for number in sorted(pages):
            self._page(number)

    def _page(self, number: int) -> None:
        step = self.step
        before, after = step.value_before(number), step.value_after(number)
        if not isinstance(before, dict) or not isinstance(after, dict):
            return
        if number in step.changed:
            step.explained.add(number)
            for key in differing(before, after):
                if key in ("Tabs", "StructParents", "LastModified", "PieceInfo"):
                    step.unsure("PDF_PAGE_CHANGED", page=self._page_number(number), key=key)
                elif key != "Annots":
                    step.deny("PDF_PAGE_CHANGED", page=self._page_number(number), key=key)
        old, new = before.get("Annots"), after.get("Annots")
        others = [value for key, value in before.items() if key != "Annots"]
        reused = isinstance(new, Ref) and any(new.number == ref.number for ref in references(others))
        if reused or not step.owned(old, new, {number}):
            return
        past, now = step.before(old), step.after(new)
        self._annotations(past if isinstance(past, list) else [], now if isinstance(now, list) else [], number)

    def _annotations(self, past: list[Value], now: list[Value], page: int) -> None:
        step = self.step
        known = {item for item in past if isinstance(item, Ref)}
        kept = [item for item in now if item in past]
        if not same(kept, past):
            step.deny("PDF_ANNOTATION_REMOVED", page=self._page_number(page))
        for item in now:
            if item in known or any(same(item, other) for other in past):
                continue
            if isinstance(item, Ref) and item.number in self.new_widgets:
                continue
            value = step.after(item)
            subtype = value.get("Subtype") if isinstance(value, dict) else None
            code = "PDF_WIDGET_WITHOUT_FIELD" if subtype == "Widget" else "PDF_ANNOTATION_ADDED"
            step.unsure(code, str(subtype or ""), page=self._page_number(page))

    def _page_number(self, number: int) -> int | None:
        pages = self.step.pdf.page_refs(self.step.old)
        return next((place for place, ref in enumerate(pages, 1) if ref.number == number), None)

    def _structure(self, catalog: dict[str, Value]) -> None:
        """Structure elements and annotations that changed are not judged; what they share with pages is denied."""
        step = self.step
        rest = step.changed - step.explained - {self.root}
        if not rest:
            return
        tree = self._structure_numbers(catalog.get("StructTreeRoot"))
        live = step.graph.live(step.old)
        for number in sorted(rest):
            value = step.value_before(number)
            if number in tree and live.get(number, set()) <= tree | {self.root}:
                step.explained.add(number)
                step.unsure("PDF_STRUCTURE_CHANGED", number=number)
            elif isinstance(value, dict) and "Subtype" in value and "Rect" in value and "FT" not in value:
                users = [step.value_before(user) for user in live.get(number, set()) if user > 0]
                if all(_is_page(user) or isinstance(user, list) or _is_annotation(user) for user in users):
                    step.explained.add(number)
                    step.unsure("PDF_ANNOTATION_CHANGED", str(value["Subtype"]))

    def _structure_numbers(self, place: Value) -> set[int]:
        found: set[int] = set()
        todo: list[Value] = [place]
        while todo:
            node = todo.pop()
            if isinstance(node, Ref):
                if node.number in found:
                    continue
                node_value = self.step.value_before(node.number)
                kind = node_value.get("Type") if isinstance(node_value, dict) else None
                if isinstance(node_value, Stream) or kind in ("Page", "Pages", "Annot", "Catalog"):
                    continue
                found.add(node.number)
                node = node_value
            if isinstance(node, dict):
                todo.extend(value for key, value in node.items() if key not in ("Pg", "Obj", "P", "Parent"))
            elif isinstance(node, list):
                todo.extend(node)
        return found


def _is_page(value: Value) -> bool:
    return isinstance(value, dict) and value.get("Type") == "Page"


def _is_annotation(value: Value) -> bool:
    return isinstance(value, dict) and "Subtype" in value and "Rect" in value


def _has_links(value: Stream) -> bool:
    return any(isinstance(item, Ref | list | dict) for key, item in value.dictionary.items()
               if key not in ("Length", "Filter", "DecodeParms"))  # fmt: skip


def _raised(old: Value, new: Value) -> bool:
    return isinstance(new, Name) and (old is None or (isinstance(old, Name) and old < new))


def _box(value: Value) -> tuple[float, float, float, float] | None:
    if not isinstance(value, list) or len(value) != 4:
        return None
    left, bottom, right, top = (float(item) if isinstance(item, int | float) else 0.0 for item in value)
    if left == right or bottom == top:
        return None
    return left, bottom, right, top
