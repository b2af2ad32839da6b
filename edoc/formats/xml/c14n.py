"""Canonical XML 1.0 and 1.1 and exclusive canonical XML 1.0, each with and without comments.

Always in the context of the whole document.  Two ways lead to the same octets: the quick one lets the
parser's own writer do what it does right (whole documents, and exclusive subtrees), and cuts what is taken out
from its output; the general one (`c14n_walk`) takes any set of nodes.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import cast

from lxml import etree

from edoc.formats.xml.algorithms import C14N_10, C14N_11, C14N_EXCLUSIVE
from edoc.formats.xml.c14n_walk import Rules, start_tag, walk
from edoc.formats.xml.errors import XmlError
from edoc.formats.xml.nodes import NodeSet
from edoc.formats.xml.tree import Element, XmlDocument, is_costly, most_declared

METHODS: dict[str, tuple[str, bool]] = {
    C14N_10: ("1.0", False),
    f"{C14N_10}#WithComments": ("1.0", True),
    C14N_11: ("1.1", False),
    f"{C14N_11}#WithComments": ("1.1", True),
    C14N_EXCLUSIVE: ("exclusive", False),
    f"{C14N_EXCLUSIVE}WithComments": ("exclusive", True),
}
"""The six algorithms: which rules, and whether comments stay."""

_QUICK_NODES = 3_000
"""Below so many nodes a subtree is walked: what the quick way asks of the whole document costs more."""
_WALKED = 8
"""How much slower the general way is."""
_COUNT = etree.XPath("count(descendant::node())")
_MANY = etree.XPath("boolean(//@*[65])")


def canonicalize(
    what: Element | NodeSet,
    *,
    method: str,
    inclusive_prefixes: tuple[str, ...] = (),
    document: XmlDocument | None = None,
) -> bytes:
    """Return the canonical octets of an element or a set of nodes, in the context of its whole document.

    `method` is one of `METHODS`, `inclusive_prefixes` those of exclusive canonicalisation (`#default` among
    them); `document` is charged with the work.  Raises `XmlError`: XML_C14N_UNKNOWN, XML_C14N_RELATIVE.
    """
    known = METHODS.get(method)
    if known is None:
        raise XmlError("XML_C14N_UNKNOWN", algorithm=method)
    nodes = what if isinstance(what, NodeSet) else NodeSet(apex=what)
    kind, comments = known
    prefixes = inclusive_prefixes if kind == "exclusive" else ()
    rules = Rules(kind=kind, comments=comments and nodes.comments, prefixes=tuple("" if item == "#default" else item for item in prefixes))
    own = document if document is not None and document.root is nodes.tree.getroot() else None
    # Worth its memory only where several signatures leave out each other.
    shared = own is not None and nodes.whole and len(nodes.marks) > 1
    key = (nodes.outside, frozenset(nodes.marks.items()), rules) if shared else None
    known_form = own.remembered(key) if own is not None and key is not None else None
    if known_form is not None:
        return known_form
    made = _quick(nodes, rules, own)
    if made is not None:
        # An inclusive subtree is cut out of the whole.
        cut = own is not None and not nodes.whole and kind != "exclusive"
        cost = max(len(made), len(own.source)) if own is not None and cut else len(made)
    else:
        made = walk(nodes, rules)
        cost = _WALKED * len(made)
    if document is not None:
        document.charge(cost)
    if own is not None and key is not None:
        own.remember(key, made)
    return made


def _quick(nodes: NodeSet, rules: Rules, own: XmlDocument | None) -> bytes | None:
    """Return what the parser's writer makes of it, null where it is wrong, or too dear."""
    holes = nodes.holes
    if holes is None or "" in rules.prefixes:
        # `#default` is lost in the writer unless the word is known to the thread's dictionary.
        return None
    known = own is not None and rules.kind == "exclusive"
    if not known and not nodes.whole and _number(_COUNT, nodes.apex) < _QUICK_NODES:
        return None
    if own.costly if own is not None else _is_costly(nodes.tree.getroot()):
        return None
    if nodes.whole or rules.kind == "exclusive":
        written: bytes | None = _written(nodes.tree if nodes.whole else nodes.apex, rules)
    else:
        # The writer does not know what a subtree inherits: it is cut out of its document.
        written = _subtree(nodes, rules)
    return _cut(written, nodes.apex, holes) if holes and written is not None else written


