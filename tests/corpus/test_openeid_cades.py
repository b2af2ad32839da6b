"""The levels of the CAdES documents of the Estonian corpus, with every authority that a file carries as an anchor."""

from __future__ import annotations

from pathlib import Path

import edoc
from tests.corpus.harness import read_rows
from tests.corpus.test_openeid_xades import _anchors


def test_levels(corpus: Path) -> None:
    rows = read_rows(corpus / "openeid" / "manifest.jsonl", format="CAdES")
    assert rows
    for row in rows:
        place = corpus / "openeid" / str(row["file"])
        report = edoc.verify_document(place, trust=_anchors(corpus, place))
        wanted = [str(name).replace("CAdES_BASELINE_", "CAdES-BASELINE-") for name in row["levels"]]  # type: ignore[attr-defined]
        assert [item.level for item in report.signatures] == wanted, row["id"]
