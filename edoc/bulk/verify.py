"""Many documents verified over an Executor: results in input order, one bad input never stops the rest."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import BrokenExecutor, Executor, Future
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from edoc.api import Input, Original, Verifier
from edoc.bulk import BulkResult, internal
from edoc.bulk.crew import Crew, OwnCrew, SharedCrew
from edoc.drivers.clock import now
from edoc.drivers.files import input_name, open_document
from edoc.errors import EdocError, InputError
from edoc.facts.document import Digest, Document

Item = Input | tuple[Input, Sequence[Original]]
"""One input, or an input with its own detached originals."""

_CHUNK = 16
"""Documents a task: enough to make the hand-over cheap, few enough to keep the order flowing."""
_AHEAD = 3
"""Tasks a worker that are handed over before the oldest is answered: bounds what is held in memory."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One input in a form that another process can take, or the error of reading it here."""

    name: str
    document: str | os.PathLike[str] | bytes | Document
    detached: tuple[Original, ...] = ()
    password: str | None = None
    problem: EdocError | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is the same for every input of a batch: who verifies, and the time that counts as now."""

    verifier: Verifier
    moment: datetime


def verify_many(
    inputs: Iterable[Item],
    *,
    verifier: Verifier,
    executor: Executor | None = None,
    jobs: int | None = None,
    password: str | None = None,
) -> Iterator[BulkResult]:
    """Verify many documents and yield a `BulkResult` for each, in input order.

    `executor` is any `concurrent.futures.Executor` whose workers can import edoc; without one a pool of
    `jobs` processes is used (default: one a core; 1 works in this process).  An input may be a pair of
    a document and its own detached originals; `password` opens those that are encrypted.  "Now" is
    fixed once for the batch, when this is called.  An input that cannot be read, or whose worker dies,
    costs only itself an error.
    """
    question = Question(verifier=verifier, moment=now())
    tasks = (_task(item, password) for item in inputs)
    if executor is None and jobs == 1:
        return (answer(question, task) for task in tasks)
    if executor is not None:
        return _over(SharedCrew(executor, _chunk, question), tasks)
    return _over(OwnCrew(jobs or os.cpu_count() or 1, _chunk, question), tasks)


def answer(question: Question, task: Task) -> BulkResult:
    """Verify one input; every way in which that can go wrong becomes its error."""
    if task.problem is not None:
        return BulkResult(input=task.name, error=task.problem)
    try:
        report = question.verifier.verify_at(
            task.document, at=question.moment, detached=task.detached, password=task.password
        )
    except EdocError as problem:
        return BulkResult(input=task.name, error=problem)
    except Exception as problem:  # noqa: BLE001 - the boundary of a batch: a bug costs one input, and says so
        return BulkResult(input=task.name, error=internal(problem, task.name))
    return BulkResult(input=task.name, report=report)


def _chunk(question: Question, tasks: list[Task]) -> list[BulkResult]:
    return [answer(question, task) for task in tasks]


def _over(crew: Crew[Task, BulkResult], tasks: Iterator[Task]) -> Iterator[BulkResult]:
    waiting: deque[tuple[list[Task], Future[list[BulkResult]]]] = deque()
    finished = False
    try:
        while True:
            while len(waiting) < _AHEAD * crew.workers and (chunk := list(islice(tasks, _CHUNK))):
                waiting.append((chunk, crew.submit(chunk)))
            if not waiting:
                finished = True
                return
            yield from _results(crew, *waiting.popleft())
    finally:
        if finished:
            crew.close()
        else:
            crew.abandon()


def _results(
    crew: Crew[Task, BulkResult], chunk: list[Task], future: Future[list[BulkResult]]
) -> Iterator[BulkResult]:
    try:
        yield from future.result()
    except BrokenExecutor:
        # One of the inputs under way took its worker along, and nobody says which: each is asked alone.
        for task in chunk:
            try:
                yield from crew.alone([task])
            except BrokenExecutor:
                yield BulkResult(input=task.name, error=EdocError("WORKER_DIED", subject=task.name))


def _task(item: Item, password: str | None) -> Task:
    document, detached = item if isinstance(item, tuple) else (item, ())
    name = input_name(document)
    try:
        portable = _portable(document)
        originals = tuple(one if isinstance(one, Digest) else _original(one) for one in detached)
    except InputError as problem:
        return Task(name=name, document=b"", problem=problem)
    return Task(name=name, document=portable, detached=originals, password=password)


def _portable(source: Input) -> str | os.PathLike[str] | bytes | Document:
    """A path stays a path, so that the worker reads it; what only this process can read is read here."""
    if isinstance(source, bytes) or (isinstance(source, str | os.PathLike) and os.fspath(source) != "-"):
        return source
    opened = open_document(source)
    return opened if isinstance(opened.data, bytes) else Document.from_bytes(opened.data[:], name=opened.name)


def _original(source: Original) -> Original:
    portable = source if isinstance(source, Digest) else _portable(source)
    return Document.from_bytes(portable, name="document") if isinstance(portable, bytes) else portable
