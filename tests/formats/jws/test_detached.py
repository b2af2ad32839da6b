"""Data beside a JWS: every mechanism, the wrong data, none, and what time-stamps stand over."""

from __future__ import annotations

import hashlib
import json

import pytest

import edoc
from tests.formats.jws.maker import AT, ask, b64, header, practice, value

ONE = edoc.Document.from_bytes(b"first annex", name="one.txt")
TWO = edoc.Document.from_bytes("پیوست دوم".encode(), name="two.txt")
MECHANISM = "http://uri.etsi.org/19182/"


def _octets(document: edoc.Document) -> bytes:
    return bytes(document.data[:])


def _by_hash(*documents: edoc.Document, raw: bool = False) -> dict[str, object]:
    digests = [hashlib.sha256(_octets(item) if raw else b64(_octets(item)).encode()).digest() for item in documents]
    detail = {
        "mId": MECHANISM + "ObjectIdByURIHash", "pars": [item.name for item in documents],
        "hashM": "S256", "hashV": [b64(item) for item in digests],
    }  # fmt: skip
    extra = {"b64": False, "crit": ["sigD", "b64"]} if raw else {"crit": ["sigD"]}
    text = b64(json.dumps(header(sigD=detail, **extra)))
    return {"protected": text, "signature": b64(value(f"{text}.".encode()))}


def _by_name(*documents: edoc.Document, raw: bool = False) -> dict[str, object]:
    detail = {"mId": MECHANISM + "ObjectIdByURI", "pars": [item.name for item in documents]}
    extra = {"b64": False, "crit": ["sigD", "b64"]} if raw else {"crit": ["sigD"]}
    text = b64(json.dumps(header(sigD=detail, **extra)))
    data = b"".join(_octets(item) if raw else b64(_octets(item)).encode() for item in documents)
    return {"protected": text, "signature": b64(value(text.encode() + b"." + data))}


def _plain(document: edoc.Document) -> dict[str, object]:
    text = b64(json.dumps(header()))
    return {"protected": text, "signature": b64(value(f"{text}.{b64(_octets(document))}".encode()))}


def _http(**fields: str) -> dict[str, object]:
    detail = {"mId": MECHANISM + "HttpHeaders", "pars": list(fields)}
    text = b64(json.dumps(header(sigD=detail, b64=False, crit=["sigD", "b64"])))
    lines = "\n".join(f"{name}: {field}" for name, field in fields.items())
    return {"protected": text, "signature": b64(value(f"{text}.{lines}".encode()))}


@pytest.mark.parametrize("raw", [False, True])
@pytest.mark.parametrize("make", [_by_hash, _by_name])
def test_the_right_files_pass_in_any_order(make: object, raw: bool) -> None:
    document = make(ONE, TWO, raw=raw)  # type: ignore[operator]
    report = ask(document, beside=(TWO, ONE))
    assert report.signatures[0].intact is True, report.to_json(lang="en")
    # Files one behind the other have no boundaries that were signed: JWS_SIGD_BOUNDARIES.
    wanted = edoc.Verdict.PASSED if make is _by_hash else edoc.Verdict.INDETERMINATE
    assert report.verdict is wanted, report.to_json(lang="en")
    assert [item.name for item in report.signatures[0].scope] == ["one.txt", "two.txt"]
    assert report.signatures[0].signed_data(1) == _octets(TWO)


@pytest.mark.parametrize("make", [_by_hash, _by_name])
def test_a_changed_file_fails_and_a_missing_one_is_undecided(make: object) -> None:
    document = make(ONE, TWO)  # type: ignore[operator]
    changed = edoc.Document.from_bytes(b"first annex!", name="one.txt")
    assert ask(document, beside=(changed, TWO)).verdict is edoc.Verdict.FAILED
    missing = ask(document, beside=(TWO,))
    assert missing.verdict is edoc.Verdict.INDETERMINATE and missing.signatures[0].intact is None
    assert ask(document).signatures[0].intact is None


def test_files_that_are_exchanged_fail() -> None:
    one = edoc.Document.from_bytes(_octets(TWO), name="one.txt")
    two = edoc.Document.from_bytes(_octets(ONE), name="two.txt")
    assert ask(_by_name(ONE, TWO), beside=(one, two)).verdict is edoc.Verdict.FAILED


