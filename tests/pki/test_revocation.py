"""The status of a certificate: whose lists count, for what, and what several say together."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from edoc.limits import DEFAULT_LIMITS
from edoc.pki import extensions as ext
from edoc.pki.certificate import Certificate
from edoc.pki.crl import RevocationList
from edoc.pki.path import CandidatePath
from edoc.pki.pool import Pool
from edoc.pki.revocation import CertificateStatus, Evidence, Status, certificate_status, needs_status
from tests.pki import forge
from tests.pki.forge import CA, SIGNER, START, TIME, anchor, authority, cn, crl, leaf, revoked

URI = "http://lists.test/a.crl"
DAY = timedelta(days=1)
LIST_SIGNER = (forge.key_usage("cRLSign"),)


def ask(
    signer: Certificate, *crls: RevocationList, above: tuple[Certificate, ...] = (), root: Certificate | None = None,
    pool: tuple[Certificate, ...] = (), at: datetime = TIME, index: int = 0,
) -> CertificateStatus:  # fmt: skip
    """Ask for a status on the path signer, above, anchor."""
    top = anchor(root or authority("Root").make())
    path = CandidatePath(certificates=(signer, *above), anchor=top)
    evidence = Evidence(crls=crls, pool=Pool((signer, *above, *pool)))
    return certificate_status(path, index, evidence=evidence, anchors=(top,), time=at)


def reasons(found: CertificateStatus) -> list[str]:
    return [item.code for item in found.rejected]


def root_leaf(**changes: object) -> Certificate:
    return leaf("Root", **changes).make()


def test_no_list_leaves_the_status_unknown() -> None:
    found = ask(root_leaf())
    assert (found.status, found.rejected) == (Status.UNKNOWN, ())


def test_a_list_of_the_issuer_gives_good_or_revoked_with_its_dates() -> None:
    good = crl("Root", revoked(1))
    found = ask(root_leaf(), good)
    assert found.status is Status.GOOD
    assert (found.this_update, found.next_update) == (good.this_update, good.next_update)
    assert found.evidence_sha256 == good.sha256
    assert not found.key_differs
    bad = ask(root_leaf(), crl("Root", revoked(1000, reason=1)))
    assert (bad.status, bad.reason, bad.revocation_time) == (Status.REVOKED, "keyCompromise", START)


def test_the_list_of_an_anchor_that_is_not_self_signed_counts() -> None:
    issuing = authority("Sub", "Root").make()
    signer = leaf("Sub").make()
    assert ask(signer, crl("Sub"), root=issuing).status is Status.GOOD
    assert ask(signer, crl("Sub", revoked(1000)), root=issuing).status is Status.REVOKED


def test_a_list_of_the_same_name_by_another_key_is_no_evidence() -> None:
    found = ask(root_leaf(), crl("Root", signer="Impostor"))
    assert (found.status, reasons(found)) == (Status.UNKNOWN, ["EVIDENCE_ISSUER"])
    impostor = authority("Root", subject_key="Impostor", issuer_key="Impostor").make()
    found = ask(root_leaf(), crl("Root", signer="Impostor"), pool=(impostor,))
    assert (found.status, reasons(found)) == (Status.UNKNOWN, ["EVIDENCE_ISSUER"])


def test_an_authority_that_may_not_sign_lists_is_no_evidence() -> None:
    sub = authority("Sub", "Root", extensions=(forge.basic_constraints(), forge.key_usage("keyCertSign"))).make()
    found = ask(leaf("Sub").make(), crl("Sub"), above=(sub,))
    assert (found.status, reasons(found)) == (Status.UNKNOWN, ["NO_CRLSIGN"])


def test_another_certificate_of_the_same_key_may_vouch_for_the_list() -> None:
    sub = authority("Sub", "Root", extensions=(forge.basic_constraints(), forge.key_usage("keyCertSign"))).make()
    twin = authority("Sub", "Root", serial=2).make()
    found = ask(leaf("Sub").make(), crl("Sub"), crl("Root"), above=(sub,), pool=(twin,))
    assert (found.status, found.evidence_issuer) == (Status.GOOD, twin)


def test_a_separate_signer_of_lists_needs_a_path_to_the_same_anchor_and_a_status() -> None:
    sub = authority("Sub", "Root").make()
    helper = authority("Sub", "Root", subject_key="Lists", serial=2, extensions=LIST_SIGNER).make()
    signer, by_helper = leaf("Sub").make(), crl("Sub", signer="Lists")
    ok = ask(signer, by_helper, crl("Root"), above=(sub,), pool=(helper,))
    assert (ok.status, ok.evidence_issuer, ok.key_differs) == (Status.GOOD, helper, True)
    assert {spki for _, spki in ok.evidence_signatures} == {forge.spki("Lists"), forge.spki("Root")}
    assert ask(signer, by_helper, above=(sub,), pool=(helper,)).status is Status.UNKNOWN
    assert ask(signer, by_helper, crl("Root", revoked(2)), above=(sub,), pool=(helper,)).status is Status.UNKNOWN
    stale = crl("Root", this=TIME - 9 * DAY, following=TIME - DAY)
    assert ask(signer, by_helper, stale, above=(sub,), pool=(helper,)).status is Status.UNKNOWN


def test_a_signer_of_lists_under_another_anchor_is_no_evidence() -> None:
    sub, other = authority("Sub", "Root").make(), authority("Other Root").make()
    helper = authority("Sub", "Other Root", subject_key="Lists", extensions=LIST_SIGNER).make()
    top = anchor(authority("Root").make())
    path = CandidatePath(certificates=(leaf("Sub").make(), sub), anchor=top)
    crls = (crl("Sub", signer="Lists"), crl("Root"), crl("Other Root"))
    evidence = Evidence(crls=crls, pool=Pool((sub, helper, other)))
    found = certificate_status(path, 0, evidence=evidence, anchors=(top, anchor(other)), time=TIME)
    assert (found.status, reasons(found)) == (Status.UNKNOWN, ["EVIDENCE_ISSUER"])


def test_a_list_may_answer_for_its_own_signer() -> None:
    """A self-issued certificate for lists: its status stands in the list that it signs."""
    sub = authority("Sub", "Root").make()
    own = authority("Sub", subject_key="Lists", serial=2, extensions=LIST_SIGNER).make()
    signer = leaf("Sub").make()
    assert ask(signer, crl("Sub", signer="Lists"), crl("Root"), above=(sub,), pool=(own,)).status is Status.GOOD
    listed = crl("Sub", revoked(2), signer="Lists")
    assert ask(signer, listed, crl("Root"), above=(sub,), pool=(own,)).status is Status.UNKNOWN


def test_two_signers_of_lists_that_vouch_for_each_other_end() -> None:
    one = authority("Lists A", "Lists B", serial=3, extensions=CA).make()
    two = authority("Lists B", "Lists A", serial=4, extensions=CA).make()
    found = ask(leaf("Lists A").make(), crl("Lists A"), crl("Lists B"), pool=(one, two))
    assert found.status is not Status.REVOKED


def test_after_a_key_roll_over_the_new_key_s_list_covers_old_certificates() -> None:
    rolled = authority("Root", subject_key="Root new", serial=2).make()
    signer = root_leaf()
    found = ask(signer, crl("Root", signer="Root new"), crl("Root"), pool=(rolled,))
    assert found.status is Status.GOOD
    only_new = ask(signer, crl("Root", revoked(1000), signer="Root new"), crl("Root"), pool=(rolled,))
    assert (only_new.status, only_new.key_differs) == (Status.REVOKED, True)


def test_another_anchor_of_the_same_name_may_sign_the_list() -> None:
    old, new = authority("Root").make(), authority("Root", subject_key="Root new", issuer_key="Root new").make()
    path = CandidatePath(certificates=(root_leaf(),), anchor=anchor(old))
    evidence = Evidence(crls=(crl("Root", signer="Root new"),))
    both = (anchor(old), anchor(new))
    assert certificate_status(path, 0, evidence=evidence, anchors=both, time=TIME).status is Status.GOOD
    assert certificate_status(path, 0, evidence=evidence, anchors=both[:1], time=TIME).status is Status.UNKNOWN


def test_a_list_from_after_the_time_is_not_known_yet() -> None:
    late = crl("Root", this=TIME + timedelta(minutes=6))
    assert reasons(ask(root_leaf(), late)) == ["EVIDENCE_FUTURE"]
    assert ask(root_leaf(), crl("Root", this=TIME + timedelta(minutes=4))).status is Status.GOOD


def test_a_stale_list_keeps_its_dates_so_that_the_policy_can_judge_it() -> None:
    found = ask(root_leaf(), crl("Root", this=TIME - 9 * DAY, following=TIME - DAY))
    assert (found.status, found.next_update) == (Status.GOOD, TIME - DAY)
    assert ask(root_leaf(), crl("Root", following=None)).next_update is None


@pytest.mark.parametrize(
    ("only", "authority_status", "signer_status"),
    [(1, Status.UNKNOWN, Status.GOOD), (2, Status.GOOD, Status.UNKNOWN), (5, Status.UNKNOWN, Status.UNKNOWN)],
    ids=["user", "CA", "attribute"],
)
def test_a_list_for_some_kinds_of_certificates(only: int, authority_status: Status, signer_status: Status) -> None:
    part = crl("Root", extensions=[forge.issuing_point(only=only)])
    assert ask(root_leaf(), part).status is signer_status
    assert ask(authority("Sub", "Root").make(), part).status is authority_status


def test_a_list_of_another_distribution_point_does_not_speak_of_the_certificate() -> None:
    signer = root_leaf(extensions=(*SIGNER, forge.distribution_points(forge.distribution_point(URI))))
    assert ask(signer, crl("Root", extensions=[forge.issuing_point(URI)])).status is Status.GOOD
    other = ask(signer, crl("Root", extensions=[forge.issuing_point(URI + "2")]))
    assert (other.status, reasons(other)) == (Status.UNKNOWN, ["EVIDENCE_SCOPE"])
    assert ask(root_leaf(), crl("Root", extensions=[forge.issuing_point(URI)])).status is Status.UNKNOWN
    assert ask(root_leaf(), crl("Root", extensions=[forge.issuing_point(name=cn("Root"))])).status is Status.GOOD


def test_lists_for_some_reasons_must_cover_all_of_them_together() -> None:
    some = crl("Root", extensions=[forge.issuing_point(reasons=[1, 2])])
    rest = crl("Root", this=TIME - 20 * DAY, extensions=[forge.issuing_point(reasons=[3, 4, 5, 6, 7, 8])])
    alone = ask(root_leaf(), some)
    assert (alone.status, reasons(alone)) == (Status.UNKNOWN, ["EVIDENCE_REASONS"])
    together = ask(root_leaf(), some, rest)
    assert (together.status, together.this_update) == (Status.GOOD, rest.this_update)
    bad = crl("Root", revoked(1000), extensions=[forge.issuing_point(reasons=[1, 2])])
    assert ask(root_leaf(), bad).status is Status.REVOKED


def delta(*entries: bytes, base: int = 5, value: int = 6, **options: object) -> RevocationList:
    return crl("Root", *entries, extensions=[forge.number(value), forge.base_number(base)], this=TIME - DAY, **options)


BASE = [forge.number(5)]


def test_a_delta_is_laid_over_its_base() -> None:
    base, held = crl("Root", extensions=BASE), crl("Root", revoked(1000, reason=6), extensions=BASE)
    assert ask(root_leaf(), base, delta(revoked(1000, reason=1))).status is Status.REVOKED
    good = ask(root_leaf(), base, delta())
    assert (good.status, good.this_update) == (Status.GOOD, TIME - DAY)
    assert ask(root_leaf(), held).status is Status.ON_HOLD
    assert ask(root_leaf(), held, delta(revoked(1000, reason=8))).status is Status.GOOD


def test_a_delta_takes_back_a_hold_and_no_revocation() -> None:
    base = crl("Root", revoked(1000, reason=1), extensions=BASE)
    assert ask(root_leaf(), base, delta(revoked(1000, reason=8))).status is Status.REVOKED


def test_a_delta_alone_is_no_evidence() -> None:
    assert ask(root_leaf(), delta()).status is Status.UNKNOWN
    assert ask(root_leaf(), delta(revoked(1000, reason=1))).status is not Status.GOOD


@pytest.mark.parametrize(
    "changes",
    [{"base": 6, "value": 7}, {"base": 3, "value": 5}, {"signer": "Other"}],
    ids=["base above", "not newer", "other key"],
)
def test_a_delta_that_does_not_fit_is_passed_over(changes: dict[str, object]) -> None:
    held = crl("Root", revoked(1000, reason=6), extensions=BASE)
    released = delta(revoked(1000, reason=8), **changes)  # type: ignore[arg-type]
    assert ask(root_leaf(), held, released).status is Status.ON_HOLD


def test_a_delta_of_another_scope_does_not_fit() -> None:
    held = crl("Root", revoked(1000, reason=6), extensions=BASE)
    other = crl(
        "Root", revoked(1000, reason=8), this=TIME - DAY,
        extensions=[forge.number(6), forge.base_number(5), forge.issuing_point(only=1)],
    )  # fmt: skip
    assert ask(root_leaf(), held, other).status is Status.ON_HOLD


def test_a_release_in_a_complete_list_makes_it_unusable() -> None:
    found = ask(root_leaf(), crl("Root", revoked(1000, reason=8)))
    assert (found.status, reasons(found)) == (Status.UNKNOWN, ["EVIDENCE_MALFORMED"])


def test_a_hold_ends_with_a_newer_list_and_a_revocation_never() -> None:
    older = {"this": TIME - 20 * DAY, "following": TIME + DAY}
    newer = crl("Root")
    assert ask(root_leaf(), crl("Root", revoked(1000, reason=6), **older), newer).status is Status.GOOD
    assert ask(root_leaf(), crl("Root", revoked(1000, reason=1), **older), newer).status is Status.REVOKED


def indirect(*entries: bytes, issuer: str = "Lists", **options: object) -> RevocationList:
    return crl(issuer, *entries, extensions=[forge.issuing_point(indirect=True)], **options)


def delegated() -> Certificate:
    point = forge.distribution_point(crl_issuer=cn("Lists"))
    return root_leaf(extensions=(*SIGNER, forge.distribution_points(point)))


def test_an_indirect_list_counts_where_the_certificate_names_its_issuer() -> None:
    helper = authority("Lists", "Root", serial=2, extensions=LIST_SIGNER).make()
    clean = crl("Root", extensions=[forge.number(1)])
    assert ask(delegated(), indirect(), clean, pool=(helper,)).status is Status.GOOD
    assert ask(root_leaf(), indirect(), pool=(helper,)).status is Status.UNKNOWN
    bad = indirect(revoked(1, issuer=cn("Other")), revoked(999, issuer=cn("Root")), revoked(1000))
    assert ask(delegated(), bad, clean, pool=(helper,)).status is Status.REVOKED
    foreign = indirect(revoked(1000, issuer=cn("Other")))
    assert ask(delegated(), foreign, clean, pool=(helper,)).status is Status.GOOD


def test_a_list_that_is_not_indirect_says_nothing_about_other_issuers() -> None:
    helper = authority("Lists", "Root", serial=2, extensions=LIST_SIGNER).make()
    assert ask(delegated(), crl("Lists"), crl("Root"), pool=(helper,)).status is Status.UNKNOWN


def test_evidence_about_an_expired_certificate_says_whether_it_would_know() -> None:
    old = root_leaf(start=START - 400 * DAY, end=START)
    assert not ask(old, crl("Root")).knows_expired
    kept = crl("Root", extensions=[(ext.EXPIRED_CERTS_ON_CRL, False, forge.generalized(START - 100 * DAY))])
    assert ask(old, kept).knows_expired
    since_later = crl("Root", extensions=[(ext.EXPIRED_CERTS_ON_CRL, False, forge.generalized(START + DAY))])
    assert not ask(old, since_later).knows_expired
    assert ask(root_leaf(), crl("Root")).knows_expired


def test_a_list_announced_for_later_revokes_already() -> None:
    assert ask(root_leaf(), crl("Root", revoked(1000, time=TIME + DAY))).status is Status.REVOKED


def test_only_end_entities_may_do_without_a_status() -> None:
    exempt = (ext.NO_REV_AVAIL, False, b"\x05\x00")
    short = (ext.VALIDITY_ASSURED_SHORT_TERM, False, b"\x05\x00")
    assert not needs_status(root_leaf(extensions=(*SIGNER, exempt)))
    assert not needs_status(root_leaf(extensions=(*SIGNER, short)))
    assert needs_status(authority("Sub", "Root", extensions=(*CA, exempt)).make())
    assert needs_status(root_leaf())


def test_a_spent_budget_leaves_nothing_good() -> None:
    junk = tuple(authority("Root", subject_key=f"Junk {number}", serial=number).make() for number in range(2, 12))
    forged = crl("Root", signer="Nobody")
    limits = replace(DEFAULT_LIMITS, path_signature_checks=5)
    path = CandidatePath(certificates=(root_leaf(),), anchor=anchor(authority("Root").make()))
    evidence = Evidence(crls=(crl("Root"), forged), pool=Pool(junk))
    found = certificate_status(path, 0, evidence=evidence, anchors=(path.anchor,), time=TIME, limits=limits)
    assert found.status is Status.UNKNOWN
    assert "PATH_BUDGET" in reasons(found)
    roomy = certificate_status(path, 0, evidence=evidence, anchors=(path.anchor,), time=TIME)
    assert roomy.status is Status.GOOD


def test_an_unknown_critical_entry_extension_leaves_the_list_unusable_for_everybody() -> None:
    spoiled = crl("Root", revoked(6, extra=[("1.3.6.1.4.1.99999.1", True, b"\x05\x00")]))
    found = ask(root_leaf(), spoiled)
    assert (found.status, reasons(found)) == (Status.UNKNOWN, ["EVIDENCE_MALFORMED"])


def test_two_certificates_of_one_issuer_and_serial_number_share_their_entry() -> None:
    twin = root_leaf(subject_key="Another")
    assert ask(twin, crl("Root", revoked(1000))).status is Status.REVOKED


def test_the_dates_of_an_expired_list_signer_are_left_to_the_caller_for_the_leaf_only() -> None:
    sub = authority("Sub", "Root").make()
    past = datetime(2026, 5, 25, tzinfo=UTC)
    helper = authority("Sub", "Root", subject_key="Lists", serial=2, extensions=LIST_SIGNER, end=past).make()
    found = ask(leaf("Sub").make(), crl("Sub", signer="Lists"), crl("Root"), above=(sub,), pool=(helper,))
    assert (found.status, found.evidence_issuer) == (Status.GOOD, helper)
    top = authority("Top", "Sub").make()
    found = ask(leaf("Top").make(), crl("Sub", signer="Lists"), crl("Root"), above=(top, sub), pool=(helper,), index=1)
    assert (found.status, reasons(found)) == (Status.UNKNOWN, ["EVIDENCE_ISSUER"])
