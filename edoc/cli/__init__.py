"""The command line: a file a command, each parse -> one library call -> render -> exit code."""

from __future__ import annotations

from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code (design section 3.3)."""
    from edoc.cli.run import run

    return run(arguments)
