"""The verification report that a PDF carries as its only attached file, and which signatures cover it (7.11.4)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from edoc.facts.reported import CarriedReport
from edoc.facts.signature import SignatureFacts
from edoc.formats.carried import REPORT_NAME, is_report, make_carried
from edoc.formats.pdf.document import Pdf
from edoc.formats.pdf.errors import PdfError
from edoc.formats.pdf.graph import Graph
from edoc.formats.pdf.sections import Revision
from edoc.formats.pdf.values import Ref, RepeatedKeys, Stream, Value

_NODES = 1_000
"""Nodes and entries of the tree of attached files."""
_OBJECTS = 20_000
"""Objects that are searched for further files: a sheet of many pages has some hundred."""
_REVISIONS = 20
"""Signed revisions that are looked at: a report is sealed once, and perhaps extended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Attached:
    """An attached file: its name as readers show it, and its stream."""

    name: str
    stream: Ref


def carried_report(pdf: Pdf, signatures: Iterable[SignatureFacts]) -> CarriedReport | None:
    """Return the report that a document carries, null when it carries none; never raises.

    A document with any other file attached, wherever in it, carries no report that could be relied on: a
    reader could be shown the other one.
    """
    try:
        named = [item for item in _listed(pdf, pdf.last) if item.name == REPORT_NAME]
        if not named:
            return None
        octets = _octets(pdf, named[0], pdf.last)
        if not is_report(octets):
            return None
        if _streams(pdf, pdf.last) != {named[0].stream}:
            return make_carried(REPORT_NAME, octets, problem="other files are attached beside it")
        covered = tuple(item.id for item in signatures if _covers(pdf, item, octets))
    except PdfError as problem:
        # Whatever is broken about it is told where the document itself is judged.
        return CarriedReport(name=REPORT_NAME, sha256="", statement=None, problem=problem.code)
    return make_carried(REPORT_NAME, octets, covered_by=covered)


def _covers(pdf: Pdf, signature: SignatureFacts, octets: bytes) -> bool:
    """Tell whether the revision that a signature closes carries the same report, and no other file."""
    end = signature.covered_until
    if end is None or not signature.covers_whole_document:
        return False
    revisions = [item for item in pdf.revisions[:_REVISIONS] if item.content_end <= end <= item.end]
    if not revisions:
        return False
    listed = _listed(pdf, revisions[0])
    if [item.name for item in listed] != [REPORT_NAME] or _streams(pdf, revisions[0]) != {listed[0].stream}:
        return False
    return _octets(pdf, listed[0], revisions[0]) == octets


def _octets(pdf: Pdf, attached: _Attached, revision: Revision) -> bytes:
    stream = pdf.get(attached.stream, revision)
    if isinstance(stream, Stream):
        _once(stream.dictionary)
    return pdf.stream_data(stream, revision) if isinstance(stream, Stream) else b""


def _listed(pdf: Pdf, revision: Revision) -> list[_Attached]:
    """Return the files that the catalog lists (7.7.4), in order."""
    names = _once(pdf.resolve(pdf.catalog(revision).get("Names"), revision))
    if not isinstance(names, dict) or "EmbeddedFiles" not in names:
        return []
    found: list[_Attached] = []
    todo, seen = [names["EmbeddedFiles"]], 0
    while todo:
        node = _once(pdf.resolve(todo.pop(), revision))
        seen += 1
        if not isinstance(node, dict) or seen > _NODES:
            raise PdfError("PDF_LIMIT", limit="attached files")
        kids = pdf.resolve(node.get("Kids"), revision)
        todo.extend(reversed(kids) if isinstance(kids, list) else ())
        pairs = pdf.resolve(node.get("Names"), revision)
        for place in (pairs[1 : 2 * _NODES : 2] if isinstance(pairs, list) else ()):
            found.extend(_file(pdf, place, revision))
    return found


def _file(pdf: Pdf, place: Value, revision: Revision) -> Iterator[_Attached]:
    """Yield what a file specification embeds (7.11.3); two names or two streams make two files."""
    specification = _once(pdf.resolve(place, revision))
    embedded = _once(pdf.resolve(specification.get("EF"), revision)) if isinstance(specification, dict) else None
    if not isinstance(specification, dict) or not isinstance(embedded, dict):
        return
    names = {_text(pdf.resolve(specification.get(key), revision)) for key in ("F", "UF") if key in specification}
    streams = {value for value in embedded.values() if isinstance(value, Ref)}
    for name in sorted(names):
        for stream in sorted(streams):
            yield _Attached(name=name, stream=stream)


def _once(value: Value) -> Value:
    """Return a value; raises PdfError for a dictionary that names a key twice: two readers could take either."""
    if isinstance(value, RepeatedKeys):
        raise PdfError("PDF_DUPLICATE_KEY", key=value.repeated[0])
    return value


def _streams(pdf: Pdf, revision: Revision) -> set[Ref]:
    """Return every stream that any file specification of a revision embeds, listed or hung on a page."""
    graph = Graph(pdf, revision)
    if len(graph.live) > _OBJECTS:
        raise PdfError("PDF_LIMIT", limit="attached files")
    found: set[Ref] = set()
    for number in graph.live:
        entry = pdf.entry(number, revision)
        todo: list[Value] = [pdf.get_direct(Ref(number, _generation(entry)), revision)] if entry is not None else []
        while todo:
            node = todo.pop()
            if isinstance(node, dict):
                todo.extend(node.values())
                embedded = pdf.resolve(node.get("EF"), revision)
                if isinstance(embedded, dict):
                    found.update(value for value in embedded.values() if isinstance(value, Ref))
            elif isinstance(node, list):
                todo.extend(node)
            elif isinstance(node, Stream):
                todo.append(node.dictionary)
    return found


def _generation(entry: tuple[tuple[int, int, int], Revision]) -> int:
    kind, _, extra = entry[0]
    return extra if kind == 1 else 0


def _text(value: Value) -> str:
    if not isinstance(value, bytes):
        return ""
    return value[2:].decode("utf-16-be", "replace") if value.startswith(b"\xfe\xff") else value.decode("latin-1")
