"""Many documents over an Executor: results in input order, one bad input never stops the rest."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import BrokenExecutor, Executor, Future, ProcessPoolExecutor
from datetime import datetime
from itertools import islice
from multiprocessing import get_context

from edoc.api import Input, Original, Verifier
from edoc.bulk import BulkResult
from edoc.drivers.clock import now
from edoc.errors import EdocError

Item = Input | tuple[Input, Sequence[Original]]
"""One input, or an input with its own detached originals."""

_CHUNK = 16
"""Documents a task: enough to make the hand-over cheap, few enough to keep the order flowing."""


def verify_many(
    inputs: Iterable[Item], *, verifier: Verifier, executor: Executor | None = None, jobs: int | None = None
) -> Iterator[BulkResult]:
    """Verify many documents and yield a `BulkResult` for each, in input order.

    `executor` is any `concurrent.futures.Executor` whose workers can import edoc; without one a pool of
    `jobs` processes is used (default: one a core; 1 works in this process).  "Now" is fixed once for
    the batch.  A worker that dies costs only its own documents an error, never the batch.
    """
    moment = now()
    if executor is None and jobs == 1:
        for item in inputs:
            yield _one(verifier, item, moment)
        return
    if executor is not None:
        yield from _over(executor, inputs, verifier, moment, window=2 * _workers(executor))
        return
    workers = jobs or os.cpu_count() or 1
    # Processes are spawned, not forked: the same on every system, and safe beside threads.
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        yield from _over(pool, inputs, verifier, moment, window=2 * workers)


def _over(
    executor: Executor, inputs: Iterable[Item], verifier: Verifier, moment: datetime, *, window: int
) -> Iterator[BulkResult]:
    waiting: deque[tuple[list[Item], Future[list[BulkResult]]]] = deque()
    source = iter(inputs)
    while True:
        while len(waiting) < window and (chunk := list(islice(source, _CHUNK))):
            waiting.append((chunk, executor.submit(_chunk, verifier, chunk, moment)))
        if not waiting:
            return
        chunk, future = waiting.popleft()
        yield from _results(chunk, future)


def _results(chunk: list[Item], future: Future[list[BulkResult]]) -> list[BulkResult]:
    try:
        return future.result()
    except BrokenExecutor:
        problem = EdocError("WORKER_DIED", subject="worker")
        return [BulkResult(input=_name(item), report=None, error=problem) for item in chunk]


def _workers(executor: Executor) -> int:
    return int(getattr(executor, "_max_workers", 0) or os.cpu_count() or 1)


_kept: dict[str, Verifier] = {}


def _chunk(verifier: Verifier, items: list[Item], moment: datetime) -> list[BulkResult]:
    # A verifier that arrives again under the same configuration is the one kept: its remembered
    # paths and parsed lists are what makes the next thousand documents cheap.
    kept = _kept.setdefault(verifier.configuration_digest(), verifier)
    if len(_kept) > 8:
        _kept.clear()
    return [_one(kept, item, moment) for item in items]


def _one(verifier: Verifier, item: Item, moment: datetime) -> BulkResult:
    document, detached = item if isinstance(item, tuple) else (item, ())
    try:
        report = verifier.verify_at(document, at=moment, detached=detached)
    except EdocError as problem:
        return BulkResult(input=_name(item), report=None, error=problem)
    return BulkResult(input=_name(item), report=report, error=None)


def _name(item: Item) -> str:
    document = item[0] if isinstance(item, tuple) else item
    if isinstance(document, str | os.PathLike):
        return os.fspath(document)
    return str(getattr(document, "name", "") or "bytes")
