"""The form in an update: signature fields filled and made, locks, and the catalog's note of a certification.

ISO 32000-2 12.7.4, 12.7.5.5 (fields and their locks), 12.8.2 (what signatures permit), 12.8.6 (permissions).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from edoc.errors import ConfigError, InputError
from edoc.formats.pdf.append_write import IncrementalUpdate, is_text, text_string, write_value
from edoc.formats.pdf.document import Pdf
from edoc.formats.pdf.errors import PdfError
from edoc.formats.pdf.fields import Field
from edoc.formats.pdf.values import Name, Ref, RepeatedKeys, Value

Box = tuple[float, float, float, float]
_LOCKED_AND_PRINTED = 132
_SIGNATURES_EXIST = 1
_APPEND_ONLY = 2
_FRAME = b"q 0.5 G 0.5 w %s %s %s %s re S Q"
"""A thin grey frame: where the signature stands on the page, and nothing that could be taken for a verdict."""
_CLIMB = 64
"""Page tree nodes climbed for an inherited entry."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LockEntries:
    """What a signature locks (tables 235, 258): `action` is All, Include or Exclude, `permission` /P."""

    action: str
    fields: tuple[str | bytes, ...] = ()
    """Full names; octets are text strings as they stand in the document."""
    permission: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldEntries:
    """Which field is signed, and what it is given when it is made."""

    name: str | None = None
    """Full name: an empty field is filled, a missing one made; null makes `Signature1`, ..."""
    page: int | None = None
    """Page of a new field, from 1; null: the first."""
    box: Box | None = None
    """Left, bottom, right, top in the page's units; null: an invisible field."""
    lock: LockEntries | None = None


def single(pdf: Pdf, ref: Ref) -> dict[str, Value]:
    """Return a dictionary to be written again; raises PdfError for none, or one that names a key twice."""
    value = pdf.get(ref)
    if not isinstance(value, dict) or isinstance(value, RepeatedKeys):
        # A dictionary that names a key twice cannot be rewritten without choosing one of the two.
        raise PdfError("PDF_DUPLICATE_KEY" if isinstance(value, dict) else "PDF_ROOT", number=ref.number)
    return value


def lock_dictionary(lock: LockEntries, *, kind: str) -> dict[str, Value]:
    """Return a lock as the dictionary of a field (`SigFieldLock`) or of a signature (`TransformParams`)."""
    entries: dict[str, Value] = {"Type": Name(kind), "Action": Name(lock.action)}
    if lock.action != "All":
        entries["Fields"] = [text_string(name) if isinstance(name, str) else name for name in lock.fields]
    if kind == "TransformParams":
        entries["V"] = Name("1.2")
    elif lock.permission is not None:
        entries["P"] = lock.permission
    return entries


