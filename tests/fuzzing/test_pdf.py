"""A small share of what `make soak` does: no changed PDF is believed, overlooked, slow, or draws what was not signed."""

from __future__ import annotations

from functools import cache

import pytest

import edoc
from tests.attacks import people
from tests.formats.pdf import build
from tests.fuzzing.harness import run, seeds_of
from tests.fuzzing.pdf_mutators import MUTATORS
from tests.fuzzing.pdf_scan import Update, scan
from tests.fuzzing.pdf_target import PDF, draws_what_was_signed, judge

SHARDS, MUTANTS = 4, 500
PASSING = ("b-b.pdf", "b-lt.pdf", "b-lta.pdf", "three-signatures.pdf", "object-streams.pdf", "hybrid.pdf", "linearised.pdf")


@cache
def seeds() -> dict[str, bytes]:
    return seeds_of(PDF)


@pytest.mark.parametrize("shard", range(SHARDS))
def test_no_mutant_goes_wrong(shard: int) -> None:
    tally = run(PDF, seeds(), count=MUTANTS, seed=2026, first=shard * MUTANTS)
    assert tally.wrong == {}
    assert tally.count == MUTANTS
    assert len(tally.mutators) == len(MUTATORS)
    assert tally.words["FAILED"] > MUTANTS // 2 and tally.words["INDETERMINATE"] > 10, tally.words


def test_the_seeds_are_believed() -> None:
    for name, data in seeds().items():
        assert edoc.verify_document(data, policy="integrity").verdict is edoc.Verdict.INTACT, name
        word = judge(name, data, seeds()).word
        assert word == ("PASSED" if name in PASSING else word), name
    assert {people.believer().verify(seeds()[name]).verdict for name in PASSING} == {edoc.Verdict.PASSED}


@pytest.mark.parametrize("name", ["b-b.pdf", "object-streams.pdf", "hybrid.pdf", "encrypted.pdf"])
@pytest.mark.parametrize("as_stream", [False, True])
def test_updates_are_well_formed(name: str, as_stream: bool) -> None:
    """Otherwise the reader alone would refuse them, and no rule about changes would be reached."""
    data = seeds()[name]
    known = scan(data)
    packed = () if b"/Encrypt" in known.trailer else (known.root,)
    same = Update({known.root: known.bodies[known.root]}, packed=packed).append(data, as_stream=as_stream)
    report = edoc.verify_document(same, policy="integrity")
    assert report.verdict is edoc.Verdict.INTACT
    assert report.signatures[0].changes_since_signing == "none"


def test_the_oracle_sees_what_was_replaced() -> None:
    """If edoc called a replaced page unchanged, the oracle would say so."""
    file = build.signed()
    end = len(file.data)
    start = file.data.rindex(b"/Contents<") + 9
    octets = file.data[:start] + file.data[start + 2 * build.HOLE + 2 : end]
    replaced = file.update({build.CONTENT: build.stream(b"BT /F1 12 Tf 72 700 Td (Pay 999) Tj ET")}).data
    assert draws_what_was_signed(file.update({}).data, octets)
    assert not draws_what_was_signed(replaced, octets)


def test_the_oracle_sees_octets_that_nobody_signed() -> None:
    other = build.document({**build.practice_objects(), 40: b"(other)"}).sign().data
    assert judge("b-b.pdf", other, seeds()).wrong == "S1 is intact over octets that nobody signed"


def test_the_oracle_sees_a_signature_overlooked(monkeypatch: pytest.MonkeyPatch) -> None:
    unsigned = edoc.verify_document(build.document().data, policy="integrity")
    monkeypatch.setattr(edoc, "verify_document", lambda data, policy: unsigned)
    assert judge("b-b.pdf", seeds()["b-b.pdf"], seeds()).wrong == "the signature is overlooked"
