"""What integrators' tests get: quick, frozen, without sockets, and typed without foreign types."""

from __future__ import annotations

import hashlib
import inspect
import subprocess
import sys
import typing
from datetime import UTC, datetime, timedelta

import pytest
from asn1crypto import cms
from cryptography import x509
from cryptography.x509 import ocsp

import edoc
import edoc.testing
from edoc.facts.signature import TimestampKind
from edoc.formats.tst import timestamp_facts
from edoc.pki.crl import RevocationList
from edoc.testing import PracticePki
from edoc.verify.context import Context, ValidationData
from edoc.verify.memo import PathMemo
from edoc.verify.timestamp import check_timestamp
from tests.conftest import ROOT
from tests.lab.fates import FATES

AT = datetime(2026, 6, 15, 10, 30, tzinfo=UTC)
RULING = (ROOT / "examples" / "ruling.pdf").read_bytes()


@pytest.fixture(scope="module")
def pki() -> PracticePki:
    """The practice PKI on a day of 2026."""
    return PracticePki(at=AT)


def _verify(pki: PracticePki, name: str, *, at: datetime = AT, lists: datetime | None = None) -> edoc.Report:
    document = edoc.Document.from_bytes(RULING, name="ruling.pdf")
    result = edoc.sign_document(document, pki.key(name), signing_time=AT, allow_invalid_certificate=True)
    return edoc.verify_document(
        result.document, trust=pki.trust, validation_data=pki.validation_data(at=lists), validation_time=at
    )


@pytest.mark.parametrize("name", PracticePki.SIGNERS)
def test_every_signer_meets_its_fate(pki: PracticePki, name: str) -> None:
    report = _verify(pki, name)
    sub = report.signatures[0].sub_indication
    assert (report.verdict.value, sub.value if sub is not None else None) == FATES[name]
    assert report.signatures[0].intact is True


def test_the_person_passes_the_door_and_the_impostor_does_not(pki: PracticePki) -> None:
    assert _verify(pki, "person").require_passed(signed_by=pki.PERSON).signer is not None
    with pytest.raises(edoc.VerificationFailed):
        _verify(pki, "impostor").require_passed(signed_by=pki.PERSON)


def test_time_stands_still_where_it_was_frozen(pki: PracticePki) -> None:
    assert pki.at == AT
    crl = x509.load_der_x509_crl(pki.crl())
    assert crl.last_update_utc == AT.replace(hour=0, minute=0)
    assert ocsp.load_der_ocsp_response(pki.ocsp()).produced_at_utc == AT
    assert _verify(pki, "person", at=AT + timedelta(days=30)).signatures[0].sub_indication is edoc.SubIndication.TRY_LATER
    fresh = AT + timedelta(days=30)
    assert _verify(pki, "person", at=fresh, lists=fresh).verdict is edoc.Verdict.PASSED


@pytest.mark.parametrize("year", [2024, 2028, 2049])
def test_any_year_will_do(year: int) -> None:
    then = datetime(year, 1, 1, tzinfo=UTC)
    pki = PracticePki(at=then)
    document = edoc.Document.from_bytes(RULING, name="ruling.pdf")
    signed = edoc.sign_document(document, pki.key("person-ec"), signing_time=then).document
    report = edoc.verify_document(signed, trust=pki.trust, validation_data=pki.validation_data(), validation_time=then)
    assert report.signatures[0].sub_indication is None, report.to_json()


def test_a_naive_time_is_refused() -> None:
    with pytest.raises(ValueError, match="aware"):
        PracticePki(at=datetime(2026, 6, 15))


def test_time_stamps_bear_the_imprint_and_the_time(pki: PracticePki) -> None:
    digest = hashlib.sha512(b"some data").digest()
    for authority in ("tsa", "tsa-expired"):
        token = cms.ContentInfo.load(pki.timestamp(digest, algorithm="sha512", authority=authority), strict=True)
        info = token["content"]["encap_content_info"]["content"].parsed
        assert info["gen_time"].native == AT
        assert info["message_imprint"]["hashed_message"].native == digest
        assert pki.certificate(authority) in {item.chosen.dump() for item in token["content"]["certificates"]}


