"""Every fixture of a bent evidence record; `python -m tests.formats.evidence.attack_table` writes the table."""

from __future__ import annotations

from collections.abc import Iterator

from tests.conftest import ROOT
from tests.formats.evidence.attacks import ATTACKS

PLACE = ROOT / "docs" / "attack-table-evidence.md"
_SYNTAX = {"asn1": "RFC 4998", "xml": "RFC 6283"}


def lines() -> Iterator[str]:
    yield "# Attacks on evidence records and the fixtures that stand for them"
    yield ""
    yield "Written by `python -m tests.formats.evidence.attack_table`; a test holds it. *Answer* is the record's own indication with the"
    yield "practice PKI trusted; *told* is a code among its findings. A record that is not PASSED proves nothing, and leaves the document"
    yield "that it hangs on as it is (`tests/formats/evidence/test_documents.py`)."
    yield ""
    yield "| fixture | syntax | answer | told |"
    yield "|---|---|---|---|"
    for name, attack in ATTACKS.items():
        yield f"| {name} | {', '.join(_SYNTAX[kind] for kind in attack.kinds)} | {attack.answer} | `{attack.code}` |"


if __name__ == "__main__":
    PLACE.write_text("\n".join(lines()) + "\n", encoding="utf-8")
