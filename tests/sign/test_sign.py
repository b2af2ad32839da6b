"""Signing through the front door: what comes out, what is refused, and that refusals come before the key is used."""

from __future__ import annotations

import io
import pickle
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pikepdf
import pytest

import edoc
from edoc.errors import ConfigError, EdocError, InputError, KeyAccessError
from edoc.keys import Key
from tests.sign.makers import SIGNING_TIME, identity, make_pdf, open_key, revocation_list
from tests.sign.shapes import PAGE, SHAPES, Maker

CADES, PKCS7 = "ETSI.CAdES.detached", "adbe.pkcs7.detached"


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


def _code(error: pytest.ExceptionInfo[EdocError]) -> str:
    assert error.value.text("en") != error.value.code and error.value.hint("en")
    assert error.value.text("fa") not in (error.value.code, error.value.text("en"))
    return error.value.code


def _sign(data: bytes, key: Key, **options: object) -> bytes:
    result = edoc.sign_document(data, key, signing_time=SIGNING_TIME, **options)  # type: ignore[arg-type]
    assert result.check.passed
    return bytes(result.document.data[:])


def _signature(data: bytes) -> pikepdf.Dictionary:
    with pikepdf.open(io.BytesIO(data)) as pdf:
        found = [item for item in pdf.Root.AcroForm.Fields if item.get("/FT") == "/Sig" and "/V" in item]
        return pikepdf.Dictionary({name: str(value) for name, value in found[-1].V.items()})


@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_is_signed_behind_its_untouched_octets(shape: str, key: Key) -> None:
    data = SHAPES[shape]()
    signed = _sign(data, key)
    assert signed.startswith(data)
    update = signed[len(data) :]
    kind = b"/Type/XRef" in update.replace(b" ", b"")
    assert kind == (shape in ("xref-stream", "object-stream")) and b"/XRefStm" not in update
    report = edoc.verify_document(signed, policy="integrity")
    assert report.verdict is edoc.Verdict.INTACT and report.signatures[0].level == "PAdES-BASELINE-B"


@pytest.mark.parametrize("shape", SHAPES)
def test_three_sign_one_after_the_other(shape: str, key: Key) -> None:
    data = SHAPES[shape]()
    for turn in range(3):
        result = edoc.sign_document(data, key, signing_time=SIGNING_TIME)
        assert result.check.passed and result.check.earlier_signatures == turn
        data = bytes(result.document.data[:])
    report = edoc.verify_document(data, policy="integrity")
    assert report.verdict is edoc.Verdict.INTACT and len(report.signatures) == 3


def test_the_dictionary_says_what_a_baseline_signature_says(key: Key) -> None:
    entries = _signature(_sign(make_pdf(), key, reason="Copy", location="Shiraz", name="Court 3", contact_info="-"))
    assert set(entries) == {
        "/Type", "/Filter", "/SubFilter", "/M", "/Name", "/Reason", "/Location", "/ContactInfo", "/ByteRange", "/Contents",
    }  # fmt: skip
    assert entries["/SubFilter"] == f"/{CADES}" and entries["/M"] == "D:20260601120000Z"


def test_persian_claims_are_text_strings_that_read_back(key: Key) -> None:
    claims = {"name": "زهرا نمونه", "reason": "رأی شعبهٔ ۳ (قطعی)", "location": "شیراز", "contact_info": "\u200f۰۷۱"}
    entries = _signature(_sign(make_pdf(), key, **claims))
    assert [str(entries[name]) for name in ("/Name", "/Reason", "/Location", "/ContactInfo")] == list(claims.values())


def test_claims_cannot_leave_their_string(key: Key) -> None:
    reason = "a) /Contents <00> (b \\ c"
    entries = _signature(_sign(make_pdf(), key, reason=reason))
    assert entries["/Reason"] == reason


def test_a_persian_field_name_is_made_and_found_again(key: Key) -> None:
    signed = _sign(make_pdf(), key, field="امضای قاضی")
    assert edoc.verify_document(signed, policy="integrity").signatures[0].name == "امضای قاضی"
    with pytest.raises(ConfigError) as error:
        edoc.sign_document(signed, key, field="امضای قاضی", signing_time=SIGNING_TIME)
    assert _code(error) == "FIELD_ALREADY_SIGNED"


def test_the_older_form_is_made_when_asked(key: Key) -> None:
    result = edoc.sign_document(make_pdf(), key, sub_filter=PKCS7, signing_time=SIGNING_TIME)
    assert result.check.passed and result.check.level == "PKCS7-B"
    report = edoc.verify_document(result.document, policy="integrity")
    assert report.signatures[0].format == "PDF" and report.signatures[0].claimed_signing_time == SIGNING_TIME


