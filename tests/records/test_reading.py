"""The reader of records: what it takes, and that it takes nothing else."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

import edoc.records
from edoc.errors import InputError
from edoc.records.model import IdentifierKind, Record
from edoc.records.reading import read_record, record_json, record_octets
from edoc.records.schema import schema_files, schemas
from tests.records.samples import AT, EVERY, conversion, lookup, paper_copy

SCHEMAS = schemas()


def refused(octets: bytes) -> str:
    with pytest.raises(InputError) as caught:
        read_record(octets, name="r.json")
    assert caught.value.code == "RECORD_MALFORMED"
    return caught.value.params["why"]


@pytest.mark.parametrize("name", EVERY)
def test_a_record_is_read_as_it_was_written(name: str) -> None:
    octets = record_octets(EVERY[name])
    assert read_record(octets, name="r.json") == EVERY[name]
    assert record_octets(read_record(octets, name="r.json")) == octets
    told = json.loads(octets)
    assert told["schema"] == f"edoc/{name}/1"
    Draft202012Validator(SCHEMAS[told["schema"]]).validate(told)


def test_the_shipped_schemas_are_those_of_the_code() -> None:
    folder = Path(edoc.records.__file__).parent
    for name, text in schema_files().items():
        assert (folder / name).read_text(encoding="utf-8") == text, "python -m edoc.records.schema"
    assert len(schema_files()) == 3


def paths(value: Any, at: tuple[object, ...] = ()) -> list[tuple[object, ...]]:
    """Every place inside a record."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [at, *(path for key, item in inner for path in paths(item, (*at, key)))]


def holder(value: Any, path: tuple[Any, ...]) -> Any:
    for key in path[:-1]:
        value = value[key]
    return value


@pytest.mark.parametrize("name", EVERY)
def test_an_unknown_key_is_refused_wherever_it_stands(name: str) -> None:
    plain = record_json(EVERY[name])
    for path in paths(plain):
        told = json.loads(json.dumps(plain))
        target = holder(told, (*path, ""))
        if isinstance(target, dict):
            target["note"] = "official"
            assert "unknown key" in refused(json.dumps(told).encode())


@pytest.mark.parametrize("name", EVERY)
def test_a_missing_key_is_refused_wherever_it_stood(name: str) -> None:
    plain = record_json(EVERY[name])
    for path in paths(plain):
        told = json.loads(json.dumps(plain))
        if path and isinstance(holder(told, path), dict):
            del holder(told, path)[path[-1]]
            refused(json.dumps(told).encode())


@pytest.mark.parametrize(
    "text",
    [
        "", "[]", "null", "{}", '{"schema": "edoc/lookup/2"}', '{"schema": ["edoc/lookup/1"]}', '{"schema": 1}', "{" * 100_000,
        '{"schema": "edoc/lookup/1"}', '{"schema": "edoc/report/1"}', "NaN", "[" * 100_000, "1" * 5_000, "\ufeff{}",
    ],
)  # fmt: skip
def test_other_json_is_refused(text: str) -> None:
    refused(text.encode())


def test_a_key_that_stands_twice_is_refused() -> None:
    octets = record_octets(EVERY["lookup"])
    twice = octets.replace(b'"means"', b'"means": "api", "means"', 1)
    assert "twice" in refused(twice)
    hidden = octets.replace(b'"means"', b'"m\\u0065ans": "api", "means"', 1)
    assert "twice" in refused(hidden)


def test_no_record_is_larger_than_its_limit() -> None:
    assert "larger" in refused(record_octets(EVERY["lookup"]) + b" " * (1 << 20))
    refused(b"\xff\xfe{}")


@pytest.mark.parametrize("text", ["", "   ", "a\nb", "a\x00b", "a\x1bb", "a\n", "x" * 2_001])
def test_texts_are_one_line_that_can_be_seen(text: str) -> None:
    with pytest.raises(InputError):
        record_octets(replace(lookup(), registry=text))


def test_a_record_that_contradicts_itself_is_refused() -> None:
    early = replace(conversion(), compared_at=AT - timedelta(seconds=1))
    with pytest.raises(InputError, match="RECORD_MALFORMED"):
        record_octets(early)
    with pytest.raises(InputError):
        record_octets(replace(paper_copy(), marks=("EC-1", "EC-1")))
    with pytest.raises(InputError):
        record_octets(replace(paper_copy(), marks=()))
    with pytest.raises(InputError):
        record_octets(replace(lookup(), answer=None, answer_words=None))
    with pytest.raises(InputError):
        record_octets(replace(lookup(), registry="\ud800"))
    nobody = json.loads(record_octets(lookup()))
    nobody["asked_by"] = {"office": None, "person": None}
    assert "neither" in refused(json.dumps(nobody).encode())


SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
JSON = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3))


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_whatever_is_put_somewhere_is_refused_or_read(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(EVERY)))
    told = json.loads(record_octets(EVERY[name]))
    path = data.draw(st.sampled_from([path for path in paths(told) if path]))
    holder(told, path)[path[-1]] = data.draw(JSON)
    survives(json.dumps(told).encode())


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_whatever_is_done_to_the_octets_is_refused_or_read(data: st.DataObject) -> None:
    octets = bytearray(record_octets(EVERY[data.draw(st.sampled_from(sorted(EVERY)))]))
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(octets) - 1))
        octets[at : at + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=4))
    survives(bytes(octets))


def survives(octets: bytes) -> None:
    """A record is refused, or can be written again and is read as the same."""
    try:
        record: Record = read_record(octets, name="r.json")
    except InputError as problem:
        assert problem.code == "RECORD_MALFORMED"
        return
    again = read_record(record_octets(record), name="r.json")
    assert record_octets(again) == record_octets(record)


def test_kinds_are_words_and_not_numbers() -> None:
    told = json.loads(record_octets(lookup()))
    told["identifier"]["kind"] = "passport"
    refused(json.dumps(told).encode())
    assert IdentifierKind("other") is IdentifierKind.OTHER
