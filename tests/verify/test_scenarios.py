"""The scenario table of EN 319 102-1: each row as a document with a past, asked without and with its proofs of time.

Three answers a row: what the basic process says (5.3), what the signature's own time-stamps make of it
(5.5), and what those of the document do (5.6).
"""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta

import pytest
from cryptography import x509
from hypothesis import given, settings
from hypothesis import strategies as st

from edoc.facts.findings import error
from edoc.facts.signature import CertificateReference, ChangeLevel, Claims, PolicyReference
from edoc.policy.model import Demand
from edoc.report.model import Report
from edoc.result.enums import Indication, Verdict
from edoc.trust.store import Purpose, TrustEntry, TrustStore
from edoc.verify.context import KnownProof, ValidationData
from edoc.verify.poe import signature_key
from tests.verify import history
from tests.verify.history import (
    DAY,
    NOW,
    P0,
    WINDOW,
    ZERO,
    Case,
    Stamp,
    answer,
    ca,
    crl_at,
    crl_keeping,
    exempt_signer,
    lists,
    ocsp_at,
    record,
    responder,
    root,
    signer,
    tsa,
    weak_suite_policy,
    weakly_signed,
    year,
)  # fmt: skip
from tests.verify.world import Issue, Listed

FRESH = lists()
ROOT_LIST = crl_at("Old Root", NOW - DAY)
REVOKED_AT = year(2015)
REVOKED = (crl_at("Old CA", NOW - DAY, Listed(certificate=signer(), time=REVOKED_AT)), ROOT_LIST)
CA_REVOKED = (crl_at("Old CA", NOW - DAY), crl_at("Old Root", NOW - DAY, Listed(certificate=ca(), time=REVOKED_AT)))
HELD = (
    crl_at("Old CA", NOW - DAY, Listed(certificate=signer(), time=REVOKED_AT, reason=x509.ReasonFlags.certificate_hold)),
    ROOT_LIST,
)
OLD_SIGNER = signer(2016)
OLD_RESPONDER = responder(2017)
OLD_GOOD = (ocsp_at(year(2012), OLD_SIGNER, by=OLD_RESPONDER), ROOT_LIST)
KEPT = (crl_keeping("Old CA", NOW - DAY, year(2009)), ROOT_LIST)
EARLY, LATE, AFTER = Stamp(time=year(2012)), Stamp(time=year(2015, 6)), Stamp(time=year(2020))
OLD_TSA = tsa("Expired TSA", 2018)
BY_OLD_TSA = Stamp(time=year(2012), tsa=OLD_TSA)
TSA_DATA = (crl_at("Old Root", year(2012, 1, 2)),)
SEALED = Stamp(time=year(2013))
ENDED = TrustStore(
    (
        TrustEntry(certificate=root(), purposes=frozenset({Purpose.SIGNER}), until=NOW - DAY),
        TrustEntry(certificate=tsa(), purposes=frozenset({Purpose.TSA})),
    )
)
TSA_REVOKED = crl_at(
    "Old Root", NOW - DAY, Listed(certificate=tsa(), time=year(2014, 6), reason=x509.ReasonFlags.key_compromise)
)
DECADES = Case(
    signer=OLD_SIGNER, above=(ca(2018),), data=lists(year(2012)), stamps=(replace(BY_OLD_TSA, time=year(2012, 1, 2)),),
    policy=WINDOW,
)  # fmt: skip
# Three authorities of time, each ended but the last; the lists of each year are in the token that is renewed then.
THREE = (BY_OLD_TSA, Stamp(time=year(2017), tsa=tsa("Second TSA", 2024)), Stamp(time=year(2023), tsa=tsa("Third TSA")))
RENEWED = (crl_at("Old Root", year(2017)), crl_at("Old Root", year(2023)))
ENDED_LONG_AGO = Case(signer=OLD_SIGNER, data=OLD_GOOD)
BROKEN_MIDDLE = (THREE[0], replace(THREE[1], wrong=True), THREE[2])
IN_WINDOW = Stamp(time=year(2012, 1, 10))


def change(**fields: object) -> dict[str, object]:
    return fields


def flipped() -> dict[str, object]:
    facts = Case().document().signatures[0]
    value = bytearray(facts.signature_value or b"")
    value[-1] ^= 1
    return change(signature_value=bytes(value))


def references(**fields: object) -> dict[str, object]:
    facts = Case().document().signatures[0]
    return change(references=(replace(facts.references[0], **fields),))  # type: ignore[arg-type]


