"""CMS documents of every form: DER, BER, PEM, several signers, other tools' documents, tokens alone."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import pytest

import edoc
from edoc.facts.signature import ScopeKind, SignatureFormat
from edoc.formats.kind import Kind, kind_of
from edoc.limits import DEFAULT_LIMITS
from edoc.pki import oids
from edoc.pki.cms import CmsError, parse_signed_data
from edoc.pki.der import encode_oid, tlv
from tests.formats.cades import maker
from tests.formats.cades.maker import BESIDE, DATA, OTHER, codes, document, facts, integrity, pki, streamed, verify
from tests.formats.cms_maker import good, pkcs9
from tests.fuzzing.der import Node


@pytest.mark.parametrize("inside", [False, True])
@pytest.mark.parametrize("level", maker.LEVELS)
def test_ber_is_read(level: str, inside: bool) -> None:
    report = verify(streamed(maker.signed(level), inside=inside))
    assert report.verdict is edoc.Verdict.PASSED
    assert report.signatures[0].signed_data(0) == DATA.data


@pytest.mark.parametrize("label", ["PKCS7", "CMS", "PKCS #7 SIGNED DATA"])
@pytest.mark.parametrize("before", [b"", b"\xef\xbb\xbf", b"\r\n  "])
def test_pem_is_read(label: str, before: bytes) -> None:
    assert verify(before + maker.pem(maker.signed(), label)).verdict is edoc.Verdict.PASSED


def test_damaged_pem_is_told() -> None:
    text = maker.pem(maker.signed())
    for damaged in (text[:200], text.replace(b"M", b"!", 3), text.replace(b"-----END", b"-----")):
        report = integrity(damaged)
        assert report.verdict is edoc.Verdict.FAILED and "CMS_MALFORMED" in codes(report)


def test_several_blocks_are_not_guessed_at() -> None:
    text = maker.pem(maker.signed())
    with pytest.raises(edoc.InputError) as caught:
        integrity(text + text)
    assert caught.value.code == "CADES_PEM_BLOCKS"


def test_pem_has_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("edoc.formats.cades.source._PEM_BYTES", 100)
    with pytest.raises(edoc.InputError) as caught:
        integrity(maker.pem(maker.signed()))
    assert caught.value.code == "CADES_PEM_LARGE"


def test_der_of_other_kinds_is_no_signature() -> None:
    for data, code in (
        (pki().certificate("person"), "UNSUPPORTED_TYPE"),
        (tlv(0x30, encode_oid("1.2.840.113549.1.7.3"), tlv(0xA0, tlv(0x30, tlv(0x04, bytes(200))))), "CADES_OTHER_KIND"),
        (b"\x30\x80junk", "UNSUPPORTED_TYPE"),
    ):
        with pytest.raises(edoc.InputError) as caught:
            integrity(data)
        assert caught.value.code == code


@pytest.mark.parametrize("end", [60, 200, -1])
def test_a_damaged_signature_is_not_overlooked(end: int) -> None:
    report = integrity(maker.signed()[:end])
    assert report.verdict is edoc.Verdict.FAILED and "CMS_MALFORMED" in codes(report)


def test_a_signed_pdf_inside_is_cms() -> None:
    pdf = edoc.Document.from_bytes(b"%PDF-1.7\n" + bytes(2000), name="a.pdf")
    data = maker.octets(maker.editor([pdf]))
    assert kind_of(document(data)) is Kind.CMS
    assert verify(data).verdict is edoc.Verdict.PASSED


def test_zeros_behind_are_padding() -> None:
    assert verify(maker.signed() + bytes(3)).verdict is edoc.Verdict.PASSED


def test_the_bound_of_a_cms_is_without_its_content() -> None:
    limits = replace(DEFAULT_LIMITS, cms_bytes=20_000)
    large = edoc.Document.from_bytes(bytes(100_000), name="zeros")
    data = maker.octets(maker.editor([large]))
    assert parse_signed_data(data, limits=limits).content == large.data
    with pytest.raises(CmsError, match="CMS_LIMIT"):
        parse_signed_data(maker.signed(), limits=replace(DEFAULT_LIMITS, cms_bytes=1000))


def test_empty_segments_without_end_are_bounded() -> None:
    segments = b"\x04\x00" * 200_000
    inner = b"\x24\x80" + segments + b"\0\0"
    content = tlv(0x30, encode_oid(oids.DATA), tlv(0xA0, inner))
    signed_data = tlv(0x30, b"\x02\x01\x01\x31\x00", content, b"\x31\x00")
    data = tlv(0x30, encode_oid(oids.SIGNED_DATA), tlv(0xA0, signed_data))
    with pytest.raises(CmsError, match="CMS_LIMIT"):
        parse_signed_data(data)


def test_signers_are_named_in_stored_order() -> None:
    both = maker.octets(maker.editor([document(maker.signed())], "person"))
    first, second = facts(both).signatures
    assert (first.id, second.id) == ("S1", "S2")
    assert first.algorithm is not None and first.algorithm.name == "ecdsa"
    assert second.algorithm is not None and second.algorithm.name == "rsa"


def test_several_digests_of_one_detached_file() -> None:
    data = maker.signed(packaging=BESIDE)
    data = maker.octets(maker.editor([document(data), DATA], "person-ed"))
    data = maker.octets(maker.editor([document(data), DATA], "stamp"))
    report = verify(data, DATA)
    assert report.verdict is edoc.Verdict.PASSED
    found = [next(iter(item.scope[0].digest)) for item in report.signatures]
    assert found == ["sha256", "sha512", "sha384"]


def test_a_digest_stands_for_the_data() -> None:
    data = maker.signed("B-T", packaging=BESIDE)
    (found,) = facts(data, edoc.Digest("sha256", hashlib.sha256(DATA.data).digest())).signatures
    assert found.references[0].intact and found.references[0].scope is ScopeKind.DIGEST
    assert found.references[0].octets is None
    assert verify(data, edoc.Digest("sha256", bytes(32))).verdict is not edoc.Verdict.PASSED


def test_an_unrelated_file_beside_is_told() -> None:
    report = verify(maker.signed(packaging=BESIDE), DATA, OTHER)
    assert report.verdict is edoc.Verdict.INDETERMINATE and "DETACHED_UNUSED" in codes(report)


def test_plain_cms_is_no_cades() -> None:
    made = good()
    made.attributes = made.attributes[:2]
    (found,) = facts(made.make()).signatures
    assert found.format is SignatureFormat.CMS and not found.predicates["bes"]
    assert integrity(made.make()).signatures[0].level == "CMS-NOT-ETSI"


def test_levels_of_the_older_forms() -> None:
    made = good()
    (found,) = facts(made.make()).signatures
    # No signing-time: BES, not baseline.
    assert found.predicates["bes"] and not found.predicates["b"]
    assert integrity(made.make()).signatures[0].level == "CAdES-BES"


def test_two_tokens_in_one_attribute_are_no_baseline_t() -> None:
    made = good()
    token = pki().timestamp(bytes(32))
    made.unsigned = [(oids.SIGNATURE_TIMESTAMP, [token, token])]
    assert not facts(made.make()).signatures[0].predicates["t"]
    made.unsigned = [(oids.SIGNATURE_TIMESTAMP, [token]), (oids.SIGNATURE_TIMESTAMP, [token])]
    assert facts(made.make()).signatures[0].predicates["t"]


def test_an_evidence_record_is_told() -> None:
    made = good()
    made.unsigned = [(oids.EVIDENCE_RECORD_INTERNAL, [tlv(0x30)])]
    (found,) = facts(made.make()).signatures
    assert found.predicates["ers"]
    (record,) = found.evidence_records
    assert (record.id, [item.code for item in record.findings]) == ("S1.E1", ["EVIDENCE_RECORD_MALFORMED"])


def test_malformed_claims_count_as_absent() -> None:
    made = good()
    made.attributes += [
        (oids.SIGNER_LOCATION, [tlv(0x30, tlv(0xA7))]),
        (oids.SIGNER_ATTRIBUTES_V2, [tlv(0x30, tlv(0xA0, tlv(0x30, tlv(0x30, b"\x05\x00"))))]),
        (oids.COMMITMENT_TYPE, [tlv(0x30)]),
        (oids.MIME_TYPE, [tlv(0x0C, b"\xff")]),
        (oids.SIGNATURE_POLICY, [tlv(0x30, encode_oid("1.2.3"))]),
    ]
    (found,) = facts(made.make()).signatures
    assert found.claims == type(found.claims)()
    told = [(item.code, item.severity.value) for item in found.findings if item.code == "CMS_ATTRIBUTE_MALFORMED"]
    assert sorted(severity for _, severity in told) == ["error", "info", "info", "info", "info"]


@pytest.mark.parametrize("zero", [b"", b"\x00", b"0"])
def test_a_policy_without_digest(zero: bytes) -> None:
    made = good()
    algorithm = tlv(0x30, encode_oid(oids.DIGEST_OIDS["sha256"]))
    made.attributes += [(oids.SIGNATURE_POLICY, [tlv(0x30, encode_oid("1.2.3"), tlv(0x30, algorithm, tlv(0x04, zero)))])]
    policy = facts(made.make()).signatures[0].claims.policy
    assert policy is not None and policy.digest is None and policy.digest_algorithm is None


def test_an_implied_policy() -> None:
    made = good()
    made.attributes += [(oids.SIGNATURE_POLICY, [b"\x05\x00"])]
    (found,) = facts(made.make()).signatures
    assert found.claims.policy is not None and found.claims.policy.id == ""
    assert found.predicates["epes"] and not found.predicates["b"]


def test_a_policy_that_is_carried_along() -> None:
    inner = tlv(0x30, encode_oid(oids.DIGEST_OIDS["sha256"])) + tlv(0x30, b"\x02\x01\x07")
    rules = tlv(0x30, inner)
    made = good()
    algorithm = tlv(0x30, encode_oid(oids.DIGEST_OIDS["sha256"]))
    digest = tlv(0x04, hashlib.sha256(inner).digest())
    made.attributes += [(oids.SIGNATURE_POLICY, [tlv(0x30, encode_oid("1.2.3"), tlv(0x30, algorithm, digest))])]
    made.unsigned = [(oids.SIGNATURE_POLICY_STORE, [tlv(0x30, encode_oid("1.2.3"), tlv(0x04, rules))])]
    policy = facts(made.make()).signatures[0].claims.policy
    assert policy is not None and policy.document == rules and policy.transformed is not None
    # TR 102 272: two parts of an ASN.1 policy are digested; whatever else fits no digest is taken whole.
    assert policy.transformed(rules) == inner
    assert policy.transformed(b"plain text") == b"plain text"


def test_old_signer_attributes_are_read() -> None:
    made = good()
    role = tlv(0x30, encode_oid("2.5.4.72"), tlv(0x31, tlv(0x13, b"Clerk")))
    made.attributes += [(oids.SIGNER_ATTRIBUTES, [tlv(0x30, tlv(0xA0, tlv(0x30, role)))])]
    assert facts(made.make()).signatures[0].claims.roles == ("Clerk",)


def test_attributes_without_sense_are_ignored() -> None:
    made = good()
    made.attributes += [("1.2.840.113549.1.9.15", [tlv(0x30)]), ("1.3.6.1.4.1.99999.1", [b"\x05\x00"])]
    assert integrity(made.make()).signatures[0].intact


def test_unsigned_attributes_that_cannot_be_read_hurt_nobody() -> None:
    made = good()
    made.unsigned = [(oids.COUNTER_SIGNATURE, [b"\x05\x00"])]
    data = made.make()
    report = integrity(data)
    assert report.signatures[0].intact
    assert pkcs9(made.unsigned, tag=0xA1) in data


def test_signers_have_a_bound() -> None:
    def change(root: Node) -> None:
        root.kids[-1].kids = root.kids[-1].kids * 201

    report = integrity(maker.bend(maker.signed(), change))
    assert report.verdict is edoc.Verdict.INDETERMINATE and "CMS_LIMIT" in codes(report)
