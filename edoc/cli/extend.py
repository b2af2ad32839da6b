"""`edoc extend`: raises the signatures of a file to a level."""

from __future__ import annotations

import os
import sys

import click

from edoc.cli import exits
from edoc.cli.options import HELP, LANGUAGE, OVERWRITE, moment, output_option, texts
from edoc.cli.secrets import password_of, password_options
from edoc.cli.services import service_options, services_of
from edoc.cli.talk import choose_language


@click.command(context_settings=HELP)
@click.argument("file", metavar="FILE")
@click.option(
    "--level", type=click.Choice(["B-T", "B-LT", "B-LTA"]), required=True,
    help="B-T adds a time-stamp, B-LT the status of all certificates, B-LTA a time-stamp over everything.",
)  # fmt: skip
@service_options
@click.option("--detached", metavar="FILE", multiple=True, help="The original of a signature that stands beside its data.")
@click.option("--at", metavar="TIME", help="Judge certificates as if today were then, such as 2026-11-23T10:00:00Z.")
@password_options
@output_option("Where the extended file goes. By default NAME.extended.pdf beside NAME.pdf.")
@OVERWRITE
@LANGUAGE
def command(**given: object) -> int:
    """Raise all signatures of a file to a level, and check what was made before handing it over.

    What is there already stays as it is.  B-LTA can be added again and again: each time renews the
    protection before the certificates of the last time-stamp expire.

    Example: edoc extend ruling.signed.pdf --level B-LTA --tsa URL --online
    """
    from edoc.api_sign import extend_document

    lang, output = given["lang"], given["output"]
    choose_language(lang if isinstance(lang, str) else None)
    at = given["at"]
    result = extend_document(
        str(given["file"]),
        level=str(given["level"]),
        detached=texts(given["detached"]),
        validation_time=moment(at if isinstance(at, str) else None),
        output=output if isinstance(output, str) else beside(str(given["file"]), "extended"),
        overwrite=bool(given["overwrite"]),
        password=password_of(given),
        **services_of(given),
    )
    tell(result.output)
    return exits.PASSED


def beside(path: str, word: str) -> str:
    """Return NAME.WORD.pdf for NAME.pdf; standard output for standard input."""
    if path == "-":
        return "-"
    stem, extension = os.path.splitext(path)
    return f"{stem}.{word}{extension or '.pdf'}"


def tell(place: object) -> None:
    """Say where the file is, unless the file itself went to standard output."""
    if place is not None:
        sys.stdout.write(f"{place}\n")
        sys.stdout.flush()
