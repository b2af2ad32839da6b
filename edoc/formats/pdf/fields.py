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
    """Yield the fields of a revision, parents before kids; what did not change since another one is not read again.

    Raises PdfError(PDF_FIELD_LOOP, PDF_DUPLICATE_KEY, PDF_LIMIT); a signature field's own repeated keys
    are told with its signature.
    """
    form = form_of(pdf, revision)
    listed = pdf.resolve(form.get("Fields"), revision) if form is not None else None
    if not isinstance(listed, list):
        return
    _spend(pdf, len(listed), 0)
    seen: set[int] = set()
    for place, item in enumerate(listed, 1):
        branch = _branch(pdf, item, revision, len(listed) - place)
        if not seen.isdisjoint(branch.seen):
            raise PdfError("PDF_FIELD_LOOP", number=min(seen & branch.seen))
        seen |= branch.seen
        yield from branch.fields


@dataclass(slots=True, eq=False)
class Branch:
    """The fields under one entry of the form, in the revisions from `first` up to before `beyond`."""

    fields: list[Field] = field(default_factory=list)
    seen: set[int] = field(default_factory=set)
    """Numbers of the objects that are fields or widgets."""
    visits: int = 0
    waiting: int = 0
    """The most kids that waited for a visit at one time."""
    first: int = 0
    beyond: int = 0


def _branch(pdf: Pdf, item: Value, revision: Revision, siblings: int) -> Branch:
    """Return the fields under an entry of the form; `siblings` of it wait for their turn."""
    if not isinstance(item, Ref) or len(pdf.revisions) == 1:
        return _Walk(pdf, revision, siblings).run(item)
    kept = pdf.branches.setdefault(item, [])
    for known in kept:
        if known.first <= revision.index < known.beyond:
            _spend(pdf, siblings + known.waiting, 0, visits=known.visits)
            return known
    walk = _Walk(pdf, revision, siblings)
    branch = walk.run(item)
    branch.first, branch.beyond = pdf.unchanged(walk.read, revision)
    kept.append(branch)
    return branch


class _Walk:
    """Reads one branch, and notes every object that it read."""

    def __init__(self, pdf: Pdf, revision: Revision, siblings: int) -> None:
        self._pdf = pdf
        self._revision = revision
        self._siblings = siblings
        self.read: set[int] = set()

    def run(self, item: Value) -> Branch:
        pdf, branch = self._pdf, Branch()
        todo: list[tuple[Value, _Inherited]] = [(item, _Inherited())]
        while todo:
            item, above = todo.pop()
            _spend(pdf, 0, above.depth, visits=1)
            branch.visits += 1
            ref = item if isinstance(item, Ref) else None
            if ref is not None:
                if ref.number in branch.seen:
                    raise PdfError("PDF_FIELD_LOOP", number=ref.number)
                branch.seen.add(ref.number)
            node = self._resolve(item)
            if not isinstance(node, dict):
                continue
            own = self._inherit(node, above)
            if own.type != "Sig":
                _single(node)
            kids = self._resolve(node["Kids"]) if "Kids" in node else None
            kid_list = kids if isinstance(kids, list) else []
            branch.waiting = max(branch.waiting, len(todo) + len(kid_list))
            _spend(pdf, self._siblings + len(todo) + len(kid_list), 0)
            if "T" in node or above.depth == 0 or "V" in node or "FT" in node:
                references = tuple(kid for kid in kid_list if isinstance(kid, Ref))
                branch.fields.append(Field(
                    name=own.name, ref=ref, dictionary=node, type=own.type, value=node.get("V"), flags=own.flags,
                    kids=references, widgets=tuple(kid for kid in references if self._is_widget(kid)),
                ))  # fmt: skip
            todo.extend((kid, own) for kid in reversed(kid_list))
        return branch

    def _resolve(self, value: Value) -> Value:
        """As `Pdf.resolve`, each object on the way noted."""
        hops = self._pdf.limits.pdf_reference_hops
        while isinstance(value, Ref):
            if hops == 0:
                raise PdfError("PDF_REF_LOOP", number=value.number)
            hops -= 1
            self.read.add(value.number)
            value = self._pdf.get_direct(value, self._revision)
        return value

    def _inherit(self, node: dict[str, Value], above: _Inherited) -> _Inherited:
        kind = self._resolve(node["FT"]) if "FT" in node else None
        flags = self._resolve(node["Ff"]) if "Ff" in node else None
        name = above.name
        if "T" in node:
            part = text(self._resolve(node["T"]))
            name = f"{name}.{part}" if name else part
            if len(name) > _NAME_OCTETS:
                raise PdfError("PDF_LIMIT", limit="pdf_string_bytes")
        return _Inherited(
            name, str(kind) if isinstance(kind, Name) else above.type,
            flags if type(flags) is int else above.flags, above.depth + 1,
        )  # fmt: skip

    def _is_widget(self, ref: Ref) -> bool:
        node = self._resolve(ref)
        return isinstance(node, dict) and "T" not in node


def _spend(pdf: Pdf, waiting: int, depth: int, *, visits: int = 0) -> None:
    """Count visits and what waits for one; walks of all revisions share one budget."""
    limits = pdf.limits
    pdf.budget.fields += visits
    if pdf.budget.fields > _WALKS * limits.pdf_fields or waiting > limits.pdf_fields or depth > limits.pdf_depth:
        raise PdfError("PDF_LIMIT", limit="pdf_fields")
