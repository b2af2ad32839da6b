"""What is kept from one revision for the others is what a fresh reading of each would say."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from edoc.facts.document import Document
from edoc.formats.pdf.document import Pdf
from edoc.formats.pdf.errors import PdfError
from edoc.formats.pdf.graph import Graph
from edoc.formats.pdf.sections import Entry
from edoc.formats.pdf.values import Name, PdfString, Ref, RepeatedKeys, Value, same
from tests.attacks import container, later, shadow, signers, views
from tests.attacks.fixture import FIXTURES
from tests.formats.pdf.attacks import ATTACKS, CONTROLS

Make = Callable[[], bytes]
MODULES = (container, later, shadow, signers, views)
"""Imported for what they register."""
MAKERS: dict[str, Make] = {
    **{item.name: item.make for item in ATTACKS},
    **{name: make for name, (make, _) in CONTROLS.items()},
    **{name: item.make for name, item in FIXTURES.items()},
}


def _open(data: bytes) -> Pdf | None:
    try:
        return Pdf.open(Document(data=data, name="shared.pdf"))
    except PdfError:
        return None


def _fields(pdf: Pdf, index: int) -> list[tuple[object, ...]] | str:
    try:
        found = list(pdf.fields(pdf.revisions[index]))
    except PdfError as problem:
        return problem.code
    return [(item.name, item.ref, item.type, item.flags, item.kids, item.widgets) for item in found]


def _graph(pdf: Pdf, first: int) -> tuple[Graph | None, str]:
    try:
        return Graph(pdf, pdf.revisions[first]), ""
    except PdfError as problem:
        return None, problem.code


def _users(graph: Graph) -> dict[int, set[int]]:
    return {number: graph.users(number) for number in graph.live}


@pytest.mark.parametrize("name", MAKERS)
def test_every_revision_is_read_as_if_it_were_the_only_one(name: str) -> None:
    data = MAKERS[name]()
    shared = _open(data)
    if shared is None:
        return
    order = range(len(shared.revisions))
    for index in (*reversed(order), *order):
        alone = _open(data)
        assert alone is not None
        assert _fields(shared, index) == _fields(alone, index), index
        for number in range(1, alone.size_entry + 1):
            assert _entry(shared, number, index) == _walked(alone, number, index), (index, number)
    for first in order[:-1]:
        graph, code = _graph(shared, first)
        for index in order[first + 1 :] if graph is not None else ():
            alone = _open(data)
            assert alone is not None and graph is not None
            graph.advance(shared.revisions[index])
            anew, code = _graph(alone, index)
            assert anew is not None, code
            # A bytes-wise look may see more than a parse in what is broken, never in what can be read.
            assert _users(graph) == _users(anew) or graph.broken or anew.broken, index


def _entry(pdf: Pdf, number: int, index: int) -> tuple[Entry, int] | str | None:
    try:
        found = pdf.entry(number, pdf.revisions[index])
    except PdfError as problem:
        return problem.code
    return None if found is None else (found[0], found[1].index)


def _walked(pdf: Pdf, number: int, index: int) -> tuple[Entry, int] | str | None:
    """As the standard tells it (7.5.6): from the newest section back."""
    for revision in reversed(pdf.revisions[: index + 1]):
        entry = revision.find(number)
        if entry is not None:
            inside = entry.kind != 1 or 0 < entry.place < revision.end
            return (entry, revision.index) if inside else "PDF_XREF_RANGE"
    return None


VALUES: list[Value] = [
    None, True, False, 1, 1.0, 0, 0.0, 2, Name("A"), PdfString(b"A"), b"A", b"", [], {}, [1], [1.0], [True], [b"A"],
    {"A": 1}, {"A": 1.0}, {"A": True}, {"B": 1}, {"A": None}, [[1, [True]]], [[1, [1]]], [1, 2], [2, 1],
    [Name("A")], Ref(1, 0), Ref(1, 1), [Ref(1, 0)], [1, 0], RepeatedKeys(A=1), [RepeatedKeys(A=1)], 9**30,
]  # fmt: skip


def test_values_are_the_same_only_with_their_kinds() -> None:
    for left in VALUES:
        for right in VALUES:
            assert same(left, right) == (_spelled(left) == _spelled(right) or left is right), (left, right)
            assert same([left], [right]) == (_spelled([left]) == _spelled([right]) or left is right), (left, right)


def _spelled(value: Value) -> object:
    """Write a value with its kinds, apart from all code that compares."""
    if isinstance(value, RepeatedKeys):
        return object()
    if isinstance(value, bool) or value is None:
        return repr(value)
    if isinstance(value, Ref):
        return f"{value.number} {value.generation} R"
    if isinstance(value, Name):
        return f"/{value}"
    if isinstance(value, bytes):
        return ("string", bytes(value))
    if isinstance(value, int | float):
        return ("number", value)
    if isinstance(value, dict):
        return ("dictionary", [(key, _spelled(item)) for key, item in sorted(value.items())])
    if isinstance(value, list):
        return ("array", [_spelled(item) for item in value])
    return value
