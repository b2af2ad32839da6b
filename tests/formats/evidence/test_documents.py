"""Evidence records beside, inside and instead of documents: what they prove, and that bad ones change nothing."""

from __future__ import annotations

import base64
import pickle
from collections.abc import Callable, Sequence
from functools import cache

import pytest

import edoc
from edoc.facts.signature import EvidenceReach
from edoc.formats import read_document
from edoc.formats.cades.model import Model
from edoc.formats.cms_write import attribute
from edoc.formats.evidence.tree import digest_group
from edoc.formats.xml.dsig import read_signature
from edoc.formats.xml.qualifying import find_qualifying
from edoc.formats.xml.qualifying_stamps import Covered
from edoc.formats.xml.tree import XmlDocument
from edoc.pki import oids
from edoc.pki.cms import parse_signed_data
from edoc.pki.der import tlv
from edoc.result.enums import Indication, Verdict
from edoc.testing import PracticePki
from tests.formats.asic.maker import Item, items_of, pack
from tests.formats.evidence.attacks import ATTACKS, honest
from tests.formats.evidence.maker import (
    BEGAN,
    DATA,
    KINDS,
    NOW,
    OTHER,
    YEARS,
    current,
    decades,
    digest,
    judged,
    moment,
    practice,
    sibling,
    trust,
)
from tests.sign.shapes import SHAPES

XML_DATA = b'<?xml version="1.0"?>\n<ruling  b="2" a="1"><!-- draft --><sum>1403</sum></ruling>'


@cache
def signed(format: str) -> bytes:
    """A document that was signed at B-LT in the first year: its certificates have all ended since."""
    pki = practice(YEARS[0])
    data = SHAPES["table"]() if format == "pades" else XML_DATA
    made = edoc.sign_document(
        edoc.Document.from_bytes(data, name="ruling.pdf" if format == "pades" else "ruling.xml"), pki.key("person-ec"),
        level="B-LT", format=format, tsa=pki, signing_time=BEGAN, trust=trust(), validation_data=pki.validation_data(),
    )  # fmt: skip
    return bytes(made.document.data[:])


def verify(data: bytes, *records: bytes, at: object = NOW, **options: object) -> edoc.Report:
    given = [edoc.Document.from_bytes(item, name=f"ruling-{number}.ers") for number, item in enumerate(records, 1)]
    if data[:1] == b"\x30":
        # A CMS stands beside its data.
        options["detached"] = [edoc.Document.from_bytes(XML_DATA, name="ruling.xml")]
    return edoc.verify_document(
        edoc.Document.from_bytes(data, name="ruling"), trust=trust(), validation_data=[*current(), *given],
        validation_time=at, **options,  # type: ignore[arg-type]
    )  # fmt: skip


def passes_by_its_record(report: edoc.Report) -> None:
    (entry,), (record,) = report.signatures, report.evidence_records
    assert record.indication is Indication.PASSED, record.findings
    assert (report.verdict, report.process, entry.best_signature_time) == (Verdict.PASSED, "archival", BEGAN)
    assert "EXPIRED_AFTER_PROOF" in {item.code for item in entry.findings}
    report.require_passed(signed_by=edoc.ANY_SIGNER)


def told(report: edoc.Report) -> set[str]:
    return {item.code for item in report.findings}


@pytest.mark.parametrize("kind", sorted(KINDS))
@pytest.mark.parametrize("format", ["pades", "cades", "xades", "asic-e"])
def test_a_document_whose_certificates_have_ended_passes_by_a_record_beside_it(format: str, kind: str) -> None:
    data = signed(format)
    alone = verify(data)
    assert (alone.verdict, alone.signatures[0].best_signature_time) == (Verdict.INDETERMINATE, None)
    archived = data if format != "xades" or kind == "asn1" else _canonical(data)
    passes_by_its_record(verify(data, decades(KINDS[kind](), archived).encode()))


def _canonical(data: bytes) -> bytes:
    from lxml import etree

    return etree.tostring(etree.fromstring(data), method="c14n", exclusive=True, with_comments=False)


