"""The engine sees what it is there for: wrong answers, crashes, hangs, hunger; and names mutants so that they come again."""

from __future__ import annotations

import os
import random
import time
from pathlib import Path

import pytest

from tests.fuzzing import der
from tests.fuzzing.harness import MEGABYTES, Answer, Mutator, Seeds, Target, mutant, mutant_name, run, seeds_of
from tests.fuzzing.octets import OCTETS

SEEDS = {"one": bytes(range(256)) * 8, "two": b"<<>> [] () 12 " * 40}


def _target(judge: object, mutators: dict[str, Mutator] | None = None) -> Target:
    assert callable(judge)
    return Target(name="play", make_seeds=lambda: dict(SEEDS), mutators=mutators or OCTETS, judge=judge)


def _fine(origin: str, data: bytes, seeds: Seeds) -> Answer:
    return Answer("fine")


def test_a_name_brings_the_same_mutant_again() -> None:
    target = _target(_fine)
    names = [mutant_name(target, SEEDS, seed=5, number=number) for number in range(200)]
    assert len({name.split("/")[1] for name in names}) == len(OCTETS)
    assert {name.split("/")[0] for name in names} == set(SEEDS)
    first = [mutant(target, SEEDS, seed=5, name=name) for name in names]
    assert first == [mutant(target, SEEDS, seed=5, name=name) for name in names]
    assert first != [mutant(target, SEEDS, seed=6, name=name) for name in names]


@pytest.mark.parametrize("processes", [1, 2])
def test_every_mutant_is_counted_once(processes: int) -> None:
    tally = run(_target(_fine), SEEDS, count=301, seed=1, processes=processes)
    assert (tally.count, tally.words["fine"], tally.wrong) == (301, 301, {})


def test_what_goes_wrong_is_kept(tmp_path: Path) -> None:
    def judge(origin: str, data: bytes, seeds: Seeds) -> Answer:
        return Answer("bad", "too short") if len(data) < 100 else Answer("fine")

    target = _target(judge)
    tally = run(target, SEEDS, count=200, seed=1, folder=tmp_path)
    assert tally.wrong and set(tally.wrong.values()) == {"too short"}
    for name in tally.wrong:
        assert (tmp_path / name.replace("/", "_")).read_bytes() == mutant(target, SEEDS, seed=1, name=name)
    assert "too short" in (tmp_path / "wrong.json").read_text(encoding="utf-8")


def _at(number: int, what: object) -> Target:
    """A target that does something once, at the mutant of one number."""
    wanted: list[bytes] = []

    def judge(origin: str, data: bytes, seeds: Seeds) -> Answer:
        if data == wanted[0]:
            assert callable(what)
            what()
        return Answer("fine")

    target = _target(judge, {"overwrite": OCTETS["octets-overwrite"]})
    wanted.append(mutant(target, SEEDS, seed=1, name=mutant_name(target, SEEDS, seed=1, number=number)))
    return target


def test_a_crash_is_told_and_the_run_goes_on() -> None:
    tally = run(_at(130, lambda: 1 // 0), SEEDS, count=200, seed=1)
    assert tally.count == 200 and len(tally.wrong) == 1
    assert "ZeroDivisionError" in next(iter(tally.wrong.values()))


def test_a_process_that_ends_is_told_and_the_run_goes_on() -> None:
    tally = run(_at(130, lambda: os._exit(3)), SEEDS, count=200, seed=1)
    assert [name.rsplit("/", 1)[1] for name in tally.wrong] == ["130"]
    assert set(tally.wrong.values()) == {"the process ended"}
    assert tally.count == 200


def test_an_answer_that_does_not_come_is_told_and_the_run_goes_on() -> None:
    tally = run(_at(3, lambda: time.sleep(60)), SEEDS, count=20, seed=1, patience=1.0)
    assert list(tally.wrong.values()) == ["no answer in 1 seconds"]
    assert tally.count == 20


def test_hunger_is_told_and_the_run_goes_on() -> None:
    if not Path("/proc/self/statm").exists():
        pytest.skip("this system does not tell the size of a process in /proc")
    tally = run(_at(3, lambda: bytes((MEGABYTES + 50) << 20)), SEEDS, count=20, seed=1)
    assert list(tally.wrong.values()) == [f"more than {MEGABYTES} MB"]
    assert tally.count == 20


def test_seed_files_are_kept_and_read_again(tmp_path: Path) -> None:
    target = _target(_fine)
    assert seeds_of(target, tmp_path / "seeds") == SEEDS
    (tmp_path / "seeds" / "one").write_bytes(b"mine")
    assert seeds_of(target, tmp_path / "seeds")["one"] == b"mine"


def test_changed_elements_keep_their_lengths_right() -> None:
    data = der.Node(0x30, kids=[der.Node(0x02, b"\x05"), der.Node(0x31, kids=[der.Node(0x04, b"x" * 300)])]).encode()
    assert [item.encode() for item in der.parse(data)] == [data]
    seen = set()
    for number in range(300):
        changed = der.change(random.Random(number), data, [data])
        der.parse(changed)
        seen.add(changed)
    assert len(seen) > 100
