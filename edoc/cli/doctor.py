"""`edoc doctor`: what is wrong with this set-up."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import click

from edoc.cli import exits
from edoc.cli.options import HELP, LANGUAGE, text_of, texts
from edoc.cli.talk import choose_language, colour_of, present

if TYPE_CHECKING:
    from edoc.drivers.doctor.order import Order


@click.command(context_settings=HELP)
@click.option("--trust", metavar="PATH", multiple=True, help="Look at these anchors instead of those of the set-up.")
@click.option("--policy", metavar="POLICY", multiple=True, help="Look at a policy: a name or a TOML file.")
@click.option("--key", metavar="URI", help="Open this key, sign a trial with it, and look at its certificate.")
@click.option("--certificates", metavar="FILE", multiple=True, help="The key's certificate and chain, where they are apart.")
@click.option("--pin-file", metavar="PATH", help="Take the key's secret from the first line of a file (else EDOC_PIN).")
@click.option("--tsa", metavar="URL", multiple=True, help="A time-stamping authority; with --online it is asked once.")
@click.option("--online", is_flag=True, help="Allow --tsa to be asked. Nothing else goes to the network.")
@click.option("-o", "--output", metavar="FOLDER", default=".", show_default=True, help="The folder where output would go.")
@click.option("--format", "kind", type=click.Choice(["text", "json"]), default="text", show_default=True)
@LANGUAGE
def command(**given: object) -> int:
    """Say what is wrong with this set-up, and what to do about it.

    One line a check: OK, LOOK (works, and somebody should look at it) or WRONG.  The exit code is 2 when
    something is wrong, else 0.  No secret is shown, and nothing is changed.

    Example: edoc doctor --key pkcs12:clerk.p12 --lang fa
    """
    from edoc.drivers.doctor import examine
    from edoc.report.checkup import State, checkup_dict, render_checkup, worst
    from edoc.report.json import dumps

    lang = choose_language(text_of(given["lang"]))
    checks = examine(_order(given))
    if given["kind"] == "json":
        sys.stdout.write(dumps(checkup_dict(checks, lang=lang), indent=2) + "\n")
    else:
        present(render_checkup(checks, lang=lang, colour=colour_of(sys.stdout)), sys.stdout)
    return exits.USAGE if worst(checks) is State.WRONG else exits.PASSED


def _order(given: dict[str, object]) -> Order:
    from edoc.drivers.clock import now
    from edoc.drivers.doctor.order import Order
    from edoc.drivers.secrets import secret_source

    ask = secret_source(file=text_of(given["pin_file"]), variable="EDOC_PIN", environment=os.environ)
    return Order(
        environment=os.environ,
        now=now(),
        stream=sys.stdout,
        trust=texts(given["trust"]),
        policies=texts(given["policy"]),
        folder=str(given["output"]),
        key=text_of(given["key"]),
        certificates=texts(given["certificates"]),
        secret=lambda subject: ask(f"PIN or passphrase for {subject}"),
        tsa=texts(given["tsa"]),
        online=bool(given["online"]),
    )
