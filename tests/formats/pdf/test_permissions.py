"""What signatures permit: levels, locks, and what a later revision may not take back (12.8.2, 12.7.5.5)."""

from __future__ import annotations

import pytest

import edoc
from edoc.formats.pdf.permissions import Lock, Permission
from tests.formats.pdf import build
from tests.formats.pdf.build import AMOUNT, PAGE, ROOT, SHOWN, File, form_xobject, with_reference

NONE, FILLED, NOTED = "nothing", "filled", "noted"


def _doc_mdp(parameters: bytes) -> bytes:
    return b"/Reference[<</Type/SigRef/TransformMethod/DocMDP/TransformParams<<%s>>>>]" % parameters


def _field_mdp(*parameters: bytes) -> bytes:
    each = (b"<</Type/SigRef/TransformMethod/FieldMDP/TransformParams<<%s>>>>" % item for item in parameters)
    return b"/Reference[%s]" % b"".join(each)


def _certified(parameters: bytes) -> File:
    base = build.document()
    root = base.objects[ROOT][:-2] + b"/Perms<</DocMDP %d 0 R>>>>" % base.size
    return base.sign(entries=_doc_mdp(parameters), changes={ROOT: root})


def _then(file: File, what: str) -> File:
    if what == FILLED:
        return file.update({AMOUNT: build.amount(b"250", SHOWN), SHOWN: form_xobject(b"250")})
    if what == NOTED:
        page = with_reference(file.objects[PAGE], b"/Annots[", file.size)
        note = b"<</Type/Annot/Subtype/Text/Rect[500 700 520 720]/Contents(x)/P 3 0 R>>"
        return file.update({PAGE: page, file.size: note})
    if what == "signed":
        return file.sign("Signature2")
    if what == "stored":
        return file.update({ROOT: file.objects[ROOT][:-2] + b"/DSS<</Certs[40 0 R]>>>>", 40: build.stream(b"x")})
    return file


def _verdict(file: File) -> str:
    return edoc.verify_document(file.data, policy="integrity").verdict.value


def _codes(file: File) -> set[str]:
    first = edoc.verify_document(file.data, policy="integrity").signatures[0]
    return {item.code for item in first.changes} | {item.code for item in first.findings}


@pytest.mark.parametrize(
    ("parameters", "stored", "signed", "filled", "noted"),
    [
        (b"/P 1", "INTACT", "FAILED", "FAILED", "FAILED"),
        (b"/P 2", "INTACT", "INTACT", "INTACT", "FAILED"),
        (b"/P 3", "INTACT", "INTACT", "INTACT", "INTACT"),
        (b"/V/1.2", "INTACT", "INTACT", "INTACT", "FAILED"),
        (b"/P 4", "INTACT", "FAILED", "FAILED", "FAILED"),
        (b"/P 0", "INTACT", "FAILED", "FAILED", "FAILED"),
        (b"/P true", "INTACT", "FAILED", "FAILED", "FAILED"),
        (b"/P/All", "INTACT", "FAILED", "FAILED", "FAILED"),
        (b"/P 2.5", "INTACT", "FAILED", "FAILED", "FAILED"),
    ],
)
def test_what_a_certification_permits(parameters: bytes, stored: str, signed: str, filled: str, noted: str) -> None:
    file = _certified(parameters)
    answers = [_verdict(_then(file, what)) for what in ("stored", "signed", FILLED, NOTED)]
    assert answers == [stored, signed, filled, noted]


@pytest.mark.parametrize(
    ("parameters", "locked"),
    [
        ((b"/Action/All",), True),
        ((b"/Action/Include/Fields[(amount)]",), True),
        ((b"/Action/Include/Fields[(other)]",), False),
        ((b"/Action/Exclude/Fields[(amount)]",), False),
        ((b"/Action/Exclude/Fields[(other)]",), True),
        ((b"/Action/Everything",), True),
        ((b"/Fields[(other)]",), True),
        ((b"/Action/Include/Fields[(amount)]", b"/Action/Include/Fields[(other)]"), True),
        ((b"/Action/Include/Fields[<feff0061006d006f0075006e0074>]",), True),
    ],
)
def test_what_field_permissions_hold(parameters: tuple[bytes, ...], locked: bool) -> None:
    file = _then(build.document().sign(entries=_field_mdp(*parameters)), FILLED)
    assert _verdict(file) == ("FAILED" if locked else "INTACT")
    assert ("PDF_LOCKED_FIELD_CHANGED" in _codes(file)) is locked


