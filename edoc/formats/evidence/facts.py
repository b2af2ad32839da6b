"""An evidence record as facts: held against the data that it is about, chain by chain (RFC 4998 5.3, RFC 6283 4.3)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import Enum

from edoc.facts.findings import Finding, error, info, warning
from edoc.facts.signature import (
    EvidenceChain,
    EvidenceFacts,
    EvidenceReach,
    Reference,
    ReferenceKind,
    ScopeKind,
    TimestampFacts,
    TimestampKind,
)
from edoc.formats.cms_signer import about
from edoc.formats.evidence.model import RFC4998, RFC6283, ArchiveChain, ArchiveStamp, EvidenceError, Record
from edoc.formats.evidence.tree import tree_root
from edoc.formats.tst import timestamp_facts
from edoc.limits import DEFAULT_LIMITS, Limits
from edoc.pki.algorithms import digest_of, digest_size

Digests = Callable[[str, str | None], tuple[bytes, ...]]
"""(hashlib name, canonicalisation of XML or null): the digests that data may be archived by, the usual one first;
none when the data is not at hand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proves:
    """What of the document is proved to have existed when a data object is."""

    reach: EvidenceReach = EvidenceReach.NOTHING
    covers: tuple[str, ...] = ()
    protects: frozenset[bytes] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class DataObject:
    """One thing that a record may have archived."""

    name: str
    digests: Digests
    proves: Proves = Proves()
    scope: ScopeKind = ScopeKind.FULL
    octets: Callable[[], bytes] | None = None


