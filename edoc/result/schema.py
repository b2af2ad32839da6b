"""The JSON Schema of the report, made from the dataclasses of the result (design section 3.2).

`python -m edoc.result.schema` writes `report.schema.json` and `error.schema.json` beside this file.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import Field, fields, is_dataclass
from datetime import datetime
from enum import Enum
from functools import cache
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, get_args, get_origin, get_type_hints

from edoc.facts.findings import Finding
from edoc.facts.signature import Change, ChangeLevel, SignatureFormat
from edoc.result.enums import Verdict
from edoc.result.report import (
    ERROR_SCHEMA,
    REPORT_SCHEMA,
    CertificateId,
    EvidenceResult,
    PathCertificate,
    PolicyId,
    ReportData,
    SignatureResult,
    Signer,
    TimestampResult,
    Want,
)

JsonSchema = dict[str, Any]

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_HIDDEN = {"signed_octets", "certificate", "issuer_spki"}
"""Fields that hold bytes or functions and never leave the process."""

_TEXT: JsonSchema = {"type": "string"}
_DIGEST: JsonSchema = {"type": "string", "pattern": "^sha256:[0-9a-f]{64}$"}
_HEX: JsonSchema = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
_COUNT: JsonSchema = {"type": ["integer", "null"], "minimum": 0}
_VERDICT: JsonSchema = {"enum": [item.value for item in Verdict]}
_SIMPLE: dict[type, JsonSchema] = {
    str: _TEXT,
    bool: {"type": "boolean"},
    int: {"type": "integer"},
    float: {"type": "number"},
    datetime: {"type": "string", "format": "date-time"},
}

# Fields that are text in Python and one of some words in the contract.
_WORDS: dict[tuple[type, str], list[str | None]] = {
    (SignatureResult, "format"): [item.value for item in SignatureFormat],
    (SignatureResult, "container"): ["ASiC-E", "ASiC-S", None],
    (SignatureResult, "changes_since_signing"): [
        *(item.value for item in ChangeLevel if item is not ChangeLevel.NOT_JUDGED),
        None,
    ],
    (EvidenceResult, "kind"): ["RFC4998", "RFC6283"],
    (Want, "unavailable"): ["not_asked", "unreachable", None],
    (CertificateId, "kind"): ["person", "seal", None],
    (PathCertificate, "evidence_kind"): ["crl", "ocsp", None],
    (PathCertificate, "status"): ["good", "revoked", "on_hold", "unknown", "not_needed", "anchor"],
}
_GAINED = {
    "pages",
    "anchors",
    "title",
    "kind",
    "not_before",
    "not_after",
    "evidence_kind",
    "evidence_time",
    "revoked_at",
}
"""Keys that version 1 gained: older records do not have them, so that none of these is required."""
_GAINED_BY = (CertificateId, PathCertificate, Signer)
_KINDS = (SignatureResult, TimestampResult, EvidenceResult, PathCertificate, Want)
"""What the top of the report lists; the rest is found from there."""


def shown_fields(kind: type) -> tuple[str, ...]:
    """Return the names of a result's fields that stand in the JSON, in their order."""
    return _shown_fields(kind)


@cache
def _shown_fields(kind: Any) -> tuple[str, ...]:
    listed: tuple[Field[object], ...] = fields(kind)
    return tuple(item.name for item in listed if item.name not in _HIDDEN)


def report_schema() -> JsonSchema:
    """Return the JSON Schema of `edoc/report/1`; unknown keys are allowed, because version 1 may gain some."""
    definitions: dict[str, JsonSchema] = {}
    for kind in _KINDS:
        _define(kind, definitions)
    hints = get_type_hints(ReportData)
    tops: dict[str, JsonSchema] = {
        "schema": {"const": REPORT_SCHEMA},
        "tool": _object({"name": {"const": "edoc"}, "version": _TEXT}),
        "policy": _object({**_properties(PolicyId, definitions), "digest": _DIGEST}),
        "trust": _object({"digest": _DIGEST, "judged": _SIMPLE[bool], "anchors": _COUNT}, gained=_GAINED),
        "process": {"enum": ["basic", "time", "archival"]},
        "validation_time": _SIMPLE[datetime],
        "validation_time_source": {"enum": ["now", "given"]},
        "document": _object({**_document(), "pages": _COUNT}, gained=_GAINED),
        "verdict": _VERDICT,
    }
    for name in ("reservations", "signatures", "timestamps", "evidence_records", "wants", "findings"):
        tops[name] = _of(hints[name], definitions)
    head = {"$schema": _DIALECT, "$id": "urn:edoc:report:1", "title": "What edoc found about one document"}
    made = _object(tops)
    # Only where the document is a sealed report.
    made["properties"]["reported"] = _reported(definitions)
    return {**head, **made, "$defs": dict(sorted(definitions.items()))}


