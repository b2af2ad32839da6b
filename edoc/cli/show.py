"""`edoc show`: what is inside a document, without trusting or judging anything."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import click

from edoc.cli.options import HELP, LANGUAGE, OVERWRITE, output_option
from edoc.cli.talk import choose_language, colour_of, present

if TYPE_CHECKING:
    from edoc.facts.document import Document
    from edoc.facts.outline import Outline
    from edoc.facts.signature import DocumentFacts


@click.command(context_settings=HELP)
@click.argument("file", metavar="FILE")
@click.option("--password", is_flag=True, help="Ask for the password of an encrypted document (or set EDOC_PASSWORD).")
@click.option("--password-file", metavar="PATH", help="Take that password from the first line of a file.")
@click.option(
    "--revision", metavar="N",
    help="Write the PDF as signature N signed it to -o: S2 or 2, T1 for a time-stamp, or where a revision ends.",
)
@click.option(
    "--extract", metavar="N",
    help="Write what signature N signed to -o: S1, or S1:3 for the third thing that it signed.",
)
@click.option("--detached", metavar="FILE", multiple=True, help="The original of a signature that stands beside its data.")
@click.option("--format", "kind", type=click.Choice(["text", "json"]), default="text", show_default=True)
@LANGUAGE
@output_option("Write the answer to a file.")
@OVERWRITE
def command(
    file: str,
    password: bool,
    password_file: str | None,
    revision: str | None,
    extract: str | None,
    detached: tuple[str, ...],
    kind: str,
    lang: str | None,
    output: str | None,
    overwrite: bool,
) -> int:
    """Show what is inside a document, without trusting or judging anything.

    Signatures, what they cover and carry, revisions and form fields.  The exit code says only whether
    the document could be read; use edoc verify for a verdict.

    Example: edoc show ruling.pdf --lang fa

    Example: edoc show ruling.pdf --revision S1 -o as-signed.pdf

    Example: edoc show bundle.asice --extract S1:2 -o annex.docx
    """
    from edoc.cli.secrets import document_password
    from edoc.drivers.files import input_path, open_document
    from edoc.drivers.output import open_output

    chosen = choose_language(lang)
    secret = document_password(ask=password, file=password_file, environment=os.environ)
    if revision is not None:
        return _write_revision(file, revision, output, overwrite=overwrite, password=secret)
    if extract is not None:
        return _write_signed(file, extract, output, detached=detached, overwrite=overwrite, password=secret)
    document = open_document(file)
    facts, outline = _read(document, secret, detached)
    text = _rendered(facts, outline, kind, chosen, to_terminal=output in (None, "-"))
    if output in (None, "-"):
        if kind == "text":
            present(text, sys.stdout)
        else:
            sys.stdout.write(text)
        return 0
    with open_output(output, overwrite=overwrite, source=input_path(file)) as place:
        place.write(text.encode())
        place.commit()
    return 0


def _write_revision(file: str, revision: str, output: str | None, *, overwrite: bool, password: str | None) -> int:
    from edoc.api_show import write_revision
    from edoc.errors import ConfigError

    if output is None:
        raise ConfigError("REVISION_NO_OUTPUT", subject=file)
    write_revision(file, revision, output=output, overwrite=overwrite, password=password)
    return 0


def _write_signed(
    file: str, wanted: str, output: str | None, *, detached: tuple[str, ...], overwrite: bool, password: str | None
) -> int:
    from edoc.api_show import write_signed_data
    from edoc.errors import ConfigError

    if output is None:
        raise ConfigError("EXTRACT_NO_OUTPUT", subject=file)
    write_signed_data(file, wanted, output=output, detached=detached, overwrite=overwrite, password=password)
    return 0


def _read(document: Document, password: str | None, detached: tuple[str, ...]) -> tuple[DocumentFacts, Outline]:
    from edoc.drivers.files import open_document
    from edoc.formats import read_document
    from edoc.formats.originals import Originals
    from edoc.formats.pdf.outline import read_outline

    originals = Originals(open_document(item) for item in detached)
    return read_document(document, originals=originals, password=password), read_outline(document, password=password)


def _rendered(facts: DocumentFacts, outline: Outline, kind: str, lang: str, *, to_terminal: bool) -> str:
    from edoc.api_show import record_inside
    from edoc.records.reading import record_json
    from edoc.report.inside import inside_dict
    from edoc.report.inside_text import render_inside
    from edoc.report.json import dumps
    from edoc.report.paper import Colour
    from edoc.report.records import render_record

    record = record_inside(facts)
    if kind == "json":
        told = inside_dict(facts, outline, lang=lang)
        return dumps({**told, "record": record_json(record)} if record is not None else told, indent=2) + "\n"
    colour = colour_of(sys.stdout) if to_terminal else Colour.NONE
    sheet = render_inside(facts, outline, lang=lang, colour=colour)
    return sheet + (render_record(record, lang=lang, colour=colour) if record is not None else "")
