"""Two steps: prepare here, sign elsewhere, finish here; a draft is frozen, serialisable, and refuses what is not its own."""

from __future__ import annotations

import dataclasses
import json
import random
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

import edoc
from edoc.errors import ConfigError, EdocError, InputError, KeyAccessError, VerificationFailed
from edoc.sign.draft import Draft
from tests.sign.makers import SIGNING_TIME, identity, make_pdf, open_key, private_key
from tests.sign.shapes import SHAPES


def _prepare(document: bytes | None = None, kind: str = "p256", **options: object) -> Draft:
    made = identity(kind)
    data = document if document is not None else make_pdf()
    certificates = [made.certificate_pem, made.authority_pem]
    return edoc.prepare_signature(data, certificates=certificates, signing_time=SIGNING_TIME, **options)  # type: ignore[arg-type]


def _elsewhere(draft: Draft, kind: str = "p256") -> bytes:
    key = private_key(kind)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    return key.sign(draft.octets, ec.ECDSA(hashes.SHA256()))


def _code(error: pytest.ExceptionInfo[EdocError]) -> str:
    assert error.value.hint("en") and error.value.text("fa") != error.value.code
    return error.value.code


def test_what_is_signed_elsewhere_is_finished_here(tmp_path: Path) -> None:
    draft = _prepare()
    result = edoc.finish_signature(draft, _elsewhere(draft), output=tmp_path / "out.pdf")
    assert result.check.passed and result.check.level == "PAdES-BASELINE-B"
    assert edoc.verify_document(tmp_path / "out.pdf", policy="integrity").verdict is edoc.Verdict.INTACT


@pytest.mark.parametrize("kind", ["rsa", "p384", "ed25519", "ed448"])
def test_both_ways_give_the_same_document(kind: str, tmp_path: Path) -> None:
    key = open_key(kind, tmp_path)
    draft = _prepare(kind=kind)
    assert draft.algorithm == key.algorithm()
    value = key.sign(draft.octets, draft.algorithm)
    finished = bytes(edoc.finish_signature(draft, value).document.data[:])
    at_once = bytes(edoc.sign_document(make_pdf(), key, signing_time=SIGNING_TIME).document.data[:])
    same = kind != "p384"
    assert (finished == at_once) is same and len(finished) == len(at_once)


def test_a_draft_is_frozen() -> None:
    draft = _prepare()
    with pytest.raises(dataclasses.FrozenInstanceError):
        draft.octets = b""  # type: ignore[misc]
    assert "octets" not in repr(draft)


@pytest.mark.parametrize("options", [{}, {"digest": "sha512"}, {"sub_filter": "adbe.pkcs7.detached"}, {"field": "قاضی"}])
def test_a_draft_survives_a_journey(options: dict[str, object]) -> None:
    draft = _prepare(**options)
    back = Draft.from_bytes(draft.to_bytes())
    assert back == draft and back.document is not None and back.document.data == make_pdf()


def test_a_draft_travels_without_its_document() -> None:
    draft = _prepare()
    value = _elsewhere(draft)
    back = Draft.from_bytes(draft.to_bytes(with_document=False))
    with pytest.raises(InputError) as error:
        edoc.finish_signature(back, value)
    assert _code(error) == "DRAFT_WITHOUT_DOCUMENT"
    assert edoc.finish_signature(back, value, document=make_pdf()).check.passed


def test_another_document_is_refused(tmp_path: Path) -> None:
    draft = _prepare(SHAPES["table"]())
    value = _elsewhere(draft)
    with pytest.raises(VerificationFailed) as error:
        edoc.finish_signature(draft, value, document=make_pdf(pages=2), output=tmp_path / "out.pdf")
    assert _code(error) == "DRAFT_OTHER_DOCUMENT"
    altered = SHAPES["table"]().replace(b"Ruling 1403", b"Ruling 1404")
    with pytest.raises(VerificationFailed) as error:
        edoc.finish_signature(draft, value, document=altered, output=tmp_path / "out.pdf")
    assert _code(error) == "SELF_CHECK_FAILED" and "SELF_CHECK_DIGEST_DIFFERS" in error.value.params["codes"]
    assert list(tmp_path.iterdir()) == []


def test_the_input_is_not_written_over_in_the_second_step(tmp_path: Path) -> None:
    place = tmp_path / "in.pdf"
    place.write_bytes(make_pdf())
    certificates = [identity().certificate_pem]
    draft = edoc.prepare_signature(place, certificates=certificates, signing_time=SIGNING_TIME)
    for given in (None, place):
        with pytest.raises(ConfigError) as error:
            edoc.finish_signature(draft, _elsewhere(draft), document=given, output=place, overwrite=True)
        assert _code(error) == "OUTPUT_IS_INPUT" and place.read_bytes() == make_pdf()


