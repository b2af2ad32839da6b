"""The basic process (EN 319 102-1 5.3) as a pure function: an answer for every building block."""

from __future__ import annotations

import hashlib
import random
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from cryptography import x509

from edoc.facts.findings import error, warning
from edoc.facts.material import EmbeddedObject, MaterialKind, Origin
from edoc.facts.signature import CertificateReference, ChangeLevel, Reference, SignatureAlgorithm, SignatureFacts
from edoc.pki.certificate import Certificate
from edoc.policy.model import Policy
from edoc.report.model import Report
from edoc.result.enums import Indication, SubIndication, Verdict, WantKind
from edoc.result.report import Outcome
from edoc.trust.store import Purpose, TrustStore
from edoc.verify.context import ValidationData
from edoc.verify.memo import PathMemo
from edoc.verify.x509 import CertificateVerdict
from tests.verify.world import (
    CONTENT,
    END,
    START,
    TIME,
    Issue,
    Listed,
    ask,
    ca,
    context,
    crl,
    key,
    lists,
    root,
    signature,
    signer,
)  # fmt: skip


def only(outcome: Outcome) -> tuple[Indication | None, SubIndication | None]:
    entry = outcome.report.signatures[0]
    return entry.indication, entry.sub_indication


def codes(outcome: Outcome) -> set[str]:
    return {finding.code for finding in outcome.report.signatures[0].findings}


def data(*crls: object) -> ValidationData:
    return ValidationData(crls=crls)  # type: ignore[arg-type]


def test_a_sound_signature_passes_and_says_what_it_stands_on() -> None:
    outcome = ask(signature())
    entry = outcome.report.signatures[0]
    assert outcome.report.verdict is Verdict.PASSED
    assert only(outcome) == (Indication.TOTAL_PASSED, None)
    assert (entry.intact, entry.unchanged_since_signing, entry.level) == (True, True, "PAdES-BASELINE-B")
    assert [item.status for item in entry.path] == ["good", "good", "anchor"]
    assert entry.best_signature_time is None and entry.claimed_signing_time == TIME
    assert "TIME_NOT_PROVEN" in codes(outcome)
    assert outcome.wants == ()
    assert entry.signed_data(0) == CONTENT


def changed(**facts: object) -> SignatureFacts:
    return replace(signature(), **facts)  # type: ignore[arg-type]


def wrong_digest() -> tuple[Reference, ...]:
    return (replace(signature().references[0], actual=hashlib.sha256(b"the amount is 900").digest()),)


def missing_data() -> tuple[Reference, ...]:
    return (replace(signature().references[0], actual=None),)


@pytest.mark.parametrize(
    ("facts", "indication", "sub", "code"),
    [
        (changed(findings=(error("PDF_GAP"),)), Indication.TOTAL_FAILED, SubIndication.FORMAT_FAILURE, "PDF_GAP"),
        (changed(references=wrong_digest()), Indication.TOTAL_FAILED, SubIndication.HASH_FAILURE, "HASH_MISMATCH"),
        (changed(signed_octets=b"other"), Indication.TOTAL_FAILED, SubIndication.SIG_CRYPTO_FAILURE,
         "SIGNATURE_VALUE_INVALID"),
        (changed(references=missing_data()), Indication.INDETERMINATE, SubIndication.SIGNED_DATA_NOT_FOUND,
         "SIGNED_DATA_MISSING"),
        (changed(references=()), Indication.INDETERMINATE, SubIndication.SIGNED_DATA_NOT_FOUND, "SIGNED_DATA_MISSING"),
        (changed(material=()), Indication.INDETERMINATE, SubIndication.NO_SIGNING_CERTIFICATE_FOUND,
         "NO_SIGNING_CERTIFICATE"),
        (changed(certificate_references=(CertificateReference(digest_algorithm="sha256", digest=b"\0" * 32),)),
         Indication.INDETERMINATE, SubIndication.NO_SIGNING_CERTIFICATE_FOUND, "NO_SIGNING_CERTIFICATE"),
        (changed(certificate_references=()), Indication.INDETERMINATE, SubIndication.SIG_CONSTRAINTS_FAILURE,
         "CERT_REFERENCE_MISSING"),
        (changed(findings=(warning("CHANGE_NOT_JUDGED"),)), Indication.INDETERMINATE, SubIndication.CUSTOM,
         "CHANGE_NOT_JUDGED"),
        (changed(algorithm=SignatureAlgorithm(name="unknown:1.2.3", digest=None)), Indication.INDETERMINATE,
         SubIndication.CRYPTO_CONSTRAINTS_FAILURE_NO_POE, "ALGORITHM_UNKNOWN"),
        (changed(references=(Reference(name="c", digest_algorithm="unknown:1.2.3", expected=b"", actual=None),)),
         Indication.INDETERMINATE, SubIndication.CRYPTO_CONSTRAINTS_FAILURE_NO_POE, "ALGORITHM_UNKNOWN"),
    ],
)  # fmt: skip
def test_each_block_has_its_answer(
    facts: SignatureFacts, indication: Indication, sub: SubIndication, code: str
) -> None:
    outcome = ask(facts)
    assert only(outcome) == (indication, sub)
    found = codes(outcome)
    assert code in found or (code == "NO_SIGNING_CERTIFICATE" and "CERT_REFERENCE_MISMATCH" in found)
    assert outcome.report.verdict is (
        Verdict.FAILED if indication is Indication.TOTAL_FAILED else Verdict.INDETERMINATE
    )


