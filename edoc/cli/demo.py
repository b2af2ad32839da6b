"""`edoc demo`: the tour."""

from __future__ import annotations

from pathlib import Path

import click

from edoc.cli.options import HELP, LANGUAGE
from edoc.cli.talk import answer, choose_language


@click.command(context_settings=HELP)
@click.option(
    "-o",
    "--output",
    metavar="FOLDER",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("build/demo"),
    show_default=True,
    help="Where the documents and reports of the tour are left.",
)
@LANGUAGE
def command(output: Path, lang: str | None) -> int:
    """Take the tour: sign a Persian ruling, verify it, tamper with it and see it noticed.

    Uses a practice PKI that answers on 127.0.0.1; nothing else is contacted.

    Example: edoc demo --lang fa
    """
    from edoc.lab.command import demo

    return demo(folder=output, lang=choose_language(lang), talk=answer)