def _reported(definitions: dict[str, JsonSchema]) -> JsonSchema:
    """What a sealed report inside the document states, in the shapes of the report itself."""
    texts = {"type": "array", "items": _TEXT}
    return _object(
        {
            "name": _TEXT,
            "digest": _object({"sha256": _HEX}),
            "sealed_by": texts,
            "document": _object(_document()),
            "verdict": _VERDICT,
            "validation_time": _SIMPLE[datetime],
            "policy": _object({**_properties(PolicyId, definitions), "digest": _DIGEST}),
            "trust": _object({"digest": _DIGEST, "judged": _SIMPLE[bool]}),
            "tool": _object({"name": {"const": "edoc"}, "version": _TEXT}),
            "signers": texts,
            "at_hand": texts,
            "others_at_hand": texts,
        }
    )


def _document() -> dict[str, JsonSchema]:
    """What names a document, wherever one is named."""
    size: JsonSchema = {"type": "integer", "minimum": 0}
    return {"name": _TEXT, "media_type": _TEXT, "size": size, "digest": _object({"sha256": _HEX})}


def error_schema() -> JsonSchema:
    """Return the JSON Schema of `edoc/error/1`, the record of an input that could not be judged."""
    error = {"code": _TEXT, "text": _TEXT, "hint": _TEXT, "exit": {"type": "integer", "minimum": 1}}
    tops = {"schema": {"const": ERROR_SCHEMA}, "document": _object({"name": _TEXT}), "error": _object(error)}
    head = {"$schema": _DIALECT, "$id": "urn:edoc:error:1", "title": "Why edoc could not judge one input"}
    return {**head, **_object(tops)}


def schema_files() -> dict[str, str]:
    """Return the text of each schema file by its name."""
    made = {"report.schema.json": report_schema(), "error.schema.json": error_schema()}
    return {name: json.dumps(schema, indent=2) + "\n" for name, schema in made.items()}


def _object(properties: dict[str, JsonSchema], *, gained: AbstractSet[str] = frozenset()) -> JsonSchema:
    required = [name for name in properties if name not in gained]
    return {"type": "object", "required": required, "properties": properties}


def _define(kind: type, definitions: dict[str, JsonSchema]) -> JsonSchema:
    if kind.__name__ not in definitions:
        definitions[kind.__name__] = {}
        gained = _GAINED if kind in _GAINED_BY else frozenset()
        definitions[kind.__name__] = _object(_properties(kind, definitions), gained=gained)
    return {"$ref": f"#/$defs/{kind.__name__}"}


def _properties(kind: type, definitions: dict[str, JsonSchema]) -> dict[str, JsonSchema]:
    hints = get_type_hints(kind)
    found = {
        name: {"enum": _WORDS[kind, name]} if (kind, name) in _WORDS else _of(hints[name], definitions)
        for name in shown_fields(kind)
    }
    if kind is Finding:
        return {**found, "text": _TEXT, "hint": _TEXT}
    return {**found, "text": _TEXT} if kind is Change else found


def _of(hint: Any, definitions: dict[str, JsonSchema]) -> JsonSchema:
    if hint in _SIMPLE:
        return _SIMPLE[hint]
    if get_origin(hint) is UnionType:
        inner = [item for item in get_args(hint) if item is not NoneType]
        return _nullable(_of(inner[0], definitions))
    if get_origin(hint) is tuple:
        items = get_args(hint)
        listed = {"type": "array", "items": _of(items[0], definitions)}
        return listed if items[-1] is Ellipsis else {**listed, "minItems": len(items), "maxItems": len(items)}
    if get_origin(hint) is Mapping:
        return {"type": "object", "additionalProperties": _of(get_args(hint)[1], definitions)}
    if isinstance(hint, type) and issubclass(hint, Enum):
        return {"enum": [item.value for item in hint]}
    if isinstance(hint, type) and is_dataclass(hint):
        return _define(hint, definitions)
    raise TypeError(f"no JSON form for {hint}")


def _nullable(schema: JsonSchema) -> JsonSchema:
    if "enum" in schema:
        return {"enum": [*schema["enum"], None]}
    if "$ref" in schema:
        return {"anyOf": [schema, {"type": "null"}]}
    return {**schema, "type": [schema["type"], "null"]}


if __name__ == "__main__":
    for file_name, text in schema_files().items():
        Path(__file__).with_name(file_name).write_text(text, encoding="utf-8")
