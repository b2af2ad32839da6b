"""A process that works for a long time does not grow."""

from __future__ import annotations

import gc
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

import edoc
from benchmarks.inputs import make_document
from edoc.testing import PracticePki

pytestmark = pytest.mark.soak

AT = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
GROWTH = 4 << 20
"""Bytes that 5,000 documents may add, after a warm-up: fragments, never something kept for each."""


def _anonymous() -> int:
    status = Path("/proc/self/status")
    if not status.exists():
        pytest.skip("this system does not tell the memory of a process in /proc")
    gc.collect()
    found = re.search(r"RssAnon:\s+(\d+) kB", status.read_text(encoding="ascii", errors="replace"))
    assert found
    return int(found[1]) << 10


def test_signing_and_verifying_keep_nothing() -> None:
    pki = PracticePki(at=AT)
    signer = edoc.Signer(pki.key("person-ec"), signing_time=AT)
    verifier = edoc.Verifier(trust=pki.trust, validation_data=pki.validation_data(), validation_time=AT)

    def work(numbers: range) -> None:
        for number in numbers:
            signed = signer.sign(make_document(number, size=4_000)).document
            assert verifier.verify(signed).verdict is edoc.Verdict.PASSED

    work(range(500))
    before = _anonymous()
    work(range(500, 5_500))
    assert _anonymous() - before < GROWTH
