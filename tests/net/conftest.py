"""One practice PKI for the tests of the net, frozen, in memory and over HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from edoc.lab.keys import process_keys
from edoc.lab.pki import Pki
from edoc.lab.server import LabServer

AT = datetime(2026, 6, 15, 10, 30, tzinfo=UTC)


@pytest.fixture(scope="session")
def pki() -> Pki:
    """The practice PKI in memory; its addresses lead nowhere."""
    return Pki(at=AT, base_url="http://practice.invalid", keys=process_keys())


@pytest.fixture
def lab(socket_watch: None) -> Iterator[LabServer]:
    """The practice PKI on a free port of this machine; for tests marked `loopback`."""
    with LabServer(keys=process_keys(), at=AT) as server:
        yield server