def test_what_came_later_and_is_not_permitted_is_a_format_failure() -> None:
    outcome = ask(changed(changes_since_signing=ChangeLevel.NOT_PERMITTED))
    entry = outcome.report.signatures[0]
    assert only(outcome) == (Indication.TOTAL_FAILED, SubIndication.FORMAT_FAILURE)
    assert (entry.intact, entry.unchanged_since_signing, entry.changes_since_signing) == (True, False, "not_permitted")


def test_what_came_later_and_is_not_judged_is_undecided() -> None:
    outcome = ask(changed(changes_since_signing=ChangeLevel.NOT_JUDGED))
    entry = outcome.report.signatures[0]
    assert outcome.report.verdict is Verdict.INDETERMINATE
    assert (entry.intact, entry.unchanged_since_signing) == (True, None)


def test_a_broken_hash_beats_a_revoked_certificate_and_format_beats_all() -> None:
    revoked = data(crl("CA", Listed(certificate=signer(), time=TIME - timedelta(days=2))), crl("Root"))
    assert only(ask(changed(references=wrong_digest()), data=revoked))[1] is SubIndication.HASH_FAILURE
    both = changed(references=wrong_digest(), findings=(error("PDF_GAP"),))
    assert only(ask(both, data=revoked))[1] is SubIndication.FORMAT_FAILURE


def revocation(entry: Listed, issuer: str = "CA") -> ValidationData:
    other = "Root" if issuer == "CA" else "CA"
    return data(crl(issuer, entry), crl(other))


BEFORE = TIME - timedelta(days=2)


@pytest.mark.parametrize(
    ("supplied", "sub", "code"),
    [
        (lambda: revocation(Listed(certificate=signer(), time=BEFORE)), SubIndication.REVOKED_NO_POE,
         "CERTIFICATE_REVOKED"),
        (lambda: revocation(Listed(certificate=signer(), time=BEFORE, reason=x509.ReasonFlags.certificate_hold)),
         SubIndication.TRY_LATER, "CERTIFICATE_ON_HOLD"),
        (lambda: revocation(Listed(certificate=ca(), time=BEFORE), "Root"), SubIndication.REVOKED_CA_NO_POE,
         "CA_REVOKED"),
        (lambda: data(crl("Root")), SubIndication.CERTIFICATE_CHAIN_GENERAL_FAILURE, "REVOCATION_DATA_MISSING"),
        (lambda: data(), SubIndication.CERTIFICATE_CHAIN_GENERAL_FAILURE, "REVOCATION_DATA_MISSING"),
        (lambda: data(crl("CA", next_update=TIME - timedelta(hours=1)), crl("Root")), SubIndication.TRY_LATER,
         "REVOCATION_DATA_STALE"),
        (lambda: data(crl("CA"), crl("Root", next_update=TIME - timedelta(hours=1))), SubIndication.TRY_LATER,
         "REVOCATION_DATA_STALE"),
    ],
)  # fmt: skip
def test_revocation_is_judged_from_lists(supplied: object, sub: SubIndication, code: str) -> None:
    assert callable(supplied)
    outcome = ask(signature(), data=supplied())
    assert only(outcome) == (Indication.INDETERMINATE, sub)
    assert code in codes(outcome)


def test_a_list_of_another_authority_says_nothing() -> None:
    stranger = Issue(subject="Stranger", issuer="Root", ca=True).make()
    outcome = ask(signature(signer(), ca(), stranger), data=data(crl("Stranger"), crl("Root")))
    assert "REVOCATION_DATA_MISSING" in codes(outcome)


def test_missing_data_is_wanted_by_name() -> None:
    outcome = ask(signature(), data=data(crl("Root")))
    assert [(want.kind, want.subject) for want in outcome.wants] == [(WantKind.CRL, "CN=Signer")]
    lost = ask(signature(signer(), root()))
    assert [(want.kind, want.subject) for want in lost.wants] == [(WantKind.ISSUER, "CN=CA")]


