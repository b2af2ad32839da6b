"""Octets that lie in a document: named by where they are, read when somebody asks for them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from edoc.facts.document import Buffer

_CHUNK = 1 << 17


@dataclass(frozen=True, slots=True, eq=False)
class Spans:
    """Parts of a document, one after the other, such as what a /ByteRange names; it keeps no copy of them.

    Called, it returns them as bytes; `chunks` yields them piece by piece, for those that should not be
    in memory at once.
    """

    data: Buffer = field(repr=False)
    spans: tuple[tuple[int, int], ...]
    """(start, end) offsets in the document."""

    @property
    def size(self) -> int:
        """How many octets they are."""
        return sum(end - start for start, end in self.spans)

    def __call__(self) -> bytes:
        """Return the octets."""
        return b"".join(self.data[start:end] for start, end in self.spans)

    def chunks(self) -> Iterator[bytes]:
        """Yield the octets in pieces of at most 128 KiB."""
        for start, end in self.spans:
            for at in range(start, end, _CHUNK):
                yield self.data[at : min(at + _CHUNK, end)]
