"""The engine of every fuzzing run: it names mutants, asks about them in processes with limits, and counts."""

from __future__ import annotations

import json
import multiprocessing
import random
import resource
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path

Seeds = Mapping[str, bytes]
Mutator = Callable[[random.Random, bytes, Seeds], bytes]

SECONDS = 5.0
"""Of processor time for one answer."""
PATIENCE = 60.0
"""Seconds until a process that does not answer is ended: the machine may be busy with other things."""
MEGABYTES = 512
"""Above what the process held before it was asked."""
_BATCH = 50
"""Answers that travel together."""


@dataclass(frozen=True)
class Answer:
    """What became of one mutant: the word of the library, and what is wrong with that (null: nothing)."""

    word: str
    wrong: str | None = None


@dataclass(frozen=True)
class Target:
    """One format to be fuzzed."""

    name: str
    make_seeds: Callable[[], dict[str, bytes]]
    mutators: Mapping[str, Mutator]
    judge: Callable[[str, bytes, Seeds], Answer]
    """The seed's name, the mutant, all seed files."""


@dataclass
class Tally:
    """What a run counted."""

    words: Counter[str] = field(default_factory=Counter)
    mutators: Counter[str] = field(default_factory=Counter)
    wrong: dict[str, str] = field(default_factory=dict)
    """By the name of the mutant."""
    slowest: tuple[float, str] = (0.0, "")
    """Seconds of processor time, and whose."""
    peak: int = 0
    """Megabytes above what a process held when it began."""

    @property
    def count(self) -> int:
        """How many mutants were asked about."""
        return sum(self.words.values())

    def lines(self) -> Iterator[str]:
        """Yield what a person wants to know."""
        yield f"{self.count} mutants of {len(self.mutators)} mutators"
        yield "answers: " + ", ".join(f"{word} {count}" for word, count in sorted(self.words.items()))
        yield f"slowest answer {self.slowest[0]:.2f} s ({self.slowest[1]}), memory at most {self.peak} MB more than at the start"
        yield f"wrong: {len(self.wrong)}"
        yield from (f"  {name}: {what}" for name, what in sorted(self.wrong.items()))


def mutant_name(target: Target, seeds: Seeds, *, seed: int, number: int) -> str:
    """Return the name of a run's mutant by its number."""
    rng = random.Random(f"{target.name}:{seed}:{number}")
    return f"{rng.choice(sorted(seeds))}/{rng.choice(sorted(target.mutators))}/{number}"


def mutant(target: Target, seeds: Seeds, *, seed: int, name: str) -> bytes:
    """Return a mutant by its name."""
    origin, mutator, _ = name.split("/")
    return target.mutators[mutator](random.Random(f"{seed}:{name}"), seeds[origin], seeds)


def run(
    target: Target, seeds: Seeds, *, count: int, seed: int, first: int = 0, processes: int = 1,
    folder: Path | None = None, patience: float = PATIENCE,
) -> Tally:  # fmt: skip
    """Ask about `count` mutants and return what was counted; those that go wrong are written to `folder`."""
    tally = Tally()
    shards = [range(first + start, first + count, processes) for start in range(processes)]
    workers = [_Worker(target, seeds, seed=seed, numbers=numbers) for numbers in shards]
    while workers:
        for worker in list(workers):
            finished = worker.collect(tally, patience / len(workers))
            if finished:
                workers.remove(worker)
    if folder is not None and tally.wrong:
        _keep(target, seeds, seed=seed, tally=tally, folder=folder)
    return tally


