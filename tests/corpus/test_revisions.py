"""Documents that others signed: what each signature signed is taken out, and stands by itself."""

from __future__ import annotations

import io
from collections import Counter
from pathlib import Path

import edoc
from edoc.api_show import write_revision


def test_every_intact_signature_gives_back_its_revision(corpus: Path) -> None:
    outcomes: Counter[str] = Counter()
    for place in sorted((corpus / "dss" / "pades").glob("*.pdf")):
        try:
            report = edoc.verify_document(place, policy="integrity")
        except edoc.InputError:
            continue
        for item in report.signatures:
            out = io.BytesIO()
            try:
                write_revision(place, item.id, output=out)
            except edoc.EdocError as problem:
                assert not out.getvalue(), place.name
                outcomes[problem.code] += bool(item.intact)
                continue
            assert item.intact is True and place.read_bytes().startswith(out.getvalue()), place.name
            again = edoc.verify_document(out.getvalue(), policy="integrity").signatures[-1]
            assert (again.id, again.intact, again.changes_since_signing) == (item.id, True, "none"), place.name
            outcomes["written"] += 1
    assert outcomes["written"] > 0.9 * outcomes.total() > 20, outcomes
