"""Documents that trusted people signed and an attacker then changed pass nowhere: neither by verdict nor by the door."""

from __future__ import annotations

from collections.abc import Callable

import pytest

import edoc
from tests.attacks import people
from tests.attacks.fixture import change, shown
from tests.formats.pdf import build
from tests.formats.pdf.build import AMOUNT, CONTENT, FORM, PAGE, ROOT, form_xobject, stream
from tests.fuzzing.pdf_scan import Update, scan

Prepared = Callable[[], tuple[dict[int, bytes], dict[int, bytes]]]
"""What the victim signs, and what the attacker appends (numbers from 60 are new)."""


def _store(root: bytes) -> bytes:
    return root[:-2] + b"/DSS<</Certs[70 0 R]>>>>"


def store_that_is_the_page() -> tuple[dict[int, bytes], dict[int, bytes]]:
    objects = build.practice_objects()
    objects[ROOT] = objects[ROOT][:-2] + b"/DSS 3 0 R>>"
    objects[PAGE] = change(objects[PAGE], b"/Contents 4 0 R", b"/Contents 31 0 R/Certs 31 0 R")
    objects[31] = b"[4 0 R]"
    return objects, {31: b"[4 0 R 60 0 R]", 60: stream(b" BT /F1 12 Tf 130 700 Td (000) Tj ET")}


def font_that_a_field_waits_for() -> tuple[dict[int, bytes], dict[int, bytes]]:
    objects = build.practice_objects()
    objects[FORM] = change(objects[FORM], b"/DA(/F1 0 Tf 0 g)", b"/DA(/F9 12 Tf 0 g)")
    objects[AMOUNT] = change(objects[AMOUNT], b"/AP<</N 8 0 R>>", b"/DA(/F9 12 Tf 0 g)")
    font = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding<</Differences[49/nine]>>>>"
    return objects, {FORM: b"/F1 5 0 R>/F1 5 0 R/F9 60 0 R>", 60: font, ROOT: b""}


def content_replaced() -> tuple[dict[int, bytes], dict[int, bytes]]:
    return build.practice_objects(), {CONTENT: shown(b"Pay 999"), ROOT: b""}


def value_filled_in() -> tuple[dict[int, bytes], dict[int, bytes]]:
    return build.practice_objects(), {AMOUNT: build.amount(b"999", 60), 60: form_xobject(b"999")}


def _attacked(prepared: Prepared) -> tuple[bytes, bytes]:
    """Return the document as signed, and as the attacker left it."""
    objects, changes = prepared()
    signed = people.signed(build.document(objects).data)
    known = scan(signed)
    appended = dict(changes)
    if ROOT in appended:
        # A harmless certificate is the pretext.
        appended[ROOT], appended[70] = _store(known.bodies[ROOT]), stream(people.pki().certificate("issuing"))
    if FORM in appended:
        old, new = appended[FORM].split(b">/", 1)
        appended[FORM] = change(known.bodies[FORM], old + b">", b"/" + new)
    return signed, Update(appended).append(signed)


@pytest.mark.parametrize(
    "prepared", [store_that_is_the_page, font_that_a_field_waits_for, content_replaced, value_filled_in],
    ids=lambda made: made.__name__,
)  # fmt: skip
def test_nobody_is_made_to_say_what_came_later(prepared: Prepared) -> None:
    signed, attacked = _attacked(prepared)
    assert people.believer().verify(signed).verdict is edoc.Verdict.PASSED
    report = people.believer().verify(attacked)
    assert report.verdict in (edoc.Verdict.FAILED, edoc.Verdict.INDETERMINATE)
    assert report.signatures[0].intact is True
    with pytest.raises(edoc.VerificationFailed):
        report.require_passed(signed_by=edoc.ANY_SIGNER)


def test_a_store_alone_takes_nothing_away() -> None:
    signed = people.signed(build.document().data)
    root = _store(scan(signed).bodies[ROOT])
    extended = Update({ROOT: root, 70: stream(people.pki().certificate("issuing"))}).append(signed)
    report = people.believer().verify(extended)
    assert report.verdict is edoc.Verdict.PASSED
    assert report.signatures[0].changes_since_signing == "validation_data"
    assert report.require_passed(signed_by=edoc.ANY_SIGNER) is report.signatures[0]
