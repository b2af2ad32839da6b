"""The data that a record beside a document may be about: the document itself, and what was handed over with it."""

from __future__ import annotations

from collections.abc import Callable

from edoc.facts.document import Digest, Document
from edoc.facts.signature import EvidenceReach, ScopeKind
from edoc.formats.evidence.facts import DataObject, Digests, Proves
from edoc.formats.kind import Kind, kind_of
from edoc.formats.originals import Originals, document_digest
from edoc.formats.xml.c14n import METHODS, canonicalize
from edoc.formats.xml.errors import XmlError
from edoc.formats.xml.nodes import NodeSet
from edoc.formats.xml.tree import XmlDocument
from edoc.limits import DEFAULT_LIMITS, Limits
from edoc.pki.algorithms import digest_of, digest_size

_WHOLE = Proves(reach=EvidenceReach.DOCUMENT)


class Canonical:
    """Makes canonical forms of XML data, as many as the budget of one document (`xml_work`) is enough for.

    Records may name many ways to canonicalise: data is not gone over for each of them without end.
    """

    def __init__(self, limits: Limits = DEFAULT_LIMITS) -> None:
        self._limits = limits
        self._left = limits.xml_work

    def digest(self, document: Document, algorithm: str, method: str | None) -> bytes | None:
        """Return the digest of the canonical form, null for what is no XML, or beyond the budget."""
        if method is None or method not in METHODS or kind_of(document) is not Kind.XML:
            return None
        self._left -= document.size
        # The first one is free: a large document has to be read once.
        if self._left < 0 and self._left + document.size < self._limits.xml_work:
            return None
        try:
            parsed = XmlDocument.parse(bytes(document.data[:]), name=document.name, limits=self._limits)
            nodes = NodeSet.of_document(parsed.tree, comments=METHODS[method][1])
            return digest_of(algorithm, canonicalize(nodes, method=method, document=parsed))
        except XmlError:
            return None


def document_object(document: Document, *, canonical: Canonical) -> DataObject:
    """Return a document as data that a record may have archived: with it, all that it carries existed."""
    return DataObject(
        name=document.name, digests=_digests_of(document, canonical), proves=_WHOLE, octets=lambda: bytes(document.data[:])
    )


def original_objects(originals: Originals, *, canonical: Canonical) -> tuple[DataObject, ...]:
    """Return what was handed over beside a document as data that a record may have archived, in order."""
    return tuple(_original(originals, place, canonical) for place in range(len(originals)))


def _original(originals: Originals, place: int, canonical: Canonical) -> DataObject:
    item = originals.items[place]
    if isinstance(item, Document):
        return DataObject(name=item.name, digests=_digests_of(item, canonical), octets=lambda: bytes(item.data[:]))

    def digests(algorithm: str, method: str | None) -> tuple[bytes, ...]:
        found = originals.digest_of(place, algorithm)
        return (found,) if found is not None else ()

    return DataObject(name=_called(item), digests=digests, scope=ScopeKind.DIGEST)


def _called(item: Digest) -> str:
    return f"{item.algorithm}:{item.value.hex()}"


def _digests_of(document: Document, canonical: Canonical) -> Digests:
    return data_digests(document, lambda algorithm: document_digest(document, algorithm), canonical=canonical)


def data_digests(document: Document, plain: Callable[[str], bytes | None], *, canonical: Canonical) -> Digests:
    """Return what gives the digests of a document that a record may have, each made once.

    XML: that of its canonical form first (RFC 6283 3.2.1); everything: that of its octets, which `plain` makes.
    """
    known: dict[tuple[str, str | None], tuple[bytes, ...]] = {}

    def digests(algorithm: str, method: str | None) -> tuple[bytes, ...]:
        key = (algorithm, method)
        if key not in known:
            octets = plain(algorithm) if digest_size(algorithm) is not None else None
            # What cannot be read has no canonical form either.
            form = canonical.digest(document, algorithm, method) if octets is not None else None
            known[key] = tuple(dict.fromkeys(item for item in (form, octets) if item is not None))
        return known[key]

    return digests
