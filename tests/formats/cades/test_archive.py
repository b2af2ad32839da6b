"""Archive time-stamps: what they stand over, what changes break them, and older kinds (TS 101 733 6.4)."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

import edoc
from edoc.facts.signature import SignatureFacts, TimestampFacts
from edoc.formats.cades.archive import plain_revocation
from edoc.formats.cades.hash_index import Bags, make_index, match, read_index
from edoc.formats.cades.parts import SignerParts
from edoc.formats.cades.write import WRITER
from edoc.formats.cms_write import attribute, digest_identifier
from edoc.formats.writing import Packaging
from edoc.pki import oids
from edoc.pki.cms import parse_signed_data
from edoc.pki.der import DerError, Reader, encode_oid, tlv
from tests.formats.cades import maker
from tests.formats.cades.attacks import find
from tests.formats.cades.maker import (
    AROUND,
    AT,
    BESIDE,
    DATA,
    attributes_of,
    bend,
    document,
    facts,
    node_of,
    pki,
    signer_of,
    streamed,
    verify,
)
from tests.fuzzing.der import Node


def only(data: bytes, *beside: edoc.Document) -> SignatureFacts:
    (found,) = facts(data, *beside).signatures
    return found


def last(found: SignatureFacts) -> TimestampFacts:
    return found.timestamps[-1]


def intact(stamp: TimestampFacts) -> bool | None:
    assert stamp.imprint is not None
    return stamp.imprint.intact


def with_v2(data: bytes, *, wrapped: bool = True, at: datetime = AT, beside: bytes | None = None) -> bytes:
    """Add an archive time-stamp of the second version, as TS 101 733 6.4.1 says, octet by octet."""
    signed = parse_signed_data(data)
    layout = signed.layout
    pieces = [layout.reader.data[layout.encapsulated[1] : layout.encapsulated[4]]]
    if beside is not None:
        pieces.append(beside)
    for part in (layout.certificates, layout.revocation):
        pieces.append(layout.reader.data[part[1] : part[4]] if part is not None else b"")
    parts = SignerParts.of(signed.signer_infos[0].der)
    joined = b"".join(parts.unsigned)
    pieces.append(parts.signed_parts + (tlv(0xA1, joined) if wrapped and joined else joined))
    token = pki().timestamp(hashlib.sha256(b"".join(pieces)).digest(), at=at)
    work = WRITER.open(document(data), [DATA] if beside is not None else [])
    work.model.signers[0].add(attribute(oids.ARCHIVE_TIMESTAMP_V2, token))
    return maker.octets(work)


def test_a_v3_stands_over_everything_that_is_there() -> None:
    found = only(maker.signed("B-LTA"))
    stamp = last(found)
    assert stamp.covers == ("S1", "S1.T1") and not stamp.findings
    assert {hashlib.sha256(item.der).digest() for item in found.material} == set(stamp.protects)


@pytest.mark.parametrize("packaging", [AROUND, BESIDE], ids=lambda item: item.value)
@pytest.mark.parametrize("wrapped", [True, False])
def test_a_v2_stands_over_everything_that_is_there(packaging: Packaging, wrapped: bool) -> None:
    beside = [DATA] if packaging is BESIDE else []
    data = with_v2(maker.signed("B-LT", packaging=packaging), wrapped=wrapped, beside=DATA.data[:] if beside else None)
    found = only(data, *beside)
    stamp = last(found)
    assert intact(stamp) is True and stamp.covers == ("S1", "S1.T1")
    assert {hashlib.sha256(item.der).digest() for item in found.material} == set(stamp.protects)
    report = verify(data, *beside)
    assert report.verdict is edoc.Verdict.PASSED
    # EN 319 122-1 6.3: only version 3 makes B-LTA.
    assert report.signatures[0].level == "CAdES-BASELINE-LT"


def test_a_v2_is_broken_by_whatever_is_added_without_a_time() -> None:
    data = with_v2(maker.signed("B-LT"))

    def more_certificates(root: Node) -> None:
        root.kids[3].kids.append(node_of(pki().certificate("stamp")))

    def another_attribute(root: Node) -> None:
        attributes_of(signer_of(root), tag=0xA1).kids.append(node_of(attribute("1.2.3.4", b"\x05\x00")))

    for change in (more_certificates, another_attribute):
        assert intact(last(only(bend(data, change)))) is False


def test_later_archives_leave_a_v2_as_it_was() -> None:
    first = with_v2(maker.signed("B-LT"))
    second = with_v2(first, at=AT + timedelta(days=1))
    work = WRITER.open(document(second), [])
    maker.archive(work, "S1", at=AT + timedelta(days=2))
    found = only(maker.octets(work))
    assert [intact(stamp) for stamp in found.timestamps] == [True] * 4
    assert found.timestamps[1].id not in found.timestamps[1].covers
    assert found.timestamps[1].id in found.timestamps[2].covers and found.timestamps[2].id in found.timestamps[3].covers


def test_data_beside_a_v2_goes_into_the_token() -> None:
    sealed = with_v2(maker.signed("B-T"))
    work = WRITER.open(document(sealed), [])
    work.put_validation_data("S1", maker.everything())
    made = maker.octets(work)
    before, after = parse_signed_data(sealed), parse_signed_data(made)
    assert after.certificates == before.certificates and not after.crls
    assert intact(last(only(made))) is True
    assert len(last(only(made)).token.material) > len(last(only(sealed)).token.material)


def test_nothing_without_a_time_is_added_under_a_v2() -> None:
    sealed = document(with_v2(maker.signed("B-T")))
    work = WRITER.open(sealed, [])
    with pytest.raises(edoc.InputError) as caught:
        work.put_signature_timestamp("S1", pki().timestamp(bytes(32)))
    assert caught.value.code == "CADES_SEALED"
    with pytest.raises(edoc.InputError) as caught:
        maker.editor([sealed], "person")
    assert caught.value.code == "CADES_SEALED"


@pytest.mark.parametrize("inside", [False, True])
def test_a_v2_over_ber_is_computed_over_what_was_found(inside: bool) -> None:
    data = with_v2(streamed(maker.signed("B-T"), inside=inside))
    assert intact(last(only(data))) is True
    assert maker.integrity(data).verdict is edoc.Verdict.INTACT


@pytest.mark.parametrize("inside", [False, True])
def test_signer_infos_in_ber_are_digested_as_der_too(inside: bool) -> None:
    """Producers that read BER into objects digest what those objects write."""
    ber = streamed(maker.signed("B-LTA"), inside=inside)
    assert [intact(stamp) for stamp in only(ber).timestamps] == [True, True]
    assert verify(ber).verdict is edoc.Verdict.PASSED


def remove_signature_stamp(root: Node) -> None:
    inside = attributes_of(signer_of(root), tag=0xA1)
    inside.kids.remove(find(inside, oids.SIGNATURE_TIMESTAMP))


def reorder(root: Node) -> None:
    attributes_of(signer_of(root), tag=0xA1).kids.reverse()
    root.kids[3].kids.reverse()


def add_more(root: Node) -> None:
    root.kids[3].kids.append(node_of(pki().certificate("stamp")))
    attributes_of(signer_of(root), tag=0xA1).kids.append(node_of(attribute("1.2.3.4", b"\x05\x00")))


@pytest.mark.parametrize(("change", "code"), [(remove_signature_stamp, True), (reorder, False), (add_more, False)])
def test_a_v3_minds_only_what_it_names(change: Callable[[Node], None], code: bool) -> None:
    stamp = last(only(bend(maker.signed("B-LTA"), change)))
    if change is reorder:
        stamp = next(item for item in only(bend(maker.signed("B-LTA"), change)).timestamps if item.kind.value == "archive")
    assert intact(stamp) is True
    assert ("CADES_HASH_INDEX_UNMATCHED" in {item.code for item in stamp.findings}) is code


def test_what_was_added_later_is_not_protected() -> None:
    found = only(bend(maker.signed("B-LTA"), add_more))
    assert hashlib.sha256(pki().certificate("stamp")).digest() not in last(found).protects


BAGS = Bags((b"\x30\x01a", b"\x30\x01b"), (b"\x30\x01c", b"\xa1\x00"), (
    attribute("1.2.3.4", b"\x05\x00", b"\x02\x01\x01"), attribute("1.2.3.5", b"\x05\x00"),
))  # fmt: skip


def test_an_index_names_each_value_by_itself() -> None:
    value = make_index(BAGS, algorithm="sha384", identifier=digest_identifier("sha384"))
    index = read_index(value, version=3)
    assert index.algorithm == "sha384" and len(index.unsigned) == 3
    matched = match(index, BAGS)
    assert matched is not None and matched.missing == 0
    assert matched.unsigned == ((0, 0), (0, 1), (1, 0)) and matched.certificates == (0, 1)


def test_older_indexes_name_whole_attributes() -> None:
    hashes = [tlv(0x04, hashlib.sha256(item).digest()) for item in BAGS.unsigned]
    # Version 1 leaves SHA-256 out.
    index = read_index(tlv(0x30, tlv(0x30), tlv(0x30), tlv(0x30, *hashes)), version=1)
    matched = match(index, BAGS)
    assert index.algorithm == "sha256" and matched is not None
    assert matched.unsigned == ((0, 0), (0, 1), (1, 0)) and matched.certificates == ()


def test_the_same_digest_twice_needs_two_objects() -> None:
    digest = tlv(0x04, hashlib.sha256(BAGS.certificates[0]).digest())
    index = read_index(tlv(0x30, tlv(0x30, digest, digest), tlv(0x30), tlv(0x30)), version=1)
    matched = match(index, BAGS)
    assert matched is not None and matched.certificates == (0,) and matched.missing == 1


@pytest.mark.parametrize("value", [b"", b"\x30\x00", tlv(0x30, tlv(0x30)), tlv(0x30, *[tlv(0x30)] * 5),
                                   tlv(0x30, tlv(0x30, b"\x02\x01\x01"), tlv(0x30), tlv(0x30)),
                                   tlv(0x30, tlv(0x30), tlv(0x30), tlv(0x31))])  # fmt: skip
def test_a_malformed_index_is_refused(value: bytes) -> None:
    with pytest.raises(DerError):
        read_index(value, version=3)


def test_responses_in_the_set_are_named_as_facts_name_them() -> None:
    response = pki().ocsp("person")
    wrapped = tlv(0xA1, encode_oid(oids.OCSP_RESPONSE), response)
    assert plain_revocation(wrapped) == response
    assert plain_revocation(pki().crl()) == pki().crl()


def complete(data: bytes, *, order: tuple[str, ...]) -> bytes:
    """Add references and a time-stamp over signature, time-stamp and references (EN 319 122-2 A.1.5.2)."""
    work = WRITER.open(document(data), [])
    references = {
        oids.CERTIFICATE_REFERENCES: attribute(oids.CERTIFICATE_REFERENCES, tlv(0x30)),
        oids.REVOCATION_REFERENCES: attribute(oids.REVOCATION_REFERENCES, tlv(0x30)),
    }
    for oid in order:
        work.model.signers[0].add(references[oid])
    parts = work.model.signers[0].parts
    stamp = next(item for item in parts.unsigned if encode_oid(oids.SIGNATURE_TIMESTAMP) in item)
    chosen = [stamp, references[oids.CERTIFICATE_REFERENCES], references[oids.REVOCATION_REFERENCES]]
    value = parse_signed_data(data).signer_infos[0].signature_value
    imprint = value + b"".join(_content(item) for item in chosen)
    token = pki().timestamp(hashlib.sha256(imprint).digest())
    alone = pki().timestamp(hashlib.sha256(b"".join(_content(item) for item in chosen[1:])).digest())
    work.model.signers[0].add(attribute(oids.ESC_TIMESTAMP, token))
    work.model.signers[0].add(attribute(oids.CERT_CRL_TIMESTAMP, alone))
    return maker.octets(work)


def _content(item: bytes) -> bytes:
    _, start, end, _ = Reader(item).read(0, len(item))
    return item[start:end]


@pytest.mark.parametrize("swapped", [False, True])
def test_time_stamps_over_references(swapped: bool) -> None:
    order = (oids.CERTIFICATE_REFERENCES, oids.REVOCATION_REFERENCES)
    found = only(complete(maker.signed("B-T"), order=order[::-1] if swapped else order))
    kinds = {stamp.kind.value: stamp for stamp in found.timestamps}
    assert intact(kinds["sig_and_refs"]) is True and kinds["sig_and_refs"].covers == ("S1", "S1.T1")
    assert intact(kinds["refs_only"]) is True and kinds["refs_only"].covers == ()
    assert found.predicates["c"] and not found.predicates["lt_shape"]


def test_many_archives_cost_no_more_than_their_budget() -> None:
    """Each stands over everything before it: what hostile files may ask for is bounded."""
    from edoc.formats.cades.archive import Work

    assert not Work(10).spend(11)
    assert Work.of(0).spend(1 << 20)


def test_an_index_of_weak_digests_protects_nothing() -> None:
    """Somebody can make another object for the digest, whatever the imprint's own digest is."""
    work = WRITER.open(document(maker.signed("B-LT")), [])
    parts = work.model.signers[0].parts
    bags = Bags(tuple(work.model.certificates.items), tuple(work.model.revocation.items), parts.unsigned)
    index = make_index(bags, algorithm="sha1", identifier=digest_identifier("sha1"))
    octets = encode_oid(oids.DATA) + hashlib.sha256(DATA.data).digest() + parts.signed_parts + index
    work.archive_imprint("S1", "sha256")
    work._pending["S1"] = index
    work.put_archive_timestamp("S1", pki().timestamp(hashlib.sha256(octets).digest()))
    stamp = last(only(maker.octets(work)))
    assert intact(stamp) is True
    assert "CADES_HASH_INDEX_ALGORITHM" in {item.code for item in stamp.findings}
    assert stamp.covers == ("S1",) and not stamp.protects
