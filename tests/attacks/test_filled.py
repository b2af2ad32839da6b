"""A filled form under trust: nobody's name stands over what somebody else filled in (design: verdict rules)."""

from __future__ import annotations

import pytest

import edoc
from tests.attacks.people import believer, signed
from tests.formats.pdf import build
from tests.formats.pdf.test_appearances import shown, text

PLAIN = shown(text(b"250"))
INVISIBLE = shown(b"BT 3 Tr /F1 10 Tf 2 6 Td (250) Tj ET 40 5 m 60 15 l S")


def filled(appearance: bytes) -> bytes:
    """Return a form that one person signed and somebody filled in later."""
    base = build.document()
    data = signed(base.data)
    startxref = int(data[data.rindex(b"startxref") + 9 :].split()[0])
    size = int(data[data.rindex(b"/Size ") + 6 :].split(b"/")[0].split(b">")[0])
    file = build.File(data=data, objects=base.objects, size=size, startxref=startxref)
    return file.update({build.AMOUNT: build.amount(b"250", size + 9), size + 9: appearance}).data


def _verify(data: bytes) -> edoc.Report:
    return believer().verify(edoc.Document.from_bytes(data, name="form.pdf"))


def test_what_is_filled_in_needs_a_signature_over_it() -> None:
    report = _verify(filled(PLAIN))
    assert report.verdict is edoc.Verdict.INDETERMINATE
    assert "UNSIGNED_CONTENT_ADDED" in {item.code for item in report.findings}
    first = report.signatures[0]
    assert (first.indication, first.changes_since_signing) == (edoc.Indication.TOTAL_PASSED, "permitted")


def test_a_second_signature_covers_it_and_the_first_still_vouches_for_its_own() -> None:
    report = _verify(signed(filled(PLAIN), "person"))
    assert report.verdict is edoc.Verdict.PASSED
    assert [item.changes_since_signing for item in report.signatures] == ["permitted", "none"]
    last = report.signatures[1].signing_certificate
    assert last is not None
    assert report.require_passed(signed_by=edoc.Match(certificate_sha256=last.sha256)) is not None
    first = report.signatures[0].signing_certificate
    assert first is not None
    with pytest.raises(edoc.VerificationFailed):
        report.require_passed(signed_by=edoc.Match(certificate_sha256=first.sha256))


def test_what_cannot_be_compared_stays_undecided_under_a_second_signature() -> None:
    report = _verify(signed(filled(INVISIBLE), "person"))
    assert report.verdict is edoc.Verdict.INDETERMINATE
    assert "PDF_APPEARANCE_UNREADABLE" in {item.code for item in report.signatures[0].findings}


def test_what_says_something_else_fails_under_a_second_signature() -> None:
    assert _verify(signed(filled(shown(text(b"999"))), "person")).verdict is edoc.Verdict.FAILED
