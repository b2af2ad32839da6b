"""Options of `edoc sign` about the signature field, and about what may come after the signature."""

from __future__ import annotations

from typing import TypedDict

import click

from edoc.cli.options import text_of
from edoc.errors import ConfigError

_PERMISSIONS = click.Choice(["no-changes", "fill-forms", "annotate"])


class Permits(TypedDict):
    """The options of `Signer` about what a signature permits."""

    certify: str | None
    lock: str | None
    lock_fields: tuple[str, ...]
    lock_permission: str | None


class Place(TypedDict):
    """The options of `Signer.sign` about a new field's place."""

    page: int | None
    box: tuple[float, ...] | None


def field_options(command: click.decorators.FC) -> click.decorators.FC:
    """Add the options."""
    options = (
        click.option("--field", metavar="NAME", help="The signature field to fill, or to make."),
        click.option("--page", metavar="N", type=int, help="The page of a new field, from 1; by default the first."),
        click.option(
            "--box", metavar="L,B,R,T",
            help="Frame a new field on its page: left, bottom, right, top in 1/72 inch from the lower left corner.",
        ),
        click.option(
            "--certify", type=_PERMISSIONS,
            help="Certify the document as its first signer, and say what may come after that.",
        ),
        click.option(
            "--lock", type=click.Choice(["all", "include", "exclude"]),
            help="Lock form fields: all, those named by --lock-field, or all others.",
        ),
        click.option("--lock-field", metavar="NAME", multiple=True, help="A form field that --lock is about."),
        click.option(
            "--lock-permission", type=_PERMISSIONS,
            help="Say what may come after the signature, without certifying the document.",
        ),
    )  # fmt: skip
    for option in reversed(options):
        command = option(command)
    return command


def permits_of(given: dict[str, object]) -> Permits:
    """Return what the options say about what comes later."""
    fields = given["lock_field"]
    return Permits(
        certify=text_of(given["certify"]),
        lock=text_of(given["lock"]),
        lock_fields=tuple(map(str, fields)) if isinstance(fields, tuple) else (),
        lock_permission=text_of(given["lock_permission"]),
    )


def place_of(given: dict[str, object]) -> Place:
    """Return where a new field goes; raises `ConfigError` FIELD_BOX_UNUSABLE for a box that is no numbers."""
    page, box = given["page"], text_of(given["box"])
    return Place(page=page if isinstance(page, int) else None, box=_corners(box) if box is not None else None)


def _corners(text: str) -> tuple[float, ...]:
    try:
        return tuple(float(part) for part in text.split(","))
    except ValueError as problem:
        raise ConfigError("FIELD_BOX_UNUSABLE", subject=text) from problem
