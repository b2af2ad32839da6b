"""The data that stands beside a document: found by digest, a name is only a hint (design section 3.1)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from edoc.facts.document import Digest, Document
from edoc.pki.algorithms import new_hash

_CHUNK = 128 << 10
"""Larger pieces are no faster, and a file of any size costs no memory."""

Read = Callable[[Document], bytes | None]
"""The octets that a reference signs of a document, after its transforms; null when they cannot be made."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One signed digest whose data may be among the originals."""

    algorithm: str
    """hashlib name."""
    expected: bytes
    name: str | None = None
    """What the signature calls it; null when it has no name."""
    read: Read | None = None
    """Null: the document's own octets."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The original that a request means; `actual` is the digest of what is signed of it."""

    name: str
    actual: bytes | None
    document: Document | None = field(default=None, repr=False)
    """Null when only a digest was handed over."""


class Originals:
    """What was handed over beside one document, and which of it was used."""

    def __init__(self, items: Iterable[Document | Digest] = ()) -> None:
        self._items: tuple[Document | Digest, ...] = tuple(items)
        self._digests: dict[tuple[int, str], bytes] = {}
        self._used: set[int] = set()

    def __len__(self) -> int:
        return len(self._items)

    @property
    def documents(self) -> tuple[Document, ...]:
        """Everything handed over with its octets, in order."""
        return tuple(item for item in self._items if isinstance(item, Document))

    @property
    def unused(self) -> tuple[str, ...]:
        """Names of what no reference has used."""
        return tuple(_name(item) for place, item in enumerate(self._items) if place not in self._used)

    def split(self, sha256: bytes) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Return the names of what has a SHA-256 digest, and of what is neither that nor used by a reference."""
        same = {place for place in range(len(self._items)) if self.digest_of(place, "sha256") == sha256}
        named = enumerate(map(_name, self._items))
        matching, others = [], []
        for place, name in named:
            if place in same:
                matching.append(name)
            elif place not in self._used:
                others.append(name)
        return tuple(matching), tuple(others)

    @property
    def items(self) -> tuple[Document | Digest, ...]:
        """Everything handed over, in order: the places that `digest_of` and `use` take."""
        return self._items

    def use(self, place: int) -> None:
        """Note that the original at a place (from 0) was used."""
        self._used.add(place)

    def take(self, name: str | None = None, *, alone: bool = True) -> Document | None:
        """Return the original of a name, for signatures that state no digest of it.

        Without a match the only document that was handed over is meant, where `alone` says that no other can be.
        """
        for place, item in enumerate(self._items):
            if isinstance(item, Document) and name is not None and item.name == name:
                self._used.add(place)
                return item
        if alone and len(self._items) == 1 and isinstance(self._items[0], Document):
            self._used.add(0)
            return self._items[0]
        return None

    def take_all(self, name: str) -> tuple[Document, ...]:
        """Return every original of a name, whatever its case, in order."""
        found = []
        for place, item in enumerate(self._items):
            if isinstance(item, Document) and item.name.lower() == name:
                self._used.add(place)
                found.append(item)
        return tuple(found)

    def resolve(self, requests: Sequence[Request]) -> list[Found | None]:
        """Return, for each request, the original that it means; null when it was not handed over.

        Equal digests decide.  What is left over is the wrong data for a request when it bears its name, or
        when nothing but it could be meant: one original, one request.
        """
        found = [self._equal(request) for request in requests]
        for place, request in enumerate(requests):
            if found[place] is None:
                found[place] = self._other(request, alone=len(requests) == 1)
        return found

    def _equal(self, request: Request) -> Found | None:
        order = sorted(range(len(self._items)), key=lambda place: _name(self._items[place]) != request.name)
        for place in order:
            found = self._looked_at(place, request)
            if found is not None and found.actual == request.expected:
                self._used.add(place)
                return found
        return None

    def _other(self, request: Request, *, alone: bool) -> Found | None:
        for place, item in enumerate(self._items):
            named = request.name is not None and _last(_name(item)) == _last(request.name)
            if place not in self._used and (named or (alone and len(self._items) == 1)):
                found = self._looked_at(place, request)
                if found is not None:
                    # It is the data that was meant, and it was changed: not an unused one.
                    self._used.add(place)
                    return found
        return None

    def _looked_at(self, place: int, request: Request) -> Found | None:
        item = self._items[place]
        if isinstance(item, Digest):
            # What is digested after transforms has another digest, unless these changed nothing.
            fits = item.algorithm == request.algorithm and (request.read is None or item.value == request.expected)
            return Found(name=_name(item), actual=item.value) if fits else None
        if request.read is None:
            return Found(name=item.name, actual=self.digest_of(place, request.algorithm), document=item)
        octets = request.read(item)
        if octets is None:
            return None
        state = new_hash(request.algorithm)
        state.update(octets)
        return Found(name=item.name, actual=state.digest(), document=item)

    def digest_of(self, place: int, algorithm: str) -> bytes | None:
        """Return the digest of the original at a place (from 0); each is digested once for each algorithm."""
        item = self._items[place]
        if isinstance(item, Digest):
            return item.value if item.algorithm == algorithm else None
        known = self._digests.get((place, algorithm))
        if known is None:
            known = self._digests[place, algorithm] = document_digest(item, algorithm)
        return known


def document_digest(document: Document, algorithm: str) -> bytes:
    """Return the digest of all octets of a document (`algorithm`: hashlib name)."""
    state = new_hash(algorithm)
    for piece in document.pieces(_CHUNK):
        state.update(piece)
    return state.digest()


def _name(item: Document | Digest) -> str:
    return item.name if isinstance(item, Document) else f"{item.algorithm}:{item.value.hex()}"


def _last(name: str) -> str:
    return name.replace("\\", "/").rpartition("/")[2]
