"""What can change the view of a signed document without a change of octets: scripts, layers, media (attack PDF-27)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from edoc.facts.document import Buffer
from edoc.facts.findings import Finding, warning
from edoc.formats.pdf.coverage import Found, fields_of
from edoc.formats.pdf.document import Pdf
from edoc.formats.pdf.errors import PdfError
from edoc.formats.pdf.lex import END
from edoc.formats.pdf.sections import Revision
from edoc.formats.pdf.values import PdfString, Ref, Stream, Value

_PLAIN_NAMES = (
    rb"(?:J(?:S|avaScript)|AA|Launch|XFA|OCProperties|RichMedia\w*+|Screen|Movie|3D|Sound|Rendition|GoTo3DView"
    rb"|SetOCGState|Hide|ImportData)" + END
)
_NAMES = _PLAIN_NAMES + rb"|[^\x00\t\n\x0c\r ()<>\[\]{}/%#]*+#[0-9A-Fa-f]{2}"
_FILED = rb"(?:F|#46)[\x00\t\n\x0c\r ]*+(?:[(<]|\d++[\x00\t\n\x0c\r ]++\d++[\x00\t\n\x0c\r ]++R)"
_MARKS = re.compile(rb"/(?:" + _NAMES + rb")")
"""Names without which nothing here is dynamic, and names that are spelled with escapes."""
_FILE = re.compile(rb"/" + _FILED)
"""A file named by some dictionary; of a stream, it means that the stream's octets stand in that file (7.3.8.2)."""
_PACKED = re.compile(rb"/ObjStm" + END)
_ANY = re.compile(rb"/(?:" + _NAMES + rb"|" + _FILED + rb"|ObjStm" + END + rb")")
"""All of these in one pass: most documents have none."""
_ANY_PLAIN = re.compile(rb"/(?:" + _PLAIN_NAMES + rb"|" + _FILED + rb"|ObjStm" + END + rb")")
"""The same, where nothing is spelled with escapes."""
_ENDS = re.compile(rb"endstream|stream|endobj")
_ACTIONS = {
    "JavaScript": "JavaScript", "Launch": "Launch", "Rendition": "media", "Movie": "media", "Sound": "media",
    "GoTo3DView": "media", "RichMediaExecute": "media", "SetOCGState": "layers", "Hide": "Hide", "ImportData": "ImportData",
}  # fmt: skip
_MEDIA = ("Screen", "Movie", "Sound", "RichMedia", "3D")
_HEAD = re.compile(rb"(\d{1,10})[\x00\t\n\x0c\r ]+(\d{1,5})[\x00\t\n\x0c\r ]+obj\Z")
"""The head of an object; white space of any kind may stand before `obj`, most write one space."""
_DICTIONARY = 1 << 14
"""Octets in which the head of a stream is looked for."""
_CHAIN = 100
"""Actions followed from one."""
_ITEMS = 50_000
"""Annotations and outline items looked at."""
_LARGE = 1 << 12
"""Octets of a stream above which it is cheaper passed over than looked through."""


def dynamic_findings(pdf: Pdf, found: list[Found]) -> list[Finding]:
    """Warn of what the last signed revision holds that can change what is shown; raises PdfError(PDF_LIMIT)."""
    revision = max((one.revision for one in found if one.revision is not None), key=lambda item: item.index, default=None)
    if revision is None or not pdf.readable:
        return []
    findings: list[Finding] = []
    parts = list(_without(_parts(pdf, revision), _holes(found)))
    if not _told(pdf.document.data, parts):
        return findings
    if _marked(pdf, revision, parts):
        kinds: set[str] = set()
        try:
            kinds.update(_kinds(pdf, revision))
        except PdfError as problem:
            # Where not everything can be looked at, something may be there.
            kinds.add("unknown" if problem.code == "PDF_LIMIT" else problem.code)
        if kinds:
            findings.append(warning("PDF_DYNAMIC_CONTENT", pdf.document.name, kinds=", ".join(sorted(kinds))))
    number = _external(pdf, revision, parts)
    if number is not None:
        findings.append(warning("PDF_EXTERNAL_CONTENT", pdf.document.name, number=number))
    return findings


def _told(data: Buffer, parts: list[tuple[int, int]]) -> bool:
    for start, end in parts:
        names = _ANY_PLAIN if data.find(b"#", start, end) < 0 else _ANY
        if names.search(data, start, end) is not None:
            return True
    return False


def _holes(found: list[Found]) -> list[tuple[int, int]]:
    """Return where signature values stand that are digits and nothing else."""
    values = [one.dictionary.get("Contents") for one in found]
    return sorted(
        value.span
        for value in values
        if isinstance(value, PdfString) and value.is_hex and value.span is not None
        and value.span[1] - value.span[0] == 2 * len(value) + 2
    )  # fmt: skip


