"""From arguments to an exit code: finds the command and turns every ending into its code."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import TYPE_CHECKING

from edoc.cli import exits
from edoc.cli.front import COMMANDS, VARIABLE, page

if TYPE_CHECKING:
    import click

    from edoc.errors import EdocError


def run(arguments: Sequence[str] | None = None) -> int:
    """Run a command line (default: the process's own) and return its exit code."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    _prepare_streams()
    try:
        code = _dispatch(given)
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever read the answer went away: nothing to say, and nowhere to say it.
        _silence()
        code = exits.INTERRUPTED
    except OSError as problem:
        # The system refused something outside every command's own care, such as room for the answer.
        from edoc.cli.trouble import refused

        code = _complain(refused(problem, place="standard output"))
        _silence()
    except KeyboardInterrupt:
        code = exits.INTERRUPTED
    return code


def _prepare_streams() -> None:
    if sys.stdout is None:
        # Closed by whoever called: the exit code alone is the answer.
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115 - stays open until the end
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w")  # noqa: SIM115 - stays open until the end
    if sys.stdin is None:
        sys.stdin = open(os.devnull)  # noqa: SIM115 - stays open until the end
    for stream in (sys.stdout, sys.stderr):
        # Answers are UTF-8 whatever the locale says, but for a terminal, which shows nothing but its own encoding;
        # an undecodable file name must not end the run.
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(encoding=stream.encoding if stream.isatty() else "utf-8", errors="backslashreplace")


def _dispatch(given: list[str]) -> int:
    if not given and VARIABLE in os.environ:
        # A shell that asks gives no arguments; a command is never taken for a question, which would end well.
        from edoc.cli.completion import complete

        return complete(os.environ[VARIABLE])
    if not given:
        sys.stderr.write(page())
        return exits.USAGE
    name, *rest = given
    if name in ("-h", "--help"):
        sys.stdout.write(page())
        return exits.PASSED
    if name == "--version":
        from edoc import __version__

        sys.stdout.write(f"{__version__}\n")
        return exits.PASSED
    if name not in COMMANDS:
        from edoc.errors import ConfigError

        return _complain(ConfigError("COMMAND_UNKNOWN", subject=name, params={"known": ", ".join(COMMANDS)}))
    return _guarded(name, rest)


def _guarded(name: str, rest: list[str]) -> int:
    """Run one command; the boundary behind which no exception passes."""
    from click.exceptions import Abort, ClickException, Exit

    from edoc.errors import EdocError

    command: click.Command = import_module(f"edoc.cli.{name}").command
    try:
        # Not command.main(): that one has an ending of its own for a broken pipe.
        with command.make_context(f"edoc {name}", rest) as context:
            code = command.invoke(context)
    except Exit as ending:
        return ending.exit_code
    except ClickException as problem:
        problem.show()
        return exits.USAGE
    except EdocError as problem:
        return _complain(problem)
    except (Abort, KeyboardInterrupt, EOFError):
        return exits.INTERRUPTED
    except OSError:
        raise
    except Exception as problem:  # the outermost boundary: a bug is told in one line, not in a traceback
        if os.environ.get("EDOC_DEBUG") == "1":
            raise
        return _complain(EdocError("INTERNAL", subject=name, params={"kind": type(problem).__name__}))
    return code if isinstance(code, int) else exits.PASSED


def _complain(problem: EdocError) -> int:
    from edoc.cli.talk import complain

    complain(problem)
    return problem.exit_code


def _silence() -> None:
    """Drop what standard output could not take: the interpreter would try again at its end, and complain."""
    try:
        sys.stdout.flush()
    except OSError:
        descriptor = os.open(os.devnull, os.O_WRONLY)
        os.dup2(descriptor, sys.stdout.fileno())
        os.close(descriptor)
