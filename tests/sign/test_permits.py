"""Certifications, locks and the places of fields: what is written, what it then permits, what is refused first."""

from __future__ import annotations

import io
from pathlib import Path

import pikepdf
import pytest

import edoc
from edoc.api_sign.permits import refuse_pdf_only
from edoc.keys import Key
from edoc.sign.request import FieldLock, FieldPlace, LockAction, Permission, SignatureRequest
from tests.sign.forms import fill, form, note
from tests.sign.makers import SIGNING_TIME, make_pdf, open_key
from tests.sign.shapes import PAGE, SHAPES, Maker

Options = dict[str, object]


@pytest.fixture
def key(tmp_path: Path) -> Key:
    return open_key("p256", tmp_path)


@pytest.fixture
def unused(key: Key, monkeypatch: pytest.MonkeyPatch) -> Key:
    """A key that must not be asked to sign."""

    def sign(self: Key, octets: bytes, algorithm: object) -> bytes:
        raise AssertionError("the key was used")

    monkeypatch.setattr(Key, "sign", sign)
    return key


def sign(data: bytes, key: Key, **options: object) -> bytes:
    result = edoc.sign_document(data, key, signing_time=SIGNING_TIME, **options)  # type: ignore[arg-type]
    assert result.check.passed and not result.check.findings
    return bytes(result.document.data[:])


def refusal(data: bytes, key: Key, **options: object) -> str:
    with pytest.raises((edoc.ConfigError, edoc.InputError)) as refused:
        edoc.sign_document(data, key, signing_time=SIGNING_TIME, **options)  # type: ignore[arg-type]
    assert refused.value.hint("en") and refused.value.text("fa") not in ("", refused.value.code)
    assert "{" not in refused.value.text("en") + refused.value.hint("fa") and "?" not in refused.value.text("en")
    return refused.value.code


def later(document: bytes) -> str | None:
    """What came after the first signature, as the report calls it."""
    report = edoc.verify_document(document, policy="integrity")
    assert report.signatures[0].intact is True
    return report.signatures[0].changes_since_signing


PERMITTED: dict[str, tuple[str, str, bool]] = {
    "no-changes": ("not_permitted", "not_permitted", False),
    "fill-forms": ("permitted", "not_permitted", True),
    "annotate": ("permitted", "permitted", True),
}
"""By what is certified: filling, a note, and whether somebody may sign after it."""


@pytest.mark.parametrize("permission", PERMITTED)
def test_a_certification_permits_what_it_says(permission: str, key: Key) -> None:
    filled, noted, signs = PERMITTED[permission]
    certified = sign(form(), key, certify=permission)
    assert edoc.verify_document(certified, policy="integrity").verdict is edoc.Verdict.INTACT
    assert (later(fill(certified, "Amount", "9000")), later(note(certified))) == (filled, noted)
    if signs:
        assert later(sign(certified, key, field="Judge")) == later(sign(certified, key)) == "permitted"


@pytest.mark.parametrize("permission", PERMITTED)
def test_the_catalog_names_the_certification(permission: str, key: Key) -> None:
    with pikepdf.open(io.BytesIO(sign(form(), key, certify=permission))) as pdf:
        signature = pdf.Root.Perms.DocMDP
        (reference,) = signature.Reference
        assert reference.TransformMethod == "/DocMDP" and reference.TransformParams.V == "/1.2"
        assert reference.TransformParams.P == list(PERMITTED).index(permission) + 1
        assert pdf.Root.AcroForm.Fields[-1].V.objgen == signature.objgen


@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_is_certified(shape: str, key: Key) -> None:
    certified = sign(SHAPES[shape](), key, certify="fill-forms")
    assert edoc.verify_document(certified, policy="integrity").verdict is edoc.Verdict.INTACT
    assert later(sign(certified, key)) == "permitted"


