"""Reading records: what our schema lets through is read, anything else is refused with its place."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Iterator

import pytest
from jsonschema import Draft202012Validator

from edoc.errors import InputError
from edoc.report.json import error_dict, report_dict
from edoc.result.reading import misfit, read_records
from edoc.result.schema import error_schema, report_schema
from tests.report.makers import EVERY, data

WHOLE = report_dict(EVERY["everything"])
ERROR = error_dict(InputError("INPUT_NOT_FOUND", subject="x.pdf"), name="x.pdf")


@pytest.mark.parametrize("name", EVERY)
def test_our_reports_are_read(name: str) -> None:
    report = report_dict(EVERY[name])
    for text in (json.dumps(report), json.dumps(report, indent=2), json.dumps(report, indent=2) + "\n"):
        assert read_records(text.encode(), name="r") == (report,)


def test_a_log_is_read_line_by_line() -> None:
    lines = [{"input": "a", "exit": 0, **report_dict(data())}, {"input": "b", "exit": 5, **ERROR}]
    text = "\n".join(json.dumps(line) for line in lines) + "\n\n"
    assert read_records(text.encode(), name="log") == tuple(lines)


@pytest.mark.parametrize(
    ("octets", "place"),
    [
        (b"", "line 1"),
        (b"\n \n", "line 1"),
        (b"%PDF-1.7\n", "line 1"),
        (b"\xff{}", "octet 0"),
        (b"[]", "line 1"),
        (b"null", "line 1"),
        (b"{}", "line 1"),
        (b'{"schema": "edoc/report/2"}', "line 1"),
        (b'{"schema": ["edoc/report/1"]}', "line 1"),
        (b'{"schema": "edoc/report/1"}', "line 1"),
        (b'{"schema": "edoc/report/1", "schema": "edoc/report/1"}', "line 1"),
        (b"[" * 200_000, "line 1"),
        (b'{"a":' * 200_000, "line 1"),
        (b'{"schema": NaN}', "line 1"),
        (b'{"n": ' + b"9" * 5000 + b"}", "line 1"),
        (json.dumps(ERROR).encode() + b"\n" + b'{"cut', "line 2"),
        (json.dumps(ERROR).encode() + b"\n[]}", "line 2"),
    ],
    ids=range(17),
)
def test_anything_else_is_refused_with_its_place(octets: bytes, place: str) -> None:
    with pytest.raises(InputError) as caught:
        read_records(octets, name="x")
    assert (caught.value.code, caught.value.subject, caught.value.params["place"]) == ("RECORD_NOT_OURS", "x", place)
    assert caught.value.exit_code == 5


def test_a_signature_nested_without_end_is_refused() -> None:
    entry = json.dumps(WHOLE["signatures"][0]["counter_signatures"][0])  # type: ignore[index]
    assert '"counter_signatures": []' in entry
    head, tail = entry.split('"counter_signatures": []')
    deep = f'{head}"counter_signatures": [' * 3000 + entry + f"]{tail}" * 3000
    text = json.dumps({**WHOLE, "signatures": ["HERE"]}).replace('"HERE"', deep)
    with pytest.raises(InputError) as caught:
        read_records(text.encode(), name="x")
    assert caught.value.params["why"] == "nested too deeply"


def places(value: object, path: tuple[object, ...] = ()) -> Iterator[tuple[object, ...]]:
    yield path
    if isinstance(value, dict | list):
        for key, item in value.items() if isinstance(value, dict) else enumerate(value):
            yield from places(item, (*path, key))


def damaged(seed: int) -> object:
    """A report with one value replaced or one key taken out."""
    chance = random.Random(seed)
    made = copy.deepcopy(WHOLE if seed % 5 else ERROR)
    *way, last = chance.choice([path for path in places(made) if path])
    holder: object = made
    for key in way:
        holder = holder[key]  # type: ignore[index]
    if chance.random() < 0.3:
        del holder[last]  # type: ignore[attr-defined]
    else:
        values = [None, True, 0, -1, 1.5, "", "x", "sha256:00", [], {}, ["x"], {"x": 1}, "2026-01-01T00:00:00Z"]
        holder[last] = chance.choice(values)  # type: ignore[index]
    return made


@pytest.mark.parametrize("start", range(0, 400, 100))
def test_it_judges_as_a_validator_does(start: int) -> None:
    verdicts = set()
    for seed in range(start, start + 100):
        schema = report_schema() if seed % 5 else error_schema()
        value = damaged(seed)
        ours = misfit(value, schema, root=schema) is None
        assert ours == Draft202012Validator(schema).is_valid(value) or _is_a_time(value, ours=ours), seed
        verdicts.add(ours)
    assert verdicts == {True, False}


def _is_a_time(value: object, *, ours: bool) -> bool:
    # jsonschema does not look at formats unless asked; a time that is none is refused here.
    schema = report_schema()
    return not ours and "not a time" in str(misfit(value, schema, root=schema))