def reference(**fields: object) -> dict[str, object]:
    made = CertificateReference(digest_algorithm="sha256", digest=signer().sha256)
    return change(certificate_references=(replace(made, **fields),))  # type: ignore[arg-type]


RULES = b"The rules that this court signs by."
UNDER = PolicyReference(id="1.2.3.4.5", digest_algorithm="sha256", digest=history.hashlib.sha256(RULES).digest())
UNDER_RULES = Claims(policy=UNDER)
WITH_RULES = Claims(policy=replace(UNDER, document=RULES))
COUNTERSIGNED = replace(P0, id="countersigned", counter_signatures=Demand.REQUIRED)
BY_THE_BOOK = replace(P0, id="by-the-book", signature_policy_text=Demand.REQUIRED)

GOOD, SAME = "PASSED", None
ROWS: dict[str, tuple[Case, str, str | None, str | None]] = {
    "1 all good": (Case(data=FRESH), GOOD, SAME, SAME),
    "2 content changed": (Case(data=FRESH, change=references(actual=b"x")), "FAILED HASH_FAILURE", SAME, SAME),
    "3 value flipped": (Case(data=FRESH, change=flipped()), "FAILED SIG_CRYPTO_FAILURE", SAME, SAME),
    "4 truncated": (Case(data=FRESH, change=change(findings=(error("CMS_MALFORMED"),))), "FAILED FORMAT_FAILURE", SAME, SAME),
    "5 document missing": (Case(data=FRESH, change=references(actual=None)), "SIGNED_DATA_NOT_FOUND", SAME, SAME),
    "6 reference fits nobody": (Case(data=FRESH, change=reference(digest=b"\0" * 32)), "NO_SIGNING_CERTIFICATE_FOUND", SAME, SAME),
    "7 serial differs": (Case(data=FRESH, change=reference(serial=1)), GOOD, SAME, SAME),
    "8 no reference, PAdES asks for one": (Case(data=FRESH, change=change(certificate_references=())), "SIG_CONSTRAINTS_FAILURE", SAME, SAME),
    "9 root unknown": (Case(signer=Issue(subject="Old Signer", issuer="Nobody").make(), data=FRESH), "NO_CERTIFICATE_CHAIN_FOUND", SAME, SAME),
    "10 the trust in the root ended yesterday": (Case(data=FRESH, trust=ENDED), "NO_CERTIFICATE_CHAIN_FOUND_NO_POE", SAME, SAME),
    "11 and sealed before": (Case(data=FRESH, trust=ENDED, archive=(SEALED,)), "NO_CERTIFICATE_CHAIN_FOUND_NO_POE", SAME, GOOD),
    "11 but sealed after": (Case(data=FRESH, trust=ENDED, archive=(Stamp(time=NOW - DAY / 2),)), "NO_CERTIFICATE_CHAIN_FOUND_NO_POE", SAME, SAME),
    "11 sealed before, revoked before that": (Case(data=(crl_at("Old CA", year(2012), Listed(certificate=signer(), time=year(2011))), ROOT_LIST), trust=ENDED, archive=(SEALED,)), "NO_CERTIFICATE_CHAIN_FOUND_NO_POE", SAME, SAME),
    "12 no data": (Case(data=(ROOT_LIST,)), "CERTIFICATE_CHAIN_GENERAL_FAILURE", SAME, SAME),
    "13 unknown only": (Case(data=(ocsp_at(NOW - DAY, signer(), unknown=True), ROOT_LIST)), "CERTIFICATE_CHAIN_GENERAL_FAILURE", SAME, SAME),
    "14 responder without the purpose": (Case(data=(ocsp_at(NOW - DAY, signer(), by=Issue(subject="Old Responder", issuer="Old CA").make()), ROOT_LIST)), "CERTIFICATE_CHAIN_GENERAL_FAILURE", SAME, SAME),
    "15 nocheck on the signer, data present": (Case(signer=Issue(subject="Old Signer", issuer="Old CA", extensions=((x509.OCSPNoCheck(), False),), end=year(2028)).make(), data=FRESH), GOOD, SAME, SAME),
    "16 revoked": (Case(data=REVOKED), "REVOKED_NO_POE", SAME, SAME),
    "17 revoked, stamped before": (Case(data=REVOKED, stamps=(EARLY,)), "REVOKED_NO_POE", GOOD, SAME),
    "18 revoked, stamped after": (Case(data=REVOKED, stamps=(LATE,)), "REVOKED_NO_POE", SAME, SAME),
    "18 revoked, stamped at that moment": (Case(data=REVOKED, stamps=(Stamp(time=REVOKED_AT),)), "REVOKED_NO_POE", SAME, SAME),
    "19 revoked before the content was stamped": (Case(data=REVOKED, content=(LATE,)), "FAILED REVOKED", SAME, SAME),
    "19 the same with a later stamp": (Case(data=REVOKED, content=(LATE,), stamps=(AFTER,)), "FAILED REVOKED", SAME, SAME),
    "20 a claimed time proves nothing": (Case(data=REVOKED, claimed=year(2011)), "REVOKED_NO_POE", SAME, SAME),
    "21 authority revoked": (Case(data=CA_REVOKED), "REVOKED_CA_NO_POE", SAME, SAME),
    "22 authority revoked, stamped before": (Case(data=CA_REVOKED, stamps=(EARLY,)), "REVOKED_CA_NO_POE", GOOD, SAME),
    "23 and the stamp's own authority expired, sealed in time": (Case(data=(crl_at("Old CA", year(2012)), *CA_REVOKED[1:], *TSA_DATA), stamps=(BY_OLD_TSA,), archive=(SEALED,)), "REVOKED_CA_NO_POE", SAME, GOOD),
    "24 on hold": (Case(data=HELD), "TRY_LATER", SAME, SAME),
    "25 on hold, stamped before": (Case(data=HELD, stamps=(EARLY,)), "TRY_LATER", GOOD, SAME),
    "26 on hold, stamped after": (Case(data=HELD, stamps=(LATE,)), "TRY_LATER", SAME, SAME),
    "27 expired, good from before": (Case(signer=OLD_SIGNER, data=OLD_GOOD), "OUT_OF_BOUNDS_NO_POE", SAME, SAME),
    "28 expired, its list keeps the expired": (Case(signer=OLD_SIGNER, data=KEPT), "OUT_OF_BOUNDS_NOT_REVOKED", SAME, SAME),
    "29 and stamped in time": (Case(signer=OLD_SIGNER, data=KEPT, stamps=(EARLY,)), "OUT_OF_BOUNDS_NOT_REVOKED", GOOD, SAME),
    "30 and stamped too late": (Case(signer=OLD_SIGNER, data=KEPT, stamps=(AFTER,)), "OUT_OF_BOUNDS_NOT_REVOKED", SAME, SAME),
    "31 expired, stamped in time, nothing sealed": (Case(signer=OLD_SIGNER, data=OLD_GOOD, stamps=(EARLY,)), "OUT_OF_BOUNDS_NO_POE", SAME, SAME),
    "32 and sealed in time": (Case(signer=OLD_SIGNER, data=OLD_GOOD, stamps=(EARLY,), archive=(SEALED,)), "OUT_OF_BOUNDS_NO_POE", SAME, GOOD),
    "33 sealed, the response left out": (Case(signer=OLD_SIGNER, data=(ROOT_LIST,), later_data=OLD_GOOD[:1], stamps=(EARLY,), archive=(SEALED,)), "OUT_OF_BOUNDS_NO_POE", SAME, "REVOCATION_OUT_OF_BOUNDS_NO_POE"),
    "33 sealed after the responder expired": (Case(signer=OLD_SIGNER, data=OLD_GOOD, stamps=(EARLY,), archive=(AFTER,)), "OUT_OF_BOUNDS_NO_POE", SAME, "REVOCATION_OUT_OF_BOUNDS_NO_POE"),
    # In a PDF a time-stamp of the document counts like one over the signature (EN 319 142-1 5.4.3), so the
    # first seal is by an authority of time that expired, and the second is later than the revocation.
    "34 the signer's own data not sealed in time": (Case(data=(*CA_REVOKED[1:], *TSA_DATA), between=(crl_at("Old CA", year(2012)),), archive=(replace(BY_OLD_TSA, time=year(2014)), Stamp(time=year(2016)))), "REVOKED_CA_NO_POE", SAME, SAME),
    "34 the signer's own data sealed in time": (Case(data=(crl_at("Old CA", year(2012)), *CA_REVOKED[1:], *TSA_DATA), archive=(replace(BY_OLD_TSA, time=year(2014)), Stamp(time=year(2016)))), "REVOKED_CA_NO_POE", SAME, GOOD),
    "35 expired before the content was stamped": (Case(signer=OLD_SIGNER, data=KEPT, content=(AFTER,)), "FAILED EXPIRED", SAME, SAME),
    "36 expired, no data": (Case(signer=OLD_SIGNER, data=(ROOT_LIST,)), "CERTIFICATE_CHAIN_GENERAL_FAILURE", SAME, SAME),
    "37 stamped before the certificate began": (Case(data=FRESH, stamps=(Stamp(time=year(2009)),)), GOOD, "FAILED NOT_YET_VALID", SAME),
    "38 not yet valid": (Case(signer=signer(2040, 2030), data=FRESH), "OUT_OF_BOUNDS_NOT_REVOKED", SAME, SAME),
    "39 responder expired": (Case(data=(ocsp_at(year(2012), signer(), by=OLD_RESPONDER), ROOT_LIST), stamps=(EARLY,), archive=(SEALED,)), "REVOCATION_OUT_OF_BOUNDS_NO_POE", SAME, GOOD),
    "40 status must be newer, none is": (Case(data=FRESH, policy=ZERO), "TRY_LATER", SAME, SAME),
    "41 newer than the stamp": (Case(data=lists(NOW - DAY), stamps=(Stamp(time=NOW - DAY - timedelta(hours=2)),), policy=ZERO), "TRY_LATER", GOOD, SAME),
    "42 older than the stamp": (Case(data=lists(NOW - DAY), stamps=(Stamp(time=NOW - DAY + timedelta(hours=2)),), policy=ZERO), "TRY_LATER", SAME, SAME),
    "43 no next update": (Case(data=(ocsp_at(NOW - DAY, signer(), next_update=None), ROOT_LIST), policy=WINDOW), "TRY_LATER", SAME, SAME),
    "44 stale data hides an expired certificate": (Case(signer=OLD_SIGNER, data=(crl_at("Old CA", year(2015), until=year(2021)), crl_at("Old Root", year(2015), until=year(2030))), stamps=(AFTER,), policy=WINDOW), "TRY_LATER", "OUT_OF_BOUNDS_NO_POE", SAME),
    "45 weak digest": (Case(data=FRESH, digest="sha384"), "CRYPTO_CONSTRAINTS_FAILURE_NO_POE", SAME, SAME),
    "46 weak digest, stamped in time": (Case(data=FRESH, digest="sha384", stamps=(Stamp(time=year(2011)),)), "CRYPTO_CONSTRAINTS_FAILURE_NO_POE", GOOD, SAME),
    "46 weak digest, stamped too late": (Case(data=FRESH, digest="sha384", stamps=(Stamp(time=year(2013)),)), "CRYPTO_CONSTRAINTS_FAILURE_NO_POE", SAME, SAME),
    "47 weak certificate, sealed in time": (Case(signer=weakly_signed(), data=lists(year(2011)), stamps=(Stamp(time=year(2011)),), archive=(Stamp(time=year(2012)),)), "CRYPTO_CONSTRAINTS_FAILURE_NO_POE", SAME, GOOD),
    "47 weak certificate, sealed too late": (Case(signer=weakly_signed(), data=lists(year(2011)), archive=(Stamp(time=year(2013)),)), "CRYPTO_CONSTRAINTS_FAILURE_NO_POE", SAME, SAME),
    "48 weak digest over content stamped later": (Case(data=FRESH, digest="sha384", content=(LATE,)), "CRYPTO_CONSTRAINTS_FAILURE", SAME, SAME),
    "50 a stamp over something else": (Case(data=REVOKED, stamps=(replace(EARLY, wrong=True),)), "REVOKED_NO_POE", SAME, SAME),
    "51 a stamp from nobody": (Case(data=REVOKED, stamps=(Stamp(time=year(2012), tsa=Issue(subject="Lost TSA", issuer="Lost").make()),)), "REVOKED_NO_POE", SAME, SAME),
    "52 a stamp with a weak imprint": (Case(data=REVOKED, stamps=(replace(EARLY, digest="sha384"),)), "REVOKED_NO_POE", SAME, SAME),
    "53 a stamp older than the content": (Case(data=FRESH, content=(LATE,), stamps=(EARLY,)), GOOD, "TIMESTAMP_ORDER_FAILURE", SAME),
    "54 stamped too long after": (Case(data=FRESH, stamps=(LATE,), policy=weak_suite_policy(id="delay", timestamp_delay=DAY)), GOOD, "SIG_CONSTRAINTS_FAILURE", SAME),
    "54 no claimed time": (Case(data=FRESH, stamps=(LATE,), claimed=None, policy=weak_suite_policy(id="delay", timestamp_delay=DAY)), GOOD, "SIG_CONSTRAINTS_FAILURE", SAME),
    "54 stamped at once": (Case(data=FRESH, stamps=(EARLY,), policy=weak_suite_policy(id="delay", timestamp_delay=DAY)), GOOD, GOOD, SAME),
    "55 counter-signature broken": (Case(data=FRESH, change=change(counter_signatures=(replace(Case().document().signatures[0], id="C1", signed_octets=b"x"),))), GOOD, SAME, SAME),
    "56 counter-signature broken, and wanted": (Case(data=FRESH, change=change(counter_signatures=(replace(Case().document().signatures[0], id="C1", signed_octets=b"x"),)), policy=COUNTERSIGNED), "SIG_CONSTRAINTS_FAILURE", SAME, SAME),
    "58 policy text not at hand": (Case(data=FRESH, change=change(claims=UNDER_RULES)), GOOD, SAME, SAME),
    "58 policy text not at hand, and wanted": (Case(data=FRESH, change=change(claims=UNDER_RULES), policy=BY_THE_BOOK), "SIGNATURE_POLICY_NOT_AVAILABLE", SAME, SAME),
    "58 policy text carried, and wanted": (Case(data=FRESH, change=change(claims=WITH_RULES), policy=BY_THE_BOOK), GOOD, SAME, SAME),
    "57 wrong purpose": (Case(signer=Issue(subject="Old Signer", issuer="Old CA", end=year(2028), extensions=((x509.ExtendedKeyUsage([x509.oid.ExtendedKeyUsageOID.SERVER_AUTH]), False),)).make(), data=FRESH), "CHAIN_CONSTRAINTS_FAILURE", SAME, SAME),
    "59 two seals, the first by an authority of time that expired": (Case(data=REVOKED, archive=(replace(BY_OLD_TSA, time=year(2014)), Stamp(time=year(2017))), between=(crl_at("Old Root", year(2016)),)), "REVOKED_NO_POE", SAME, GOOD),
    "60 two seals, the first by an authority of time that was revoked": (Case(data=REVOKED[:1], between=(TSA_REVOKED,), archive=(Stamp(time=year(2014)), Stamp(time=year(2017), tsa=tsa("Other TSA")))), "REVOKED_NO_POE", SAME, SAME),
    "60 the second seal in time": (Case(data=REVOKED[:1], between=(TSA_REVOKED,), archive=(Stamp(time=year(2014)), Stamp(time=year(2014, 7), tsa=tsa("Other TSA")))), "REVOKED_NO_POE", SAME, GOOD),
    "all expired, sealed in time, windows short": (replace(DECADES, archive=(IN_WINDOW,)), "CERTIFICATE_CHAIN_GENERAL_FAILURE", SAME, GOOD),
    "all expired, sealed when the data was stale": (replace(DECADES, archive=(replace(IN_WINDOW, time=year(2013)),)), "CERTIFICATE_CHAIN_GENERAL_FAILURE", SAME, SAME),
    "all expired, nothing sealed": (DECADES, "CERTIFICATE_CHAIN_GENERAL_FAILURE", SAME, SAME),
    "all expired, the data stripped": (replace(DECADES, data=(), archive=(IN_WINDOW,)), "CERTIFICATE_CHAIN_GENERAL_FAILURE", SAME, SAME),
    "all expired, the data put in later": (replace(DECADES, data=(), later_data=DECADES.data, archive=(IN_WINDOW,)), "CERTIFICATE_CHAIN_GENERAL_FAILURE", SAME, SAME),
    "data that forgot the expired proves nothing about the years between": (Case(signer=OLD_SIGNER, data=(crl_at("Old CA", year(2015), until=year(2015, 2)), ocsp_at(year(2019), OLD_SIGNER), crl_at("Old Root", year(2019), until=year(2030))), stamps=(Stamp(time=year(2015, 9)),), archive=(Stamp(time=year(2019, 2)),), policy=WINDOW), "TRY_LATER", SAME, SAME),
    "61 a record of three time-stamps, older than every end": (replace(ENDED_LONG_AGO, records=(record(*THREE, data=RENEWED),)), "OUT_OF_BOUNDS_NO_POE", SAME, GOOD),
    "61 revoked, recorded before": (Case(data=REVOKED, records=(record(*THREE, data=RENEWED),)), "REVOKED_NO_POE", SAME, GOOD),
    "61 revoked, recorded after": (Case(data=REVOKED, records=(record(*THREE[1:], data=RENEWED),)), "REVOKED_NO_POE", SAME, SAME),
    "61 recorded after the certificate ended": (replace(ENDED_LONG_AGO, records=(record(*THREE[1:], data=RENEWED),)), "OUT_OF_BOUNDS_NO_POE", SAME, SAME),
    "62 the middle time-stamp broken": (replace(ENDED_LONG_AGO, records=(record(*BROKEN_MIDDLE, data=RENEWED),)), "OUT_OF_BOUNDS_NO_POE", SAME, SAME),
    "62 the middle time-stamp from nobody": (replace(ENDED_LONG_AGO, records=(record(THREE[0], replace(THREE[1], tsa=Issue(subject="Lost TSA", issuer="Lost").make()), THREE[2], data=RENEWED),)), "OUT_OF_BOUNDS_NO_POE", SAME, SAME),
    "62 the middle time-stamp left out": (replace(ENDED_LONG_AGO, records=(record(THREE[0], THREE[2], data=RENEWED),)), "OUT_OF_BOUNDS_NO_POE", SAME, SAME),
    "62 not renewed with the status of its authority": (replace(ENDED_LONG_AGO, records=(record(*THREE),)), "OUT_OF_BOUNDS_NO_POE", SAME, SAME),
    "62 the document of the record is another": (replace(ENDED_LONG_AGO, records=(record(*THREE, data=RENEWED, changed=True),)), "OUT_OF_BOUNDS_NO_POE", SAME, SAME),
    "62 the order of time turned round": (replace(ENDED_LONG_AGO, records=(record(THREE[1], THREE[0], THREE[2], data=RENEWED),)), "OUT_OF_BOUNDS_NO_POE", SAME, SAME),
    "62 a weak imprint, renewed too late": (replace(ENDED_LONG_AGO, records=(record(replace(THREE[0], digest="sha384"), *THREE[1:], data=RENEWED),)), "OUT_OF_BOUNDS_NO_POE", SAME, SAME),
    "62 a broken record beside a good one": (replace(ENDED_LONG_AGO, records=(record(*BROKEN_MIDDLE, data=RENEWED), record(*THREE, id="E2", data=RENEWED))), "OUT_OF_BOUNDS_NO_POE", SAME, GOOD),
    "62 a broken record on a good signature": (Case(data=FRESH, records=(record(*BROKEN_MIDDLE, data=RENEWED),)), GOOD, SAME, SAME),
    "63 broken and revoked": (Case(data=REVOKED, change=references(actual=b"x")), "FAILED HASH_FAILURE", SAME, SAME),
    "64 revoked and weak": (Case(data=REVOKED, digest="sha384"), "REVOKED_NO_POE", SAME, SAME),
    "67 lives too short to be revoked": (Case(signer=exempt_signer(2016), data=(ROOT_LIST,), stamps=(EARLY,)), "OUT_OF_BOUNDS_NOT_REVOKED", GOOD, SAME),
    "changed later": (Case(data=FRESH, change=change(changes_since_signing=ChangeLevel.NOT_PERMITTED), stamps=(EARLY,), archive=(SEALED,)), "FAILED FORMAT_FAILURE", SAME, SAME),
}  # fmt: skip