class _Worker:
    """A process that works through some numbers, begun again behind a mutant that it did not survive."""

    def __init__(self, target: Target, seeds: Seeds, *, seed: int, numbers: range) -> None:
        self._target, self._seeds, self._seed = target, seeds, seed
        self._waiting = list(numbers)
        """What has not been answered yet, in the order in which it is asked."""
        self._begin()

    def _begin(self) -> None:
        self._connection, theirs = multiprocessing.Pipe(duplex=False)
        self._place = multiprocessing.Value("q", -1)
        self._process = multiprocessing.get_context("fork").Process(
            target=_work, args=(self._target, self._seeds, self._seed, tuple(self._waiting), theirs, self._place), daemon=True
        )
        self._process.start()
        theirs.close()
        self._heard = time.monotonic()
        self._last = -2

    def collect(self, tally: Tally, patience: float) -> bool:
        """Take in what the process has to say; true when its numbers are done."""
        if self._connection.poll(min(patience, 0.2)):
            try:
                batch = self._connection.recv()
            except EOFError:
                return self._died(tally, "the process ended")
            if batch is None:
                self._process.join()
                return True
            for number, answer, spent, peak in batch:
                self._count(tally, number, answer, spent, peak)
            self._heard = time.monotonic()
            return False
        at = self._place.value
        if at != self._last:
            self._last, self._heard = at, time.monotonic()
        elif time.monotonic() - self._heard > patience:
            self._process.kill()
            return self._died(tally, f"no answer in {patience:.0f} seconds")
        return False

    def _name(self, number: int) -> str:
        return mutant_name(self._target, self._seeds, seed=self._seed, number=number)

    def _count(self, tally: Tally, number: int, answer: Answer, spent: float, peak: int) -> None:
        self._waiting.remove(number)
        name = self._name(number)
        tally.words[answer.word] += 1
        tally.mutators[name.split("/")[1]] += 1
        tally.slowest = max(tally.slowest, (spent, name))
        tally.peak = max(tally.peak, peak)
        wrong = answer.wrong or (f"{spent:.1f} seconds" if spent > SECONDS else None)
        if wrong is not None:
            tally.wrong[name] = wrong

    def _died(self, tally: Tally, why: str) -> bool:
        """Blame the mutant that was being asked about, and ask about the others that no answer came to."""
        self._process.join()
        at = int(self._place.value)
        if at not in self._waiting:
            # It did not get as far as the first one: nothing is to be gained by trying again.
            at = self._waiting[0] if self._waiting else -1
        if at >= 0:
            self._count(tally, at, Answer("none", why), 0.0, 0)
        if not self._waiting:
            return True
        self._begin()
        return False


def _work(
    target: Target, seeds: Seeds, seed: int, numbers: tuple[int, ...], connection: Connection, place: object
) -> None:  # pragma: no cover - in another process
    before = _resident()
    _limit_memory()
    batch: list[tuple[int, Answer, float, int]] = []
    for number in numbers:
        place.value = number  # type: ignore[attr-defined]
        data = mutant(target, seeds, seed=seed, name=mutant_name(target, seeds, seed=seed, number=number))
        started = time.process_time()
        answer = _ask(target, mutant_name(target, seeds, seed=seed, number=number).split("/")[0], data, seeds)
        batch.append((number, answer, time.process_time() - started, max(0, _resident() - before)))
        if len(batch) >= _BATCH or batch[-1][2] > 0.5:
            connection.send(batch)
            batch = []
    connection.send(batch)
    connection.send(None)


def _ask(target: Target, origin: str, data: bytes, seeds: Seeds) -> Answer:
    try:
        return target.judge(origin, data, seeds)
    except MemoryError:
        return Answer("none", f"more than {MEGABYTES} MB")
    except Exception:  # noqa: BLE001 - whatever escapes the library is what this is about
        return Answer("none", traceback.format_exc(limit=-3))


def _limit_memory() -> None:
    status = Path("/proc/self/statm")
    if status.exists():
        pages = int(status.read_text(encoding="ascii").split()[0])
        limit = pages * resource.getpagesize() + (MEGABYTES << 20)
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))


def _resident() -> int:
    """The most that this process held at a time, in megabytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10


def _keep(target: Target, seeds: Seeds, *, seed: int, tally: Tally, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name in tally.wrong:
        (folder / name.replace("/", "_")).write_bytes(mutant(target, seeds, seed=seed, name=name))
    (folder / "wrong.json").write_text(json.dumps({"seed": seed, "wrong": tally.wrong}, indent=1), encoding="utf-8")


def seeds_of(target: Target, folder: Path | None = None) -> dict[str, bytes]:
    """Return a target's seed files: those of a folder when it has some, else new ones, written there."""
    if folder is not None and folder.is_dir():
        found = {place.name: place.read_bytes() for place in sorted(folder.iterdir()) if place.is_file()}
        if found:
            return found
    made = target.make_seeds()
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        for name, data in made.items():
            (folder / name).write_bytes(data)
    return made
