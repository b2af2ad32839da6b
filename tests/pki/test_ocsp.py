"""OCSP responses: who may answer for whom, for what, and what several answers say together (RFC 6960)."""

from __future__ import annotations

import hashlib
import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509

from edoc.pki.certificate import Certificate
from edoc.pki.crl import RevocationList
from edoc.pki.der import encode_oid, tlv
from edoc.pki.ocsp import OcspError, OcspResponse
from edoc.pki.path import Anchor, CandidatePath
from edoc.pki.pool import Pool
from edoc.pki.revocation import CertificateStatus, Evidence, Status, certificate_status
from tests.pki.ocsp_maker import Response, Single, time
from tests.verify.world import END, START, TIME, Issue, Listed, ca, crl, key, root, signer

DAY = timedelta(days=1)
SIGNING = (x509.ExtendedKeyUsage([x509.oid.ExtendedKeyUsageOID.OCSP_SIGNING]), False)
NO_CHECK = (x509.OCSPNoCheck(), False)
GOOD = Single(certificate=signer(), issuer=ca(), this_update=TIME - DAY, next_update=TIME + DAY)


def delegate(issuer: str = "CA", *extensions: tuple[x509.ExtensionType, bool], **changes: datetime) -> Certificate:
    chosen = extensions or (SIGNING, NO_CHECK)
    return Issue(subject="Responder", issuer=issuer, extensions=chosen, **changes).make()  # type: ignore[arg-type]


def by_issuer(*answers: Single, **changes: object) -> Response:
    made = Response(answers=answers or (GOOD,), key=key("CA"), responder=ca(), produced_at=TIME - DAY)
    return replace(made, **changes)  # type: ignore[arg-type]


def by_delegate(certificate: Certificate, *answers: Single, **changes: object) -> Response:
    made = Response(
        answers=answers or (GOOD,), key=key("Responder"), responder=certificate, produced_at=TIME - DAY,
        certificates=(certificate,),
    )  # fmt: skip
    return replace(made, **changes)  # type: ignore[arg-type]


def ask(
    *responses: Response, crls: tuple[RevocationList, ...] = (), pool: tuple[Certificate, ...] = (),
    responders: tuple[Anchor, ...] = (), certificate: Certificate | None = None, at: datetime = TIME,
) -> CertificateStatus:  # fmt: skip
    top = Anchor(name=root().subject, spki_der=root().spki_der, certificate=root())
    leaf = certificate or signer()
    path = CandidatePath(certificates=(leaf, ca()), anchor=top)
    evidence = Evidence(
        crls=crls, ocsps=tuple(OcspResponse.load(item.der()) for item in responses), pool=Pool((leaf, ca(), *pool)),
        responders=responders,
    )  # fmt: skip
    return certificate_status(path, 0, evidence=evidence, anchors=(top,), time=at)


def refused(*responses: Response, **options: object) -> tuple[Status, list[str]]:
    found = ask(*responses, **options)  # type: ignore[arg-type]
    return found.status, [item.code for item in found.rejected]


@pytest.mark.parametrize("digest", ["sha1", "sha256", "sha3_256"])
def test_the_issuers_own_answer_counts_whatever_hash_names_the_certificate(digest: str) -> None:
    found = ask(by_issuer(replace(GOOD, digest=digest)))
    assert (found.status, found.this_update, found.next_update) == (Status.GOOD, TIME - DAY, TIME + DAY)
    assert found.evidence_issuer == ca()


def test_a_revocation_has_its_time_and_reason() -> None:
    found = ask(by_issuer(replace(GOOD, revoked=TIME - 2 * DAY, reason="keyCompromise")))
    assert (found.status, found.revocation_time, found.reason) == (Status.REVOKED, TIME - 2 * DAY, "keyCompromise")
    assert ask(by_issuer(replace(GOOD, revoked=START, reason="certificateHold"))).status is Status.ON_HOLD


@pytest.mark.parametrize("by_key", [False, True])
def test_a_delegate_of_the_issuer_may_answer(by_key: bool) -> None:
    made = delegate()
    found = ask(by_delegate(made, by_key=by_key))
    assert (found.status, found.evidence_issuer) == (Status.GOOD, made)
    elsewhere = by_delegate(made, by_key=by_key, certificates=())
    assert ask(elsewhere, pool=(made,)).status is Status.GOOD
    assert ask(elsewhere).status is Status.UNKNOWN