def test_equal_inputs_give_equal_octets_but_for_the_value(tmp_path: Path) -> None:
    key = open_key("rsa", tmp_path)
    assert _sign(make_pdf(), key) == _sign(make_pdf(), key)


def test_a_lock_of_the_field_is_repeated_by_the_signature(key: Key) -> None:
    signed = _sign(SHAPES["locking-field"](), key, field="Judge")
    assert re.search(rb"/TransformMethod ?/FieldMDP", signed) and signed.count(b"/Include") == 3


REFUSED_OPTIONS: list[tuple[dict[str, object], str]] = [
    ({"level": "B-T"}, "SIGN_TSA_NEEDED"),
    ({"level": "B"}, "SIGN_LEVEL_UNKNOWN"),
    ({"tsa": "http://tsa.example/"}, "SIGN_TSA_NOT_USED"),
    ({"sub_filter": "adbe.x509.rsa_sha1"}, "SIGN_SUB_FILTER_UNKNOWN"),
    ({"digest": "sha1"}, "SIGN_DIGEST_WEAK"),
    ({"pss": True}, "SIGN_PSS_NOT_RSA"),
    ({"reason": "caf\udce9"}, "SIGN_TEXT_UNREADABLE"),
    ({"field": "caf\udce9"}, "FIELD_NAME_UNUSABLE"),
]


@pytest.mark.parametrize(("options", "code"), REFUSED_OPTIONS)
def test_an_option_that_cannot_be_is_refused_first(options: dict[str, object], code: str, unused: Key) -> None:
    with pytest.raises(ConfigError) as error:
        edoc.sign_document(make_pdf(), unused, **options)  # type: ignore[arg-type]
    assert _code(error) == code


