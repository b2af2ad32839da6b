"""Looks at a set-up and says what is wrong with it.  Whatever is broken, it goes on: that is what it is for."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from edoc.drivers.doctor import places, signing, system, trusted
from edoc.drivers.doctor.order import Order, of_error, of_system, wrong
from edoc.errors import EdocError
from edoc.report.checkup import Check, Topic

_PARTS: tuple[tuple[Topic, Callable[[Order], Iterator[Check]]], ...] = (
    (Topic.PYTHON, system.python),
    (Topic.LIBRARIES, system.libraries),
    (Topic.EXTRAS, system.extras),
    (Topic.TIME_ZONES, system.time_zones),
    (Topic.TERMINAL, system.terminal),
    (Topic.VARIABLES, places.variables),
    (Topic.CONFIGURATION, places.configuration),
    (Topic.TRUST, trusted.trust),
    (Topic.POLICY, trusted.policies),
    (Topic.CACHE, places.cache),
    (Topic.CLOCK, places.clock),
    (Topic.OUTPUT, places.output),
    (Topic.KEY, signing.key),
    (Topic.TSA, signing.authorities),
)


def examine(order: Order) -> tuple[Check, ...]:
    """Return every check, in a fixed order; nothing that goes wrong ends it."""
    return tuple(check for topic, part in _PARTS for check in _guarded(topic, part, order))


def _guarded(topic: Topic, part: Callable[[Order], Iterator[Check]], order: Order) -> Iterator[Check]:
    try:
        yield from part(order)
    except EdocError as problem:
        yield of_error(topic, problem)
    except OSError as problem:
        yield of_system(topic, problem, place=topic.value)
    except Exception as problem:  # noqa: BLE001 - the boundary of a check-up: what is broken must not hide the rest
        yield wrong(topic, "DOCTOR_CHECK_FAILED", part=topic.value, kind=type(problem).__name__)
