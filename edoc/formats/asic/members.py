"""The members of a container as the originals of its signatures: found by name, never by digest.

Beside a bare signature equal digests tell what is meant; inside a container the name is signed as well: a
renamed file is another file (EN 319 162-1 4.4.4).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from edoc.formats.asic.errors import ZipError
from edoc.formats.asic.names import NameIndex
from edoc.formats.asic.package import Package
from edoc.formats.originals import Found, Originals, Request


class Members(Originals):
    """Members of a package, each digested once for each algorithm, whoever asks."""

    def __init__(self, package: Package, names: Iterable[str]) -> None:
        chosen = tuple(names)
        super().__init__(package.member(name) for name in chosen)
        self._package = package
        self._places = {name: place for place, name in enumerate(chosen)}
        self._resolved: set[str] = set()
        self.index = NameIndex(chosen)

    def start(self) -> None:
        """Begin with another signature file."""
        self._resolved = set()

    @property
    def resolved(self) -> frozenset[str]:
        """Names of the members that the references of this signature file mean."""
        return frozenset(self._resolved)

    def resolve(self, requests: Sequence[Request]) -> list[Found | None]:
        """Return, for each request, the member that its name means; null for none."""
        return [self._named(request) for request in requests]

    def _named(self, request: Request) -> Found | None:
        if request.name is None:
            return self._member(0, request) if len(self._places) == 1 else None
        name = self.index.find(request.name)
        if name is None:
            return None
        self._resolved.add(name)
        return self._member(self._places[name], request)

    def _member(self, place: int, request: Request) -> Found | None:
        self._used.add(place)
        found = self._looked_at(place, request)
        return None if found is None or found.name in self._package.broken else found

    def digest(self, name: str, algorithm: str) -> bytes | None:
        """Return the digest of a member (`algorithm`: hashlib name); null when its octets cannot be had."""
        place = self._places.get(name)
        return None if place is None else self.digest_of(place, algorithm)

    def digest_of(self, place: int, algorithm: str) -> bytes | None:
        """Return the digest of the member at a place (from 0); null when its octets cannot be had."""
        try:
            return super().digest_of(place, algorithm)
        except ZipError:
            # The package keeps what was wrong, and the reader of the container tells it.
            return None


class OneMember(Members):
    """The one member that a CMS stands over; a CMS names nothing."""

    def __init__(self, package: Package, name: str) -> None:
        super().__init__(package, (name,))

    def resolve(self, requests: Sequence[Request]) -> list[Found | None]:
        """Return the member for every request."""
        return [self._member(0, request) for request in requests]
