"""Whether a signature covers all of the document it stands in: what it leaves out, a reader may take for signed."""

from __future__ import annotations

from itertools import islice

from lxml import etree

from edoc.formats.xml.dsig import XmlSignature
from edoc.formats.xml.leaf import attributes
from edoc.formats.xml.nodes import NodeSet
from edoc.formats.xml.qualifying import VERSIONS, split
from edoc.formats.xml.tree import DS, ID_ATTRIBUTES, XML, Element

_SIGNATURE = f"{{{DS}}}Signature"
_OBJECT = f"{{{DS}}}Object"
_PACKAGING = frozenset({*ID_ATTRIBUTES, "{http://www.w3.org/2001/XMLSchema-instance}schemaLocation", f"{{{XML}}}lang"})
"""Attributes that an envelope around signed data may have."""
_BOX = _PACKAGING | {"MimeType", "Encoding"}
"""Attributes that a ds:Object may have."""
_NOT_DATA = frozenset({"QualifyingProperties", "QualifyingPropertiesReference"})
"""What stands in a ds:Object and is no data: what of it must be signed is asked elsewhere."""
_VISITED = 100_000
"""Elements looked at, and sets that they are held against; real data stands below one or two envelopes."""


def covers_all(signature: XmlSignature) -> bool:
    """Tell whether all data of the document, and of the files beside it, is covered by the references of a signature.

    Other signatures are no data, nor are elements that only hold data and signatures together.
    """
    made = [item for item in (*signature.references, *signature.entries) if item.actual is not None]
    beside = [item for item in made if item.external]
    if {item.found_name for item in beside} - {item.found_name for item in beside if item.plain}:
        return False
    covered = [item.covered for item in made]
    sets = [nodes for nodes in covered if nodes is not None]
    if _instructions(signature.document.root) and not any(nodes.whole and nodes.outside for nodes in sets):
        return False
    visit = _Visit(sets)
    return all(visit.covers(item) for item in _data(signature))


def _instructions(root: Element) -> bool:
    """Tell whether instructions stand outside the document element: a stylesheet alters all that a reader sees."""
    return any(
        isinstance(item, etree._ProcessingInstruction)
        for preceding in (True, False)
        for item in root.itersiblings(preceding=preceding)
    )


def _data(signature: XmlSignature) -> list[Element]:
    """Return the elements that hold data: the document, and what stands in the objects of this signature."""
    root = signature.document.root
    found = [root] if root.tag != _SIGNATURE else []
    for box in signature.objects:
        found += [item for item in box.iterchildren("*") if not _is_qualifying(item)]
        if _says_something(box, but=_BOX):
            found.append(box)
    return found


def _is_qualifying(element: Element) -> bool:
    namespace, local = split(element)
    return namespace in VERSIONS and local in _NOT_DATA


class _Visit:
    """Goes down from data until it is covered; sets with parts taken out are kept in mind on the way."""

    def __init__(self, covered: list[NodeSet]) -> None:
        self._left = _VISITED
        self._at: dict[Element, list[NodeSet]] = {}
        for nodes in covered:
            self._at.setdefault(nodes.apex, []).append(nodes)

    def covers(self, element: Element) -> bool:
        """Tell whether an element, with all below it but signatures, is covered, by one set or by several."""
        above = [nodes for item in element.iterancestors() for nodes in self._at.get(item, ())]
        todo = [(element, above)]
        while todo:
            item, partial = todo.pop()
            partial = partial + self._at.get(item, [])
            self._left -= 1 + sum(1 + len(nodes.marks) for nodes in partial)
            if self._left < 0:
                return False
            if any(_whole(nodes, item) for nodes in partial) or (item.tag == _SIGNATURE and _is_read(item)):
                continue
            inner = list(islice(item.iterchildren("*"), self._left + 1))
            if len(inner) > self._left:
                return False
            held = any(nodes.holds(item) for nodes in partial)
            if not inner or (not held and _says_something(item)):
                return False
            todo += [(child, partial) for child in inner]
        return True


def _is_read(signature: Element) -> bool:
    """Tell whether a signature is judged by itself: one inside another one is not, and is data like any other."""
    return not any(above.tag == _SIGNATURE for above in signature.iterancestors())


def _whole(nodes: NodeSet, element: Element) -> bool:
    """Tell whether a set has all of an element but signatures that stand in it."""
    if not nodes.holds(element):
        return False
    holes = (place for place, inside in nodes.marks.items() if not inside and place.tag != _SIGNATURE)
    return not any(any(above is element for above in place.iterancestors()) for place in holes)


def _says_something(element: Element, *, but: frozenset[str] = _PACKAGING) -> bool:
    """Tell whether an element has words, instructions or attributes of its own, some of these excepted."""
    if (element.text or "").strip() or any(name not in but for name in attributes(element)):
        return True
    return any((item.tail or "").strip() or isinstance(item, etree._ProcessingInstruction) for item in element)