def test_a_payload_that_is_left_out_is_the_one_original() -> None:
    assert ask(_plain(ONE), beside=(ONE,)).verdict is edoc.Verdict.PASSED
    assert ask(_plain(ONE), beside=(TWO,)).verdict is edoc.Verdict.FAILED
    assert ask(_plain(ONE)).verdict is edoc.Verdict.INDETERMINATE


def test_an_original_that_nothing_uses_is_told() -> None:
    report = ask(_by_hash(ONE), beside=(ONE, TWO))
    assert report.verdict is edoc.Verdict.INDETERMINATE
    assert "DETACHED_UNUSED" in {item.code for item in report.findings}


def test_http_headers_are_handed_over_by_their_names() -> None:
    document = _http(date="Mon, 01 Jun 2026 12:00:00 GMT", digest="SHA-256=AAAA")
    given = tuple(
        edoc.Document.from_bytes(field, name=name)
        for name, field in (("Digest", b"SHA-256=AAAA"), ("Date", b"Mon, 01 Jun 2026 12:00:00 GMT"))
    )
    assert ask(document, beside=given).verdict is edoc.Verdict.PASSED
    other = (given[0], edoc.Document.from_bytes(b"Tue, 02 Jun 2026 12:00:00 GMT", name="Date"))
    assert ask(document, beside=other).verdict is edoc.Verdict.FAILED


def test_an_unknown_mechanism_is_undecided() -> None:
    text = b64(json.dumps(header(sigD={"mId": "urn:other", "pars": ["one.txt"]}, crit=["sigD"])))
    report = ask({"protected": text, "signature": b64(value(f"{text}.".encode()))}, beside=(ONE,))
    assert report.verdict is edoc.Verdict.INDETERMINATE


@pytest.mark.parametrize("detail", [None, {}, {"mId": MECHANISM + "ObjectIdByURIHash", "pars": ["a"], "hashM": "S256"}, []])
def test_a_malformed_description_fails(detail: object) -> None:
    members = {**header(), "sigD": detail, "crit": ["sigD"]}
    text = b64(json.dumps(members))
    report = ask({"protected": text, "signature": b64(value(f"{text}.".encode()))}, beside=(ONE,))
    assert report.verdict is not edoc.Verdict.PASSED and report.signatures[0].intact is not True


@pytest.mark.parametrize("encoding", ["base64url", "none"])
@pytest.mark.parametrize("serialization", ["flattened", "general", "compact"])
def test_what_is_written_is_read(serialization: str, encoding: str) -> None:
    pki = practice()
    text = edoc.Document.from_bytes(b"plain words", name="note.txt")
    result = edoc.sign_document(
        text, pki.key("person-ec"), format="jades", serialization=serialization, payload_encoding=encoding,
        signing_time=AT,
    )  # fmt: skip
    assert ask(_octets(result.document)).verdict is edoc.Verdict.PASSED
    beside = edoc.sign_document(
        text, pki.key("person-ec"), format="jades", packaging="detached", serialization=serialization,
        payload_encoding=encoding, signing_time=AT,
    )  # fmt: skip
    assert ask(_octets(beside.document), beside=(text,)).verdict is edoc.Verdict.PASSED


def test_what_json_signatures_cannot_do_is_said_before_the_key_is_used() -> None:
    pki = practice()
    text = edoc.Document.from_bytes(b"a.b", name="note.txt")
    asked: list[tuple[dict[str, object], str]] = [
        ({"serialization": "compact", "level": "B-T", "tsa": pki}, "JWS_COMPACT_LEVEL"),
        ({"serialization": "compact", "payload_encoding": "none"}, "JWS_PAYLOAD_NOT_TEXT"),
        ({"serialization": "other"}, "SIGN_OPTION_VALUE"),
        ({"reason": "because"}, "SIGN_OPTION_PDF_ONLY"),
        ({"packaging": "enveloped"}, "SIGN_PACKAGING"),
        ({"countersign": "S1"}, "JWS_NOT_SIGNED"),
    ]
    for options, code in asked:
        with pytest.raises(edoc.EdocError) as error:
            edoc.sign_document(text, pki.key("person-ec"), format="jades", signing_time=AT, **options)  # type: ignore[arg-type]
        assert error.value.code == code
