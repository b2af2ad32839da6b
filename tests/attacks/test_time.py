"""Attacks on time: revoked, expired, backdated and stripped signatures that want to pass, or to seem more than they are."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from asn1crypto import cms
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID

import edoc
from edoc.pki.certificate import Certificate
from edoc.pki.crl import RevocationList
from edoc.trust.store import TrustStore
from tests.sign.practice import AT, practice, signed
from tests.verify.history import (
    DAY,
    NOW,
    Case,
    Evidence,
    Stamp,
    answer,
    ca,
    crl_at,
    lists,
    ocsp_at,
    responder,
    root,
    signer,
    tsa,
    year,
)
from tests.verify.test_level import FULL, level
from tests.verify.world import Issue, Listed, distinguished, key

STAMP = Stamp(time=year(2012))
ROOT = crl_at("Old Root", NOW - DAY)
_CONTENTS = re.compile(rb"/Contents\s*<([0-9a-fA-F]{200,})>")
_KEY_COMPROMISE, _SUPERSEDED = x509.ReasonFlags.key_compromise, x509.ReasonFlags.superseded


def revoked(*, since: int = 2015) -> tuple[Evidence, ...]:
    """Current lists, of which one revokes the signer."""
    return crl_at("Old CA", NOW - DAY, Listed(certificate=signer(), time=year(since))), ROOT


def forged_list(issuer: str, *entries: Certificate) -> RevocationList:
    """A list that bears an authority's name and a stranger's signature."""
    builder = x509.CertificateRevocationListBuilder().issuer_name(distinguished(issuer))
    builder = builder.last_update(year(2012)).next_update(NOW + DAY)
    for item in entries:
        entry = x509.RevokedCertificateBuilder().serial_number(item.serial_number).revocation_date(year(2011))
        builder = builder.add_revoked_certificate(entry.build())
    return RevocationList.load(builder.sign(key("Mallory"), hashes.SHA256()).public_bytes(Encoding.DER))


def unsafe_list(*, reason: x509.ReasonFlags, unsafe: int) -> RevocationList:
    """A list that revokes the signer in 2015 and says since when the key was unsafe."""
    entry = x509.RevokedCertificateBuilder().serial_number(signer().serial_number).revocation_date(year(2015))
    entry = entry.add_extension(x509.CRLReason(reason), critical=False)
    entry = entry.add_extension(x509.InvalidityDate(year(unsafe)), critical=False)
    builder = x509.CertificateRevocationListBuilder().issuer_name(distinguished("Old CA"))
    builder = builder.last_update(NOW - DAY).next_update(NOW + DAY).add_revoked_certificate(entry.build())
    return RevocationList.load(builder.sign(key("Old CA"), hashes.SHA256()).public_bytes(Encoding.DER))


def authority(*usages: x509.ObjectIdentifier, issuer: str = "Old CA") -> Certificate:
    """A certificate that the signer's own authority issued, with extended key usages."""
    extensions = ((x509.ExtendedKeyUsage(usages), True),) if usages else ()
    return Issue(subject="Minted", issuer=issuer, start=year(2005), end=year(2050), extensions=extensions).make()


# Tokens that prove nothing.


@pytest.mark.parametrize(
    "stamp",
    [
        Stamp(time=year(2012), wrong=True),
        Stamp(time=year(2012), tsa=authority()),
        Stamp(time=year(2012), tsa=authority(ExtendedKeyUsageOID.TIME_STAMPING, ExtendedKeyUsageOID.EMAIL_PROTECTION)),
        Stamp(time=year(2012), tsa=signer()),
        Stamp(time=year(2012), tsa=tsa(end=2020)),
        Stamp(time=year(2012), digest="sha1"),
        Stamp(time=year(2015)),
        Stamp(time=year(2016)),
        Stamp(time=NOW + DAY),
    ],
    ids=["foreign", "no-usage", "second-usage", "by-the-signer", "expired", "sha1", "at-revocation", "after", "future"],
)
def test_no_such_token_saves_a_revoked_signature(stamp: Stamp) -> None:
    outcome = Case(data=revoked(), stamps=(stamp,)).judge()
    assert answer(outcome) == "REVOKED_NO_POE"
    best = outcome.report.signatures[0].best_signature_time
    assert best is None or best >= year(2015)
    assert answer(Case(data=revoked(), stamps=(STAMP,)).judge()) == "PASSED"


