"""Completion in shells: `edoc completion SHELL` prints the script, and the script asks through _EDOC_COMPLETE."""

from __future__ import annotations

import sys
from importlib import import_module

import click
from click.shell_completion import CompletionItem, ShellComplete, get_completion_class, shell_complete

from edoc.cli.front import COMMANDS, VARIABLE
from edoc.cli.options import HELP

SHELLS = ("bash", "zsh", "fish")
_FILES = ("FILE", "FILE...", "PATH", "OUT", "LIST", "OUTPUT")
_FOLDERS = ("FOLDER",)


@click.command(context_settings=HELP)
@click.argument("shell", type=click.Choice(SHELLS))
def command(shell: str) -> int:
    """Print the script that lets a shell complete commands, options and codes.

    bash: put  eval "$(edoc completion bash)"  into ~/.bashrc.  zsh: the same line with zsh, into ~/.zshrc.
    fish: edoc completion fish > ~/.config/fish/completions/edoc.fish

    Example: edoc completion bash
    """
    kind = get_completion_class(shell)
    assert kind is not None
    # The plain source: whether this very shell is installed here, and in which version, is not asked.
    script = ShellComplete.source(kind(_Program("edoc"), {}, "edoc", VARIABLE))
    # What is told beside a word may hold commas itself.
    sys.stdout.write(script.replace('(string split "," $completion)', '(string split --max 1 "," $completion)'))
    return 0


def complete(instruction: str) -> int:
    """Answer a shell that asks, such as `bash_complete`; the exit code is 1 for what is no such question."""
    try:
        return shell_complete(_Program("edoc"), {}, "edoc", VARIABLE, instruction)
    except (KeyError, ValueError):
        # The line to complete is not in the environment, or is no line.
        return 1


class _Program(click.Group):
    """All commands as one, each imported when it is looked at."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names in the order of the front page."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a command whose parameters know what completes them."""
        if cmd_name not in COMMANDS:
            return None
        found: click.Command = import_module(f"edoc.cli.{cmd_name}").command
        for param in found.params:
            _teach(param)
        return found

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Return the commands that begin so, without importing any of them."""
        begun = [CompletionItem(name, help=told) for name, told in COMMANDS.items() if name.startswith(incomplete)]
        return begun or [CompletionItem(name) for name in ("--help", "--version") if name.startswith(incomplete)]


def _teach(param: click.Parameter) -> None:
    """Give a parameter that takes any string the type that completes it; nothing is run with it afterwards."""
    if not isinstance(param.type, click.types.StringParamType):
        return
    name = param.name or ""
    if name in _WORDS:
        param.type = _Words(name)
    elif param.metavar in _FOLDERS:
        param.type = click.Path(file_okay=False)
    elif param.metavar in _FILES:
        param.type = click.Path()


class _Words(click.types.StringParamType):
    """A few words, or else a file."""

    def __init__(self, kind: str) -> None:
        self._kind = kind

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        """Return the words that begin so, whatever the case; a file where none does."""
        begun = [word for word in _WORDS[self._kind]() if word.lower().startswith(incomplete.lower())]
        return [CompletionItem(word) for word in begun] or [CompletionItem(incomplete, type="file")]


def _codes() -> list[str]:
    from edoc.catalogue import entries

    return sorted(entries())


def _policies() -> list[str]:
    from edoc.policy.model import BUILT_IN

    return list(BUILT_IN)


def _profiles() -> list[str]:
    from edoc.legal.profile import BUILT_IN

    return list(BUILT_IN)


def _schemes() -> list[str]:
    from edoc.keys.key import SCHEMES

    return [f"{scheme}:" for scheme in SCHEMES]


_WORDS = {"what": _codes, "policy": _policies, "legal": _profiles, "key": _schemes}
"""Parameters by name, and the words that complete them."""
