"""A word that stands for one of a few things, and the error that names them all."""

from __future__ import annotations

from enum import Enum
from typing import TypeVar

from edoc.errors import ConfigError

E = TypeVar("E", bound=Enum)


def choose(kind: type[E], name: object, code: str) -> E:
    """Return the member of an enum by its value; `ConfigError` with the given code for a word that is none."""
    try:
        return kind(name)
    except ValueError as problem:
        params = {"known": ", ".join(str(item.value) for item in kind)}
        raise ConfigError(code, subject=str(name), params=params) from problem
