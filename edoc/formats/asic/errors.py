"""What the container reader refuses, with the code of its finding."""

from __future__ import annotations

LIMIT = "ZIP_LIMIT"
"""A budget was exceeded: undecided, not broken."""


class ZipError(Exception):
    """A package that cannot be read in exactly one way; `code` has a catalogue entry, `params` fill it."""

    def __init__(self, code: str, **params: object) -> None:
        self.code = code
        self.params = {key: str(value) for key, value in params.items()}
        super().__init__(code, self.params)