def _without(parts: list[tuple[int, int]], holes: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Cut holes out of stretches, both in order."""
    left = holes[::-1]
    for start, end in parts:
        while left and left[-1][1] <= end:
            first, last = left.pop()
            if start <= first:
                yield start, first
                start = last
        yield start, end


def _parts(pdf: Pdf, revision: Revision) -> list[tuple[int, int]]:
    """Return the stretches of the file in which names are sought: large streams are passed over."""
    placed = sorted({place for home in pdf.revisions[: revision.index + 1] for place in home.places()})
    parts, start = [], 0
    for place, after in zip(placed, [*placed[1:], revision.end], strict=True):
        if after - place < _LARGE or place < start:
            continue
        octets = pdf.stream_octets(place, end=revision.end)
        # What is listed inside of a stream is an object all the same.
        if octets is not None and octets[1] <= after:
            parts.append((start, octets[0]))
            start = octets[1]
    return [*parts, (start, revision.end)]


def _marked(pdf: Pdf, revision: Revision, parts: list[tuple[int, int]]) -> bool:
    """Tell whether the octets hold any of the names, also those of object streams."""
    data = pdf.document.data
    if any(_MARKS.search(data, start, end) is not None for start, end in parts):
        return True
    for named in (found for start, end in parts for found in _PACKED.finditer(data, start, end)):
        ref = _owner(data, named.start())
        try:
            if ref is not None and _MARKS.search(pdf.object_stream_data(ref.number, revision)) is not None:
                return True
        except PdfError as problem:
            if problem.code == "PDF_LIMIT":
                raise
    return False


def _owner(data: Buffer, place: int) -> Ref | None:
    """Return the number of the object in whose dictionary something stands."""
    start = data.rfind(b" obj", max(0, place - _DICTIONARY), place)
    head = _HEAD.search(data, max(0, start - 20), start + 4) if start >= 0 else None
    return Ref(int(head[1]), int(head[2])) if head is not None else None


def _kinds(pdf: Pdf, revision: Revision) -> Iterator[str]:
    catalog = pdf.catalog(revision)
    yield from _acting(pdf, revision, catalog, "OpenAction")
    names = pdf.resolve(catalog.get("Names"), revision)
    if isinstance(names, dict) and _filled(pdf.resolve(names.get("JavaScript"), revision)):
        yield "JavaScript"
    layers = pdf.resolve(catalog.get("OCProperties"), revision)
    if isinstance(layers, dict) and _filled(pdf.resolve(layers.get("OCGs"), revision)):
        yield "layers"
    form = pdf.resolve(catalog.get("AcroForm"), revision)
    if isinstance(form, dict) and form.get("XFA") is not None:
        yield "XFA"
    for item in fields_of(pdf, revision):
        yield from _acting(pdf, revision, item.dictionary, "A")
    yield from _pages(pdf, revision)
    yield from _outlines(pdf, revision, catalog)


def _filled(value: Value) -> bool:
    return isinstance(value, dict | list) and bool(value)


def _pages(pdf: Pdf, revision: Revision) -> Iterator[str]:
    left = _ITEMS
    for ref in pdf.page_refs(revision):
        page = pdf.get(ref, revision)
        if not isinstance(page, dict):
            continue
        yield from _acting(pdf, revision, page, "A")
        listed = pdf.resolve(page.get("Annots"), revision)
        for item in listed if isinstance(listed, list) else []:
            left -= 1
            if left < 0:
                raise PdfError("PDF_LIMIT", limit="annotations")
            annotation = pdf.resolve(item, revision)
            if isinstance(annotation, dict):
                if annotation.get("Subtype") in _MEDIA:
                    yield "media"
                yield from _acting(pdf, revision, annotation, "A")


def _outlines(pdf: Pdf, revision: Revision, catalog: dict[str, Value]) -> Iterator[str]:
    root = pdf.resolve(catalog.get("Outlines"), revision)
    todo: list[Value] = [root.get("First")] if isinstance(root, dict) else []
    seen: set[Ref] = set()
    while todo:
        place = todo.pop()
        if not isinstance(place, Ref) or place in seen:
            continue
        seen.add(place)
        if len(seen) > _ITEMS:
            raise PdfError("PDF_LIMIT", limit="outlines")
        item = pdf.get(place, revision)
        if isinstance(item, dict):
            yield from _acting(pdf, revision, item, "A")
            todo.extend((item.get("Next"), item.get("First")))


def _acting(pdf: Pdf, revision: Revision, owner: dict[str, Value], key: str) -> Iterator[str]:
    """Yield what the actions of a dictionary do, those of its events too (12.6)."""
    events = pdf.resolve(owner.get("AA"), revision) if "AA" in owner else None
    todo: list[Value] = [owner.get(key)] if key in owner else []
    todo.extend(events.values() if isinstance(events, dict) else ())
    for _ in range(_CHAIN):
        if not todo:
            return
        action = pdf.resolve(todo.pop(), revision)
        if isinstance(action, list):
            todo.extend(action)
        elif isinstance(action, dict):
            kind = _ACTIONS.get(str(pdf.resolve(action.get("S"), revision)))
            if kind is not None:
                yield kind
            todo.append(action.get("Next"))
    yield "JavaScript"


def _external(pdf: Pdf, revision: Revision, parts: list[tuple[int, int]]) -> int | None:
    """Return the number of a stream whose octets stand in another file, null when there is none."""
    data = pdf.document.data
    for place in (named.start() for start, end in parts for named in _FILE.finditer(data, start, end)):
        # What names the file of a stream stands in its dictionary, with the word `stream` behind it.
        ends = _ENDS.search(data, place, min(place + _DICTIONARY, revision.end))
        if ends is None or ends[0] != b"stream":
            continue
        ref = _owner(data, place)
        if ref is not None and _is_external(pdf, revision, ref):
            return ref.number
    return None


def _is_external(pdf: Pdf, revision: Revision, ref: Ref) -> bool:
    try:
        value = pdf.get_direct(ref, revision)
    except PdfError as problem:
        if problem.code == "PDF_LIMIT":
            raise
        return False
    return isinstance(value, Stream) and "F" in value.dictionary
