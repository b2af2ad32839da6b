"""Signing above B-B: what comes out at each level, in one step and in two, and what is refused before the key is used."""

from __future__ import annotations

import io
from pathlib import Path

import pikepdf
import pytest

import edoc
from edoc.errors import ConfigError, FetchError, KeyAccessError, VerificationFailed
from edoc.facts.document import Document
from edoc.formats.pdf.read import read_pdf
from edoc.keys import Key
from edoc.sign.draft import Draft
from tests.sign.practice import AT, BAD_SOURCES, LEVELS, Source, practice, sign, signed
from tests.sign.shapes import SHAPES

TIMED = LEVELS[1:]


@pytest.fixture
def unused(monkeypatch: pytest.MonkeyPatch) -> None:
    """No key may be asked to sign."""

    def sign(self: Key, octets: bytes, algorithm: object) -> bytes:
        raise AssertionError("the key was used")

    monkeypatch.setattr(Key, "sign", sign)


def _options(**changed: object) -> dict[str, object]:
    pki = practice()
    common = {"tsa": pki, "signing_time": AT, "trust": pki.trust, "validation_data": pki.validation_data()}
    return {**common, **changed}


@pytest.mark.parametrize("name", ["person", "person-ec", "person-ed", "stamp"])
@pytest.mark.parametrize("level", TIMED)
def test_every_key_reaches_every_level(level: str, name: str) -> None:
    facts = read_pdf(Document.from_bytes(signed(level, name=name), name="a.pdf"))
    (own,) = facts.signatures
    (token,) = own.timestamps
    assert token.imprint is not None and token.imprint.intact and token.gen_time == AT
    assert bool(facts.material) == (level != "B-T") and len(facts.timestamps) == (level == "B-LTA")
    for stamp in facts.timestamps:
        assert stamp.imprint is not None and stamp.imprint.intact and stamp.covers == ("S1",)
        assert stamp.token.covered_until == facts.size


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("level", TIMED)
def test_every_shape_reaches_every_level(level: str, shape: str) -> None:
    document = signed(level, shape=shape)
    assert document.startswith(SHAPES[shape]())
    report = edoc.verify_document(document, policy="integrity")
    assert report.verdict is edoc.Verdict.INTACT
    assert report.signatures[0].changes_since_signing in ("none", "validation_data")


@pytest.mark.parametrize("level", TIMED)
def test_the_same_inputs_give_the_same_bytes(level: str) -> None:
    assert sign(SHAPES["table"](), level, name="person") == sign(SHAPES["table"](), level, name="person")


def test_the_store_lists_everybody_and_nothing_twice() -> None:
    with pikepdf.open(io.BytesIO(signed("B-LTA", name="person"))) as pdf:
        store = pdf.Root.DSS
        found = [bytes(item.read_bytes()) for key in ("/Certs", "/CRLs", "/OCSPs") for item in store.get(key, ())]
        lists = {bytes(item.read_bytes()) for item in store.CRLs}
    pki = practice()
    # The person and the authority for time have one issuer; the signature carries every other certificate.
    assert len(found) == len(set(found)) and lists == {pki.crl("issuing"), pki.crl("root-a")}
    assert pki.certificate("person") not in found and pki.certificate("root-a") in found


def test_responses_go_into_the_store_where_they_are_given() -> None:
    pki = practice()
    responses = [pki.ocsp("person"), pki.ocsp("tsa")]
    document = sign(
        SHAPES["table"](), "B-LT", name="person", validation_data=[*responses, pki.crl("root-a"), pki.crl("issuing")]
    )
    with pikepdf.open(io.BytesIO(document)) as pdf:
        inside = {bytes(item.read_bytes()) for item in pdf.Root.DSS.OCSPs}
    assert inside and inside <= set(responses)


@pytest.mark.parametrize("level", LEVELS)
def test_two_steps_make_what_one_makes(level: str) -> None:
    pki = practice()
    key = pki.key("person")
    draft = edoc.prepare_signature(
        SHAPES["table"](), certificates=[key.certificate, *key.chain], level=level, signing_time=AT
    )
    stored = Draft.from_bytes(draft.to_bytes())
    assert stored == draft and stored.level == level
    options = {"tsa": pki, "trust": pki.trust, "validation_data": pki.validation_data(), "validation_time": AT}
    result = edoc.finish_signature(
        stored, key.sign(draft.octets, draft.algorithm), **(options if level != "B-B" else {})  # type: ignore[arg-type]
    )
    assert bytes(result.document.data[:]) == signed(level, name="person")


def test_a_value_of_another_key_is_noticed_in_two_steps() -> None:
    pki = practice()
    key, other = pki.key("person-ec"), pki.key("person-ed")
    draft = edoc.prepare_signature(SHAPES["table"](), certificates=[key.certificate], level="B-T", signing_time=AT)
    with pytest.raises(VerificationFailed) as error:
        edoc.finish_signature(draft, other.sign(draft.octets, other.algorithm()), tsa=pki)
    assert error.value.code == "SELF_CHECK_FAILED"


