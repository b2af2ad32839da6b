"""Records beside a document: verified under the same trust, told apart, and without any weight for the verdict."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import edoc
from edoc.api_records import check_record, file_id, sign_record
from edoc.errors import ConfigError
from edoc.keys import Key
from edoc.records.model import FileId, Record, RecordKind
from edoc.report.records import CheckedRecord, checked_dict, record_view, render_records
from edoc.report.words import words
from edoc.result.enums import Verdict
from tests.cli import scene
from tests.records.samples import EVERY, conversion, lookup, paper_copy

AT = datetime(2026, 6, 2, 12, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return scene.build(tmp_path_factory.mktemp("records"))


@pytest.fixture(scope="module")
def verifier(place: Path) -> edoc.Verifier:
    trust = edoc.TrustStore.load(place / "anchors")
    return edoc.Verifier(trust=trust, validation_data=[place / "lists.pem"], validation_time=AT)


def signed(place: Path, record: Record) -> bytes:
    key = Key.open(f"file:{place / 'key.pem'}", certificates=[place / "chain.pem"])
    made = sign_record(record, key, signing_time=scene.SIGNED_AT)
    assert made.check.passed
    return bytes(made.document.data[:])


def checked(octets: bytes, verifier: edoc.Verifier) -> CheckedRecord:
    return check_record(edoc.Document.from_bytes(octets, name="r.json"), verifier=verifier)


@pytest.mark.parametrize("name", EVERY)
def test_a_signed_record_passes_and_is_read(place: Path, verifier: edoc.Verifier, name: str) -> None:
    found = checked(signed(place, EVERY[name]), verifier)
    assert (found.verdict, found.record, found.problem) == (Verdict.PASSED, EVERY[name], None)
    view = record_view(found, document="ab" * 32, lang="en")
    assert (view.kind.value, view.concerns_document) == (name.replace("-", "_"), True)
    assert view.signer == scene.SIGNER_NAME
    assert view.signed_at is None, "nothing proves a time here"


@pytest.mark.parametrize("make", [lookup, conversion, paper_copy])
def test_whether_it_names_the_document(place: Path, verifier: edoc.Verifier, make: object) -> None:
    document = file_id(place / "signed.pdf")
    found = checked(signed(place, make(document)), verifier)  # type: ignore[operator]
    assert record_view(found, document=document.sha256, lang="en").concerns_document is True
    assert record_view(found, document="00" * 32, lang="en").concerns_document is False
    assert record_view(found, document=None, lang="en").concerns_document is None
    alone = checked(signed(place, lookup(None)), verifier)
    assert record_view(alone, document=document.sha256, lang="en").concerns_document is None


def tampered(octets: bytes) -> bytes:
    told = json.loads(octets)
    payload = base64.urlsafe_b64decode(told["payload"] + "==").replace(b"in force", b"no force")
    return json.dumps({**told, "payload": base64.urlsafe_b64encode(payload).decode().rstrip("=")}).encode()


def test_what_was_changed_states_nothing(place: Path, verifier: edoc.Verifier) -> None:
    found = checked(tampered(signed(place, lookup())), verifier)
    assert (found.verdict, found.record, found.problem) == (Verdict.FAILED, None, "RECORD_NOT_INTACT")
    view = record_view(found, document="ab" * 32, lang="en")
    assert view.kind is RecordKind.UNKNOWN
    assert view.concerns_document is None
    assert "force" not in render_records([view])


def test_foreign_files_are_shown_as_such(place: Path, verifier: edoc.Verifier) -> None:
    cases = {
        (place / "signed.pdf").read_bytes(): ("RECORD_FOREIGN", Verdict.INDETERMINATE),
        (place / "ruling.pdf").read_bytes(): ("RECORD_UNSIGNED", Verdict.NO_SIGNATURE),
        b"no document at all": ("UNSUPPORTED_TYPE", Verdict.INDETERMINATE),
        b"": ("EMPTY_DOCUMENT", Verdict.INDETERMINATE),
        b'{"schema": "edoc/lookup/1"}': ("RECORD_UNSIGNED", Verdict.NO_SIGNATURE),
    }
    for octets, told in cases.items():
        found = checked(octets, verifier)
        assert (found.problem, found.verdict) == told
        assert record_view(found, document="ab" * 32, lang="fa").kind is RecordKind.UNKNOWN
        assert checked_dict(found, document=None, lang="en")["record"] is None


def test_signed_json_that_is_no_record_is_foreign(place: Path, verifier: edoc.Verifier) -> None:
    key = Key.open(f"file:{place / 'key.pem'}", certificates=[place / "chain.pem"])
    document = edoc.Document.from_bytes(b'{"schema": "edoc/lookup/1", "verdict": "PASSED"}', name="x.json")
    made = edoc.sign_document(document, key, format="jades", signing_time=scene.SIGNED_AT)
    found = checked(bytes(made.document.data[:]), verifier)
    assert (found.problem, found.verdict) == ("RECORD_MALFORMED", Verdict.INDETERMINATE)


def test_a_record_of_nobody_known_stays_undecided_and_is_told(place: Path) -> None:
    nobody = edoc.Verifier(trust=edoc.TrustStore.empty(), validation_time=AT)
    found = checked(signed(place, lookup()), nobody)
    assert found.verdict is Verdict.INDETERMINATE
    assert found.record == lookup()
    late = edoc.Verifier(trust=edoc.TrustStore.load(place / "anchors"), validation_time=AT + timedelta(days=4_000))
    assert checked(signed(place, lookup()), late).verdict is not Verdict.PASSED


def test_records_are_signed_as_jades_only(place: Path) -> None:
    key = Key.open(f"file:{place / 'key.pem'}", certificates=[place / "chain.pem"])
    with pytest.raises(ConfigError, match="RECORD_FORMAT"):
        sign_record(lookup(), key, format="cades")


@pytest.mark.parametrize("lang", ["en", "fa"])
def test_the_section_of_a_text_sheet(place: Path, verifier: edoc.Verifier, lang: str) -> None:
    found = [checked(signed(place, record), verifier) for record in EVERY.values()]
    found.append(checked(tampered(signed(place, lookup())), verifier))
    views = [record_view(item, document="ab" * 32, lang=lang) for item in found]
    text = render_records(views, lang=lang)
    for label in {label for view in views for label, _ in view.facts}:
        assert words(lang)[label].split(":")[0] in text.replace("\u2066", "").replace("\u2069", "")
    for kind in RecordKind:
        assert words(lang)[f"record_{kind.value}"] in text


def test_hostile_text_is_shown_harmlessly(place: Path, verifier: edoc.Verifier) -> None:
    hostile = FileId(name="ruling\u202efdp.exe", sha256="ab" * 32, size=1)
    view = record_view(checked(signed(place, lookup(hostile)), verifier), document=None, lang="en")
    assert "\u202e" not in render_records([view])
    assert "‹U+202E›" in render_records([view])
