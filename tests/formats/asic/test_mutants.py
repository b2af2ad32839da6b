"""No mutant of a container crashes the reader, and none of the structural ones is taken for the container it was."""

from __future__ import annotations

import random
from collections import Counter

import pytest

import edoc
from edoc.facts.document import Document
from tests.formats.asic.mutants import bases, mutant

SHARE, ALL = 400, 5_000
HARMLESS = ("INTACT",)


def _judge(octets: bytes) -> str:
    try:
        return edoc.verify_document(Document.from_bytes(octets, name="m.asice"), policy="integrity").verdict.value
    except edoc.EdocError:
        return "error"


def _run(count: int, seed: int) -> Counter[str]:
    chance = random.Random(seed)
    found: Counter[str] = Counter()
    for number in range(count):
        base = bases()[number % len(bases())]
        octets = mutant(base, chance)
        word = _judge(octets)
        if word == "INTACT":
            # What stays intact must sign the very same data: only what nothing covers may differ.
            before, after = (edoc.verify_document(Document.from_bytes(item, name="m"), policy="integrity") for item in (bytes(base.data[:]), octets))
            assert _signed(after) == _signed(before), number
        found[word] += 1
    return found


def _signed(report: edoc.Report) -> list[list[bytes | None]]:
    return [[one.signed_data(place) for place, _ in enumerate(one.scope)] for one in report.signatures]


def test_a_share_of_mutants() -> None:
    found = _run(SHARE, 1)
    assert found["INTACT"] < SHARE * 0.1, found
    assert found["FAILED"] > SHARE * 0.3, found


@pytest.mark.soak
def test_every_mutant() -> None:
    found = _run(ALL, 2)
    print(found)
    assert found["INTACT"] < ALL * 0.1, found