@pytest.mark.parametrize("name", [name for name, attack in ATTACKS.items() if "asn1" in attack.kinds])
def test_a_bad_record_changes_nothing_of_a_good_document(name: str) -> None:
    pki = PracticePki(at=NOW)
    document = edoc.Document.from_bytes(b"Another ruling.", name="ruling.txt")
    made = edoc.sign_document(document, pki.key("person-ec"), format="cades", level="B-B", signing_time=NOW).document

    def asked(*records: bytes) -> edoc.Report:
        given = [edoc.Document.from_bytes(item, name="bad.ers") for item in records]
        return edoc.verify_document(
            made, trust=trust() | pki.trust, validation_data=[*current(), *pki.validation_data(), *given], detached=[document],
            validation_time=NOW,
        )  # fmt: skip

    before, after = asked(), asked(ATTACKS[name].make("asn1")[0])
    assert (before.verdict, after.verdict) == (Verdict.PASSED, Verdict.PASSED)
    assert after.to_dict()["signatures"] == before.to_dict()["signatures"]
    assert "EVIDENCE_NOT_COUNTED" in after.reservations and not before.reservations
    assert after.evidence_records[0].indication is not Indication.PASSED


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_a_bad_record_proves_nothing_for_an_old_document(kind: str) -> None:
    data = signed("pades")
    before = verify(data).to_dict()["signatures"]
    good = decades(KINDS[kind](), data).encode()
    assert verify(data, good).verdict is Verdict.PASSED
    changed = data.replace(b"%%EOF", b"%%EOF\n", 1) if data.count(b"%%EOF") > 1 else data + b"\n"
    for record in (decades(KINDS[kind](), changed).encode(), honest(kind)[0]):
        report = verify(data, record)
        assert report.verdict is Verdict.INDETERMINATE and report.to_dict()["signatures"] == before
    # A bad one beside a good one takes nothing from it.
    assert verify(data, honest(kind)[0], good).verdict is Verdict.PASSED


def _embedded(oid: str, record: bytes, *others: bytes) -> bytes:
    model = Model.of(parse_signed_data(signed("cades")))
    for item in (*others, attribute(oid, record)):
        model.signers[0].add(item)
    return model.encode()


def test_a_record_in_a_cms_stands_over_what_was_before_it() -> None:
    record = decades(KINDS["asn1"](), signed("cades")).encode()
    internal = _embedded(oids.EVIDENCE_RECORD_INTERNAL, record)
    passes_by_its_record(verify(internal))
    later = Model.of(parse_signed_data(internal))
    later.signers[0].add(attribute("1.2.3.4", tlv(0x05)))
    passes_by_its_record(verify(later.encode()))
    earlier = _embedded(oids.EVIDENCE_RECORD_INTERNAL, record, attribute("1.2.3.4", tlv(0x05)))
    report = verify(earlier)
    assert (report.verdict, report.evidence_records[0].intact) == (Verdict.INDETERMINATE, False)
    assert "EVIDENCE_NOT_COUNTED" in told(report)


def test_an_external_record_in_a_cms_also_stands_over_the_data() -> None:
    data = signed("cades")
    both = decades(KINDS["asn1"](), data, XML_DATA).encode()
    passes_by_its_record(verify(_embedded(oids.EVIDENCE_RECORD_EXTERNAL, both)))
    alone = decades(KINDS["asn1"](), data).encode()
    assert verify(_embedded(oids.EVIDENCE_RECORD_EXTERNAL, alone)).evidence_records[0].intact is False


def _sealed_xml(kind: str) -> bytes:
    """Put a record into the unsigned properties, over the group of all that stands before them (TS 119 132-3)."""
    data = signed("xades")
    parsed = XmlDocument.parse(data, name="ruling.xml")
    (element,) = parsed.signatures()
    signature = read_signature(element, parsed)
    qualifying = find_qualifying(element, id="S1")
    assert qualifying is not None
    covered = Covered(signature, qualifying)

    class Group(bytes):
        """Stands for the data: its digest is that of the group."""

    def hashed(name: str, octets: bytes) -> bytes:
        pieces, _ = covered.sealed(element, name)
        return digest_group(pieces, name) if isinstance(octets, Group) else digest(name, octets)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("tests.formats.evidence.maker.digest", hashed)
        record = decades(KINDS[kind](), Group()).encode()
    inside = (
        f"<e:ASN1EvidenceRecord>{base64.b64encode(record).decode()}</e:ASN1EvidenceRecord>" if kind == "asn1" else record.decode()
    )
    seal = f'<e:SealingEvidenceRecords xmlns:e="http://uri.etsi.org/19132/v1.1.1#">{inside}</e:SealingEvidenceRecords>'
    end = data.rindex(b"</", 0, data.rindex(b"UnsignedSignatureProperties>"))
    return data[:end] + seal.encode() + data[end:]


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_a_record_in_xades_stands_over_the_pieces_before_it(kind: str) -> None:
    sealed = _sealed_xml(kind)
    passes_by_its_record(verify(sealed))
    place = sealed.index(b"<e:SealingEvidenceRecords")
    more = sealed[:place] + b'<o:More xmlns:o="urn:other"/>' + sealed[place:]
    assert verify(more).evidence_records[0].intact is False


