"""One practice PKI for all these tests, frozen on a day of 2026, in memory and in a folder."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from edoc.lab.folder import write_folder
from edoc.lab.keys import KeyRing
from edoc.lab.pki import Pki

AT = datetime(2026, 6, 15, 10, 30, tzinfo=UTC)
URL = "http://127.0.0.1:9"


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that the practice PKI is written to."""
    return tmp_path_factory.mktemp("practice")


@pytest.fixture(scope="session")
def pki(folder: Path) -> Pki:
    """The practice PKI, written to its folder."""
    made = Pki(at=AT, base_url=URL, keys=KeyRing(folder / "keys"))
    write_folder(made, folder=folder)
    return made
