"""What a field demands of its signature (seed values): kept, or refused before the key is used, entry by entry."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from asn1crypto import x509
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.sign import fields as hanko

import edoc
from edoc.errors import EdocError
from edoc.keys import Key
from tests.sign.forms import form, seeded
from tests.sign.makers import SIGNING_TIME, identity, open_key
from tests.sign.practice import practice

Flags = hanko.SigSeedValFlags
CertFlags = hanko.SigCertConstraintFlags
Usage = hanko.SigCertKeyUsage
PKCS7 = "adbe.pkcs7.detached"


@pytest.fixture
def key(tmp_path: Path) -> Key:
    return open_key("p256", tmp_path)


@pytest.fixture
def unused(key: Key, monkeypatch: pytest.MonkeyPatch) -> Key:
    """A key that must not be asked to sign."""

    def sign(self: Key, octets: bytes, algorithm: object) -> bytes:
        raise AssertionError("the key was used")

    monkeypatch.setattr(Key, "sign", sign)
    return key


def refusal(data: bytes, key: Key, field: str, **options: object) -> edoc.ConfigError:
    with pytest.raises(edoc.ConfigError) as refused:
        edoc.sign_document(data, key, field=field, signing_time=SIGNING_TIME, **options)  # type: ignore[arg-type]
    problem = refused.value
    assert problem.subject == field and field in problem.text("en") and field in problem.text("fa")
    assert problem.hint("en") and "{" not in problem.text("fa") + problem.hint("fa")
    return problem


def signed(data: bytes, key: Key, field: str, **options: object) -> None:
    result = edoc.sign_document(data, key, field=field, signing_time=SIGNING_TIME, **options)  # type: ignore[arg-type]
    assert result.check.passed
    assert edoc.verify_document(result.document, policy="integrity").verdict is edoc.Verdict.INTACT


def certificate(kind: str = "p256", *, authority: bool = False) -> x509.Certificate:
    made = identity(kind)
    return x509.Certificate.load((made.authority if authority else made.certificate).public_bytes(Encoding.DER))


def demanding(**entries: Any) -> Callable[[], bytes]:
    return lambda: seeded(hanko.SigSeedValueSpec(**entries))


def of_signer(flags: CertFlags, **entries: Any) -> Callable[[], bytes]:
    return demanding(cert=hanko.SigCertConstraints(flags=flags, **entries))


SIGNS, COMMITS, CIPHERS = ({"digital_signature"}, {"non_repudiation"}, {"key_encipherment"})
OTHERS = {"2.5.4.5": "9990000026"}

HANKO: dict[str, tuple[Callable[[], bytes], dict[str, object], dict[str, object], str]] = {
    "SV/SubFilter": (
        demanding(flags=Flags.SUBFILTER, subfilters=[hanko.SigSeedSubFilter.ADOBE_PKCS7_DETACHED]),
        {"sub_filter": PKCS7}, {}, "FIELD_WANTS_SUB_FILTER",
    ),
    "SV/SubFilter in order": (
        demanding(flags=Flags.SUBFILTER, subfilters=[hanko.SigSeedSubFilter.PADES,
                                                     hanko.SigSeedSubFilter.ADOBE_PKCS7_DETACHED]),
        {}, {"sub_filter": PKCS7}, "FIELD_WANTS_SUB_FILTER",
    ),
    "SV/DigestMethod": (
        demanding(flags=Flags.DIGEST_METHOD, digest_methods=["SHA384", "SHA512"]),
        {"digest": "sha384"}, {}, "FIELD_WANTS_DIGEST",
    ),
    "SV/Reasons": (
        demanding(flags=Flags.REASONS, reasons=["صدور رأی", "Copy"]),
        {"reason": "صدور رأی"}, {"reason": "copy"}, "FIELD_WANTS_REASON",
    ),
    "SV/Reasons none given": (
        demanding(flags=Flags.REASONS, reasons=["Copy"]), {"reason": "Copy"}, {}, "FIELD_WANTS_REASON",
    ),
    "SV/Reasons forbidden": (
        demanding(flags=Flags.REASONS, reasons=["."]), {}, {"reason": "Copy"}, "FIELD_WANTS_NO_REASON",
    ),
    "SV/Reasons absent": (demanding(flags=Flags.REASONS), {}, {"reason": "."}, "FIELD_WANTS_NO_REASON"),
    "SV/MDP": (
        demanding(seed_signature_type=hanko.SeedSignatureType(hanko.MDPPerm.FILL_FORMS)),
        {"certify": "fill-forms"}, {}, "FIELD_WANTS_CERTIFICATION",
    ),
    "SV/MDP other": (
        demanding(seed_signature_type=hanko.SeedSignatureType(hanko.MDPPerm.NO_CHANGES)),
        {"certify": "no-changes"}, {"certify": "annotate"}, "FIELD_WANTS_CERTIFICATION",
    ),
    "SV/MDP none": (
        demanding(seed_signature_type=hanko.SeedSignatureType()), {}, {"certify": "annotate"}, "FIELD_WANTS_APPROVAL",
    ),
    "SV/LockDocument": (
        demanding(flags=Flags.LOCK_DOCUMENT, lock_document=hanko.SeedLockDocument.LOCK),
        {"lock_permission": "no-changes"}, {}, "FIELD_WANTS_LOCK",
    ),
    "SV/LockDocument by certifying": (
        demanding(flags=Flags.LOCK_DOCUMENT, lock_document=hanko.SeedLockDocument.LOCK),
        {"certify": "no-changes"}, {"certify": "fill-forms"}, "FIELD_WANTS_LOCK",
    ),
    "SV/LockDocument not": (
        demanding(flags=Flags.LOCK_DOCUMENT, lock_document=hanko.SeedLockDocument.DO_NOT_LOCK),
        {"lock_permission": "fill-forms"}, {"certify": "no-changes"}, "FIELD_WANTS_NO_LOCK",
    ),
    "SV/TimeStamp": (
        demanding(timestamp_server_url="http://tsa.example/", timestamp_required=True),
        {"level": "B-T", "tsa": practice()}, {}, "FIELD_WANTS_TIMESTAMP",
    ),
    "SV/Cert/Subject": (
        lambda: of_signer(CertFlags.SUBJECT, subjects=[certificate("p384"), certificate()])(),
        {}, {"other": True}, "FIELD_WANTS_SIGNER",
    ),
    "SV/Cert/SubjectDN": (
        of_signer(CertFlags.SUBJECT_DN, subject_dn=x509.Name.build({"common_name": "Test Signer"})),
        {}, {"strange": True}, "FIELD_WANTS_NAME",
    ),
    "SV/Cert/KeyUsage": (
        of_signer(CertFlags.KEY_USAGE, key_usage=[Usage.from_sets(CIPHERS), Usage.from_sets(SIGNS | COMMITS, CIPHERS)]),
        {}, {"strange": True}, "FIELD_WANTS_KEY_USAGE",
    ),
    "SV/Cert/Issuer": (
        lambda: of_signer(CertFlags.ISSUER, issuers=[certificate(authority=True)])(),
        {}, {"strange": True}, "FIELD_WANTS_ISSUER",
    ),
}  # fmt: skip
"""Entry: the form, options that keep it, options (or another field) that do not, and the code of the refusal."""

STRANGE: dict[str, Callable[[], bytes]] = {
    "SV/Cert/SubjectDN": of_signer(CertFlags.SUBJECT_DN, subject_dn=x509.Name.build(OTHERS)),
    "SV/Cert/KeyUsage": of_signer(CertFlags.KEY_USAGE, key_usage=[Usage.from_sets(SIGNS, COMMITS)]),
    "SV/Cert/Issuer": lambda: of_signer(CertFlags.ISSUER, issuers=[certificate()])(),
}
"""The same entries with what the signer's certificate does not have."""