@pytest.mark.parametrize(("durability", "syncs"), [("document", 1), ("system", 0)])
def test_a_file_is_synced_as_asked(
    durability: str, syncs: int, key: Key, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[int] = []
    monkeypatch.setattr("os.fsync", synced.append)
    edoc.Signer(key, signing_time=SIGNING_TIME, durability=durability).sign(make_pdf(), output=tmp_path / "out.pdf")
    assert len(synced) == syncs


def test_an_unknown_durability_is_refused(unused: Key) -> None:
    with pytest.raises(ConfigError) as error:
        edoc.Signer(unused, durability="forever")
    assert _code(error) == "SIGN_DURABILITY_UNKNOWN"


def test_a_short_rsa_key_is_refused_first(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as error:
        edoc.Signer(open_key("rsa1024", tmp_path))
    assert _code(error) == "SIGN_KEY_TOO_SHORT"


def test_a_naive_time_is_a_mistake_of_the_caller(unused: Key) -> None:
    with pytest.raises(ValueError):
        edoc.sign_document(make_pdf(), unused, signing_time=datetime(2026, 6, 1))


def _encrypted() -> bytes:
    buffer = io.BytesIO()
    with pikepdf.open(io.BytesIO(make_pdf())) as pdf:
        pdf.save(buffer, encryption=pikepdf.Encryption(owner="o", user="u"))
    return buffer.getvalue()


def _certified(permission: int) -> Callable[[], bytes]:
    def make() -> bytes:
        reference = b"<</Type/SigRef/TransformMethod/DocMDP/TransformParams<</Type/TransformParams/V/1.2/P %d>>>>" % permission
        objects = {
            **PAGE,
            1: b"<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[6 0 R]/SigFlags 3>>/Perms<</DocMDP 7 0 R>>>>",
            6: b"<</FT/Sig/T(Registrar)/V 7 0 R/Type/Annot/Subtype/Widget/F 132/Rect[0 0 0 0]/P 3 0 R>>",
            7: b"<</Type/Sig/Filter/Adobe.PPKLite/SubFilter/ETSI.CAdES.detached/Reference[" + reference + b"]>>",
        }
        return Maker().table(objects, size=8).data

    return make


def _locked_for_all() -> bytes:
    objects = {
        **PAGE,
        1: b"<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[6 0 R]/SigFlags 3>>>>",
        6: b"<</FT/Sig/T(Last)/V 7 0 R/Lock<</Type/SigFieldLock/Action/All/P 1>>/Type/Annot/Subtype/Widget/Rect[0 0 0 0]>>",
        7: b"<</Type/Sig/Filter/Adobe.PPKLite/SubFilter/ETSI.CAdES.detached>>",
    }
    return Maker().table(objects, size=8).data


DAMAGED: dict[str, tuple[Callable[[], bytes], str]] = {
    "empty": (lambda: b"", "EMPTY_DOCUMENT"),
    "text": (lambda: b"To whom it may concern", "UNSUPPORTED_TYPE"),
    "truncated": (lambda: make_pdf()[:-200], "PDF_SIGNING_UNREADABLE"),
    "header-only": (lambda: b"%PDF-1.7\n", "PDF_SIGNING_UNREADABLE"),
    "startxref-lies": (lambda: re.sub(rb"startxref\n\d+", b"startxref\n17", make_pdf()), "PDF_SIGNING_UNREADABLE"),
    "octets-behind": (lambda: make_pdf() + b"appended by a mail gateway", "PDF_SIGNING_UNREADABLE"),
    "octets-before": (lambda: b"junk\n" + make_pdf(), "PDF_SIGNING_UNREADABLE"),
    "encrypted": (_encrypted, "PDF_SIGNING_PASSWORD_NEEDED"),
    "no-page": (
        lambda: Maker().table({1: PAGE[1], 2: b"<</Type/Pages/Kids[]/Count 0>>"}, size=3).data, "PDF_SIGNING_NO_PAGE",
    ),
    "page-with-repeated-key": (
        lambda: Maker().table({**PAGE, 3: PAGE[3][:-2] + b"/Contents 5 0 R>>"}, size=6).data, "PDF_SIGNING_UNREADABLE",
    ),
    "page-with-repeated-key-inside": (
        lambda: Maker().table({**PAGE, 3: PAGE[3][:-2] + b"/X<</A 1/A 2>>>>"}, size=6).data, "PDF_SIGNING_UNREADABLE",
    ),
    "certified-against-changes": (_certified(1), "PDF_SIGNING_FORBIDDEN_BY_CERTIFICATION"),
    "certified-with-unknown-permission": (_certified(7), "PDF_SIGNING_FORBIDDEN_BY_CERTIFICATION"),
    "locked-against-changes": (_locked_for_all, "PDF_SIGNING_FORBIDDEN_BY_LOCK"),
}  # fmt: skip


@pytest.mark.parametrize("case", DAMAGED)
def test_what_cannot_be_signed_is_refused_before_the_key_is_used(case: str, unused: Key, tmp_path: Path) -> None:
    make, code = DAMAGED[case]
    before = sorted(tmp_path.iterdir())
    with pytest.raises(InputError) as error:
        edoc.sign_document(make(), unused, output=tmp_path / "out.pdf", signing_time=SIGNING_TIME, format="pades")
    assert _code(error) == code and sorted(tmp_path.iterdir()) == before


FIELDS: dict[str, tuple[str, str]] = {
    "Amount": ("locking-field", "FIELD_NOT_SIGNATURE"),
    "": ("table", "FIELD_NAME_UNUSABLE"),
    "A.B": ("table", "FIELD_NAME_UNUSABLE"),
}


@pytest.mark.parametrize("name", FIELDS)
def test_a_field_that_cannot_be_signed_is_refused_first(name: str, unused: Key) -> None:
    shape, code = FIELDS[name]
    with pytest.raises(ConfigError) as error:
        edoc.sign_document(SHAPES[shape](), unused, field=name, signing_time=SIGNING_TIME)
    assert _code(error) == code


def test_a_field_that_another_signature_locks_is_refused_first(key: Key, monkeypatch: pytest.MonkeyPatch) -> None:
    lock = b"/Lock<</Type/SigFieldLock/Action/Include/Fields[(Second)]>>"
    field = b"<</FT/Sig/T(%s)/Type/Annot/Subtype/Widget/F 4/Rect[72 72 272 122]/P 3 0 R%s>>"
    objects = {
        **PAGE,
        1: b"<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[6 0 R 7 0 R]>>>>",
        6: field % (b"First", lock),
        7: field % (b"Second", b""),
    }
    signed = _sign(Maker().table(objects, size=8).data, key, field="First")
    monkeypatch.setattr(Key, "sign", lambda *arguments: pytest.fail("the key was used"))
    with pytest.raises(ConfigError) as error:
        edoc.sign_document(signed, key, field="Second", signing_time=SIGNING_TIME)
    assert _code(error) == "FIELD_LOCKED"


@pytest.mark.parametrize(
    ("start", "days", "code"),
    [
        (datetime(2020, 1, 1, tzinfo=UTC), 365, "SIGNER_CERTIFICATE_EXPIRED"),
        (datetime(2027, 1, 1, tzinfo=UTC), 365, "SIGNER_CERTIFICATE_NOT_YET_VALID"),
    ],
)
def test_a_certificate_outside_its_time_does_not_sign(start: datetime, days: int, code: str, tmp_path: Path) -> None:
    made = identity("p256", start=start, days=days)
    key = Key.open(f"file:{made.write(tmp_path)[0]}", certificates=[made.certificate_pem])
    with pytest.raises(KeyAccessError) as error:
        edoc.sign_document(make_pdf(), key, signing_time=SIGNING_TIME)
    assert _code(error) == code and error.value.exit_code == 7 and "Test Signer" in str(error.value)
    result = edoc.sign_document(make_pdf(), key, signing_time=SIGNING_TIME, allow_invalid_certificate=True)
    assert result.check.passed


def test_a_certificate_that_runs_out_during_a_batch_stops_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    key = open_key("p256", tmp_path)
    clock = [SIGNING_TIME]
    monkeypatch.setattr("edoc.api_sign.settings.now", lambda: clock[0])
    signer = edoc.Signer(key)
    assert signer.sign(make_pdf()).check.passed
    clock[0] += timedelta(days=4000)
    with pytest.raises(KeyAccessError) as error:
        signer.sign(make_pdf())
    assert _code(error) == "SIGNER_CERTIFICATE_EXPIRED"


def test_a_revoked_certificate_does_not_sign(unused: Key) -> None:
    with pytest.raises(KeyAccessError) as error:
        edoc.sign_document(make_pdf(), unused, validation_data=[revocation_list(77)], signing_time=SIGNING_TIME)
    assert _code(error) == "SIGNER_CERTIFICATE_REVOKED"


def test_a_list_without_the_certificate_lets_it_sign(key: Key) -> None:
    _sign(make_pdf(), key, validation_data=[revocation_list(78)])


def test_a_forged_list_stops_nobody(key: Key) -> None:
    forged = bytearray(revocation_list(77))
    forged[-1] ^= 1
    _sign(make_pdf(), key, validation_data=[bytes(forged)])


def test_an_earlier_broken_signature_is_told_and_does_not_hinder(key: Key) -> None:
    first = _sign(SHAPES["table"](), key)
    broken = first.replace(b"Ruling 1403", b"Ruling 1404")
    result = edoc.sign_document(broken, key, signing_time=SIGNING_TIME)
    assert result.check.passed and [item.code for item in result.check.findings] == ["EARLIER_SIGNATURE_BROKEN"]


@pytest.mark.parametrize("how", ["path", "string", "bytes", "file", "document"])
def test_every_kind_of_source_is_signed_and_left_alone(how: str, key: Key, tmp_path: Path) -> None:
    place = tmp_path / "in.pdf"
    place.write_bytes(make_pdf())
    out = tmp_path / "out.pdf"
    with place.open("rb") as stream:
        sources = {
            "path": place, "string": str(place), "bytes": make_pdf(), "file": stream,
            "document": edoc.Document.from_bytes(make_pdf(), name="in.pdf"),
        }  # fmt: skip
        result = edoc.sign_document(sources[how], key, output=out, signing_time=SIGNING_TIME)
    assert result.output == out and out.read_bytes() == bytes(result.document.data[:])
    assert place.read_bytes() == make_pdf()


def test_an_open_file_is_not_written_over_either(key: Key, tmp_path: Path) -> None:
    place = tmp_path / "in.pdf"
    place.write_bytes(make_pdf())
    with place.open("rb") as stream, pytest.raises(ConfigError) as error:
        edoc.sign_document(stream, key, output=place, overwrite=True, signing_time=SIGNING_TIME)
    assert _code(error) == "OUTPUT_IS_INPUT" and place.read_bytes() == make_pdf()


def test_large_documents_take_the_way_through_the_file(key: Key, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    small = _sign(make_pdf(), open_key("rsa", tmp_path))
    monkeypatch.setattr("edoc.api_sign.growing._IN_MEMORY", 100)
    place = tmp_path / "in.pdf"
    place.write_bytes(make_pdf())
    for target in (tmp_path / "out.pdf", io.BytesIO(), None):
        result = edoc.sign_document(place, open_key("rsa", tmp_path), output=target, signing_time=SIGNING_TIME)
        assert result.check.passed and bytes(result.document.data[:]) == small
    assert (tmp_path / "out.pdf").read_bytes() == small


def test_a_signer_stays_in_its_process_and_shows_no_secret(key: Key) -> None:
    signer = edoc.Signer(key, signing_time=SIGNING_TIME)
    assert "PRIVATE" not in repr(signer)
    with pytest.raises(TypeError):
        pickle.dumps(signer)
    with pytest.raises(TypeError):
        bool(signer.sign(make_pdf()).check)
