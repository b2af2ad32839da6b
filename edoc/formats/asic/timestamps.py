"""Time-stamps of a container: tokens in files of their own, over a manifest or the one data file (EN 319 162-1 4.3.3.4, 4.4.4)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from edoc.facts.findings import Finding, error, warning
from edoc.facts.signature import SignatureFacts, SignatureFormat, TimestampFacts, TimestampKind
from edoc.formats.asic.errors import LIMIT, ZipError
from edoc.formats.asic.linked import Linked, Manifests
from edoc.formats.asic.members import Members
from edoc.formats.asic.package import Package
from edoc.formats.asic.roles import Contents, Role
from edoc.formats.asic.signatures import manifest_findings
from edoc.formats.asic.zip import Entry
from edoc.formats.tst import timestamp_facts
from edoc.pki.algorithms import digest_size


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamped:
    """One time-stamp of a container, and the names of the members that it covers."""

    facts: TimestampFacts
    file: str
    covered: frozenset[str]


class TimestampReader:
    """Reads the time-stamp files of one container in stored order."""

    def __init__(self, package: Package, *, members: Members, manifests: Manifests) -> None:
        self._package = package
        self._members = members
        self._manifests = manifests

    def read(self, contents: Contents, signatures: Mapping[str, tuple[str, ...]]) -> tuple[Stamped, ...]:
        """Return every time-stamp; `signatures` gives the ids of the signatures by the name of their file."""
        entries = contents.of_role(Role.TIMESTAMP)[: self._package.limits.signatures]
        ids = {**signatures, **{entry.name: (f"T{number}",) for number, entry in enumerate(entries, 1)}}
        return tuple(self._one(entry, ids, contents) for entry in entries)

    def _one(self, entry: Entry, ids: Mapping[str, tuple[str, ...]], contents: Contents) -> Stamped:
        own = ids[entry.name][0]
        linked = self._manifests.over(entry.name)
        target = self._target(linked, contents)
        covered = self._covered(linked, target)
        covers = tuple(id for name in sorted(covered, key=_natural) for id in ids.get(name, ()) if id != own)
        findings: list[Finding] = []
        for item in linked[:1]:
            findings.extend(manifest_findings(item, own))
        if len(linked) > 1:
            names = ", ".join(item.manifest.name for item in linked)
            findings.append(error("ASIC_MANIFEST_SEVERAL", own, name=entry.name, names=names))
        if target is None:
            findings.append(warning("ASIC_TIMESTAMP_WITHOUT_MANIFEST", own, name=entry.name))
        try:
            token = self._package.read_small(entry)
        except ZipError as problem:
            make = warning if problem.code == LIMIT else error
            return Stamped(facts=_unread(own, make(problem.code, own, **problem.params)), file=entry.name, covered=frozenset())
        facts = timestamp_facts(token, id=own, kind=TimestampKind.CONTAINER, covers=covers,
                                imprint_of=self._imprint_of(linked, target), limits=self._package.limits)  # fmt: skip
        holds = facts.imprint is not None and facts.imprint.intact is True
        data = frozenset(contents.names(Role.DATA))
        if not covered & data:
            findings.append(warning("ASIC_TIMESTAMP_NO_DATA", own, name=entry.name))
        facts = replace(facts, findings=(*facts.findings, *findings))
        return Stamped(facts=facts, file=entry.name, covered=covered if holds else frozenset())

    def _target(self, linked: tuple[Linked, ...], contents: Contents) -> str | None:
        """Return the name of the member whose octets are time-stamped; null when nothing tells."""
        if linked:
            return linked[0].manifest.name
        data = contents.names(Role.DATA)
        return data[0] if len(data) == 1 else None

    def _covered(self, linked: tuple[Linked, ...], target: str | None) -> frozenset[str]:
        if linked:
            return linked[0].names | {linked[0].manifest.name}
        return frozenset((target,)) if target is not None else frozenset()

    def _imprint_of(self, linked: tuple[Linked, ...], target: str | None) -> Callable[[str], bytes | None]:
        """Return the digest of what the token stands over: the manifest is worth nothing where its files differ."""

        def digest(algorithm: str) -> bytes | None:
            if target is None or digest_size(algorithm) is None:
                return None
            if linked and any(item.intact is False for item in linked[0].references):
                return b""
            if linked and not linked[0].is_intact:
                return None
            return self._members.digest(target, algorithm)

        return digest


def _unread(id: str, finding: Finding) -> TimestampFacts:
    token = SignatureFacts(id=f"{id}.token", format=SignatureFormat.CMS)
    return TimestampFacts(id=id, kind=TimestampKind.CONTAINER, token=token, gen_time=None, imprint=None, findings=(finding,))


def _natural(name: str) -> tuple[int, str]:
    return (len(name), name)