@pytest.mark.parametrize("entry", HANKO)
def test_a_demand_that_is_kept_is_signed(entry: str, key: Key) -> None:
    make, kept, _, _ = HANKO[entry]
    signed(make(), key, "Court", **kept)


@pytest.mark.parametrize("entry", HANKO)
def test_a_demand_that_is_not_kept_is_refused_first(
    entry: str, key: Key, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make, _, unkept, code = HANKO[entry]
    document = STRANGE[entry]() if "strange" in unkept else make()
    signer = open_key("p521", tmp_path) if "other" in unkept else key
    options = {name: value for name, value in unkept.items() if name not in ("strange", "other")}
    monkeypatch.setattr(Key, "sign", lambda *arguments: pytest.fail("the key was used"))
    problem = refusal(document, signer, "Court", **options)
    assert problem.code == code and entry.split(" ")[0] in problem.text("en")


@pytest.mark.parametrize("entry", HANKO)
def test_a_wish_is_no_demand(entry: str, key: Key) -> None:
    """The same entries without their flags hinder nobody; /MDP and a time-stamp have no flag there."""
    if entry.startswith(("SV/MDP", "SV/TimeStamp")):
        make = demanding(timestamp_server_url="http://tsa.example/")
    elif entry in STRANGE:
        make = STRANGE[entry]
    else:
        make = HANKO[entry][0]
    document = make()
    bare = document.replace(b"/Ff ", b"/Fx ") if b"/Ff " in document else document.replace(b"/Ff", b"/Fx")
    signed(bare, key, "Court")


def test_the_lock_of_the_field_counts_as_the_documents(key: Key) -> None:
    seeds = hanko.SigSeedValueSpec(flags=Flags.LOCK_DOCUMENT, lock_document=hanko.SeedLockDocument.LOCK)
    lock = hanko.FieldMDPSpec(hanko.FieldMDPAction.ALL)
    signed(seeded(seeds, field_mdp_spec=lock, doc_mdp_update_value=hanko.MDPPerm.NO_CHANGES), key, "Court")
    document = seeded(seeds, field_mdp_spec=lock, doc_mdp_update_value=hanko.MDPPerm.FILL_FORMS)
    assert refusal(document, key, "Court").code == "FIELD_WANTS_LOCK"


def test_a_demand_that_another_signature_makes_impossible_is_refused(key: Key) -> None:
    make, kept, _, _ = HANKO["SV/MDP"]
    document = make()
    result = edoc.sign_document(document, key, signing_time=SIGNING_TIME)
    with pytest.raises(edoc.InputError) as refused:
        edoc.sign_document(result.document, key, field="Court", signing_time=SIGNING_TIME, **kept)  # type: ignore[arg-type]
    assert refused.value.code == "CERTIFICATION_TOO_LATE"


RAW: dict[str, tuple[bytes, str | None, str]] = {
    "other-filter": (b"/Filter/CICI.SignIt/Ff 1", "FIELD_SEED_VALUE_UNSUPPORTED", "SV/Filter"),
    "our-filter": (b"/Filter/Adobe.PPKLite/Ff 1", None, ""),
    "other-filter-wished": (b"/Filter/CICI.SignIt", None, ""),
    "no-known-encoding": (b"/SubFilter[/adbe.x509.rsa_sha1]/Ff 2", "FIELD_SEED_VALUE_UNSUPPORTED", "SV/SubFilter"),
    "an-unknown-encoding-first": (b"/SubFilter[/A /ETSI.CAdES.detached]/Ff 2", None, ""),
    "no-encoding": (b"/SubFilter[]/Ff 2", "FIELD_SEED_VALUE_UNSUPPORTED", "SV/SubFilter"),
    "later-version": (b"/V 4/Ff 4", "FIELD_SEED_VALUE_UNSUPPORTED", "SV/V"),
    "later-version-wished": (b"/V 4", None, ""),
    "known-version": (b"/V 3/Ff 4", None, ""),
    "attestation": (b"/LegalAttestation[(I read it)]/Ff 16", "FIELD_SEED_VALUE_UNSUPPORTED", "SV/LegalAttestation"),
    "revocation-inside": (b"/AddRevInfo true/Ff 32", "FIELD_SEED_VALUE_UNSUPPORTED", "SV/AddRevInfo"),
    "no-revocation-inside": (b"/AddRevInfo false/Ff 32", None, ""),
    "digest-with-hyphen": (b"/DigestMethod[(SHA-256)]/Ff 64", None, ""),
    "weak-digest": (b"/DigestMethod[(SHA1)]/Ff 64", "FIELD_WANTS_DIGEST", "SV/DigestMethod"),
    "lock-of-another-kind": (b"/LockDocument/maybe/Ff 128", "FIELD_SEED_VALUE_UNSUPPORTED", "SV/LockDocument"),
    "lock-left-open": (b"/LockDocument/auto/Ff 128", None, ""),
    "lock-as-truth-value": (b"/LockDocument true/Ff 128", "FIELD_SEED_VALUE_UNREADABLE", "SV/LockDocument"),
    "appearance": (b"/AppearanceFilter(Seal)/Ff 256", "FIELD_SEED_VALUE_UNSUPPORTED", "SV/AppearanceFilter"),
    "unknown-flag": (b"/Ff 512", "FIELD_SEED_VALUE_UNSUPPORTED", "SV/Ff"),
    "flag-without-entry": (b"/Ff 1", None, ""),
    "negative-flags": (b"/Ff -1", "FIELD_SEED_VALUE_UNREADABLE", "SV/Ff"),
    "flags-as-text": (b"/Ff(1)", "FIELD_SEED_VALUE_UNREADABLE", "SV/Ff"),
    "list-as-name": (b"/SubFilter/ETSI.CAdES.detached/Ff 2", "FIELD_SEED_VALUE_UNREADABLE", "SV/SubFilter"),
    "number-in-list": (b"/Reasons[(Copy) 1]/Ff 8", "FIELD_SEED_VALUE_UNREADABLE", "SV/Reasons"),
    "long-list": (b"/Reasons[" + b"(x)" * 2000 + b"]/Ff 8", "FIELD_SEED_VALUE_UNREADABLE", "SV/Reasons"),
    "mdp-without-level": (b"/MDP<<>>", None, ""),
    "mdp-of-unknown-level": (b"/MDP<</P 4>>", "FIELD_SEED_VALUE_UNREADABLE", "MDP/P"),
    "mdp-as-number": (b"/MDP 2", "FIELD_SEED_VALUE_UNREADABLE", "MDP"),
    "time-stamp-elsewhere": (b"/TimeStamp 20 0 R", "FIELD_WANTS_TIMESTAMP", "SV/TimeStamp"),
    "certificate-as-list": (b"/Cert[1]", "FIELD_SEED_VALUE_UNREADABLE", "Cert"),
    "unknown-certificate-flag": (b"/Cert<</Ff 128>>", "FIELD_SEED_VALUE_UNSUPPORTED", "Cert/Ff"),
    "reserved-certificate-flag": (b"/Cert<</Ff 16>>", "FIELD_SEED_VALUE_UNSUPPORTED", "Cert/Ff"),
    "policy-of-certificate": (b"/Cert<</OID[(1.2.3.4)]/Ff 4>>", "FIELD_WANTS_POLICY", "SV/Cert/OID"),
    "policy-wished": (b"/Cert<</OID[(1.2.3.4)]>>", None, ""),
    "page-to-enrol": (b"/Cert<</URL(http://ca.example/)/URLType/Browser/Ff 64>>", None, ""),
    "service-to-enrol": (b"/Cert<</URL(http://ca.example/)/URLType/ASSP/Ff 64>>", "FIELD_SEED_VALUE_UNSUPPORTED", "Cert/URL"),
    "signature-policy": (b"/Cert<</SignaturePolicyOID(1.2.3)>>", "FIELD_SEED_VALUE_UNSUPPORTED", "Cert/SignaturePolicyOID"),
    "no-certificate-at-all": (b"/Cert<</Subject[]/Ff 1>>", "FIELD_WANTS_SIGNER", "SV/Cert/Subject"),
    "issuer-that-is-none": (b"/Cert<</Issuer[<3000>]/Ff 2>>", "FIELD_WANTS_ISSUER", "SV/Cert/Issuer"),
    "name-as-number": (b"/Cert<</SubjectDN[<</CN 1>>]/Ff 8>>", "FIELD_SEED_VALUE_UNREADABLE", "Cert/SubjectDN"),
    "two-names": (b"/Cert<</SubjectDN[<</CN(Test Signer)>><</CN(Other)>>]/Ff 8>>", "FIELD_WANTS_NAME", "CN=Other"),
    "name-by-number": (b"/Cert<</SubjectDN[<</2.5.4.5(9990000018)>>]/Ff 8>>", None, ""),
    "usage-of-other-letters": (b"/Cert<</KeyUsage[(Y)]/Ff 32>>", "FIELD_WANTS_KEY_USAGE", "SV/Cert/KeyUsage"),
    "usage-left-open": (b"/Cert<</KeyUsage[(1)]/Ff 32>>", None, ""),
    "doubled-key": (b"/Ff 0/Ff 1", "FIELD_SEED_VALUE_UNREADABLE", "SV"),
}  # fmt: skip


@pytest.mark.parametrize("case", RAW)
def test_every_entry_is_kept_or_named(case: str, key: Key, monkeypatch: pytest.MonkeyPatch) -> None:
    entries, code, named = RAW[case]
    data = form(judge=b"/SV<<" + entries + b">>", more={20: b"<</URL(http://tsa.example/)/Ff 1>>"})
    if code is None:
        signed(data, key, "Judge")
        return
    monkeypatch.setattr(Key, "sign", lambda *arguments: pytest.fail("the key was used"))
    problem = refusal(data, key, "Judge")
    assert problem.code == code and named in problem.text("en")


def test_seed_values_that_are_none_are_refused(unused: Key) -> None:
    assert refusal(form(judge=b"/SV[]"), unused, "Judge").code == "FIELD_SEED_VALUE_UNREADABLE"


@pytest.mark.parametrize("place", [b"21 0 R", b"<</Reasons 21 0 R/Ff 8>>", b"<</Ff 21 0 R>>", b"<</Cert<</Subject[21 0 R]/Ff 1>>>>"])
def test_seed_values_that_lead_nowhere_are_refused(place: bytes, unused: Key) -> None:
    data = form(judge=b"/SV " + place, more={21: b"22 0 R", 22: b"21 0 R"})
    assert refusal(data, unused, "Judge").code == "FIELD_SEED_VALUE_UNREADABLE"


def test_the_demands_of_other_fields_bind_nobody_else(key: Key) -> None:
    signed(form(judge=b"/SV<</Filter/CICI.SignIt/Ff 1>>"), key, "New")


@pytest.mark.parametrize("seed", range(4))
def test_hostile_demands_are_signed_or_refused(seed: int, key: Key) -> None:
    chance = random.Random(seed)
    words = [b"/SV", b"/Cert", b"<<", b">>", b"[", b"]", b"/Ff", b"1", b"-7", b"511", b"99999999999", b"true", b"(x)",
             b"/P", b"/MDP", b"/Reasons", b"/SubFilter", b"/KeyUsage", b"/SubjectDN", b"8 0 R", b"20 0 R", b"null",
             b"/Lock", b"/Action", b"/All", b"/Fields", b"<30>", b"1.5"]  # fmt: skip
    for _ in range(60):
        inside = b" ".join(chance.choice(words) for _ in range(chance.randrange(1, 14)))
        data = form(judge=b"/SV<<" + inside + b">>", more={20: b"<<" + inside[:9] + b">>"})
        try:
            edoc.sign_document(data, key, field="Judge", signing_time=SIGNING_TIME)
        except EdocError as problem:
            assert not isinstance(problem, edoc.VerificationFailed), inside
