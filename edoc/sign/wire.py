"""Values of a serialised draft: base64 text and checked JSON types; TypeError or ValueError for anything else."""

from __future__ import annotations

import base64

from edoc.facts.signature import SignatureAlgorithm


def text(data: bytes) -> str:
    """Return octets as base64 text."""
    return base64.b64encode(data).decode()


def octets(value: object) -> bytes:
    """Return the octets of base64 text."""
    return base64.b64decode(string(value), validate=True)


def string(value: object) -> str:
    """Return a value that must be text."""
    if not isinstance(value, str):
        raise TypeError
    return value


def number(value: object) -> int:
    """Return a value that must be a size or an offset."""
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 1 << 62:
        raise TypeError
    return value


def items(value: object) -> list[object]:
    """Return a value that must be a list."""
    if not isinstance(value, list):
        raise TypeError
    return value


def algorithm(value: object) -> SignatureAlgorithm:
    """Return the algorithm that `dataclasses.asdict` made a table of."""
    if not isinstance(value, dict):
        raise TypeError
    kinds = {"name": str, "digest": (str, type(None)), "mgf_digest": (str, type(None)),
             "salt_length": (int, type(None)), "parameters_ok": bool}  # fmt: skip
    if set(value) != set(kinds) or not all(isinstance(value[key], kind) for key, kind in kinds.items()):  # type: ignore[arg-type]
        raise TypeError
    return SignatureAlgorithm(**value)
