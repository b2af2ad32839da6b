"""The transforms of a reference: those of the allow-list, in their order, and nothing else (XML-DSig 6.6)."""

from __future__ import annotations

from dataclasses import dataclass, replace

from lxml import etree

from edoc.formats.xml.algorithms import C14N_10
from edoc.formats.xml.boxes import boxed_name
from edoc.formats.xml.c14n import METHODS, canonicalize
from edoc.formats.xml.errors import XmlError
from edoc.formats.xml.leaf import algorithm, attributes, children, decoded
from edoc.formats.xml.nodes import NodeSet
from edoc.formats.xml.tree import DS, ID_ATTRIBUTES, Element, XmlDocument
from edoc.formats.xml.xpath import filter_nodes, filter_two
from edoc.limits import Limits

ENVELOPED = f"{DS}enveloped-signature"
BASE64 = f"{DS}base64"
XPATH = "http://www.w3.org/TR/1999/REC-xpath-19991116"
XPATH_FILTER_2 = "http://www.w3.org/2002/06/xmldsig-filter2"
_INCLUSIVE = "{http://www.w3.org/2001/10/xml-exc-c14n#}InclusiveNamespaces"

Data = bytes | NodeSet


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Transform:
    """One transform as it stands in a reference."""

    algorithm: str
    element: Element

    @property
    def known(self) -> bool:
        """True when it is on the allow-list; whether its parameters are is told by applying it."""
        return self.algorithm in _KNOWN or self.algorithm in METHODS


def read_transforms(box: Element | None, *, limits: Limits) -> tuple[Transform, ...]:
    """Return the transforms of a ds:Transforms; `XmlError` XML_LIMIT, XML_SIGNATURE_SHAPE."""
    if box is None:
        return ()
    found = children(box)
    if len(found) > limits.xml_transforms:
        raise XmlError("XML_LIMIT", limit=limits.xml_transforms, what="transforms")
    for item in found:
        if item.tag != f"{{{DS}}}Transform":
            raise XmlError("XML_SIGNATURE_SHAPE", element="Transforms", child=str(item.tag)[:80])
    return tuple(Transform(algorithm=algorithm(item), element=item) for item in found)


def transformed(data: Data, transforms: tuple[Transform, ...], document: XmlDocument) -> Data:
    """Return what the transforms of a signature in `document` make of some data, from wherever it is.

    Raises `XmlError`: XML_TRANSFORM_UNKNOWN or XML_XPATH_UNKNOWN (not judged), and what parsing, decoding and
    canonicalising refuse.
    """
    for item in transforms:
        data = _applied(data, item, document)
    return data


def _applied(data: Data, item: Transform, document: XmlDocument) -> Data:
    if item.algorithm in METHODS:
        prefixes = inclusive_prefixes(item.element)
        return _canonical(_nodes(data, document), document, method=item.algorithm, prefixes=prefixes)
    if item.algorithm == BASE64:
        text = data.decode("latin-1") if isinstance(data, bytes) else _text(data)
        return decoded(text, element="Reference")
    if item.algorithm == ENVELOPED:
        return _enveloped(_nodes(data, document), item.element)
    if item.algorithm == XPATH:
        return filter_nodes(_nodes(data, document), item.element, document)
    if item.algorithm == XPATH_FILTER_2:
        return filter_two(_nodes(data, document), item.element, document)
    raise XmlError("XML_TRANSFORM_UNKNOWN", algorithm=item.algorithm[:120])


def followed(
    nodes: NodeSet, transforms: tuple[Transform, ...], document: XmlDocument
) -> tuple[Data, NodeSet | None]:
    """Return what the transforms make of nodes, and which nodes of the document the octets at the end stand for.

    What turns nodes into octets changes nothing about that: those decoded from base64 cover the text that they
    were decoded from.  Null when a transform chooses among octets that were parsed again.  Errors as for
    `transformed`.
    """
    data: Data = nodes
    covered: NodeSet | None = nodes
    for item in transforms:
        chooses = not (item.algorithm in METHODS or item.algorithm == BASE64)
        if chooses and not isinstance(data, NodeSet):
            covered = None
        if item.algorithm == BASE64 and isinstance(data, NodeSet) and not _is_box_of_text(data.apex):
            covered = None
        data = _applied(data, item, document)
        if isinstance(data, NodeSet) and covered is not None:
            covered = data
    return data, covered