@pytest.mark.parametrize("row", ROWS)
def test_every_row_has_its_three_answers(row: str) -> None:
    case, basic, timed, archival = ROWS[row]
    with_time = timed or basic
    expected = (basic, with_time, archival or with_time)
    assert (answer(case.basic().judge()), answer(case.timed().judge()), answer(case.judge())) == expected


def test_the_best_time_is_the_earliest_proved_and_null_without_proof() -> None:
    def best(name: str) -> object:
        return ROWS[name][0].judge().report.signatures[0].best_signature_time

    assert best("1 all good") is None
    assert best("17 revoked, stamped before") == EARLY.time
    assert best("20 a claimed time proves nothing") is None
    assert best("59 two seals, the first by an authority of time that expired") == year(2014)
    assert best("60 two seals, the first by an authority of time that was revoked") == year(2017)
    assert best("50 a stamp over something else") is None
    assert best("61 a record of three time-stamps, older than every end") == BY_OLD_TSA.time
    assert best("62 the middle time-stamp broken") is None


def test_the_report_names_the_process_that_ran() -> None:
    case = ROWS["32 and sealed in time"][0]
    runs = [one.judge().report.process for one in (case.basic(), case.timed(), case)]
    assert runs == ["basic", "time", "archival"]


def test_a_record_runs_the_archival_process_only_when_it_holds() -> None:
    good, bad = (ROWS[name][0].judge().report for name in (
        "61 a record of three time-stamps, older than every end", "62 the middle time-stamp broken",
    ))  # fmt: skip
    assert (good.process, bad.process) == ("archival", "basic")
    assert [item.indication for item in good.evidence_records[0].timestamps] == [Indication.PASSED] * 3
    assert (bad.evidence_records[0].indication, bad.evidence_records[0].intact) == (Indication.FAILED, False)


