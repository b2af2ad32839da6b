"""A PDF as the strict reader sees it: revisions, objects, pages, fields; one parse, nothing repaired."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from edoc.facts.document import Document
from edoc.facts.findings import Finding, info, warning
from edoc.formats.pdf.errors import PdfError
from edoc.formats.pdf.fields import Branch, Field, walk_fields
from edoc.formats.pdf.filters import decode
from edoc.formats.pdf.lex import Budget
from edoc.formats.pdf.objects import ObjectStream, Placed, close_stream, open_object_stream, read_object
from edoc.formats.pdf.scan import Octets, scan_object
from edoc.formats.pdf.sections import FREE, IN_FILE, IN_STREAM, Entry, Revision
from edoc.formats.pdf.values import Ref, RepeatedKeys, Stream, Value
from edoc.formats.pdf.xref import XrefReader
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
        self._refs: dict[int, Ref] = {}
        self._containers: dict[int, ObjectStream] = {}
        self.octets: dict[int, Octets | None] = {}
        """Where the octets of scanned objects lie, by the offset of the object; null for what is no stream."""
        self.field_cache: dict[int, tuple[Field, ...]] = {}
        self.field_index: dict[int, dict[tuple[str, Ref | None], Field]] = {}
        self.branches: dict[Ref, list[Branch]] = {}
        self._pages: dict[int, int] | None = None
        self._opening: list[int] = []
        self._decryptor: Decryptor | None = None
        reader = XrefReader(self._data, self.budget)
        revisions, self.last_startxref = reader.read()
        self.notes: list[Finding] = reader.notes
        self.revisions: tuple[Revision, ...] = tuple(revisions)
        self.last = self.revisions[-1]
        self._located: list[dict[int, tuple[Entry, Revision] | None]] = [{} for _ in revisions]
        self._updates = _updates_of(self.revisions)
        self.trailer = self.last.trailer
        self.root = self.root_of(self.last)
        self.encrypted = any(revision.trailer.get("Encrypt") is not None for revision in self.revisions)
        if any(revision.trailer.get("AuthCode") is not None for revision in self.revisions):
            # ISO/TS 32004: whoever may open the file could check it; here nobody does yet.
            self.notes.append(warning("PDF_MAC_NOT_CHECKED", document.name))
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
            pdf._unlock(document.password if password is None else password)
        pdf.catalog()
        return pdf

    def _unlock(self, password: str | None) -> None:
        from edoc.formats.pdf.crypt import open_encryption

        self._decryptor = open_encryption(self, password)
        self._containers.clear()
        self._values.clear()

    @property
    def decryptor(self) -> Decryptor | None:
        """What opens the document's strings and streams; null when it is not encrypted, or no key is known."""
        return self._decryptor

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
        """Return where an object is as of a revision, and which revision says so.

        Raises PdfError(PDF_XREF_RANGE) when the place lies behind the revision that names it: bytes
        that came later would fill it.
        """
        located = self._located[(revision or self.last).index]
        return located[number] if number in located else self._locate(number, revision or self.last)

    def _locate(self, number: int, revision: Revision) -> tuple[Entry, Revision] | None:
        listed, index = self._updates.get(number), 0
        if listed is not None and listed[0] <= revision.index:
            index = listed[bisect_right(listed, revision.index) - 1]
        home = self.revisions[index]
        # An update lists little, and all of it is asked for.
        entry = home.entries.get(number) if index and home.plain else home.find(number)
        if entry is not None and entry.kind == IN_FILE and not 0 < entry.place < home.end:
            raise PdfError("PDF_XREF_RANGE", home.xref_offset, number=number)
        found = self._located[revision.index][number] = (entry, home) if entry is not None else None
        return found

    def expect_all(self, revision: Revision) -> None:
        """Read the rows of a revision at once, for whoever is about to ask for most of its objects."""
        homes = self.revisions[: revision.index + 1]
        # Of sections that stand side by side, which one counts is told for one number at a time.
        if not all(home.plain for home in homes):
            return
        located = self._located[revision.index]
        for home in homes:
            for number, entry in home.entries.items():
                if entry[0] != IN_FILE or 0 < entry[1] < home.end:
                    located[number] = (entry, home)
                else:
                    located.pop(number, None)

    def unchanged(self, numbers: Iterable[int], revision: Revision) -> tuple[int, int]:
        """Return the revisions around one, as (first, beyond the last), in which some objects stay as they are."""
        first, beyond, listings = 0, len(self.revisions), self._updates
        for number in numbers:
            found = self.entry(number, revision)
            # A compressed object changes with its container, whoever lists it.
            container = found[0].place if found is not None and found[0].kind == IN_STREAM else number
            for listed in (listings.get(number), listings.get(container)):
                if listed is not None:
                    at = bisect_right(listed, revision.index)
                    first = max(first, listed[at - 1]) if at else first
                    beyond = min(beyond, listed[at]) if at < len(listed) else beyond
        return first, beyond

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

    def get_numbered(self, number: int, revision: Revision) -> Value:
        """Return an object as of a revision by its number alone, without following it; null when it is free or unknown."""
        found = self.entry(number, revision)
        if found is None or found[0].kind == FREE:
            return None
        entry, home = found
        if entry.kind == IN_FILE:
            return self._at(entry.place, Ref(number, entry.extra), revision, home)
        return self._one(Ref(number, 0), revision)

    def has_read(self, place: int) -> bool:
        """Tell whether the object at an offset was read already."""
        return place in self._values

    def stream_octets(self, place: int, *, end: int) -> Octets | None:
        """Return where the octets of the stream at an offset surely lie, null for what is none or must be read first.

        `end` bounds the revision that is looked at.
        """
        if place in self.octets:
            return self.octets[place]
        if place in self._values and not isinstance(self._values[place], Stream):
            return None
        scanned = scan_object(self._data, place, end=end)
        return scanned[3] if scanned is not None else None

    def _one(self, ref: Ref, revision: Revision | None) -> Value:
        found = self.entry(ref.number, revision)
        if found is None:
            return None
        entry, home = found
        if entry.kind == IN_FILE:
            return self._at(entry.place, ref, revision, home) if entry.extra == ref.generation else None
        if entry.kind == IN_STREAM and ref.generation == 0:
            container = self._container(entry.place, revision)
            offset = self.container_offset(entry.place, revision)
            return container.get(ref.number, entry.extra, budget=self.budget, offset=offset)
        if entry.kind > IN_STREAM:
            raise PdfError("PDF_XREF_ROW", number=ref.number)
        return None

    def _at(self, place: int, ref: Ref, revision: Revision | None, home: Revision) -> Value:
        value = self._values.get(place, self)
        if value is self:
            value = self._values[place] = self._read(place, ref, revision)
        elif self._refs[place] != ref:
            # One place is one object: two numbers that share it would be two truths.
            raise PdfError("PDF_OBJECT_NUMBER", place, number=ref.number)
        if self._placed[place].end > home.end:
            raise PdfError("PDF_XREF_RANGE", place, number=ref.number)
        return value  # type: ignore[return-value]

    def _read(self, place: int, ref: Ref, revision: Revision | None) -> Value:
        placed = read_object(self._data, place, ref, budget=self.budget)
        if placed.shifted:
            self.notes.append(info("PDF_XREF_OFFSET_SPACE", offset=place))
        self._placed[place] = placed
        self._refs[place] = ref
        value = placed.value
        if self._decryptor is not None:
            value = self._decryptor.strings(value, ref)
        if not placed.is_stream or not isinstance(value, dict):
            return value
        start, length = placed.end, value.get("Length")
        if isinstance(length, Ref):
            with self._inside(place):
                length = self.get(length, revision)
        placed.end = close_stream(self._data, start, length, ref)
        assert type(length) is int
        return Stream(value, start, length, ref)

    @contextmanager
    def _inside(self, place: int) -> Iterator[None]:
        """Guard what needs another object to be read: a hostile one needs itself, or a chain of others."""
        if place in self._opening or len(self._opening) >= self.limits.pdf_reference_hops:
            raise PdfError("PDF_REF_LOOP", place)
        self._opening.append(place)
        try:
            yield
        finally:
            self._opening.pop()

    def container_offset(self, number: int, revision: Revision | None = None) -> int:
        """Return where an object stream is; it must be an object of its own."""
        found = self.entry(number, revision)
        if found is None or found[0].kind != IN_FILE:
            raise PdfError("PDF_OBJSTM", number=number)
        return found[0].place

    def _container(self, number: int, revision: Revision | None) -> ObjectStream:
        offset = self.container_offset(number, revision)
        if offset not in self._containers:
            if not self.readable:
                raise PdfError("PDF_ENCRYPTED", offset)
            with self._inside(-offset):
                stream = self._one(Ref(number, 0), revision)
                if not isinstance(stream, Stream):
                    raise PdfError("PDF_OBJSTM", offset, number=number)
                data = self.stream_data(stream, revision)
            opened = open_object_stream(data, stream.dictionary, budget=self.budget, offset=offset)
            self._containers[offset] = opened
        return self._containers[offset]

    def object_stream_data(self, number: int, revision: Revision) -> bytes:
        """Return the decoded octets of an object stream; decoded once."""
        return self._container(number, revision).data

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
        if found is None or found[0].kind == FREE:
            raise PdfError("PDF_OBJECT_NUMBER", number=ref.number)
        entry = found[0]
        if entry.kind == IN_STREAM:
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

    def page_count(self) -> int | None:
        """Return how many pages the page tree of the last revision counts; null when it says nothing usable."""
        try:
            tree = self.resolve(self.catalog().get("Pages"))
        except PdfError:
            return None
        count = tree.get("Count") if isinstance(tree, dict) else None
        return count if type(count) is int and 0 <= count <= _PAGES else None

    def page_numbers(self, revision: Revision) -> dict[int, int]:
        """Return the number of each page, from 1, by its object number, as of the first revision asked about.

        An update that moves pages is not permitted, so that one walk serves for all.
        """
        if self._pages is None:
            self._pages = {ref.number: place for place, ref in enumerate(self.page_refs(revision), 1)}
        return self._pages


def _updates_of(revisions: tuple[Revision, ...]) -> dict[int, list[int]]:
    """Return which updates list each object, oldest first; the first revision is no update."""
    found: dict[int, list[int]] = {}
    for revision in revisions[1:]:
        for number in revision.numbers():
            found.setdefault(number, []).append(revision.index)
    return found