WRONG: dict[str, Callable[[Draft], bytes]] = {
    "another-key": lambda draft: _elsewhere(draft, "p384"),
    "over-the-digest": lambda draft: _elsewhere(dataclasses.replace(draft, octets=draft.message_digest)),
    "noise": lambda draft: bytes(64),
    "nothing": lambda draft: b"",
}


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_value_is_refused(case: str, tmp_path: Path) -> None:
    draft = _prepare()
    value = WRONG[case](draft)
    if case == "another-key":
        value = value[:70]
    with pytest.raises(VerificationFailed) as error:
        edoc.finish_signature(draft, value, output=tmp_path / "out.pdf")
    assert _code(error) == "SELF_CHECK_FAILED" and list(tmp_path.iterdir()) == []
    assert error.value.exit_code == 1 and "SELF_CHECK_VALUE_WRONG" in error.value.params["codes"]


def test_a_value_that_does_not_fit_is_refused() -> None:
    with pytest.raises(ConfigError) as error:
        edoc.finish_signature(_prepare(), bytes(4000))
    assert _code(error) == "SIGNATURE_VALUE_TOO_LARGE"


def test_no_certificate_is_no_signer() -> None:
    with pytest.raises(KeyAccessError) as error:
        edoc.prepare_signature(make_pdf(), certificates=[])
    assert _code(error) == "KEY_CERTIFICATE_MISSING"


def test_one_certificate_needs_no_list() -> None:
    draft = edoc.prepare_signature(make_pdf(), certificates=identity().certificate_pem, signing_time=SIGNING_TIME)
    assert edoc.finish_signature(draft, _elsewhere(draft)).check.passed


def _header(change: dict[str, object]) -> bytes:
    magic, line, rest = _prepare().to_bytes().split(b"\n", 2)
    return b"\n".join((magic, json.dumps({**json.loads(line), **change}).encode(), rest))


WEAK = {"name": "ecdsa", "digest": "sha1", "mgf_digest": None, "salt_length": None, "parameters_ok": True}
CHANGES: list[dict[str, object]] = [
    {"algorithm": WEAK},
    {"algorithm": {**WEAK, "digest": "sha512"}},
    {"algorithm": {**WEAK, "extra": 1}},
    {"algorithm": 7},
    {"digest_algorithm": "md5"},
    {"certificates": []},
    {"certificates": ["AAAA"]},
    {"certificates": "AAAA"},
    {"sub_filter": "adbe.x509.rsa_sha1"},
    {"level": "B-LTA"},
    {"level": "B-Z"},
    {"gap": [0, 10]},
    {"gap": [5]},
    {"gap": ["a", "b"]},
    {"tail_size": -1},
    {"tail_size": 1 << 40},
    {"base_size": True},
    {"octets": "not base64"},
    {"octets": 5},
    {"document": "yes"},
    {"document_name": None},
]


@pytest.mark.parametrize("change", CHANGES, ids=str)
def test_a_draft_that_nobody_here_made_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(InputError) as error:
        Draft.from_bytes(_header(change))
    assert _code(error) == "DRAFT_UNREADABLE"


@pytest.mark.parametrize("data", [b"", b"%PDF-1.7", b"edoc/draft/1\n", b"edoc/draft/1\n[]\n", b"edoc/draft/1\n" + b"[" * 100_000 + b"\n"])
def test_what_is_no_draft_is_refused(data: bytes) -> None:
    with pytest.raises(InputError) as error:
        Draft.from_bytes(data)
    assert _code(error) == "DRAFT_UNREADABLE"


def test_mutated_drafts_never_finish_into_something_else() -> None:
    draft = _prepare()
    value = _elsewhere(draft)
    good = bytes(edoc.finish_signature(draft, value).document.data[:])
    seed = draft.to_bytes()
    chance = random.Random(5)
    for _ in range(300):
        data = bytearray(seed)
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
        try:
            result = edoc.finish_signature(Draft.from_bytes(bytes(data)), value)
        except EdocError:
            continue
        # What still passes differs in nothing that is signed: the chain in the hole, a name for messages.
        found = bytes(result.document.data[:])
        start, end = draft.appended.gap_start, draft.appended.gap_end
        assert (found[:start], found[end:]) == (good[:start], good[end:])