def test_what_a_proof_has_cleared_is_told_and_bars_nothing() -> None:
    report = ROWS["17 revoked, stamped before"][0].judge().report
    found = {item.code: item.severity.value for item in report.signatures[0].findings}
    assert report.verdict is Verdict.PASSED
    assert found["REVOKED_AFTER_PROOF"] == "info" and "error" not in found.values()
    assert "TIME_NOT_PROVEN" not in found


def test_a_revocation_known_later_counts_unless_the_signature_is_proved_older() -> None:
    at = year(2013)
    known = crl_at("Old CA", year(2016), Listed(certificate=signer(), time=REVOKED_AT))
    data = (*lists(at - DAY), known)
    assert answer(Case(data=data).judge(at=at)) == "REVOKED_NO_POE"
    assert answer(Case(data=data, stamps=(EARLY,)).judge(at=at)) == "PASSED"
    backdated = crl_at("Old CA", year(2016), Listed(certificate=signer(), time=year(2011)))
    assert answer(Case(data=(*lists(at - DAY), backdated), stamps=(EARLY,)).judge(at=at)) == "REVOKED_NO_POE"
    sealed = Case(data=(*lists(at - DAY), backdated), stamps=(EARLY,), archive=(Stamp(time=year(2012, 6)),))
    assert answer(sealed.judge(at=at)) == "REVOKED_NO_POE"


