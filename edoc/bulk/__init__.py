"""Many documents over an Executor."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from edoc.errors import EdocError

if TYPE_CHECKING:
    from edoc.api_sign import SignResult
    from edoc.report.model import Report


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkResult:
    """What became of one input of a batch: a report or a signed document, or the error that stopped it."""

    input: str
    """The input as given: a path, or the name of a document."""
    report: Report | None = None
    error: EdocError | None = None
    result: SignResult | None = None
    """What `sign_many` made of it."""

    def __bool__(self) -> bool:
        raise TypeError("a bulk result is not a truth value: look at .error, .report or .result")


def internal(problem: Exception, name: str) -> EdocError:
    """Return the error of an input on which this program failed, with its cause."""
    found = EdocError("INTERNAL", subject=name, params={"kind": type(problem).__name__})
    found.__cause__ = problem
    return found
