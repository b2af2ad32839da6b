"""What is in order in a set-up and what is not: one line a check, as text and as JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum

from edoc import __version__
from edoc.report.dates import persian_digits
from edoc.report.json import Json
from edoc.report.paper import Colour, Paper, Tone
from edoc.report.screen import width_of
from edoc.report.speech import Speech, speech

SCHEMA = "edoc/doctor/1"


class State(Enum):
    """How a check came out."""

    OK = "ok"
    LOOK = "look"
    """Works, and somebody should look at it."""
    WRONG = "wrong"
    """Something that edoc needs, or that was named, cannot be used as it is."""


class Topic(Enum):
    """What a check is about."""

    PYTHON = "python"
    LIBRARIES = "libraries"
    EXTRAS = "extras"
    TIME_ZONES = "time_zones"
    CLOCK = "clock"
    TERMINAL = "terminal"
    VARIABLES = "variables"
    CONFIGURATION = "configuration"
    TRUST = "trust"
    POLICY = "policy"
    CACHE = "cache"
    OUTPUT = "output"
    KEY = "key"
    TSA = "tsa"


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing that was looked at."""

    topic: Topic
    state: State
    told: str
    """A code of the catalogue for what is not in order, else a key of the phrases."""
    params: Mapping[str, str] = field(default_factory=dict)

    @property
    def code(self) -> str | None:
        """The code, null where all is in order."""
        return None if self.state is State.OK else self.told


_TONES = {State.OK: Tone.GOOD, State.LOOK: Tone.OPEN, State.WRONG: Tone.BAD}
_MARKS = {State.OK: "\u2713", State.LOOK: "?", State.WRONG: "\u2717"}


def worst(checks: Sequence[Check]) -> State:
    """Return the gravest state of all checks."""
    found = {check.state for check in checks}
    return State.WRONG if State.WRONG in found else State.LOOK if State.LOOK in found else State.OK


def render_checkup(checks: Sequence[Check], *, lang: str = "en", colour: Colour = Colour.NONE) -> str:
    """Return the answer in a line, then every check; a problem has its cure and its code below it."""
    paper = Paper(speech(lang), colour)
    say, count = paper.say, Counter(check.state for check in checks)
    number = {state: _number(count[state], say) for state in State}
    told = say.phrase(f"doctor_all_{worst(checks).value}", wrong=number[State.WRONG], look=number[State.LOOK])
    paper.line(paper.toned(told, _TONES[worst(checks)]))
    paper.line()
    for check in checks:
        _check(paper, check)
    return paper.text()


def _check(paper: Paper, check: Check) -> None:
    say = paper.say
    text, hint = _words(check, say)
    words = {state: say.phrase(f"doctor_{state.value}") for state in State}
    longest = max(map(width_of, words.values()))
    space = " " * (longest - width_of(words[check.state]))
    word = paper.toned(f"{_MARKS[check.state]} {words[check.state]}", _TONES[check.state])
    paper.line(f"{word}{space}  {say.phrase(f'topic_{check.topic.value}')}: {text}")
    if hint:
        paper.item("next_step", hint, depth=2)
        paper.item("code", say.value(check.told), depth=2)


def _words(check: Check, say: Speech) -> tuple[str, str]:
    if check.code is None:
        return say.phrase(check.told, **{name: say.shown(value) for name, value in check.params.items()}), ""
    words = say.sentence(check.code, check.params)
    return words.text, words.hint


def _number(count: int, say: Speech) -> str:
    return persian_digits(str(count)) if say.lang == "fa" else str(count)


def checkup_dict(checks: Sequence[Check], *, lang: str = "en") -> Json:
    """Return the checks as plain data (schema `edoc/doctor/1`); only `text` and `hint` are localised."""
    say = speech(lang)
    told: list[Json] = []
    for check in checks:
        text, hint = _words(check, say)
        told.append(
            {
                "topic": check.topic.value, "state": check.state.value, "code": check.code, "params": {**check.params},
                "text": text, "hint": hint,
            }
        )  # fmt: skip
    return {"schema": SCHEMA, "tool": {"name": "edoc", "version": __version__}, "state": worst(checks).value, "checks": told}