def test_transform_and_lock_of_the_field_both_hold() -> None:
    file = build.document().sign(
        entries=_field_mdp(b"/Action/Include/Fields[(other)]"), widget=b"/Lock<</Action/Include/Fields[(amount)]>>"
    )
    assert "PDF_LOCKED_FIELD_CHANGED" in _codes(_then(file, FILLED))


@pytest.mark.parametrize(("level", "filled"), [(b"1", "FAILED"), (b"2", "INTACT"), (b"3", "INTACT"), (b"9", "FAILED")])
def test_a_lock_with_a_level(level: bytes, filled: str) -> None:
    file = build.document().sign(widget=b"/Lock<</Action/Include/Fields[(x)]/P %s>>" % level)
    assert _verdict(_then(file, FILLED)) == filled


@pytest.mark.parametrize(
    ("name", "signature", "held"),
    [("claim.sum", False, True), ("claim.sum.net", False, True), ("claim", False, False), ("claims.sum", False, False),
     ("claim.sum", True, True)],
)  # fmt: skip
def test_a_name_holds_what_stands_below_it(name: str, signature: bool, held: bool) -> None:
    lock = Lock(action="Include", fields=frozenset({"claim.sum"}))
    assert Permission(name="S", certifies=False, level=None, locked=(lock,)).locks(name, signature=signature) is held


def test_the_narrowest_of_several_signatures_counts() -> None:
    file = build.signed(certify=3).sign("Signature2", widget=b"/Lock<</Action/Include/Fields[(x)]/P 1>>")
    assert "PDF_CHANGE_FORBIDDEN" in _codes(_then(file, NOTED))
    assert _verdict(_then(file, "stored")) == "INTACT"


def test_what_is_stated_is_read_as_of_its_own_revision() -> None:
    """A later revision widens the parameters of the certification, and uses what it permits itself."""
    base = build.document()
    root = base.objects[ROOT][:-2] + b"/Perms<</DocMDP %d 0 R>>>>" % base.size
    reference = b"/Reference[<</Type/SigRef/TransformMethod/DocMDP/TransformParams 30 0 R>>]"
    file = base.sign(entries=reference, changes={ROOT: root, 30: b"<</Type/TransformParams/V/1.2/P 1>>"})
    widened = file.update({30: b"<</Type/TransformParams/V/1.2/P 3>>"})
    assert _verdict(widened) == "FAILED"
    assert "PDF_CHANGE_FORBIDDEN" in _codes(_then(widened, NOTED))


@pytest.mark.parametrize(
    ("entries", "verdict"),
    [(b"", "FAILED"), (b"/Perms<</DocMDP 11 0 R>>", "FAILED"), (b"/Perms<</UR3 10 0 R>>", "FAILED"), (b"/Perms<<>>", "FAILED")],
)
def test_permissions_taken_away_or_led_elsewhere(entries: bytes, verdict: str) -> None:
    file = build.signed(certify=1)
    root = file.objects[ROOT].replace(b"/Perms<</DocMDP 10 0 R>>", entries)
    changed = file.update({ROOT: root})
    assert _verdict(changed) == verdict
    assert "PDF_PERMS_CHANGED" in _codes(changed)


def test_a_certification_that_comes_late_is_undecided() -> None:
    file = build.signed()
    root = file.objects[ROOT][:-2] + b"/Perms<</DocMDP %d 0 R>>>>" % file.size
    late = file.sign("Signature2", entries=_doc_mdp(b"/P 2"), changes={ROOT: root})
    report = edoc.verify_document(late.data, policy="integrity")
    assert report.verdict is edoc.Verdict.INDETERMINATE
    assert "PDF_CERTIFICATION_NOT_FIRST" in {item.code for item in report.signatures[1].findings}


def test_a_late_certification_of_somebody_else_fails() -> None:
    file = build.signed()
    root = file.objects[ROOT][:-2] + b"/Perms<</DocMDP 10 0 R>>>>"
    assert _verdict(file.sign("Signature2", changes={ROOT: root})) == "FAILED"


@pytest.mark.parametrize(("locked", "verdict"), [(b"(amount)", "FAILED"), (b"(other)", "INTACT")])
def test_a_locked_field_does_not_even_change_its_flags(locked: bytes, verdict: str) -> None:
    file = build.document().sign(entries=_field_mdp(b"/Action/Include/Fields[%s]" % locked))
    assert _verdict(file.update({AMOUNT: file.objects[AMOUNT][:-2] + b"/Ff 1>>"})) == verdict
