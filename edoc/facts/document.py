"""A document as bytes with a name, and a digest that stands for one."""

from __future__ import annotations

import hashlib
import mmap
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

Buffer = bytes | mmap.mmap
_SMALL = 1 << 17
"""Digested in one go."""


@dataclass(frozen=True, slots=True, eq=False)
class Document:
    """The bytes of one document and the name it is called by; the name proves nothing.

    `data` is bytes or a read-only memory map; slices of it are bytes.  Files are opened by
    `edoc.drivers.files`, never here.
    """

    data: Buffer = field(repr=False)
    name: str
    password: str | None = field(default=None, repr=False)
    """What opens an encrypted document, where somebody said it; no digest and no report depends on it."""

    @classmethod
    def from_bytes(cls, data: bytes, *, name: str) -> Document:
        """Return a document from bytes that are already in memory."""
        return cls(data=bytes(data), name=name)

    def opened_with(self, password: str | None) -> Document:
        """Return the same document with a password to open it; as it is when none is given."""
        return self if password is None else replace(self, password=password)

    @property
    def size(self) -> int:
        """Size in bytes."""
        return len(self.data)

    def pieces(self, size: int = 1 << 17) -> Iterator[bytes | memoryview]:
        """Yield all octets in order, at most `size` at once; each piece is good until the next one is asked for.

        What only digests or copies a document reads it this way: it may be a member of a container that is
        never whole in memory.
        """
        return pieces_of(self.data, 0, len(self.data), size=size)

    def sha256(self) -> bytes:
        """Return the SHA-256 digest of the whole document (32 bytes)."""
        if self.size <= _SMALL:
            return hashlib.sha256(self.data).digest()
        state = hashlib.sha256()
        for piece in self.pieces():
            state.update(piece)
        return state.digest()


_RELEASED = 16 << 20
"""Octets of a memory map after which those that were read are given back: a file costs no memory, whatever its size."""
_DONE_WITH = mmap.MADV_DONTNEED if hasattr(mmap.mmap, "madvise") else None


def pieces_of(data: Buffer, start: int, end: int, *, size: int = 1 << 17) -> Iterator[bytes | memoryview]:
    """Yield a part of some octets in order; each piece is good until the next one is asked for."""
    kept = start - start % mmap.PAGESIZE
    with memoryview(data) as view:
        for place in range(start, end, size):
            with view[place : min(place + size, end)] as piece:
                yield piece
            kept = give_back(data, kept, place)


def give_back(data: Buffer, start: int, end: int) -> int:
    """Give back what was read of a memory map between two places, once it is much; returns where the rest begins."""
    if end - start < _RELEASED or not isinstance(data, mmap.mmap) or _DONE_WITH is None:
        return start
    # The pages stay in the cache of the system; they only stop being counted, and kept, as ours.
    start -= start % mmap.PAGESIZE
    whole = (end - start) // mmap.PAGESIZE * mmap.PAGESIZE
    data.madvise(_DONE_WITH, start, whole)
    return start + whole


@dataclass(frozen=True, slots=True)
class Digest:
    """A digest that stands for a document that is not handed over, such as `Digest("sha256", b"...")`."""

    algorithm: str
    value: bytes
