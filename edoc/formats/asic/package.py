"""A package and its members: stored ones are spans of the file, deflated ones are inflated in pieces."""

from __future__ import annotations

import zlib
from collections.abc import Iterator

from edoc.facts.document import Buffer, Document, pieces_of
from edoc.formats.asic.errors import LIMIT, ZipError
from edoc.formats.asic.zip import STORED, Directory, Entry, read_directory
from edoc.limits import DEFAULT_LIMITS, Limits

_PIECE = 1 << 17
_KEPT = 1 << 20
"""A member up to this size is kept once it was read: signatures and manifests are asked for again."""
_CHECKED = 64 << 10
"""A stored member up to this size has its CRC compared; a larger one costs too much for what a signed digest tells."""


class Package:
    """One ZIP file that was read strictly; `broken` tells which members turned out not to be what they say."""

    def __init__(self, document: Document, directory: Directory, limits: Limits) -> None:
        self.document = document
        self.entries = directory.entries
        self.comment = directory.comment
        self.limits = limits
        self.broken: dict[str, ZipError] = {}
        self._by_name = {entry.name: entry for entry in directory.entries}
        self._kept: dict[int, bytes] = {}

    @classmethod
    def open(cls, document: Document, *, limits: Limits = DEFAULT_LIMITS) -> Package:
        """Return a package; raises `ZipError` for one that cannot be read in exactly one way."""
        return cls(document, read_directory(document.data, limits=limits), limits)

    def entry(self, name: str) -> Entry | None:
        """Return the entry of a name, null for none."""
        return self._by_name.get(name)

    def member(self, name: str) -> Member:
        """Return a member as a document of its own; KeyError for a name that is none."""
        return Member(self, self._by_name[name])

    def pieces(self, entry: Entry, size: int = _PIECE) -> Iterator[bytes | memoryview]:
        """Yield the octets of an entry in order, at most `size` at once; raises `ZipError` when they do not hold."""
        try:
            if entry.method == STORED:
                yield from self._stored(entry, size)
            else:
                yield from self._inflated(entry, size)
        except ZipError as problem:
            self.broken.setdefault(entry.name, problem)
            raise

    def _stored(self, entry: Entry, size: int) -> Iterator[bytes | memoryview]:
        check = entry.size <= _CHECKED
        crc = 0
        for piece in pieces_of(self.document.data, entry.start, entry.end, size=size):
            crc = zlib.crc32(piece, crc) if check else crc
            yield piece
        if check and crc != entry.crc:
            raise ZipError("ZIP_CHECKSUM", name=entry.name)

    def _inflated(self, entry: Entry, size: int) -> Iterator[bytes]:
        machine = zlib.decompressobj(-zlib.MAX_WBITS)
        data: Buffer = self.document.data
        crc = done = 0
        at, waiting = entry.start, b""
        while not machine.eof:
            if not waiting:
                waiting = data[at : min(at + _PIECE, entry.end)]
                at += len(waiting)
            try:
                piece = machine.decompress(waiting, size)
            except zlib.error as problem:
                raise ZipError("ZIP_DATA", name=entry.name) from problem
            if not piece and not waiting and not machine.eof:
                raise ZipError("ZIP_DATA", name=entry.name)
            waiting = machine.unconsumed_tail
            done += len(piece)
            if done > entry.size:
                raise ZipError("ZIP_SIZE", name=entry.name)
            crc = zlib.crc32(piece, crc)
            if piece:
                yield piece
        if machine.unused_data or waiting or at != entry.end or done != entry.size:
            raise ZipError("ZIP_SIZE", name=entry.name)
        if crc != entry.crc:
            raise ZipError("ZIP_CHECKSUM", name=entry.name)

    def read(self, entry: Entry) -> bytes:
        """Return all octets of an entry, for what has to be whole in memory; raises `ZipError`."""
        known = self._kept.get(entry.place)
        if known is not None:
            return known
        if entry.method == STORED and entry.size <= _CHECKED:
            octets = self.document.data[entry.start : entry.end]
            if zlib.crc32(octets) != entry.crc:
                problem = ZipError("ZIP_CHECKSUM", name=entry.name)
                self.broken.setdefault(entry.name, problem)
                raise problem
        else:
            octets = b"".join([bytes(piece) for piece in self.pieces(entry, _KEPT)])
        if len(octets) <= _KEPT:
            self._kept[entry.place] = octets
        return octets

    def read_small(self, entry: Entry) -> bytes:
        """Return all octets of an entry that belongs to the container itself; raises `ZipError`."""
        if entry.size > self.limits.zip_member_bytes:
            problem = ZipError(LIMIT, what=entry.name, limit=self.limits.zip_member_bytes)
            self.broken.setdefault(entry.name, problem)
            raise problem
        return self.read(entry)


class Member(Document):
    """A member of a package as a document: digested in pieces, whole in memory only where somebody asks for it.

    One that turns out to be broken has no octets, and stands in `Package.broken`.
    """

    __slots__ = ("_entry", "_package")
    _entry: Entry
    _package: Package

    def __init__(self, package: Package, entry: Entry) -> None:
        object.__setattr__(self, "_package", package)
        object.__setattr__(self, "_entry", entry)
        object.__setattr__(self, "name", entry.name)
        object.__setattr__(self, "password", None)

    @property
    def data(self) -> bytes:
        """All octets."""
        try:
            return self._package.read(self._entry)
        except ZipError:
            return b""

    @property
    def size(self) -> int:
        """Size in octets, as the directory tells and reading confirms."""
        return self._entry.size

    def pieces(self, size: int = _PIECE) -> Iterator[bytes | memoryview]:
        """Yield all octets in order, at most `size` at once; raises `ZipError` when they do not hold."""
        return self._package.pieces(self._entry, size)
