"""Options that several commands share, and the values that they turn into."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import click

from edoc.errors import ConfigError

HELP = {"help_option_names": ["-h", "--help"]}
_LANG = click.option("--lang", type=click.Choice(["en", "fa"]), help="Language of the answer (else EDOC_LANG).")
_DIRECTION = click.option(
    "--direction",
    type=click.Choice(["auto", "logical", "visual"]),
    expose_value=False,
    callback=lambda _context, _option, value: _direct(value),
    help="Who turns right-to-left text: the terminal, or edoc (else EDOC_DIRECTION).",
)
ONLINE = click.option("--online", is_flag=True, help="Fetch what is missing, from the addresses in the certificates.")
ONLINE_HOST = click.option(
    "--online-host",
    metavar="HOST:PORT",
    multiple=True,
    help="Allow --online a private host too, or one at an unusual port.",
)
SHEETS = ("html", "pdf")
"""Formats of an answer that are sheets."""
OVERWRITE = click.option("--overwrite", is_flag=True, help="Allow an existing output file to be replaced.")


def LANGUAGE(command: click.decorators.FC) -> click.decorators.FC:
    """Add the options that say how the answer is spoken and laid out."""
    return _LANG(_DIRECTION(command))


def output_option(help_text: str) -> Callable[[click.decorators.FC], click.decorators.FC]:
    """Return the option `-o`."""
    return click.option("-o", "--output", metavar="OUT", help=help_text)


def _direct(value: str | None) -> None:
    from edoc.cli.talk import choose_direction

    choose_direction(value)


def moment(text: str | None) -> datetime | None:
    """Return the time that an option gives; RFC 3339 with its zone, or `ConfigError` AT_TIME_UNREADABLE."""
    if text is None:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError as problem:
        raise ConfigError("AT_TIME_UNREADABLE", subject=text) from problem
    if found.tzinfo is None:
        raise ConfigError("AT_TIME_UNREADABLE", subject=text)
    return found


def text_of(value: object) -> str | None:
    """Return the text of an option, null when it was not given."""
    return value if isinstance(value, str) else None


def texts(value: object) -> tuple[str, ...]:
    """Return the values of an option that may be repeated."""
    return tuple(map(str, value)) if isinstance(value, tuple) else ()