def test_time_stamps_later_than_the_time_of_the_check_are_ignored() -> None:
    case = Case(data=REVOKED, stamps=(EARLY,), archive=(SEALED,))
    outcome = case.judge(at=year(2011))
    entry = outcome.report.signatures[0]
    assert entry.best_signature_time is None and entry.indication is not None
    assert "TIMESTAMP_LATER" in {item.code for item in entry.findings}
    assert answer(outcome) != "PASSED"


def test_another_path_is_taken_when_the_first_authority_was_revoked() -> None:
    twin = Issue(subject="Old CA", issuer="Old Root", ca=True, serial=5, start=year(2001), end=year(2050)).make()
    for above in ((ca(), twin), (twin, ca())):
        assert answer(Case(above=above, data=CA_REVOKED).judge()) == "PASSED"


def test_a_proof_that_the_keeper_of_an_archive_vouches_for_counts() -> None:
    case = Case(data=REVOKED)
    facts = case.document()
    proof = KnownProof(sha256=signature_key(facts.signatures[0]), time=year(2012))
    outcome = case.judge(data=ValidationData(proofs=(proof,)), facts=facts)
    assert answer(outcome) == "PASSED"
    assert outcome.report.signatures[0].best_signature_time == year(2012)
    later = replace(proof, time=year(2016))
    assert answer(case.judge(data=ValidationData(proofs=(later,)), facts=facts)) == "REVOKED_NO_POE"


