"""Secrets from a file, a variable or a terminal; never from the command line, and never kept."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from getpass import getpass

from edoc.errors import ConfigError, KeyAccessError

_LONGEST = 4096


def secret_source(
    *, file: str | None, variable: str, environment: Mapping[str, str]
) -> Callable[[str], str]:
    """Return a function that answers a prompt with the secret: the file's first line, the variable, a terminal.

    The terminal is asked only when nothing else is given and somebody sits there; otherwise the
    function raises `KeyAccessError` SECRET_NOT_GIVEN, and `ConfigError` when the file cannot be read.
    """

    def ask(prompt: str) -> str:
        if file is not None:
            return _first_line(file)
        if variable in environment:
            return environment[variable]
        if not _at_terminal():
            raise KeyAccessError("SECRET_NOT_GIVEN", subject=prompt.rstrip(": "), params={"variable": variable})
        return getpass(f"{prompt.rstrip(': ')}: ", stream=sys.stderr)

    return ask


def _at_terminal() -> bool:
    """True when somebody can be asked: standard input may be a document while a terminal is there."""
    if sys.stdin.isatty():
        return True
    try:
        os.close(os.open("/dev/tty", os.O_RDWR | getattr(os, "O_NOCTTY", 0)))
    except OSError:
        return False
    return True


def _first_line(path: str) -> str:
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_CLOEXEC", 0))
        try:
            data = os.read(descriptor, _LONGEST)
        finally:
            os.close(descriptor)
        return data.decode("utf-8").splitlines()[0]
    except (OSError, UnicodeDecodeError, IndexError) as problem:
        raise ConfigError("SECRET_FILE_UNREADABLE", subject=path) from problem
