"""A document as bytes with a name, and a digest that stands for one."""

from __future__ import annotations

import hashlib
import mmap
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

Buffer = bytes | mmap.mmap


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
        with memoryview(self.data) as view:
            for start in range(0, len(view), size):
                with view[start : start + size] as piece:
                    yield piece

    def sha256(self) -> bytes:
        """Return the SHA-256 digest of the whole document (32 bytes)."""
        state = hashlib.sha256()
        for piece in self.pieces():
            state.update(piece)
        return state.digest()


@dataclass(frozen=True, slots=True)
class Digest:
    """A digest that stands for a document that is not handed over, such as `Digest("sha256", b"...")`."""

    algorithm: str
    value: bytes
