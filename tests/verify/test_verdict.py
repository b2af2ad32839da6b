"""The verdict rules of design section 3.1, a test each, over hand-made conclusions."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edoc.facts.findings import Finding, Severity, error, info, warning
from edoc.facts.signature import Change, ChangeLevel, DocumentFacts, SignatureFacts, SignatureFormat
from edoc.policy.model import RESERVATIONS, Policy
from edoc.result.enums import Indication, SubIndication, Verdict
from edoc.result.report import EvidenceResult, PathCertificate, SignatureResult, TimestampResult
from edoc.trust.store import TrustStore
from edoc.verify.context import PASSED, Conclusion, Context, failed, undecided
from edoc.verify.signature import Judged
from edoc.verify.verdict import Decision, Proven, decide

TIME = datetime(2026, 6, 1, tzinfo=UTC)
DOCUMENT = DocumentFacts(name="ruling.pdf", media_type="application/pdf", size=1, sha256=b"\0" * 32)


def context(policy: str = "default", **changes: object) -> Context:
    made = Context(policy=Policy.named(policy), trust=TrustStore.empty(), time=TIME)
    return replace(made, **changes)  # type: ignore[arg-type]


def judged(conclusion: Conclusion = PASSED, *findings: Finding, **facts: object) -> Judged:
    base = SignatureFacts(id="S1", format=SignatureFormat.PADES, **facts)  # type: ignore[arg-type]
    entry = SignatureResult(
        id="S1", name="", format="PAdES", container=None, level="PAdES-BASELINE-B", indication=None,
        sub_indication=conclusion.sub_indication, intact=True, references_intact=True, signature_value_valid=True,
        unchanged_since_signing=True, changes_since_signing="none", changes=(), scope=(), signer=None,
        signing_certificate=None, path=(), algorithm=None, claimed_signing_time=None, best_signature_time=None,
        timestamps=(), counter_signatures=(), findings=findings,
    )  # fmt: skip
    return Judged(facts=base, entry=entry, conclusion=conclusion, wants=())


def stamp(intact: bool | None = True, indication: Indication | None = Indication.PASSED) -> TimestampResult:
    return TimestampResult(
        id="T1", kind="document", time=TIME, intact=intact, indication=indication, sub_indication=None,
        path=(PathCertificate(subject="CN=TSA", sha256="00", status="anchor"),),
    )  # fmt: skip


def verdict(*signatures: Judged, document: DocumentFacts = DOCUMENT, **options: object) -> Decision:
    policy = str(options.pop("policy", "default"))
    stamps = options.pop("stamps", ())
    records = options.pop("records", ())
    return decide(document, signatures, Proven(stamps, records), context(policy, **options))  # type: ignore[arg-type]


def test_all_passed_is_passed() -> None:
    assert verdict(judged(), judged()).verdict is Verdict.PASSED


def test_the_gravest_signature_speaks_for_the_document() -> None:
    bad = judged(failed(SubIndication.HASH_FAILURE))
    open_ = judged(undecided(SubIndication.TRY_LATER))
    assert verdict(judged(), bad).verdict is Verdict.FAILED
    assert verdict(judged(), open_).verdict is Verdict.INDETERMINATE
    assert verdict(open_, bad).verdict is Verdict.FAILED


def test_a_broken_container_fails_whatever_the_signatures_say() -> None:
    broken = replace(DOCUMENT, findings=(error("PDF_TRAILING_BYTES"),))
    assert verdict(judged(), document=broken).verdict is Verdict.FAILED


@pytest.mark.parametrize("policy", ["default", "integrity"])
def test_a_warning_outside_the_closed_list_leaves_it_undecided(policy: str) -> None:
    assert "CHANGE_NOT_JUDGED" not in RESERVATIONS
    assert verdict(judged(PASSED, warning("CHANGE_NOT_JUDGED")), policy=policy).verdict is Verdict.INDETERMINATE


def test_a_warning_of_the_closed_list_passes_and_is_named() -> None:
    decision = verdict(judged(PASSED, warning("ALGORITHM_ENDING")))
    assert decision.verdict is Verdict.PASSED
    assert decision.reservations == ("ALGORITHM_ENDING",)


def test_partial_coverage_and_unused_originals_bar_passed() -> None:
    assert verdict(judged(PASSED, warning("PARTIAL_COVERAGE"))).verdict is Verdict.INDETERMINATE
    unused = replace(DOCUMENT, unused_originals=("annex.docx",))
    decision = verdict(judged(), document=unused)
    assert decision.verdict is Verdict.INDETERMINATE
    assert [finding.code for finding in decision.findings] == ["DETACHED_UNUSED"]


def test_visible_content_after_the_last_passing_signature_bars_passed_even_where_permitted() -> None:
    change = Change(code="PDF_FIELD_FILLED", permitted=True, shown=True)
    added = judged(PASSED, changes_since_signing=ChangeLevel.PERMITTED, changes=(change,), covered_until=10)
    covering = judged(PASSED, covered_until=20)
    decision = verdict(added)
    assert decision.verdict is Verdict.INDETERMINATE
    assert "UNSIGNED_CONTENT_ADDED" in [finding.code for finding in decision.findings]
    assert verdict(added, covering).verdict is Verdict.PASSED
    assert verdict(added, policy="integrity").verdict is Verdict.INTACT


def test_no_signature_is_never_a_pass() -> None:
    decision = verdict()
    assert decision.verdict is Verdict.NO_SIGNATURE
    assert [finding.code for finding in decision.findings] == ["NO_SIGNATURE"]
    assert verdict(policy="integrity").verdict is Verdict.NO_SIGNATURE


def test_no_signature_needs_a_complete_parse() -> None:
    assert verdict(document=replace(DOCUMENT, findings=(warning("PDF_LIMIT"),))).verdict is Verdict.INDETERMINATE
    assert verdict(document=replace(DOCUMENT, findings=(error("PDF_XREF_LOOP"),))).verdict is Verdict.FAILED


def test_time_alone_is_no_signature_unless_it_was_asked_for() -> None:
    decision = verdict(stamps=(stamp(),))
    assert decision.verdict is Verdict.NO_SIGNATURE
    assert decision.findings[0].code == "ONLY_TIME_PROVEN"
    assert verdict(stamps=(stamp(),), expect="timestamp").verdict is Verdict.PASSED
    assert verdict(stamps=(stamp(None, None),), expect="timestamp").verdict is Verdict.INDETERMINATE
    assert verdict(stamps=(stamp(False),), expect="timestamp").verdict is Verdict.FAILED
    untrusted = stamp(True, Indication.INDETERMINATE)
    assert verdict(stamps=(untrusted,), expect="timestamp").verdict is Verdict.INDETERMINATE


def record(intact: bool | None, indication: Indication | None) -> EvidenceResult:
    return EvidenceResult(id="E1", kind="RFC4998", intact=intact, time=TIME, indication=indication)


@pytest.mark.parametrize("bad", [record(False, Indication.FAILED), record(None, Indication.INDETERMINATE)])
def test_an_evidence_record_neither_spoils_nor_raises_a_signature(bad: EvidenceResult) -> None:
    good = record(True, Indication.PASSED)
    for records in ((bad,), (good, bad)):
        assert verdict(judged(), records=records).verdict is Verdict.PASSED
    open_ = judged(undecided(SubIndication.REVOKED_NO_POE))
    assert verdict(open_, records=(good,)).verdict is Verdict.INDETERMINATE


def test_an_evidence_record_alone_is_no_signature_unless_time_was_asked_for() -> None:
    good, bad = record(True, Indication.PASSED), record(False, Indication.FAILED)
    assert verdict(records=(good,)).verdict is Verdict.NO_SIGNATURE
    assert [item.code for item in verdict(records=(good,)).findings] == ["ONLY_TIME_PROVEN"]
    assert verdict(records=(good,), expect="timestamp").verdict is Verdict.PASSED
    assert verdict(records=(good, bad), expect="timestamp").verdict is Verdict.FAILED
    missing = record(None, Indication.INDETERMINATE)
    assert verdict(records=(missing,), expect="timestamp").verdict is Verdict.INDETERMINATE


def test_a_broken_token_neither_spoils_nor_raises_a_signature() -> None:
    served = judged(PASSED, warning("TIMESTAMP_INVALID"))
    assert verdict(served, stamps=(stamp(False, Indication.FAILED),)).verdict is Verdict.PASSED
    open_ = judged(undecided(SubIndication.REVOKED_NO_POE))
    assert verdict(open_, stamps=(stamp(),)).verdict is Verdict.INDETERMINATE


def test_a_clock_behind_a_proved_time_is_undecided_only_when_now_is_the_clock() -> None:
    later = replace(stamp(), time=TIME + timedelta(hours=1))
    assert verdict(judged(), stamps=(later,)).verdict is Verdict.INDETERMINATE
    assert verdict(judged(), stamps=(later,), time_source="given").verdict is Verdict.PASSED
    skewed = replace(stamp(), time=TIME + timedelta(minutes=5))
    assert verdict(judged(), stamps=(skewed,)).verdict is Verdict.PASSED


def test_a_future_time_from_a_time_stamping_authority_that_nobody_trusts_spoils_nothing() -> None:
    anybody = replace(stamp(), time=TIME + timedelta(days=9999), path=())
    assert verdict(judged(), stamps=(anybody,)).verdict is Verdict.PASSED


_FINDINGS = st.lists(
    st.builds(
        Finding,
        code=st.sampled_from(["HASH_MISMATCH", "ALGORITHM_ENDING", "CHANGE_NOT_JUDGED", "TIME_NOT_PROVEN"]),
        severity=st.sampled_from(Severity),
    ),
    max_size=4,
)


@given(own=_FINDINGS, document=_FINDINGS, policy=st.sampled_from(["default", "integrity"]))
def test_any_error_finding_bars_passed(own: list[Finding], document: list[Finding], policy: str) -> None:
    decision = verdict(judged(PASSED, *own), document=replace(DOCUMENT, findings=tuple(document)), policy=policy)
    if any(finding.severity is Severity.ERROR for finding in (*own, *document)):
        assert decision.verdict not in (Verdict.PASSED, Verdict.INTACT)


@given(
    st.lists(
        st.sampled_from(
            [PASSED, failed(SubIndication.HASH_FAILURE), undecided(SubIndication.TRY_LATER)],
        ),
        min_size=1,
        max_size=5,
    )
)
def test_adding_a_signature_never_raises_the_verdict(conclusions: list[Conclusion]) -> None:
    rank = {Verdict.FAILED: 0, Verdict.INDETERMINATE: 1, Verdict.PASSED: 2}
    fewer = verdict(*[judged(item) for item in conclusions[:-1]]).verdict if conclusions[:-1] else Verdict.PASSED
    assert rank[verdict(*[judged(item) for item in conclusions]).verdict] <= rank[fewer]


def test_info_findings_decide_nothing() -> None:
    assert verdict(judged(PASSED, info("TIME_NOT_PROVEN"))).verdict is Verdict.PASSED
