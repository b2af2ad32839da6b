"""Paths and statuses as a verification uses them: a certificate verdict under the default policy."""

from __future__ import annotations

import time
from datetime import datetime, timedelta

import pytest

from edoc.pki import extensions as ext
from edoc.pki.certificate import Certificate
from edoc.pki.crl import RevocationList
from edoc.pki.der import integer, tlv
from edoc.policy.model import Policy
from edoc.result.enums import Indication, SubIndication
from edoc.trust import Purpose, TrustStore
from edoc.verify.certificate import CertificateVerdict
from edoc.verify.context import Context, Material
from edoc.verify.memo import PathMemo
from tests.pki import forge
from tests.pki.forge import CA, SIGNER, TIME, authority, crl, leaf, revoked

GENEROUS = 1.5
"""CPU seconds for what takes 0.1 alone: busy neighbours and the garbage of a long run of tests come on top."""
ROOT = authority("Root").make()
STORE = TrustStore.of([ROOT.der])
DAY = timedelta(days=1)


def material(certificates: list[Certificate], crls: list[RevocationList]) -> Material:
    key = b"".join(item.sha256 for item in (*certificates, *crls))
    return Material(tuple(certificates), tuple(crls), (), key)


def judge(
    signer: Certificate, *crls: RevocationList, pool: list[Certificate] | None = None, at: datetime = TIME
) -> CertificateVerdict:
    context = Context(policy=Policy.named("default"), trust=STORE, time=at)
    given = material([signer, *(pool or [])], list(crls))
    return PathMemo().validate(signer, subject="s", purpose=Purpose.SIGNER, material=given, context=context)


def outcome(verdict: CertificateVerdict) -> tuple[Indication, SubIndication | None]:
    return verdict.conclusion.indication, verdict.conclusion.sub_indication


def codes(verdict: CertificateVerdict) -> set[str]:
    return {item.code for item in (*verdict.conclusion.findings, *verdict.findings)}


PASSED = (Indication.PASSED, None)


def test_a_plain_path_with_lists_passes() -> None:
    sub = authority("Sub", "Root").make()
    assert outcome(judge(leaf("Sub").make(), crl("Sub"), crl("Root"), pool=[sub])) == PASSED


@pytest.mark.parametrize("size", [5, 7, 12])
@pytest.mark.parametrize("case", ["no anchor", "forged anchor", "one good route", "signers of lists"])
def test_meshes_end_at_once_whatever_hangs_on_them(size: int, case: str) -> None:
    names = [f"Mesh {number}" for number in range(size)]
    pairs = [(one, other) for one in names for other in names if one != other]
    pool = [authority(one, other, serial=serial).make() for serial, (one, other) in enumerate(pairs, 10)]
    lists = [crl(name) for name in names]
    if case == "forged anchor":
        pool.append(authority(names[-1], "Root", issuer_key="Forger").make())
    if case in ("one good route", "signers of lists"):
        pool.append(authority(names[-1], "Root").make())
        lists.append(crl("Root"))
    if case == "signers of lists":
        keys = [(one, other, f"Lists {number % 20}") for number, (one, other) in enumerate(pairs)]
        pool += [
            authority(one, other, subject_key=key, serial=900 + n).make() for n, (one, other, key) in enumerate(keys)
        ]
        lists = [crl(one, signer=key) for one, _, key in keys]
    start = time.process_time()
    found = judge(leaf(names[0]).make(), *lists, pool=pool)
    assert time.process_time() - start < GENEROUS
    assert (outcome(found) == PASSED) == (case == "one good route")
    assert found.conclusion.indication is not Indication.FAILED


def test_a_route_deeper_than_the_limit_is_undecided_and_the_budget_named() -> None:
    chain = [authority("Deep 0", "Root").make()]
    chain += [authority(f"Deep {level}", f"Deep {level - 1}").make() for level in range(1, 11)]
    found = judge(leaf("Deep 10").make(), pool=chain)
    assert outcome(found) == (Indication.INDETERMINATE, SubIndication.NO_CERTIFICATE_CHAIN_FOUND)
    assert "PATH_BUDGET" in codes(found)


def test_a_list_signed_with_a_weak_algorithm_does_not_carry_a_pass() -> None:
    body = tlv(
        0x30, integer(1), forge.ECDSA_SHA1, forge.cn("Root"), forge.moment(TIME - DAY), forge.moment(TIME + DAY),
    )  # fmt: skip
    weak = RevocationList.load(forge.signed(body, "Root", forge.ECDSA_SHA1))
    found = judge(leaf("Root").make(), weak)
    assert outcome(found) == (Indication.INDETERMINATE, SubIndication.CRYPTO_CONSTRAINTS_FAILURE_NO_POE)
    assert "ALGORITHM_WEAK" in codes(found)


def test_a_chain_of_weak_signatures_passes_in_its_own_time_only() -> None:
    old, then = datetime(2009, 1, 1, tzinfo=TIME.tzinfo), datetime(2010, 6, 1, tzinfo=TIME.tzinfo)
    signer = leaf("Root", algorithm=forge.ECDSA_SHA1, start=old, end=forge.END).make()
    assert outcome(judge(signer, crl("Root", this=then - DAY, following=then + DAY), at=then)) == PASSED
    today = judge(signer, crl("Root"))
    assert outcome(today) == (Indication.INDETERMINATE, SubIndication.CRYPTO_CONSTRAINTS_FAILURE_NO_POE)
    sub = authority("Sub", "Root", algorithm=forge.ECDSA_SHA1).make()
    assert "ALGORITHM_WEAK" in codes(judge(leaf("Sub").make(), crl("Sub"), crl("Root"), pool=[sub]))


