"""The one exception of the XML core; it never leaves the room."""

from __future__ import annotations

LIMITS = frozenset(
    {"XML_LIMIT", "XML_TRANSFORM_UNKNOWN", "XML_XPATH_UNKNOWN", "XML_ENCODING", "XML_REFERENCE_MISSING"}
)
"""What was not judged: undecided, not broken."""


class XmlError(ValueError):
    """A rule of the XML core is broken: `code` has a catalogue entry, `params` fill it.

    A code of `LIMITS` means that something was not judged; every other one that it is wrong.
    """

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code, params)
        self.code = code
        self.params: dict[str, str] = {key: str(value) for key, value in params.items()}

    @property
    def undecided(self) -> bool:
        """True when this says that something was not judged, not that it is wrong."""
        return self.code in LIMITS
