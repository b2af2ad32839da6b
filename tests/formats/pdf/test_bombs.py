"""Every bomb is answered within five seconds and 512 MB, each in a process of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.formats.pdf.bombs import BOMBS

ROOT = Path(__file__).resolve().parents[3]
SECONDS, MEGABYTES = 5.0, 512
INTACT = {
    "comment_flood", "space_flood", "subsections_of_one_row", "five_hundred_updates",
    "many_objects_under_two_signatures", "signatures_in_three_hundred_revisions",
}  # fmt: skip
"""Honest documents of an unusual size: slow readers give up, a linear one need not."""


@pytest.mark.parametrize("name", BOMBS)
def test_bomb_is_answered_in_time(name: str, tmp_path: Path) -> None:
    place = tmp_path / "bomb.pdf"
    place.write_bytes(BOMBS[name]())
    run = subprocess.run(
        [sys.executable, "-m", "tests.formats.pdf.bombs", str(place)],
        cwd=ROOT, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    seconds, megabytes, said = run.stdout.split()
    assert float(seconds) < SECONDS
    assert int(megabytes) < MEGABYTES
    assert (said == "INTACT") == (name in INTACT)
