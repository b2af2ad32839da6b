"""Sign a PDF at PAdES B-B:  python examples/sign_ruling.py [DOCUMENT] [--key URI] [-o OUT]

Without a key of your own the ruling beside this script is signed with a practice key (everything about
it is invented), so that the script can be tried at once.  With your own key:

    python examples/sign_ruling.py letter.pdf --key pkcs12:clerk.p12 -o letter.signed.pdf
"""

from __future__ import annotations

import argparse
import getpass
import sys
from pathlib import Path

import edoc

RULING = Path(__file__).resolve().parent / "ruling.pdf"


def open_key(uri: str | None) -> edoc.Key:
    """Open the key of a URI, asking for its passphrase on the terminal; without a URI take a practice key."""
    if uri is None:
        from edoc.testing import PracticePki

        return PracticePki().key("person")
    return edoc.Key.open(uri, secret=getpass.getpass)


def main(arguments: list[str] | None = None) -> int:
    """Sign one document, say what was made, and return the exit code."""
    parser = argparse.ArgumentParser(description="Sign a PDF at PAdES B-B.")
    parser.add_argument("document", nargs="?", type=Path, default=RULING)
    parser.add_argument("--key", help="file:key.pem or pkcs12:clerk.p12; a practice key by default")
    parser.add_argument("-o", "--output", type=Path, help="default: NAME.signed.pdf here")
    options = parser.parse_args(arguments)
    output = options.output or Path(f"{options.document.stem}.signed.pdf")
    try:
        key = open_key(options.key)
        # The input is never touched, and nothing appears at `output` before it has passed its own check.
        result = edoc.sign_document(options.document, key, level="B-B", reason="ابلاغ دادنامه", output=output)
    except edoc.EdocError as problem:
        # Every error names its object and the cure, and knows its exit code.
        print(problem, file=sys.stderr)
        return problem.exit_code
    print(f"{result.output}: {result.check.level}, signed by {key.certificate.subject.rfc4514()}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
