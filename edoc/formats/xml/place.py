"""Where an unsigned property goes: behind those that are there, in the order in which they were added."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from lxml import etree

from edoc.errors import InputError
from edoc.facts.document import Document
from edoc.formats.xml.errors import XmlError
from edoc.formats.xml.qualifying import XADES_132, XADES_141, Qualifying, elements, find_qualifying, is_ds, split
from edoc.formats.xml.text import Span, Splice, XmlText, inside_end
from edoc.formats.xml.tree import DS, Element, XmlDocument, parser

COUNTERS = 50
"""Counter-signatures of one signature that get an id."""
DEPTH = 3
"""A counter-signature of a counter-signature is rare, deeper ones are not met."""


def parsed(document: Document) -> XmlDocument:
    """Return the tree of a document; `InputError` with the code of what it breaks."""
    try:
        return XmlDocument.parse(bytes(document.data[:]), name=document.name)
    except XmlError as problem:
        raise InputError(problem.code, subject=document.name, params=problem.params) from problem


def number_in(above: Element, element: Element) -> int:
    """Return the place of an element in document order, from 0, among another one and what stands in it."""
    return next(place for place, item in enumerate(above.iter("*")) if item is element)


def numbered(tree: XmlDocument) -> dict[str, Element]:
    """Return the ds:Signature elements by the ids of their facts: `S1`, its counter-signatures `S1.C1`."""
    found: dict[str, Element] = {}
    for place, element in enumerate(tree.signatures(), 1):
        _number(f"S{place}", element, found, depth=0)
    return found


def _number(id: str, element: Element, found: dict[str, Element], *, depth: int) -> None:
    found[id] = element
    if depth < DEPTH:
        qualifying = find_qualifying(element, id=id)
        counters = counter_signatures(qualifying) if qualifying is not None else []
        for place, (_, counter) in enumerate(counters[:COUNTERS], 1):
            _number(f"{id}.C{place}", counter, found, depth=depth + 1)


def counter_signatures(qualifying: Qualifying) -> list[tuple[Element, Element]]:
    """Return the ds:Signature elements in the CounterSignature properties, each behind its property."""
    properties = [item for item in qualifying.unsigned if qualifying.name(item) == "CounterSignature"]
    return [(item, inner) for item in properties for inner in elements(item) if is_ds(inner, "Signature")]


_NAMES = {"ds": DS, "xades": XADES_132, "xades141": XADES_141}
_DECLARATIONS = "".join(f' xmlns:{prefix}="{uri}"' for prefix, uri in _NAMES.items())


def adapted(text: str, place: Element) -> str:
    """Return a property, written with `ds`, `xades` and `xades141`, as it has to stand inside an element.

    What is not declared there is declared on the property itself: on an element that was there before, it
    would change what is canonicalised inclusively.
    """
    missing = "".join(
        f' xmlns:{prefix}="{uri}"'
        for prefix, uri in _NAMES.items()
        if place.nsmap.get(prefix) != uri and f"<{prefix}:" in text
    )
    head = re.match(r"<[A-Za-z0-9]+:[A-Za-z0-9]+", text)
    assert head is not None
    return f"{head.group()}{missing}{text[head.end() :]}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where the next unsigned property of a signature goes."""

    splice: Splice
    parent: Element
    """The innermost element that is there already."""
    missing: tuple[str, ...]
    """Names of the elements that are put in around the property; none once there is one."""


def property_place(text: XmlText, tree: XmlDocument, signature: Element, *, id: str, start: int | None = None) -> Place:
    """Return where the next unsigned property of a signature goes; `start` is the offset of its tag, if known.

    Raises `InputError` XADES_NOT_EXTENDABLE for a signature without properties of version 1.3.2.
    """
    qualifying = find_qualifying(signature, id=id)
    if qualifying is None or qualifying.namespace != XADES_132:
        raise InputError("XADES_NOT_EXTENDABLE", subject=id)
    unsigned = _boxes(qualifying.element, "UnsignedProperties", id)
    inner = _boxes(unsigned[0], "UnsignedSignatureProperties", id) if unsigned else []
    parent = (inner or unsigned or [qualifying.element])[0]
    begin = _start(text, tree, signature) if start is None else start
    if begin is None:
        span = text.span(number_in(tree.root, parent))
    else:
        span = text.span(number_in(signature, parent), start=begin)
    names = ("UnsignedProperties", "UnsignedSignatureProperties")
    missing = () if inner else names[1:] if unsigned else names
    first = unsigned and not inner and not span.empty
    splice = _first_child(span) if first else inside_end(span, text.octets)
    prefix = span.name.rpartition(b":")[0]
    tags = [_tagged(prefix, name) for name in missing]
    opened = b"".join(b"<" + name + b">" for name in tags)
    closed = b"".join(b"</" + name + b">" for name in reversed(tags))
    splice = replace(splice, before=splice.before + opened, after=closed + splice.after)
    return Place(splice=splice, parent=parent, missing=missing)


def _start(text: XmlText, tree: XmlDocument, signature: Element) -> int | None:
    """Return the offset of a signature's tag, null where only a walk through the document tells."""
    alike = (item for item in tree.root.iter(f"{{{DS}}}Signature") if item.prefix == signature.prefix)
    number = next(place for place, item in enumerate(alike) if item is signature)
    return text.start_of(f"{signature.prefix}:Signature" if signature.prefix else "Signature", number)


def _first_child(span: Span) -> Splice:
    # UnsignedSignatureProperties stand before UnsignedDataObjectProperties (EN 319 132-1 4.3.5).
    return Splice(start=span.open_end, end=span.open_end)


def _tagged(prefix: bytes, local: str) -> bytes:
    return prefix + b":" + local.encode() if prefix else local.encode()


def _boxes(parent: Element, local: str, id: str) -> list[Element]:
    found = [item for item in elements(parent) if split(item) == (XADES_132, local)]
    if len(found) > 1:
        raise InputError("XADES_NOT_EXTENDABLE", subject=id)
    return found


def grown(place: Place, properties: Sequence[str]) -> bool:
    """Put properties, as they were put into the text, into the tree; false when they read differently there."""
    parent = place.parent
    for local in place.missing:
        box = parent.makeelement(f"{{{XADES_132}}}{local}")
        parent.insert(0 if local != "UnsignedProperties" else len(parent), box)
        parent = box
    for item in properties:
        head = re.match(r"<[A-Za-z0-9]+:[A-Za-z0-9]+", item)
        assert head is not None
        element = etree.fromstring(f"{head.group()}{_DECLARATIONS}{item[head.end() :]}", parser(huge=True))
        before = [inner.prefix for inner in element.iter("*")]
        parent.append(element)
        if before != [inner.prefix for inner in element.iter("*")]:
            return False
    return True