def _is_box_of_text(element: Element) -> bool:
    """Tell whether an element only holds text: of others base64 drops what they say by elements or attributes."""
    if next(element.iterchildren("*"), None) is not None:
        return False
    labels = _LABELS | {"Name"} if boxed_name(element) is not None else _LABELS
    return element.tag == f"{{{DS}}}Object" or labels.issuperset(attributes(element))


_LABELS = frozenset({*ID_ATTRIBUTES, "MimeType", "Encoding"})
"""Attributes that say nothing beside what a box holds; the type that counts is signed (EN 319 132-1 5.2.4)."""


_KNOWN = frozenset({ENVELOPED, BASE64, XPATH, XPATH_FILTER_2})


def _nodes(data: Data, document: XmlDocument) -> NodeSet:
    if isinstance(data, NodeSet):
        return data
    # XML-DSig 4.4.3.2: octets are parsed when a transform wants nodes.
    document.spend(len(data))
    inner = XmlDocument.parse(data, name=document.name, limits=document.limits)
    return NodeSet.of_document(inner.tree, comments=True)


def octets_of(data: Data, document: XmlDocument) -> bytes:
    """Return the octets that are digested: nodes become canonical XML 1.0 (XML-DSig 4.4.3.2)."""
    return data if isinstance(data, bytes) else _canonical(data, document, method=C14N_10)


def _canonical(nodes: NodeSet, document: XmlDocument, *, method: str, prefixes: tuple[str, ...] = ()) -> bytes:
    # What is begun is at most as long as the document; what is asked for again and again is counted.
    document.spend(0)
    return canonicalize(nodes, method=method, inclusive_prefixes=prefixes, document=document)


def inclusive_prefixes(element: Element) -> tuple[str, ...]:
    """Return the PrefixList of an exclusive canonicalisation, none when there is no InclusiveNamespaces."""
    box = next(element.iterchildren(_INCLUSIVE), None)
    return tuple((box.get("PrefixList") or "").split()) if box is not None else ()


def _enveloped(nodes: NodeSet, element: Element) -> NodeSet:
    own = next(element.iterancestors(f"{{{DS}}}Signature"), None)
    if own is None or nodes.tree.getroot() is not own.getroottree().getroot():
        # XML-DSig 6.6.4: it means the document that the signature stands in.
        raise XmlError("XML_ENVELOPED_OUTSIDE")
    if nodes.apex is own or any(above is own for above in nodes.apex.iterancestors()):
        return replace(nodes, whole=False, marks={nodes.apex: False})
    return nodes.without(own) if nodes.apex is own.getroottree().getroot() or _inside(own, nodes.apex) else nodes


def _inside(element: Element, apex: Element) -> bool:
    return any(above is apex for above in element.iterancestors())


def _text(nodes: NodeSet) -> str:
    """Return the text of all nodes of a set (XML-DSig 6.6.2: comments and instructions are left out)."""
    if nodes.holes == []:
        return str(_STRING(nodes.apex))
    parts: list[str] = []
    inside = [False]
    for event, item in etree.iterwalk(nodes.apex, events=("start", "end", "comment", "pi")):
        if event == "start":
            inside.append(nodes.marks.get(item, inside[-1] if len(inside) > 1 else True))
            text = item.text
        else:
            if event == "end":
                inside.pop()
            text = item.tail if item is not nodes.apex else None
        if text and inside[-1]:
            parts.append(text)
    return "".join(parts)


_STRING = etree.XPath("string()")
