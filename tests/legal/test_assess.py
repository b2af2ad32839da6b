"""What an assessment says of reports: evidence by article, never more than the report states."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from edoc.errors import ConfigError
from edoc.facts.findings import error, warning
from edoc.legal import LegalView, Outcome, PkiClass, PkiNames, assess, built_in
from edoc.legal.evidence import QUESTIONS
from edoc.legal.profile import BUILT_IN
from edoc.report.legal import legal_dict, render_legal
from edoc.result.enums import SubIndication
from edoc.result.report import PathCertificate, ReportData, SignaturePolicy
from tests.report.makers import EVERY, HEX, SIGNED, data, failed, intact, signature, timestamp, undecided, unsigned

LAW = built_in("ir-ecl")
LICENSED, CLOSED, FOREIGN = (PkiNames(anchors={HEX: kind}) for kind in (PkiClass.LICENSED, PkiClass.CLOSED, PkiClass.FOREIGN))


def outcome(view: LegalView, article: str) -> Outcome:
    return next(item.outcome for item in view.articles if item.id == article)


def answers(found: ReportData, pki: PkiNames = LICENSED) -> dict[str, Outcome]:
    """Every answered question of a report with one signature."""
    views = [assess(found, built_in(name), pki=pki) for name in BUILT_IN]
    return {item.test: item.outcome for view in views for article in view.articles for item in article.evidence}


def test_a_good_signature_under_a_licensed_anchor() -> None:
    view = assess(data(), LAW, pki=LICENSED)
    assert [outcome(view, f"IR-ECL-10-{clause}") for clause in "abcd"] == [Outcome.SUPPORTS] * 4
    # Nothing proves the time, and nothing keeps the file: evidence for articles 11 and 14 is missing.
    assert outcome(view, "IR-ECL-11") is outcome(view, "IR-ECL-14") is Outcome.MISSING


def test_everything_at_hand_supports_article_14() -> None:
    entry = signature(level="PAdES-BASELINE-LTA", best_signature_time=SIGNED, timestamps=(timestamp(),), findings=())
    assert outcome(assess(data(entry), LAW, pki=LICENSED), "IR-ECL-14") is Outcome.SUPPORTS


def test_the_class_of_a_pki_comes_from_the_caller_alone() -> None:
    view = assess(data(), LAW)
    assert [item.pki for item in view.pki] == [PkiClass.UNSTATED]
    assert outcome(view, "IR-ECL-10-b") is Outcome.MISSING
    assert [item.pki for item in assess(data(), LAW, pki=PkiNames(anchors={"00" * 32: PkiClass.LICENSED})).pki] == [PkiClass.UNSTATED]


@pytest.mark.parametrize("pki", [CLOSED, FOREIGN])
def test_closed_and_foreign_authorities_set_article_10_aside(pki: PkiNames) -> None:
    view = assess(data(), LAW, pki=pki)
    for article in (*(f"IR-ECL-10-{clause}" for clause in "abcd"), "IR-ECL-14", "IR-ECL-15"):
        assert outcome(view, article) is Outcome.NOT_ASSESSED
        assert not next(item for item in view.articles if item.id == article).evidence
    assert outcome(view, "IR-ECL-12") is Outcome.SUPPORTS


def test_one_signature_set_aside_leaves_the_other() -> None:
    other = "cd" * 32
    second = signature(2, path=(PathCertificate(subject="CN=Root", sha256=other, status="anchor"),))
    view = assess(data(signature(), second), LAW, pki=PkiNames(anchors={HEX: PkiClass.CLOSED, other: PkiClass.LICENSED}))
    article = next(item for item in view.articles if item.id == "IR-ECL-10-d")
    assert article.outcome is Outcome.SUPPORTS
    assert [item.signature for item in article.set_aside] == ["S1"]
    assert {item.subjects for item in article.evidence} == {("S2",)}


def test_a_changed_document_contradicts() -> None:
    view = assess(failed(), LAW, pki=LICENSED)
    assert outcome(view, "IR-ECL-10-d") is outcome(view, "IR-ECL-2-e") is Outcome.CONTRADICTS


def test_a_revoked_certificate_contradicts_unless_proved_earlier() -> None:
    assert answers(undecided())["not_revoked"] is Outcome.CONTRADICTS
    revoked = (PathCertificate(subject="CN=x", sha256=HEX, status="revoked"), PathCertificate(subject="R", sha256=HEX, status="anchor"))
    assert answers(data(signature(path=revoked)))["not_revoked"] is Outcome.CONTRADICTS
    proved = signature(path=revoked, findings=(warning("REVOKED_AFTER_PROOF", "S1"),))
    assert answers(data(proved))["not_revoked"] is Outcome.SUPPORTS


@pytest.mark.parametrize(
    ("change", "test", "expected"),
    [
        ({"references_intact": None}, "digests_match", Outcome.MISSING),
        ({"signature_value_valid": False}, "value_matches", Outcome.CONTRADICTS),
        ({"unchanged_since_signing": None}, "unchanged", Outcome.MISSING),
        ({"changes_since_signing": "permitted"}, "covers_document", Outcome.CONTRADICTS),
        ({"changes_since_signing": None}, "covers_document", Outcome.MISSING),
        ({"findings": (error("ALGORITHM_WEAK", "S1"),)}, "algorithm_strong", Outcome.CONTRADICTS),
        ({"algorithm": None}, "algorithm_strong", Outcome.MISSING),
        ({"path": ()}, "trusted_path", Outcome.MISSING),
        ({"path": ()}, "signer_named", Outcome.MISSING),
        ({"signer": None}, "identifier_present", Outcome.MISSING),
        ({"findings": (error("SIGNED_AFTER_EXPIRY", "S1"),)}, "in_force", Outcome.CONTRADICTS),
        ({"findings": (error("CERTIFICATE_EXPIRED", "S1"),)}, "in_force", Outcome.MISSING),
        ({"findings": (error("KEY_USAGE", "S1"),)}, "purpose_fits", Outcome.CONTRADICTS),
        ({"findings": (error("CERT_REFERENCE_MISMATCH", "S1"),)}, "certificate_bound", Outcome.CONTRADICTS),
        ({"findings": (warning("CERT_REFERENCE_MISSING", "S1"),)}, "certificate_bound", Outcome.MISSING),
        ({"findings": (warning("PDF_DYNAMIC_CONTENT", "S1"),)}, "no_active_content", Outcome.CONTRADICTS),
        ({"sub_indication": SubIndication.FORMAT_FAILURE}, "no_active_content", Outcome.MISSING),
        ({"claimed_signing_time": None}, "time_claimed", Outcome.MISSING),
        ({"indication": None}, "checks_passed", Outcome.MISSING),
    ],
)
def test_a_question_answers_what_the_report_states(change: dict[str, object], test: str, expected: Outcome) -> None:
    assert answers(data())[test] is Outcome.SUPPORTS
    assert answers(data(signature(**change)))[test] is expected


def test_without_trust_nobody_is_named() -> None:
    found = answers(replace(intact(), signatures=(signature(indication=None),)))
    for test in ("signer_named", "trusted_path", "licensed_anchor", "not_revoked", "in_force", "purpose_fits", "checks_passed"):
        assert found[test] is Outcome.MISSING


@pytest.mark.parametrize("name", BUILT_IN)
def test_without_a_signature_everything_is_missing(name: str) -> None:
    view = assess(unsigned(), built_in(name), pki=LICENSED)
    assert {item.outcome for item in view.articles} == {Outcome.MISSING}


def test_types_of_documents_that_the_law_leaves_out() -> None:
    view = assess(data(), LAW, pki=LICENSED, document_type="title-deed")
    assert view.out_of_scope
    assert outcome(view, "IR-ECL-6") is Outcome.OUT_OF_SCOPE
    assert "OUT_OF_SCOPE" in render_legal(view)
    assert not assess(data(), LAW, document_type="other").out_of_scope
    with pytest.raises(ConfigError) as caught:
        assess(data(), LAW, document_type="deed")
    assert caught.value.code == "LEGAL_TYPE_UNKNOWN"


@pytest.mark.parametrize("profile", BUILT_IN)
@pytest.mark.parametrize("name", EVERY)
def test_every_report_can_be_seen_and_rendered(name: str, profile: str) -> None:
    view = assess(EVERY[name], built_in(profile), pki=LICENSED)
    for lang in ("en", "fa"):
        text = render_legal(view, lang=lang)
        told = legal_dict(view, lang=lang)
        assert json.loads(json.dumps(told)) == told
        assert all(article.id in text for article in view.articles)
        assert "verdict" not in json.dumps(told)
        assert {"PASSED", "FAILED"}.isdisjoint(text.split())


def test_a_view_is_no_truth_value() -> None:
    with pytest.raises(TypeError):
        bool(assess(data(), LAW))


def test_every_question_can_support() -> None:
    scope = replace(signature().scope[0], kind=next(kind for kind in type(signature().scope[0].kind) if kind.value == "ATTACHMENT"))
    claims = replace(signature().claims, signature_policy=SignaturePolicy(id="1.2.3", uri=None, digest={}, matches=True))
    entry = signature(
        level="PAdES-BASELINE-LTA", best_signature_time=SIGNED, timestamps=(timestamp(),), findings=(), scope=(scope,), claims=claims,
        signer=replace(signature().signer, organization="Practice"),  # type: ignore[type-var]
    )  # fmt: skip
    found = answers(data(entry))
    assert found.keys() == QUESTIONS.keys()
    assert set(found.values()) == {Outcome.SUPPORTS}