def test_a_revocation_known_only_after_the_validation_time_bars_passed() -> None:
    later = crl(
        "CA",
        Listed(certificate=signer(), time=TIME + timedelta(days=10)),
        this_update=TIME + timedelta(days=11),
        next_update=TIME + timedelta(days=20),
    )
    outcome = ask(signature(), data=data(*lists(), later), time_source="given")
    assert only(outcome) == (Indication.INDETERMINATE, SubIndication.REVOKED_NO_POE)
    assert "REVOCATION_LATER" in codes(outcome)


@pytest.mark.parametrize(
    ("time", "sub", "code"),
    [
        # A list need not keep what has expired, so good from it is no longer known to be good.
        (END + timedelta(days=1), SubIndication.OUT_OF_BOUNDS_NO_POE, "CERTIFICATE_EXPIRED"),
        (START - timedelta(days=1), SubIndication.OUT_OF_BOUNDS_NOT_REVOKED, "CERTIFICATE_NOT_YET_VALID"),
    ],
)
def test_outside_its_validity_a_certificate_proves_nothing(time: datetime, sub: SubIndication, code: str) -> None:
    long = Issue(
        subject="Root", issuer="Root", ca=True, start=START - timedelta(days=900), end=END + timedelta(days=900)
    )
    middle = replace(long, subject="CA")
    fresh = {"this_update": time - timedelta(hours=1), "next_update": time + timedelta(days=1)}
    anchors = TrustStore.of([long.make().der])
    outcome = ask(
        signature(signer(), middle.make()),
        time=time, trust=anchors, data=data(crl("CA", **fresh), crl("Root", **fresh)), basis="long",
    )  # fmt: skip
    assert only(outcome) == (Indication.INDETERMINATE, sub)
    assert code in codes(outcome)
    assert any(want.kind is WantKind.TIMESTAMP for want in outcome.wants)


def test_nobody_is_trusted_but_the_given_anchors() -> None:
    outcome = ask(signature(signer(), ca(), root()), trust=TrustStore.empty(), basis="nobody")
    assert only(outcome) == (Indication.INDETERMINATE, SubIndication.NO_CERTIFICATE_CHAIN_FOUND)
    assert "NO_TRUSTED_PATH" in codes(outcome)


def test_an_anchor_for_time_stamps_vouches_for_no_signer() -> None:
    only_tsa = TrustStore.of([root().der], purposes=["tsa"])
    assert only(ask(signature(), trust=only_tsa, basis="tsa"))[1] is SubIndication.NO_CERTIFICATE_CHAIN_FOUND


def test_a_certificate_that_may_not_sign_documents_breaks_the_chain_constraints() -> None:
    server = x509.ExtendedKeyUsage([x509.oid.ExtendedKeyUsageOID.SERVER_AUTH])
    made = Issue(subject="Server", issuer="CA", extensions=((server, False),)).make()
    assert only(ask(signature(made, ca())))[1] is SubIndication.CHAIN_CONSTRAINTS_FAILURE


def test_a_weak_digest_is_undecided_by_default_and_only_told_under_integrity() -> None:
    digest = hashlib.sha1(CONTENT).digest()
    weak = changed(references=(Reference(name="c", digest_algorithm="sha1", expected=digest, actual=digest),))
    assert only(ask(weak)) == (Indication.INDETERMINATE, SubIndication.CRYPTO_CONSTRAINTS_FAILURE_NO_POE)
    told = ask(weak, policy=Policy.named("integrity"), trust=TrustStore.empty(), basis="integrity")
    assert told.report.verdict is Verdict.INTACT
    assert told.report.reservations == ("ALGORITHM_WEAK",)


def test_integrity_judges_no_trust() -> None:
    outcome = ask(signature(), policy=Policy.named("integrity"), trust=TrustStore.empty(), basis="integrity")
    entry = outcome.report.signatures[0]
    assert outcome.report.verdict is Verdict.INTACT
    assert (entry.indication, entry.sub_indication, entry.path) == (None, None, ())
    assert outcome.report.trust_judged is False


def test_a_substituted_certificate_with_the_same_key_is_not_the_signer() -> None:
    double = Issue(subject="Signer", issuer="CA", serial=77).make()
    facts = replace(signature(), material=signature(double).material)
    outcome = ask(facts)
    assert only(outcome) == (Indication.INDETERMINATE, SubIndication.NO_SIGNING_CERTIFICATE_FOUND)
    assert "CERT_REFERENCE_MISMATCH" in codes(outcome)


