"""The JSON Schemas of the records; a key that they do not list is refused: what nobody can read, nobody signs for.

`python -m edoc.records.schema` writes the schema files beside this one.
"""

from __future__ import annotations

import json
from enum import Enum
from pathlib import Path

from edoc.records.model import Comparison, IdentifierKind, Means, PaperUse, ScanColour
from edoc.result.enums import Verdict
from edoc.result.schema import JsonSchema

LOOKUP_SCHEMA = "edoc/lookup/1"
CONVERSION_SCHEMA = "edoc/conversion/1"
PAPER_COPY_SCHEMA = "edoc/paper-copy/1"

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_MOST_TEXTS = 200
MOST_COPIES = 1_000
"""Marks of one note; an office that prints more of a document writes another note."""

# No control character, and something that can be seen; a page of text at most.
_TEXT: JsonSchema = {"type": "string", "pattern": "^(?=[^\\u0000-\\u001f\\u007f]*\\S)[^\\u0000-\\u001f\\u007f]{1,2000}$"}
_ID: JsonSchema = {"type": "string", "pattern": "^[A-Za-z0-9][A-Za-z0-9._:/-]{0,99}$"}
_HEX: JsonSchema = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
_TIME: JsonSchema = {"type": "string", "format": "date-time"}
_COUNT: JsonSchema = {"type": "integer", "minimum": 1, "maximum": 1_000_000}


def lookup_schema() -> JsonSchema:
    """Return the JSON Schema of `edoc/lookup/1`."""
    return _top(
        LOOKUP_SCHEMA,
        "An inquiry at a registry",
        registry=_object(name=_TEXT, url=_or_null(_TEXT)),
        identifier=_object(value=_TEXT, kind=_words(IdentifierKind)),
        asked_at=_TIME,
        asked_by=_who(),
        means=_words(Means),
        answer=_object(file=_or_null(_file()), words=_or_null(_TEXT)),
        document=_or_null(_file()),
    )


def conversion_schema() -> JsonSchema:
    """Return the JSON Schema of `edoc/conversion/1`."""
    return _top(
        CONVERSION_SCHEMA,
        "Paper that became a file",
        document=_file(),
        pages=_COUNT,
        paper=_object(description=_TEXT, sheets=_or_null(_COUNT), kept_at=_or_null(_TEXT)),
        scanned_at=_TIME,
        scanned_by=_who(),
        resolution={"type": "integer", "minimum": 1, "maximum": 100_000},
        colour=_words(ScanColour),
        compared_at=_TIME,
        compared_by=_who(),
        comparison=_words(Comparison),
        differences=_list(_TEXT),
        bears_on=_list(_ID),
    )


def paper_copy_schema() -> JsonSchema:
    """Return the JSON Schema of `edoc/paper-copy/1`."""
    checked = _object(
        verdict={"enum": [item.value for item in Verdict]},
        validation_time=_TIME,
        signers=_list(_TEXT),
        report=_object(digest=_object(sha256=_HEX)),
    )
    return _top(
        PAPER_COPY_SCHEMA,
        "A file that became paper",
        document=_file(),
        pages=_or_null(_COUNT),
        printed_at=_TIME,
        printed_by=_who(),
        marks={**_list(_TEXT), "minItems": 1, "maxItems": MOST_COPIES, "uniqueItems": True},
        use=_words(PaperUse),
        checked=_or_null(checked),
    )


def schemas() -> dict[str, JsonSchema]:
    """Return every schema by the id that records name it with."""
    return {
        LOOKUP_SCHEMA: lookup_schema(),
        CONVERSION_SCHEMA: conversion_schema(),
        PAPER_COPY_SCHEMA: paper_copy_schema(),
    }


def schema_files() -> dict[str, str]:
    """Return the text of each schema file by its name."""
    return {f"{name.split('/')[1]}.schema.json": json.dumps(made, indent=2) + "\n" for name, made in schemas().items()}


def _top(name: str, title: str, **properties: JsonSchema) -> JsonSchema:
    head = {"$schema": _DIALECT, "$id": "urn:" + name.replace("/", ":"), "title": title}
    return {**head, **_object(schema={"const": name}, **properties)}


def _object(**properties: JsonSchema) -> JsonSchema:
    return {"type": "object", "required": list(properties), "properties": properties, "additionalProperties": False}


def _who() -> JsonSchema:
    return _object(office=_or_null(_TEXT), person=_or_null(_TEXT))


def _file() -> JsonSchema:
    return _object(name=_TEXT, size={"type": "integer", "minimum": 0}, digest=_object(sha256=_HEX))


def _list(items: JsonSchema) -> JsonSchema:
    return {"type": "array", "items": items, "minItems": 0, "maxItems": _MOST_TEXTS}


def _words(kind: type[Enum]) -> JsonSchema:
    return {"enum": [item.value for item in kind]}


def _or_null(schema: JsonSchema) -> JsonSchema:
    return {"anyOf": [schema, {"type": "null"}]}


if __name__ == "__main__":
    for file_name, text in schema_files().items():
        Path(__file__).with_name(file_name).write_text(text, encoding="utf-8")
