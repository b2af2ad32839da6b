"""What a check-up is to look at."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TextIO

from edoc.errors import EdocError
from edoc.report.checkup import Check, State, Topic


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """The set-up, and what else was named."""

    environment: Mapping[str, str] = field(repr=False)
    now: datetime
    stream: TextIO
    """Where the answer goes."""
    trust: tuple[str, ...] = ()
    """Empty: what the set-up says."""
    policies: tuple[str, ...] = ()
    folder: str = "."
    """Where output would go."""
    key: str | None = None
    certificates: tuple[str, ...] = ()
    secret: Callable[[str], str] | None = field(default=None, repr=False)
    tsa: tuple[str, ...] = ()
    online: bool = False


def ok(topic: Topic, told: str, **params: str) -> Check:
    """Return a check that found all in order."""
    return Check(topic=topic, state=State.OK, told=told, params=params)


def look(topic: Topic, code: str, **params: str) -> Check:
    """Return a check that somebody should look at."""
    return Check(topic=topic, state=State.LOOK, told=code, params=params)


def wrong(topic: Topic, code: str, **params: str) -> Check:
    """Return a check that found something unusable."""
    return Check(topic=topic, state=State.WRONG, told=code, params=params)


def of_error(topic: Topic, problem: EdocError, *, state: State = State.WRONG) -> Check:
    """Return the check for an error that has a code and a cure of its own."""
    return Check(topic=topic, state=state, told=problem.code, params=problem.params)


def of_system(topic: Topic, problem: OSError, *, place: str) -> Check:
    """Return the check for something that the system refused."""
    return wrong(topic, "SYSTEM_REFUSED", subject=str(problem.filename or place), reason=problem.strerror or "?")
