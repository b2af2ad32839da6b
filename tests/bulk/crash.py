"""Inputs that kill their worker, importable by the worker."""

from __future__ import annotations

import os
from pathlib import Path

import edoc


class Fragile(edoc.Verifier):
    """A verifier whose process ends at once for some names, as a crashed extension or a lack of memory would."""

    __slots__ = ()

    def verify_at(self, document, **given):  # type: ignore[no-untyped-def]
        """Die, fail like a bug, or verify."""
        name = os.path.basename(os.fspath(document)) if isinstance(document, str | Path) else ""
        if name.startswith("kill"):
            os._exit(3)
        if name.startswith("bug"):
            raise ZeroDivisionError("a bug")
        return super().verify_at(document, **given)

    def __reduce__(self):  # type: ignore[no-untyped-def]
        return Fragile, (), None

    def __init__(self) -> None:
        super().__init__(policy="integrity")