def test_an_authority_trusted_for_signers_alone_tells_no_time() -> None:
    signers = TrustStore.of([root().der], purposes=["signer"])
    outcome = Case(data=revoked(), stamps=(STAMP,), trust=signers).judge()
    assert answer(outcome) == "REVOKED_NO_POE"
    assert outcome.report.signatures[0].best_signature_time is None


@pytest.mark.parametrize("early", [Stamp(time=year(2011), tsa=tsa(end=2020)), Stamp(time=year(2011), wrong=True)])
def test_an_early_token_that_does_not_count_leaves_the_best_time_alone(early: Stamp) -> None:
    entry = Case(data=lists(), stamps=(early, STAMP)).judge().report.signatures[0]
    assert entry.best_signature_time == STAMP.time


@pytest.mark.parametrize("reason", [None, _KEY_COMPROMISE, _SUPERSEDED])
def test_tokens_of_a_revoked_authority_need_an_earlier_proof_of_another(reason: x509.ReasonFlags | None) -> None:
    fallen = crl_at("Old Root", NOW - DAY, Listed(certificate=tsa(), time=year(2016), reason=reason))
    case = Case(data=(revoked()[0], fallen), stamps=(STAMP,))
    other = tsa("Other TSA")
    found = [
        answer(Case(data=case.data, stamps=case.stamps, archive=archive).judge())
        for archive in ((), (Stamp(time=year(2014)),), (Stamp(time=year(2017), tsa=other),), (Stamp(time=year(2015), tsa=other),))
    ]
    assert found == ["REVOKED_NO_POE"] * 3 + ["PASSED"]


def test_a_weak_seal_counts_only_when_it_was_sealed_before_its_end() -> None:
    def judged(*archive: Stamp) -> tuple[str, object]:
        outcome = Case(signer=signer(end=2014), data=lists(year(2012)), archive=archive).judge()
        return answer(outcome), outcome.report.signatures[0].best_signature_time

    weak = Stamp(time=year(2011), digest="sha384")
    assert judged(weak) == ("OUT_OF_BOUNDS_NO_POE", None)
    assert judged(weak, Stamp(time=year(2013))) == ("PASSED", year(2013))
    assert judged(weak, Stamp(time=year(2012, 7))) == ("PASSED", year(2011))


# Time-stamps that contradict each other.


@pytest.mark.parametrize(
    "case",
    [
        Case(stamps=(Stamp(time=year(2020)),), archive=(STAMP,)),
        Case(archive=(Stamp(time=year(2020)), STAMP)),
        Case(content=(Stamp(time=year(2020)),), stamps=(STAMP,)),
        Case(content=(Stamp(time=year(2020)),), archive=(STAMP,)),
    ],
    ids=["seal-over-token", "seal-over-seal", "token-over-content", "seal-over-content"],
)
def test_a_token_older_than_what_it_covers_backdates_nothing(case: Case) -> None:
    outcome = Case(data=lists(), content=case.content, stamps=case.stamps, archive=case.archive).judge()
    assert answer(outcome) == "TIMESTAMP_ORDER_FAILURE"
    assert "TIMESTAMPS_OUT_OF_ORDER" in {item.code for item in outcome.report.signatures[0].findings}


def test_clocks_that_differ_by_minutes_contradict_nothing() -> None:
    late = Stamp(time=STAMP.time + timedelta(minutes=4))
    assert answer(Case(data=lists(), stamps=(late,), archive=(STAMP,)).judge()) == "PASSED"


# Revocations, and data that seems to say good.


def test_a_thief_between_the_compromise_and_the_revocation_is_not_believed() -> None:
    outcome = Case(data=(unsafe_list(reason=_KEY_COMPROMISE, unsafe=2011), ROOT), stamps=(STAMP,)).judge()
    assert answer(outcome) == "REVOKED_NO_POE"
    assert "KEY_UNSAFE_SINCE" in {item.code for item in outcome.report.signatures[0].findings}
    sealed = Case(data=(unsafe_list(reason=_KEY_COMPROMISE, unsafe=2011), ROOT), stamps=(STAMP,), archive=(Stamp(time=year(2013)),))
    assert answer(sealed.judge()) == "REVOKED_NO_POE"
    for reason, unsafe in ((_KEY_COMPROMISE, 2013), (_SUPERSEDED, 2011)):
        assert answer(Case(data=(unsafe_list(reason=reason, unsafe=unsafe), ROOT), stamps=(STAMP,)).judge()) == "PASSED"


