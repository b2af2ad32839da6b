"""The rule for the structure tree of a tagged document: elements may join at its end (14.7)."""

from __future__ import annotations

from edoc.formats.pdf.graph import TRAILER
from edoc.formats.pdf.step import Rank, Step, differing
from edoc.formats.pdf.values import Ref, Stream, Value, same

_NODES = 100_000
"""Nodes of a structure or number tree walked."""
_COST = 6
"""What a node of the structure tree costs, in tokens: the tree is walked for every update that touches it."""
_ELEMENT = frozenset(("Type", "S", "P", "Pg", "K", "NS", "Alt", "ID", "T", "Lang"))
_KINDS = ("Form", "Annot", "Link")
_TREE_KEYS = frozenset(("ParentTree", "ParentTreeNextKey", "K"))


def explain_structure(step: Step, catalog: dict[str, Value], later: dict[str, Value], root: int) -> None:
    """Explain what an update did to the structure tree; what is more than joining is not judged."""
    place, moved = catalog.get("StructTreeRoot"), later.get("StructTreeRoot")
    if place is None and moved is None:
        return
    if not isinstance(place, Ref) or place != moved:
        step.deny("PDF_CATALOG_CHANGED", key="StructTreeRoot")
        return
    rest = step.changed - step.explained - {root}
    if not rest:
        return
    if place.number in rest:
        _root(step, place.number)
    tree = _numbers(step, place)
    for number in sorted(rest & tree - step.explained):
        own, grown = step.users(number) <= tree | {root, TRAILER}, _grown(step, number)
        if not own and not grown:
            continue
        step.explained.add(number)
        if grown and (own or _is_branch(step.value_before(number))):
            step.tell(Rank.SIGN, "PDF_STRUCTURE_ADDED")
        else:
            step.unsure("PDF_STRUCTURE_CHANGED", number=number)


def _is_branch(value: Value) -> bool:
    """Tell whether a dictionary is an element with children: destinations and actions may lead to one from elsewhere."""
    return isinstance(value, dict) and "S" in value and isinstance(value.get("K"), list | Ref)


def _root(step: Step, number: int) -> None:
    old, new = step.value_before(number), step.value_after(number)
    if not isinstance(old, dict) or not isinstance(new, dict):
        return
    step.explained.add(number)
    keys = set(differing(old, new))
    was, now = old.get("ParentTreeNextKey", 0), new.get("ParentTreeNextKey", 0)
    counted = type(was) is int and type(now) is int and was <= now
    if "ParentTree" in keys and not step.owned(old.get("ParentTree"), new.get("ParentTree"), {number}):
        counted = False
    if keys <= _TREE_KEYS and counted and _joined(step, old.get("K"), new.get("K"), number):
        parents = _parents(step.pdf.resolve(old.get("ParentTree"), step.old), step, older=True)
        children = _parents(step.pdf.resolve(new.get("ParentTree"), step.new), step, older=False)
        if parents is not None and children is not None and _keeps(step, parents, children):
            step.tell(Rank.SIGN, "PDF_STRUCTURE_ADDED")
            return
    step.unsure("PDF_STRUCTURE_CHANGED", number=number)


def _grown(step: Step, number: int) -> bool:
    """Tell whether an element only got new children, or a flat parent tree new pairs."""
    old, new = step.value_before(number), step.value_after(number)
    if not isinstance(old, dict) or not isinstance(new, dict):
        return False
    keys = set(differing(old, new))
    if keys == {"K"}:
        return _joined(step, old.get("K"), new.get("K"), number)
    if keys == {"Nums"}:
        parents, children = _parents(old, step, older=True), _parents(new, step, older=False)
        return parents is not None and children is not None and _keeps(step, parents, children)
    return False


def _joined(step: Step, old: Value, new: Value, owner: int) -> bool:
    if same(old, new):
        return True
    if not step.owned(old, new, {owner}):
        return False
    before, after = step.before(old), step.after(new)
    past = before if isinstance(before, list) else [] if before is None else [old]
    now = after if isinstance(after, list) else [new]
    return same(now[: len(past)], past) and all(
        _element(step, item, owner) or _names_new(step, item) for item in now[len(past) :]
    )


def _element(step: Step, item: Value, owner: int) -> bool:
    """Tell whether a new element only names new widgets or annotations, each judged where it stands."""
    if not isinstance(item, Ref) or item.number not in step.added or step.users(item.number):
        return False
    value = step.after(item)
    if not isinstance(value, dict) or not value.keys() <= _ELEMENT or value.get("S") not in _KINDS:
        return False
    parent = value.get("P")
    kids = value.get("K")
    named = kids if isinstance(kids, list) else [kids]
    if not isinstance(parent, Ref) or parent.number != owner or not all(_names_new(step, kid) for kid in named):
        return False
    if "Alt" in value:
        # Who has the document read aloud hears it (14.9.3).
        step.tell(Rank.SIGN, "PDF_STRUCTURE_ADDED", shown=True)
    return True


def _names_new(step: Step, kid: Value) -> bool:
    if not isinstance(kid, dict) or kid.get("Type") != "OBJR" or not kid.keys() <= {"Type", "Obj", "Pg"}:
        return False
    target = kid.get("Obj")
    return isinstance(target, Ref) and target.number in step.added


def _parents(tree: Value, step: Step, *, older: bool) -> dict[int, Value] | None:
    """Return the pairs of a number tree, null when it is not a well-formed one (7.9.7)."""
    pairs: dict[int, Value] = {}
    todo, left = [tree], _NODES
    while todo:
        node = todo.pop()
        node = step.before(node) if older else step.after(node)
        left -= 1
        step.spend(1)
        if not isinstance(node, dict) or left < 0:
            return None
        kids, listed = node.get("Kids", []), node.get("Nums", [])
        listed = step.before(listed) if older else step.after(listed)
        if not isinstance(kids, list) or not isinstance(listed, list) or len(listed) % 2:
            return None
        todo.extend(kids)
        step.spend(len(listed))
        for key, value in zip(listed[::2], listed[1::2], strict=True):
            if type(key) is not int or key in pairs:
                return None
            pairs[key] = value
    return pairs


def _keeps(step: Step, old: dict[int, Value], new: dict[int, Value]) -> bool:
    for key, value in old.items():
        other = new.get(key)
        # A writer may copy an array of elements into a new object; what it says must not change.
        if not same(value, other) and not same(step.before(value), step.after(other)):
            return False
    return True


def _numbers(step: Step, place: Value) -> set[int]:
    """Return the objects of the older structure tree, what it refers to on pages not among them."""
    found: set[int] = set()
    todo: list[Value] = [place]
    while todo and len(found) < _NODES:
        node = todo.pop()
        if isinstance(node, Ref):
            if node.number in found:
                continue
            value = step.value_before(node.number)
            kind = value.get("Type") if isinstance(value, dict) else None
            if isinstance(value, Stream) or kind in ("Page", "Pages", "Annot", "Catalog"):
                continue
            found.add(node.number)
            node = value
        if isinstance(node, dict):
            step.spend(_COST)
            todo.extend(value for key, value in node.items() if key not in ("Pg", "Obj", "P", "Parent"))
        elif isinstance(node, list):
            todo.extend(node)
    return found