def test_who_was_not_appointed_may_not_answer() -> None:
    nobody = "OCSP_RESPONDER_NOT_AUTHORISED"
    assert refused(by_delegate(delegate("Root"))) == (Status.UNKNOWN, [nobody])
    plain = x509.ExtendedKeyUsage([x509.oid.ExtendedKeyUsageOID.EMAIL_PROTECTION])
    assert refused(by_delegate(delegate("CA", (plain, False), NO_CHECK))) == (Status.UNKNOWN, [nobody])
    assert refused(by_issuer(key=key("Stranger"))) == (Status.UNKNOWN, [nobody])
    family = Issue(subject="CA", issuer="Root", ca=True, serial=7).make()
    assert ask(by_issuer(), pool=(family,)).status is Status.GOOD


def test_a_responder_answers_only_while_its_certificate_is_in_force() -> None:
    old = delegate(end=TIME - 3 * DAY)
    assert refused(by_delegate(old)) == (Status.UNKNOWN, ["OCSP_RESPONDER_EXPIRED"])
    # Expired since: whether that matters is asked of the whole signature (EN 319 102-1 5.2.6.4, step 8).
    since = delegate(end=TIME - DAY / 2)
    assert ask(by_delegate(since)).status is Status.GOOD


def test_a_responder_without_nocheck_needs_a_status_of_its_own() -> None:
    asked = delegate("CA", SIGNING)
    response = by_delegate(asked)
    assert refused(response) == (Status.UNKNOWN, ["OCSP_RESPONDER_STATUS"])
    assert ask(response, crls=(crl("CA", Listed(certificate=ca(), time=START)),)).status is Status.GOOD
    gone = crl("CA", Listed(certificate=asked, time=START))
    found = ask(response, crls=(gone,))
    assert "OCSP_RESPONDER_STATUS" in [item.code for item in found.rejected]
    itself = by_delegate(asked, replace(GOOD, certificate=asked))
    assert ask(response, itself).status is Status.UNKNOWN


def test_a_local_responder_answers_for_everybody() -> None:
    own = delegate("Stranger")
    local = Anchor(name=own.subject, spki_der=own.spki_der, certificate=own)
    assert ask(by_delegate(own)).status is Status.UNKNOWN
    assert ask(by_delegate(own), responders=(local,)).status is Status.GOOD


def test_answers_about_others_and_unknown_say_nothing() -> None:
    other = Issue(subject="Other", issuer="CA").make()
    assert refused(by_issuer(replace(GOOD, certificate=other))) == (Status.UNKNOWN, ["OCSP_ABOUT_OTHERS"])
    assert refused(by_issuer(replace(GOOD, unknown=True))) == (Status.UNKNOWN, ["OCSP_STATUS_UNKNOWN"])
    stranger = replace(GOOD, issuer=root())
    assert refused(by_issuer(stranger)) == (Status.UNKNOWN, [])


def test_of_several_answers_the_worst_counts() -> None:
    bad = replace(GOOD, revoked=TIME - 2 * DAY)
    for answers in ((GOOD, bad), (bad, GOOD)):
        assert ask(by_issuer(*answers)).status is Status.REVOKED
    assert ask(by_issuer(GOOD, replace(GOOD, unknown=True))).status is Status.UNKNOWN


def test_a_revocation_outlives_a_later_good_and_a_hold_does_not() -> None:
    earlier = replace(GOOD, this_update=TIME - 3 * DAY)
    revoked = by_issuer(replace(earlier, revoked=TIME - 4 * DAY), produced_at=TIME - 3 * DAY)
    held = by_issuer(replace(earlier, revoked=TIME - 4 * DAY, reason="certificateHold"), produced_at=TIME - 3 * DAY)
    assert ask(by_issuer(), revoked).status is Status.REVOKED
    assert ask(by_issuer(), held).status is Status.GOOD
    listed = crl("CA", Listed(certificate=signer(), time=START))
    assert ask(by_issuer(), crls=(listed,)).status is Status.REVOKED


