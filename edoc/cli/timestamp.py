"""`edoc timestamp`: proves that a file exists now."""

from __future__ import annotations

import click

from edoc.cli import exits
from edoc.cli.extend import beside, tell
from edoc.cli.options import HELP, LANGUAGE, OVERWRITE, output_option, texts
from edoc.cli.secrets import password_of, password_options
from edoc.cli.services import TSA
from edoc.cli.talk import choose_language


@click.command(context_settings=HELP)
@click.argument("file", metavar="FILE")
@TSA
@password_options
@output_option("Where the result goes. By default NAME.stamped.pdf beside a PDF (so for containers), else FILE.tst.")
@OVERWRITE
@LANGUAGE
def command(**given: object) -> int:
    """Prove that a file exists now: a time-stamp in a PDF or ASiC container, a token FILE.tst for any other file.

    No key is needed.  The authority learns a digest and nothing else.

    Example: edoc timestamp annex.docx --tsa URL
    """
    from edoc.api_sign import timestamp_document
    from edoc.drivers.files import open_document
    from edoc.formats.pdf.append import is_pdf
    from edoc.sign.formats import is_container

    lang, output, file = given["lang"], given["output"], str(given["file"])
    choose_language(lang if isinstance(lang, str) else None)
    opened = open_document(file)
    if isinstance(output, str):
        place = output
    elif is_pdf(opened) or is_container(opened):
        place = beside(file, "stamped")
    else:
        place = "-" if file == "-" else f"{file}.tst"
    result = timestamp_document(
        file if file != "-" else opened,
        tsa=texts(given["tsa"]),
        password=password_of(given),
        output=place,
        overwrite=bool(given["overwrite"]),
    )
    tell(result.output)
    return exits.PASSED
