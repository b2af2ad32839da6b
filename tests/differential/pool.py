"""Witnesses in processes of their own, with a limit on time and on memory: none can hang or take the test along."""

from __future__ import annotations

import logging
import multiprocessing
import resource
import time
from collections.abc import Mapping
from multiprocessing.connection import Connection
from pathlib import Path

from tests.differential.readings import WITNESSES, Reading

SECONDS = 20.0
"""Until a witness that does not answer is ended."""
MEGABYTES = 1_024
GAVE_UP: Reading = {"gave up": True}


def ask(name: str, documents: Mapping[str, bytes]) -> dict[str, Reading | None]:
    """Return what a witness says of each document; `GAVE_UP` when it did not answer in time or ended."""
    answers: dict[str, Reading | None] = {}
    left = list(documents)
    while left:
        ours, theirs = multiprocessing.Pipe()
        process = multiprocessing.get_context("fork").Process(target=_work, args=(name, theirs), daemon=True)
        process.start()
        theirs.close()
        while left:
            ours.send(documents[left[0]])
            answer = _receive(ours)
            answers[left.pop(0)] = answer
            if answer is GAVE_UP:
                break
        process.kill()
        process.join()
        ours.close()
    return answers


def _receive(connection: Connection) -> Reading | None:
    began = time.monotonic()
    while time.monotonic() - began < SECONDS:
        if connection.poll(0.5):
            try:
                answer: Reading | None = connection.recv()
            except (EOFError, ConnectionResetError):
                return GAVE_UP
            return answer
    return GAVE_UP


def _work(name: str, connection: Connection) -> None:  # pragma: no cover - in another process
    logging.disable(logging.CRITICAL)
    statm = Path("/proc/self/statm")
    if statm.exists():
        size = int(statm.read_text(encoding="ascii").split()[0]) * resource.getpagesize() + (MEGABYTES << 20)
        resource.setrlimit(resource.RLIMIT_AS, (size, size))
    while True:
        try:
            data = connection.recv()
        except EOFError:
            return
        try:
            connection.send(WITNESSES[name](data))
        except MemoryError:
            return
