"""Mutators that suit every format: they know of octets only."""

from __future__ import annotations

import random

from tests.fuzzing.harness import Mutator, Seeds


def _at(rng: random.Random, data: bytes) -> int:
    """Choose a place, often in the last part of a file, where later updates stand."""
    if not data:
        return 0
    return rng.randrange(max(0, len(data) - 900), len(data)) if rng.random() < 0.4 else rng.randrange(len(data))


def flip(rng: random.Random, data: bytes, seeds: Seeds) -> bytes:
    """Change single bits."""
    changed = bytearray(data)
    for _ in range(rng.choice((1, 1, 1, 2, 8))):
        changed[_at(rng, data)] ^= 1 << rng.randrange(8)
    return bytes(changed)


def overwrite(rng: random.Random, data: bytes, seeds: Seeds) -> bytes:
    """Write random octets over others."""
    start, size = _at(rng, data), rng.choice((1, 2, 16, 200))
    return data[:start] + rng.randbytes(size) + data[start + size :]


def insert(rng: random.Random, data: bytes, seeds: Seeds) -> bytes:
    """Put in something that means something somewhere."""
    pieces = (b" ", b"\n", b"\x00", b"%", b"(", b")", b"<<", b">>", b"<", b">", b"[", b"]", b"\xff", b"A" * 300, b"\x30\x80")
    at = _at(rng, data)
    return data[:at] + rng.choice(pieces) * rng.choice((1, 1, 1, 2, 40)) + data[at:]


def cut(rng: random.Random, data: bytes, seeds: Seeds) -> bytes:
    """Take some octets out."""
    at = _at(rng, data)
    return data[:at] + data[at + rng.choice((1, 2, 10, 100, 4_000)) :]


def truncate(rng: random.Random, data: bytes, seeds: Seeds) -> bytes:
    """End too early."""
    return data[: _at(rng, data)]


def splice(rng: random.Random, data: bytes, seeds: Seeds) -> bytes:
    """Put a piece of the file to another place, over something or between."""
    start, length, to = _at(rng, data), rng.choice((5, 40, 300, 3_000)), _at(rng, data)
    return data[:to] + data[start : start + length] + data[to + rng.choice((0, length)) :]


def cross(rng: random.Random, data: bytes, seeds: Seeds) -> bytes:
    """Continue one file with the end of another."""
    other = seeds[rng.choice(sorted(seeds))]
    return data[: _at(rng, data)] + other[_at(rng, other) :]


def repeat(rng: random.Random, data: bytes, seeds: Seeds) -> bytes:
    """Say something many times."""
    start = _at(rng, data)
    piece = data[start : start + rng.choice((10, 100, 1_000))]
    return data[:start] + piece * rng.choice((2, 50)) + data[start + len(piece) :]


OCTETS: dict[str, Mutator] = {
    "octets-flip": flip,
    "octets-overwrite": overwrite,
    "octets-insert": insert,
    "octets-cut": cut,
    "octets-truncate": truncate,
    "octets-splice": splice,
    "octets-cross": cross,
    "octets-repeat": repeat,
}
