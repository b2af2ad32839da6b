"""Options for whatever a command signs: the key, the level and what the level stands on."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING

import click

from edoc.cli.options import texts
from edoc.cli.services import service_options, services_of

if TYPE_CHECKING:
    from edoc.api_sign.options import SignerOptions
    from edoc.keys import Key

KEY = click.option("--key", metavar="URI", required=True, help="The key: file:key.pem or pkcs12:clerk.p12.")
CERTIFICATES = click.option("--certificates", metavar="FILE", multiple=True, help="The signer's certificate and its chain.")
PIN_FILE = click.option("--pin-file", metavar="PATH", help="Take the PIN or passphrase from the first line of a file.")
LEVEL = click.option(
    "--level", type=click.Choice(["B-B", "B-T", "B-LT", "B-LTA"]), default="B-B", show_default=True,
    help="B-T adds a time-stamp, B-LT the status of all certificates, B-LTA a time-stamp over everything.",
)  # fmt: skip


def signing_options(command: Callable[..., int]) -> Callable[..., int]:
    """Add the options to a command that signs what it makes itself."""
    command = service_options(command)
    for option in (LEVEL, PIN_FILE, CERTIFICATES, KEY):
        command = option(command)
    return command


def signer_of(given: dict[str, object]) -> SignerOptions:
    """Return the arguments that level and services stand for; raises `ConfigError` for what cannot be used."""
    services = services_of(given)
    return {
        "level": str(given["level"]),
        "tsa": services["tsa"],
        "validation_data": services["validation_data"],
        "trust": services["trust"],
        "online": services["online"],
    }


def key_of(uri: str, *, certificates: object, pin_file: object) -> Key:
    """Open a key; its PIN or passphrase comes from a file, from EDOC_PIN or from the terminal."""
    from edoc.drivers.secrets import secret_source
    from edoc.keys import Key

    file = pin_file if isinstance(pin_file, str) else None
    ask = secret_source(file=file, variable="EDOC_PIN", environment=os.environ)
    return Key.open(uri, certificates=texts(certificates), secret=lambda subject: ask(f"PIN or passphrase for {subject}"))
