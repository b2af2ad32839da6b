"""Writes docs/attack-table.md: `python -m tests.attacks`."""

from __future__ import annotations

from tests.attacks.table import lines
from tests.conftest import ROOT

(ROOT / "docs" / "attack-table.md").write_text("\n".join(lines()) + "\n", encoding="utf-8")