def _container(record: bytes | None, *, listed: Sequence[str] | None = None, algorithm: str = "sha256") -> bytes:
    items = items_of(edoc.Document.from_bytes(signed("asic-e"), name="x.asice"))
    names = listed if listed is not None else [item.name for item in items if item.name != "mimetype"]
    entries = "".join(
        f'<asic:DataObjectReference URI="{item.name}"><DigestMethod xmlns="http://www.w3.org/2000/09/xmldsig#"'
        f' Algorithm="http://www.w3.org/2001/04/xmlenc#{algorithm}"/><DigestValue xmlns="http://www.w3.org/2000/09/xmldsig#">'
        f"{base64.b64encode(digest(algorithm, item.data)).decode()}</DigestValue></asic:DataObjectReference>"
        for item in items if item.name in names
    )  # fmt: skip
    manifest = (
        '<asic:ASiCManifest xmlns:asic="http://uri.etsi.org/02918/v1.2.1#">'
        f'<asic:SigReference URI="META-INF/evidencerecord.ers"/>{entries}</asic:ASiCManifest>'
    )
    data = [item.data for item in items if item.name in names]
    made = record if record is not None else decades(KINDS["asn1"](), *data).encode()
    added = [Item(name="META-INF/evidencerecord.ers", data=made)]
    if listed is None or listed:
        added.append(Item(name="META-INF/ASiCEvidenceRecordManifest001.xml", data=manifest.encode()))
    return pack([*items, *added])


def test_a_record_of_a_container_stands_over_the_files_of_its_manifest() -> None:
    report = verify(_container(None))
    passes_by_its_record(report)
    names = [item.name for item in report.evidence_records[0].scope]
    assert any(name.startswith("META-INF/signatures") for name in names) and "ruling.xml" in names


@pytest.mark.parametrize(
    ("make", "intact", "codes"),
    [
        (lambda: _container(None, listed=[]), None, {"ASIC_EVIDENCE_MANIFESTS", "EVIDENCE_DATA_NOT_FOUND"}),
        (lambda: _container(honest("asn1")[0]), False, {"EVIDENCE_DATA_OTHER"}),
        (lambda: _container(None, algorithm="sha512"), False, {"ASIC_EVIDENCE_DIGEST_OTHER", "EVIDENCE_DATA_OTHER"}),
        (lambda: _container(b"0"), False, {"EVIDENCE_RECORD_MALFORMED"}),
    ],
)
def test_a_record_of_a_container_that_does_not_hold_neither_helps_nor_harms(
    make: Callable[[], bytes], intact: bool | None, codes: set[str]
) -> None:
    report = verify(make())
    (record,) = report.evidence_records
    assert record.intact is intact and codes <= {item.code for item in record.findings}
    assert report.verdict is Verdict.INDETERMINATE
    assert report.to_dict()["signatures"] == verify(signed("asic-e")).to_dict()["signatures"]
    assert "EVIDENCE_NOT_COUNTED" in told(report)


def test_a_record_over_the_data_alone_says_nothing_of_the_signature() -> None:
    report = verify(_container(None, listed=["ruling.xml"]))
    assert report.evidence_records[0].indication is Indication.PASSED
    assert (report.verdict, report.signatures[0].best_signature_time) == (Verdict.INDETERMINATE, None)


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_a_record_is_held_against_several_originals(kind: str) -> None:
    record = decades(KINDS[kind](), DATA, OTHER).encode()
    both = judged(record, DATA, OTHER)
    assert (both.verdict, len(both.evidence_records[0].scope)) == (Verdict.PASSED, 2)
    one = judged(record, OTHER)
    assert one.verdict is Verdict.PASSED
    assert "EVIDENCE_OTHER_DATA" in {item.code for item in one.evidence_records[0].findings}
    stray = judged(record, DATA, b"nothing to do with it")
    assert stray.verdict is Verdict.INDETERMINATE and "DETACHED_UNUSED" in told(stray)


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_equal_documents_are_two_leaves(kind: str) -> None:
    record = decades(KINDS[kind](), DATA, DATA).encode()
    assert judged(record, DATA, DATA).verdict is Verdict.PASSED


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_a_digest_is_enough_until_the_tree_is_hashed_anew(kind: str) -> None:
    known = edoc.Digest("sha256", digest("sha256", DATA))
    first = KINDS[kind]().begin([DATA], siblings=((sibling("sha256", 1),),), year=2024).encode()
    assert judged(first, known).verdict is Verdict.PASSED
    # The new algorithm stands over the data itself: without it nothing can be computed.
    renewed = judged(decades(KINDS[kind]()).encode(), known)
    assert (renewed.verdict, renewed.evidence_records[0].intact) == (Verdict.INDETERMINATE, None)
    assert "EVIDENCE_STAMP_OPEN" in {item.code for item in renewed.evidence_records[0].findings}


