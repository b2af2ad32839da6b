"""Digests of what a CMS signs, inside it or beside it: in pieces, so that size costs no memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from edoc.facts.document import Buffer, Document, pieces_of
from edoc.formats.originals import Found
from edoc.pki.algorithms import Hash, digest_of, digest_size, new_hash
from edoc.pki.cms import Content

_BLOCK = 1 << 20
_SMALL = 1 << 16
Span = tuple[int, int]


def feed(states: Sequence[Hash], data: Buffer, spans: Iterable[Span]) -> None:
    """Hand parts of some octets to hashes, without a copy of large ones."""
    for piece in pieces(data, spans):
        for state in states:
            state.update(piece)


def pieces(data: Buffer, spans: Iterable[Span]) -> Iterator[bytes | memoryview]:
    """Yield parts of some octets in order, in pieces; each is good until the next one."""
    for start, end in spans:
        if end - start <= _SMALL:
            yield data[start:end]
            continue
        yield from pieces_of(data, start, end, size=_BLOCK)


class SignedContent:
    """The data under a signature: encapsulated octets, or an original that was found; each digest is made once."""

    def __init__(self, inside: Content | None, found: Found | None) -> None:
        """`found` counts when nothing is inside; both null: the data is not at hand."""
        self.inside = inside
        self.found = found
        self._known: dict[str, bytes] = {}

    @property
    def document(self) -> Document | None:
        """The original, when the data is beside the CMS and at hand as octets."""
        return self.found.document if self.inside is None and self.found is not None else None

    def know(self, algorithm: str, digest: bytes | None) -> None:
        """Note a digest that was made already."""
        if digest is not None:
            self._known[algorithm] = digest

    def digest(self, algorithm: str) -> bytes | None:
        """Return a digest of the data, null when the data or the algorithm is not at hand."""
        known = self._known.get(algorithm)
        if known is not None:
            return known
        document = self.document
        if document is not None and document.size <= _SMALL:
            self.know(algorithm, digest_of(algorithm, document.data[:]))
        else:
            self.prepare((algorithm,))
        return self._known.get(algorithm)

    def prepare(self, algorithms: Iterable[str]) -> None:
        """Make several digests in one pass."""
        names = sorted({name for name in algorithms if digest_size(name) is not None} - self._known.keys())
        states = [new_hash(name) for name in names]
        if not states or not self.feed(states):
            return
        self._known.update((name, state.digest()) for name, state in zip(names, states, strict=True))

    def feed(self, states: Sequence[Hash]) -> bool:
        """Hand the data to hashes; false when it is not at hand."""
        if self.inside is not None:
            feed(states, self.inside.data, self.inside.spans())
            return True
        document = self.document
        if document is None:
            return False
        for piece in document.pieces(_BLOCK):
            for state in states:
                state.update(piece)
        return True

    def octets(self) -> bytes:
        """Return the data itself; empty when it is not at hand."""
        if self.inside is not None:
            return self.inside.octets()
        return self.document.data[:] if self.document is not None else b""

    @property
    def size(self) -> int:
        """Octets of the data, 0 when it is not at hand."""
        if self.inside is not None:
            return self.inside.size
        return self.document.size if self.document is not None else 0
