"""Exit codes as data (design section 3.3): what each means, and which is the gravest of a batch."""

from __future__ import annotations

from collections.abc import Iterable

PASSED = 0
FAILED = 1
USAGE = 2
UNDECIDED = 3
NO_SIGNATURE = 4
UNREADABLE = 5
UNREACHABLE = 6
KEY = 7
INTERNAL = 70
INTERRUPTED = 130

BY_VERDICT = {
    "PASSED": PASSED,
    "INTACT": PASSED,
    "FAILED": FAILED,
    "INDETERMINATE": UNDECIDED,
    "NO_SIGNATURE": NO_SIGNATURE,
}

GRAVEST_FIRST = (
    INTERNAL,
    INTERRUPTED,
    KEY,
    USAGE,
    FAILED,
    UNREADABLE,
    NO_SIGNATURE,
    UNDECIDED,
    UNREACHABLE,
    PASSED,
)
"""A batch returns the first of these that one of its inputs has."""


def gravest(codes: Iterable[int]) -> int:
    """Return the gravest of some exit codes; a code that is not listed counts as internal."""
    found = {code if code in GRAVEST_FIRST else INTERNAL for code in codes}
    return next((code for code in GRAVEST_FIRST if code in found), PASSED)