@pytest.mark.parametrize("kind", sorted(KINDS))
@pytest.mark.parametrize("tree", [True, False])
def test_records_without_a_hash_tree(kind: str, tree: bool) -> None:
    record = KINDS[kind]().begin([DATA], year=2024, tree=tree).encode()
    assert judged(record, DATA).verdict is Verdict.PASSED
    assert judged(record, OTHER).verdict is Verdict.FAILED
    assert judged(record, OTHER, DATA).evidence_records[0].indication is Indication.PASSED


def test_xml_is_archived_by_its_canonical_form_or_as_it_stands() -> None:
    for archived in (_canonical(XML_DATA), XML_DATA):
        assert judged(decades(KINDS["xml"](), archived).encode(), XML_DATA).verdict is Verdict.PASSED
    other = XML_DATA.replace(b'  b="2" a="1"', b' a="1" b="2"')
    assert judged(decades(KINDS["xml"](), _canonical(XML_DATA)).encode(), other).verdict is Verdict.PASSED
    assert judged(decades(KINDS["asn1"](), _canonical(XML_DATA)).encode(), other).verdict is Verdict.FAILED


def test_as_of_an_earlier_time_later_renewals_are_not_there() -> None:
    record, data = honest("asn1")
    at = moment(2019)
    pki = practice(2018)
    report = edoc.verify_document(
        edoc.Document.from_bytes(record, name="data.ers"), trust=trust(), validation_time=at, expect="timestamp",
        validation_data=pki.validation_data(at=at), detached=[edoc.Document.from_bytes(*data, name="data")],
    )  # fmt: skip
    (found,) = report.evidence_records
    assert (report.verdict, found.time) == (Verdict.PASSED, BEGAN)
    assert "EVIDENCE_STAMPS_LATER" in {item.code for item in found.findings}
    assert judged(record, *data, at=moment(2017)).verdict is Verdict.INDETERMINATE


def test_integrity_judges_digests_and_nobody() -> None:
    report = judged(*(honest("xml")[0], DATA), policy="integrity")
    (found,) = report.evidence_records
    assert (report.verdict, found.intact, found.indication) == (Verdict.INTACT, True, None)
    assert judged(honest("xml")[0], OTHER, policy="integrity").verdict is Verdict.FAILED


def test_time_alone_is_no_signature() -> None:
    record, data = honest("asn1")
    report = edoc.verify_document(
        edoc.Document.from_bytes(record, name="data.ers"), trust=trust(), validation_data=current(), validation_time=NOW,
        detached=[edoc.Document.from_bytes(*data, name="data")],
    )  # fmt: skip
    assert report.verdict is Verdict.NO_SIGNATURE and "ONLY_TIME_PROVEN" in told(report)
    with pytest.raises(edoc.VerificationFailed):
        report.require_passed(signed_by=edoc.ANY_SIGNER)


def test_a_verifier_keeps_its_records_across_processes() -> None:
    data = signed("pades")
    record = edoc.Document.from_bytes(decades(KINDS["asn1"](), data).encode(), name="ruling.ers")
    verifier = edoc.Verifier(trust=trust(), validation_data=[*current(), record], validation_time=NOW)
    copied = pickle.loads(pickle.dumps(verifier))
    document = edoc.Document.from_bytes(data, name="ruling.pdf")
    assert copied.verify(document).to_json() == verifier.verify(document).to_json()
    assert copied.verify(document).verdict is Verdict.PASSED


def test_a_signed_document_stays_one_whatever_its_root_is_called() -> None:
    data = signed("xades")
    named = data.replace(b"<ruling ", b"<EvidenceRecord ").replace(b"</ruling>", b"</EvidenceRecord>")
    facts = read_document(edoc.Document.from_bytes(named, name="x.xml"))
    assert len(facts.signatures) == 1 and not facts.evidence_records


def test_more_records_than_the_budget_are_told() -> None:
    data = signed("pades")
    records = [KINDS["asn1"]().begin([str(number).encode()], year=2024).encode() for number in range(52)]
    report = verify(data, *records)
    assert len(report.evidence_records) == 50
    assert {"EVIDENCE_RECORDS_LIMIT", "EVIDENCE_NOT_COUNTED"} <= told(report)


def test_the_facts_say_how_far_a_record_reaches() -> None:
    data = signed("pades")
    record = edoc.Document.from_bytes(decades(KINDS["asn1"](), data).encode(), name="ruling.ers")
    facts = read_document(edoc.Document.from_bytes(data, name="ruling.pdf"), records=[record])
    (found,) = facts.evidence_records
    assert (found.reach, found.others, len(found.timestamps)) == (EvidenceReach.DOCUMENT, 0, 4)
    assert [chain.digest_algorithm for chain in found.chains] == ["sha256", "sha512"]
