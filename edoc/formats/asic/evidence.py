"""Evidence records of a container: files of their own over the files that a manifest names (EN 319 162-1 4.3.3.4, A.6)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from edoc.facts.findings import Finding, Severity, info
from edoc.facts.signature import EvidenceFacts, EvidenceReach, Reference
from edoc.formats.asic.errors import ZipError
from edoc.formats.asic.linked import Linked, Manifests
from edoc.formats.asic.members import Members
from edoc.formats.asic.package import Package
from edoc.formats.asic.roles import Contents, Role
from edoc.formats.asic.zip import Entry
from edoc.formats.evidence.facts import DataObject, Named, Proves, Search, evidence_facts, kind_of_record, unread_facts
from edoc.formats.evidence.model import EvidenceError, Record
from edoc.formats.evidence.objects import Canonical, data_digests
from edoc.formats.evidence.read import read_record

_OTHER = b"other"
"""The digest of what is not as the manifest says: no hash list has it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """One evidence record of a container, and the names of the members that it covers."""

    facts: EvidenceFacts
    covered: frozenset[str]


class EvidenceReader:
    """Reads the evidence records of one container in stored order."""

    def __init__(self, package: Package, *, simple: bool, members: Members, contents: Contents) -> None:
        """`simple`: the container says that it is ASiC-S, where a record needs no manifest."""
        self._package = package
        self._simple = simple
        self._members = members
        self._contents = contents
        self._canonical = Canonical(package.limits)
        self._manifests = Manifests(package, contents.of_role(Role.EVIDENCE_MANIFEST), members)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What is wrong with manifests of records: told, and nothing against the signatures beside them."""
        found = [replace(item, severity=Severity.INFO) for item in self._manifests.findings]
        entries, limit = self._contents.of_role(Role.EVIDENCE), self._package.limits.evidence_records
        if len(entries) > limit:
            found.append(info("EVIDENCE_RECORDS_LIMIT", self._package.document.name, limit=limit))
        return tuple(found)

    def read(self, ids: Mapping[str, tuple[str, ...]]) -> tuple[Recorded, ...]:
        """Return every evidence record; `ids` gives those of signatures and time-stamps by the name of their file."""
        entries = self._contents.of_role(Role.EVIDENCE)[: self._package.limits.evidence_records]
        return tuple(self._one(entry, f"E{number}", ids) for number, entry in enumerate(entries, 1))

    def _one(self, entry: Entry, id: str, ids: Mapping[str, tuple[str, ...]]) -> Recorded:
        named = Named(id=id, name=entry.name, search=Search.BY_PLACE, limits=self._package.limits)
        try:
            octets = self._package.read_small(entry)
        except ZipError:
            # The package keeps what was wrong, and the reader of the container tells it.
            problem = EvidenceError("EVIDENCE_RECORD_MALFORMED")
            return Recorded(facts=unread_facts(problem, named, kind=kind_of_record(b"")), covered=frozenset())
        kind = kind_of_record(octets)
        try:
            record = read_record(octets, limits=self._package.limits)
        except EvidenceError as problem:
            return Recorded(facts=unread_facts(problem, named, kind=kind), covered=frozenset())
        notes: list[Finding] = []
        objects = tuple(self._objects(entry.name, record, ids, notes, id))
        facts = evidence_facts(lambda: record, objects, named, kind=kind)
        facts = replace(facts, findings=(*facts.findings, *notes))
        intact = all(item.intact is True for item in facts.references)
        return Recorded(facts=facts, covered=frozenset(item.name for item in facts.references) if intact else frozenset())

    def _objects(
        self, name: str, record: Record, ids: Mapping[str, tuple[str, ...]], notes: list[Finding], id: str
    ) -> Iterator[DataObject]:
        first = record.chains[0].digest_algorithm
        if self._simple:
            # EN 319 162-1 4.3.3.4: it stands over the one data object, whatever a manifest says.
            data = self._contents.names(Role.DATA)
            if len(data) == 1:
                yield self._member(data[0], ids)
            else:
                notes.append(info("ASIC_EVIDENCE_SEVERAL_FILES", id, count=len(data)))
            return
        linked = self._manifests.over(name)
        if len(linked) != 1:
            notes.append(info("ASIC_EVIDENCE_MANIFESTS", id, name=name, count=len(linked)))
            return
        yield from self._listed(linked[0], first, ids, notes, id)

    def _listed(
        self, linked: Linked, first: str, ids: Mapping[str, tuple[str, ...]], notes: list[Finding], id: str
    ) -> Iterable[DataObject]:
        other = sorted({item.digest_algorithm for item in linked.references} - {first})
        if other:
            notes.append(info("ASIC_EVIDENCE_DIGEST_OTHER", id, digest=", ".join(other), other=first))
        for item in linked.references:
            yield self._listed_member(item, first, ids)

    def _listed_member(self, item: Reference, first: str, ids: Mapping[str, tuple[str, ...]]) -> DataObject:
        plain = self._member(item.name, ids)

        def digests(algorithm: str, method: str | None) -> tuple[bytes, ...]:
            if item.intact is False or item.digest_algorithm != first:
                return (_OTHER,)
            return plain.digests(algorithm, method)

        return replace(plain, digests=digests)

    def _member(self, name: str, ids: Mapping[str, tuple[str, ...]]) -> DataObject:
        """Return a member as data; of XML a record in XML has the digest of the canonical form (RFC 6283 3.2.1)."""
        proves = Proves(reach=EvidenceReach.FILES, covers=ids.get(name, ()))
        if self._package.entry(name) is None:
            return DataObject(name=name, digests=lambda algorithm, method: (), proves=proves)
        member = self._package.member(name)

        def plain(algorithm: str) -> bytes | None:
            return self._members.digest(name, algorithm)

        found = data_digests(member, plain, canonical=self._canonical)
        return DataObject(name=name, digests=found, proves=proves, octets=lambda: bytes(member.data))
