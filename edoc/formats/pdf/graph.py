"""Who refers to whom: only what can be reached from the trailer counts, dangling references too.

The graph of the first signed revision is built once and brought forward update by update: an object
that an update writes loses its old references and gets its new ones.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from collections.abc import Set as AbstractSet

from edoc.formats.pdf.document import Pdf
from edoc.formats.pdf.errors import PdfError
from edoc.formats.pdf.scan import scan_object
from edoc.formats.pdf.sections import FREE, IN_FILE, Revision
from edoc.formats.pdf.values import Ref, RepeatedKeys, Stream, Value

TRAILER = -1
"""Stands for the trailer among the numbers that refer to an object."""
_TRAILER_KEYS = ("Root", "Info", "Encrypt")


def references(value: Value) -> Iterator[Ref]:
    """Yield every reference inside a value; a reference itself yields itself."""
    todo: list[Value] = [value]
    while todo:
        node = todo.pop()
        if isinstance(node, Ref):
            yield node
        elif isinstance(node, dict):
            todo.extend(node.values())
        elif isinstance(node, list):
            todo.extend(node)
        elif isinstance(node, Stream):
            todo.append(node.dictionary)


class Graph:
    """The reachable objects of one revision, with the numbers that refer to each; `advance` goes to the next."""

    def __init__(self, pdf: Pdf, revision: Revision) -> None:
        self._pdf = pdf
        self._data = pdf.document.data
        self._revision = revision
        self._owners: dict[int, int | set[int]] = {}
        """Every number that is referred to from the trailer on, with who does: one number mostly, or several."""
        # Tuples of numbers are nothing to the garbage collector, which sets in their ten thousands hold up.
        self._targets: dict[int, tuple[int, ...]] = {}
        self.broken = ""
        """Code of the first object that could not be read, empty when all could."""
        pdf.expect_all(revision)
        self._retarget(TRAILER, self._of_trailer())

    @property
    def live(self) -> AbstractSet[int]:
        """The numbers that are referred to from the trailer on."""
        return self._owners.keys()

    def users(self, number: int) -> set[int]:
        """Return the numbers that refer to an object, the trailer's own among them."""
        found = self._owners.get(number)
        return set() if found is None else {found} if isinstance(found, int) else set(found)

    def advance(self, revision: Revision) -> None:
        """Go to the next revision."""
        self._revision = revision
        self._retarget(TRAILER, self._of_trailer())
        for number in revision.entries:
            if number in self._owners:
                self._retarget(number, self._of(number))

    def join(self, revision: Revision, edges: Mapping[int, AbstractSet[int]]) -> None:
        """Go to the next revision, whose update is known to add these references and to change no other.

        Objects that nobody referred to before stand among the keys, with all that they refer to.
        """
        self._revision = revision
        for source, targets in edges.items():
            self._targets[source] = (*self._targets.get(source, ()), *targets)
            for target in targets:
                self._own(target, source)

    def _own(self, target: int, owner: int) -> None:
        known = self._owners.get(target)
        if known is None:
            self._owners[target] = owner
        elif isinstance(known, set):
            known.add(owner)
        elif known != owner:
            self._owners[target] = {known, owner}

    def _of_trailer(self) -> Collection[int]:
        trailer = self._revision.trailer
        return {ref.number for key in _TRAILER_KEYS for ref in references(trailer.get(key))}

    def _retarget(self, source: int, targets: Collection[int]) -> None:
        """Replace what an object refers to; what becomes reachable is read, what nobody refers to is dropped."""
        before, after = frozenset(self._targets.get(source, ())), frozenset(targets)
        self._targets[source] = tuple(after)
        owners = self._owners
        opened = [(source, target) for target in after - before]
        while opened:
            owner, target = opened.pop()
            known = owners.get(target)
            if known is None:
                owners[target] = owner
                found = self._targets[target] = tuple(set(self._of(target)))
                if found:
                    opened.extend([(target, further) for further in found])
            elif isinstance(known, set):
                known.add(owner)
            elif known != owner:
                owners[target] = {known, owner}
        closed = [(source, target) for target in before - after]
        while closed:
            owner, target = closed.pop()
            known = owners.get(target)
            if isinstance(known, set):
                known.discard(owner)
            if known == owner or known == set():
                del owners[target]
                closed.extend([(target, further) for further in self._targets.pop(target, ())])

    def _of(self, number: int) -> Collection[int]:
        pdf = self._pdf
        try:
            found = pdf.entry(number, self._revision)
            if found is None or found[0].kind == FREE:
                return ()
            (kind, place, extra), home = found
            if kind != IN_FILE:
                return targets_of(pdf.get_direct(Ref(number, 0), self._revision))[0]
            if pdf.has_read(place):
                # What was parsed anyway need not be scanned, unless it says a key twice: then both values count.
                read, certain = targets_of(pdf.get_direct(Ref(number, extra), self._revision))
                if certain:
                    return read
            scanned = scan_object(self._data, place, end=home.end)
            if scanned is None or scanned[0] != number or scanned[1] != extra:
                return targets_of(pdf.get_direct(Ref(number, extra), self._revision))[0]
            pdf.octets[place] = scanned[3]
            if scanned[2]:
                pdf.budget.spend_tokens(len(scanned[2]), place)
            return scanned[2]
        except PdfError as problem:
            if problem.code == "PDF_LIMIT":
                raise
            self.broken = self.broken or problem.code
            return ()


def targets_of(value: Value) -> tuple[set[int], bool]:
    """Return the numbers that a value refers to, and whether no dictionary in it says a key twice."""
    found: list[int] = []
    certain = True
    todo: list[Value] = [value]
    while todo:
        node = todo.pop()
        kind = type(node)
        if kind is Ref:
            found.append(node.number)  # type: ignore[union-attr]
        elif isinstance(node, dict):
            certain = certain and kind is dict
            todo.extend([item for item in node.values() if type(item) in _CONTAINERS])
        elif isinstance(node, list):
            todo.extend([item for item in node if type(item) in _CONTAINERS])
        elif isinstance(node, Stream):
            todo.append(node.dictionary)
    return set(found), certain


_CONTAINERS = frozenset((Ref, dict, RepeatedKeys, list, Stream))
"""Types of what refers, or may hold something that does."""
