"""XPath idioms of signatures (draft: extended below)."""

from __future__ import annotations

from edoc.formats.xml.errors import XmlError
from edoc.formats.xml.nodes import NodeSet
from edoc.formats.xml.tree import Element
from edoc.limits import Limits


def filter_nodes(nodes: NodeSet, element: Element, *, limits: Limits) -> NodeSet:
    """Return the nodes for which an XPath expression holds (XML-DSig 6.6.3)."""
    raise XmlError("XML_XPATH_UNKNOWN", expression="-")


def filter_two(nodes: NodeSet, element: Element, *, limits: Limits) -> NodeSet:
    """Return what XPath Filter 2.0 leaves of some nodes."""
    raise XmlError("XML_XPATH_UNKNOWN", expression="-")
