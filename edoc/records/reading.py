"""Reads and writes records: strictly, every key known and each of them once."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Any

from edoc.errors import InputError
from edoc.limits import DEFAULT_LIMITS, Limits
from edoc.records.model import (
    Checked,
    Comparison,
    Conversion,
    FileId,
    IdentifierKind,
    Lookup,
    Means,
    PaperCopy,
    PaperUse,
    Record,
    ScanColour,
    Who,
)
from edoc.records.schema import CONVERSION_SCHEMA, LOOKUP_SCHEMA, PAPER_COPY_SCHEMA, schemas
from edoc.result.reading import load_strictly, misfit
from edoc.result.schema import JsonSchema

_Json = Mapping[str, Any]
"""What was held against its schema: every key is there, and of its type."""


def read_record(octets: bytes, *, name: str, limits: Limits = DEFAULT_LIMITS) -> Record:
    """Return the record that JSON octets hold; `name` is what errors call the file.

    Raises `InputError` RECORD_MALFORMED with the place and the reason for anything else: other JSON, an
    unknown or repeated key, a value of another form, a record that contradicts itself.
    """
    if len(octets) > limits.record_bytes:
        raise _refusal(name, f"larger than {limits.record_bytes} octets")
    try:
        value = load_strictly(octets.decode("utf-8"))
    except UnicodeDecodeError as problem:
        raise _refusal(name, "no UTF-8 text") from problem
    except ValueError as problem:
        raise _refusal(name, str(problem)) from problem
    named = value.get("schema") if isinstance(value, dict) else None
    if not isinstance(value, dict) or not isinstance(named, str) or named not in _schemas():
        raise _refusal(name, f"its schema is none of {', '.join(_schemas())}")
    schema = _schemas()[named]
    found = misfit(value, schema, root=schema)
    if found is not None:
        raise _refusal(name, found)
    try:
        return _MAKERS[named](value)
    except ValueError as problem:
        raise _refusal(name, str(problem)) from problem


def record_octets(record: Record) -> bytes:
    """Return the one JSON form of a record; raises `InputError` RECORD_MALFORMED for one that no reader would take."""
    text = json.dumps(_dict(record), ensure_ascii=False, indent=2, allow_nan=False) + "\n"
    try:
        octets = text.encode("utf-8")
    except UnicodeEncodeError as problem:
        raise _refusal(_dict(record)["schema"], "a lone surrogate") from problem
    read_record(octets, name=str(_dict(record)["schema"]))
    return octets


def record_json(record: Record) -> dict[str, object]:
    """Return a record as plain data, as its schema says."""
    return _dict(record)


@cache
def _schemas() -> dict[str, JsonSchema]:
    return schemas()


def _lookup(value: _Json) -> Lookup:
    answer = value["answer"]
    if answer["file"] is None and answer["words"] is None:
        raise ValueError("$.answer: neither a file nor words")
    return Lookup(
        registry=value["registry"]["name"],
        registry_url=value["registry"]["url"],
        identifier=value["identifier"]["value"],
        identifier_kind=IdentifierKind(value["identifier"]["kind"]),
        asked_at=_time(value["asked_at"]),
        asked_by=_who(value["asked_by"], "$.asked_by"),
        means=Means(value["means"]),
        answer=_file(answer["file"]),
        answer_words=answer["words"],
        document=_file(value["document"]),
    )


def _conversion(value: _Json) -> Conversion:
    scanned, compared = _time(value["scanned_at"]), _time(value["compared_at"])
    if compared < scanned:
        raise ValueError("$.compared_at: before the scan was made")
    return Conversion(
        document=_one_file(value["document"]),
        pages=value["pages"],
        paper=value["paper"]["description"],
        sheets=value["paper"]["sheets"],
        kept_at=value["paper"]["kept_at"],
        scanned_at=scanned,
        scanned_by=_who(value["scanned_by"], "$.scanned_by"),
        resolution=value["resolution"],
        colour=ScanColour(value["colour"]),
        compared_at=compared,
        compared_by=_who(value["compared_by"], "$.compared_by"),
        comparison=Comparison(value["comparison"]),
        differences=tuple(value["differences"]),
        bears_on=tuple(value["bears_on"]),
    )


def _paper_copy(value: _Json) -> PaperCopy:
    marks = tuple(value["marks"])
    if len(set(marks)) != len(marks):
        raise ValueError("$.marks: two copies have the same mark")
    return PaperCopy(
        document=_one_file(value["document"]),
        pages=value["pages"],
        printed_at=_time(value["printed_at"]),
        printed_by=_who(value["printed_by"], "$.printed_by"),
        marks=marks,
        use=PaperUse(value["use"]),
        checked=_checked(value["checked"]),
    )


_MAKERS: dict[str, Callable[[_Json], Record]] = {
    LOOKUP_SCHEMA: _lookup,
    CONVERSION_SCHEMA: _conversion,
    PAPER_COPY_SCHEMA: _paper_copy,
}


def _checked(value: _Json | None) -> Checked | None:
    if value is None:
        return None
    return Checked(
        verdict=value["verdict"],
        validation_time=_time(value["validation_time"]),
        signers=tuple(value["signers"]),
        report_sha256=value["report"]["digest"]["sha256"],
    )


def _who(value: _Json, place: str) -> Who:
    if value["office"] is None and value["person"] is None:
        raise ValueError(f"{place}: neither an office nor a person")
    return Who(office=value["office"], person=value["person"])


def _file(value: _Json | None) -> FileId | None:
    return None if value is None else _one_file(value)


def _one_file(value: _Json) -> FileId:
    return FileId(name=value["name"], sha256=value["digest"]["sha256"], size=value["size"])


def _time(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except OverflowError as problem:
        raise ValueError("a time that no calendar has") from problem


def _dict(record: Record) -> dict[str, Any]:
    if isinstance(record, Lookup):
        return {
            "schema": LOOKUP_SCHEMA,
            "registry": {"name": record.registry, "url": record.registry_url},
            "identifier": {"value": record.identifier, "kind": record.identifier_kind.value},
            "asked_at": _text(record.asked_at),
            "asked_by": _who_dict(record.asked_by),
            "means": record.means.value,
            "answer": {"file": _file_dict(record.answer), "words": record.answer_words},
            "document": _file_dict(record.document),
        }
    if isinstance(record, Conversion):
        return _conversion_dict(record)
    checked = record.checked
    return {
        "schema": PAPER_COPY_SCHEMA,
        "document": _file_dict(record.document),
        "pages": record.pages,
        "printed_at": _text(record.printed_at),
        "printed_by": _who_dict(record.printed_by),
        "marks": list(record.marks),
        "use": record.use.value,
        "checked": None if checked is None else {
            "verdict": checked.verdict,
            "validation_time": _text(checked.validation_time),
            "signers": list(checked.signers),
            "report": {"digest": {"sha256": checked.report_sha256}},
        },
    }  # fmt: skip


def _conversion_dict(record: Conversion) -> dict[str, Any]:
    return {
        "schema": CONVERSION_SCHEMA,
        "document": _file_dict(record.document),
        "pages": record.pages,
        "paper": {"description": record.paper, "sheets": record.sheets, "kept_at": record.kept_at},
        "scanned_at": _text(record.scanned_at),
        "scanned_by": _who_dict(record.scanned_by),
        "resolution": record.resolution,
        "colour": record.colour.value,
        "compared_at": _text(record.compared_at),
        "compared_by": _who_dict(record.compared_by),
        "comparison": record.comparison.value,
        "differences": list(record.differences),
        "bears_on": list(record.bears_on),
    }


def _who_dict(who: Who) -> dict[str, Any]:
    return {"office": who.office, "person": who.person}


def _file_dict(file: FileId | None) -> dict[str, Any] | None:
    return None if file is None else {"name": file.name, "size": file.size, "digest": {"sha256": file.sha256}}


def _text(moment: datetime) -> str:
    return moment.astimezone(UTC).replace(microsecond=0).isoformat().replace("+00:00", "Z")


def _refusal(name: str, why: str) -> InputError:
    return InputError("RECORD_MALFORMED", subject=name, params={"why": why})
