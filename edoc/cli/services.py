"""Options for what signing above B-B stands on: time-stamps, validation data, anchors, the network."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict

import click

from edoc.cli.options import ONLINE, ONLINE_HOST, texts

if TYPE_CHECKING:
    from edoc.net.policy import FetchPolicy
    from edoc.trust import TrustStore

TSA = click.option(
    "--tsa", metavar="URL", multiple=True, help="A time-stamping authority; give several to fall back on, in order."
)
_TRUST = click.option(
    "--trust", metavar="PATH", multiple=True, help="Where chains end: certificates, or a folder of them (else EDOC_TRUST)."
)
_DATA = click.option(
    "--validation-data", metavar="FILE", multiple=True, help="Certificates, CRLs and OCSP responses to put in."
)


def service_options(command: Callable[..., int]) -> Callable[..., int]:
    """Add the options to a command."""
    for option in (ONLINE_HOST, ONLINE, _TRUST, _DATA, TSA):
        command = option(command)
    return command


class Services(TypedDict):
    """The arguments of the front door's calls that the options stand for."""

    tsa: tuple[str, ...] | None
    validation_data: tuple[str, ...]
    trust: TrustStore | None
    online: bool | FetchPolicy


def services_of(given: dict[str, object]) -> Services:
    """Return the arguments; raises `ConfigError` for what cannot be used."""
    from edoc.cli.network import permission
    from edoc.errors import ConfigError, InputError

    data = texts(given["validation_data"])
    try:
        return Services(
            tsa=texts(given["tsa"]) or None,
            validation_data=data,
            trust=trust_of(texts(given["trust"])),
            online=permission(online=bool(given["online"]), hosts=texts(given["online_host"]), environment=os.environ),
        )
    except InputError as problem:
        raise ConfigError(problem.code, subject=problem.subject, params=problem.params) from problem


def trust_of(named: tuple[str, ...]) -> TrustStore | None:
    """Return the anchors of the options, else of the set-up; null when there are none: a chain ends where it ends."""
    from edoc.drivers.configuration import trust_paths
    from edoc.trust import TrustStore

    store: TrustStore | None = None
    for path in tuple(Path(item) for item in named) or trust_paths(os.environ):
        loaded = TrustStore.load(path)
        store = loaded if store is None else store | loaded
    return store
