"""The one exception of the strict reader; it never leaves the room."""

from __future__ import annotations


class PdfError(ValueError):
    """A rule of the strict reader is broken: `code` has a catalogue entry, `offset` is where (octets, -1: nowhere).

    `PDF_LIMIT` means that a budget was exceeded: undecided, not refused.
    """

    def __init__(self, code: str, offset: int = -1, **params: object) -> None:
        super().__init__(code, offset)
        self.code = code
        self.offset = offset
        self.params: dict[str, str] = {"offset": str(offset), **{key: str(value) for key, value in params.items()}}
