"""What was added to a report, as keys beside it in JSON: `legal` and `records`, each only where it was asked for."""

from __future__ import annotations

from edoc.report.additions import Additions
from edoc.report.json import Json
from edoc.report.legal import legal_dict
from edoc.report.records import records_dict


def added_dict(additions: Additions, *, lang: str) -> Json:
    """Return the keys for a report's dictionary; pages are pictures, and have none."""
    told: Json = {}
    if additions.legal is not None:
        told["legal"] = legal_dict(additions.legal, lang=lang)
    if additions.records:
        told["records"] = records_dict(additions.records, lang=lang)
    return told
