"""The field tree: every form field once, with what it inherits (12.7.4)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from edoc.formats.pdf.errors import PdfError
from edoc.formats.pdf.values import Name, Ref, Value

if TYPE_CHECKING:
    from edoc.formats.pdf.document import Pdf
    from edoc.formats.pdf.xref import Revision

_NAME_OCTETS = 32 << 10
"""A full field name: longer ones only cost memory along a deep tree."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Field:
    """One field, or a kid that has a name of its own; widgets without a name belong to their parent."""

    name: str
    """Full name, parts joined by full stops."""
    ref: Ref | None
    """Null when the dictionary stands directly in its parent's array."""
    dictionary: dict[str, Value]
    type: str
    """`Tx`, `Btn`, `Ch`, `Sig`, inherited; empty when nobody says."""
    value: Value
    """The field's own /V, unresolved; null when absent."""
    flags: int = 0
    kids: tuple[Ref, ...] = ()
    """All entries of /Kids that are references."""
    widgets: tuple[Ref, ...] = field(default=())
    """The kids without a name."""


def text(value: Value) -> str:
    """Return a text string as text; anything else is the empty text."""
    if not isinstance(value, bytes):
        return ""
    if value[:2] == b"\xfe\xff":
        return bytes(value[2:]).decode("utf-16-be", "replace")
    if value[:3] == b"\xef\xbb\xbf":
        return bytes(value[3:]).decode("utf-8", "replace")
    return bytes(value).decode("latin-1")


def walk_fields(pdf: Pdf, revision: Revision) -> Iterator[Field]:
    """Yield the fields of a revision, parents before kids; raises PdfError(PDF_FIELD_LOOP, PDF_LIMIT)."""
    catalog = pdf.get(pdf.root_of(revision), revision)
    form = pdf.resolve(catalog.get("AcroForm"), revision) if isinstance(catalog, dict) else None
    listed = pdf.resolve(form.get("Fields"), revision) if isinstance(form, dict) else None
    if not isinstance(listed, list):
        return
    budget = pdf.limits.pdf_fields
    seen: set[int] = set()
    todo: list[tuple[Value, str, str, int, int]] = [(item, "", "", 0, 0) for item in reversed(listed)]
    while todo:
        item, prefix, kind, flags, depth = todo.pop()
        budget -= 1
        if budget < 0 or depth > pdf.limits.pdf_depth:
            raise PdfError("PDF_LIMIT", limit="pdf_fields")
        ref = item if isinstance(item, Ref) else None
        if ref is not None:
            if ref.number in seen:
                raise PdfError("PDF_FIELD_LOOP", number=ref.number)
            seen.add(ref.number)
        node = pdf.resolve(item, revision)
        if not isinstance(node, dict):
            continue
        own_type = pdf.resolve(node.get("FT"), revision) if "FT" in node else None
        own_flags = pdf.resolve(node.get("Ff"), revision) if "Ff" in node else None
        kind = str(own_type) if isinstance(own_type, Name) else kind
        flags = own_flags if type(own_flags) is int else flags
        named = "T" in node
        if named:
            part = text(pdf.resolve(node["T"], revision))
            name = f"{prefix}.{part}" if prefix else part
            if len(name) > _NAME_OCTETS:
                raise PdfError("PDF_LIMIT", limit="pdf_string_bytes")
        else:
            name = prefix
        kids = pdf.resolve(node.get("Kids"), revision) if "Kids" in node else None
        kid_list = kids if isinstance(kids, list) else []
        if len(todo) + len(kid_list) > budget:
            raise PdfError("PDF_LIMIT", limit="pdf_fields")
        if named or depth == 0 or "V" in node or "FT" in node:
            references = tuple(kid for kid in kid_list if isinstance(kid, Ref))
            yield Field(
                name=name, ref=ref, dictionary=node, type=kind, value=node.get("V"), flags=flags, kids=references,
                widgets=tuple(kid for kid in references if _is_widget(pdf, kid, revision)),
            )  # fmt: skip
        todo.extend((kid, name, kind, flags, depth + 1) for kid in reversed(kid_list))


def _is_widget(pdf: Pdf, ref: Ref, revision: Revision) -> bool:
    node = pdf.get(ref, revision)
    return isinstance(node, dict) and "T" not in node
