"""`edoc lab`: a practice PKI on this computer."""

from __future__ import annotations

from pathlib import Path

import click

from edoc.cli.options import HELP, LANGUAGE, moment
from edoc.cli.talk import answer, choose_language


@click.command(context_settings=HELP)
@click.argument("folder", metavar="FOLDER", type=click.Path(file_okay=False, path_type=Path))
@click.option("--port", metavar="N", type=click.IntRange(0, 65535), default=0, help="Port on 127.0.0.1 (0: a free one).")
@click.option("--at", metavar="TIME", help="Freeze the PKI at a time, such as 2026-11-23T10:00:00Z.")
@LANGUAGE
def command(folder: Path, port: int, at: str | None, lang: str | None) -> int:
    """Write a practice PKI to FOLDER and answer for it on 127.0.0.1 until Ctrl-C.

    Everything in it is invented and good for nothing but practice: authorities, signers, revocation
    lists, OCSP and time-stamps.

    Example: edoc lab practice/ --port 8080
    """
    from edoc.lab.command import serve

    return serve(folder=folder, port=port, at=moment(at), lang=choose_language(lang), talk=answer)
