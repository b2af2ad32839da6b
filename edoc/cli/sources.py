"""Where the inputs of a command come from: arguments, or a list in a file."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from edoc.errors import ConfigError


def inputs_of(files: tuple[str, ...], list_file: str | None) -> Iterator[str]:
    """Return the inputs as given, one by one; raises `ConfigError` when there is nothing or two sources."""
    if list_file is None:
        if not files:
            raise ConfigError("INPUT_NOT_GIVEN", subject="FILE")
        if files.count("-") > 1:
            raise ConfigError("STDIN_TWICE", subject="-")
        return iter(files)
    if files:
        raise ConfigError("INPUT_GIVEN_TWICE", subject=list_file)
    return _listed(list_file)


def _listed(list_file: str) -> Iterator[str]:
    try:
        # A path is whatever octets the system uses: undecodable ones survive the round trip.
        descriptor = sys.stdin.fileno() if list_file == "-" else list_file
        stream = open(descriptor, encoding="utf-8", errors="surrogateescape", closefd=list_file != "-")  # noqa: SIM115
    except OSError as problem:
        raise ConfigError("LIST_UNREADABLE", subject=list_file, params={"reason": problem.strerror or "?"}) from problem

    def lines() -> Iterator[str]:
        with stream:
            for line in stream:
                name = line.rstrip("\r\n")
                if name:
                    yield name

    return lines()
