"""Who refers to whom in a revision: only what can be reached from the trailer counts, dangling references too."""

from __future__ import annotations

from collections.abc import Iterator

from edoc.formats.pdf.document import Pdf
from edoc.formats.pdf.errors import PdfError
from edoc.formats.pdf.values import Ref, Stream, Value
from edoc.formats.pdf.xref import Entry, Revision

TRAILER = -1
"""Stands for the trailer among the numbers that refer to an object."""


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
    """The reachable objects of each revision, read once each."""

    def __init__(self, pdf: Pdf) -> None:
        self._pdf = pdf
        self._outgoing: dict[tuple[int, Entry, int], tuple[int, ...]] = {}
        self._live: dict[int, dict[int, set[int]]] = {}
        self.broken: dict[int, str] = {}
        """Revisions (by index) in which an object could not be read, with the code."""

    def live(self, revision: Revision) -> dict[int, set[int]]:
        """Return every number that is referred to from the trailer on, with the numbers that refer to it."""
        known = self._live.get(revision.index)
        if known is None:
            known = self._live[revision.index] = self._walk(revision)
        return known

    def _walk(self, revision: Revision) -> dict[int, set[int]]:
        referrers: dict[int, set[int]] = {}
        todo: list[int] = []
        for key in ("Root", "Info", "Encrypt"):
            for ref in references(revision.trailer.get(key)):
                if ref.number not in referrers:
                    todo.append(ref.number)
                referrers.setdefault(ref.number, set()).add(TRAILER)
        while todo:
            number = todo.pop()
            for target in self._targets(number, revision):
                seen = referrers.get(target)
                if seen is None:
                    referrers[target] = {number}
                    todo.append(target)
                else:
                    seen.add(number)
        return referrers

    def _targets(self, number: int, revision: Revision) -> tuple[int, ...]:
        found = self._pdf.entry(number, revision)
        if found is None or found[0].kind == 0:
            return ()
        entry = found[0]
        container = 0
        try:
            if entry.kind == 2:
                container = self._pdf.container_offset(entry.place, revision)
            key = (number, entry, container)
            known = self._outgoing.get(key)
            if known is None:
                generation = entry.extra if entry.kind == 1 else 0
                value = self._pdf.get_direct(Ref(number, generation), revision)
                known = self._outgoing[key] = tuple({ref.number for ref in references(value)})
            return known
        except PdfError as problem:
            if problem.code == "PDF_LIMIT":
                raise
            self.broken.setdefault(revision.index, problem.code)
            return ()