def test_no_stamp_says_more_than_its_place_allows() -> None:
    """A time-stamp of the document proves nothing about a signature that ends after it."""
    case = Case(data=REVOKED, archive=(Stamp(time=year(2012)),))
    assert answer(case.judge()) == "PASSED"
    facts = case.document()
    late = replace(facts, signatures=(replace(facts.signatures[0], covered_until=5000),))
    assert answer(case.judge(facts=late)) == "REVOKED_NO_POE"
    nowhere = replace(facts, signatures=(replace(facts.signatures[0], covered_until=None),))
    assert answer(case.judge(facts=nowhere)) == "REVOKED_NO_POE"


UNRELATED = (
    crl_at("Old CA", year(2011)), crl_at("Stranger", NOW - DAY), ocsp_at(NOW - DAY, Issue(subject="Other", issuer="Old CA").make()),
    ocsp_at(year(2012), OLD_SIGNER), responder(2030), Issue(subject="Stranger", issuer="Stranger", ca=True).make(), root(),
)  # fmt: skip
SETTLED = [name for name, (case, *_) in ROWS.items() if answer(case.judge()).startswith(("PASSED", "FAILED "))]


def test_data_of_today_takes_nothing_from_what_was_sealed() -> None:
    case = ROWS["34 the signer's own data sealed in time"][0]
    newer = ValidationData(ocsps=(ocsp_at(year(2012), signer()), ocsp_at(NOW - DAY, signer())))
    assert answer(case.judge(data=newer)) == "PASSED"


