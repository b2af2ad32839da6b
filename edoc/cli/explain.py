"""`edoc explain`: a code in plain words, in both languages."""

from __future__ import annotations

import sys

import click

from edoc.cli.options import HELP, LANGUAGE
from edoc.cli.talk import LANGUAGES, choose_language


@click.command(context_settings=HELP)
@click.argument("code", metavar="CODE")
@LANGUAGE
def command(code: str, lang: str | None) -> int:
    """Explain a code in plain words, with its clause and its cure.

    Both languages are shown unless --lang names one.  CODE is what stands in a report or beside a
    complaint.

    Example: edoc explain HASH_MISMATCH
    """
    from edoc.catalogue import entries
    from edoc.errors import ConfigError
    from edoc.report.explanation import explain

    choose_language(lang)
    wanted = code.strip().upper()
    if wanted not in entries():
        raise ConfigError("CODE_UNKNOWN", subject=code, params={"similar": _similar(wanted) or "-"})
    sys.stdout.write("\n".join(explain(wanted, lang=name) for name in ([lang] if lang else LANGUAGES)))
    return 0


def _similar(code: str) -> str:
    from difflib import get_close_matches

    from edoc.catalogue import entries

    known = list(entries())
    inside = [name for name in known if len(code) > 2 and code in name]
    return ", ".join(dict.fromkeys([*get_close_matches(code, known, n=5, cutoff=0.6), *inside[:5]]))
