"""Fixtures for every test that wants DSS: `from tests.interop.dss.fixtures import bench, dss` in a conftest."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.conftest import absent
from tests.interop.dss.cases import Bench
from tests.interop.dss.oracle import Dss, DssError, build


@pytest.fixture(scope="session")
def dss(oracle: Callable[[str], str]) -> Iterator[Dss]:
    """DSS, built where needed; skips where it cannot be built (fails where oracles are required)."""
    try:
        place = build(oracle)
    except DssError as problem:
        absent(f"DSS cannot be built: {problem}")
    with Dss(oracle("java"), place) as running:
        yield running


@pytest.fixture(scope="session")
def bench(dss: Dss) -> Bench:
    """Documents that DSS and pyHanko signed at every level, by the cases of `table`, each made once."""
    return Bench(dss)
