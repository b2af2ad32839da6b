"""Ten thousand mutants of signed documents, half of them structural: none is believed, none breaks the reader."""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache

import pytest

import edoc
from edoc.testing import PracticePki
from tests.sign.makers import make_pdf

AT = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
SHARDS = 20
MUTANTS = 500
"""Of one shard: 10,000 in all."""

_TOKEN = re.compile(rb"\d+|/[A-Za-z]+|<<|>>|\[|\]|\bobj\b|\bendobj\b|\bR\b|stream|endstream|xref|trailer|startxref")
_OBJECT = re.compile(rb"\d+ 0 obj.*?endobj\s", re.DOTALL)


@cache
def _pki() -> PracticePki:
    return PracticePki(at=AT)


@cache
def _signed() -> tuple[bytes, ...]:
    """Signed documents: one signature, two, a cross-reference stream, a certificate of another kind."""
    made = []
    for names, stream in ((("person-ec",), False), (("person-ec", "person-ed"), False), (("person-ed",), True)):
        document = make_pdf(xref_stream=stream)
        for name in names:
            key = _pki().key(name)
            document = bytes(edoc.sign_document(document, key, signing_time=AT).document.data[:])
        made.append(document)
    return tuple(made)


@cache
def _verifiers() -> tuple[edoc.Verifier, edoc.Verifier]:
    strict = edoc.Verifier(trust=_pki().trust, validation_data=_pki().validation_data(), validation_time=AT)
    return strict, edoc.Verifier(policy="integrity", validation_time=AT)


def _ranges(document: bytes) -> list[tuple[int, int]]:
    """Return the stretches that signatures cover, as [start, end)."""
    found = []
    for match in re.finditer(rb"/ByteRange\s*\[\s*(\d+)\s+(\d+)\s+(\d+)\s+(\d+)\s*\]", document):
        first, length, second, rest = map(int, match.groups())
        found += [(first, first + length), (second, second + rest)]
    assert found
    return found


def _covered_changed(original: bytes, mutant: bytes) -> bool:
    return any(original[start:end] != mutant[start:end] for start, end in _ranges(original))


def _flip(data: bytes, chance: random.Random) -> bytes:
    changed = bytearray(data)
    for _ in range(chance.choice((1, 1, 1, 2, 8))):
        changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
    return bytes(changed)


def _overwrite(data: bytes, chance: random.Random) -> bytes:
    start, size = chance.randrange(len(data)), chance.choice((1, 2, 16, 200))
    return data[:start] + chance.randbytes(size) + data[start + size :]


def _cut(data: bytes, chance: random.Random) -> bytes:
    start, size = chance.randrange(len(data)), chance.choice((1, 5, 100, 2_000))
    return data[:start] + data[start + size :]


def _truncate(data: bytes, chance: random.Random) -> bytes:
    return data[: chance.randrange(len(data))]


def _token(data: bytes, chance: random.Random) -> bytes:
    """Put one token of the document in the place of another."""
    tokens = [match.span() for match in _TOKEN.finditer(data)]
    (start, end), (first, last) = chance.choice(tokens), chance.choice(tokens)
    return data[:start] + data[first:last] + data[end:]


def _number(data: bytes, chance: random.Random) -> bytes:
    numbers = [match.span() for match in re.finditer(rb"\d+", data)]
    start, end = chance.choice(numbers)
    value = chance.choice((0, 1, -1, 65_535, 1 << 31, 1 << 63, int(data[start:end][:18]) + chance.choice((-1, 1, 10))))
    return data[:start] + str(value).encode() + data[end:]


def _swap_objects(data: bytes, chance: random.Random) -> bytes:
    places = [match.span() for match in _OBJECT.finditer(data)]
    (start, end), (first, last) = sorted(chance.sample(places, 2))
    return data[:start] + data[first:last] + data[end:first] + data[start:end] + data[last:]


def _append_revision(data: bytes, chance: random.Random) -> bytes:
    """Append a well-formed update that redefines one object as another, or as something small."""
    places = list(_OBJECT.finditer(data))
    number = int(chance.choice(places)[0].split()[0])
    body = chance.choice((b"null", b"<<>>", b"[]", b"(x)", chance.choice(places)[0].split(b"obj", 1)[1][:-7].strip()))
    roots = re.findall(rb"/Root\s+(\d+) 0 R", data)
    previous = int(re.findall(rb"startxref\s+(\d+)", data)[-1])
    offset = len(data) + 1
    update = b"\n%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"xref\n0 0\n%d 1\n%010d 00000 n \n" % (number, offset)
    trailer = b"trailer\n<< /Size 60 /Root %s 0 R /Prev %d >>\nstartxref\n%d\n%%%%EOF\n"
    return data + update + table + trailer % (roots[-1], previous, len(data) + len(update))


def _splice(data: bytes, chance: random.Random) -> bytes:
    """Continue one document with the end of another."""
    other = chance.choice(_signed())
    return data[: chance.randrange(len(data))] + other[chance.randrange(len(other)) :]


def _repeat(data: bytes, chance: random.Random) -> bytes:
    start = chance.randrange(len(data))
    piece = data[start : start + chance.choice((10, 100, 1_000))]
    return data[:start] + piece * chance.choice((2, 50)) + data[start + len(piece) :]


BYTES: tuple[Callable[[bytes, random.Random], bytes], ...] = (_flip, _overwrite, _cut, _truncate)
STRUCTURE: tuple[Callable[[bytes, random.Random], bytes], ...] = (
    _token, _number, _swap_objects, _append_revision, _splice, _repeat,
)  # fmt: skip


@pytest.mark.parametrize("shard", range(SHARDS))
def test_no_mutant_is_believed(shard: int) -> None:
    chance = random.Random(shard)
    seen: Counter[str] = Counter()
    for number in range(MUTANTS):
        original = chance.choice(_signed())
        mutate = chance.choice(STRUCTURE if number % 2 else BYTES)
        mutant = mutate(original, chance)
        for verifier in _verifiers():
            try:
                report = verifier.verify(mutant)
            except edoc.EdocError as problem:
                # A question that could not be asked is an answer too; anything else ends the test.
                assert problem.code != "INTERNAL", (shard, number)
                seen[problem.code] += 1
                continue
            seen[report.verdict.value] += 1
            assert '"INTERNAL"' not in report.to_json(indent=None), (shard, number)
            if report.verdict in (edoc.Verdict.PASSED, edoc.Verdict.INTACT):
                assert not _covered_changed(original, mutant), (shard, number, mutate.__name__)
    assert seen["FAILED"] > MUTANTS // 10, "the mutants do not reach the judgement"


def test_the_originals_are_believed() -> None:
    strict, integrity = _verifiers()
    for document in _signed():
        assert strict.verify(document).verdict is edoc.Verdict.PASSED
        assert integrity.verify(document).verdict is edoc.Verdict.INTACT
