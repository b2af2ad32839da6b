"""Reads evidence records in XML (RFC 6283); their order is what the `Order` attributes say, not the place."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from edoc.facts.findings import Finding, warning
from edoc.facts.material import EmbeddedObject, MaterialKind, Origin
from edoc.formats.evidence.model import RFC6283, ArchiveChain, ArchiveStamp, EvidenceError, Groups, Record
from edoc.formats.evidence.stamps import Budget, read_imprint
from edoc.formats.xml.algorithms import digest_of_uri
from edoc.formats.xml.c14n import METHODS, canonicalize
from edoc.formats.xml.errors import XmlError
from edoc.formats.xml.nodes import NodeSet
from edoc.formats.xml.qualifying import value_octets
from edoc.formats.xml.tree import Element, XmlDocument
from edoc.pki.algorithms import digest_of, digest_size

NAMESPACE = "urn:ietf:params:xml:ns:ers"
ROOT = f"{{{NAMESPACE}}}EvidenceRecord"
_MATERIAL = {"CERT": MaterialKind.CERTIFICATE, "CRL": MaterialKind.CRL, "OCSP": MaterialKind.OCSP}
_OBJECTS = 200
"""Certificates, lists and responses beside one token."""


def read_xml_record(data: bytes, budget: Budget) -> Record:
    """Return the record of a document of its own; raises `EvidenceError` for what is none, or is too much."""
    try:
        document = XmlDocument.parse(data, name="record", limits=budget.limits)
    except XmlError as problem:
        raise _error(problem) from problem
    return read_element(document.root, document, budget)


def read_element(root: Element, document: XmlDocument, budget: Budget) -> Record:
    """Return the record that stands in an element of a document; raises `EvidenceError`."""
    try:
        return _Reading(document, budget).record(root)
    except XmlError as problem:
        raise _error(problem) from problem


def _error(problem: XmlError) -> EvidenceError:
    if problem.code == "XML_LIMIT":
        return EvidenceError("EVIDENCE_LIMIT", what=problem.params.get("what", "-"), limit=problem.params.get("limit", "-"))
    return EvidenceError("EVIDENCE_RECORD_MALFORMED")


class _Reading:
    """One record on its way to values."""

    def __init__(self, document: XmlDocument, budget: Budget) -> None:
        self._document = document
        self._budget = budget
        self._findings: list[Finding] = []
        self._material: list[EmbeddedObject] = []

    def record(self, root: Element) -> Record:
        if root.tag != ROOT:
            raise EvidenceError("EVIDENCE_RECORD_MALFORMED")
        if root.get("Version") != "1.0":
            raise EvidenceError("EVIDENCE_VERSION", version=(root.get("Version") or "-")[:20])
        encrypted, supporting, sequence = _fields(
            root, ("EncryptionInformation?", "SupportingInformationList?", "ArchiveTimeStampSequence")
        )
        if encrypted is not None:
            self._findings.append(warning("EVIDENCE_ENCRYPTED"))
        if supporting is not None:
            self._material += _objects(supporting)
        assert sequence is not None
        elements = _ordered(sequence, "ArchiveTimeStampChain", self._budget.limits.evidence_stamps)
        chains = tuple(self._chain(sequence, elements, number) for number in range(len(elements)))
        return Record(kind=RFC6283, chains=chains, material=tuple(self._material), findings=tuple(self._findings))

    def _chain(self, sequence: Element, elements: Sequence[Element], place: int) -> ArchiveChain:
        element = elements[place]
        stamps = _ordered(element, "ArchiveTimeStamp", self._budget.limits.evidence_stamps)
        digest, canonicalization = _heads(element)
        algorithm, method = digest_of_uri(digest), canonicalization
        if digest_size(algorithm) is None:
            self._findings.append(warning("EVIDENCE_DIGEST_UNKNOWN", digest=digest[:120] or "-"))
        if method not in METHODS:
            self._findings.append(warning("EVIDENCE_C14N_UNKNOWN", method=method[:120] or "-"))
        earlier: tuple[bytes, ...] = ()
        if place:
            # RFC 6283 4.2.2: the sequence as it was before this chain and those after it.
            nodes = NodeSet(apex=sequence, marks=dict.fromkeys(elements[place:], False))
            earlier = self._digest(nodes, algorithm, method)
        read: list[ArchiveStamp] = []
        last: Element | None = None
        for item in stamps:
            previous = self._digest(last, algorithm, method) if last is not None else ()
            made, last = self._stamp(item, algorithm, previous)
            read.append(made)
        return ArchiveChain(digest_algorithm=algorithm, method=method, stamps=tuple(read), earlier=earlier)

    def _digest(self, what: Element | NodeSet, algorithm: str, method: str) -> tuple[bytes, ...]:
        if method not in METHODS:
            return ()
        self._document.spend(0)
        octets = canonicalize(what, method=method, document=self._document)
        self._budget.spend(len(octets))
        made = digest_of(algorithm, octets)
        return (made,) if made is not None else ()

    def _stamp(self, element: Element, algorithm: str, previous: tuple[bytes, ...]) -> tuple[ArchiveStamp, Element]:
        tree, stamp, _ = _fields(element, ("HashTree?", "TimeStamp", "Attributes?"))
        assert stamp is not None
        token, listed = _fields(stamp, ("TimeStampToken", "CryptographicInformationList?"))
        assert token is not None
        if token.get("Type") != "RFC3161":
            raise EvidenceError("EVIDENCE_TOKEN_TYPE", type=(token.get("Type") or "-")[:60])
        groups = self._groups(tree) if tree is not None else None
        self._budget.judge_sizes(groups or (), algorithm)
        octets = value_octets(token)
        if octets is None:
            raise EvidenceError("EVIDENCE_RECORD_MALFORMED")
        imprint = read_imprint(octets, self._budget)
        material = tuple(_objects(listed)) if listed is not None else ()
        made = ArchiveStamp(
            groups=groups, token=octets, imprint_algorithm=imprint[0], imprint=imprint[1], previous=previous,
            material=material,
        )  # fmt: skip
        return made, stamp

    def _groups(self, tree: Element) -> Groups:
        found = []
        for sequence in _ordered(tree, "Sequence", self._budget.limits.evidence_hashes):
            listed = list(sequence.iterchildren("*"))
            self._budget.count(len(listed))
            values = [value_octets(item) if item.tag == f"{{{NAMESPACE}}}DigestValue" else None for item in listed]
            if not values or None in values:
                raise EvidenceError("EVIDENCE_RECORD_MALFORMED")
            found.append(tuple(value for value in values if value is not None))
        return tuple(found)


def _fields(element: Element, names: Sequence[str]) -> Iterator[Element | None]:
    """Return the children by name, in the order of the schema; a name that ends with `?` may be missing."""
    left = list(element.iterchildren("*"))
    found: list[Element | None] = []
    for name in names:
        plain = f"{{{NAMESPACE}}}{name.rstrip('?')}"
        there = bool(left) and left[0].tag == plain
        if not there and not name.endswith("?"):
            raise EvidenceError("EVIDENCE_RECORD_MALFORMED")
        found.append(left.pop(0) if there else None)
    if left:
        raise EvidenceError("EVIDENCE_RECORD_MALFORMED")
    return iter(found)


def _heads(chain: Element) -> tuple[str, str]:
    """Return the identifiers of a chain's hash algorithm and of its canonicalisation."""
    found = []
    for name in ("DigestMethod", "CanonicalizationMethod"):
        listed = chain.findall(f"{{{NAMESPACE}}}{name}")
        if len(listed) != 1:
            raise EvidenceError("EVIDENCE_RECORD_MALFORMED")
        found.append(listed[0].get("Algorithm") or "")
    return found[0], found[1]


