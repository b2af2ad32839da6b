"""What is said beside the answer: complaints on standard error, and in which language and colour."""

from __future__ import annotations

import os
import sys
from typing import TextIO

from edoc.drivers.terminal import is_terminal, screen_of
from edoc.errors import EdocError
from edoc.report.paper import Colour
from edoc.report.screen import Screen, lay_out
from edoc.report.speech import speech

LANGUAGES = ("en", "fa")
DIRECTIONS = ("auto", "logical", "visual")
_chosen: list[str] = []
_direction: list[str] = []


def choose_language(given: str | None) -> str:
    """Return the language to speak: the option, then EDOC_LANG, then English; complaints follow it."""
    _chosen[:] = [given] if given is not None else []
    return language()


def language() -> str:
    """Return the language in use."""
    if _chosen:
        return _chosen[0]
    asked = os.environ.get("EDOC_LANG", "")
    return asked if asked in LANGUAGES else "en"


def choose_direction(given: str | None) -> None:
    """Take what an option says about who turns right-to-left text: it goes before EDOC_DIRECTION."""
    _direction[:] = [given] if given is not None else []


def screen(stream: TextIO) -> Screen:
    """Return what a stream is able to show, in the language and direction that were chosen."""
    environment = {**os.environ, "EDOC_DIRECTION": _direction[0]} if _direction else os.environ
    return screen_of(stream, environment, lang=language())


def present(text: str, stream: TextIO) -> None:
    """Write a finished sheet as its reader can read it: wrapped for a terminal, whole lines for a pipe or a file."""
    stream.write(lay_out(text, screen(stream)))


def colour_of(stream: TextIO) -> Colour:
    """Return whether to colour: FORCE_COLOR, then NO_COLOR (not empty), then whether it is a terminal."""
    if os.environ.get("FORCE_COLOR"):
        return Colour.ANSI
    if os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        return Colour.NONE
    return Colour.ANSI if is_terminal(stream) else Colour.NONE


def complain(problem: EdocError) -> None:
    """Say on standard error what is wrong, what to do, and the code."""
    say = speech(language())
    words = say.sentence(problem.code, problem.params)
    lines = [f"{say.phrase('severity_error')}: {words.text}"]
    if words.hint:
        lines.append(f"{say.phrase('next_step')}: {words.hint}")
    lines.append(f"{say.phrase('code')}: {say.value(problem.code)}")
    present("\n".join(lines) + "\n", sys.stderr)


def answer(text: str) -> None:
    """Write one line of the answer, at once."""
    present(text + "\n", sys.stdout)
    sys.stdout.flush()
