"""Attacks on containers as named fixtures (attacks.md 9): none is INTACT, and each is told by its name."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from functools import cache

import pytest

import edoc
from edoc.errors import InputError
from edoc.facts.document import Document
from edoc.formats.asic.kinds import Container
from edoc.formats.asic.read import container_type, read_asic
from edoc.formats.asic.stamp import further_stamp, new_stamp
from edoc.limits import Limits
from tests.formats.asic import maker
from tests.formats.asic.maker import AT, Item, items_of, pack, pki, repacked

ODF_TYPE = b"application/vnd.oasis.opendocument.text"


@cache
def signed(form: str = "xades", container: str = "asic-e", level: str = "B-B") -> Document:
    inputs = maker.documents() if container == "asic-e" else maker.documents()[:1]
    return maker.sign(inputs, form=form, container=container, level=level)


@cache
def stamped(container: Container = Container.ASIC_S) -> Document:
    stamp = new_stamp(maker.documents()[:1], container=container, time=AT)
    stamp.put(maker.token(stamp.imprint("sha256")))
    return maker.octets_of(stamp)


@cache
def stamped_twice() -> Document:
    stamp = further_stamp(stamped())
    stamp.put(maker.token(stamp.imprint("sha256")))
    return maker.octets_of(stamp)


def part(document: Document, name: str) -> bytes:
    return next(item.data for item in items_of(document) if item.name == name)


def renamed(document: Document, name: str, to: str) -> Document:
    items = [Item(name=to if item.name == name else item.name, data=item.data) for item in items_of(document)]
    return Document.from_bytes(pack(items), name=document.name)


def edited(document: Document, name: str, old: bytes, new: bytes) -> Document:
    data = part(document, name)
    assert old in data
    return repacked(document, {name: data.replace(old, new)})


def digest64(data: bytes) -> bytes:
    return base64.b64encode(hashlib.sha256(data).digest())


def _manifest_follows() -> Document:
    """The file and its digest in the manifest are changed together: the signature is over the manifest."""
    old, new = maker.FILES[0][1], b"The claim is granted.\n"
    changed = edited(signed("cades"), "META-INF/ASiCManifest001.xml", digest64(old), digest64(new))
    return repacked(changed, {"ruling.txt": new})


def _second_manifest() -> Document:
    new = b"The claim is granted.\n"
    forged = part(signed("cades"), "META-INF/ASiCManifest001.xml").replace(digest64(maker.FILES[0][1]), digest64(new))
    items = [Item(name="META-INF/ASiCManifest000.xml", data=forged), *items_of(signed("cades"))]
    return Document.from_bytes(pack([*items[1:2], items[0], *items[2:]]), name="bundle.asice")


def _entry_removed_from_manifest() -> Document:
    manifest = part(signed("cades"), "META-INF/ASiCManifest001.xml")
    start = manifest.index(b"<asic:DataObjectReference")
    end = manifest.index(b"</asic:DataObjectReference>") + len(b"</asic:DataObjectReference>")
    return repacked(signed("cades"), {"META-INF/ASiCManifest001.xml": manifest[:start] + manifest[end:]})


def _signed_in_a_folder() -> Document:
    return renamed(signed("xades", "asic-s"), "ruling.txt", "folder/ruling.txt")


def _time_stamp_of_another_manifest() -> Document:
    other = maker.sign(maker.documents([("ruling.txt", b"other")]), form="cades", level="B-LTA")
    return repacked(signed("cades", level="B-LTA"), {"META-INF/timestamp001.tst": part(other, "META-INF/timestamp001.tst")})


def _with(document: Document, *items: Item) -> Document:
    return repacked(document, {}, add=items)


def _first_file_renamed_by_reference() -> Document:
    """The reference leads to a name that only decodes to the file when it is decoded twice."""
    return renamed(signed(), "ruling.txt", "ruling%2Etxt")


Attack = tuple[Callable[[], Document], str, str]
"""How it is made, the verdict, and a code that must be told."""
ATTACKS: dict[str, Attack] = {
    "AS-01 file replaced (XAdES)": (lambda: repacked(signed(), {"ruling.txt": b"granted"}), "FAILED", "HASH_MISMATCH"),
    "AS-01 file replaced (CAdES)": (lambda: repacked(signed("cades"), {"ruling.txt": b"granted"}), "FAILED", "ASIC_FILE_CHANGED"),
    "AS-01 file replaced (ASiC-S)": (lambda: repacked(signed("cades", "asic-s"), {"ruling.txt": b"x"}), "FAILED", "HASH_MISMATCH"),
    "AS-01 file removed (XAdES)": (lambda: repacked(signed(), {"ruling.txt": None}), "FAILED", "ASIC_LIST_FILE_MISSING"),
    "AS-01 file removed (CAdES)": (lambda: repacked(signed("cades"), {"ruling.txt": None}), "INDETERMINATE", "ASIC_FILE_MISSING"),
    "AS-01 all files removed": (lambda: repacked(signed("cades"), {"ruling.txt": None, "annex.xml": None}), "FAILED", "ASIC_NO_DATA"),
    "AS-01 file renamed (XAdES)": (lambda: renamed(signed(), "ruling.txt", "order.txt"), "FAILED", "ASIC_FILE_UNCOVERED"),
    "AS-01 file renamed (CAdES)": (lambda: renamed(signed("cades"), "ruling.txt", "order.txt"), "INDETERMINATE", "ASIC_FILE_MISSING"),
    "AS-02 file added (XAdES)": (lambda: _with(signed(), Item(name="x.txt")), "INDETERMINATE", "ASIC_FILE_UNCOVERED"),
    "AS-02 file added (CAdES)": (lambda: _with(signed("cades"), Item(name="x.txt")), "INDETERMINATE", "PARTIAL_COVERAGE"),
    "AS-02 file added (ASiC-S)": (lambda: _with(signed("xades", "asic-s"), Item(name="x.txt")), "FAILED", "ASIC_S_DATA_COUNT"),
    "AS-02 the one file in a folder": (_signed_in_a_folder, "FAILED", "ASIC_S_DATA_FOLDER"),
    "AS-03 manifest follows the file": (_manifest_follows, "FAILED", "HASH_MISMATCH"),
    "AS-03 entry removed": (_entry_removed_from_manifest, "FAILED", "HASH_MISMATCH"),
    "AS-03 two manifests": (_second_manifest, "FAILED", "ASIC_MANIFEST_SEVERAL"),
    "AS-03 no manifest": (lambda: repacked(signed("cades"), {"META-INF/ASiCManifest001.xml": None}), "INDETERMINATE", "ASIC_SIGNATURE_WITHOUT_MANIFEST"),
    "AS-03 manifest that is no XML": (lambda: repacked(signed("cades"), {"META-INF/ASiCManifest001.xml": b"<"}), "FAILED", "ASIC_MANIFEST_MALFORMED"),
    "AS-03 manifest with a DTD": (
        lambda: edited(signed("cades"), "META-INF/ASiCManifest001.xml", b"?>\n", b"?>\n<!DOCTYPE a [<!ENTITY b 'c'>]>"),
        "FAILED", "ASIC_MANIFEST_MALFORMED",
    ),
    "AS-03 signature removed": (lambda: repacked(signed("cades"), {"META-INF/signature001.p7s": None}), "INDETERMINATE", "ASIC_MANIFEST_NO_SIGNATURE"),
    "AS-03 list of files with a file that is not there": (
        lambda: edited(signed(), "META-INF/manifest.xml", b'full-path="annex.xml"', b'full-path="other.xml"'),
        "FAILED", "ASIC_LIST_FILE_MISSING",
    ),
    "AS-03 list of files that leaves one out": (
        lambda: edited(signed(), "META-INF/manifest.xml", b'full-path="annex.xml"', b'full-path="folder/"'),
        "INDETERMINATE", "ASIC_LIST_FILE_UNLISTED",
    ),
    "AS-06 mimetype missing": (lambda: repacked(signed(), {"mimetype": None}), "INDETERMINATE", "ASIC_MIMETYPE_MISSING"),
    "AS-06 mimetype of something else": (lambda: repacked(signed(), {"mimetype": b"application/epub+zip"}), "INDETERMINATE", "ASIC_MIMETYPE_UNKNOWN"),
    "AS-06 an ASiC-E that calls itself ASiC-S": (
        lambda: repacked(signed(), {"mimetype": b"application/vnd.etsi.asic-s+zip"}), "FAILED", "ASIC_S_DATA_COUNT"
    ),
    "AS-06 an ASiC-E that calls itself OpenDocument": (lambda: repacked(signed(), {"mimetype": ODF_TYPE}), "INDETERMINATE", "PARTIAL_COVERAGE"),
    "AS-07 percent in a name": (_first_file_renamed_by_reference, "FAILED", "ASIC_LIST_FILE_MISSING"),
    "AS-07 two names that decode to one": (
        lambda: _with(signed(), Item(name="ruling%2etxt", data=b"granted")), "INDETERMINATE", "ASIC_FILE_UNCOVERED"
    ),
    "AS-08 signature file that is no XML": (lambda: repacked(signed(), {"META-INF/signatures001.xml": b"<a>"}), "FAILED", "ASIC_SIGNATURE_UNREADABLE"),
    "AS-08 signature file without a signature": (lambda: repacked(signed(), {"META-INF/signatures001.xml": b"<a/>"}), "FAILED", "ASIC_SIGNATURE_UNREADABLE"),
    "AS-08 CMS that is none": (lambda: repacked(signed("cades"), {"META-INF/signature001.p7s": b"0"}), "FAILED", "ASIC_SIGNATURE_UNREADABLE"),
    "AS-08 reference to nothing": (
        lambda: edited(signed(), "META-INF/signatures001.xml", b'URI="ruling.txt"', b'URI="nothing.txt"'), "FAILED", "SIGNATURE_VALUE_INVALID"
    ),
    "two kinds of signature files in ASiC-S": (
        lambda: _with(signed("xades", "asic-s"), Item(name="META-INF/signatures002.xml", data=part(signed("xades", "asic-s"), "META-INF/signatures.xml"))),
        "FAILED", "ASIC_S_SIGNATURE_FILES",
    ),
    "a time-stamp beside signatures in ASiC-S": (
        lambda: _with(signed("cades", "asic-s"), Item(name="META-INF/timestamp.tst", data=part(stamped(), "META-INF/timestamp.tst"))),
        "FAILED", "ASIC_S_MIXED",
    ),
    "an evidence record is not passed in silence": (
        lambda: _with(signed(), Item(name="META-INF/evidencerecord.ers", data=b"0")), "INTACT", "EVIDENCE_NOT_COUNTED"
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", ATTACKS)
def test_an_attack_is_told(name: str) -> None:
    make, verdict, code = ATTACKS[name]
    report = edoc.verify_document(make(), policy="integrity")
    told = {item.code for item in (*report.findings, *(found for one in report.signatures for found in one.findings))}
    assert (report.verdict.value, code in told) == (verdict, True), (report.verdict.value, sorted(told))


@pytest.mark.parametrize("form", ["xades", "cades"])
@pytest.mark.parametrize("container", ["asic-s", "asic-e"])
def test_the_same_containers_are_intact_before(form: str, container: str) -> None:
    report = edoc.verify_document(signed(form, container), policy="integrity")
    assert report.verdict is edoc.Verdict.INTACT
    assert report.signatures[0].container == ("ASiC-S" if container == "asic-s" else "ASiC-E")


STAMPED: dict[str, Attack] = {
    "AS-10 file replaced": (lambda: repacked(stamped(), {"ruling.txt": b"granted"}), "FAILED", "ASIC_FILE_UNCOVERED"),
    "AS-10 file replaced under a manifest": (
        lambda: repacked(stamped(Container.ASIC_E), {"ruling.txt": b"granted"}), "FAILED", "ASIC_FILE_UNCOVERED"
    ),
    "AS-10 file added": (
        lambda: _with(stamped(Container.ASIC_E), Item(name="x.txt")), "INDETERMINATE", "ASIC_FILE_UNCOVERED"
    ),
    "AS-10 no file": (lambda: repacked(stamped(), {"ruling.txt": None}), "FAILED", "ASIC_NO_DATA"),
    "AS-10 second time-stamp covers nothing": (
        lambda: repacked(stamped_twice(), {"META-INF/ASiCArchiveManifest.xml": _emptied()}), "FAILED", "ASIC_TIMESTAMP_NO_DATA"
    ),
    "AS-10 time-stamp of another file": (
        lambda: repacked(stamped(), {"META-INF/timestamp.tst": maker.token(hashlib.sha256(b"other").digest())}),
        "FAILED", "ASIC_FILE_UNCOVERED",
    ),
    "AS-10 time-stamp that is none": (lambda: repacked(stamped(), {"META-INF/timestamp.tst": b"0"}), "FAILED", "ASIC_FILE_UNCOVERED"),
}  # fmt: skip


def _emptied() -> bytes:
    manifest = part(stamped_twice(), "META-INF/ASiCArchiveManifest.xml")
    start, end = manifest.index(b"<asic:DataObjectReference"), manifest.rindex(b"</asic:ASiCManifest>")
    return manifest[:start] + manifest[end:]


@pytest.mark.parametrize("name", STAMPED)
def test_an_attack_on_a_time_stamped_container_is_told(name: str) -> None:
    make, verdict, code = STAMPED[name]
    report = edoc.verify_document(make(), policy="integrity", expect="timestamp")
    told = {item.code for item in (*report.findings, *(found for one in report.timestamps for found in one.findings))}
    assert (report.verdict.value, code in told) == (verdict, True), (report.verdict.value, sorted(told))


def test_time_stamped_containers_are_intact_before() -> None:
    for document in (stamped(), stamped(Container.ASIC_E), stamped_twice()):
        report = edoc.verify_document(document, policy="integrity", expect="timestamp")
        assert report.verdict is edoc.Verdict.INTACT
    assert edoc.verify_document(stamped(), policy="integrity").verdict is edoc.Verdict.NO_SIGNATURE


def test_a_container_time_stamp_over_another_manifest_does_not_count() -> None:
    document = _time_stamp_of_another_manifest()
    report = edoc.verify_document(document, trust=pki().trust, validation_data=pki().validation_data(), validation_time=AT)
    assert [item.intact for item in report.timestamps] == [False]
    assert report.timestamps[0].indication is not edoc.verify_document(
        signed("cades", level="B-LTA"), trust=pki().trust, validation_data=pki().validation_data(), validation_time=AT
    ).timestamps[0].indication


def test_a_time_stamp_whose_file_was_changed_covers_nothing() -> None:
    facts = read_asic(repacked(signed("cades", level="B-LTA"), {"annex.xml": b"<other/>"}))
    (stamp,) = facts.timestamps
    assert stamp.imprint is not None and stamp.imprint.intact is False
    assert "ASIC_FILE_CHANGED" in {item.code for item in stamp.findings}


def test_what_a_container_signs_is_handed_out() -> None:
    for form in ("xades", "cades"):
        report = edoc.verify_document(signed(form), policy="integrity")
        found = {item.name: report.signatures[0].signed_data(place) for place, item in enumerate(report.signatures[0].scope)}
        assert found["ruling.txt"] == maker.FILES[0][1]
        assert found["annex.xml"] == maker.FILES[1][1]


def test_what_stands_beside_a_container_is_not_used() -> None:
    removed = repacked(signed("cades"), {"ruling.txt": None})
    beside = [Document.from_bytes(maker.FILES[0][1], name="ruling.txt")]
    report = edoc.verify_document(removed, policy="integrity", detached=beside)
    assert report.verdict is edoc.Verdict.INDETERMINATE
    assert "DETACHED_UNUSED" in {item.code for item in report.findings}


OTHERS = {
    "word": ([Item(name="[Content_Types].xml", data=b"<Types/>"), Item(name="word/document.xml", data=b"<a/>")], "OFFICE_UNSUPPORTED"),
    "word that is signed": ([Item(name="[Content_Types].xml"), Item(name="_xmlsignatures/sig1.xml")], "OFFICE_UNSUPPORTED"),
    "a plain archive": ([Item(name="a.txt", data=b"a")], "UNSUPPORTED_TYPE"),
    "an archive with a manifest": ([Item(name="META-INF/MANIFEST.MF"), Item(name="a.class")], "UNSUPPORTED_TYPE"),
}  # fmt: skip


@pytest.mark.parametrize("name", OTHERS)
def test_packages_of_other_kinds_are_named(name: str) -> None:
    items, code = OTHERS[name]
    with pytest.raises(InputError) as caught:
        edoc.verify_document(Document.from_bytes(pack(items), name="a.zip"), policy="integrity")
    assert caught.value.code == code and caught.value.exit_code == 5


def test_old_office_files_are_named() -> None:
    with pytest.raises(InputError, match="OFFICE_UNSUPPORTED"):
        edoc.verify_document(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), policy="integrity")


def test_the_type_of_a_container_is_told() -> None:
    assert [container_type(item) for item in (signed(), signed("cades", "asic-s"))] == ["ASiC-E", "ASiC-S"]
    assert container_type(repacked(signed(), {"mimetype": ODF_TYPE})) == "ODF"
    assert container_type(Document.from_bytes(pack([Item(name="a")]), name="a.zip")) is None
    assert container_type(Document.from_bytes(b"PK\x03\x04", name="a.zip")) is None
    assert container_type(Document.from_bytes(pack([Item(name="[Content_Types].xml")]), name="a.docx")) is None


def test_a_refused_package_with_a_signature_is_failed_and_one_without_marks_is_no_answer() -> None:
    twice = pack([*items_of(signed()), Item(name="ruling.txt", data=b"granted")])
    report = edoc.verify_document(Document.from_bytes(twice, name="a.asice"), policy="integrity")
    assert report.verdict is edoc.Verdict.FAILED
    assert "ZIP_NAME_DUPLICATE" in {item.code for item in report.findings}
    with pytest.raises(InputError):
        edoc.verify_document(Document.from_bytes(pack([Item(name="a"), Item(name="a")]), name="a.zip"), policy="integrity")


def test_a_budget_exceeded_is_undecided() -> None:
    facts = read_asic(signed(), limits=Limits(zip_entries=2))
    assert [(item.code, item.severity.value) for item in facts.findings] == [("ZIP_LIMIT", "warning")]
    assert (facts.complete, facts.signature_marks) == (False, True)
    facts = read_asic(signed("cades", level="B-LTA"), limits=Limits(asic_manifests=1))
    assert "ZIP_LIMIT" in {item.code for item in facts.findings}


def test_many_signature_files_do_not_cost_many_times_what_one_may() -> None:
    copies = [Item(name=f"META-INF/signatures{number}.xml", data=part(signed(), "META-INF/signatures001.xml")) for number in range(2, 6)]
    document = _with(signed(), *copies)
    assert len(read_asic(document).signatures) == 5
    facts = read_asic(document, limits=Limits(zip_member_bytes=20_000))
    assert len(facts.signatures) < 5
    assert "ZIP_LIMIT" in {item.code for item in facts.findings}


def test_odd_ways_to_say_the_type_are_told_and_read() -> None:
    data = items_of(signed())
    last = Document.from_bytes(pack([*data[1:], data[0]]), name="a.asice")
    newline = repacked(signed(), {"mimetype": b"\xef\xbb\xbfapplication/vnd.etsi.asic-e+zip\n"})
    comment = Document.from_bytes(pack(data[1:], comment=b"mimetype=application/vnd.etsi.asic-e+zip"), name="a.asice")
    cases = ((last, "ASIC_MIMETYPE_PLACE"), (newline, "ASIC_MIMETYPE_FORM"), (comment, "ASIC_MIMETYPE_COMMENT"))
    for document, code in cases:
        report = edoc.verify_document(document, policy="integrity")
        assert report.verdict is edoc.Verdict.INTACT
        assert code in {item.code for item in report.findings}


def test_ids_are_unique_across_signature_files() -> None:
    document = maker.sign([maker.sign(maker.documents(), form="cades", level="B-T")], form="xades", level="B-T")
    document = maker.sign([document], form="xades", target="S2")
    facts = read_asic(document)
    assert [item.id for item in facts.signatures] == ["S1", "S2"]
    assert [[token.id for token in item.timestamps] for item in facts.signatures] == [["S1.T1"], ["S2.T1"]]
    assert [item.id for item in facts.signatures[1].counter_signatures] == ["S2.C1"]
    assert facts.signatures[1].timestamps[0].covers == ("S2",)


def test_a_nested_archive_stays_closed() -> None:
    bomb = pack([Item(name="zeros", data=bytes(20 << 20), method=8)])
    document = maker.sign(maker.documents([("package.zip", bomb)]), container="asic-s")
    assert edoc.verify_document(document, policy="integrity").verdict is edoc.Verdict.INTACT


ODF_FILES = (("content.xml", b"<content>text</content>"), ("styles.xml", b"<styles/>"))


def open_document(*, left_out: tuple[str, ...] = ()) -> Document:
    """Return an OpenDocument whose signature covers every file but some."""
    from dataclasses import replace

    from edoc.formats.xml.write import WRITER
    from tests.formats.asic.maker import order, signer_parameters

    entries = "".join(f'<m:file-entry m:full-path="{name}" m:media-type="text/xml"/>' for name, _ in ODF_FILES)
    manifest = (
        '<m:manifest xmlns:m="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
        f'<m:file-entry m:full-path="/" m:media-type="{ODF_TYPE.decode()}"/>{entries}</m:manifest>'
    ).encode()
    files = [("mimetype", ODF_TYPE), *ODF_FILES, ("META-INF/manifest.xml", manifest)]
    signed = [Document.from_bytes(data, name=name) for name, data in files if name not in left_out]
    made = replace(order(), options={"root": "asic"})
    prepared = WRITER.prepare(signed, order=made, signer=signer_parameters())
    value = pki().key("person").sign(prepared.octets, signer_parameters().algorithm)
    signature = b"".join(bytes(piece) for piece in WRITER.finish(signed, prepared, value).parts())
    items = [Item(name=name, data=data) for name, data in files]
    return Document.from_bytes(pack([*items, Item(name="META-INF/documentsignatures.xml", data=signature)]), name="a.odt")


def test_an_open_document_is_covered_as_a_whole() -> None:
    report = edoc.verify_document(open_document(), policy="integrity")
    assert report.verdict is edoc.Verdict.INTACT
    assert (report.signatures[0].container, report.document.media_type) == (None, ODF_TYPE.decode())


@pytest.mark.parametrize("name", ["mimetype", "styles.xml", "META-INF/manifest.xml"])
def test_what_an_open_document_leaves_unsigned_is_named(name: str) -> None:
    report = edoc.verify_document(open_document(left_out=(name,)), policy="integrity")
    assert report.verdict is edoc.Verdict.INDETERMINATE
    assert [item.params["name"] for item in report.findings if item.code == "ASIC_FILE_UNCOVERED"] == [name]


def test_a_file_added_to_an_open_document_is_named() -> None:
    report = edoc.verify_document(_with(open_document(), Item(name="Basic/macro.xml")), policy="integrity")
    assert report.verdict is edoc.Verdict.INDETERMINATE
    assert "Basic/macro.xml" in [item.params.get("name") for item in report.findings]