def test_a_token_larger_than_its_hole_is_made_room_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("edoc.api_sign.work.TOKEN_ROOM", 100)
    pki = practice()
    source = Source(lambda digest, algorithm: pki.timestamp(digest, algorithm=algorithm))
    signer = edoc.Signer(pki.key("person-ec"), level="B-LTA", **_options(tsa=source))  # type: ignore[arg-type]
    assert signer.sign(SHAPES["table"]()).check.level == "PAdES-BASELINE-LTA"
    assert source.asked == 3
    assert signer.sign(SHAPES["table"]()).check.level == "PAdES-BASELINE-LTA"
    assert source.asked == 5, "the room was remembered"


def test_a_draft_without_room_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("edoc.api_sign.work.TOKEN_ROOM", 100)
    pki = practice()
    key = pki.key("person-ec")
    draft = edoc.prepare_signature(SHAPES["table"](), certificates=[key.certificate], level="B-T", signing_time=AT)
    with pytest.raises(ConfigError) as error:
        edoc.finish_signature(
            draft, key.sign(draft.octets, draft.algorithm), tsa=pki, output=tmp_path / "out.pdf"
        )
    assert error.value.code == "DRAFT_ROOM_TOO_SMALL" and not list(tmp_path.iterdir())


REFUSED: dict[str, tuple[str, dict[str, object], type[Exception], str]] = {
    "no authority": ("B-T", {"tsa": None}, ConfigError, "SIGN_TSA_NEEDED"),
    "an empty list": ("B-LTA", {"tsa": []}, ConfigError, "SIGN_TSA_NEEDED"),
    "no address": ("B-T", {"tsa": 7}, ConfigError, "SIGN_TSA_UNUSABLE"),
    "not an address": ("B-T", {"tsa": "ftp://tsa.example/"}, ConfigError, "TSA_URL_UNUSABLE"),
    "not a level": ("B-X", {}, ConfigError, "SIGN_LEVEL_UNKNOWN"),
    "nothing at hand": ("B-LT", {"validation_data": ()}, ConfigError, "SIGN_STATUS_MISSING"),
    "another anchor": ("B-LT", {"trust": edoc.TrustStore.empty()}, ConfigError, "SIGN_CHAIN_UNTRUSTED"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_done_is_said_before_the_key_is_used(case: str, unused: None, tmp_path: Path) -> None:
    level, changed, kind, code = REFUSED[case]
    with pytest.raises(kind) as error:
        edoc.sign_document(
            SHAPES["table"](), practice().key("person-ec"), level=level, output=tmp_path / "out.pdf",
            **_options(**changed),  # type: ignore[arg-type]
        )  # fmt: skip
    assert isinstance(error.value, edoc.EdocError) and error.value.code == code and not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", ["revoked", "on-hold"])
def test_a_revoked_signer_is_refused_before_the_key_is_used(name: str, unused: None) -> None:
    with pytest.raises(KeyAccessError) as error:
        edoc.sign_document(SHAPES["table"](), practice().key(name), level="B-LT", **_options())  # type: ignore[arg-type]
    assert error.value.code == "SIGNER_CERTIFICATE_REVOKED"


@pytest.mark.parametrize("level", ["B-T", "B-LTA"])
@pytest.mark.parametrize("case", BAD_SOURCES)
def test_a_bad_authority_leaves_nothing_behind(case: str, level: str, tmp_path: Path) -> None:
    source, code = BAD_SOURCES[case]
    with pytest.raises(FetchError) as error:
        edoc.sign_document(
            SHAPES["table"](), practice().key("person-ec"), level=level, output=tmp_path / "out.pdf",
            **_options(tsa=source),  # type: ignore[arg-type]
        )  # fmt: skip
    assert error.value.code == code and error.value.exit_code == 6 and not list(tmp_path.iterdir())


def test_large_documents_get_every_level_through_the_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    small = signed("B-LTA", name="person")
    monkeypatch.setattr("edoc.api_sign.growing._IN_MEMORY", 100)
    pki = practice()
    result = edoc.sign_document(
        SHAPES["table"](), pki.key("person"), level="B-LTA", output=tmp_path / "out.pdf", **_options()  # type: ignore[arg-type]
    )
    assert result.check.passed and (tmp_path / "out.pdf").read_bytes() == small


def test_the_older_encoding_takes_a_time_stamp_too() -> None:
    result = edoc.sign_document(
        SHAPES["table"](), practice().key("person"), level="B-LT", sub_filter="adbe.pkcs7.detached", **_options()  # type: ignore[arg-type]
    )
    assert result.check.passed and result.check.level == "PKCS7-LT"


@pytest.mark.parametrize("level", ["B-T", "B-LTA"])
def test_tokens_that_grow_without_end_are_given_up(level: str, monkeypatch: pytest.MonkeyPatch) -> None:
    pki = practice()
    source = Source(lambda digest, algorithm: pki.timestamp(digest, algorithm=algorithm) + bytes(20_000 * source.asked))
    # What the check would refuse for its padding is let through: only the size is in question.
    monkeypatch.setattr("edoc.api_sign.settings.timestamp_source", lambda tsa: tsa)
    with pytest.raises(FetchError) as error:
        edoc.sign_document(SHAPES["table"](), pki.key("person-ec"), level=level, **_options(tsa=source))  # type: ignore[arg-type]
    assert error.value.code == "TSA_TOKEN_GROWS" and source.asked == 3
