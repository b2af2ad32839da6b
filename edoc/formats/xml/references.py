"""The references of a signature: what each points to, its transforms, and the digest of what comes out.

A reference to this document is followed by identifiers alone, each once; anything else is sought among what was
handed over beside the document, and never fetched.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol
from urllib.parse import unquote

from edoc.facts.document import Document
from edoc.formats.originals import Found, Request
from edoc.formats.xml.algorithms import C14N_10, digest_of_uri
from edoc.formats.xml.c14n import METHODS, canonicalize
from edoc.formats.xml.errors import XmlError
from edoc.formats.xml.leaf import algorithm, octets, ordered
from edoc.formats.xml.nodes import NodeSet
from edoc.formats.xml.own_parts import told_apart
from edoc.formats.xml.transforms import (
    BASE64,
    ENVELOPED,
    Data,
    Transform,
    followed,
    octets_of,
    read_transforms,
    transformed,
)
from edoc.formats.xml.tree import DS, Element, XmlDocument
from edoc.pki.algorithms import digest_size, new_hash

_REFERENCE = 4_000
"""Octets that looking at one reference is counted as."""
MANIFEST_TYPE = f"{DS}Manifest"
_XPOINTER_ID = re.compile(r"""#xpointer\(id\((?:'([^'"]+)'|"([^'"]+)")\)\)""")


