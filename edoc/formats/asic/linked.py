"""The manifests of a container, compared with its files: each is read and digested once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from edoc.facts.findings import Finding, error, warning
from edoc.facts.signature import Reference, ReferenceKind, ScopeKind
from edoc.formats.asic.errors import LIMIT, ZipError
from edoc.formats.asic.manifest import Listed, Manifest, read_manifest
from edoc.formats.asic.members import Members
from edoc.formats.asic.package import Package
from edoc.formats.asic.zip import Entry
from edoc.pki.algorithms import digest_size

_LISTED = 200_000
"""Entries of all manifests together: a hundred renewals of a bundle of 2,000 files."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Linked:
    """A manifest, and what it says of each file beside what is there."""

    manifest: Manifest
    references: tuple[Reference, ...]
    names: frozenset[str]
    """Names of the files that it lists and that are as listed."""

    @property
    def is_intact(self) -> bool:
        """True when every listed file is there and unchanged."""
        return all(item.intact is True for item in self.references)


class Manifests:
    """Finds the manifests that a signature or a time-stamp stands over."""

    def __init__(self, package: Package, entries: Iterable[Entry], members: Members) -> None:
        self._package = package
        self._members = members
        self._linked: dict[str, Linked] = {}
        self._by_target: dict[str, list[Manifest]] = {}
        self.findings: list[Finding] = []
        self._read(entries)

    def _read(self, entries: Iterable[Entry]) -> None:
        left = _LISTED
        limits = self._package.limits
        for number, entry in enumerate(entries, 1):
            if number > limits.asic_manifests or left < 0:
                self.findings.append(warning(LIMIT, self._package.document.name, what="manifests",
                                             limit=limits.asic_manifests))  # fmt: skip
                return
            try:
                manifest = read_manifest(self._package.read_small(entry), entry.name, limits=limits)
            except ZipError as problem:
                make = warning if problem.code == LIMIT else error
                self.findings.append(make(problem.code, entry.name, **problem.params))
                continue
            left -= len(manifest.listed)
            target = self._members.index.find(manifest.signature)
            if target is None:
                self.findings.append(warning("ASIC_MANIFEST_NO_SIGNATURE", entry.name, name=manifest.signature))
                continue
            self._by_target.setdefault(target, []).append(manifest)

    def over(self, name: str) -> tuple[Linked, ...]:
        """Return the manifests that name a signature or time-stamp file as theirs; more than one is one too many."""
        return tuple(self._compare(item) for item in self._by_target.get(name, ()))

    def _compare(self, manifest: Manifest) -> Linked:
        known = self._linked.get(manifest.name)
        if known is None:
            references = tuple(self._reference(item) for item in manifest.listed)
            names = frozenset(item.name for item in references if item.intact is True)
            known = Linked(manifest=manifest, references=references, names=names)
            self._linked[manifest.name] = known
        return known

    def _reference(self, item: Listed) -> Reference:
        name = self._members.index.find(item.reference)
        actual = None
        if name is not None and digest_size(item.digest_algorithm) is not None:
            actual = self._members.digest(name, item.digest_algorithm)
        member = self._package.member(name) if name is not None else None
        return Reference(
            name=name if name is not None else item.reference,
            kind=ReferenceKind.CONTAINER_ENTRY,
            scope=ScopeKind.FULL,
            digest_algorithm=item.digest_algorithm,
            expected=item.digest,
            actual=actual,
            octets=(lambda: bytes(member.data)) if member is not None else None,
        )