@pytest.mark.parametrize("place", [b"<</UR3 6 0 R>>", b"7 0 R"])
def test_other_permissions_stay(place: bytes, key: Key) -> None:
    objects = {**PAGE, 1: PAGE[1][:-2] + b"/Perms " + place + b">>", 6: b"<</Type/Sig>>", 7: b"<</UR3 6 0 R>>"}
    certified = sign(Maker().table(objects, size=8).data, key, certify="fill-forms")
    with pikepdf.open(io.BytesIO(certified)) as pdf:
        assert set(pdf.Root.Perms.keys()) == {"/UR3", "/DocMDP"}


@pytest.mark.parametrize("place", [b"[1]", b"<</A 1/A 2>>"])
def test_permissions_with_no_one_meaning_are_not_written_over(place: bytes, unused: Key) -> None:
    objects = {**PAGE, 1: PAGE[1][:-2] + b"/Perms 6 0 R>>", 6: place}
    assert refusal(Maker().table(objects, size=7).data, unused, certify="annotate") == "PDF_SIGNING_UNREADABLE"


def test_a_certification_comes_first(key: Key, monkeypatch: pytest.MonkeyPatch) -> None:
    documents = [sign(form(), key), sign(form(), key, field="Judge"), sign(form(), key, certify="fill-forms")]
    dangling = Maker().table({**PAGE, 1: PAGE[1][:-2] + b"/Perms<</DocMDP 9 0 R>>>>"}, size=6).data
    monkeypatch.setattr(Key, "sign", lambda *arguments: pytest.fail("the key was used"))
    for document in (*documents, dangling):
        assert refusal(document, key, certify="fill-forms") == "CERTIFICATION_TOO_LATE"


LOCKS: dict[str, tuple[Options, set[str]]] = {
    "all": ({"lock": "all"}, {"Amount", "Date"}),
    "include": ({"lock": "include", "lock_fields": ["Amount"]}, {"Amount"}),
    "exclude": ({"lock": "exclude", "lock_fields": ["Amount"]}, {"Date"}),
    "all-and-filling": ({"lock": "all", "lock_permission": "fill-forms"}, {"Amount", "Date"}),
    "document": ({"lock_permission": "no-changes"}, {"Amount", "Date"}),
    "document-open": ({"lock_permission": "annotate"}, set()),
    "certified": ({"certify": "fill-forms", "lock": "include", "lock_fields": ["Date"]}, {"Date"}),
}
"""Options, and the fields that may then not be filled any more."""


@pytest.mark.parametrize("field", [None, "Judge", "New"])
@pytest.mark.parametrize("case", LOCKS)
def test_a_lock_holds(case: str, field: str | None, key: Key) -> None:
    options, locked = LOCKS[case]
    signed = sign(form(), key, field=field, **options)
    for name in ("Amount", "Date"):
        assert later(fill(signed, name, "9000")) == ("not_permitted" if name in locked else "permitted"), name


@pytest.mark.parametrize("field", [None, "Judge"])
def test_the_lock_stands_in_field_and_signature(field: str | None, key: Key) -> None:
    options = {"lock": "exclude", "lock_fields": ["مبلغ", "Date"], "lock_permission": "fill-forms"}
    data = form(amount=b"\xef\xbb\xbf" + "مبلغ".encode())
    with pikepdf.open(io.BytesIO(sign(data, key, field=field, **options))) as pdf:
        signed = next(item for item in pdf.Root.AcroForm.Fields if "/V" in item and item.FT == "/Sig")
        parameters = signed.V.Reference[0].TransformParams
        assert signed.Lock.is_indirect and signed.Lock.P == 2 and "/P" not in parameters
        for held in (signed.Lock, parameters):
            assert held.Action == "/Exclude" and [str(name) for name in held.Fields] == ["مبلغ", "Date"]


