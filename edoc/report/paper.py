"""Lines of a plain-text sheet: labels, values, and colour that never stands alone."""

from __future__ import annotations

from enum import Enum

from edoc.report.speech import Speech


class Colour(Enum):
    """Whether words may be coloured; a word and never a colour carries the meaning."""

    NONE = "none"
    ANSI = "ansi"


class Tone(Enum):
    """The tone of a word, and how a terminal shows it."""

    GOOD = "\x1b[1;32m"
    BAD = "\x1b[1;31m"
    OPEN = "\x1b[1;33m"
    STRONG = "\x1b[1m"


class Paper:
    """Collects lines; every one starts with a word of the sheet's language."""

    def __init__(self, say: Speech, colour: Colour) -> None:
        self.say = say
        self._colour = colour
        self._lines: list[str] = []

    def line(self, text: str = "", *, depth: int = 0) -> None:
        """Add one line."""
        self._lines.append("  " * depth + text if text else "")

    def item(self, label: str, text: str, *, depth: int = 0) -> None:
        """Add a labelled line; `label` is a key of the phrases, `text` is already speech."""
        self.line(f"{self.say.phrase(label)}: {text}", depth=depth)

    def head(self, text: str) -> None:
        """Begin a part after an empty line."""
        self.line()
        self.line(self.toned(text, Tone.STRONG))

    def toned(self, text: str, tone: Tone) -> str:
        """Return the text in a tone, if this paper has colours."""
        return f"{tone.value}{text}\x1b[0m" if self._colour is Colour.ANSI else text

    def text(self) -> str:
        """Return everything, ending in a line break."""
        return "\n".join(self._lines) + "\n"