class FormUpdate:
    """What an update does to the fields, to the page that shows them, and to the catalog."""

    def __init__(self, pdf: Pdf, update: IncrementalUpdate) -> None:
        self._pdf = pdf
        self._update = update
        self._catalog = single(pdf, pdf.root)
        self._changed: dict[str, Value] = {}

    def fill(self, target: Field, signature: Ref, lock: LockEntries | None) -> None:
        """Put a signature into an empty field, with a lock where it gets one."""
        if target.ref is None:
            raise PdfError("PDF_FIELD_DIRECT")
        entries: dict[str, Value] = {**single(self._pdf, target.ref), "V": signature}
        if lock is not None:
            entries["Lock"] = self._locked(lock)
        self._update.put_value(target.ref, entries)
        self._form(None)

    def make(self, name: str, signature: Ref, field: FieldEntries) -> None:
        """Make a field on a page, and let page and form name it."""
        page_ref = self._page(field.page)
        page = single(self._pdf, page_ref)
        widget = self._update.new_ref()
        entries: dict[str, Value] = {
            "Type": Name("Annot"), "Subtype": Name("Widget"), "FT": Name("Sig"), "T": text_string(name),
            "F": _LOCKED_AND_PRINTED, "Rect": [0, 0, 0, 0], "P": page_ref, "V": signature,
        }  # fmt: skip
        if field.box is not None:
            self._refuse_off_page(field.box, page)
            entries["Rect"] = list(field.box)
            entries["AP"] = {"N": self._frame(field.box)}
        if field.lock is not None:
            entries["Lock"] = self._locked(field.lock)
        self._update.put_value(widget, entries)
        annotations = page.get("Annots")
        if not self._extend(annotations, widget):
            self._update.put_value(page_ref, {**page, "Annots": self._with(annotations, widget)})
        self._form(widget)

    def certify(self, signature: Ref) -> None:
        """Let the catalog name the certification (12.8.6, table 263)."""
        place = self._catalog.get("Perms")
        found = self._pdf.resolve(place)
        if found is not None and (not isinstance(found, dict) or isinstance(found, RepeatedKeys)):
            raise PdfError("PDF_PERMS")
        permissions: dict[str, Value] = {**(found or {}), "DocMDP": signature}
        if isinstance(place, Ref) and found is not None:
            self._update.put_value(place, permissions)
        else:
            self._changed["Perms"] = permissions

    def close(self) -> None:
        """Write the catalog when one of its entries changed."""
        if self._changed:
            self._update.put_value(self._pdf.root, {**self._catalog, **self._changed})

    def _locked(self, lock: LockEntries) -> Ref:
        # Table 235: an indirect reference.
        ref = self._update.new_ref()
        self._update.put_value(ref, lock_dictionary(lock, kind="SigFieldLock"))
        return ref

    def _frame(self, box: Box) -> Ref:
        """Return an appearance that only frames its box (12.5.5; PDF 2.0 wants one wherever there is room)."""
        width, height = box[2] - box[0], box[3] - box[1]
        inner = (0.25, 0.25, max(width - 0.5, 0.0), max(height - 0.5, 0.0))
        content = _FRAME % tuple(write_value(number) for number in inner)
        entries: dict[str, Value] = {
            "Type": Name("XObject"), "Subtype": Name("Form"), "BBox": [0, 0, width, height], "Resources": {},
        }  # fmt: skip
        ref = self._update.new_ref()
        self._update.put_stream(ref, entries, content)
        return ref

    def _page(self, number: int | None) -> Ref:
        count = 0
        for count, ref in enumerate(self._pdf.page_refs(), 1):
            if count == (number or 1):
                return ref
        if not count:
            raise InputError("PDF_SIGNING_NO_PAGE", subject=self._pdf.document.name)
        raise ConfigError("FIELD_PAGE_MISSING", subject=str(number), params={"count": str(count)})

    def _refuse_off_page(self, box: Box, page: dict[str, Value]) -> None:
        """Raise for a box that a reader would not see: it ends outside the part of the page that is shown."""
        shown = self._shown(page)
        if shown is None or not (shown[0] <= box[0] and shown[1] <= box[1] and box[2] <= shown[2] and box[3] <= shown[3]):
            params = {"page": _numbers(shown) if shown is not None else "?"}
            raise ConfigError("FIELD_BOX_OFF_PAGE", subject=_numbers(box), params=params)

    def _shown(self, page: dict[str, Value]) -> Box | None:
        """Return the part of a page that is shown: /CropBox, else /MediaBox, inherited (7.7.3.4)."""
        found: dict[str, Value] = {}
        node: Value = page
        for _ in range(_CLIMB):
            if not isinstance(node, dict):
                break
            for key in ("CropBox", "MediaBox"):
                if key in node:
                    found.setdefault(key, self._pdf.resolve(node[key]))
            node = self._pdf.resolve(node.get("Parent"))
        value = found.get("CropBox", found.get("MediaBox"))
        numbers = [self._pdf.resolve(item) for item in value] if isinstance(value, list) else []
        if len(numbers) != 4:
            return None
        a, b, c, d = (float(item) if isinstance(item, int | float) else math.nan for item in numbers)
        return min(a, c), min(b, d), max(a, c), max(b, d)

    def _form(self, widget: Ref | None) -> None:
        """Let the form name the new field, and say that signatures exist (SigFlags 3)."""
        place = self._catalog.get("AcroForm")
        form = self._pdf.resolve(place)
        if form is None:
            form = {}
        if not isinstance(form, dict) or isinstance(form, RepeatedKeys):
            raise PdfError("PDF_ACROFORM")
        changed: dict[str, Value] = {}
        flags = self._pdf.resolve(form.get("SigFlags", 0))
        wanted = (flags if isinstance(flags, int) else 0) | _SIGNATURES_EXIST | _APPEND_ONLY
        if flags != wanted:
            changed["SigFlags"] = wanted
        if widget is not None and not self._extend(form.get("Fields"), widget):
            changed["Fields"] = self._with(form.get("Fields"), widget)
        if not changed:
            return
        if isinstance(place, Ref) and self._pdf.resolve(place) is not None:
            self._update.put_value(place, {**form, **changed})
        else:
            self._changed["AcroForm"] = {**form, **changed}

    def _extend(self, place: Value, item: Ref) -> bool:
        """Rewrite an array that is an object of its own; false when it is not one."""
        if not isinstance(place, Ref):
            return False
        listed = self._pdf.get(place)
        if not isinstance(listed, list):
            return False
        self._update.put_value(place, [*listed, item])
        return True

    def _with(self, place: Value, item: Ref) -> list[Value]:
        listed = self._pdf.resolve(place)
        return [*listed, item] if isinstance(listed, list) else [item]


def new_name(asked: str | None, fields: list[Field], *, stem: str) -> str:
    """Return the name of a field to be made; raises `ConfigError` FIELD_NAME_UNUSABLE."""
    taken = {item.name.split(".", 1)[0] for item in fields}
    if asked is not None:
        if not asked or "." in asked or asked in taken or not is_text(asked):
            raise ConfigError("FIELD_NAME_UNUSABLE", subject=asked)
        return asked
    number = 1
    while f"{stem}{number}" in taken:
        number += 1
    return f"{stem}{number}"


def _numbers(box: Box) -> str:
    return " ".join(f"{number:g}" for number in box)
