"""The log of a batch as JSON lines: written record by record, and gone on with after a cut."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from edoc.errors import ConfigError
from edoc.result.report import ERROR_SCHEMA, REPORT_SCHEMA


@dataclass(frozen=True, slots=True, kw_only=True)
class Logged:
    """What a log holds: whole records, the octets they take, their exit codes, the rules they name."""

    records: int
    end: int
    exits: frozenset[int]
    rules: frozenset[tuple[str, str]]
    """Pairs of the policy's and the trust store's digest."""


def read_log(path: str) -> Logged:
    """Read a log that may have been cut off; a half-written last line does not count.

    Raises `ConfigError` LOG_UNREADABLE when the file cannot be read, LOG_NOT_OURS when a line before
    the last is no record of a batch.
    """
    records, end = 0, 0
    exits: set[int] = set()
    rules: set[tuple[str, str]] = set()
    try:
        with open(path, "rb") as stream:
            for record, size in _records(stream, path):
                records, end = records + 1, end + size
                exits.add(_exit(record))
                if record["schema"] == REPORT_SCHEMA:
                    rules.add((record["policy"]["digest"], record["trust"]["digest"]))  # type: ignore[index]
    except OSError as problem:
        raise ConfigError("LOG_UNREADABLE", subject=path, params={"reason": problem.strerror or "?"}) from problem
    except (KeyError, TypeError) as problem:
        raise ConfigError("LOG_NOT_OURS", subject=path) from problem
    return Logged(records=records, end=end, exits=frozenset(exits), rules=frozenset(rules))


def logged_inputs(path: str, count: int) -> Iterator[str]:
    """Yield the `input` of the first `count` records of a log, in order."""
    with open(path, "rb") as stream:
        for _, (record, _size) in zip(range(count), _records(stream, path), strict=False):
            yield str(record.get("input"))


def remaining(inputs: Iterator[str], path: str, logged: Logged) -> Iterator[str]:
    """Yield the inputs that a log does not answer yet.

    Raises `ConfigError` LOG_OTHER_INPUTS when the log does not answer these inputs in this order.
    """
    for done in logged_inputs(path, logged.records):
        current = next(inputs, None)
        if current != done:
            raise ConfigError("LOG_OTHER_INPUTS", subject=path, params={"logged": done, "given": current or "-"})
    yield from inputs


def cut(path: str, end: int) -> None:
    """Remove what stands behind the last whole record."""
    if os.path.getsize(path) != end:
        os.truncate(path, end)


def _records(stream: BinaryIO, path: str) -> Iterator[tuple[dict[str, object], int]]:
    """Yield each record with its size in octets; stops at a last line that is not whole."""
    pending: bytes | None = None
    for line in stream:
        if pending is not None:
            raise ConfigError("LOG_NOT_OURS", subject=path)
        record = _parsed(line)
        if record is None:
            pending = line
        else:
            yield record, len(line)


def _parsed(line: bytes) -> dict[str, object] | None:
    if not line.endswith(b"\n"):
        return None
    try:
        record = json.loads(line)
    except (ValueError, RecursionError):
        return None
    ours = isinstance(record, dict) and record.get("schema") in (REPORT_SCHEMA, ERROR_SCHEMA)
    return record if ours else None


def _exit(record: dict[str, object]) -> int:
    holder = record["error"] if record["schema"] == ERROR_SCHEMA else record
    code = holder["exit"] if isinstance(holder, dict) else None
    if type(code) is not int:
        raise TypeError("exit")
    return code
