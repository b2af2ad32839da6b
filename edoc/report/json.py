"""The report as JSON (design section 3.2): stable keys and words, only `text` and `hint` localised."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import is_dataclass
from datetime import UTC, datetime
from enum import Enum
from functools import cache, lru_cache
from operator import attrgetter
from types import NoneType
from typing import Any, cast

from edoc.catalogue import clause, sentence
from edoc.errors import EdocError
from edoc.facts.findings import Finding
from edoc.facts.signature import Change
from edoc.result.report import ERROR_SCHEMA, REPORT_SCHEMA, DocumentId, ReportData, Reported
from edoc.result.schema import shown_fields

Json = dict[str, object]
"""A JSON object: strings, numbers, booleans, null, lists and objects of them."""

# C1 controls steer terminals, bidi controls turn lines around, a lone surrogate (an undecodable
# file name) cannot be written as UTF-8: they go out as escapes, which JSON reads as the same string.
_UNSAFE = re.compile("[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


_AS_THEY_ARE = (str, int, bool, NoneType)
"""Most of a report, and the first thing looked for."""
_COMPACT = json.JSONEncoder(ensure_ascii=False, allow_nan=False)


def report_dict(data: ReportData, *, lang: str = "en") -> Json:
    """Return the report as plain data, in the order of the contract."""
    told: Json = {
        "schema": REPORT_SCHEMA,
        "tool": {"name": "edoc", "version": data.tool_version},
        "policy": plain(data.policy, lang),
        "trust": {"digest": data.trust_digest, "judged": data.trust_judged, "anchors": data.trust_anchors},
        "process": data.process,
        "validation_time": rfc3339(data.validation_time),
        "validation_time_source": data.validation_time_source,
        "document": {**_document(data.document), "pages": data.document.pages},
        "verdict": data.verdict.value,
        "reservations": list(data.reservations),
        "signatures": plain(data.signatures, lang),
        "timestamps": plain(data.timestamps, lang),
        "evidence_records": plain(data.evidence_records, lang),
        "wants": plain(data.wants, lang),
        "findings": plain(data.findings, lang),
    }
    # Only a sealed report has it: all other reports stay as they were.
    return told if data.reported is None else {**told, "reported": reported_dict(data.reported, lang=lang)}


def reported_dict(reported: Reported, *, lang: str) -> Json:
    """Return what a sealed report states, in the shapes of a report."""
    return {
        "name": reported.name,
        "digest": {"sha256": reported.sha256},
        "sealed_by": list(reported.sealed_by),
        "document": _document(reported.document),
        "verdict": reported.verdict.value,
        "validation_time": rfc3339(reported.validation_time),
        "policy": plain(reported.policy, lang),
        "trust": {"digest": reported.trust_digest, "judged": reported.trust_judged},
        "tool": {"name": "edoc", "version": reported.tool_version},
        "signers": list(reported.signers),
        "at_hand": list(reported.at_hand),
        "others_at_hand": list(reported.others_at_hand),
    }


def _document(document: DocumentId) -> Json:
    return {
        "name": document.name,
        "media_type": document.media_type,
        "size": document.size,
        "digest": {"sha256": document.sha256},
    }


def error_dict(error: EdocError, *, name: str, lang: str = "en") -> Json:
    """Return the record of an input that could not be judged."""
    words = {"code": error.code, "text": error.text(lang), "hint": error.hint(lang), "exit": error.exit_code}
    return {"schema": ERROR_SCHEMA, "document": {"name": name}, "error": words}


def dumps(value: object, *, indent: int | None = None) -> str:
    """Return JSON text that is safe to show and to write: readable letters, no control characters."""
    if indent is None:
        text = _COMPACT.encode(value)
    else:
        text = json.dumps(value, ensure_ascii=False, indent=indent, allow_nan=False)
    if text.isascii() and "\x7f" not in text:
        return text
    return _UNSAFE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


@lru_cache(maxsize=1024)
def rfc3339(moment: datetime) -> str:
    """Return an aware time as RFC 3339 in UTC."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def plain(value: object, lang: str) -> object:
    """Return a result object as plain data: enums as their words, times as RFC 3339, tuples as lists."""
    kind: Any = type(value)
    return _writer(kind)(value, lang)


@cache
def _writer(kind: Any) -> Callable[[Any, str], object]:
    """Return what makes plain data of the values of a type; the types of a report are few."""
    if kind in _AS_THEY_ARE:
        return _as_it_is
    for known, write in _WRITERS:
        if issubclass(kind, known):
            return write
    if not is_dataclass(kind):
        return _as_it_is
    names: tuple[str, ...] = shown_fields(cast(type, kind))
    return _of_fields(names)


def _as_it_is(value: object, lang: str) -> object:
    return value


def _list(items: Iterable[object], lang: str) -> list[object]:
    return [item if type(item) in _AS_THEY_ARE else plain(item, lang) for item in items]


def _mapping(items: Mapping[object, object], lang: str) -> Json:
    return {str(key): item if type(item) in _AS_THEY_ARE else plain(item, lang) for key, item in items.items()}


def _of_fields(names: tuple[str, ...]) -> Callable[[Any, str], object]:
    # Of a single name, what is asked for would come alone and not as a tuple.
    values_of = attrgetter(*names, names[0])

    def write(value: object, lang: str) -> Json:
        return {
            name: item if type(item) in _AS_THEY_ARE else plain(item, lang)
            for name, item in zip(names, values_of(value), strict=False)
        }

    return write


def _finding(finding: Finding, lang: str) -> Json:
    words = sentence(finding.code, {"subject": finding.subject, **finding.params}, lang)
    return {
        "code": finding.code,
        "severity": finding.severity.value,
        "subject": finding.subject,
        "params": dict(finding.params),
        "clause": finding.clause or clause(finding.code),
        "text": words.text,
        "hint": words.hint,
    }


def _change(change: Change, lang: str) -> Json:
    return {
        "code": change.code,
        "page": change.page,
        "box": list(change.box) if change.box is not None else None,
        "permitted": change.permitted,
        "shown": change.shown,
        "subject": change.subject,
        "params": dict(change.params),
        "text": sentence(change.code, {"subject": change.subject, **change.params}, lang).text,
    }


_WRITERS: tuple[tuple[type, Callable[[Any, str], object]], ...] = (
    (tuple, _list),
    (list, _list),
    (Finding, _finding),
    (Change, _change),
    (Enum, lambda value, lang: value.value),
    (datetime, lambda value, lang: rfc3339(value)),
    (Mapping, _mapping),
)
