"""What earlier signatures permit later revisions to do: DocMDP, FieldMDP and locks (12.8.2)."""

from __future__ import annotations

from dataclasses import dataclass

from edoc.formats.pdf.coverage import Found
from edoc.formats.pdf.document import Pdf
from edoc.formats.pdf.fields import text
from edoc.formats.pdf.values import Value

_REFERENCES = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Permission:
    """What one signature states; `level` is the DocMDP P or the lock's P (null: nothing stated)."""

    name: str
    certifies: bool
    level: int | None
    action: str = ""
    fields: tuple[str, ...] = ()

    def locks(self, name: str, *, signature: bool) -> bool:
        """Tell whether a field may no longer change; signing another field does not break `All`."""
        inside = any(name == item or name.startswith(f"{item}.") for item in self.fields)
        if self.action == "Include":
            return inside
        if self.action == "Exclude":
            return not inside and not signature
        return self.action == "All" and not signature


def permission_of(pdf: Pdf, one: Found) -> Permission:
    """Return what a signature states about later changes; an unknown P counts as 1."""
    certifies, level, action = False, None, ""
    names: tuple[str, ...] = ()
    listed = pdf.resolve(one.dictionary.get("Reference"))
    for item in listed[:_REFERENCES] if isinstance(listed, list) else []:
        reference = pdf.resolve(item)
        if not isinstance(reference, dict):
            continue
        parameters = pdf.resolve(reference.get("TransformParams"))
        settings = parameters if isinstance(parameters, dict) else {}
        method = pdf.resolve(reference.get("TransformMethod"))
        if method == "DocMDP":
            certifies = True
            level = _narrower(level, pdf.resolve(settings.get("P", 2)))
        elif method == "FieldMDP":
            action, names = str(pdf.resolve(settings.get("Action"))), _names(pdf, settings)
    lock = pdf.resolve(one.field.dictionary.get("Lock"))
    if isinstance(lock, dict):
        if "P" in lock:
            level = _narrower(level, pdf.resolve(lock["P"]))
        if not action:
            action, names = str(pdf.resolve(lock.get("Action"))), _names(pdf, lock)
    return Permission(name=one.field.name, certifies=certifies, level=level, action=action, fields=names)


def _narrower(level: int | None, value: Value) -> int:
    number = value if type(value) is int and value in (1, 2, 3) else 1
    return number if level is None else min(level, number)


def _names(pdf: Pdf, settings: dict[str, Value]) -> tuple[str, ...]:
    listed = pdf.resolve(settings.get("Fields"))
    return tuple(text(pdf.resolve(item)) for item in listed) if isinstance(listed, list) else ()
