"""CAdES as it is written: every level, both packagings, beside and over other signatures, with every claim."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest

import edoc
from edoc.facts.signature import TimestampKind
from edoc.formats.cades.write import WRITER
from edoc.formats.writing import Packaging, Placement, SignatureOrder, SignaturePolicy, SignerLocation
from edoc.pki.cms import parse_signed_data
from tests.formats.cades import maker
from tests.formats.cades.maker import AROUND, AT, BESIDE, DATA, LEVELS, OTHER, document, facts, pki, verify


def beside(packaging: Packaging) -> list[edoc.Document]:
    return [DATA] if packaging is BESIDE else []


@pytest.mark.parametrize("packaging", [AROUND, BESIDE], ids=lambda item: item.value)
@pytest.mark.parametrize("name", ["person", "person-ec", "person-ed"])
@pytest.mark.parametrize("level", LEVELS)
def test_every_level_is_reached(level: str, name: str, packaging: Packaging) -> None:
    report = verify(maker.signed(level, name=name, packaging=packaging), *beside(packaging))
    (found,) = report.signatures
    assert report.verdict is edoc.Verdict.PASSED, report.to_json()
    assert found.level == f"CAdES-BASELINE-{level[2:]}"
    assert found.signed_data(0) == DATA.data
    assert all(token.intact for token in found.timestamps)


def test_the_signed_attributes_are_those_of_the_baseline() -> None:
    (found,) = facts(maker.signed()).signatures
    assert set(found.attributes) == {
        "1.2.840.113549.1.9.3", "1.2.840.113549.1.9.4", "1.2.840.113549.1.9.5", "1.2.840.113549.1.9.16.2.47",
        "1.2.840.113549.1.9.52",
    }  # fmt: skip
    assert found.claimed_signing_time == AT
    assert found.findings == ()


@pytest.mark.parametrize("packaging", [AROUND, BESIDE], ids=lambda item: item.value)
def test_an_empty_document_is_signed(packaging: Packaging) -> None:
    empty = edoc.Document.from_bytes(b"", name="empty")
    made = maker.octets(maker.editor([empty], packaging=packaging))
    report = verify(made, *([empty] if packaging is BESIDE else []))
    assert report.verdict is edoc.Verdict.PASSED and report.signatures[0].signed_data(0) == b""


@pytest.mark.parametrize("data", [b"\x30\x80", b"\x30\x82\x01\x00 no DER", b"%PDF-1.7", b"-----BEGIN CERTIFICATE-----"])
def test_data_of_any_look_is_signed(data: bytes) -> None:
    given = edoc.Document.from_bytes(data, name="odd")
    report = verify(maker.octets(maker.editor([given])))
    assert report.verdict is edoc.Verdict.PASSED and report.signatures[0].signed_data(0) == data


def test_a_token_is_data_and_takes_no_second_signer() -> None:
    token = edoc.Document.from_bytes(pki().timestamp(hashlib.sha256(DATA.data).digest()), name="a.tst")
    report = verify(maker.octets(maker.editor([token])))
    assert report.verdict is edoc.Verdict.PASSED and report.signatures[0].signed_data(0) == token.data


def claims() -> dict[str, Any]:
    return {
        "policy": SignaturePolicy(
            id="urn:oid:1.2.3.4.5", digest_algorithm="sha256", digest=hashlib.sha256(b"rules").digest(),
            uri="http://rules.example/", description="The rules of the court",
        ),
        "commitments": ("1.2.840.113549.1.9.16.6.1", "http://uri.etsi.org/01903/v1.2.2#ProofOfApproval"),
        "roles": ("Judge", "قاضی"),
        "location": SignerLocation(country="IR", locality="تهران", street="Main Street", postal_code="123"),
        "media_types": {DATA.name: "text/plain"},
        "content_timestamps": (pki().timestamp(DATA.sha256()),),
    }  # fmt: skip


@pytest.mark.parametrize("packaging", [AROUND, BESIDE], ids=lambda item: item.value)
def test_what_a_signer_claims_is_read_back(packaging: Packaging) -> None:
    made = maker.octets(maker.raised(maker.editor([DATA], packaging=packaging, **claims()), "B-T"))
    (found,) = facts(made, *beside(packaging)).signatures
    assert found.findings == ()
    policy = found.claims.policy
    assert policy is not None and (policy.id, policy.uri) == ("1.2.3.4.5", "http://rules.example/")
    assert (policy.digest_algorithm, policy.digest) == ("sha256", hashlib.sha256(b"rules").digest())
    assert found.claims.commitments == ("1.2.840.113549.1.9.16.6.1", "1.2.840.113549.1.9.16.6.5")
    assert found.claims.roles == ("Judge", "قاضی")
    assert found.claims.location == ("IR", "تهران", "Main Street", "123")
    assert list(found.claims.media_types.values()) == ["text/plain"]
    assert [token.kind for token in found.timestamps] == [TimestampKind.CONTENT, TimestampKind.SIGNATURE]
    assert all(token.imprint is not None and token.imprint.intact for token in found.timestamps)
    assert found.predicates["epes"] and found.predicates["b"]


@pytest.mark.parametrize("identifier", ["http://rules.example/", "1", "3.1", "1.40", "1.2.x", "1..2", "urn:oid:", "1.02"])
def test_policies_and_commitments_are_named_by_object_identifiers(identifier: str) -> None:
    policy = SignaturePolicy(id=identifier, digest_algorithm="sha256", digest=b"d" * 32)
    for order in ({"policy": policy}, {"commitments": (identifier,)}):
        with pytest.raises(edoc.ConfigError) as caught:
            maker.editor([DATA], **order)
        assert caught.value.code == "CADES_IDENTIFIER"


def test_other_packagings_are_refused() -> None:
    with pytest.raises(edoc.ConfigError) as caught:
        maker.editor([DATA], packaging=Packaging.ENVELOPED)
    assert caught.value.code == "CADES_PACKAGING"


@pytest.mark.parametrize("packaging", [AROUND, BESIDE], ids=lambda item: item.value)
def test_a_second_signature_leaves_the_first_as_it_was(packaging: Packaging) -> None:
    first = maker.signed("B-LTA", packaging=packaging)
    both = maker.octets(maker.raised(maker.editor([document(first), *beside(packaging)], "person"), "B-LTA", name="person"))
    report = verify(both, *beside(packaging))
    assert report.verdict is edoc.Verdict.PASSED, report.to_json()
    assert [item.level for item in report.signatures] == ["CAdES-BASELINE-LTA"] * 2
    before, after = (parse_signed_data(data).signer_infos[0].der for data in (first, both))
    assert before == after


def test_extension_copies_what_it_does_not_touch() -> None:
    first = maker.signed("B-LTA")
    work = WRITER.open(document(first), [])
    maker.archive(work, "S1", algorithm="sha512")
    later = maker.octets(work)
    for item in (parse_signed_data(first), parse_signed_data(later)):
        assert item.signer_infos[0].signed_octets == parse_signed_data(first).signer_infos[0].signed_octets
    assert parse_signed_data(later).certificates == parse_signed_data(first).certificates
    old, new = (parse_signed_data(data).signer_infos[0].unsigned_attributes for data in (first, later))
    assert new[: len(old)] == old and len(new) == len(old) + 1


def test_nothing_added_gives_the_same_octets() -> None:
    for level in LEVELS:
        data = maker.signed(level)
        assert maker.octets(WRITER.open(document(data), [])) == data


@pytest.mark.parametrize("packaging", [AROUND, BESIDE], ids=lambda item: item.value)
def test_an_archive_is_renewed(packaging: Packaging) -> None:
    work = WRITER.open(document(maker.signed("B-LTA", packaging=packaging)), beside(packaging))
    work.put_validation_data("S1", maker.everything("person"))
    maker.archive(work, "S1", algorithm="sha384")
    report = verify(maker.octets(work), *beside(packaging))
    (found,) = report.signatures
    assert report.verdict is edoc.Verdict.PASSED and found.level == "CAdES-BASELINE-LTA"
    assert [token.kind for token in found.timestamps] == ["signature", "archive", "archive"]
    assert all(token.intact for token in found.timestamps)


def test_validation_data_is_not_added_twice() -> None:
    work = WRITER.open(document(maker.signed("B-LT")), [])
    work.put_validation_data("S1", maker.everything())
    assert maker.octets(work) == maker.signed("B-LT")


def test_the_version_tells_of_responses() -> None:
    # RFC 5652 5.1: other revocation information makes it 5.
    assert parse_signed_data(maker.signed("B-B")).layout.reader.data[26:29] != b"\x02\x01\x05"
    signed = parse_signed_data(maker.signed("B-LT"))
    data, (_, pos, _, _, following) = signed.layout.reader.data, signed.layout.version
    assert data[pos:following] == b"\x02\x01\x05" and signed.ocsps


@pytest.mark.parametrize("packaging", [AROUND, BESIDE], ids=lambda item: item.value)
def test_a_counter_signature_stands_over_the_value(packaging: Packaging) -> None:
    work = maker.editor(
        [document(maker.signed("B-T", packaging=packaging)), *beside(packaging)], "person-ed",
        placement=Placement.COUNTER, target="S1",
    )  # fmt: skip
    assert work.newest == "S1.C1"
    maker.stamp(work, "S1.C1")
    maker.archive(work, "S1")
    made = maker.octets(work)
    report = verify(made, *beside(packaging))
    (found,) = report.signatures
    (counter,) = found.counter_signatures
    assert report.verdict is edoc.Verdict.PASSED
    assert counter.level == "CAdES-BASELINE-T" and counter.intact and counter.timestamps[0].intact
    assert "1.2.840.113549.1.9.3" not in facts(made).signatures[0].counter_signatures[0].attributes
    sealed = facts(made, *beside(packaging)).signatures[0].timestamps[-1]
    assert "S1.C1" in sealed.covers


def test_a_counter_signature_needs_its_target() -> None:
    for documents, target, code in (
        ([DATA], "S1", "CADES_COUNTER_WITHOUT_CMS"),
        ([document(maker.signed())], "S2", "CADES_NO_SUCH_SIGNATURE"),
    ):
        with pytest.raises(edoc.ConfigError) as caught:
            maker.editor(documents, placement=Placement.COUNTER, target=target)
        assert caught.value.code == code


def test_a_detached_signature_is_joined_with_its_own_data_only() -> None:
    first = document(maker.signed(packaging=BESIDE))
    for documents, code in (([first], "CADES_ORIGINAL_NEEDED"), ([first, OTHER], "CADES_ORIGINAL_OTHER")):
        with pytest.raises(edoc.InputError) as caught:
            maker.editor(documents)
        assert caught.value.code == code


def test_an_archive_needs_the_data() -> None:
    work = WRITER.open(document(maker.signed("B-LT", packaging=BESIDE)), [])
    with pytest.raises(edoc.InputError) as caught:
        work.archive_imprint("S1", "sha256")
    assert caught.value.code == "CADES_ORIGINAL_NEEDED"


def test_an_unreadable_token_is_not_added() -> None:
    work = WRITER.open(document(maker.signed()), [])
    for token in (b"", b"\x30\x00", maker.signed()[:-1], pki().timestamp(bytes(32)) + b"x"):
        with pytest.raises(edoc.InputError) as caught:
            work.put_signature_timestamp("S1", token)
        assert caught.value.code == "CADES_TOKEN_UNREADABLE"


def test_pem_is_opened_and_written_as_der() -> None:
    pem = document(maker.pem(maker.signed()))
    assert maker.octets(WRITER.open(pem, [])) == maker.signed()


def test_a_state_that_is_none_is_refused() -> None:
    order = SignatureOrder(signing_time=AT, packaging=AROUND)
    prepared = WRITER.prepare([DATA], order=order, signer=maker.parameters("person-ec"))
    for state in (b"", prepared.state[:-1], prepared.state + b"\0", prepared.state[:12], b"x" * 100,
                  prepared.state.replace(b"enveloping", b"envelopinx"), prepared.state.replace(b"sha256", b"sha999")):  # fmt: skip
        with pytest.raises(edoc.InputError) as caught:
            WRITER.finish([DATA], type(prepared)(octets=prepared.octets, state=state), b"value")
        assert caught.value.code == "DRAFT_UNREADABLE"
