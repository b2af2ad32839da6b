"""Mutants of JAdES documents: none is intact with another payload or header, and nothing breaks the reader."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import edoc
from edoc.formats.jws.strict_json import JsonError, base64url, canonical, parse_json, to_base64url
from tests.formats.jws.maker import AT, CLAIM, ask, practice

Members = dict[str, object]


@cache
def seed() -> bytes:
    pki = practice()
    result = edoc.sign_document(
        edoc.Document.from_bytes(CLAIM.encode(), name="claim.json"), pki.key("person-ec"), level="B-LTA",
        tsa=pki, validation_data=pki.validation_data(), signing_time=AT,
    )  # fmt: skip
    return bytes(result.document.data[:])


def _octet(data: bytes, rng: random.Random) -> bytes:
    place = rng.randrange(len(data))
    return data[:place] + bytes([rng.randrange(256)]) + data[place + 1 :]


def _cut(data: bytes, rng: random.Random) -> bytes:
    first, last = sorted(rng.randrange(len(data)) for _ in range(2))
    return data[:first] + data[last:]


def _copy(data: bytes, rng: random.Random) -> bytes:
    first, last, place = sorted(rng.randrange(len(data)) for _ in range(3))
    return data[:place] + data[first:last] + data[place:]


def _members(change: Callable[[Members, random.Random], None]) -> Callable[[bytes, random.Random], bytes]:
    def mutate(data: bytes, rng: random.Random) -> bytes:
        members: Members = json.loads(data)
        change(members, rng)
        return json.dumps(members).encode()

    return mutate


def _text(members: Members, rng: random.Random) -> None:
    name = rng.choice(["payload", "protected", "signature"])
    text = str(members[name])
    place = rng.randrange(len(text))
    members[name] = text[:place] + rng.choice("ABCxyz019-_.=") + text[place + 1 :]


def _drop(members: Members, rng: random.Random) -> None:
    del members[rng.choice(list(members))]


def _shuffle(members: Members, rng: random.Random) -> None:
    header = members["header"]
    assert isinstance(header, dict)
    items = header["etsiU"]
    kind = rng.randrange(4)
    if kind == 0:
        rng.shuffle(items)
    elif kind == 1:
        del items[rng.randrange(len(items))]
    elif kind == 2:
        items.append(items[rng.randrange(len(items))])
    else:
        items[rng.randrange(len(items))] = rng.choice([None, {}, "", "e30", 7, {"sigTst": []}])


def _protected(members: Members, rng: random.Random) -> None:
    header = json.loads(base64url(str(members["protected"])))
    name = rng.choice([*header, "crit", "b64", "sigD", "x5t"])
    header[name] = rng.choice([None, "", [], {}, 0, "HS256", ["b64"], header.get(name)])
    members["protected"] = to_base64url(json.dumps(header).encode())


def _general(members: Members, rng: random.Random) -> None:
    entry = {key: members.pop(key) for key in ("protected", "header", "signature")}
    members["signatures"] = rng.choice([[entry, entry], [entry, {}], [], [None], {"0": entry}, [entry, entry["signature"]]])


MUTATORS = [_octet, _cut, _copy, *map(_members, (_text, _drop, _shuffle, _protected, _general))]


def original() -> tuple[str, str, str]:
    members = json.loads(seed())
    return members["protected"], members["payload"], members["signature"]


def judge(mutant: bytes) -> None:
    """Fail where a mutant is intact although something that is signed is another, or where it takes too long."""
    before = time.process_time()
    try:
        report = ask(mutant, policy="integrity")
    except edoc.EdocError:
        return
    finally:
        assert time.process_time() - before < 5
    assert "INTERNAL" not in {item.code for item in report.findings}
    if report.verdict is not edoc.Verdict.INTACT:
        return
    members = json.loads(mutant)
    entries = members.get("signatures", [members])
    for entry in entries:
        assert (entry["protected"], members["payload"], entry["signature"]) == original()


@pytest.mark.parametrize("mutate", MUTATORS, ids=range(len(MUTATORS)))
def test_no_mutant_is_intact_with_other_content(mutate: Callable[[bytes, random.Random], bytes]) -> None:
    rng = random.Random(MUTATORS.index(mutate))
    for _ in range(60):
        judge(mutate(seed(), rng))


@pytest.mark.soak
def test_five_thousand_mutants() -> None:
    for number in range(5_000):
        rng = random.Random(f"jws {number}")
        judge(MUTATORS[number % len(MUTATORS)](seed(), rng))


def test_the_seed_itself_is_intact() -> None:
    assert ask(seed(), policy="integrity").verdict is edoc.Verdict.INTACT


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200))
def test_any_octets_end_in_a_value_or_a_coded_error(data: bytes) -> None:
    try:
        parse_json(data)
    except JsonError as problem:
        assert problem.code.startswith("JSON_")


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=60))
def test_only_one_text_stands_for_some_octets(data: bytes) -> None:
    text = to_base64url(data)
    assert base64url(text) == data
    for other in (text + "=", text + "A", text[:-1]):
        if other != text:
            try:
                assert base64url(other) != data
            except ValueError:
                continue


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(st.characters(exclude_categories=["Cs"]), max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"]), max_size=6), inner, max_size=4),
    max_leaves=12,
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(JSON_VALUES)
def test_the_canonical_form_does_not_depend_on_how_it_was_written(value: object) -> None:
    spaced = json.dumps(value, indent=3, ensure_ascii=True).encode()
    found = canonical(parse_json(spaced))
    assert found == canonical(parse_json(json.dumps(value, ensure_ascii=False).encode()))
    assert found is not None and json.loads(found) == value
