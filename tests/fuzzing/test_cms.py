"""A share of what `make soak` does: no changed CMS or token is believed, overlooked or slow."""

from __future__ import annotations

from functools import cache

import pytest

import edoc
from tests.formats.cades.maker import OTHER, editor, octets
from tests.fuzzing.cms_mutators import MUTATORS
from tests.fuzzing.cms_target import CMS, judge
from tests.fuzzing.harness import run, seeds_of

SHARDS, MUTANTS = 10, 500


@cache
def seeds() -> dict[str, bytes]:
    return seeds_of(CMS)


@pytest.mark.parametrize("shard", range(SHARDS))
def test_no_mutant_goes_wrong(shard: int) -> None:
    tally = run(CMS, seeds(), count=MUTANTS, seed=2026, first=shard * MUTANTS)
    assert tally.wrong == {}
    assert tally.count == MUTANTS
    assert len(tally.mutators) == len(MUTATORS)
    assert tally.words["FAILED"] > MUTANTS // 4, tally.words
    structural = sum(count for name, count in tally.mutators.items() if name.startswith("cms-"))
    assert structural > MUTANTS // 3


def test_the_seeds_are_believed() -> None:
    for name, data in seeds().items():
        answer = judge(name, data, seeds())
        assert answer.wrong is None
        assert answer.word == ("INTACT" if name == "token.tst" else "PASSED"), name


def test_the_oracle_sees_octets_that_nobody_signed() -> None:
    other = octets(editor([OTHER]))
    assert judge("b-b.p7m", other, seeds()).wrong == "S1 is intact over octets that nobody signed"


def test_the_oracle_sees_a_signature_overlooked(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*given: object, **options: object) -> None:
        raise edoc.InputError("UNSUPPORTED_TYPE", subject="b-b.p7m")

    monkeypatch.setattr(edoc, "verify_document", refuse)
    assert judge("b-b.p7m", seeds()["b-b.p7m"], seeds()).wrong == "the signature is overlooked"
