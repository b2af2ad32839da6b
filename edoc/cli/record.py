"""`edoc record`: signed records of an inquiry, a scan and a print, and the form of each to print and file."""

from __future__ import annotations

import sys
from datetime import datetime
from enum import Enum
from typing import TYPE_CHECKING

import click

from edoc.cli.options import HELP, LANGUAGE, OVERWRITE, moment, text_of, texts
from edoc.cli.signing import key_of, signer_of, signing_options
from edoc.cli.talk import choose_language
from edoc.records.model import Comparison, IdentifierKind, Means, ScanColour

if TYPE_CHECKING:
    from edoc.records.model import Record, Who

_OUTPUT = click.option("-o", "--output", metavar="OUT", required=True, help="Where the signed record goes.")
_OFFICE = click.option("--office", metavar="NAME", help="The office of whoever did it.")


def _choice(kind: type[Enum]) -> click.Choice[str]:
    return click.Choice([item.value.replace("_", "-") for item in kind])


@click.group(context_settings=HELP)
def command() -> None:
    """Sign a record that stands beside documents, and draw its form.

    A record is a JSON file that its signer stands for. It is shown beside a document with edoc verify
    --record, apart from the evidence of the document's own signatures, and never changes the verdict.

    Example: edoc record lookup --registry "Licence registry" --identifier 99-1 --answer-text "in force" --asked-by "A. Clerk" --key pkcs12:clerk.p12 -o receipt.json
    """


@command.command("lookup", context_settings=HELP)
@click.option("--registry", metavar="NAME", required=True, help="The registry that was asked.")
@click.option("--url", metavar="URL", help="Its address, as text: it is never opened.")
@click.option("--identifier", metavar="VALUE", required=True, help="What was asked about.")
@click.option("--kind", type=_choice(IdentifierKind), default="other", show_default=True, help="What kind of identifier that is.")
@click.option("--mask", is_flag=True, help="Write bullets in the place of the middle of the identifier.")
@click.option("--answer", metavar="FILE", help="The answer as it was saved: its digest is recorded.")
@click.option("--answer-text", metavar="TEXT", help="What the answer says, in a few words.")
@click.option("--asked-by", metavar="PERSON", help="Who asked.")
@_OFFICE
@click.option("--asked-at", metavar="TIME", help="When; by default now.")
@click.option("--means", type=_choice(Means), default="web-page", show_default=True, help="How the registry was asked.")
@click.option("--document", metavar="FILE", help="The document that the inquiry is about: its digest is recorded.")
@signing_options
@_OUTPUT
@OVERWRITE
@LANGUAGE
def lookup(**given: object) -> int:
    """Sign a receipt of an inquiry at a registry; nothing is asked here, a person or a program has asked.

    Example: edoc record lookup --registry "Licence registry" --identifier 9990000018 --kind national-code --mask
    --answer answer.pdf --asked-by "A. Clerk" --document licence.pdf --key pkcs12:clerk.p12 -o receipt.json
    """
    from edoc.api_records import file_id
    from edoc.errors import ConfigError
    from edoc.records.identifiers import masked
    from edoc.records.model import Lookup

    answer, told, about = text_of(given["answer"]), text_of(given["answer_text"]), text_of(given["document"])
    if answer is None and told is None:
        raise ConfigError("RECORD_ANSWER_MISSING", subject="--answer")
    value = str(given["identifier"])
    record = Lookup(
        registry=str(given["registry"]),
        registry_url=text_of(given["url"]),
        identifier=masked(value) if given["mask"] else value,
        identifier_kind=IdentifierKind(_word(given["kind"])),
        asked_at=_moment(given["asked_at"]),
        asked_by=_who(given, "asked_by"),
        means=Means(_word(given["means"])),
        answer=file_id(answer) if answer is not None else None,
        answer_words=told,
        document=file_id(about) if about is not None else None,
    )
    return _sign(record, given)


@command.command("scan", context_settings=HELP)
@click.argument("file", metavar="FILE")
@click.option("--pages", metavar="N", type=click.IntRange(min=1), required=True, help="Pages of the file.")
@click.option("--paper", metavar="TEXT", required=True, help="What the paper is.")
@click.option("--sheets", metavar="N", type=click.IntRange(min=1), help="Sheets of paper.")
@click.option("--kept-at", metavar="TEXT", help="Where the paper is kept.")
@click.option("--scanned-by", metavar="PERSON", help="Who scanned it.")
@click.option("--scanned-at", metavar="TIME", help="When; by default now.")
@click.option("--resolution", metavar="DPI", type=click.IntRange(min=1), required=True, help="Dots per inch.")
@click.option("--colour", type=_choice(ScanColour), default="colour", show_default=True)
@click.option("--compared-by", metavar="PERSON", help="Who compared the file with the paper; better somebody else.")
@click.option("--compared-at", metavar="TIME", help="When; by default now.")
@click.option("--comparison", type=_choice(Comparison), default="every-page", show_default=True, help="What was compared.")
@click.option("--difference", metavar="TEXT", multiple=True, help="What the file does not show as the paper does: stamps, colours.")
@click.option("--bears-on", metavar="ID", multiple=True, help="The provision that this evidence is for, such as IR-ECL-8-b.")
@_OFFICE
@signing_options
@_OUTPUT
@OVERWRITE
@LANGUAGE
def scan(**given: object) -> int:
    """Sign a record that paper became FILE: who scanned it, who compared it, what differs.

    Example: edoc record scan deed.pdf --pages 2 --paper "Letter of 1 May, two sheets, blue stamp" --resolution 300
    --scanned-by "A. Clerk" --compared-by "B. Clerk" --bears-on IR-ECL-8-b --key pkcs12:clerk.p12 -o deed.scan.json
    """
    from edoc.api_records import file_id
    from edoc.records.model import Conversion

    record = Conversion(
        document=file_id(str(given["file"])),
        pages=int(str(given["pages"])),
        paper=str(given["paper"]),
        sheets=_number(given["sheets"]),
        kept_at=text_of(given["kept_at"]),
        scanned_at=_moment(given["scanned_at"]),
        scanned_by=_who(given, "scanned_by"),
        resolution=int(str(given["resolution"])),
        colour=ScanColour(_word(given["colour"])),
        compared_at=_moment(given["compared_at"]),
        compared_by=_who(given, "compared_by"),
        comparison=Comparison(_word(given["comparison"])),
        differences=texts(given["difference"]),
        bears_on=texts(given["bears_on"]),
    )
    return _sign(record, given)


