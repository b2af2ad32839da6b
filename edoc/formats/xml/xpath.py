"""The XPath that signatures are understood with: a small allow-list, evaluated here, in bounded time.

An expression of the XPath transform is read when it says of every node whether an element of some kind stands at or
above it; one of XPath Filter 2.0 when it is a plain path.  Any other expression is not judged: no general
evaluator is ever run over a document.
"""

from __future__ import annotations

from collections.abc import Callable

from edoc.formats.xml.errors import XmlError
from edoc.formats.xml.leaf import children
from edoc.formats.xml.nodes import NodeSet
from edoc.formats.xml.tree import DS, Element, XmlDocument, namespaces_of
from edoc.formats.xml.xpath_parse import Above, Condition, Parser, Path

_FILTER_2 = "{http://www.w3.org/2002/06/xmldsig-filter2}XPath"
_MATCHES = 100_000
"""Elements at which membership may change; real expressions name a few."""
_WORK = 3_000_000
"""Steps of one expression: a second or two."""
_RULES: dict[str, Callable[[bool, bool], bool]] = {
    "intersect": lambda one, other: one and other,
    "subtract": lambda one, other: one and not other,
    "union": lambda one, other: one or other,
}


def filter_nodes(nodes: NodeSet, element: Element, document: XmlDocument) -> NodeSet:
    """Return the nodes for which the expression of an XPath transform holds (XML-DSig 6.6.3).

    `element` is the ds:Transform.  Raises `XmlError`: XML_XPATH_UNKNOWN (not judged), XML_LIMIT.
    """
    found = [item for item in children(element) if item.tag == f"{{{DS}}}XPath"]
    if len(found) != 1:
        raise XmlError("XML_XPATH_UNKNOWN", expression="-")
    condition = _parser(found[0], document).condition()
    kept = _where(condition, nodes.tree.getroot(), _own(element))
    return nodes.combined(kept, _RULES["intersect"])


def filter_two(nodes: NodeSet, element: Element, document: XmlDocument) -> NodeSet:
    """Return what XPath Filter 2.0 leaves of some nodes; errors as for `filter_nodes`."""
    steps = children(element)
    kept = NodeSet.of_document(nodes.tree, comments=True)
    for item in steps:
        rule = _RULES.get(item.get("Filter") or "")
        if item.tag != _FILTER_2 or rule is None:
            raise XmlError("XML_XPATH_UNKNOWN", expression=str(item.tag)[:120])
        paths = _parser(item, document).paths()
        kept = kept.combined(_subtrees(paths, nodes.tree.getroot(), item), rule)
    if not steps:
        raise XmlError("XML_XPATH_UNKNOWN", expression="-")
    return nodes.combined(kept, _RULES["intersect"])


def _parser(element: Element, document: XmlDocument) -> Parser:
    limits = document.limits
    # Each expression looks at every element some times.
    document.spend(len(document.source))
    # The string value: comments in an expression are no part of it.
    text = "".join((element.text or "", *(child.tail or "" for child in element)))
    if len(text) > limits.xml_xpath_chars:
        raise XmlError("XML_LIMIT", limit=limits.xml_xpath_chars, what="characters of an expression")
    return Parser(text, namespaces_of(element))


def _own(element: Element) -> Element | None:
    return next(element.iterancestors(f"{{{DS}}}Signature"), None)


def _where(condition: Condition, root: Element, own: Element | None) -> NodeSet:
    """Return the nodes for which a condition holds."""
    tests = condition.tests()
    places: dict[Element, None] = {root: None}
    for test in tests:
        for item in _matching(test, root, own):
            places[item] = None
            if len(places) > _MATCHES:
                raise XmlError("XML_LIMIT", limit=_MATCHES, what="matches of an expression")
    marks = {}
    work = 0
    for place in places:
        line = [place, *place.iterancestors()]
        # A condition in brackets may look at everything above, once for each element above.
        work += len(line) ** 2
        if work > _WORK:
            raise XmlError("XML_LIMIT", limit=_WORK, what="steps of an expression")
        marks[place] = condition.holds(line, own)
    return NodeSet(apex=root, whole=True, outside=condition.holds([], own), marks=marks)


def _matching(test: Above, root: Element, own: Element | None) -> list[Element]:
    if test.own:
        return [own] if own is not None and own.getroottree().getroot() is root else []
    return list(root.iter(test.test.tag))


def _subtrees(paths: list[Path], root: Element, element: Element) -> NodeSet:
    """Return the subtrees that paths lead to."""
    marks: dict[Element, bool] = {root: False}
    whole = False
    for path in paths:
        if path.document:
            whole = True
            continue
        for item in path.lead(root, element):
            marks[item] = True
            if len(marks) > _MATCHES:
                raise XmlError("XML_LIMIT", limit=_MATCHES, what="matches of an expression")
    if whole:
        return NodeSet.of_document(root.getroottree(), comments=True)
    return NodeSet(apex=root, whole=True, outside=False, marks=marks)