def test_a_counter_signature_neither_spoils_nor_raises() -> None:
    broken = changed(id="C1", references=wrong_digest())
    spoiled = ask(changed(counter_signatures=(broken,)))
    assert spoiled.report.verdict is Verdict.PASSED
    assert spoiled.report.signatures[0].counter_signatures[0].indication is Indication.TOTAL_FAILED
    raised = ask(changed(references=wrong_digest(), counter_signatures=(changed(id="C1"),)))
    assert raised.report.verdict is Verdict.FAILED


def test_the_order_of_the_material_changes_nothing() -> None:
    extra = [Issue(subject=f"CA{index}", issuer="Root", ca=True).make() for index in range(5)]
    twin = Issue(subject="CA", issuer="Root", ca=True, serial=99).make()
    answers = set()
    for seed in range(6):
        carried: list[Certificate] = [ca(), twin, *extra]
        random.Random(seed).shuffle(carried)
        outcome = ask(signature(signer(), *carried))
        entry = outcome.report.signatures[0]
        answers.add((outcome.report.verdict, entry.indication, tuple(item.sha256 for item in entry.path)))
    assert len(answers) == 1


def test_more_material_never_takes_a_pass_away() -> None:
    stranger = Issue(subject="Stranger", issuer="Stranger", ca=True).make()
    plenty = data(*lists(), crl("Stranger"), crl("CA", next_update=TIME - timedelta(hours=1), this_update=START))
    assert ask(signature(signer(), ca(), stranger), data=plenty).report.verdict is Verdict.PASSED


def test_same_question_same_bytes() -> None:
    first, second = (Report.of(ask(signature()).report).to_json() for _ in range(2))
    assert first == second


def test_a_remembered_path_misses_no_revocation_no_time_and_no_other_policy() -> None:
    memo = PathMemo()
    assert ask(signature(), memo=memo).report.verdict is Verdict.PASSED
    revoked = data(crl("CA", Listed(certificate=signer(), time=BEFORE)), crl("Root"))
    assert only(ask(signature(), memo=memo, data=revoked))[1] is SubIndication.REVOKED_NO_POE
    assert only(ask(signature(), memo=memo, time=TIME + timedelta(days=7)))[1] is SubIndication.TRY_LATER
    assert only(ask(signature(), memo=memo, trust=TrustStore.empty(), basis="nobody"))[0] is Indication.INDETERMINATE
    assert ask(signature(), memo=memo).report.verdict is Verdict.PASSED


def test_on_the_very_date_of_a_change_a_path_is_remembered_for_that_time_alone() -> None:
    certificate = Issue(subject="Brief", issuer="CA", end=TIME + timedelta(days=2)).make()
    memo, last = PathMemo(), certificate.not_after
    again = [_remembered(memo, certificate, last) for _ in range(2)]
    assert again[0].conclusion.passed
    assert again[1].path is again[0].path
    assert not _remembered(memo, certificate, last + timedelta(seconds=1)).conclusion.passed
    assert _remembered(memo, certificate, last - timedelta(seconds=1)).path is not again[0].path


def _remembered(memo: PathMemo, certificate: Certificate, time: datetime) -> CertificateVerdict:
    asked = context(time=time)
    carried = tuple(
        EmbeddedObject(kind=MaterialKind.CERTIFICATE, der=item.der, origin=Origin.SIGNATURE)
        for item in (certificate, ca())
    )
    material, _ = asked.material(carried)
    return memo.validate(certificate, subject="S1", purpose=Purpose.SIGNER, material=material, context=asked)


def test_a_remembered_path_is_told_of_the_signature_that_asks() -> None:
    memo = PathMemo()
    missing = data(crl("Root"))
    ask(signature(), memo=memo, data=missing)
    again = ask(replace(signature(), id="S7"), memo=memo, data=missing)
    assert {finding.subject for finding in again.report.signatures[0].findings} == {"S7"}


def test_signatures_of_several_signers_are_judged_apart() -> None:
    assert key("Signer") is not key("Other")
    other = Issue(subject="Other", issuer="CA").make()
    bad = replace(signature(other, ca()), id="S2", references=wrong_digest())
    outcome = ask(signature(), bad)
    assert [entry.indication for entry in outcome.report.signatures] == [
        Indication.TOTAL_PASSED, Indication.TOTAL_FAILED,
    ]  # fmt: skip
    assert outcome.report.verdict is Verdict.FAILED


def test_a_document_that_nobody_signed_is_no_signature() -> None:
    assert ask().report.verdict is Verdict.NO_SIGNATURE


def test_a_certificate_named_by_a_weak_digest_is_a_reservation_like_one_not_named_at_all() -> None:
    reference = CertificateReference(digest_algorithm="sha1", digest=hashlib.sha1(signer().der).digest())
    outcome = ask(changed(certificate_references=(reference,)))
    assert outcome.report.verdict is Verdict.PASSED
    assert outcome.report.reservations == ("CERT_REFERENCE_WEAK",)