def _subtree(nodes: NodeSet, rules: Rules) -> bytes | None:
    """Return an inclusive subtree: what stands below its start tag is the same as in the whole document."""
    root = nodes.tree.getroot()
    whole = _written(nodes.tree, rules)
    places = _places(whole, root, _name(nodes.apex), {nodes.apex})
    if places is None:
        return None
    ((start, end),) = places
    inner = whole.find(b">", start) + 1
    return start_tag(nodes.apex, rules) + whole[inner:end]


def _number(count: etree.XPath, element: Element) -> float:
    return cast(float, count(element))


def _written(what: Element | etree._ElementTree, rules: Rules) -> bytes:
    exclusive = rules.kind == "exclusive"
    try:
        return etree.tostring(
            what, method="c14n", exclusive=exclusive, with_comments=rules.comments,
            inclusive_ns_prefixes=list(rules.prefixes) if exclusive and rules.prefixes else None,
        )  # fmt: skip
    except etree.C14NError:
        # Nothing else is refused there: a relative name of a namespace.
        raise XmlError("XML_C14N_RELATIVE") from None


def _is_costly(root: Element) -> bool:
    return is_costly(root, most_declared(root)) or bool(_MANY(root))


def _cut(written: bytes, apex: Element, holes: list[Element]) -> bytes | None:
    """Take subtrees out of canonical octets: in them every element starts with its name."""
    named: dict[str, set[Element]] = {}
    for hole in holes:
        named.setdefault(_name(hole), set()).add(hole)
    places: list[tuple[int, int]] = []
    for name, same in named.items():
        found = _places(written, apex, name, same)
        if found is None:
            return None
        places += found
    parts, position = [], 0
    for start, end in sorted(places):
        parts.append(written[position:start])
        position = end
    parts.append(written[position:])
    return b"".join(parts)


def _name(element: Element) -> str:
    local = element.tag.rpartition("}")[2]
    return f"{element.prefix}:{local}" if element.prefix else local


def _places(written: bytes, apex: Element, name: str, holes: set[Element]) -> list[tuple[int, int]] | None:
    """Return where elements of one name stand in the canonical octets of the subtree of `apex`, null if that is unclear."""
    starts, ends = _found(written, b"<" + name.encode(), b" >"), _found(written, b"</" + name.encode(), b">")
    if len(starts) == len(ends) == len(holes):
        # Each stands there once: nothing else can look like them.
        wanted = [True] * len(starts)
    else:
        # Instructions and comments hold any text, what looks like a tag too; nothing else has a bare `<`.
        veiled = [match.span() for match in _VEIL.finditer(written)]
        starts, ends = ([place for place in places if not _inside(place, veiled)] for places in (starts, ends))
        same = apex.iter(f"{{*}}{name.rpartition(':')[2]}")
        wanted = [item in holes for item in same if _name(item) == name]
    if len(starts) != len(ends) or len(starts) != len(wanted) or sum(wanted) != len(holes):
        return None
    found: list[tuple[int, int]] = []
    opened: list[tuple[int, bool]] = []
    for place, number in sorted([*zip(starts, range(len(starts)), strict=True), *((place, -1) for place in ends)]):
        if number >= 0:
            opened.append((place, wanted[number]))
        else:
            begun, chosen = opened.pop()
            if chosen:
                found.append((begun, place + len(name.encode()) + 3))
    return found


def _found(written: bytes, tag: bytes, after: bytes) -> list[int]:
    found = []
    place = written.find(tag)
    while place >= 0:
        if written[place + len(tag)] in after:
            found.append(place)
        place = written.find(tag, place + 1)
    return found


_VEIL = re.compile(rb"<\?.*?\?>|<!--.*?-->", re.DOTALL)


def _inside(place: int, spans: list[tuple[int, int]]) -> bool:
    before = bisect_right(spans, (place, place)) - 1
    return before >= 0 and spans[before][0] < place < spans[before][1]
