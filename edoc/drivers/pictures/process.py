"""Starts the worker, hands it the document that was verified, and kills it when its time is up."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from enum import Enum
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from typing import IO

import edoc.drivers
from edoc.drivers.pictures.order import Answer, Order, read_answer
from edoc.facts.document import Document

WORKER_CODES = frozenset({
    "PICTURES_ALIKE", "PICTURES_COARSE", "PICTURES_LEFT_OUT", "PICTURES_NOT_COMPARED", "PICTURES_PAGES_ALIKE",
    "PICTURES_PAGE_FAILED", "PICTURES_PAGE_MOVED", "PICTURES_PASSWORD", "PICTURES_REVISION_UNREADABLE",
    "PICTURES_UNREADABLE",
})  # fmt: skip
"""What the worker may say; the catalogue has their sentences."""

_START = "import sys; sys.path[:] = sys.argv[1:]; from edoc.drivers.pictures.worker import main; main()"
_KEPT = ("SYSTEMROOT", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")
"""All of the environment that a worker gets: what its interpreter needs to start; no secret stands in these."""
_HEADS = 1 << 20
"""Octets that an answer may have beside its pictures."""


class Ending(Enum):
    """How a worker ended."""

    DONE = "done"
    OTHER_DOCUMENT = "other_document"
    """The octets were not those whose digest was given: nothing was drawn."""
    TIME = "time"
    CRASHED = "crashed"
    """By itself, by a limit of the system, or with an answer that is none; or it could not be started."""


def available() -> bool:
    """Return whether what draws is installed (the extra `pictures`)."""
    return all(find_spec(name) is not None for name in ("pypdfium2", "PIL"))


def draw(document: Document, order: Order, *, digest: str) -> tuple[Answer, Ending]:
    """Return what the worker answered, and how it ended; what it answered before it broke off stands.

    `digest` is the SHA-256 (hex) of the document that was verified: the worker never sees the last octet of another.
    """
    worker = _started()
    if worker is None:
        return Answer(), Ending.CRASHED
    late = threading.Event()

    def stop() -> None:
        late.set()
        worker.kill()

    # A worker that neither reads nor answers is stopped by this, whatever its parent is waiting for.
    deadline = threading.Timer(order.limits.seconds, stop)
    deadline.start()
    try:
        assert worker.stdin is not None and worker.stdout is not None
        same = _hand_over(worker.stdin, document, order, digest)
        if not same:
            return Answer(), Ending.OTHER_DOCUMENT
        data = worker.stdout.read(order.limits.bytes + 2 * order.limits.page_bytes + _HEADS)
        worker.stdout.close()
        worker.wait()
    finally:
        deadline.cancel()
        worker.kill()
        worker.wait()
        for pipe in (worker.stdin, worker.stdout):
            _close(pipe)
    answer = read_answer(data, order, codes=WORKER_CODES)
    if answer.complete:
        return answer, Ending.DONE
    return answer, Ending.TIME if late.is_set() else Ending.CRASHED


def _started() -> subprocess.Popen[bytes] | None:
    """Return a new worker; null where there is no interpreter that could be one, or no room for a process."""
    if not sys.executable or getattr(sys, "frozen", False):
        return None
    try:
        return subprocess.Popen(
            [sys.executable, "-I", "-c", _START, *_places()],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={name: os.environ[name] for name in _KEPT if name in os.environ},
            start_new_session=True,
        )
    except OSError:
        return None


def _hand_over(pipe: IO[bytes], document: Document, order: Order, digest: str) -> bool:
    """Write the order and the document; return whether the document is the one of that digest."""
    state = sha256()
    held = b""
    try:
        pipe.write(order.line())
        for piece in document.pieces():
            state.update(piece)
            pipe.write(held)
            held = bytes(piece)
        if state.hexdigest() != digest:
            return False
        pipe.write(held)
        pipe.close()
    except OSError:
        # The worker ended before it had read everything: its answer tells, or is missing.
        return True
    return True


def _places() -> list[str]:
    """Return where modules are looked for: here as there, and the folder of this package first."""
    own = str(Path(edoc.drivers.__path__[0]).parent.parent)
    return [own, *(os.path.abspath(item) for item in sys.path)]


def _close(pipe: IO[bytes] | None) -> None:
    if pipe is None:
        return
    try:
        pipe.close()
    except OSError:
        # What was still to be written has no reader any more.
        pass