def test_a_certificate_that_will_never_be_revoked_needs_no_list() -> None:
    exempt = leaf("Root", extensions=(*SIGNER, (ext.NO_REV_AVAIL, False, b"\x05\x00"))).make()
    assert outcome(judge(exempt)) == PASSED
    assert judge(leaf("Root").make()).conclusion.indication is Indication.INDETERMINATE


def test_an_authority_cannot_exempt_itself() -> None:
    sub = authority("Sub", "Root", extensions=(*CA, (ext.NO_REV_AVAIL, False, b"\x05\x00"))).make()
    found = judge(leaf("Sub").make(), crl("Sub"), pool=[sub])
    assert "REVOCATION_DATA_MISSING" in codes(found)


def test_a_later_revocation_is_told_whatever_other_lists_claim() -> None:
    sub = authority("Sub", "Root").make()
    signer = leaf("Sub").make()
    helper = authority("Sub", "Root", subject_key="Lists", serial=2, extensions=(forge.key_usage("cRLSign"),)).make()
    before = [crl("Sub"), crl("Root")]
    later = TIME + 10 * DAY
    known = crl("Sub", revoked(1000), signer="Lists", this=later, following=later + DAY)
    root = crl("Root", this=later - DAY, following=later + 5 * DAY)
    junk = crl("Sub", signer="Junk", this=datetime(2099, 1, 1, tzinfo=TIME.tzinfo), following=None)
    found = judge(signer, *before, known, root, junk, pool=[sub, helper])
    assert outcome(found) == (Indication.INDETERMINATE, SubIndication.REVOKED_NO_POE)
    assert "REVOCATION_LATER" in codes(found)
    assert outcome(judge(signer, *before, root, junk, pool=[sub, helper])) == PASSED


def test_the_list_of_another_key_of_the_authority_is_told() -> None:
    rolled = authority("Root", subject_key="Root new", serial=2).make()
    found = judge(leaf("Root").make(), crl("Root", signer="Root new"), crl("Root", this=TIME - 30 * DAY), pool=[rolled])
    assert outcome(found) == PASSED
    assert "CRL_KEY_DIFFERS" in codes(found)


def test_two_certificates_of_one_number_are_told() -> None:
    signer, twin = leaf("Root").make(), leaf("Root", "Another").make()
    found = judge(signer, crl("Root"), pool=[twin])
    assert outcome(found) == PASSED
    assert "DUPLICATE_SERIAL" in codes(found)
    assert "DUPLICATE_SERIAL" not in codes(judge(signer, crl("Root"), pool=[leaf("Root", "Another", serial=7).make()]))


def test_a_badly_encoded_certificate_passes_and_is_told() -> None:
    odd = leaf("Root", extensions=(*SIGNER, (ext.AUTHORITY_KEY_IDENTIFIER, False, b"\x05\x00"))).make()
    found = judge(odd, crl("Root"))
    assert outcome(found) == PASSED
    assert "MALFORMED_DER" in codes(found)


def test_dates_at_the_ends_of_time_break_nothing() -> None:
    last = datetime(9999, 12, 31, 23, 59, 59, tzinfo=TIME.tzinfo)
    eternal = crl("Root", this=datetime(1950, 1, 1, tzinfo=TIME.tzinfo), following=last)
    signer = leaf("Root", start=datetime(1, 1, 1, tzinfo=TIME.tzinfo), end=last).make()
    assert outcome(judge(signer, eternal)) == PASSED
    policy = Policy.named("default")
    far = crl("Root", this=datetime(9900, 1, 1, tzinfo=TIME.tzinfo), following=None)
    context = Context(policy=policy, trust=STORE, time=TIME)
    given = material([signer], [eternal, far])
    found = PathMemo().validate(signer, subject="s", purpose=Purpose.SIGNER, material=given, context=context)
    assert outcome(found) == PASSED


def test_a_fresh_list_flips_what_was_remembered() -> None:
    memo, signer = PathMemo(), leaf("Root").make()

    def ask(
        *crls: RevocationList, at: datetime = TIME, store: TrustStore = STORE
    ) -> tuple[Indication, SubIndication | None]:
        policy = Policy.named("default")
        context = Context(policy=policy, trust=store, time=at, basis=f"{policy.identity().digest} {store.digest()}")
        given = material([signer], list(crls))
        return outcome(memo.validate(signer, subject="s", purpose=Purpose.SIGNER, material=given, context=context))

    good, bad = crl("Root"), crl("Root", revoked(1000, reason=1), this=TIME - DAY)
    assert ask(good) == PASSED
    assert ask(good) == PASSED
    assert ask(good, bad)[1] is SubIndication.REVOKED_NO_POE
    assert ask(good) == PASSED
    assert ask(good, store=TrustStore.empty())[1] is SubIndication.NO_CERTIFICATE_CHAIN_FOUND
    assert good.next_update is not None
    assert ask(good, at=good.next_update + DAY)[1] is SubIndication.TRY_LATER
    assert ask(good, at=signer.not_after + DAY)[0] is Indication.INDETERMINATE
