"""The field tree: every form field once, with what it inherits (12.7.4)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from edoc.formats.pdf.errors import PdfError
from edoc.formats.pdf.values import Name, Ref, RepeatedKeys, Value

if TYPE_CHECKING:
    from edoc.formats.pdf.document import Pdf
    from edoc.formats.pdf.sections import Revision

_NAME_OCTETS = 32 << 10
"""A full field name: longer ones only cost memory along a deep tree."""
_WALKS = 4
"""Walks of the largest form that one document may cost; every signature needs that of its own revision."""


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


@dataclass(frozen=True, slots=True)
class _Inherited:
    name: str = ""
    type: str = ""
    flags: int = 0
    depth: int = 0


def form_of(pdf: Pdf, revision: Revision) -> dict[str, Value] | None:
    """Return the interactive form, null when there is none; raises PdfError(PDF_DUPLICATE_KEY)."""
    form = pdf.resolve(pdf.catalog(revision).get("AcroForm"), revision)
    return _single(form) if isinstance(form, dict) else None


def _single(node: dict[str, Value]) -> dict[str, Value]:
    # Readers choose differently between two values of one key, so that a form with both has two meanings.
    if isinstance(node, RepeatedKeys):
        raise PdfError("PDF_DUPLICATE_KEY", key=node.repeated[0])
    return node


def walk_fields(pdf: Pdf, revision: Revision) -> Iterator[Field]:
    """Yield the fields of a revision, parents before kids.

    Raises PdfError(PDF_FIELD_LOOP, PDF_DUPLICATE_KEY, PDF_LIMIT); a signature field's own repeated keys
    are told with its signature.
    """
    form = form_of(pdf, revision)
    listed = pdf.resolve(form.get("Fields"), revision) if form is not None else None
    if not isinstance(listed, list):
        return
    _spend(pdf, len(listed), 0)
    seen: set[int] = set()
    todo: list[tuple[Value, _Inherited]] = [(item, _Inherited()) for item in reversed(listed)]
    while todo:
        item, above = todo.pop()
        _spend(pdf, 0, above.depth, visits=1)
        ref = item if isinstance(item, Ref) else None
        if ref is not None:
            if ref.number in seen:
                raise PdfError("PDF_FIELD_LOOP", number=ref.number)
            seen.add(ref.number)
        node = pdf.resolve(item, revision)
        if not isinstance(node, dict):
            continue
        own = _inherit(pdf, node, above, revision)
        if own.type != "Sig":
            _single(node)
        kids = pdf.resolve(node.get("Kids"), revision) if "Kids" in node else None
        kid_list = kids if isinstance(kids, list) else []
        _spend(pdf, len(todo) + len(kid_list), 0)
        if "T" in node or above.depth == 0 or "V" in node or "FT" in node:
            references = tuple(kid for kid in kid_list if isinstance(kid, Ref))
            yield Field(
                name=own.name, ref=ref, dictionary=node, type=own.type, value=node.get("V"), flags=own.flags,
                kids=references, widgets=tuple(kid for kid in references if _is_widget(pdf, kid, revision)),
            )  # fmt: skip
        todo.extend((kid, own) for kid in reversed(kid_list))


def _spend(pdf: Pdf, waiting: int, depth: int, *, visits: int = 0) -> None:
    """Count visits and what waits for one; walks of all revisions share one budget."""
    limits = pdf.limits
    pdf.budget.fields += visits
    if pdf.budget.fields > _WALKS * limits.pdf_fields or waiting > limits.pdf_fields or depth > limits.pdf_depth:
        raise PdfError("PDF_LIMIT", limit="pdf_fields")


def _inherit(pdf: Pdf, node: dict[str, Value], above: _Inherited, revision: Revision) -> _Inherited:
    kind = pdf.resolve(node.get("FT"), revision) if "FT" in node else None
    flags = pdf.resolve(node.get("Ff"), revision) if "Ff" in node else None
    name = above.name
    if "T" in node:
        part = text(pdf.resolve(node["T"], revision))
        name = f"{name}.{part}" if name else part
        if len(name) > _NAME_OCTETS:
            raise PdfError("PDF_LIMIT", limit="pdf_string_bytes")
    return _Inherited(
        name, str(kind) if isinstance(kind, Name) else above.type,
        flags if type(flags) is int else above.flags, above.depth + 1,
    )  # fmt: skip


def _is_widget(pdf: Pdf, ref: Ref, revision: Revision) -> bool:
    node = pdf.get(ref, revision)
    return isinstance(node, dict) and "T" not in node
