"""A PDF as the strict reader sees it: revisions, objects, pages, fields; one parse, nothing repaired."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from edoc.facts.document import Document
from edoc.facts.findings import Finding, info
from edoc.formats.pdf.errors import PdfError
from edoc.formats.pdf.fields import Field, walk_fields
from edoc.formats.pdf.filters import decode
from edoc.formats.pdf.lex import Budget
from edoc.formats.pdf.objects import ObjectStream, Placed, close_stream, open_object_stream, read_object
from edoc.formats.pdf.values import Ref, RepeatedKeys, Stream, Value
from edoc.formats.pdf.xref import Entry, Revision, XrefReader
from edoc.limits import DEFAULT_LIMITS, Limits

if TYPE_CHECKING:
    from edoc.formats.pdf.crypt import Decryptor

_PAGES = 100_000
"""Page tree nodes visited."""


class Pdf:
    """One document; `revisions` oldest first. Every reading method raises PdfError for what it refuses."""

    def __init__(self, document: Document, limits: Limits) -> None:
        self.document = document
        self.limits = limits
        self.budget = Budget(limits)
        self._data = document.data
        self._placed: dict[int, Placed] = {}
        self._values: dict[int, Value] = {}
        self._numbers: dict[int, int] = {}
        self._containers: dict[int, ObjectStream] = {}
        self.field_cache: dict[int, tuple[Field, ...]] = {}
        self._opening: set[int] = set()
        self._decryptor: Decryptor | None = None
        reader = XrefReader(self._data, self.budget)
        revisions, self.last_startxref = reader.read()
        self.notes: list[Finding] = reader.notes
        self.revisions: tuple[Revision, ...] = tuple(revisions)
        self.last = self.revisions[-1]
        self.trailer = self.last.trailer
        self.root = self.root_of(self.last)
        self.encrypted = any("Encrypt" in revision.trailer for revision in self.revisions)
        self.xref_is_stream = self.last.sections[0].is_stream
        size = self.trailer.get("Size")
        self.size_entry = size if type(size) is int else 0

    @classmethod
    def open(cls, document: Document, *, password: str | None = None, limits: Limits = DEFAULT_LIMITS) -> Pdf:
        """Read a document's structure; objects are read when asked for.

        Raises PdfError; PDF_PASSWORD_WRONG when a password was given and opens nothing.
        """
        if document.size > limits.document_bytes:
            raise PdfError("PDF_LIMIT", limit="document_bytes")
        pdf = cls(document, limits)
        if pdf.encrypted:
            pdf._unlock(password)
        if not isinstance(pdf.get(pdf.root), dict):
            raise PdfError("PDF_ROOT")
        return pdf

    def _unlock(self, password: str | None) -> None:
        from edoc.formats.pdf.crypt import open_encryption

        self._decryptor = open_encryption(self, password)
        self._containers.clear()

    @property
    def readable(self) -> bool:
        """False when the document is encrypted and no key is known."""
        return not self.encrypted or self._decryptor is not None

    def root_of(self, revision: Revision) -> Ref:
        """Return the catalog's reference in a revision."""
        root = revision.trailer.get("Root")
        if not isinstance(root, Ref):
            raise PdfError("PDF_ROOT", revision.xref_offset)
        return root

    def entry(self, number: int, revision: Revision | None = None) -> tuple[Entry, Revision] | None:
        """Return where an object is as of a revision, and which revision says so."""
        index = (revision or self.last).index
        for place in range(index, -1, -1):
            found = self.revisions[place].find(number)
            if found is not None:
                return found, self.revisions[place]
        return None

    def get(self, ref: Ref, revision: Revision | None = None) -> Value:
        """Return an object as of a revision (default: the last); an object that nobody defines is null."""
        for _ in range(self.limits.pdf_reference_hops):
            value = self._one(ref, revision)
            if not isinstance(value, Ref):
                return value
            ref = value
        raise PdfError("PDF_REF_LOOP", number=ref.number)

    def resolve(self, value: Value, revision: Revision | None = None) -> Value:
        """Return a value, or the object that it refers to."""
        return self.get(value, revision) if isinstance(value, Ref) else value

    def get_direct(self, ref: Ref, revision: Revision | None = None) -> Value:
        """Return an object as of a revision without following it when it is itself a reference."""
        return self._one(ref, revision)

    def _one(self, ref: Ref, revision: Revision | None) -> Value:
        found = self.entry(ref.number, revision)
        if found is None:
            return None
        entry = found[0]
        if entry.kind == 1:
            return self._at(entry, ref, revision) if entry.extra == ref.generation else None
        if entry.kind == 2 and ref.generation == 0:
            container = self._container(entry.place, revision)
            offset = self.container_offset(entry.place, revision)
            return container.get(ref.number, entry.extra, budget=self.budget, offset=offset)
        if entry.kind > 2:
            raise PdfError("PDF_XREF_ROW", number=ref.number)
        return None

    def _at(self, entry: Entry, ref: Ref, revision: Revision | None) -> Value:
        cached = self._values.get(entry.place, self)
        if cached is not self:
            # One place is one object: two numbers that share it would be two truths.
            if self._numbers[entry.place] != ref.number:
                raise PdfError("PDF_OBJECT_NUMBER", entry.place, number=ref.number)
            return cached  # type: ignore[return-value]
        placed = self._place(entry, ref)
        value = placed.value
        if placed.is_stream and isinstance(value, dict):
            length = value.get("Length")
            if isinstance(length, Ref):
                length = self._length(length, revision, entry.place)
            close = close_stream(self._data, placed.end, length, ref)
            assert type(length) is int
            if self._decryptor is not None:
                value = self._decryptor.strings(value, ref)
            value = Stream(value if isinstance(value, dict) else {}, placed.end, length, ref)
            placed.end = close
        elif self._decryptor is not None:
            value = self._decryptor.strings(value, ref)
        self._values[entry.place] = value
        return value

    def _place(self, entry: Entry, ref: Ref) -> Placed:
        placed = read_object(self._data, entry.place, ref, budget=self.budget)
        if placed.shifted:
            self.notes.append(info("PDF_XREF_OFFSET_SPACE", offset=entry.place))
        self._placed[entry.place] = placed
        self._numbers[entry.place] = ref.number
        return placed

    def _length(self, ref: Ref, revision: Revision | None, place: int) -> Value:
        # /Length may be an object, and a hostile one may be the stream itself.
        if place in self._opening:
            raise PdfError("PDF_REF_LOOP", place)
        self._opening.add(place)
        try:
            if len(self._opening) > self.limits.pdf_reference_hops:
                raise PdfError("PDF_REF_LOOP", place)
            return self.get(ref, revision)
        finally:
            self._opening.discard(place)

    def container_offset(self, number: int, revision: Revision | None = None) -> int:
        """Return where an object stream is; it must be an object of its own."""
        found = self.entry(number, revision)
        if found is None or found[0].kind != 1:
            raise PdfError("PDF_OBJSTM", number=number)
        return found[0].place

    def _container(self, number: int, revision: Revision | None) -> ObjectStream:
        offset = self.container_offset(number, revision)
        if offset not in self._containers:
            if not self.readable:
                raise PdfError("PDF_ENCRYPTED", offset)
            stream = self._one(Ref(number, 0), revision)
            if not isinstance(stream, Stream):
                raise PdfError("PDF_OBJSTM", offset, number=number)
            data = self.stream_data(stream, revision)
            self._containers[offset] = open_object_stream(data, stream.dictionary, offset)
        return self._containers[offset]

    def stream_data(self, stream: Stream, revision: Revision | None = None) -> bytes:
        """Return the decoded octets of a stream (Flate with predictors, or none)."""
        raw = self._data[stream.raw_start : stream.raw_start + stream.raw_length]
        if self._decryptor is not None:
            raw = self._decryptor.stream(raw, stream)
        settings = dict(stream.dictionary)
        for key in ("Filter", "DecodeParms"):
            if key in settings:
                value = self.resolve(settings[key], revision)
                settings[key] = [self.resolve(item, revision) for item in value] if isinstance(value, list) else value
        return decode(raw, settings, budget=self.budget, offset=stream.raw_start)

    def raw_object(self, ref: Ref, revision: Revision | None = None) -> tuple[int, int]:
        """Return the offsets of `n g obj ... endobj`; of a compressed object, those of its container."""
        found = self.entry(ref.number, revision)
        if found is None or found[0].kind == 0:
            raise PdfError("PDF_OBJECT_NUMBER", number=ref.number)
        entry = found[0]
        if entry.kind == 2:
            return self.raw_object(Ref(entry.place, 0), revision)
        self._one(Ref(ref.number, entry.extra), revision)
        placed = self._placed[entry.place]
        return placed.start, placed.end

    def catalog(self, revision: Revision | None = None) -> dict[str, Value]:
        """Return the catalog; raises PdfError(PDF_ROOT, PDF_DUPLICATE_KEY)."""
        value = self.get(self.root_of(revision or self.last), revision)
        if not isinstance(value, dict):
            raise PdfError("PDF_ROOT")
        if isinstance(value, RepeatedKeys):
            raise PdfError("PDF_DUPLICATE_KEY", key=value.repeated[0])
        return value

    def fields(self, revision: Revision | None = None) -> Iterator[Field]:
        """Yield the form fields as of a revision (default: the last)."""
        return walk_fields(self, revision or self.last)

    def page_refs(self, revision: Revision | None = None) -> Iterator[Ref]:
        """Yield the pages in order, bounded; raises PdfError(PDF_REF_LOOP, PDF_LIMIT)."""
        todo: list[Value] = [self.catalog(revision).get("Pages")]
        seen: set[int] = set()
        while todo:
            ref = todo.pop()
            if not isinstance(ref, Ref):
                continue
            if ref.number in seen:
                raise PdfError("PDF_REF_LOOP", number=ref.number)
            seen.add(ref.number)
            if len(seen) > _PAGES:
                raise PdfError("PDF_LIMIT", limit="pages")
            node = self.get(ref, revision)
            if not isinstance(node, dict):
                continue
            kids = self.resolve(node.get("Kids"), revision)
            if isinstance(kids, list):
                todo.extend(reversed(kids))
            else:
                yield ref
