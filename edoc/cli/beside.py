"""What `edoc verify` puts beside a report: signed records, and the seal of the office that made the check."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import click

from edoc.cli.options import SHEETS, texts
from edoc.cli.services import TSA, services_of
from edoc.cli.signing import CERTIFICATES, PIN_FILE, key_of

if TYPE_CHECKING:
    from edoc.api import Verifier
    from edoc.api_seal import SealOptions
    from edoc.keys import Key
    from edoc.report.additions import Additions, RecordView
    from edoc.report.model import Report
    from edoc.report.records import CheckedRecord

_RECORD = click.option(
    "--record", metavar="FILE", multiple=True, help="Show a signed record (see edoc record) beside; never changes the verdict."
)
_SEAL = click.option("--seal", metavar="URI", help="Sign the sheet with this key (--format pdf or html): it then proves the check.")
_LEVEL = click.option(
    "--level", type=click.Choice(["B-B", "B-T", "B-LT", "B-LTA"]), help="Level of the seal; by default B-T with --tsa, else B-B."
)
_ALONE = ("certificates", "pin_file", "level", "tsa")
"""Options that say nothing without --seal."""


def beside_options(command: Callable[..., int]) -> Callable[..., int]:
    """Add the options to `edoc verify`."""
    for option in (TSA, _LEVEL, PIN_FILE, CERTIFICATES, _SEAL, _RECORD):
        command = option(command)
    return command


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealing:
    """A key, and what its seals stand on."""

    key: Key
    options: SealOptions

    def sealed(self, report: Report, *, kind: str, lang: str, additions: Additions) -> bytes:
        """Return the sealed sheet of a report; `kind` is `html` or `pdf`."""
        from edoc.api_seal import seal_report

        made = seal_report(report, self.key, format=kind, lang=lang, additions=additions, **self.options)
        return bytes(made.document.data[:])


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """Everything that stands beside the reports of one run."""

    records: tuple[CheckedRecord, ...] = ()
    sealing: Sealing | None = None

    def views(self, report: Report, lang: str) -> tuple[RecordView, ...]:
        """Return the records as they stand beside one report."""
        if not self.records:
            return ()
        from edoc.report.records import record_view

        return tuple(record_view(item, document=report.document.sha256, lang=lang) for item in self.records)


NOTHING_BESIDE = Beside()


def beside_of(given: dict[str, object], *, verifier: Verifier, at: datetime) -> Beside:
    """Return what the options ask for; every record is verified once, under the rules of the documents.

    Raises `ConfigError` where options contradict each other or a file of the set-up is missing, and the errors
    of opening a key.
    """
    sealing, names = _sealing(given), texts(given["record"])
    if not names and sealing is None:
        return NOTHING_BESIDE
    return Beside(records=tuple(_record(name, verifier, at) for name in names), sealing=sealing)


def _record(name: str, verifier: Verifier, at: datetime) -> CheckedRecord:
    from edoc.api_records import check_record
    from edoc.errors import ConfigError, InputError

    try:
        return check_record(name, verifier=verifier, at=at)
    except InputError as problem:
        # A record that is not there is a mistake on the command line, and says nothing about the document.
        raise ConfigError(problem.code, subject=problem.subject, params=problem.params) from problem


def record_verifier(trust: tuple[str, ...], data: tuple[str, ...], *, at: datetime | None) -> Verifier:
    """Return what verifies a record by itself: under the anchors of the options or the set-up, else integrity alone.

    Raises `ConfigError` for a file of the set-up that cannot be used.
    """
    from edoc.api import Verifier
    from edoc.cli.services import trust_of
    from edoc.errors import ConfigError, InputError

    try:
        store = trust_of(trust)
        policy = "default" if store is not None else "integrity"
        return Verifier(trust=store, policy=policy, validation_data=data, validation_time=at)
    except InputError as problem:
        raise ConfigError(problem.code, subject=problem.subject, params=problem.params) from problem


def _sealing(given: dict[str, object]) -> Sealing | None:
    from edoc.errors import ConfigError

    uri = given["seal"]
    if uri is None:
        for name in _ALONE:
            if given[name]:
                raise ConfigError("SEAL_OPTION_ALONE", subject=f"--{name.replace('_', '-')}")
        return None
    if given["kind"] not in SHEETS or given["output"] in (None, "-") or len(texts(given["files"])) != 1:
        raise ConfigError("SEAL_NEEDS_SHEET", subject="--seal")
    if given["kind"] == "html" and str(given["output"]).lower().endswith((".html", ".htm")):
        raise ConfigError("SEAL_IS_CONTAINER", subject=str(given["output"]))
    services = services_of(given)
    # Where the document's chain must end says nothing about the office's own: that one ends where it is at hand.
    options: SealOptions = {
        "level": str(given["level"] or ("B-T" if services["tsa"] else "B-B")),
        "tsa": services["tsa"],
        "validation_data": services["validation_data"],
        "online": services["online"],
    }
    key = key_of(str(uri), certificates=given["certificates"], pin_file=given["pin_file"])
    return Sealing(key=key, options=options)
