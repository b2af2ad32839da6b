"""Fixtures for every test that wants DSS: `from tests.interop.dss.fixtures import dss` in a conftest."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.interop.dss.oracle import Dss, build


@pytest.fixture(scope="session")
def dss(oracle: Callable[[str], str]) -> Iterator[Dss]:
    """DSS, built where needed; skips without Java or Maven (fails where oracles are required)."""
    place = build(oracle)
    with Dss(oracle("java"), place) as running:
        yield running
