"""A named fixture for each attack: who made it, which classes it belongs to, and what must be said of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tests.formats.pdf import build
from tests.formats.pdf.build import File

FAILED, UNDECIDED, INTACT, UNSIGNED = "FAILED", "INDETERMINATE", "INTACT", "NO_SIGNATURE"

Make = Callable[[], File | bytes]


@dataclass(frozen=True)
class Fixture:
    """One document with the verdict under `integrity` and a code that the report must tell.

    An honest look-alike has the change level of its first signature in the place of the code.
    """

    name: str
    make: Callable[[], bytes]
    verdict: str
    code: str
    classes: tuple[str, ...]
    before: Make | None = None
    """What was signed, where that is no part of what became of it."""

    @property
    def honest(self) -> bool:
        """True for documents that must not be accused."""
        return self.verdict == INTACT and not self.code.isupper()


FIXTURES: dict[str, Fixture] = {}
"""By name; the modules of this folder fill it when they are imported."""


def attack(*classes: str, code: str, verdict: str = FAILED, before: Make | None = None) -> Callable[[Make], Make]:
    """Register a manipulated document under the name of its function."""
    return _register(classes, verdict, code, before)


def honest(*classes: str, changes: str) -> Callable[[Make], Make]:
    """Register an honest look-alike, with the changes that must be said of its first signature."""
    return _register(classes, INTACT, changes, None)


def _register(classes: tuple[str, ...], verdict: str, code: str, before: Make | None) -> Callable[[Make], Make]:
    def register(make: Make) -> Make:
        name = make.__name__
        assert name not in FIXTURES, f"two fixtures are called {name}"
        FIXTURES[name] = Fixture(name, lambda: octets(make()), verdict, code, classes, before)
        return make

    return register


def octets(made: File | bytes) -> bytes:
    """Return the bytes of what a maker returned."""
    return made.data if isinstance(made, File) else made


def change(body: bytes, old: bytes, new: bytes) -> bytes:
    """Replace the one occurrence; it must be there."""
    assert body.count(old) == 1, (old, body)
    return body.replace(old, new)


def edit(number: int, old: bytes, new: bytes, base: File | None = None) -> File:
    """Append an update in which one object says something else."""
    file = base or build.signed()
    return file.update({number: change(file.objects[number], old, new)})


def hole(data: bytes) -> tuple[int, int]:
    """Return the offsets of the last signature's hole, delimiters included."""
    opened = data.rindex(b"/Contents<") + len(b"/Contents")
    return opened, data.index(b">", opened) + 1


def shown(text: bytes) -> bytes:
    """Return a page content with one line of text."""
    return build.stream(b"BT /F1 12 Tf 72 700 Td (%s) Tj ET" % text)
