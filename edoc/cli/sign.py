"""`edoc sign`: signs files, each checked before it appears at its place."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from dataclasses import field as hidden
from typing import TYPE_CHECKING

import click

from edoc.cli import exits
from edoc.cli.fields import field_options, permits_of, place_of
from edoc.cli.options import HELP, LANGUAGE, OVERWRITE, output_option, text_of, texts
from edoc.cli.secrets import password_of, password_options
from edoc.cli.services import service_options, services_of
from edoc.cli.signing import CERTIFICATES, KEY, LEVEL, PIN_FILE, key_of
from edoc.cli.statement import statement_of, statement_options
from edoc.cli.talk import choose_language, complain

if TYPE_CHECKING:
    from edoc.api_sign import Signer
    from edoc.bulk import BulkResult


@click.command(context_settings=HELP)
@click.argument("files", metavar="FILE...", nargs=-1)
@KEY
@CERTIFICATES
@PIN_FILE
@password_options
@click.option(
    "--format", "kind", type=click.Choice(["pades", "cades", "xades", "jades", "asic-s", "asic-e"]),
    help="By default what suits the file: pades, xades, jades, the container it is; else cades.",
)  # fmt: skip
@LEVEL
@service_options
@output_option(
    "Where the signed file goes; with several FILEs a folder. By default NAME.signed.pdf beside NAME.pdf,"
    " NAME.docx.p7s beside NAME.docx."
)
@OVERWRITE
@field_options
@click.option("--reason", metavar="TEXT", help="Why it is signed, as the signer claims.")
@click.option("--location", metavar="TEXT", help="Where it is signed, as the signer claims.")
@click.option("--contact", metavar="TEXT", help="How the signer can be reached, as the signer claims.")
@click.option("--name", metavar="TEXT", help="The signer's name for viewers; the certificate names the signer anyway.")
@click.option("--digest", metavar="NAME", help="The digest, such as sha512; by default the sound one for the key.")
@click.option("--pss", is_flag=True, help="Use RSASSA-PSS with an RSA key.")
@click.option(
    "--sub-filter",
    type=click.Choice(["ETSI.CAdES.detached", "adbe.pkcs7.detached"]),
    default="ETSI.CAdES.detached",
    show_default=True,
    help="The encoding; the second is for receivers that know no PAdES.",
)
@statement_options
@LANGUAGE
def command(**given: object) -> int:
    """Sign files, and check what was made before handing it over.

    With --format asic-e several FILEs go into one container under one signature.

    A PIN or passphrase comes from --pin-file, from EDOC_PIN or from the terminal, never from the command
    line.

    Example: edoc sign ruling.pdf --key pkcs12:clerk.p12 --reason "Issued" --level B-LTA --tsa URL --online

    Example: edoc sign form.pdf --key pkcs12:clerk.p12 --certify fill-forms
    """
    from edoc.api_sign import Signer

    choose_language(text_of(given["lang"]))
    order = _Order.of(given)
    signer = Signer(
        key_of(str(given["key"]), certificates=given["certificates"], pin_file=given["pin_file"]),
        level=str(given["level"]),
        digest=text_of(given["digest"]),
        pss=bool(given["pss"]),
        sub_filter=str(given["sub_filter"]),
        name=text_of(given["name"]),
        reason=text_of(given["reason"]),
        location=text_of(given["location"]),
        **statement_of(given),
        contact_info=text_of(given["contact"]),
        **permits_of(given),
        **services_of(given),
    )
    return _run(order, signer)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Order:
    """What to sign, and where it goes."""

    files: tuple[str, ...]
    output: str | None
    overwrite: bool
    field: str | None
    detached: tuple[str, ...]
    """Originals of a detached signature that is signed once more."""
    together: bool
    """Whether all files get one signature."""
    page: int | None
    box: tuple[float, ...] | None
    password: str | None = hidden(repr=False)

    @classmethod
    def of(cls, given: dict[str, object]) -> _Order:
        """Return the order; raises `ConfigError` where options contradict each other."""
        from edoc.cli.sources import inputs_of
        from edoc.errors import ConfigError

        files = given["files"]
        order = cls(
            files=tuple(inputs_of(tuple(map(str, files)) if isinstance(files, tuple) else (), None)),
            output=text_of(given["output"]),
            overwrite=bool(given["overwrite"]),
            field=text_of(given["field"]),
            detached=texts(given["detached"]),
            together=given["kind"] == "asic-e",
            password=password_of(given),
            **place_of(given),
        )
        if order.detached and len(order.files) > 1:
            raise ConfigError("DETACHED_ONE_FILE", subject="--detached")
        if order.together and len(order.files) > 1:
            return order
        if len(order.files) > 1 and order.output == "-":
            raise ConfigError("OUTPUT_ONE_FILE", subject="-")
        return order

    @property
    def one(self) -> list[str] | None:
        """Everything that gets one signature together, null where each file gets its own."""
        several = self.together and len(self.files) > 1
        return [*self.files, *self.detached] if several or self.detached else None

    def naming(self, signer: Signer) -> Callable[[object], str]:
        """Return the function that says where the signed form of an input goes."""
        into_folder = len(self.files) > 1 or (self.output is not None and os.path.isdir(self.output))
        if self.output is None:
            return lambda source: "-" if source == "-" else signer.output_name(str(source))
        if not into_folder:
            place = self.output
            return lambda source: place
        os.makedirs(self.output, exist_ok=True)
        return _into(self.output, signer)


def _into(folder: str, signer: Signer) -> Callable[[object], str]:
    """Names in a folder, each given once: two inputs of one name must not become one file."""
    taken: set[str] = set()

    def name(source: object) -> str:
        from edoc.errors import ConfigError

        place = os.path.join(folder, os.path.basename(signer.output_name(str(source))))
        if place in taken:
            raise ConfigError("OUTPUT_SAME_NAME", subject=place, params={"input": str(source)})
        taken.add(place)
        return place

    return name


def _run(order: _Order, signer: Signer) -> int:
    from edoc.bulk.sign import sign_many

    if order.one is not None:
        place = order.output or ("-" if "-" in order.one else signer.output_name(list(order.one)))
        made = signer.sign(list(order.one), output=place, overwrite=order.overwrite)
        _tell_place(made.output)
        return exits.PASSED
    codes: set[int] = set()
    results = sign_many(
        order.files,
        signer=signer,
        output=order.naming(signer),
        overwrite=order.overwrite,
        field=order.field,
        page=order.page,
        box=order.box,
        password=order.password,
    )
    for result in results:
        if result.error is not None:
            complain(result.error)
        codes.add(result.error.exit_code if result.error is not None else exits.PASSED)
        _tell(result)
    return exits.gravest(codes)


def _tell(result: BulkResult) -> None:
    """Say where the signed file is; the place is the answer, unless the file itself went to standard output."""
    _tell_place(result.result.output if result.result is not None else None)


def _tell_place(place: object) -> None:
    if place is not None:
        sys.stdout.write(f"{place}\n")
        sys.stdout.flush()
