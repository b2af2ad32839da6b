"""Where an unsigned property goes: behind those that are there, in the order in which they were added."""

from __future__ import annotations

import re
from dataclasses import replace

from edoc.errors import InputError
from edoc.formats.xml.qualifying import XADES_132, XADES_141, Qualifying, elements, find_qualifying, is_ds, split
from edoc.formats.xml.text import Span, Splice, XmlText, inside_end
from edoc.formats.xml.tree import DS, Element, XmlDocument

COUNTERS = 50
"""Counter-signatures of one signature that get an id."""
DEPTH = 3
"""A counter-signature of a counter-signature is rare, deeper ones are not met."""


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


def adapted(text: str, place: Element) -> str:
    """Return a property, written with `ds`, `xades` and `xades141`, as it has to stand inside an element.

    What is not declared there is declared on the property itself: on an element that was there before, it
    would change what is canonicalised inclusively.
    """
    names = {"ds": DS, "xades": XADES_132, "xades141": XADES_141}
    missing = "".join(
        f' xmlns:{prefix}="{uri}"'
        for prefix, uri in names.items()
        if place.nsmap.get(prefix) != uri and f"<{prefix}:" in text
    )
    head = re.match(r"<[A-Za-z0-9]+:[A-Za-z0-9]+", text)
    assert head is not None
    return f"{head.group()}{missing}{text[head.end() :]}"


def property_place(text: XmlText, tree: XmlDocument, signature: Element, *, id: str) -> tuple[Splice, Element]:
    """Return where the next unsigned property of a signature goes, and the element in which it will stand.

    Raises `InputError` XADES_NOT_EXTENDABLE for a signature without properties of version 1.3.2.
    """
    qualifying = find_qualifying(signature, id=id)
    if qualifying is None or qualifying.namespace != XADES_132:
        raise InputError("XADES_NOT_EXTENDABLE", subject=id)
    unsigned = _boxes(qualifying.element, "UnsignedProperties", id)
    inner = _boxes(unsigned[0], "UnsignedSignatureProperties", id) if unsigned else []
    parent = (inner or unsigned or [qualifying.element])[0]
    number = next(place for place, item in enumerate(tree.root.iter("*")) if item is parent)
    span = text.spans((number,))[number]
    prefix = span.name.rpartition(b":")[0]
    names = [_tagged(prefix, "UnsignedProperties"), _tagged(prefix, "UnsignedSignatureProperties")]
    wrapped = () if inner else names[1:] if unsigned else names
    splice = _first_child(span) if unsigned and not inner and not span.empty else inside_end(span, text.octets)
    opened = b"".join(b"<" + name + b">" for name in wrapped)
    closed = b"".join(b"</" + name + b">" for name in reversed(wrapped))
    return replace(splice, before=splice.before + opened, after=closed + splice.after), parent


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
