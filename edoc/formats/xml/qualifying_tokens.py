"""The time-stamp tokens of a XAdES signature as facts: what each stands over, and what that proves."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from edoc.facts.findings import Finding, error, warning
from edoc.facts.material import EmbeddedObject
from edoc.facts.signature import SignatureFacts, SignatureFormat, TimestampFacts, TimestampKind
from edoc.formats.tst import timestamp_facts
from edoc.formats.xml.errors import XmlError
from edoc.formats.xml.place import COUNTERS, counter_signatures
from edoc.formats.xml.qualifying import Qualifying, elements
from edoc.formats.xml.qualifying_material import carried
from edoc.formats.xml.qualifying_stamps import KINDS, Covered, earlier, tokens_in
from edoc.formats.xml.tree import Element
from edoc.pki.algorithms import digest_size

_TOKENS = 200
"""Time-stamps of one signature; decades of renewals stay below 20."""


@dataclass(slots=True, kw_only=True)
class Allowance:
    """How many time-stamps and counter-signatures of one document are still read: each costs a signature check."""

    tokens: int = 1_000
    counter_signatures: int = 200


class StampReader:
    """Reads the time-stamps of one signature in document order."""

    def __init__(
        self,
        qualifying: Qualifying,
        covered: Covered,
        *,
        id: str,
        allowance: Allowance,
        key_info: Iterable[EmbeddedObject] = (),
    ) -> None:
        """Take the properties of a signature, what is left for the document, and what the KeyInfo carries."""
        self._qualifying = qualifying
        self._covered = covered
        self._id = id
        self._key_digests = _digests(key_info)
        self._digests: dict[Element, frozenset[bytes]] = {}
        self._allowance = allowance
        self._ids: dict[Element, tuple[str, ...]] = {}
        self.findings: list[Finding] = []

    def read(self) -> tuple[TimestampFacts, ...]:
        """Return the facts of every token; what is wrong with a property is told by `findings`."""
        found: list[TimestampFacts] = []
        for property in self._qualifying.every(*KINDS):
            tokens = tokens_in(self._qualifying, property)
            if not tokens:
                self.findings.append(warning("XADES_STAMP_WITHOUT_TOKEN", self._id, property=self._qualifying.name(property)))
            ids = []
            for token in tokens:
                if len(found) >= _TOKENS or not self._allowance.tokens:
                    self.findings.append(warning("XADES_STAMPS_LIMIT", self._id, limit=len(found)))
                    return tuple(found)
                self._allowance.tokens -= 1
                ids.append(f"{self._id}.T{len(found) + 1}")
                found.append(self._stamp(property, token, ids[-1]))
            self._ids[property] = tuple(ids)
        return tuple(found)

    def _stamp(self, property: Element, token: bytes | None, id: str) -> TimestampFacts:
        kind = KINDS[self._qualifying.name(property)]
        if token is None:
            nothing = SignatureFacts(id=f"{id}.token", format=SignatureFormat.CMS)
            finding = error("XADES_TOKEN_UNREADABLE", id)
            return TimestampFacts(
                id=id, kind=kind, token=nothing, gen_time=None, imprint=None, covers=(), findings=(finding,)
            )
        notes: list[Finding] = []
        facts = timestamp_facts(
            token,
            id=id,
            kind=kind,
            covers=self._covers(property, kind),
            imprint_of=self._imprint(property, id, notes),
        )
        protects = self._protects(property) if kind is TimestampKind.ARCHIVE else frozenset()
        return replace(facts, protects=protects, findings=(*facts.findings, *notes))

    def _imprint(self, property: Element, id: str, notes: list[Finding]) -> Callable[[str], bytes | None]:
        def digest(algorithm: str) -> bytes | None:
            if digest_size(algorithm) is None:
                return None
            if self._is_distributed(property):
                notes.append(warning("XADES_STAMP_DISTRIBUTED", id, property=self._qualifying.name(property)))
                return None
            try:
                return self._covered.digest(property, algorithm)
            except XmlError as problem:
                notes.append(warning("XADES_STAMP_NOT_COMPUTED", id, why=problem.code))
                return None

        return digest

    def _is_distributed(self, property: Element) -> bool:
        """Tell whether a time-stamp lists what it covers itself, instead of standing over what the standard names."""
        if self._qualifying.name(property).startswith(("Individual", "AllData")):
            return False
        listed = [item for item in elements(property) if self._qualifying.name(item) in ("Include", "HashDataInfo")]
        return bool(listed) and not (
            KINDS[self._qualifying.name(property)] is TimestampKind.SIGNATURE
            and all(self._covered.is_value(item.get("URI") or item.get("uri") or "") for item in listed)
        )

    def _covers(self, property: Element, kind: TimestampKind) -> tuple[str, ...]:
        if kind in (TimestampKind.CONTENT, TimestampKind.REFS_ONLY):
            return ()
        if kind is TimestampKind.SIGNATURE:
            return (self._id,)
        before = list(earlier(self._qualifying, property))
        if kind is TimestampKind.SIG_AND_REFS:
            before = [item for item in before if self._qualifying.name(item) == "SignatureTimeStamp"]
            return (self._id, *self._tokens(before))
        counters = [
            place for place, (holder, _) in enumerate(counter_signatures(self._qualifying)[:COUNTERS], 1) if holder in before
        ]
        signed = (*self._qualifying.signature_properties, *self._qualifying.data_properties)
        return (self._id, *self._tokens(signed), *self._tokens(before), *(f"{self._id}.C{place}" for place in counters))

    def sealed(self, property: Element) -> tuple[tuple[str, ...], frozenset[bytes]]:
        """Return what an evidence record in a property stands over: ids, and the SHA-256 of objects; read before."""
        return self._covers(property, TimestampKind.ARCHIVE), self._protects(property)

    def _tokens(self, properties: Iterable[Element]) -> list[str]:
        return [id for item in properties for id in self._ids.get(item, ())]

    def _protects(self, property: Element) -> frozenset[bytes]:
        found = set(self._key_digests)
        for item in earlier(self._qualifying, property):
            known = self._digests.get(item)
            if known is None:
                known = self._digests[item] = _digests(carried(self._qualifying, (item,), id=self._id))
            found |= known
        return frozenset(found)


def _digests(objects: Iterable[EmbeddedObject]) -> frozenset[bytes]:
    return frozenset(hashlib.sha256(item.der).digest() for item in objects)
