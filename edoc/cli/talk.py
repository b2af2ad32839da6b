"""What is said beside the answer: complaints on standard error, and in which language and colour."""

from __future__ import annotations

import os
import sys
from typing import TextIO

from edoc.errors import EdocError
from edoc.report.paper import Colour
from edoc.report.speech import speech

LANGUAGES = ("en", "fa")
_chosen: list[str] = []


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


def colour_of(stream: TextIO) -> Colour:
    """Return whether to colour: FORCE_COLOR, then NO_COLOR (not empty), then whether it is a terminal."""
    if os.environ.get("FORCE_COLOR"):
        return Colour.ANSI
    if os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        return Colour.NONE
    return Colour.ANSI if stream.isatty() else Colour.NONE


def complain(problem: EdocError) -> None:
    """Say on standard error what is wrong, what to do, and the code."""
    say = speech(language())
    words = say.sentence(problem.code, problem.params)
    lines = [f"{say.phrase('severity_error')}: {words.text}"]
    if words.hint:
        lines.append(f"{say.phrase('next_step')}: {words.hint}")
    lines.append(f"{say.phrase('code')}: {say.value(problem.code)}")
    sys.stderr.write("\n".join(lines) + "\n")


def answer(text: str) -> None:
    """Write one line of the answer, at once."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()