def test_times_must_fit() -> None:
    future = by_issuer(replace(GOOD, this_update=TIME + DAY), produced_at=TIME + DAY)
    assert refused(future) == (Status.UNKNOWN, ["OCSP_FUTURE"])
    assert refused(by_issuer(produced_at=TIME - 2 * DAY)) == (Status.UNKNOWN, ["OCSP_CONTRADICTS_ITSELF"])
    assert ask(by_issuer(), at=TIME + 3 * DAY).status is Status.GOOD


def test_what_is_known_about_the_expired_needs_an_archive_cutoff() -> None:
    after = END + DAY
    late = replace(GOOD, this_update=after, next_update=after + DAY)
    plain = ask(by_issuer(late, produced_at=after), at=after + DAY)
    assert (plain.status, plain.knows_expired, plain.kept_after_expiry) == (Status.GOOD, False, False)
    kept = replace(late, extensions=(("1.3.6.1.5.5.7.48.1.6", time(START)),))
    found = ask(by_issuer(kept, produced_at=after), at=after + DAY)
    assert (found.knows_expired, found.kept_after_expiry) == (True, True)
    short = replace(late, extensions=(("1.3.6.1.5.5.7.48.1.6", time(after)),))
    assert not ask(by_issuer(short, produced_at=after), at=after + DAY).knows_expired


def test_data_that_forgot_the_expired_makes_nothing_fresh() -> None:
    before, after = replace(GOOD, this_update=END - 2 * DAY, next_update=END - DAY), END + 3 * DAY
    late = replace(GOOD, this_update=after, next_update=after + DAY)
    found = ask(by_issuer(before, produced_at=END - 2 * DAY), by_issuer(late, produced_at=after), at=after)
    assert found.windows == ((END - 2 * DAY, END - DAY),)
    assert (found.this_update, found.knows_expired) == (END - 2 * DAY, True)


def cert_hash(der: bytes) -> tuple[str, bytes]:
    algorithm = tlv(0x30, encode_oid("2.16.840.1.101.3.4.2.1"))
    return "1.3.36.8.3.13", tlv(0x30, algorithm, tlv(0x04, hashlib.sha256(der).digest()))


def test_a_positive_statement_about_another_certificate_is_refused() -> None:
    assert ask(by_issuer(replace(GOOD, extensions=(cert_hash(signer().der),)))).status is Status.GOOD
    other = by_issuer(replace(GOOD, extensions=(cert_hash(b"another"),)))
    assert refused(other) == (Status.UNKNOWN, ["CERT_HASH_MISMATCH"])


def test_never_issued_is_revoked_from_the_beginning() -> None:
    never = replace(GOOD, revoked=datetime(1970, 1, 1, tzinfo=UTC), reason="certificateHold")
    extended = by_issuer(never, extensions=(("1.3.6.1.5.5.7.48.1.9", b"\x05\x00"),))
    assert (ask(extended).status, ask(extended).reason) == (Status.REVOKED, "neverIssued")
    assert ask(by_issuer(never)).status is Status.ON_HOLD


@pytest.mark.parametrize(
    "response",
    [
        by_issuer(status=1),
        by_issuer(extensions=(("1.2.3.4", b"\x05\x00"),), critical=frozenset({"1.2.3.4"})),
    ],
)
def test_what_is_not_successful_or_not_understood_is_no_evidence(response: Response) -> None:
    with pytest.raises(OcspError):
        OcspResponse.load(response.der())


def test_no_mutant_says_good() -> None:
    sound = by_delegate(delegate()).der()
    chance = random.Random(6960)
    good = 0
    for _ in range(1500):
        octets = bytearray(sound)
        for _ in range(chance.randint(1, 3)):
            octets[chance.randrange(len(octets))] = chance.randrange(256)
        if chance.random() < 0.2:
            del octets[chance.randrange(len(octets)) :]
        try:
            loaded = OcspResponse.load(bytes(octets))
        except OcspError:
            continue
        top = Anchor(name=root().subject, spki_der=root().spki_der, certificate=root())
        path = CandidatePath(certificates=(signer(), ca()), anchor=top)
        evidence = Evidence(ocsps=(loaded,), pool=Pool((signer(), ca())))
        found = certificate_status(path, 0, evidence=evidence, anchors=(top,), time=TIME)
        good += found.status is not Status.UNKNOWN and bytes(octets) != sound and loaded.tbs_der not in sound
    assert good == 0
    assert ask(by_delegate(delegate())).status is Status.GOOD
