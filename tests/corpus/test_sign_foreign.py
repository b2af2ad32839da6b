"""Documents that others signed, signed once more: a sound result or a clear refusal, and most of them take it."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import edoc
from edoc.errors import InputError
from tests.sign.makers import SIGNING_TIME, open_key

REFUSALS = {
    "PDF_SIGNING_UNREADABLE",
    "PDF_SIGNING_FORBIDDEN_BY_LOCK",
    "PDF_SIGNING_FORBIDDEN_BY_CERTIFICATION",
    "PDF_ENCRYPTED_SIGNING_UNSUPPORTED",
    "PDF_SIGNING_FORBIDDEN_BY_OWNER",
    "UNSUPPORTED_TYPE",
}


def test_foreign_documents_take_a_further_signature(corpus: Path, tmp_path: Path) -> None:
    signer = edoc.Signer(open_key("p256", tmp_path), signing_time=SIGNING_TIME)
    places = sorted((corpus / "dss" / "pades").glob("*.pdf"))
    outcomes: Counter[str] = Counter()
    for place in places:
        try:
            result = signer.sign(place)
        except InputError as problem:
            assert problem.code in REFUSALS, place.name
            outcomes["refused"] += 1
            continue
        assert result.check.passed, place.name
        assert result.document.data[: place.stat().st_size] == place.read_bytes()
        outcomes["signed"] += 1
    assert outcomes["signed"] > 0.7 * len(places) > 20, outcomes
