"""What the strict reader accepts, three other readers read in the same way; what they read differently is explained."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.attacks.table import fixtures
from tests.corpus.harness import Miss, outdated, read_exceptions, unexplained
from tests.differential.pool import GAVE_UP, ask
from tests.differential.readings import WITNESSES, Reading, differences, strict
from tests.formats.pdf import build

EXCEPTIONS = Path(__file__).with_name("exceptions.json")
_LEAST = {"pages": 150, "ranges": 120}


def _own() -> dict[str, bytes]:
    return {name: item.make() for name, item in fixtures().items()}


def _foreign(corpus: Path) -> dict[str, bytes]:
    return {place.relative_to(corpus).as_posix(): place.read_bytes() for place in sorted(corpus.rglob("*.pdf"))}


def _misses(witness: str, documents: dict[str, bytes], mine: dict[str, Reading]) -> list[Miss]:
    found = []
    for name, reading in ask(witness, {name: documents[name] for name in mine}).items():
        if reading is None or reading == GAVE_UP:
            found.append(Miss(f"{witness} {name}", "refused" if reading is None else "gave up", "read"))
            continue
        for key, (theirs, ours) in differences(documents[name], mine[name], reading).items():
            # As JSON has it, so that it can be held against the file of exceptions.
            theirs, ours = json.loads(json.dumps([theirs, ours]))
            found.append(Miss(f"{witness} {name} {key}", theirs, ours))
    return found


def _accepted(documents: dict[str, bytes]) -> dict[str, Reading]:
    return {name: reading for name, data in documents.items() if (reading := strict(data)) is not None}


def _excused(*, own: bool) -> dict[str, dict[str, object]]:
    names = fixtures()
    return {key: item for key, item in read_exceptions(EXCEPTIONS).items() if (key.split(" ")[1] in names) == own}


def _compare(documents: dict[str, bytes], *, own: bool) -> None:
    mine = _accepted(documents)
    assert len(mine) > (200 if own else 120)
    misses = [miss for witness in WITNESSES for miss in _misses(witness, documents, mine)]
    exceptions = _excused(own=own)
    assert not unexplained(misses, exceptions)
    assert not outdated(misses, exceptions)


def test_all_read_the_same_of_our_own_documents() -> None:
    _compare(_own(), own=True)


def test_all_read_the_same_of_foreign_documents(corpus: Path) -> None:
    _compare(_foreign(corpus), own=False)


@pytest.mark.parametrize("witness", WITNESSES)
def test_a_difference_is_seen(witness: str) -> None:
    """The comparison can fail: one number of the range, one more page, another value, another verdict."""
    data = build.signed().data
    mine = strict(data)
    assert mine is not None
    reading = ask(witness, {"x": data})["x"]
    assert reading is not None and not differences(data, mine, reading)
    for key, other in (("pages", 2), ("values", {"amount": "999"}), ("ranges", [[0, 1, 2, 3]]), ("ends", [1]), ("revisions", 9)):
        if key in reading:
            assert key in differences(data, {**mine, key: other}, reading)
    if "intact" in reading:
        wrong = dict.fromkeys(mine["intact"], False)  # type: ignore[call-overload]
        assert "intact" in differences(data, {**mine, "intact": wrong}, reading)


def test_a_witness_that_hangs_or_eats_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    def hungry(data: bytes) -> Reading:
        return {"pages": len(bytes(4 << 30)) if data == b"big" else 1}

    def slow(data: bytes) -> Reading:
        import time

        time.sleep(60 if data == b"slow" else 0)
        return {"pages": 1}

    monkeypatch.setitem(WITNESSES, "hungry", hungry)
    monkeypatch.setitem(WITNESSES, "slow", slow)
    monkeypatch.setattr("tests.differential.pool.SECONDS", 1.0)
    assert ask("hungry", {"a": b"", "b": b"big", "c": b""}) == {"a": {"pages": 1}, "b": GAVE_UP, "c": {"pages": 1}}
    assert ask("slow", {"a": b"", "b": b"slow", "c": b""}) == {"a": {"pages": 1}, "b": GAVE_UP, "c": {"pages": 1}}
