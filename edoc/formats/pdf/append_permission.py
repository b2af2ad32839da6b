"""Whether a document lets itself be signed once more (ISO 32000-2 12.8.2): asked before anything is written."""

from __future__ import annotations

from collections.abc import Iterator

from edoc.errors import ConfigError, InputError
from edoc.formats.pdf.append_form import LockEntries
from edoc.formats.pdf.document import Pdf
from edoc.formats.pdf.fields import Field
from edoc.formats.pdf.values import Value

_REFERENCES = 64
"""Signature references of one signature; real ones have one or two."""
_MODIFY, _ANNOTATE, _FILL = 1 << 3, 1 << 5, 1 << 8
"""What the owner of an encrypted document may permit (table 22)."""
_LEVELS = (1, 2, 3)
"""What /P may be (table 257)."""


def refuse_forbidden(pdf: Pdf, fields: list[Field], *, lock: LockEntries | None = None) -> None:
    """Raise `InputError` when an earlier signature forbids every further one.

    A certification with P=1 (or an unknown P) and a field lock with P=1 allow no further signature
    (12.8.2.2, table 235).  Raises `ConfigError` SIGN_LOCK_WIDER for a new lock that would permit more than
    an earlier signature does, which it cannot (12.8.2.4).
    """
    for field, signature in _signed(pdf, fields):
        held = _lock(pdf, field)
        stated = [("PDF_SIGNING_FORBIDDEN_BY_LOCK", pdf.resolve(held["P"]))] if held is not None and "P" in held else []
        for transform, parameters in _references(pdf, signature):
            if transform == "DocMDP":
                stated.append(("PDF_SIGNING_FORBIDDEN_BY_CERTIFICATION", pdf.resolve(parameters.get("P", 2))))
        for code, level in stated:
            if type(level) is not int or level not in (2, 3):
                raise InputError(code, subject=field.name)
            if lock is not None and lock.permission is not None and lock.permission > level:
                raise ConfigError("SIGN_LOCK_WIDER", subject=field.name)


def refuse_protected(pdf: Pdf, name: str, *, fills: bool) -> None:
    """Raise `InputError` PDF_SIGNING_FORBIDDEN_BY_OWNER where the owner of an encrypted document permits no signature.

    An empty field may be filled with bit 6 or 9 of /P, a new one made with bits 4 and 6 (table 22); whoever gave the
    owner's password may do everything.
    """
    opened = pdf.decryptor
    if opened is None or opened.as_owner:
        return
    given = opened.settings.permissions
    fill = given & _ANNOTATE or (opened.settings.revision >= 3 and given & _FILL)
    make = given & _ANNOTATE and given & _MODIFY
    if not (fill if fills else make):
        raise InputError("PDF_SIGNING_FORBIDDEN_BY_OWNER", subject=pdf.document.name, params={"field": name})


def refuse_late_certification(pdf: Pdf, fields: list[Field]) -> None:
    """Raise `InputError` CERTIFICATION_TOO_LATE unless the document has no signature or time-stamp yet (12.8.1)."""
    earlier = next((field.name for field, _ in _signed(pdf, fields)), None)
    permissions = pdf.resolve(pdf.catalog().get("Perms"))
    if earlier is None and isinstance(permissions, dict) and permissions.get("DocMDP") is not None:
        earlier = "DocMDP"
    if earlier is not None:
        raise InputError("CERTIFICATION_TOO_LATE", subject=pdf.document.name, params={"by": earlier})


def refuse_locked(pdf: Pdf, fields: list[Field], target: str) -> None:
    """Raise `ConfigError` when an earlier signature locks the very field that is to be signed (12.8.2.4)."""
    for field, signature in _signed(pdf, fields):
        held = _lock(pdf, field)
        locks = [parameters for transform, parameters in _references(pdf, signature) if transform == "FieldMDP"]
        if any(_names(pdf, item, target) for item in (*locks, *([held] if held is not None else []))):
            raise ConfigError("FIELD_LOCKED", subject=target, params={"by": field.name})


def refuse_unknown_names(lock: LockEntries, fields: list[Field], own: str) -> None:
    """Raise `ConfigError` SIGN_LOCK_FIELD_MISSING for a name that no field has: a misspelt lock locks nothing."""
    known = {own}
    for item in fields:
        parts = item.name.split(".")
        known.update(".".join(parts[:count]) for count in range(1, len(parts) + 1))
    for name in lock.fields:
        if isinstance(name, str) and name not in known:
            raise ConfigError("SIGN_LOCK_FIELD_MISSING", subject=name)


def lock_of(pdf: Pdf, field: Field) -> LockEntries | None:
    """Return what the lock of an empty field demands of its signature (table 235), null without a lock.

    Raises `ConfigError` FIELD_LOCK_UNREADABLE for a lock that says something unknown: nobody could tell
    what the signature would lock.
    """
    held = pdf.resolve(field.dictionary.get("Lock"))
    if held is None:
        return None
    listed = pdf.resolve(held.get("Fields")) if isinstance(held, dict) else None
    names = [pdf.resolve(item) for item in listed] if isinstance(listed, list) else []
    action = pdf.resolve(held.get("Action")) if isinstance(held, dict) else None
    permission = pdf.resolve(held.get("P")) if isinstance(held, dict) else None
    texts = tuple(name for name in names if isinstance(name, bytes))
    known = action == "All" or (action in ("Include", "Exclude") and isinstance(listed, list))
    if not known or len(texts) != len(names) or not (permission is None or type(permission) is int and permission in _LEVELS):
        raise ConfigError("FIELD_LOCK_UNREADABLE", subject=field.name)
    return LockEntries(action=str(action), fields=texts, permission=permission)


def _signed(pdf: Pdf, fields: list[Field]) -> Iterator[tuple[Field, dict[str, Value]]]:
    for field in fields:
        if field.type == "Sig" and isinstance(signature := pdf.resolve(field.value), dict):
            yield field, signature


def _lock(pdf: Pdf, field: Field) -> dict[str, Value] | None:
    lock = pdf.resolve(field.dictionary.get("Lock"))
    return lock if isinstance(lock, dict) else None


def _names(pdf: Pdf, parameters: dict[str, Value], target: str) -> bool:
    listed = pdf.resolve(parameters.get("Fields"))
    if not isinstance(listed, list):
        return False
    names = [text for item in listed if (text := field_text(pdf.resolve(item))) is not None]
    inside = any(target == name or target.startswith(f"{name}.") for name in names)
    # `All` locks form fields; signing another signature field does not break it in practice, so only
    # a field that is named is refused.
    return inside and pdf.resolve(parameters.get("Action")) == "Include"


def field_text(value: Value) -> str | None:
    """Return the text of a text string."""
    if not isinstance(value, bytes):
        return None
    if value[:2] == b"\xfe\xff":
        return value[2:].decode("utf-16-be", "replace")
    return value.decode("utf-8" if value[:3] == b"\xef\xbb\xbf" else "latin-1", "replace")


def _references(pdf: Pdf, signature: dict[str, Value]) -> list[tuple[str, dict[str, Value]]]:
    listed = pdf.resolve(signature.get("Reference"))
    if not isinstance(listed, list):
        return []
    found = []
    for item in listed[:_REFERENCES]:
        reference = pdf.resolve(item)
        if not isinstance(reference, dict):
            continue
        parameters = pdf.resolve(reference.get("TransformParams"))
        method = pdf.resolve(reference.get("TransformMethod"))
        found.append((str(method), parameters if isinstance(parameters, dict) else {}))
    return found
