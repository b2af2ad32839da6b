"""Fixtures of the tests with foreign programs."""

from tests.interop.dss.fixtures import bench, dss

__all__ = ["bench", "dss"]
