"""Certificates to which a KeyInfo points in its own document: hints like those inside it; nothing is ever fetched (XML-DSig 4.5.3, 4.5.10)."""

from __future__ import annotations

from collections.abc import Iterator

from edoc.formats.xml.errors import XmlError
from edoc.formats.xml.leaf import children, local, octets, ordered
from edoc.formats.xml.nodes import NodeSet
from edoc.formats.xml.references import dereferenced
from edoc.formats.xml.transforms import read_transforms, transformed
from edoc.formats.xml.tree import DS, Element, XmlDocument

KEY_INFO_REFERENCE = "{http://www.w3.org/2009/xmldsig11#}KeyInfoReference"
_RAW = f"{DS}rawX509Certificate"
_COST = 4_000
"""Octets that following a pointer is counted as."""


def certificates_elsewhere(pointer: Element, document: XmlDocument) -> list[bytes]:
    """Return the certificates (DER) that a RetrievalMethod or KeyInfoReference leads to, in their order.

    None for what stands outside the document, for another type of thing, and for an expression that is not judged.
    """
    uri = pointer.get("URI")
    if uri is None or not (uri == "" or uri.startswith("#")):
        return []
    try:
        document.spend(_COST)
        nodes = dereferenced(document, uri, reference=pointer)
        if pointer.tag == KEY_INFO_REFERENCE:
            return list(_of_key_info(nodes.apex))
        (box,) = ordered(pointer, ("Transforms?",))
        made = transformed(nodes, read_transforms(box[0] if box else None, limits=document.limits), document)
        if isinstance(made, bytes):
            return [made] if pointer.get("Type") == _RAW else []
        return list(_of_nodes(made))
    except XmlError:
        return []


def _of_key_info(element: Element) -> Iterator[bytes]:
    if local(element) == "KeyInfo":
        for item in children(element):
            # Pointers in it lead nowhere: else one could lead back.
            if local(item) == "X509Data":
                yield from _of_data(item)


def _of_nodes(nodes: NodeSet) -> Iterator[bytes]:
    for item in nodes.apex.iter(f"{{{DS}}}X509Data"):
        if nodes.holds(item):
            yield from _of_data(item)


def _of_data(data: Element) -> Iterator[bytes]:
    for leaf in children(data):
        if local(leaf) == "X509Certificate":
            yield octets(leaf)
