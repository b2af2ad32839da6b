"""An annotation that draws another amount over the signed one is never silent, whatever its kind and the permission."""

from __future__ import annotations

import pytest

import edoc
from tests.attacks.later import ANNOTATIONS, annotated


@pytest.mark.parametrize("second", [False, True], ids=["alone", "under a second signature"])
@pytest.mark.parametrize("permission", [None, 1, 2, 3])
@pytest.mark.parametrize("subtype", ANNOTATIONS)
def test_it_is_told_with_its_page(subtype: str, permission: int | None, second: bool) -> None:
    report = edoc.verify_document(annotated(subtype, permission, second=second).data, policy="integrity")
    first = report.signatures[0]
    assert first.intact is True
    assert first.changes_since_signing in ("permitted", "not_permitted", None)
    told = [item for item in first.changes if item.code in ("PDF_ANNOTATION_ADDED", "PDF_WIDGET_WITHOUT_FIELD")]
    assert told and all(item.page == 1 and item.shown for item in told)
    if permission in (1, 2) and subtype != "Widget":
        assert report.verdict is edoc.Verdict.FAILED
        assert any(item.permitted is False for item in first.changes)
    elif report.verdict is edoc.Verdict.INTACT:
        # Permitted by the certification and by nothing else: listed where it stands.
        assert permission == 3 and first.changes_since_signing == "permitted"
        assert all(item.box == (60.0, 690.0, 260.0, 720.0) for item in told)
    else:
        assert report.verdict in (edoc.Verdict.INDETERMINATE, edoc.Verdict.FAILED)
