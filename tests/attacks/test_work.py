"""What hostile material may cost: bounded for a document, whatever was asked before."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from asn1crypto import cms, x509
from cryptography import x509 as certificates
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

import edoc
from edoc.facts.document import Document
from edoc.facts.signature import SignatureFacts
from edoc.formats import read_document
from edoc.limits import DEFAULT_LIMITS
from edoc.pki import oids
from edoc.pki.certificate import Certificate
from edoc.pki.der import encode_oid, integer, tlv
from edoc.policy.model import Policy
from edoc.testing import PracticePki
from edoc.trust.store import Purpose
from edoc.verify.context import Context, Material, Work
from edoc.verify.memo import PathMemo
from tests.formats.pdf import build

AT = datetime(2026, 11, 24, 12, tzinfo=UTC)
PLAIN_CMS = build.cms
EARLY = datetime(2025, 12, 15, 12, tzinfo=UTC)
"""Before the practice PKI revokes the signer `revoked`."""


def _attributes(tag: int, kind: str, *values: bytes) -> bytes:
    return tlv(tag, tlv(0x30, encode_oid(kind), tlv(0x31, *values)))


def _counter(above: list[bytes]) -> bytes:
    """Return a SignerInfo with a worthless value, countersigned by others."""
    _, certificate = build.signer()
    identifier = tlv(0x30, certificate.issuer.public_bytes(), integer(certificate.serial_number))
    parts = [
        integer(1), identifier, tlv(0x30, encode_oid("2.16.840.1.101.3.4.2.1")),
        _attributes(0xA0, oids.MESSAGE_DIGEST, tlv(0x04, b"0" * 32)), tlv(0x30, encode_oid("1.2.840.10045.4.3.2")),
        tlv(0x04, bytes.fromhex("3006020101020101")),
    ]  # fmt: skip
    return tlv(0x30, *parts, *([_attributes(0xA1, oids.COUNTER_SIGNATURE, *above)] if above else []))


def _signed_with(monkeypatch: pytest.MonkeyPatch, *, counters: list[bytes], twins: list[bytes]) -> bytes:
    """Return a document signed by a CMS with more in it than anybody needs."""

    def made(octets: bytes) -> bytes:
        info = cms.ContentInfo.load(PLAIN_CMS(octets))
        data = info["content"]
        for der in twins:
            data["certificates"].append(cms.CertificateChoices("certificate", x509.Certificate.load(der)))
        if counters:
            attributes = _attributes(0x31, oids.COUNTER_SIGNATURE, *counters)
            data["signer_infos"][0]["unsigned_attrs"] = cms.CMSAttributes.load(attributes)
        return bytes(info.dump(force=True))

    monkeypatch.setattr(build, "cms", made)
    monkeypatch.setattr(build, "HOLE", len(made(b"")) + 100)
    return build.document().sign().data


def _count(facts: SignatureFacts) -> int:
    return sum(1 + _count(item) for item in facts.counter_signatures)


def test_counter_signatures_above_counter_signatures_share_one_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    wide = [_counter([_counter([_counter([])] * 3)] * 10)] * 10
    data = _signed_with(monkeypatch, counters=wide, twins=[])
    facts = read_document(Document.from_bytes(data, name="x")).signatures[0]
    assert _count(facts) == 50
    assert "CMS_COUNTER_SIGNATURES_LIMIT" in {item.code for item in facts.findings}
    # They are hints: what they are never lowers the signature that bears them.
    assert edoc.verify_document(data, policy="integrity").verdict is edoc.Verdict.INTACT


def _twin(number: int) -> bytes:
    _, certificate = build.signer()
    key = ec.derive_private_key(number + 5, ec.SECP256R1())
    builder = (
        certificates.CertificateBuilder()
        .subject_name(certificate.subject)
        .issuer_name(certificate.issuer)
        .public_key(key.public_key())
        .serial_number(certificate.serial_number)
        .not_valid_before(certificate.not_valid_before_utc)
        .not_valid_after(certificate.not_valid_after_utc)
    )
    return builder.sign(key, hashes.SHA256()).public_bytes(Encoding.DER)


@pytest.mark.parametrize(("count", "code"), [(3, "CERT_REFERENCE_MISSING"), (20, "SIGNING_CERTIFICATE_AMBIGUOUS")])
def test_few_certificates_of_one_serial_number_are_tried(
    monkeypatch: pytest.MonkeyPatch, count: int, code: str
) -> None:
    data = _signed_with(monkeypatch, counters=[], twins=[_twin(number) for number in range(count)])
    report = edoc.verify_document(data, policy="integrity")
    assert code in {item.code for item in report.signatures[0].findings}
    assert (report.verdict is edoc.Verdict.INTACT) == (count == 3)


def _references(digest: bytes) -> list[bytes]:
    """Return the attributes of a signer whose version 2 names its certificate, and whose version 1 a digest."""
    own = build.signer()[1].fingerprint(hashes.SHA256())
    named = ((oids.SIGNING_CERTIFICATE_V2, own), (oids.SIGNING_CERTIFICATE, digest))
    return [tlv(0x30, encode_oid(kind), tlv(0x31, _ess(value))) for kind, value in named]


def _ess(digest: bytes) -> bytes:
    return tlv(0x30, tlv(0x30, tlv(0x30, tlv(0x04, digest))))


@pytest.mark.parametrize("agree", [True, False], ids=["agree", "disagree"])
def test_two_references_that_disagree_name_nobody(monkeypatch: pytest.MonkeyPatch, agree: bool) -> None:
    key, certificate = build.signer()
    digest = certificate.fingerprint(hashes.SHA1()) if agree else b"x" * 20

    def made(octets: bytes) -> bytes:
        info = cms.ContentInfo.load(PLAIN_CMS(octets))
        signer = info["content"]["signer_infos"][0]
        parts = [item.dump() for item in signer["signed_attrs"]]
        found = tlv(0x31, *sorted([*parts, *_references(digest)]))
        signer["signed_attrs"] = cms.CMSAttributes.load(found)
        signer["signature"] = key.sign(found, ec.ECDSA(hashes.SHA256()))
        return bytes(info.dump(force=True))

    monkeypatch.setattr(build, "cms", made)
    report = edoc.verify_document(build.document().sign().data, policy="integrity")
    codes = {item.code for item in report.signatures[0].findings}
    assert (report.verdict is edoc.Verdict.INTACT, "CERT_REFERENCE_MISMATCH" in codes) == (agree, not agree)


@pytest.fixture(scope="module")
def pki() -> PracticePki:
    return PracticePki(at=AT)


def _context(pki: PracticePki, *, checks: int = DEFAULT_LIMITS.document_signature_checks, spent: int = 0) -> Context:
    return Context(
        policy=Policy.named("default"), trust=pki.trust, time=AT, work=Work(spent),
        limits=replace(DEFAULT_LIMITS, document_signature_checks=checks),
    )  # fmt: skip


def test_remembered_paths_cost_what_they_did(pki: PracticePki) -> None:
    leaf = Certificate.load(pki.certificate("person"))
    chain = tuple(Certificate.load(der) for der in pki.chain("person"))
    material, memo, context = Material(chain, (), (), b"x"), PathMemo(), _context(pki)
    memo.validate(leaf, subject="S1", purpose=Purpose.SIGNER, material=material, context=context)
    first = context.work.spent
    memo.validate(leaf, subject="S2", purpose=Purpose.SIGNER, material=material, context=context)
    assert first > 0
    assert context.work.spent == 2 * first


def test_a_document_that_spent_its_path_work_is_undecided(pki: PracticePki) -> None:
    leaf = Certificate.load(pki.certificate("person"))
    context = _context(pki, checks=5, spent=6)
    verdict = PathMemo().validate(
        leaf, subject="S1", purpose=Purpose.SIGNER, material=Material((), (), (), b""), context=context
    )
    assert not verdict.conclusion.passed
    assert [item.code for item in verdict.conclusion.findings] == ["PATH_BUDGET"]


def _junk_list(pki: PracticePki, number: int) -> bytes:
    issuer = certificates.load_der_x509_certificate(pki.certificate("issuing")).subject
    when = AT + timedelta(days=number)
    builder = certificates.CertificateRevocationListBuilder().issuer_name(issuer)
    builder = builder.last_update(when).next_update(when + timedelta(days=7))
    return builder.sign(ec.derive_private_key(number + 99, ec.SECP256R1()), hashes.SHA256()).public_bytes(Encoding.DER)


def test_junk_lists_do_not_hide_a_later_revocation(pki: PracticePki) -> None:
    key = pki.key("revoked")
    data = edoc.sign_document(build.document().data, key, allow_invalid_certificate=True).document.data[:]
    before, after = pki.validation_data(at=EARLY), pki.validation_data(at=EARLY + timedelta(days=12))
    junk = tuple(_junk_list(pki, number) for number in range(70))

    def verdict(*lists: bytes) -> edoc.Report:
        return edoc.verify_document(data, trust=pki.trust, validation_time=EARLY, validation_data=lists)

    assert verdict(*before, *junk).verdict is edoc.Verdict.PASSED
    report = verdict(*before, *after, *junk)
    assert report.verdict is edoc.Verdict.INDETERMINATE
    assert "REVOCATION_LATER" in {item.code for item in report.signatures[0].findings}


def test_one_document_lends_the_next_nothing(pki: PracticePki) -> None:
    """A certificate chain that one document carries is no candidate for another that lacks it."""
    verifier = edoc.Verifier(trust=pki.trust, validation_time=AT, validation_data=pki.validation_data())
    data = edoc.sign_document(build.document().data, pki.key("person")).document.data[:]
    bare = _without_chain(data)
    assert verifier.verify(bare).verdict is edoc.Verdict.INDETERMINATE
    assert verifier.verify(data).verdict is edoc.Verdict.PASSED
    report = verifier.verify(bare)
    assert report.verdict is edoc.Verdict.INDETERMINATE
    assert "NO_TRUSTED_PATH" in {item.code for item in report.signatures[0].findings}


def _without_chain(data: bytes) -> bytes:
    """Return a signed document whose CMS carries the signer's certificate alone; nothing else changes."""
    start = data.index(b"/Contents <") + len(b"/Contents <") if b"/Contents <" in data else data.index(b"/Contents<") + 10
    end = data.index(b">", start)
    info = cms.ContentInfo.load(bytes.fromhex(data[start:end].decode()), strict=False)
    signed = info["content"]
    serial = signed["signer_infos"][0]["sid"].chosen["serial_number"].native
    own = [item for item in signed["certificates"] if item.chosen.serial_number == serial]
    signed["certificates"] = cms.CertificateSet(own)
    made = bytes(info.dump(force=True)).hex().encode()
    return data[:start] + made.ljust(end - start, b"0") + data[end:]
