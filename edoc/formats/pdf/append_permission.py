"""Whether a document lets itself be signed once more (ISO 32000-2 12.8.2): asked before anything is written."""

from __future__ import annotations

from edoc.errors import ConfigError, InputError
from edoc.formats.pdf.document import Pdf
from edoc.formats.pdf.fields import Field
from edoc.formats.pdf.values import Value

_REFERENCES = 64
"""Signature references of one signature; real ones have one or two."""


def refuse_forbidden(pdf: Pdf, fields: list[Field]) -> None:
    """Raise `InputError` when an earlier signature forbids every further one.

    A certification with P=1 (or an unknown P) and a field lock with P=1 allow no further signature
    (12.8.2.2, table 236).
    """
    for field in fields:
        if field.type != "Sig" or not isinstance(signature := pdf.resolve(field.value), dict):
            continue
        lock = pdf.resolve(field.dictionary.get("Lock"))
        if isinstance(lock, dict) and "P" in lock and pdf.resolve(lock["P"]) not in (2, 3):
            raise InputError("PDF_SIGNING_FORBIDDEN_BY_LOCK", subject=field.name)
        for transform, parameters in _references(pdf, signature):
            if transform == "DocMDP" and pdf.resolve(parameters.get("P", 2)) not in (2, 3):
                raise InputError("PDF_SIGNING_FORBIDDEN_BY_CERTIFICATION", subject=field.name)


def refuse_locked(pdf: Pdf, fields: list[Field], target: str) -> None:
    """Raise `ConfigError` when an earlier signature locks the very field that is to be signed (12.8.2.4)."""
    for field in fields:
        if field.type != "Sig" or not isinstance(signature := pdf.resolve(field.value), dict):
            continue
        for transform, parameters in _references(pdf, signature):
            if transform == "FieldMDP" and _names(pdf, parameters, target):
                raise ConfigError("FIELD_LOCKED", subject=target, params={"by": field.name})


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