@command.command("print", context_settings=HELP)
@click.argument("file", metavar="FILE")
@click.option("--copies", metavar="N", type=click.IntRange(1, 1000), default=1, show_default=True, help="How many are printed.")
@click.option("--mark", metavar="TEXT", default="EC", show_default=True, help="What the mark of each copy begins with.")
@click.option("--pages", metavar="N", type=click.IntRange(min=1), help="Pages of the document.")
@click.option(
    "--instead", is_flag=True, help="State that paper takes the place of data messages from here on (IR-ECL-9)."
)
@click.option("--printed-by", metavar="PERSON", help="Who printed it.")
@click.option("--printed-at", metavar="TIME", help="When; by default now.")
@click.option("--report", metavar="FILE", help="The report of a check before the print (edoc verify --format json).")
@_OFFICE
@signing_options
@_OUTPUT
@OVERWRITE
@LANGUAGE
def print_(**given: object) -> int:
    """Sign a record that FILE was printed: by whom, how often, and what mark each copy bears.

    Nothing is sent to a printer. edoc record form draws the sheet that goes with each copy.

    Example: edoc record print ruling.pdf --copies 2 --mark EC-1405 --printed-by "A. Clerk" --report report.json
    --key pkcs12:clerk.p12 -o ruling.print.json
    """
    from edoc.api_records import checked_before, file_id
    from edoc.records.model import PaperCopy, PaperUse

    document, report = file_id(str(given["file"])), text_of(given["report"])
    record = PaperCopy(
        document=document,
        pages=_number(given["pages"]),
        printed_at=_moment(given["printed_at"]),
        printed_by=_who(given, "printed_by"),
        marks=tuple(f"{given['mark']}-{number}" for number in range(1, int(str(given["copies"])) + 1)),
        use=PaperUse.INSTEAD if given["instead"] else PaperUse.BESIDE,
        checked=checked_before(report, document) if report is not None else None,
    )
    return _sign(record, given)


@command.command("form", context_settings=HELP)
@click.argument("file", metavar="RECORD")
@click.option("--trust", metavar="PATH", multiple=True, help="CA certificates to trust; without any, no signer is judged.")
@click.option("--validation-data", metavar="FILE", multiple=True, help="Certificates and revocation lists to use.")
@click.option("--at", metavar="TIME", help="Judge the record's signature as if today were then.")
@click.option("-o", "--output", metavar="OUT", required=True, help="Where the PDF goes.")
@OVERWRITE
@LANGUAGE
def form(
    file: str, trust: tuple[str, ...], validation_data: tuple[str, ...], at: str | None, output: str, overwrite: bool,
    lang: str | None,
) -> int:
    """Draw the form of a signed RECORD as PDF: facts, digests, notice, how to check, lines to sign on by hand.

    Of a print there is one sheet for each copy, with its mark. Only a record that is unchanged since it was signed
    has a form.

    Example: edoc record form ruling.print.json --trust anchors/ --lang fa -o ruling.form.pdf
    """
    from edoc.api_records import check_record, draw_form
    from edoc.cli.beside import record_verifier
    from edoc.drivers.output import open_output

    chosen, when = choose_language(lang), moment(at)
    checked = check_record(file, verifier=record_verifier(trust, validation_data, at=when), at=when)
    with open_output(output, overwrite=overwrite, source=file) as place:
        place.write(draw_form(checked, lang=chosen))
        place.commit()
    return 0


def _sign(record: Record, given: dict[str, object]) -> int:
    from edoc.api_records import sign_record

    choose_language(text_of(given["lang"]))
    key = key_of(str(given["key"]), certificates=given["certificates"], pin_file=given["pin_file"])
    made = sign_record(
        record, key, output=str(given["output"]), overwrite=bool(given["overwrite"]), **signer_of(given)
    )
    if made.output is not None:
        sys.stdout.write(f"{made.output}\n")
    return 0


def _who(given: dict[str, object], option: str) -> Who:
    from edoc.errors import ConfigError
    from edoc.records.model import Who

    person, office = text_of(given[option]), text_of(given["office"])
    if person is None and office is None:
        raise ConfigError("RECORD_WHO_MISSING", subject=f"--{option.replace('_', '-')}")
    return Who(person=person, office=office)


def _moment(value: object) -> datetime:
    from edoc.drivers.clock import now

    return moment(text_of(value)) or now()


def _number(value: object) -> int | None:
    return value if isinstance(value, int) else None


def _word(value: object) -> str:
    return str(value).replace("-", "_")
