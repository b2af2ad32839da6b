"""`edoc explain`: a code, or a whole report, in plain words."""

from __future__ import annotations

import os
import re
import sys

import click

from edoc.cli.options import HELP, LANGUAGE
from edoc.cli.talk import LANGUAGES, choose_language, colour_of, present

_CODE = re.compile("[A-Za-z0-9_-]{2,}")
_LARGEST = 64 << 20
"""Octets of a file of records: some ten thousand reports."""


@click.command(context_settings=HELP)
@click.argument("what", metavar="CODE|REPORT")
@LANGUAGE
def command(what: str, lang: str | None) -> int:
    """Explain a code, or a report that `edoc verify` wrote, in plain words.

    CODE is what stands in a report or beside a complaint: its meaning, where it arises, its cure and its
    clause, in both languages unless --lang names one.  REPORT is a file of --format json or jsonl, or - for
    standard input: its verdict, each finding, and what to do next, the gravest first.

    Example: edoc explain HASH_MISMATCH
    """
    from edoc.catalogue import entries
    from edoc.errors import ConfigError
    from edoc.report.explanation import explain

    told = choose_language(lang)
    wanted = what.strip().upper()
    if wanted in entries():
        present("\n".join(explain(wanted, lang=name) for name in ([lang] if lang else LANGUAGES)), sys.stdout)
        return 0
    if _CODE.fullmatch(what.strip()) and not os.path.exists(what):
        raise ConfigError("CODE_UNKNOWN", subject=what, params={"similar": _similar(wanted) or "-"})
    _records(what, told)
    return 0


def _records(path: str, lang: str) -> None:
    from edoc.cli.answers import RULE
    from edoc.report.retold import retell
    from edoc.result.reading import read_records

    records = read_records(_octets(path), name=path)
    for index, record in enumerate(records):
        if index:
            present(f"{RULE}\n", sys.stdout)
        present(retell(record, lang=lang, colour=colour_of(sys.stdout)), sys.stdout)


def _octets(path: str) -> bytes:
    from edoc.errors import InputError

    try:
        if path == "-":
            octets = sys.stdin.buffer.read(_LARGEST + 1)
        else:
            with open(path, "rb") as stream:
                octets = stream.read(_LARGEST + 1)
    except (OSError, ValueError) as problem:
        reason = getattr(problem, "strerror", None) or "?"
        raise InputError("RECORD_UNREADABLE", subject=path, params={"reason": reason}) from problem
    if len(octets) > _LARGEST:
        raise InputError("RECORD_UNREADABLE", subject=path, params={"reason": "> 64 MiB"})
    return octets


def _similar(code: str) -> str:
    from difflib import get_close_matches

    from edoc.catalogue import entries

    known = list(entries())
    inside = [name for name in known if len(code) > 2 and code in name]
    return ", ".join(dict.fromkeys([*get_close_matches(code, known, n=5, cutoff=0.6), *inside[:5]]))
