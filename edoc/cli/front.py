"""The front page: which commands there are.  It imports nothing, so that it costs nothing."""

from __future__ import annotations

COMMANDS = {
    "sign": "Sign PDF files, and check what was made before handing it over.",
    "extend": "Raise signed PDF files to a level with proof of time and validation data.",
    "timestamp": "Prove that a file exists now: a time-stamp in a PDF, or beside any file.",
    "verify": "Say whether documents are unchanged, who signed them, and what is open.",
    "record": "Sign a record of an inquiry, a scan or a print; draw the form to file.",
    "show": "Show what is inside a document, without trusting or judging anything.",
    "explain": "Explain a code or a whole report in plain words, with clauses and cures.",
    "doctor": "Say what is wrong with this set-up, and what to do about it.",
    "completion": "Print the script with which a shell completes commands and options.",
    "demo": "Take the tour: sign, verify, tamper and see it noticed.",
    "lab": "Run a practice PKI on this computer.",
}
"""Every command lives in `edoc.cli.<name>` as `command` and is imported when it runs."""

VARIABLE = "_EDOC_COMPLETE"
"""Set by a shell that asks what could come next; it gives no arguments then."""

_PAGE = """\
Usage: edoc COMMAND [OPTIONS] ...

  Sign and verify electronic documents so that courts, banks and agencies
  can accept them.

Commands:
{commands}

Options:
  -h, --help  This page; "edoc COMMAND --help" shows the options of a command.
  --version   The version.

The answer goes to standard output, everything else to standard error; "-"
is standard input or output.  Exit codes: 0 passed, 1 failed, 2 usage or
configuration, 3 undecided, 4 no signature, 5 unreadable input, 6 a service was
unreachable, 7 key or PIN, 70 internal error, 130 interrupted.

Example: edoc verify ruling.pdf --trust anchors/ --lang fa
"""


def page() -> str:
    """Return the help page of the program."""
    return _PAGE.format(commands="\n".join(f"  {name:<11}{told}" for name, told in COMMANDS.items()))