_BESIDE = {"ArchiveTimeStampChain": ("DigestMethod", "CanonicalizationMethod", "ArchiveTimeStamp")}
"""What else may stand where numbered children do."""


def _ordered(parent: Element, name: str, limit: int) -> list[Element]:
    """Return the children of a name by their numbers, which must be 1, 2, 3 and so on (RFC 6283 3.1)."""
    listed = [item for item in parent.iterchildren("*") if item.tag == f"{{{NAMESPACE}}}{name}"]
    if not listed:
        raise EvidenceError("EVIDENCE_RECORD_MALFORMED")
    if len(listed) > limit:
        raise EvidenceError("EVIDENCE_LIMIT", what=name, limit=limit)
    allowed = _BESIDE.get(str(parent.tag).rpartition("}")[2], (name,))
    if any(item.tag not in {f"{{{NAMESPACE}}}{other}" for other in allowed} for item in parent.iterchildren("*")):
        raise EvidenceError("EVIDENCE_RECORD_MALFORMED")
    numbers = [item.get("Order") or "" for item in listed]
    found = dict(zip(numbers, listed, strict=True))
    wanted = [str(number) for number in range(1, len(listed) + 1)]
    if set(numbers) != set(wanted):
        raise EvidenceError("EVIDENCE_ORDER", element=name)
    return [found[number] for number in wanted]


def _objects(parent: Element) -> Iterator[EmbeddedObject]:
    """Yield certificates, lists and responses: candidates, trusted by nobody; what is no such thing is left out."""
    for item in list(parent.iterchildren("*"))[:_OBJECTS]:
        kind, octets = _MATERIAL.get((item.get("Type") or "").upper()), value_octets(item)
        if kind is not None and octets is not None:
            yield EmbeddedObject(kind=kind, der=octets, origin=Origin.TIMESTAMP)
