"""A package inside a container: several files as the one that an ASiC-S may hold (EN 319 162-1 4.3.3.2)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from edoc.facts.document import Document
from edoc.formats.asic.zip_write import Part, write_package

PACKAGE = "package.zip"


class Composed(Document):
    """A ZIP file of some documents, made in pieces whenever it is read; whole in memory only where somebody asks."""

    __slots__ = ("_parts", "_size")
    _parts: tuple[Part, ...]
    _size: int

    def __init__(self, documents: Sequence[Document], time: int) -> None:
        parts = tuple(Part(name=item.name, data=item, time=time) for item in documents)
        object.__setattr__(self, "name", PACKAGE)
        object.__setattr__(self, "password", None)
        object.__setattr__(self, "_parts", parts)
        object.__setattr__(self, "_size", sum(len(piece) for piece in write_package(parts, name=PACKAGE)))

    @property
    def data(self) -> bytes:
        """All octets."""
        return b"".join(bytes(piece) for piece in self.pieces())

    @property
    def size(self) -> int:
        """Size in octets."""
        return self._size

    def pieces(self, size: int = 1 << 17) -> Iterator[bytes | memoryview]:
        """Yield all octets in order; `size` is only a hint here."""
        return write_package(self._parts, name=PACKAGE)
