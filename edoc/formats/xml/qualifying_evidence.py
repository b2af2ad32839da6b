"""Evidence records that seal a XAdES signature (TS 119 132-3): over all that stands before them, hashed piece by piece."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from edoc.facts.signature import EvidenceFacts, EvidenceReach
from edoc.formats.evidence.facts import DataObject, Named, Proves, Search, evidence_facts
from edoc.formats.evidence.model import RFC4998, RFC6283, EvidenceError, Record
from edoc.formats.evidence.read import read_record
from edoc.formats.evidence.stamps import Budget
from edoc.formats.evidence.tree import digest_group
from edoc.formats.evidence.xml import ROOT, read_element
from edoc.formats.xml.dsig import XmlSignature
from edoc.formats.xml.errors import XmlError
from edoc.formats.xml.qualifying import ERS, Qualifying, elements, value_octets
from edoc.formats.xml.qualifying_stamps import Covered
from edoc.formats.xml.qualifying_tokens import StampReader
from edoc.formats.xml.tree import Element
from edoc.pki.algorithms import digest_size

_PROPERTY = f"{{{ERS}}}SealingEvidenceRecords"
_ASN1 = f"{{{ERS}}}ASN1EvidenceRecord"


class RecordReader:
    """Reads the evidence records of one signature in document order."""

    def __init__(self, qualifying: Qualifying, signature: XmlSignature, covered: Covered, *, stamps: StampReader) -> None:
        """`stamps` has read the time-stamps of the signature already."""
        self._qualifying = qualifying
        self._signature = signature
        self._covered = covered
        self._stamps = stamps
        self._limits = signature.document.limits

    def read(self, id: str) -> tuple[EvidenceFacts, ...]:
        """Return the facts of every record of the signature of an id."""
        found: list[EvidenceFacts] = []
        for property in self._qualifying.unsigned:
            if property.tag != _PROPERTY:
                continue
            # Records side by side stand over the signature without the element that holds them.
            data = self._data(property, id)
            for item in list(elements(property))[: self._limits.evidence_records - len(found)]:
                named = Named(id=f"{id}.E{len(found) + 1}", name="", search=Search.BY_PLACE, limits=self._limits)
                kind = RFC6283 if item.tag == ROOT else RFC4998
                found.append(evidence_facts(partial(self._record, item), (data,), named, kind=kind))
        return tuple(found)

    def _record(self, element: Element) -> Record:
        if element.tag == ROOT:
            return read_element(element, self._signature.document, Budget(self._limits))
        octets = value_octets(element) if element.tag == _ASN1 else None
        if octets is None:
            raise EvidenceError("EVIDENCE_RECORD_MALFORMED")
        return read_record(octets, limits=self._limits)

    def _data(self, property: Element, id: str) -> DataObject:
        covers, protects = self._stamps.sealed(property)
        proves = Proves(reach=EvidenceReach.PARTS, covers=covers, protects=protects)
        return DataObject(name=id, digests=_digests(self._covered, property), proves=proves)


def _digests(covered: Covered, property: Element) -> Callable[[str, str | None], tuple[bytes, ...]]:
    known: dict[str, tuple[bytes, ...]] = {}

    def digests(algorithm: str, method: str | None) -> tuple[bytes, ...]:
        if digest_size(algorithm) is None:
            return ()
        if algorithm not in known:
            try:
                pieces, listed = covered.sealed(property, algorithm)
            except XmlError:
                known[algorithm] = ()
            else:
                # The plain form, and the one that goes on into signed manifests.
                forms = (pieces, (*pieces, *listed)) if listed else (pieces,)
                known[algorithm] = tuple(digest_group(form, algorithm) for form in forms)
        return known[algorithm]

    return digests
