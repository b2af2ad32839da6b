"""The JSON Schema of the report, made from the dataclasses of the result (design section 3.2)."""

from __future__ import annotations

from dataclasses import Field, fields
from functools import cache

_HIDDEN = {"signed_octets", "certificate"}
"""Fields that hold bytes or functions and never leave the process."""


@cache
def shown_fields(kind: type) -> tuple[str, ...]:
    """Return the names of a result's fields that stand in the JSON, in their order."""
    listed: tuple[Field[object], ...] = fields(kind)
    return tuple(item.name for item in listed if item.name not in _HIDDEN)