def test_a_newer_response_that_cannot_tell_since_when_hides_no_compromise() -> None:
    response = ocsp_at(NOW, signer(), revoked=year(2015), reason="keyCompromise")
    case = Case(data=(unsafe_list(reason=_KEY_COMPROMISE, unsafe=2011), response, ROOT), stamps=(STAMP,))
    assert answer(case.judge()) == "REVOKED_NO_POE"


def test_content_that_was_stamped_after_the_revocation_was_signed_after_it() -> None:
    late = (Stamp(time=year(2016)),)
    assert answer(Case(data=revoked(), content=late, stamps=(Stamp(time=year(2017)),)).judge()) == "FAILED REVOKED"
    fake = (Stamp(time=year(2016), tsa=signer()),)
    assert answer(Case(data=revoked(), content=fake, stamps=(STAMP,)).judge()) == "PASSED"


def _sibling() -> tuple[Certificate, Certificate]:
    other = Issue(subject="Sibling", issuer="Old Root", ca=True, start=year(2001), end=year(2050)).make()
    signing = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.OCSP_SIGNING])
    extensions: tuple[tuple[x509.ExtensionType, bool], ...] = ((signing, False), (x509.OCSPNoCheck(), False))
    delegate = Issue(subject="Old Responder", issuer="Sibling", start=year(2009), end=year(2050), extensions=extensions)
    return other, delegate.make()


@pytest.mark.parametrize("by", [lambda: _sibling()[1], lambda: responder(end=2020), signer], ids=["sibling", "expired", "signer"])
def test_nobody_else_says_good(by: Callable[[], Certificate]) -> None:
    case = Case(above=(ca(), _sibling()[0]), data=(ocsp_at(NOW - DAY, signer(), by=by()), ROOT))
    assert answer(case.judge()) == "CERTIFICATE_CHAIN_GENERAL_FAILURE"


def test_data_that_a_later_revision_adds_shadows_nothing() -> None:
    forged = (forged_list("Old CA", signer()), forged_list("Old Root", ca()))
    assert answer(Case(data=lists(), later_data=forged, archive=(STAMP,)).judge()) == "PASSED"
    # Nor do unsigned lists that say good take a revocation back.
    clean = (forged_list("Old CA"), forged_list("Old Root"))
    assert answer(Case(data=revoked(since=2011), later_data=clean, archive=(STAMP,)).judge()) == "REVOKED_NO_POE"


def test_whoever_has_the_key_of_an_authority_writes_no_lists_of_the_past() -> None:
    def judged(reason: x509.ReasonFlags, *archive: Stamp, late: bool = False) -> str:
        fallen = crl_at("Old Root", NOW - DAY, Listed(certificate=ca(), time=year(2014), reason=reason))
        clean, above = (crl_at("Old CA", year(2012)),), (crl_at("Old Root", year(2012)), fallen)
        case = Case(data=above if late else (*clean, *above), later_data=clean if late else (), stamps=(STAMP,), archive=archive)
        return answer(case.judge())

    seal = Stamp(time=year(2013))
    assert judged(_KEY_COMPROMISE) == judged(_KEY_COMPROMISE, seal, late=True) == "REVOKED_CA_NO_POE"
    # A list that is proved to be older than the theft is believed, and so is one of a key that nobody stole.
    assert judged(_KEY_COMPROMISE, seal) == judged(_SUPERSEDED) == "PASSED"


def test_a_revocation_known_later_bars_the_past_without_a_proof() -> None:
    known = (*lists(year(2013, 12, 30)), *revoked(since=2013))
    assert answer(Case(data=known).judge(at=year(2014))) == "REVOKED_NO_POE"
    assert answer(Case(data=known, stamps=(Stamp(time=year(2016)),)).judge(at=year(2014))) == "REVOKED_NO_POE"
    assert answer(Case(data=known, stamps=(STAMP,)).judge(at=year(2014))) == "PASSED"


# Levels that are not deserved.


def test_lists_that_a_stranger_signed_raise_no_level() -> None:
    forged = (forged_list("Old CA"), forged_list("Old Root"))
    case = Case(data=forged, stamps=FULL.stamps, archive=FULL.archive)
    assert level(FULL.document()) == "PAdES-BASELINE-LTA"
    assert level(case.document()) == "PAdES-BASELINE-T"


