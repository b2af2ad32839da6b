"""A strict, bounded reader of JSON: no member twice, nothing that two readers could take differently (RFC 8259, RFC 7493)."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Mapping, Sequence
from typing import NoReturn

Json = Mapping[str, "Json"] | Sequence["Json"] | str | int | float | bool | None
"""A value; strings are never treated as sequences here."""

_DEPTH = 64
"""Nesting of real JAdES documents stays below 12."""
_OPENED, _VALUES = 1_000_000, 4_000_000
"""Lists and objects of one document, and values: each costs some hundred octets, whatever it is written with."""
_DIGITS = 64
"""Digits of one number; dates and sizes have 10."""
_OPENING = re.compile(r'"(?>(?:[^"\\]++|\\.)*)(?:"|\\?\Z)|[\[{\]}]', re.DOTALL)
"""A string that never ends is taken to the end: else it would be sought again from each quotation mark in it."""
_URL = re.compile(rb"[A-Za-z0-9_-]*")
_SURROGATE = re.compile("[\ud800-\udfff]")


class JsonError(ValueError):
    """The octets are no acceptable JSON; `code` has a catalogue entry."""

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code)
        self.code = code
        self.params = {key: str(value) for key, value in params.items()}


def parse_json(data: bytes) -> Json:
    """Return the value that some octets are.

    Raises JsonError: JSON_ENCODING, JSON_MALFORMED, JSON_DUPLICATE_MEMBER, JSON_DEPTH, JSON_NUMBER, JSON_VALUES.
    """
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as problem:
        raise JsonError("JSON_ENCODING", offset=problem.start) from problem
    _refuse_depth(text)
    if text.count(",") > _VALUES:
        raise JsonError("JSON_VALUES", limit=_VALUES)
    try:
        value: Json = json.loads(
            text,
            object_pairs_hook=_members,
            parse_int=_integer,
            parse_float=_real,
            parse_constant=_constant,
        )
    except json.JSONDecodeError as problem:
        raise JsonError("JSON_MALFORMED", offset=problem.pos) from problem
    except RecursionError as problem:
        raise JsonError("JSON_DEPTH", limit=_DEPTH) from problem
    if "\\u" in text and _SURROGATE.search(json.dumps(value, ensure_ascii=False)) is not None:
        raise JsonError("JSON_ENCODING", offset="-")
    return value


def _refuse_depth(text: str) -> None:
    depth = opened = 0
    for found in _OPENING.finditer(text):
        mark = found.group()
        if mark in "[{":
            depth += 1
            opened += 1
            if depth > _DEPTH:
                raise JsonError("JSON_DEPTH", limit=_DEPTH)
            if opened > _OPENED:
                raise JsonError("JSON_VALUES", limit=_OPENED)
        elif mark in "]}":
            depth -= 1


def _members(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    found = dict(pairs)
    if len(found) != len(pairs):
        seen: set[str] = set()
        name = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        raise JsonError("JSON_DUPLICATE_MEMBER", name=name)
    return found


def _integer(text: str) -> int:
    if len(text) > _DIGITS:
        raise JsonError("JSON_NUMBER", digits=len(text))
    return int(text)


def _real(text: str) -> float:
    if len(text) > _DIGITS:
        raise JsonError("JSON_NUMBER", digits=len(text))
    return float(text)


def _constant(text: str) -> NoReturn:
    raise JsonError("JSON_MALFORMED", offset=text)


def base64url(text: str) -> bytes:
    """Return the octets of base64url text without padding; ValueError for any other text (RFC 7515 2).

    Spare bits must be zero: else two texts would stand for the same octets.
    """
    data = text.encode("ascii", "replace")
    if _URL.fullmatch(data) is None or len(data) % 4 == 1:
        raise ValueError("base64url")
    try:
        decoded = base64.b64decode(data + b"=" * (-len(data) % 4), altchars=b"-_", validate=True)
    except binascii.Error as problem:
        raise ValueError("base64url") from problem
    if to_base64url(decoded) != text:
        raise ValueError("base64url")
    return decoded


def to_base64url(data: bytes) -> str:
    """Return octets as base64url text without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def base64_standard(text: str) -> bytes:
    """Return the octets of ordinary base64 text, with its padding; ValueError for any other text."""
    try:
        return base64.b64decode(text.encode("ascii", "replace"), validate=True)
    except binascii.Error as problem:
        raise ValueError("base64") from problem


def canonical(value: Json) -> bytes | None:
    """Return a value in its canonical form (RFC 8785); null for real numbers, which no header here has."""
    if isinstance(value, bool) or value is None or isinstance(value, int | str):
        return json.dumps(value, ensure_ascii=False).encode()
    if isinstance(value, float):
        return None
    if isinstance(value, Mapping):
        # RFC 8785 3.2.3: members sorted by their UTF-16 code units.
        members = [(canonical(key), canonical(value[key])) for key in sorted(value, key=lambda key: key.encode("utf-16-be"))]
        whole = [key + b":" + item for key, item in members if key is not None and item is not None]
        return b"{" + b",".join(whole) + b"}" if len(whole) == len(members) else None
    items = [canonical(item) for item in value]
    known = [item for item in items if item is not None]
    return b"[" + b",".join(known) + b"]" if len(known) == len(items) else None
