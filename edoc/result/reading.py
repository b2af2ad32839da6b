"""Reads records that edoc has written: strictly, against the schema that was made from the result."""

from __future__ import annotations

import json
import re
from datetime import datetime
from types import NoneType

from edoc.errors import InputError
from edoc.result.report import ERROR_SCHEMA, REPORT_SCHEMA
from edoc.result.schema import JsonSchema, error_schema, report_schema

Record = dict[str, object]
"""One record as JSON data."""

_TYPES: dict[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "boolean": (bool,),
    "integer": (int,),
    "number": (int, float),
    "null": (NoneType,),
}


def read_records(octets: bytes, *, name: str) -> tuple[Record, ...]:
    """Return the records of a JSON document or of JSON lines; `name` is what errors call the file.

    Raises `InputError` RECORD_NOT_OURS, with the place and the reason, for anything that is not a record
    of the schema `edoc/report/1` or `edoc/error/1`.
    """
    try:
        text = octets.decode("utf-8")
    except UnicodeDecodeError as problem:
        raise _refusal(name, f"octet {problem.start}", "no UTF-8 text") from problem
    lines = [(number, line) for number, line in enumerate(text.split("\n"), 1) if line.strip()]
    if not lines:
        raise _refusal(name, "line 1", "nothing is there")
    # A line that is whole by itself begins a log; else the text is one document.
    if len(lines) > 1 and not lines[0][1].rstrip().endswith("}"):
        lines = [(1, text)]
    return tuple(_record(line, place=f"line {number}", name=name) for number, line in lines)


def misfit(value: object, schema: JsonSchema, *, root: JsonSchema, place: str = "$") -> str | None:
    """Return where and why JSON data does not fit a schema of ours, null when it fits.

    Knows the keywords that `edoc.result.schema` uses.
    """
    if "$ref" in schema:
        return misfit(value, root["$defs"][str(schema["$ref"]).rsplit("/", 1)[-1]], root=root, place=place)
    if "anyOf" in schema:
        found = [misfit(value, option, root=root, place=place) for option in schema["anyOf"]]
        return None if None in found else found[0]
    own = _own_misfit(value, schema)
    if own is not None:
        return f"{place}: {own}"
    if isinstance(value, dict):
        return _object_misfit(value, schema, root, place)
    if isinstance(value, list) and "items" in schema:
        inner = (misfit(item, schema["items"], root=root, place=f"{place}[{at}]") for at, item in enumerate(value))
        return next((found for found in inner if found is not None), None)
    return None


def _record(text: str, *, place: str, name: str) -> Record:
    try:
        value = load_strictly(text)
        schemas = {REPORT_SCHEMA: report_schema, ERROR_SCHEMA: error_schema}
        named = value.get("schema") if isinstance(value, dict) else None
        if not isinstance(named, str) or named not in schemas:
            raise ValueError(f"its schema is not {REPORT_SCHEMA} or {ERROR_SCHEMA}")
        schema = schemas[named]()
        found = misfit(value, schema, root=schema)
    except ValueError as problem:
        raise _refusal(name, place, str(problem)) from problem
    if found is not None or not isinstance(value, dict):
        raise _refusal(name, place, found or "no object")
    return dict(value)


def load_strictly(text: str) -> object:
    """Return JSON data in which no key stands twice; raises `ValueError` with the reason for anything else."""
    try:
        value: object = json.loads(text, object_pairs_hook=_no_twins, parse_constant=_no_constant)
    except json.JSONDecodeError as problem:
        raise ValueError(f"no JSON ({problem.msg})") from problem
    except RecursionError as problem:
        raise ValueError("nested too deeply") from problem
    return value


def _own_misfit(value: object, schema: JsonSchema) -> str | None:
    """What does not fit of the value itself, whatever is in it."""
    if "const" in schema and (type(value) is not type(schema["const"]) or value != schema["const"]):
        return f"not {schema['const']}"
    if "enum" in schema and not any(type(value) is type(word) and value == word for word in schema["enum"]):
        return "an unknown word"
    if "type" in schema:
        names = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
        if not any(_is_a(value, name) for name in names):
            return f"not of type {' or '.join(names)}"
    if isinstance(value, str):
        return _text_misfit(value, schema)
    if isinstance(value, list) and not schema.get("minItems", 0) <= len(value) <= schema.get("maxItems", len(value)):
        return "another number of entries"
    if isinstance(value, int | float) and not schema.get("minimum", value) <= value <= schema.get("maximum", value):
        return "too small or too large"
    return None


def _is_a(value: object, name: str) -> bool:
    # A truth value is an int in Python and none in JSON.
    return isinstance(value, _TYPES[name]) and (name == "boolean" or not isinstance(value, bool))


def _text_misfit(value: str, schema: JsonSchema) -> str | None:
    # In JSON Schema `$` is the very end, in Python also the place before a last line break.
    if "pattern" in schema and re.search(re.sub(r"\$\Z", r"\\Z", schema["pattern"]), value) is None:
        return "another form is needed"
    if schema.get("format") == "date-time":
        try:
            aware = datetime.fromisoformat(value).tzinfo is not None
        except ValueError:
            aware = False
        return None if aware else "not a time with its zone"
    return None


def _object_misfit(value: dict[str, object], schema: JsonSchema, root: JsonSchema, place: str) -> str | None:
    properties: dict[str, JsonSchema] = schema.get("properties", {})
    for key in schema.get("required", []):
        if key not in value:
            return f"{place}.{key}: missing"
    others = schema.get("additionalProperties")
    for key, item in value.items():
        if others is False and key not in properties:
            return f"{place}: an unknown key"
        inner = properties.get(key, others if isinstance(others, dict) else None)
        found = misfit(item, inner, root=root, place=f"{place}.{key}") if inner is not None else None
        if found is not None:
            return found
    return None


def _no_twins(pairs: list[tuple[str, object]]) -> Record:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise ValueError("a key stands twice")
    return made


def _no_constant(word: str) -> object:
    raise ValueError(f"{word} is no JSON")


def _refusal(name: str, place: str, why: str) -> InputError:
    return InputError("RECORD_NOT_OURS", subject=name, params={"place": place, "why": why})