def test_a_digest_of_another_length_is_refused(pki: PracticePki) -> None:
    with pytest.raises(ValueError, match="length"):
        pki.timestamp(b"short")


def test_chains_end_in_a_trusted_root(pki: PracticePki) -> None:
    anchors = {item.der for item in pki.trust.certificates()}
    for name in set(pki.SIGNERS) - {"impostor"}:
        assert pki.chain(name)[-1] in anchors
    assert pki.chain("impostor")[-1] not in anchors


def test_unknown_names_are_refused(pki: PracticePki) -> None:
    for call in (pki.key, pki.certificate, pki.chain, pki.crl, pki.ocsp):
        with pytest.raises(edoc.ConfigError) as caught:
            call("nobody")
        assert caught.value.code == "LAB_NO_SUCH_NAME"


def test_no_foreign_type_stands_in_a_public_signature() -> None:
    for name, member in inspect.getmembers(PracticePki):
        if name.startswith("_") and name != "__init__":
            continue
        function = member.fget if isinstance(member, property) else member
        if not inspect.isfunction(function):
            continue
        for hint in typing.get_type_hints(function).values():
            module = getattr(hint, "__module__", "")
            assert module.split(".")[0] in ("builtins", "datetime", "edoc", "types", "typing", ""), f"{name}: {hint}"


def test_without_its_parts_it_says_what_to_install() -> None:
    program = (
        "import sys; sys.modules['certomancer'] = None\n"
        "import edoc\n"
        "try:\n    import edoc.testing\n"
        "except edoc.ConfigError as problem:\n    print(problem.code, problem.hint())\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.startswith("LAB_NOT_INSTALLED")
    assert "edoc[lab]" in done.stdout


@pytest.mark.parametrize(
    ("authority", "indication", "sub"),
    [("tsa", "PASSED", None), ("tsa-expired", "INDETERMINATE", "OUT_OF_BOUNDS_NO_POE")],
)
def test_the_engine_judges_the_time_stamps_as_told(
    pki: PracticePki, authority: str, indication: str, sub: str | None
) -> None:
    digest = hashlib.sha256(b"some data").digest()
    facts = timestamp_facts(
        pki.timestamp(digest, authority=authority), id="T1", kind=TimestampKind.SIGNATURE, imprint_of=lambda name: digest
    )
    data = ValidationData(crls=tuple(RevocationList.load(der) for der in pki.validation_data()))
    context = Context(policy=edoc.Policy.named("default"), trust=pki.trust, time=AT, data=data)
    material, _ = context.material(facts.token.material)
    result = check_timestamp(facts, material=material, context=context, memo=PathMemo()).result(context)
    assert result.indication is not None
    assert (result.indication.value, result.sub_indication.value if result.sub_indication is not None else None) == (indication, sub)
    assert (result.intact, result.time) == (True, AT)


def test_it_signs_for_decades_without_a_socket(pki: PracticePki) -> None:
    signed = edoc.sign_document(
        RULING, pki.key("person"), level="B-LTA", tsa=pki, trust=pki.trust, validation_data=pki.validation_data(),
        signing_time=pki.at,
    ).document  # fmt: skip
    report = edoc.verify_document(signed, trust=pki.trust, validation_time=pki.at)
    signature = report.require_passed(signed_by=pki.PERSON)
    assert signature.level == "PAdES-BASELINE-LTA" and signature.best_signature_time == pki.at


def test_one_question_has_one_answer(pki: PracticePki) -> None:
    tokens = {pki.timestamp(bytes(32)) for _ in range(2)}
    assert len(tokens) == 1 and pki.timestamp(bytes([1] * 32)) not in tokens
