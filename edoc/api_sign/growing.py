"""A document that grows at its place: every update goes behind what is there, and is seen by nobody yet."""

from __future__ import annotations

from dataclasses import replace

from edoc.drivers.copy import copy_and_hash
from edoc.drivers.output import Output
from edoc.facts.document import Document
from edoc.pki.algorithms import new_hash

_IN_MEMORY = 8 << 20
"""Up to this size a document is written and read back from memory: faster than any second look at the file."""


def is_small(document: Document) -> bool:
    """Tell whether a document is put together in memory."""
    return document.size <= _IN_MEMORY


class Growing:
    """The input and what is appended to it, in memory while it is small, else at the place."""

    def __init__(self, base: Document, place: Output, *, copied: bool) -> None:
        """Take the input and its place; `copied` when the input's bytes are there already."""
        self._base = base
        self._place = place
        self._copied = copied
        self._pieces: list[bytes] = []
        self._whole: Document | None = None if copied else base

    def append(self, tail: bytes) -> None:
        """Put an update behind everything."""
        self._whole = None
        self._pieces.append(tail)

    def document(self) -> Document:
        """Return the document as it is now."""
        if self._whole is None:
            self._whole = self._small() if is_small(self._base) else self._large()
        return self._whole

    def finish(self) -> Document:
        """Write what is not at the place yet, and return the whole document."""
        whole = self.document()
        if is_small(self._base):
            self._place.write(bytes(whole.data[:]))
        return whole

    def _small(self) -> Document:
        data = b"".join((self._base.data[:], *self._pieces))
        return replace(self._base, data=data)

    def _large(self) -> Document:
        if not self._copied:
            copy_and_hash(self._base, self._place, new_hash("sha256"))
            self._copied = True
        for piece in self._pieces:
            self._place.write(piece)
        self._pieces.clear()
        return replace(self._base, data=self._place.content())