def test_a_locked_document_is_not_signed_again(key: Key, monkeypatch: pytest.MonkeyPatch) -> None:
    locked = sign(form(), key, lock_permission="no-changes")
    named = sign(form(), key, lock="include", lock_fields=["Judge"])
    monkeypatch.setattr(Key, "sign", lambda *arguments: pytest.fail("the key was used"))
    assert refusal(locked, key) == "PDF_SIGNING_FORBIDDEN_BY_LOCK"
    assert refusal(named, key, field="Judge") == "FIELD_LOCKED"


def test_a_name_that_another_product_locked_is_not_given_to_a_new_field(unused: Key) -> None:
    reference = b"<</TransformMethod/FieldMDP/TransformParams<</Action/Include/Fields[(New)]>>>>"
    objects = {
        **PAGE,
        1: b"<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[6 0 R]/SigFlags 3>>>>",
        6: b"<</FT/Sig/T(Registrar)/V 7 0 R/Type/Annot/Subtype/Widget/F 132/Rect[0 0 0 0]/P 3 0 R>>",
        7: b"<</Type/Sig/Filter/Adobe.PPKLite/SubFilter/ETSI.CAdES.detached/Reference[" + reference + b"]>>",
    }
    assert refusal(Maker().table(objects, size=8).data, unused, field="New") == "FIELD_LOCKED"


def test_a_field_that_others_signed_over_stays_as_it_is(key: Key) -> None:
    first = sign(form(), key)
    second = sign(first, key, field="Judge", lock="include", lock_fields=["Amount"])
    assert later(second) == "permitted"
    with pikepdf.open(io.BytesIO(second)) as pdf:
        judge = next(item for item in pdf.Root.AcroForm.Fields if item.T == "Judge")
        assert "/Lock" not in judge and judge.V.Reference[0].TransformMethod == "/FieldMDP"
    report = edoc.verify_document(fill(second, "Amount", "9000"), policy="integrity")
    assert [item.changes_since_signing for item in report.signatures][1] == "not_permitted"
    assert refusal(first, key, field="Judge", lock="all", lock_permission="fill-forms") == "FIELD_LOCK_FIXED"


def test_a_lock_does_not_widen_what_was_certified(key: Key) -> None:
    certified = sign(form(), key, certify="fill-forms")
    assert refusal(certified, key, lock_permission="annotate") == "SIGN_LOCK_WIDER"
    assert later(sign(certified, key, lock_permission="fill-forms")) == "permitted"
    assert later(sign(certified, key, lock_permission="no-changes")) == "permitted"


HELD: dict[str, tuple[bytes, str]] = {
    "unknown-action": (b"/Lock<</Action/Some>>", "FIELD_LOCK_UNREADABLE"),
    "no-action": (b"/Lock<</Fields[(Amount)]>>", "FIELD_LOCK_UNREADABLE"),
    "no-list": (b"/Lock<</Action/Include>>", "FIELD_LOCK_UNREADABLE"),
    "names-in-list": (b"/Lock<</Action/Include/Fields[/Amount]>>", "FIELD_LOCK_UNREADABLE"),
    "unknown-permission": (b"/Lock<</Action/All/P 4>>", "FIELD_LOCK_UNREADABLE"),
    "true-permission": (b"/Lock<</Action/All/P true>>", "FIELD_LOCK_UNREADABLE"),
    "no-dictionary": (b"/Lock[]", "FIELD_LOCK_UNREADABLE"),
    "its-own": (b"/Lock<</Action/All>>", "FIELD_HAS_LOCK"),
    "doubled-key": (b"/Lock<</Action/All>>/Lock<</Action/All>>", "PDF_SIGNING_UNREADABLE"),
}


@pytest.mark.parametrize("case", HELD)
def test_a_lock_of_the_field_that_cannot_be_kept_is_refused_first(case: str, unused: Key) -> None:
    held, code = HELD[case]
    options: Options = {"lock": "all"} if case == "its-own" else {}
    assert refusal(form(judge=held), unused, field="Judge", **options) == code


