"""The one family of exceptions: a question that could not be asked.

A bad signature is a result and never an exception.  Every error has a stable code, the name of
the object it is about, and a cure; the sentences live in the catalogue (`edoc.catalogue`).
"""

from __future__ import annotations

from collections.abc import Mapping

from edoc.catalogue import sentence


class EdocError(Exception):
    """A question that could not be asked or answered, with a stable code, its object and a cure.

    `code` is stable and never localised; `subject` names the object (a file, a certificate, an
    option); `params` fill the sentence of the catalogue.
    """

    exit_code = 70
    """The exit code of the command line (design section 3.3)."""

    def __init__(self, code: str, *, subject: str = "", params: Mapping[str, str] | None = None) -> None:
        self.code = code
        self.subject = subject
        self.params: dict[str, str] = {"subject": subject, **(params or {})}
        super().__init__(code, subject, self.params)

    def __reduce__(self) -> tuple[object, ...]:
        return _rebuild, (type(self), self.code, self.subject, self.params)

    def text(self, lang: str = "en") -> str:
        """Return the sentence that names the object and what is wrong with it."""
        return sentence(self.code, self.params, lang).text

    def hint(self, lang: str = "en") -> str:
        """Return the cure: what to do next."""
        return sentence(self.code, self.params, lang).hint

    def __str__(self) -> str:
        words = sentence(self.code, self.params, "en")
        return f"{self.code}: {words.text} {words.hint}".strip()


def _rebuild(kind: type[EdocError], code: str, subject: str, params: dict[str, str]) -> EdocError:
    return kind(code, subject=subject, params=params)


class InputError(EdocError):
    """The document cannot be read, or its kind is not supported (exit 5)."""

    exit_code = 5


class ConfigError(EdocError):
    """An option, a policy, a trust store or an output place cannot be used (exit 2)."""

    exit_code = 2


class FetchError(EdocError):
    """A needed service was unreachable or gave a useless answer (exit 6)."""

    exit_code = 6


class KeyAccessError(EdocError):
    """A key, token, PIN or its certificate cannot be used (exit 7)."""

    exit_code = 7


class VerificationFailed(EdocError):
    """`require_passed` was not satisfied, or what was signed failed its self-check (exit 1)."""

    exit_code = 1
