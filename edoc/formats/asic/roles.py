"""What each entry of a container is, told by its name (EN 319 162-1 4.3, 4.4, A.4; OpenDocument 1.2 part 3)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from operator import attrgetter

from edoc.formats.asic.zip import Entry

MIMETYPE = "mimetype"
META = "META-INF/"
OPEN_MANIFEST = "META-INF/manifest.xml"


class Role(Enum):
    """The parts that an entry can have in a container."""

    MIMETYPE = "mimetype"
    XADES = "xades"
    CADES = "cades"
    TIMESTAMP = "timestamp"
    MANIFEST = "manifest"
    """ASiCManifest: binds files to a CAdES signature or a time-stamp."""
    ARCHIVE_MANIFEST = "archive_manifest"
    EVIDENCE_MANIFEST = "evidence_manifest"
    EVIDENCE = "evidence"
    OPEN_MANIFEST = "open_manifest"
    """The list of files that OpenDocument defines."""
    ROOT_FILES = "root_files"
    """META-INF/container.xml."""
    OTHER_META = "other_meta"
    FOLDER = "folder"
    DATA = "data"

    # Members are equal to themselves alone: the hash of their identity is enough, and costs nothing.
    __hash__ = object.__hash__


_META_ROLES = (
    (re.compile(r"ASiCArchiveManifest[^/]*\.xml"), Role.ARCHIVE_MANIFEST),
    (re.compile(r"ASiCEvidenceRecordManifest[^/]*\.xml"), Role.EVIDENCE_MANIFEST),
    (re.compile(r"ASiCManifest[^/]*\.xml"), Role.MANIFEST),
    (re.compile(r"[^/]*evidencerecord[^/]*\.(?:ers|xml)", re.IGNORECASE), Role.EVIDENCE),
    (re.compile(r"[^/]*signatures[^/]*\.xml", re.IGNORECASE), Role.XADES),
    (re.compile(r"[^/]*\.p7[sm]", re.IGNORECASE), Role.CADES),
    (re.compile(r"[^/]*\.tst", re.IGNORECASE), Role.TIMESTAMP),
    (re.compile(r"container\.xml"), Role.ROOT_FILES),
)
SIGNATURES = (Role.XADES, Role.CADES)
MARKS = (*SIGNATURES, Role.TIMESTAMP, Role.EVIDENCE)
"""What makes a package one that proves something."""


@lru_cache(maxsize=4096)
def role_of(name: str) -> Role:
    """Return the role of the entry of a name."""
    if name.endswith("/"):
        return Role.FOLDER
    if name == MIMETYPE:
        return Role.MIMETYPE
    if not name.startswith(META):
        return Role.DATA
    if name == OPEN_MANIFEST:
        return Role.OPEN_MANIFEST
    rest = name[len(META) :]
    return next((role for form, role in _META_ROLES if form.fullmatch(rest)), Role.OTHER_META)


_place = attrgetter("place")


@dataclass(frozen=True, slots=True)
class Contents:
    """The entries of a container by their role, each in stored order."""

    by_role: dict[Role, tuple[Entry, ...]]

    @classmethod
    def of(cls, entries: Iterable[Entry]) -> Contents:
        """Sort the entries of a package."""
        found: dict[Role, list[Entry]] = {}
        for entry in entries:
            found.setdefault(role_of(entry.name), []).append(entry)
        return cls({role: tuple(items) for role, items in found.items()})

    def of_role(self, *roles: Role) -> tuple[Entry, ...]:
        """Return the entries of some roles, in stored order."""
        if len(roles) == 1:
            return self.by_role.get(roles[0], ())
        found = [entry for role in roles for entry in self.by_role.get(role, ())]
        return tuple(sorted(found, key=_place)) if len(found) > 1 else tuple(found)

    def names(self, *roles: Role) -> tuple[str, ...]:
        """Return the names of the entries of some roles, in stored order."""
        return tuple([entry.name for entry in self.of_role(*roles)])

    @property
    def is_marked(self) -> bool:
        """True when there is anything that signs or proves a time."""
        return any(role in self.by_role for role in MARKS)
