"""A container that is being put together: its parts in stored order, and what they are digested to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from edoc.facts.document import Document
from edoc.formats.asic.manifest import Manifest, read_manifest
from edoc.formats.asic.names import NameIndex
from edoc.formats.asic.package import Package
from edoc.formats.asic.roles import MIMETYPE, Role, role_of
from edoc.formats.asic.zip_write import Part, copied, part, write_package
from edoc.formats.originals import document_digest


class Box:
    """The parts of one container; what is not touched is written as it was found."""

    def __init__(self, name: str, parts: Sequence[Part], *, comment: bytes = b"") -> None:
        self.name = name
        self._comment = comment
        self._parts = {item.name: item for item in parts}
        self._digests: dict[tuple[str, str], bytes] = {}

    @classmethod
    def new(cls, name: str, media_type: str, *, documents: Sequence[Document], time: int) -> Box:
        """Return a container of some files, with its type first (EN 319 162-1 A.1)."""
        first = part(MIMETYPE, media_type.encode("ascii"), time)
        return cls(name, [first, *(Part(name=item.name, data=item, time=time) for item in documents)])

    @classmethod
    def of(cls, package: Package) -> Box:
        """Return a container that is there, to be added to."""
        parts = [copied(package, entry) for entry in package.entries]
        return cls(package.document.name, parts, comment=package.comment)

    def __contains__(self, name: object) -> bool:
        return name in self._parts

    def names(self, *roles: Role) -> tuple[str, ...]:
        """Return the names of the parts of some roles, of all without any, in stored order."""
        return tuple(name for name in self._parts if not roles or role_of(name) in roles)

    def document(self, name: str) -> Document:
        """Return a part as a document."""
        return self._parts[name].data

    def time(self, name: str) -> int:
        """Return the date of a part, as MS-DOS writes it."""
        return self._parts[name].time

    def put(self, name: str, octets: bytes, time: int) -> None:
        """Add a part at the end, or put other octets in the place of one."""
        self._digests = {key: value for key, value in self._digests.items() if key[0] != name}
        known = self._parts.get(name)
        self._parts[name] = part(name, octets, time) if known is None else known.with_data(octets)

    def rename(self, name: str, to: str) -> None:
        """Give a part another name, in its place."""
        self._parts = {
            (to if key == name else key): (item.renamed(to) if key == name else item) for key, item in self._parts.items()
        }

    def digest(self, name: str, algorithm: str) -> bytes:
        """Return the digest of a part (`algorithm`: hashlib name); each is made once."""
        known = self._digests.get((name, algorithm))
        if known is None:
            known = self._digests[name, algorithm] = document_digest(self.document(name), algorithm)
        return known

    def manifests(self, *roles: Role) -> tuple[Manifest, ...]:
        """Return the manifests of some roles; raises `ZipError` for one that cannot be read."""
        return tuple(read_manifest(bytes(self.document(name).data), name) for name in self.names(*roles))

    def find(self, reference: str) -> str | None:
        """Return the name of the part that a reference means, null for none."""
        return NameIndex(self._parts).find(reference)

    def octets(self) -> Iterator[bytes | memoryview]:
        """Yield the octets of the package."""
        return write_package(self._parts.values(), name=self.name, comment=self._comment)
