"""Fixtures of the tests with foreign programs."""

from tests.interop.dss.fixtures import dss

__all__ = ["dss"]