OPTIONS: dict[str, tuple[Options, str]] = {
    "unknown-permission": ({"certify": "everything"}, "SIGN_PERMISSION_UNKNOWN"),
    "unknown-lock-permission": ({"lock_permission": "2"}, "SIGN_PERMISSION_UNKNOWN"),
    "unknown-lock": ({"lock": "some"}, "SIGN_LOCK_UNKNOWN"),
    "said-twice": ({"certify": "annotate", "lock_permission": "annotate"}, "SIGN_PERMISSION_TWICE"),
    "nothing-included": ({"lock": "include"}, "SIGN_LOCK_FIELDS_MISSING"),
    "nothing-excluded": ({"lock": "exclude", "lock_fields": []}, "SIGN_LOCK_FIELDS_MISSING"),
    "fields-of-all": ({"lock": "all", "lock_fields": ["Amount"]}, "SIGN_LOCK_FIELDS_UNUSED"),
    "fields-alone": ({"lock_fields": "Amount"}, "SIGN_LOCK_FIELDS_UNUSED"),
    "no-characters": ({"lock": "include", "lock_fields": ["caf\udce9"]}, "SIGN_TEXT_UNREADABLE"),
    "misspelt": ({"lock": "include", "lock_fields": ["Amuont"]}, "SIGN_LOCK_FIELD_MISSING"),
    "misspelt-exception": ({"lock": "exclude", "lock_fields": ["Amount", "amount"]}, "SIGN_LOCK_FIELD_MISSING"),
    "below-what-is-there": ({"lock": "include", "lock_fields": ["Amount.1"]}, "SIGN_LOCK_FIELD_MISSING"),
    "no-name": ({"lock": "include", "lock_fields": [""]}, "SIGN_TEXT_UNREADABLE"),
    "page-nought": ({"page": 0}, "FIELD_PAGE_UNUSABLE"),
    "page-missing": ({"page": 3}, "FIELD_PAGE_MISSING"),
    "box-of-three": ({"box": (1, 2, 3)}, "FIELD_BOX_UNUSABLE"),
    "box-turned": ({"box": (100, 100, 50, 50)}, "FIELD_BOX_UNUSABLE"),
    "box-of-no-number": ({"box": (0, 0, float("nan"), 50)}, "FIELD_BOX_UNUSABLE"),
    "box-off-the-page": ({"box": (500, 100, 700, 150)}, "FIELD_BOX_OFF_PAGE"),
    "box-below-the-page": ({"box": (10, -5, 70, 150)}, "FIELD_BOX_OFF_PAGE"),
    "place-of-a-field": ({"field": "Judge", "page": 1}, "FIELD_HAS_PLACE"),
    "box-of-a-field": ({"field": "Judge", "box": (1, 1, 9, 9)}, "FIELD_HAS_PLACE"),
}


@pytest.mark.parametrize("case", OPTIONS)
def test_options_that_cannot_be_are_refused_first(case: str, unused: Key) -> None:
    options, code = OPTIONS[case]
    assert refusal(form(), unused, **options) == code


@pytest.mark.parametrize("certify", [None, "fill-forms"])
def test_a_new_field_goes_where_it_is_asked_to(certify: str | None, key: Key) -> None:
    box = (100.0, 72.5, 250.25, 120.0)
    signed = sign(make_pdf(pages=3), key, field="Registrar", page=2, box=box, certify=certify)
    with pikepdf.open(io.BytesIO(signed)) as pdf:
        (field,) = pdf.Root.AcroForm.Fields
        assert field.T == "Registrar" and tuple(map(float, field.Rect)) == box
        assert field.P.objgen == pdf.pages[1].objgen and field.objgen == pdf.pages[1].Annots[0].objgen
        content = field.AP.N.read_bytes()
        assert b" re S" in content and b"T" not in content, "a frame and no words"
        assert tuple(map(float, field.AP.N.BBox)) == (0, 0, 150.25, 47.5)
    assert edoc.verify_document(signed, policy="integrity").verdict is edoc.Verdict.INTACT


