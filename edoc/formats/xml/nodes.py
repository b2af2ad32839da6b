"""Sets of nodes that signatures speak of: whole subtrees, taken out of and put into one another.

Every transform that is understood keeps or drops elements with all that belongs to them (attributes,
namespaces, text), so a set is told by the elements at which membership changes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from edoc.formats.xml.tree import Element, Tree


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class NodeSet:
    """Nodes of one document: the subtree of `apex`, with what is marked taken out or put in."""

    apex: Element
    """The document element when `whole`."""
    whole: bool = False
    """True when the document node is the start: what stands outside the document element belongs to it."""
    outside: bool = True
    """Whether that is in the set; it says nothing unless `whole`."""
    comments: bool = True
    """False: no comment is in the set."""
    marks: Mapping[Element, bool] = field(default_factory=dict)
    """Elements from which on nodes are in or out, down to the next mark; the apex is in by default."""

    @classmethod
    def of_document(cls, tree: Tree, *, comments: bool) -> NodeSet:
        """Return all nodes of a document."""
        return cls(apex=tree.getroot(), whole=True, comments=comments)

    @property
    def tree(self) -> Tree:
        """The document that the nodes belong to."""
        return self.apex.getroottree()

    def holds(self, element: Element) -> bool:
        """Tell whether an element is in the set."""
        node: Element | None = element
        marked: bool | None = None
        while node is not None:
            if marked is None:
                marked = self.marks.get(node)
            if node is self.apex:
                return True if marked is None else marked
            node = node.getparent()
        # It stands above or beside the apex.
        return False

    def states(self, places: Iterable[Element]) -> dict[Element, bool]:
        """Tell of many elements whether they are in the set, in steps that grow with the document alone."""
        known: dict[Element, bool] = {}
        for place in places:
            way: list[Element] = []
            node: Element | None = place
            while node is not None and node not in known and node not in self.marks and node is not self.apex:
                way.append(node)
                node = node.getparent()
            if node is None:
                answer = False
            elif node in known:
                answer = known[node]
            else:
                # A mark above the apex says nothing; none is ever made.
                answer = known[node] = self.marks.get(node, True)
            known.update(dict.fromkeys(way, answer))
        return known

    def without(self, element: Element) -> NodeSet:
        """Return the set without an element and all that stands in it."""
        inner = set(element.iter()) & set(self.marks) if self.marks else set()
        marks = {key: value for key, value in self.marks.items() if key not in inner}
        return NodeSet(
            apex=self.apex, whole=self.whole, outside=self.outside, comments=self.comments, marks={**marks, element: False}
        )

    def combined(self, other: NodeSet, rule: Callable[[bool, bool], bool]) -> NodeSet:
        """Return the set of the nodes for which `rule(in this one, in the other one)` holds; both of one document."""
        root = self.tree.getroot()
        places = {root, self.apex, other.apex, *self.marks, *other.marks}
        # Below an apex that is no root, what follows it is out again: its subtree ends by itself.
        one, two = self.states(places), other.states(places)
        marks = {place: rule(one[place], two[place]) for place in places}
        return NodeSet(
            apex=root,
            whole=True,
            outside=rule(self.whole and self.outside, other.whole and other.outside),
            comments=rule(self.comments, other.comments) if self.comments != other.comments else self.comments,
            marks=marks,
        )

    @property
    def holes(self) -> list[Element] | None:
        """Return the subtrees that are taken out of one subtree; null when the set is not of that shape."""
        found = []
        for place, inside in self.marks.items():
            if place is self.apex:
                if not inside:
                    return None
            elif inside:
                return None
            else:
                found.append(place)
        if self.whole and not self.outside:
            return None
        return [place for place in found if not any(above in self.marks and not self.marks[above] for above in place.iterancestors())]

    def is_empty(self) -> bool:
        """Tell whether no element is in the set."""
        if self.marks.get(self.apex, True):
            return False
        return not any(self.marks.values())