class Search(Enum):
    """How the data of a record is told."""

    BY_PLACE = "by_place"
    """Where the record stands says what it is about: all of that has to be in it."""
    BY_DIGEST = "by_digest"
    """Whatever is at hand and in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """What a record is called in the report, and which of the data at hand its file means."""

    id: str
    name: str
    search: Search = Search.BY_DIGEST
    limits: Limits = DEFAULT_LIMITS


def evidence_facts(read: Callable[[], Record], objects: Sequence[DataObject], named: Named, *, kind: str) -> EvidenceFacts:
    """Return the facts of a record; one that `read` refuses is told by a finding (`kind`: what it seems to be)."""
    try:
        record = read()
    except EvidenceError as problem:
        return unread_facts(problem, named, kind=kind)
    return _Held(record, named, objects).facts()


def unread_facts(problem: EvidenceError, named: Named, *, kind: str) -> EvidenceFacts:
    """Return the facts of a record that cannot be read, with the reason."""
    make = warning if problem.undecided else error
    return EvidenceFacts(id=named.id, kind=kind, name=named.name, findings=(make(problem.code, named.id, **problem.params),))


def kind_of_record(octets: bytes) -> str:
    """Return the syntax that octets seem to be of, for a record that cannot be read."""
    return RFC4998 if octets[:1] == b"\x30" else RFC6283


@dataclass(frozen=True, slots=True)
class _Match:
    """A data object beside the hash list of the first archive time-stamp."""

    object: DataObject
    reference: Reference

    @property
    def found(self) -> bool:
        return self.reference.intact is True


class _Held:
    """One record held against data."""

    def __init__(self, record: Record, named: Named, objects: Sequence[DataObject]) -> None:
        self._record = record
        self._named = named
        self._findings: list[Finding] = list(record.findings)
        first = record.chains[0]
        self._values = _values(first.stamps[0])
        self._matches = tuple(self._matched(objects, first))
        self._found = tuple(item for item in self._matches if item.found)

    def facts(self) -> EvidenceFacts:
        chains, number = [], 0
        for place, chain in enumerate(self._record.chains):
            stamps = []
            for index, stamp in enumerate(chain.stamps):
                number += 1
                stamps.append(self._stamp(chain, stamp, place=(place, index), id=f"{self._named.id}.T{number}"))
            chains.append(EvidenceChain(digest_algorithm=chain.digest_algorithm, timestamps=tuple(stamps)))
        proves = [item.object.proves for item in self._found]
        reaches = [item.reach for item in proves]
        reach = next((one for one in _FARTHEST if one in reaches), EvidenceReach.NOTHING)
        known = {item.reference.expected for item in self._found}
        others = sum(value not in known for value in self._values)
        if others and self._found:
            self._findings.append(info("EVIDENCE_OTHER_DATA", count=others))
        return EvidenceFacts(
            id=self._named.id,
            kind=self._record.kind,
            name=self._named.name,
            chains=tuple(chains),
            references=tuple(item.reference for item in self._matches),
            others=others,
            reach=reach,
            covers=tuple(dict.fromkeys(id for item in proves for id in item.covers)),
            protects=frozenset().union(*(item.protects for item in proves)),
            material=self._record.material,
            findings=about(self._named.id, tuple(self._findings)),
        )

    def _matched(self, objects: Sequence[DataObject], chain: ArchiveChain) -> Iterator[_Match]:
        known = set(self._values)
        by_place = self._named.search is Search.BY_PLACE
        left = []
        for item in objects:
            made = item.digests(chain.digest_algorithm, chain.method)
            equal = next((digest for digest in made if digest in known), None)
            if equal is not None:
                yield _Match(item, self._reference(item, chain, expected=equal, actual=equal))
            elif by_place:
                alone = self._values[0] if len(self._values) == 1 else None
                actual = made[0] if made else None
                yield _Match(item, self._reference(item, chain, expected=alone, actual=actual))
            else:
                left.append((item, made))
        if len(objects) == 1 == len(left) and len(self._values) == 1 and left[0][1]:
            # One datum and one digest: nothing else can be meant, so that it is another or was changed.
            item, made = left[0]
            yield _Match(item, self._reference(item, chain, expected=self._values[0], actual=made[0]))

    def _reference(
        self, item: DataObject, chain: ArchiveChain, *, expected: bytes | None, actual: bytes | None
    ) -> Reference:
        missing = actual is None and expected is None
        return Reference(
            name=item.name,
            kind=ReferenceKind.MANIFEST_ENTRY,
            scope=item.scope,
            digest_algorithm=chain.digest_algorithm,
            expected=b"" if missing else expected,
            actual=actual,
            octets=item.octets if actual is not None and actual == expected else None,
        )

    def _stamp(self, chain: ArchiveChain, stamp: ArchiveStamp, *, place: tuple[int, int], id: str) -> TimestampFacts:
        if place[1]:
            actual = _covering(stamp, (stamp.previous,), chain.digest_algorithm)
        elif place[0]:
            actual = self._renewed(chain, stamp)
        else:
            actual = self._first(chain, stamp)
        if stamp.imprint_algorithm and stamp.imprint_algorithm != chain.digest_algorithm:
            # A tree of one algorithm under an imprint of another proves what the weaker one is worth.
            self._findings.append(error("EVIDENCE_IMPRINT_OTHER", name=id, digest=stamp.imprint_algorithm,
                                        other=chain.digest_algorithm))  # fmt: skip
            actual = b""
        facts = timestamp_facts(
            stamp.token, id=id, kind=TimestampKind.EVIDENCE, imprint_of=lambda _: actual, limits=self._named.limits
        )
        if not stamp.material:
            return facts
        return replace(facts, token=replace(facts.token, material=(*facts.token.material, *stamp.material)))

    def _first(self, chain: ArchiveChain, stamp: ArchiveStamp) -> bytes | None:
        if digest_size(chain.digest_algorithm) is None:
            return None
        if stamp.groups is None:
            return stamp.imprint if self._found else None
        return tree_root(stamp.groups[0], stamp.groups[1:], chain.digest_algorithm)

    def _renewed(self, chain: ArchiveChain, stamp: ArchiveStamp) -> bytes | None:
        """Return what the first archive time-stamp of a later chain comes to with everything that it has to cover."""
        algorithm, method = chain.digest_algorithm, chain.method
        made = [item.object.digests(algorithm, method) for item in self._found]
        if self._record.kind == RFC4998:
            # RFC 4998 5.2: H(H(d) + H(chains)), the document first, never sorted.
            wanted = [
                tuple(digest_of(algorithm, own + all_before) or b"" for own in each for all_before in chain.earlier)
                for each in made
            ]
            return _covering(stamp, wanted, algorithm)
        if stamp.groups is None:
            # RFC 6283 4.2.2: without a tree it stands over the chains alone.
            self._findings.append(warning("EVIDENCE_NOT_REHASHED", digest=algorithm))
            again = tuple(digest_of(algorithm, item) or b"" for item in chain.earlier)
            return _covering(stamp, ((*chain.earlier, *again),), algorithm)
        return _covering(stamp, (chain.earlier, *made), algorithm, twice=True)


_FARTHEST = (EvidenceReach.DOCUMENT, EvidenceReach.FILES, EvidenceReach.PARTS)


def _values(stamp: ArchiveStamp) -> tuple[bytes, ...]:
    """Return the digests of data in an archive time-stamp; without a tree the imprint is the only one."""
    return stamp.groups[0] if stamp.groups is not None else (stamp.imprint,) if stamp.imprint else ()


def _covering(
    stamp: ArchiveStamp, wanted: Sequence[tuple[bytes, ...]], algorithm: str, *, twice: bool = False
) -> bytes | None:
    """Return the root over everything wanted, each by one of its digests: what the list lacks is put in.

    Null when something wanted is not known.  `twice`: a list of one value may have been hashed like any other list.
    """
    if digest_size(algorithm) is None or not all(wanted):
        return None
    groups = stamp.groups
    if groups is None:
        if len(wanted) != 1:
            return None
        return stamp.imprint if stamp.imprint in wanted[0] else wanted[0][0]
    listed = set(groups[0])
    missing = tuple(each[0] for each in wanted if listed.isdisjoint(each))
    first = (*groups[0], *missing)
    root = tree_root(first, groups[1:], algorithm)
    if twice and len(first) == 1 and root != stamp.imprint:
        return tree_root(first, groups[1:], algorithm, single=False)
    return root

