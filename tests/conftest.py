"""Fixtures that every test may use: the foreign corpus and the oracles."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


def _required() -> bool:
    return os.environ.get("EDOC_REQUIRE_ORACLES") == "1"


@pytest.fixture(scope="session")
def corpus() -> Path:
    """The folder of documents that others signed or attacked (`EDOC_CORPUS`)."""
    place = Path(os.environ.get("EDOC_CORPUS", ROOT.parent / "shared" / "corpus"))
    if not place.is_dir():
        message = f"no corpus at {place}: set EDOC_CORPUS"
        pytest.fail(message) if _required() else pytest.skip(message)
    return place


@pytest.fixture(scope="session")
def oracle() -> object:
    """Return a function that finds an external program or skips (fails where oracles are required)."""

    def find(name: str) -> str:
        found = shutil.which(name)
        if found is None:
            message = f"oracle {name} is not installed"
            pytest.fail(message) if _required() else pytest.skip(message)
        return str(found)

    return find