def _with_tokens(data: bytes, *tokens: bytes) -> bytes:
    """Return a document whose first signature carries other tokens: no signature covers them."""
    found = _CONTENTS.search(data)
    assert found is not None
    info = cms.ContentInfo.load(bytes.fromhex(found[1].decode()))
    attributes = [
        cms.CMSAttribute({"type": "signature_time_stamp_token", "values": [cms.ContentInfo.load(token)]}) for token in tokens
    ]
    info["content"]["signer_infos"][0]["unsigned_attrs"] = cms.CMSAttributes(attributes)
    made: bytes = info.dump().hex().encode()
    assert len(made) <= len(found[1])
    return data[: found.start(1)] + made.ljust(len(found[1]), b"0") + data[found.end(1) :]


def _value(data: bytes) -> bytes:
    found = _CONTENTS.search(data)
    assert found is not None
    info = cms.ContentInfo.load(bytes.fromhex(found[1].decode()))
    return bytes(info["content"]["signer_infos"][0]["signature"].native)


def _verified(data: bytes, **options: object) -> edoc.Report:
    settings: dict[str, object] = {"trust": practice().trust, "validation_data": practice().validation_data()}
    return edoc.verify_document(data, validation_time=AT, **{**settings, **options})  # type: ignore[arg-type]


def test_the_token_of_another_signature_proves_nothing_and_says_so() -> None:
    foreign = practice().timestamp(hashlib.sha256(b"another signature").digest())
    entry = _verified(_with_tokens(signed("B-T"), foreign)).signatures[0]
    assert entry.best_signature_time is None
    assert "TIMESTAMP_INVALID" in {item.code for item in entry.findings}
    own = practice().timestamp(hashlib.sha256(_value(signed("B-T"))).digest())
    entry = _verified(_with_tokens(signed("B-T"), foreign, own)).signatures[0]
    assert entry.level == "PAdES-BASELINE-T" and entry.best_signature_time == AT


def test_a_seal_that_is_no_token_raises_no_level() -> None:
    seal = list(_CONTENTS.finditer(signed("B-LTA")))[1]
    junk = b"30030201".ljust(len(seal[1]), b"0")
    entry = _verified(signed("B-LTA")[: seal.start(1)] + junk + signed("B-LTA")[seal.end(1) :]).signatures[0]
    assert (entry.level, entry.best_signature_time) == ("PAdES-BASELINE-LT", AT)
    assert "TIMESTAMP_INVALID" in {item.code for item in entry.findings}


def test_a_stripped_document_has_the_level_and_the_time_of_what_is_left() -> None:
    ends = [found.end() for found in re.finditer(rb"%%EOF\s*", signed("B-LTA"))][-3:]
    found = [_verified(signed("B-LTA")[:end]).signatures[0] for end in ends]
    assert [item.level.rpartition("-")[2] for item in found] == ["T", "LT", "LTA"]
    bare = _verified(_with_tokens(signed("B-T"))).signatures[0]
    assert (bare.level, bare.best_signature_time) == ("PAdES-BASELINE-B", None)


@pytest.mark.parametrize("level_", ["B-T", "B-LTA"])
def test_integrity_judges_neither_trust_nor_time(level_: str) -> None:
    report = edoc.verify_document(signed(level_), policy="integrity")
    assert report.verdict is edoc.Verdict.INTACT
    entry = report.signatures[0]
    assert entry.best_signature_time is None and entry.indication is None
    assert all(item.indication is None for item in (*entry.timestamps, *report.timestamps))


def test_a_clock_that_is_ahead_carries_no_signature_over_a_revocation() -> None:
    begun, minute = year(2014), timedelta(minutes=1)
    data = (crl_at("Old CA", begun - DAY, Listed(certificate=signer(), time=begun + 2 * minute)), crl_at("Old Root", begun - DAY))
    ahead = Case(data=data, stamps=(Stamp(time=begun + 4 * minute),)).judge(at=begun)
    assert answer(ahead) == "REVOKED_NO_POE"
    assert ahead.report.signatures[0].best_signature_time == begun + 4 * minute
    assert answer(Case(data=data, stamps=(Stamp(time=begun),)).judge(at=begun)) == "PASSED"


def test_one_verifier_mixes_no_times() -> None:
    data = practice().validation_data()
    shared = edoc.Verifier(trust=practice().trust, validation_data=data)
    for days in (0, 3650, -400, 0, 3):
        at = AT + timedelta(days=days)
        alone = edoc.Verifier(trust=practice().trust, validation_data=data)
        assert shared.verify_at(signed("B-LTA"), at=at).to_json() == alone.verify_at(signed("B-LTA"), at=at).to_json()
