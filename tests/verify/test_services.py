"""What bad revocation services and odd authorities of time come to in the report: each a finding that names it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ed25519
from cryptography.hazmat.primitives.serialization import Encoding

from edoc.facts.signature import SignatureAlgorithm
from edoc.pki.certificate import Certificate
from edoc.pki.ocsp import OcspResponse
from edoc.result.enums import WantKind
from edoc.result.report import Outcome
from edoc.trust.store import TrustStore
from edoc.verify.context import Context, ValidationData
from edoc.verify.engine import EngineIdentity, validate
from edoc.verify.memo import PathMemo
from tests.pki.ocsp_maker import Response, Single
from tests.verify.history import (
    DAY,
    NOW,
    P0,
    WINDOW,
    Case,
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
)  # fmt: skip
from tests.verify.world import Issue, Listed, distinguished, key

ROOT_LIST = crl_at("Old Root", NOW - DAY)
OTHER = Issue(subject="Other", issuer="Old CA").make()


def codes(outcome: Outcome) -> set[str]:
    return {item.code for item in outcome.report.signatures[0].findings}


def never_issued() -> OcspResponse:
    single = Single(certificate=signer(), issuer=ca(), this_update=NOW - DAY, revoked=year(1970), reason="certificateHold")
    made = Response(
        answers=(single,), key=key("Old Responder"), responder=responder(), produced_at=NOW - DAY,
        certificates=(responder(),), extensions=(("1.3.6.1.5.5.7.48.1.9", b"\x05\x00"),),
    )  # fmt: skip
    return OcspResponse.load(made.der())


@pytest.mark.parametrize(
    ("response", "sub", "code"),
    [
        (lambda: ocsp_at(NOW - 60 * DAY, signer()), "TRY_LATER", "REVOCATION_DATA_STALE"),
        (lambda: ocsp_at(NOW - DAY, OTHER), "CERTIFICATE_CHAIN_GENERAL_FAILURE", "OCSP_ABOUT_OTHERS"),
        (lambda: ocsp_at(NOW - DAY, signer(), unknown=True), "CERTIFICATE_CHAIN_GENERAL_FAILURE", "OCSP_STATUS_UNKNOWN"),
        (lambda: ocsp_at(NOW - DAY, signer(), by=Issue(subject="Old Responder", issuer="Old Root").make()),
         "CERTIFICATE_CHAIN_GENERAL_FAILURE", "OCSP_RESPONDER_NOT_AUTHORISED"),
        (lambda: ocsp_at(NOW - DAY, signer(), by=responder(2020)), "CERTIFICATE_CHAIN_GENERAL_FAILURE",
         "OCSP_RESPONDER_EXPIRED"),
        (lambda: ocsp_at(NOW + DAY, signer()), "CERTIFICATE_CHAIN_GENERAL_FAILURE", "OCSP_FUTURE"),
        (lambda: ocsp_at(NOW - DAY, signer(), revoked=year(2015)), "REVOKED_NO_POE", "CERTIFICATE_REVOKED"),
        (never_issued, "REVOKED_NO_POE", "NEVER_ISSUED"),
    ],
)  # fmt: skip
def test_each_bad_response_is_named(response: Callable[[], OcspResponse], sub: str, code: str) -> None:
    outcome = Case(data=(response(), ROOT_LIST), policy=WINDOW).judge()
    assert answer(outcome) == sub
    assert code in codes(outcome)
    good = Case(data=(ocsp_at(NOW - DAY, signer()), ROOT_LIST), policy=WINDOW).judge()
    assert (answer(good), code in codes(good)) == ("PASSED", False)


def addressed(*, ocsp: bool, lists: bool) -> Certificate:
    """A signer whose certificate says where to ask."""
    found: list[tuple[x509.ExtensionType, bool]] = []
    if ocsp:
        access = x509.AccessDescription(
            x509.oid.AuthorityInformationAccessOID.OCSP, x509.UniformResourceIdentifier("http://ocsp.test/")
        )
        found.append((x509.AuthorityInformationAccess([access]), False))
    if lists:
        name = [x509.UniformResourceIdentifier("http://lists.test/ca.crl")]
        point = x509.DistributionPoint(full_name=name, relative_name=None, reasons=None, crl_issuer=None)
        found.append((x509.CRLDistributionPoints([point]), False))
    return Issue(subject="Old Signer", issuer="Old CA", end=year(2028), extensions=tuple(found)).make()


@pytest.mark.parametrize(
    ("ocsp", "listed", "kinds"),
    [
        (True, False, [WantKind.OCSP]),
        (False, True, [WantKind.CRL]),
        (True, True, [WantKind.OCSP, WantKind.CRL]),
        (False, False, [WantKind.CRL]),
    ],
)
def test_what_is_wanted_is_what_the_certificate_names(ocsp: bool, listed: bool, kinds: list[WantKind]) -> None:
    certificate = addressed(ocsp=ocsp, lists=listed)
    outcome = Case(signer=certificate, data=(ROOT_LIST,)).judge()
    assert [want.kind for want in outcome.wants] == kinds
    for want in outcome.wants:
        assert (want.certificate, want.issuer_spki, want.why) == (certificate.der, ca().spki_der, "REVOCATION_DATA_MISSING")
        assert bool(want.uris) == (ocsp or listed)
    stale = Case(signer=certificate, data=(crl_at("Old CA", NOW - 60 * DAY), ROOT_LIST), policy=WINDOW).judge()
    assert {want.why for want in stale.wants if want.kind is not WantKind.TIMESTAMP} == {"REVOCATION_DATA_STALE"}


def test_a_pass_wants_nothing() -> None:
    revoked = crl_at("Old CA", NOW - DAY, Listed(certificate=signer(), time=year(2015)))
    outcome = Case(data=(revoked, ROOT_LIST), stamps=(Stamp(time=year(2012)),)).judge()
    assert (answer(outcome), outcome.wants) == ("PASSED", ())


def test_the_data_of_an_authority_of_time_is_wanted_when_it_would_help() -> None:
    revoked = crl_at("Old CA", NOW - DAY, Listed(certificate=signer(), time=year(2015)))
    sub = Issue(subject="Time CA", issuer="Old Root", ca=True, start=year(2001), end=year(2050)).make()
    stamping = (x509.ExtendedKeyUsage([x509.oid.ExtendedKeyUsageOID.TIME_STAMPING]), True)
    unit = Issue(subject="Old TSA", issuer="Time CA", start=year(2005), end=year(2050), extensions=(stamping,)).make()
    case = Case(data=(revoked, ROOT_LIST), above=(ca(), sub), stamps=(Stamp(time=year(2012), tsa=unit),))
    assert answer(case.judge()) == "REVOKED_NO_POE"
    wanted = {(want.kind, want.subject) for want in case.judge().wants}
    assert (WantKind.CRL, "CN=Old TSA") in wanted
    helped = case.judge(data=ValidationData(crls=(crl_at("Time CA", NOW - DAY),)))
    assert answer(helped) == "PASSED"


def test_an_authority_of_time_that_is_itself_trusted_counts_after_its_end() -> None:
    old = tsa("Expired TSA", 2018)
    trust = TrustStore.of([root().der]) | TrustStore.of([old.der], purposes=["tsa"], end_entity=True)
    revoked = crl_at("Old CA", NOW - DAY, Listed(certificate=signer(), time=year(2015)))
    facts = Case(data=(revoked, ROOT_LIST), stamps=(Stamp(time=year(2012), tsa=old),)).document()
    asked = Context(policy=P0, trust=trust, time=NOW, basis="anchor")
    identity = EngineIdentity(tool_version="0", policy=P0.identity(), trust_digest=trust.digest())
    assert answer(validate(facts, context=asked, identity=identity, memo=PathMemo())) == "PASSED"


def test_edwards_curves_are_reliable() -> None:
    private = ed25519.Ed25519PrivateKey.from_private_bytes(hashlib.sha256(b"a practice key").digest())
    usage = x509.KeyUsage(True, True, *[False] * 7)
    made = (
        x509.CertificateBuilder()
        .subject_name(distinguished("Edwards")).issuer_name(distinguished("Old CA")).public_key(private.public_key())
        .serial_number(25519).not_valid_before(year(2020)).not_valid_after(year(2028))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True).add_extension(usage, critical=True)
        .sign(key("Old CA"), hashes.SHA256())
    )  # fmt: skip
    certificate = Certificate.load(made.public_bytes(Encoding.DER))
    facts = Case(signer=Issue(subject="Old Signer", issuer="Old CA").make(), data=lists()).document()
    one = facts.signatures[0]
    own = replace(
        one, signature_value=private.sign(one.signed_octets or b""), algorithm=SignatureAlgorithm(name="ed25519", digest=None),
        certificate_references=(replace(one.certificate_references[0], digest=certificate.sha256),),
        material=(replace(one.material[0], der=certificate.der), *one.material[1:]),
    )  # fmt: skip
    assert answer(Case().judge(facts=replace(facts, signatures=(own,)))) == "PASSED"

