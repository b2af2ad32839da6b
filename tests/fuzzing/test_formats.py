"""A share of what `make soak` does: no changed XML, container or JWS is believed over other octets, or is slow."""

from __future__ import annotations

from functools import cache

import pytest

import edoc
from tests.fuzzing.format_targets import ASIC, JWS, XML, judge
from tests.fuzzing.harness import Target, run, seeds_of

TARGETS = {target.name: target for target in (XML, ASIC, JWS)}
MUTANTS = 150


@cache
def seeds(name: str) -> dict[str, bytes]:
    return seeds_of(TARGETS[name])


@pytest.mark.parametrize("name", TARGETS)
def test_no_mutant_goes_wrong(name: str) -> None:
    target: Target = TARGETS[name]
    tally = run(target, seeds(name), count=MUTANTS, seed=2026)
    assert tally.wrong == {}
    assert tally.count == MUTANTS
    assert tally.words["FAILED"] > MUTANTS // 3, tally.words


@pytest.mark.parametrize("name", TARGETS)
def test_the_seeds_are_good(name: str) -> None:
    for origin, data in seeds(name).items():
        answer = judge(origin, data, seeds(name))
        assert answer.wrong is None and answer.word in ("PASSED", "INTACT", "INDETERMINATE"), origin


@pytest.mark.parametrize(("name", "one", "other"), [("xml", "plain-1.xml", "plain-2.xml"), ("jws", "lta.json", "two.json")])
def test_the_oracle_sees_octets_that_nobody_signed(name: str, one: str, other: str) -> None:
    found = judge(one, seeds(name)[other], seeds(name)).wrong
    assert found is not None and found.endswith("is intact over octets that nobody signed")


@pytest.mark.parametrize(("name", "origin"), [("xml", "boxes.xml"), ("asic", "1.asice"), ("jws", "compact.json"), ("jws", "text.json")])
def test_the_oracle_sees_a_signature_overlooked(name: str, origin: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*given: object, **options: object) -> None:
        raise edoc.InputError("UNSUPPORTED_TYPE", subject=origin)

    monkeypatch.setattr(edoc, "verify_document", refuse)
    assert judge(origin, seeds(name)[origin], seeds(name)).wrong == "the signature is overlooked"