def test_a_page_that_is_cropped_shows_less(unused: Key) -> None:
    pages = b"<</Type/Pages/Kids[3 0 R]/Count 1/CropBox[100 100 6 0 R 300]>>"
    cropped = Maker().table({**PAGE, 2: pages, 6: b"200"}, size=7).data
    assert refusal(cropped, unused, box=(150, 150, 250, 250)) == "FIELD_BOX_OFF_PAGE"


def test_a_framed_signature_is_told_where_it_stands(key: Key) -> None:
    signed = sign(sign(form(), key), key, box=(300, 300, 400, 350))
    (change,) = edoc.verify_document(signed, policy="integrity").signatures[0].changes
    assert (change.code, change.page, change.box, change.shown) == ("PDF_SIGNATURE_ADDED", 1, (300, 300, 400, 350), True)


def test_two_steps_take_the_same_options(key: Key) -> None:
    options: Options = {"certify": "fill-forms", "lock": "include", "lock_fields": ["Date"], "box": (300, 300, 400, 350)}
    certificates = [key.certificate, *key.chain]
    draft = edoc.prepare_signature(form(), certificates=certificates, signing_time=SIGNING_TIME, **options)  # type: ignore[arg-type]
    result = edoc.finish_signature(draft, key.sign(draft.octets, draft.algorithm))
    assert result.check.passed and b"/DocMDP" in result.document.data[:] and b"/FieldMDP" in result.document.data[:]


def test_many_are_certified_alike(key: Key) -> None:
    signer = edoc.Signer(key, signing_time=SIGNING_TIME, certify="no-changes")
    for result in edoc.sign_many([form(), make_pdf()], signer=signer, page=1, box=(300, 300, 400, 350)):
        assert result.result is not None and b"/DocMDP" in result.result.document.data[:]


PDF_ONLY: dict[str, Options] = {
    "field": {"field": "Judge"},
    "page": {"place": FieldPlace(page=1)},
    "box": {"place": FieldPlace(box=(1, 1, 9, 9))},
    "certify": {"certify": Permission.ANNOTATE},
    "lock": {"lock": FieldLock(action=LockAction.ALL)},
}


@pytest.mark.parametrize("option", PDF_ONLY)
def test_other_formats_have_no_place_for_these_options(option: str) -> None:
    refuse_pdf_only(SignatureRequest(signing_time=SIGNING_TIME, location="Tehran"), kind="XAdES")
    with pytest.raises(edoc.ConfigError) as refused:
        refuse_pdf_only(SignatureRequest(signing_time=SIGNING_TIME, **PDF_ONLY[option]), kind="XAdES")  # type: ignore[arg-type]
    assert refused.value.code == "SIGN_OPTION_PDF_ONLY" and option in refused.value.text()


def test_a_field_below_another_with_a_widget_of_its_own_is_signed_and_locks(key: Key) -> None:
    objects = {
        **PAGE,
        1: b"<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[6 0 R]>>>>",
        3: PAGE[3][:-2] + b"/Annots[8 0 R]>>",
        6: b"<</T(Court)/Kids[7 0 R]>>",
        7: b"<</T(Judge)/FT/Sig/Parent 6 0 R/Kids[8 0 R]/Lock<</Action/Include/Fields[(Court)]>>>>",
        8: b"<</Parent 7 0 R/Type/Annot/Subtype/Widget/Rect[72 72 272 122]/P 3 0 R/F 4>>",
    }
    data = Maker().table(objects, size=9).data
    signed = sign(data, key, field="Court.Judge", certify="fill-forms")
    assert edoc.verify_document(signed, policy="integrity").signatures[0].name == "Court.Judge"
    assert later(sign(sign(data, key), key, field="Court.Judge")) == "permitted"
    assert refusal(data, key, field="Court") == "FIELD_NOT_SIGNATURE"
