"""The password of documents, from where a secret may come."""

from __future__ import annotations

import os
from collections.abc import Mapping

import click


def password_options(command: click.decorators.FC) -> click.decorators.FC:
    """Add the options that say where the password of encrypted documents comes from."""
    ask = "Ask for the password of encrypted documents (or set EDOC_PASSWORD)."
    file = "Take that password from the first line of a file."
    return click.option("--password", is_flag=True, help=ask)(
        click.option("--password-file", metavar="PATH", help=file)(command)
    )


def password_of(given: Mapping[str, object]) -> str | None:
    """Return the password that the options of a command lead to; null for none."""
    file = given["password_file"]
    return document_password(
        ask=bool(given["password"]), file=file if isinstance(file, str) else None, environment=os.environ
    )


def document_password(*, ask: bool, file: str | None, environment: Mapping[str, str]) -> str | None:
    """Return the password of the documents: a file's first line, EDOC_PASSWORD or a prompt; null for none."""
    if not ask and file is None and "EDOC_PASSWORD" not in environment:
        return None
    from edoc.drivers.secrets import secret_source

    source = secret_source(file=file, variable="EDOC_PASSWORD", environment=environment)
    return source("Password of the documents")
