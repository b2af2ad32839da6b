"""Workers over an Executor that may break: what was under way can be asked again, alone."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, Executor, Future
from functools import partial
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

if TYPE_CHECKING:
    from concurrent.futures import ProcessPoolExecutor

_PATIENCE = 10.0
"""Seconds for a pool to notice that its workers are gone; it takes some milliseconds."""

TaskT = TypeVar("TaskT")
AnswerT = TypeVar("AnswerT")


class Crew(Protocol[TaskT, AnswerT]):
    """Takes lists of tasks and answers each with a list of answers."""

    workers: int

    def submit(self, tasks: list[TaskT]) -> Future[list[AnswerT]]:
        """Hand tasks over; a future that breaks means that a worker died."""

    def alone(self, tasks: list[TaskT]) -> list[AnswerT]:
        """Answer tasks in a process of their own; raises `BrokenExecutor` when that one dies too."""

    def close(self) -> None:
        """Let the workers go after the last answer."""

    def abandon(self) -> None:
        """Let the workers go at once: nobody waits for an answer any more."""


class _Quarantine(Generic[TaskT, AnswerT]):
    """One process at a time for tasks that may have killed a worker."""

    def __init__(self, work: Callable[[Any, list[TaskT]], list[AnswerT]], question: object) -> None:
        self._work = work
        self._question = question
        self._pool: ProcessPoolExecutor | None = None

    def answer(self, tasks: list[TaskT]) -> list[AnswerT]:
        if self._pool is None:
            self._pool = _process_pool(1, self._work, self._question)
        try:
            return _handed_over(self._pool, tasks).result()
        except BrokenExecutor:
            self.close()
            raise

    def close(self) -> None:
        if self._pool is not None:
            _end(self._pool)
            self._pool = None


class OwnCrew(Generic[TaskT, AnswerT]):
    """A process pool of our own: it gets the question once a worker, and is replaced when it breaks."""

    def __init__(
        self, workers: int, work: Callable[[Any, list[TaskT]], list[AnswerT]], question: object
    ) -> None:
        self.workers = workers
        self._make: Callable[[], ProcessPoolExecutor] = partial(_process_pool, workers, work, question)
        self._pool = self._make()
        self._quarantine: _Quarantine[TaskT, AnswerT] = _Quarantine(work, question)

    def submit(self, tasks: list[TaskT]) -> Future[list[AnswerT]]:
        """Hand tasks over, to a new pool if the old one is broken."""
        try:
            return _handed_over(self._pool, tasks)
        except BrokenExecutor:
            _end(self._pool)
            self._pool = self._make()
            return _handed_over(self._pool, tasks)

    def alone(self, tasks: list[TaskT]) -> list[AnswerT]:
        """Answer tasks in a process of their own; raises `BrokenExecutor` when that one dies too."""
        return self._quarantine.answer(tasks)

    def close(self) -> None:
        """Let the workers go after the last answer."""
        self._quarantine.close()
        self._pool.shutdown()

    def abandon(self) -> None:
        """Let the workers go at once: nobody waits for an answer any more."""
        self._quarantine.close()
        _end(self._pool)


class SharedCrew(Generic[TaskT, AnswerT]):
    """Somebody else's Executor: it is neither replaced nor shut down, only asked."""

    def __init__(
        self, executor: Executor, work: Callable[[Any, list[TaskT]], list[AnswerT]], question: object
    ) -> None:
        self.workers = int(getattr(executor, "_max_workers", 0) or os.cpu_count() or 1)
        self._executor = executor
        self._work = work
        self._question = question
        self._quarantine: _Quarantine[TaskT, AnswerT] = _Quarantine(work, question)

    def submit(self, tasks: list[TaskT]) -> Future[list[AnswerT]]:
        """Hand tasks over; once the Executor is broken every future of it is."""
        try:
            return self._executor.submit(self._work, self._question, tasks)
        except BrokenExecutor as problem:
            broken: Future[list[AnswerT]] = Future()
            broken.set_exception(problem)
            return broken

    def alone(self, tasks: list[TaskT]) -> list[AnswerT]:
        """Answer tasks in a process of their own; raises `BrokenExecutor` when that one dies too."""
        return self._quarantine.answer(tasks)

    def close(self) -> None:
        """Let go what this crew made itself."""
        self._quarantine.close()

    def abandon(self) -> None:
        """Let go what this crew made itself; the Executor is its owner's."""
        self._quarantine.close()


_question: object = None
_work: Callable[[Any, list[Any]], list[Any]] | None = None


def _process_pool(workers: int, work: Callable[[Any, list[Any]], list[Any]], question: object) -> ProcessPoolExecutor:
    # Imported here: most commands need one process only.
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    # Processes are spawned, not forked: the same on every system, and safe beside threads.
    return ProcessPoolExecutor(
        workers, mp_context=get_context("spawn"), initializer=_settle, initargs=(work, question)
    )


def _handed_over(pool: ProcessPoolExecutor, tasks: list[Any]) -> Future[list[Any]]:
    """Submit tasks while Ctrl-C is held back: workers start here, and inherit that they are not for it.

    A worker that is still starting would answer it with a traceback.  For this process the signal is
    only late, never lost.
    """
    if not hasattr(signal, "pthread_sigmask"):
        return pool.submit(_resident, tasks)
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        return pool.submit(_resident, tasks)
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _end(pool: ProcessPoolExecutor) -> None:
    """Stop a pool without waiting for what its workers are at: one may wait for a file that never comes."""
    workers = list((getattr(pool, "_processes", None) or {}).values())
    manager = getattr(pool, "_executor_manager_thread", None)
    if not workers or manager is None:
        pool.shutdown(cancel_futures=True)
        return
    for worker in workers:
        worker.kill()
    # A worker may have died in the middle of an answer: without its end of the pipe nobody waits for the rest.
    writer = getattr(getattr(pool, "_result_queue", None), "_writer", None)
    if writer is not None:
        writer.close()
    # The pool's own thread notices that they are gone and clears up.  A shutdown() beside it could
    # write to a pipe that it is just closing (CPython 3.11).
    manager.join(_PATIENCE)


def _settle(work: Callable[[Any, list[Any]], list[Any]], question: object) -> None:
    global _question, _work
    _question, _work = question, work
    # Ctrl-C reaches the whole group; the parent decides, and a worker says nothing.
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _resident(tasks: list[Any]) -> list[Any]:
    assert _work is not None
    return _work(_question, tasks)