@settings(max_examples=120, deadline=None)
@given(st.sampled_from(SETTLED), st.lists(st.sampled_from(range(len(UNRELATED))), min_size=1, unique=True))
def test_more_data_changes_neither_a_pass_nor_a_failure(row: str, chosen: list[int]) -> None:
    case = ROWS[row][0]
    facts = case.document()
    before = answer(case.judge(facts=facts))
    extra = [UNRELATED[index] for index in chosen]
    data = ValidationData(
        certificates=tuple(item for item in extra if isinstance(item, history.Certificate)),
        crls=tuple(item for item in extra if isinstance(item, history.RevocationList)),
        ocsps=tuple(item for item in extra if isinstance(item, history.OcspResponse)),
    )
    assert answer(case.judge(facts=facts, data=data)) == before


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(sorted(ROWS)), st.randoms(use_true_random=False))
def test_the_order_of_what_is_carried_changes_nothing(row: str, chance: random.Random) -> None:
    case = ROWS[row][0]
    facts = case.document()
    before = Report.of(case.judge(facts=facts).report).to_dict()["signatures"]
    material, signature = list(facts.material), facts.signatures[0]
    own = list(signature.material)
    chance.shuffle(material)
    chance.shuffle(own)
    shuffled = replace(facts, material=tuple(material), signatures=(replace(signature, material=tuple(own)),))
    assert Report.of(case.judge(facts=shuffled).report).to_dict()["signatures"] == before


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(sorted(ROWS)), st.integers(2010, 2025), st.booleans())
def test_more_proofs_never_make_it_worse(row: str, when: int, all_of_it: bool) -> None:
    case = ROWS[row][0]
    facts = case.document()
    before, proofs = answer(case.judge(facts=facts)), []
    if all_of_it:
        proofs = [KnownProof(sha256=signature_key(facts.signatures[0]), time=year(when))]
    for item in (*facts.material, *facts.signatures[0].material):
        proofs.append(KnownProof(sha256=history.hashlib.sha256(item.der).digest(), time=year(when)))
    after = answer(case.judge(facts=facts, data=ValidationData(proofs=tuple(proofs))))
    impossible = {"TIMESTAMP_ORDER_FAILURE"} | ({"FAILED NOT_YET_VALID"} if year(when) < case.signer.not_before else set())
    assert before != "PASSED" or after in {"PASSED", *impossible}
    # A pass that was not there before needs the signature itself to be older.
    assert after == before or all_of_it or case.archive


def test_two_ends_of_one_trust_are_the_earlier_one() -> None:
    first = TrustStore((TrustEntry(certificate=root(), purposes=frozenset({Purpose.SIGNER}), until=NOW - DAY),))
    second = TrustStore((TrustEntry(certificate=root(), purposes=frozenset({Purpose.TSA}), until=NOW),))
    joined = first | second | TrustStore.of([root().der])
    assert [entry.until for entry in joined.entries] == [NOW - DAY]
    assert len({first.digest(), joined.digest(), TrustStore.of([root().der], purposes=["signer"]).digest()}) == 3


def test_same_question_same_bytes() -> None:
    for name in ("23 and the stamp's own authority expired, sealed in time", "33 sealed, the response left out"):
        facts = ROWS[name][0].document()
        first, second = (Report.of(ROWS[name][0].judge(facts=facts).report).to_json() for _ in range(2))
        assert first == second


def test_p0_differs_from_the_default_in_freshness_and_suite_only() -> None:
    assert P0.revocation is WINDOW.revocation and P0.reservations == WINDOW.reservations