class Resolver(Protocol):
    """Finds detached data: `Originals`, or a container that knows its members."""

    def resolve(self, requests: Sequence[Request]) -> list[Found | None]:
        """Return, for each request, the data that it means; null when it is not there."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class XmlReference:
    """One ds:Reference of a SignedInfo, or of a Manifest."""

    element: Element
    document: XmlDocument
    id: str | None
    uri: str | None
    """Null when the attribute is missing: the application knows what is meant."""
    type: str
    transforms: tuple[Transform, ...]
    digest_algorithm: str
    """hashlib name, or `unknown:<uri>`."""
    digest: bytes
    entry: bool = False
    """True for one that stands in a Manifest."""
    target: Element | None = None
    """The element that a reference to this document points to, its document element for the whole of it."""
    covered: NodeSet | None = None
    """The nodes of this document that the digest stands for; null when it could not be made."""
    actual: bytes | None = None
    """The digest of what was found; null when the data is missing or could not be transformed."""
    problem: XmlError | None = None
    """Why there is no digest, when the data is at hand."""
    found: Document | None = field(default=None, repr=False)
    """Detached data, when its octets were handed over."""
    found_name: str | None = None

    @property
    def external(self) -> bool:
        """True when it points outside this document."""
        return self.uri is None or not (self.uri == "" or self.uri.startswith("#"))

    @property
    def plain(self) -> bool:
        """True when no transform chooses among the data: it leaves out nothing but signatures and markup."""
        return all(one.algorithm in METHODS or one.algorithm in (ENVELOPED, BASE64) for one in self.transforms)

    def output(self) -> Data:
        """Return what the transforms make of the data: octets, or nodes; `XmlError` when there is none."""
        if self.external:
            if self.found is None:
                raise XmlError("XML_REFERENCE_MISSING", reference=self.uri or "-")
            data: Data = bytes(self.found.data)
        else:
            data = dereferenced(self.document, self.uri or "", reference=self.element)
        return transformed(data, self.transforms, self.document)

    def octets(self, *, method: str = C14N_10, inclusive_prefixes: tuple[str, ...] = ()) -> bytes:
        """Return the octets of the output; nodes are canonicalised by `method` (a time-stamp may name its own)."""
        data = self.output()
        if isinstance(data, bytes):
            return data
        return canonicalize(data, method=method, inclusive_prefixes=inclusive_prefixes, document=self.document)


def dereferenced(document: XmlDocument, uri: str, *, reference: Element) -> NodeSet:
    """Return the nodes of a reference's same-document URI; only the pointer forms keep comments (XML-DSig 4.4.3.3).

    Raises `XmlError` XML_REFERENCE_MISSING, XML_ID_DUPLICATE, XML_XPATH_UNKNOWN.
    """
    if uri in ("", "#xpointer(/)"):
        return NodeSet.of_document(document.tree, comments=uri != "")
    name = identifier_of(uri)
    if name is None:
        raise XmlError("XML_XPATH_UNKNOWN", expression=uri[:120])
    found = document.by_id(name)
    if not found:
        raise XmlError("XML_REFERENCE_MISSING", reference=uri[:120])
    if len(found) > 1:
        found = told_apart(found, reference)
    if len(found) > 1:
        raise XmlError("XML_ID_DUPLICATE", reference=uri[:120])
    return NodeSet(apex=found[0], comments=uri.startswith("#xpointer("))


def identifier_of(uri: str) -> str | None:
    """Return the identifier that a same-document URI names, null for a pointer of another form."""
    if not uri.startswith("#xpointer("):
        return uri[1:]
    pointer = _XPOINTER_ID.fullmatch(uri)
    return (pointer.group(1) or pointer.group(2)) if pointer is not None else None


def read_reference(element: Element, document: XmlDocument, *, entry: bool = False) -> XmlReference:
    """Read one ds:Reference, its data not yet looked at; `XmlError` when its shape is wrong."""
    box, method, value = ordered(element, ("Transforms?", "DigestMethod", "DigestValue"))
    return XmlReference(
        element=element,
        document=document,
        id=element.get("Id"),
        uri=element.get("URI"),
        type=element.get("Type") or "",
        transforms=read_transforms(box[0] if box else None, limits=document.limits),
        digest_algorithm=digest_of_uri(algorithm(method[0])),
        digest=octets(value[0]),
        entry=entry,
    )


def digested(references: Sequence[XmlReference], resolver: Resolver | None) -> list[XmlReference]:
    """Return the references with the digests of what they point to; detached data is asked for once, all together."""
    done = [item if item.external else _inside(item) for item in references]
    outside = [place for place, item in enumerate(done) if item.external and digest_size(item.digest_algorithm)]
    if resolver is None or not outside:
        return done
    unjudged: dict[int, XmlError] = {}
    requests = [_request(done[place], place, unjudged) for place in outside]
    for place, found in zip(outside, resolver.resolve(requests), strict=True):
        item = done[place]
        if found is not None:
            done[place] = replace(item, found=found.document, found_name=found.name, actual=found.actual)
        elif place in unjudged:
            done[place] = replace(item, problem=unjudged[place])
    return done


def _inside(item: XmlReference) -> XmlReference:
    target: Element | None = None
    try:
        nodes = dereferenced(item.document, item.uri or "", reference=item.element)
        target = nodes.apex
        item.document.spend(_REFERENCE)
        data, covered = followed(nodes, item.transforms, item.document)
        made = octets_of(data, item.document)
        if not made:
            # Nothing is signed by it: an empty set always has the same digest.
            raise XmlError("XML_REFERENCE_EMPTY", reference=item.uri or "-")
    except XmlError as problem:
        return replace(item, target=target, problem=problem)
    return replace(item, target=target, actual=_digest(item.digest_algorithm, made), covered=covered)


def _digest(name: str, made: bytes) -> bytes | None:
    if digest_size(name) is None:
        return None
    state = new_hash(name)
    state.update(made)
    return state.digest()


def _request(item: XmlReference, place: int, unjudged: dict[int, XmlError]) -> Request:
    def read(document: Document) -> bytes | None:
        try:
            return octets_of(transformed(bytes(document.data), item.transforms, item.document), item.document)
        except XmlError as problem:
            if problem.undecided:
                unjudged[place] = problem
            # Otherwise it is not the data that is meant: any original is tried for any reference.
            return None

    name = unquote(item.uri) if item.uri else None
    return Request(
        algorithm=item.digest_algorithm,
        expected=item.digest,
        name=name,
        read=read if item.transforms else None,
    )
