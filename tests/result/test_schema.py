"""The shipped JSON Schema is the generated one, and it fits the reports that are made."""

from __future__ import annotations

import copy
import json
from importlib import resources
from typing import Any

import pytest
from jsonschema import Draft202012Validator, FormatChecker, ValidationError

from edoc.errors import ConfigError, InputError
from edoc.report.json import error_dict, report_dict
from edoc.result.schema import error_schema, report_schema, schema_files
from tests.report import makers

Schema = dict[str, Any]


def closed(schema: Any) -> Any:
    """The schema without room for unknown keys: what is written and what is described are the same."""
    if isinstance(schema, dict):
        found = {key: closed(item) for key, item in schema.items()}
        return {**found, "additionalProperties": False} if "properties" in schema and "required" in schema else found
    return [closed(item) for item in schema] if isinstance(schema, list) else schema


def validator(schema: Schema) -> Draft202012Validator:
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema, format_checker=FormatChecker())


def test_the_shipped_files_are_the_generated_ones() -> None:
    for name, text in schema_files().items():
        shipped = resources.files("edoc.result").joinpath(name).read_text(encoding="utf-8")
        assert shipped == text, "run python -m edoc.result.schema"


@pytest.mark.parametrize("lang", ["en", "fa"])
@pytest.mark.parametrize("name", makers.EVERY)
def test_reports_fit_even_the_closed_schema(name: str, lang: str) -> None:
    told = report_dict(makers.EVERY[name], lang=lang)
    validator(report_schema()).validate(told)
    validator(closed(report_schema())).validate(told)


@pytest.mark.parametrize("problem", [InputError("INPUT_NOT_FOUND", subject="x"), ConfigError("TRUST_REQUIRED")])
def test_error_records_fit(problem: InputError) -> None:
    validator(closed(error_schema())).validate(error_dict(problem, name="x"))


def test_a_reader_may_meet_new_keys() -> None:
    told = report_dict(makers.everything())
    told["later"] = 1
    told["signatures"][0]["later"] = 1  # type: ignore[index]
    validator(report_schema()).validate(told)


BROKEN = {
    "verdict": lambda told: told.update(verdict="VALID"),
    "missing": lambda told: told.pop("wants"),
    "schema": lambda told: told.update(schema="edoc/report/2"),
    "indication": lambda told: told["signatures"][0].update(indication="PASS"),
    "changes": lambda told: told["signatures"][0].update(changes_since_signing="some"),
    "intact": lambda told: told["signatures"][0].update(intact="true"),
    "time": lambda told: told.update(validation_time=0),
    "digest": lambda told: told["document"]["digest"].update(sha256="xyz"),
    "severity": lambda told: told["findings"][0].update(severity="fatal"),
    "want": lambda told: told["wants"][0].update(kind="magic"),
    "box": lambda told: told["signatures"][0]["changes"][0].update(box=[1, 2]),
    "counter": lambda told: told["signatures"][0]["counter_signatures"][0].pop("id"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_breaks_the_contract_is_refused(name: str) -> None:
    told = copy.deepcopy(json.loads(json.dumps(report_dict(makers.everything()))))
    BROKEN[name](told)
    with pytest.raises(ValidationError):
        validator(report_schema()).validate(told)
