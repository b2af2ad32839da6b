"""The work of reading grows with the objects and with the revisions, and with nothing else: counted, not timed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache
from itertools import pairwise
from typing import Any

import pytest

import edoc
from benchmarks.inputs import make_document
from edoc.facts.document import Document
from edoc.facts.signature import ChangeLevel
from edoc.formats.pdf import graph, objects
from edoc.formats.pdf.document import Pdf
from edoc.formats.pdf.read import read_pdf
from tests.sign.practice import AT, practice

OBJECTS = (200, 400, 800, 1600)
REVISIONS = (4, 8, 16, 32)


@pytest.fixture
def work(monkeypatch: pytest.MonkeyPatch) -> Iterator[Counter[str]]:
    """How often an object is parsed, scanned, looked for in the cross-reference, and entered into the graph."""
    counted: Counter[str] = Counter()

    def count(owner: object, name: str, what: str) -> None:
        original: Callable[..., Any] = getattr(owner, name)

        def counting(*args: Any, **options: Any) -> Any:
            counted[what] += 1
            return original(*args, **options)

        monkeypatch.setattr(owner, name, counting)

    count(objects, "parse_value", "parsed")
    count(graph, "scan_object", "scanned")
    count(graph.Graph, "_of", "entered")
    count(Pdf, "_locate", "found")
    yield counted


@cache
def _signed(pages: int, times: int, *, packed: bool = False) -> bytes:
    signer = edoc.Signer(practice().key("person-ec"), signing_time=AT)
    data = make_document(pages, pages=pages, size=300 * pages + 1_000, packed=packed)
    for _ in range(times):
        data = bytes(signer.sign(data).document.data[:])
    return data


def _cost(work: Counter[str], data: bytes) -> dict[str, int]:
    work.clear()
    facts = read_pdf(Document(data=data, name="grown.pdf"))
    assert facts.complete and facts.signatures
    assert {item.changes_since_signing for item in facts.signatures[:-1]} == {ChangeLevel.PERMITTED}
    return dict(work)


def _is_linear(costs: list[dict[str, int]], *, doublings: int) -> None:
    """Hold that what is added grows as what causes it: twice as much for twice as many."""
    assert len(costs) == doublings + 1 and all(costs[-1].values())
    for what in costs[-1]:
        counts = [cost[what] for cost in costs]
        steps = [later - earlier for earlier, later in pairwise(counts)]
        for earlier, later in pairwise(steps):
            assert later <= 2 * earlier + 8, (what, counts)


@pytest.mark.parametrize("packed", [False, True])
def test_twice_the_objects_are_twice_the_work(work: Counter[str], packed: bool) -> None:
    _is_linear([_cost(work, _signed(count // 4, 2, packed=packed)) for count in OBJECTS], doublings=3)


def test_an_object_is_looked_at_once_whatever_comes_later(work: Counter[str]) -> None:
    pages = 200
    few, many = (_cost(work, _signed(pages, times)) for times in (2, 6))
    assert few["scanned"] <= 4 * pages + 20
    for what in ("parsed", "scanned", "entered", "found"):
        assert many[what] - few[what] <= 4 * 20, what


def test_twice_the_revisions_are_twice_the_work(work: Counter[str]) -> None:
    _is_linear([_cost(work, _signed(1, count)) for count in REVISIONS], doublings=3)


def test_a_field_is_read_once_for_all_revisions(work: Counter[str]) -> None:
    data = _signed(1, 16)
    alone = Pdf.open(Document(data=data, name="grown.pdf"))
    work.clear()
    read = [list(alone.fields(revision)) for revision in reversed(alone.revisions)]
    assert [len(fields) for fields in read] == list(range(16, -1, -1))
    # The form and its list are other objects in every revision; a field is the same one in all that have it.
    assert work["parsed"] <= 4 * len(alone.revisions)
    assert len({id(fields[0]) for fields in read[:-1]}) == 1
