"""Containers that edoc writes: levels, octets that are kept, names, and what is refused before a key is used."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

import edoc
from edoc.errors import ConfigError, EdocError, InputError
from edoc.facts.document import Document
from edoc.formats.asic.composed import Composed
from edoc.formats.asic.kinds import Container
from edoc.formats.asic.read import read_asic
from edoc.formats.asic.stamp import further_stamp, new_stamp
from edoc.formats.asic.write import ASIC_E, ASIC_S
from edoc.formats.asic.zip_write import dos_time
from edoc.formats.writing import Packaging, Prepared
from tests.formats.asic import maker
from tests.formats.asic.maker import AT, CONTAINERS, LEVELS, Item, items_of, pack, pki

SHAPES = [pytest.param(container, form, id=f"{container}-{form}") for container in CONTAINERS for form in ("xades", "cades")]


def verified(document: Document, expect: str = "signature") -> edoc.Report:
    return edoc.verify_document(document, trust=pki().trust, validation_data=pki().validation_data(), validation_time=AT, expect=expect)


def inputs_for(container: str) -> list[Document]:
    return maker.documents() if container == "asic-e" else maker.documents()[:1]


@pytest.mark.parametrize(("container", "form"), SHAPES)
@pytest.mark.parametrize("level", LEVELS)
def test_every_level_passes(container: str, form: str, level: str) -> None:
    report = verified(maker.sign(inputs_for(container), container=container, form=form, level=level, signer="person-ec"))
    assert report.verdict is edoc.Verdict.PASSED
    assert [item.level for item in report.signatures] == [f"{form[0].upper()}AdES-BASELINE-{level[2:]}"]


@pytest.mark.parametrize(("container", "form"), SHAPES)
def test_the_same_order_gives_the_same_octets(container: str, form: str) -> None:
    first, second = (maker.sign(inputs_for(container), container=container, form=form) for _ in range(2))
    assert first.data == second.data


@pytest.mark.parametrize(("container", "form"), SHAPES)
def test_what_is_there_keeps_its_octets(container: str, form: str) -> None:
    before = maker.sign(inputs_for(container), container=container, form=form, level="B-T")
    after = maker.sign([before], container=container, form=form, level="B-LT", signer="person-ec")
    assert read_asic(after).signatures[0].signature_value == read_asic(before).signatures[0].signature_value
    kept = {item.name: item.data for item in items_of(before) if container == "asic-e" or "META-INF" not in item.name}
    now = {item.name: item.data for item in items_of(after)}
    assert {name: now[name] for name in kept} == kept
    assert [item.level[-2:] for item in verified(after).signatures] == ["-T" if form == "xades" or container == "asic-e" else "LT", "LT"]
    length = len(b"".join(bytes(piece) for piece in _local(before)[:1]))
    assert after.data[:length] == before.data[:length]


def _local(document: Document) -> list[bytes]:
    from edoc.formats.asic.package import Package

    return [document.data[entry.header : entry.following] for entry in Package.open(document).entries]


@pytest.mark.parametrize(("container", "form"), SHAPES)
def test_counter_signatures(container: str, form: str) -> None:
    document = maker.sign(inputs_for(container), container=container, form=form)
    document = maker.sign([document], container=container, form=form, signer="person-ec", target="S1")
    report = verified(document)
    assert report.verdict is edoc.Verdict.PASSED
    assert [item.id for item in report.signatures[0].counter_signatures] == ["S1.C1"]


@pytest.mark.parametrize(("container", "form"), SHAPES)
def test_extending_and_renewing(container: str, form: str) -> None:
    document = maker.extend(maker.sign(inputs_for(container), container=container, form=form), level="B-LTA", container=container)
    editor = CONTAINERS[container].open(document, ())
    for signature in editor.signatures:
        editor.put_validation_data(signature, maker.material())
    document = maker.octets_of(maker.archived(editor, editor.signatures))
    report = verified(document)
    assert report.verdict is edoc.Verdict.PASSED
    assert report.signatures[0].level.endswith("-BASELINE-LTA")


def test_the_chain_of_archive_manifests() -> None:
    document = maker.sign(maker.documents(), form="cades", level="B-LTA")
    editor = ASIC_E.open(document, ())
    renewed = maker.octets_of(maker.archived(editor, editor.signatures))
    names = [item.name for item in items_of(renewed) if "Archive" in item.name or item.name.endswith(".tst")]
    assert names == [
        "META-INF/ASiCArchiveManifest001.xml", "META-INF/timestamp001.tst", "META-INF/ASiCArchiveManifest.xml", "META-INF/timestamp002.tst"
    ]  # fmt: skip
    facts = read_asic(renewed)
    assert [sorted(item.covers) for item in facts.timestamps] == [["S1"], ["S1", "T1"]]
    newest = next(item.data for item in items_of(renewed) if item.name == "META-INF/ASiCArchiveManifest.xml")
    assert newest.count(b'Rootfile="true"') == 1


def test_what_a_container_time_stamp_covers_is_not_changed_any_more() -> None:
    document = maker.sign(maker.documents(), form="cades", level="B-LTA")
    editor = ASIC_E.open(document, ())
    with pytest.raises(InputError, match="ASIC_COVERED"):
        editor.put_signature_timestamp("S1", maker.token(editor.signature_imprint("S1", "sha256")))
    with pytest.raises(InputError, match="ASIC_COVERED"):
        maker.sign([document], form="cades", target="S1")


@pytest.mark.parametrize("container", list(Container)[:2])
def test_time_stamps_alone_in_a_row(container: Container) -> None:
    stamp = new_stamp(maker.documents(), container=container, time=AT)
    for number in range(1, 4):
        stamp.put(maker.token(stamp.imprint("sha256")))
        document = maker.octets_of(stamp)
        report = verified(document, expect="timestamp")
        assert (report.verdict, len(report.timestamps)) == (edoc.Verdict.PASSED, number)
        assert all(item.intact for item in report.timestamps)
        stamp = further_stamp(document, objects=maker.material())


def test_other_programs_open_what_is_written() -> None:
    document = maker.sign(maker.documents([("پیوست.txt", b"x"), ("b&c.txt", b"")]), level="B-B")
    with zipfile.ZipFile(io.BytesIO(bytes(document.data[:]))) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == ["mimetype", "پیوست.txt", "b&c.txt", "META-INF/manifest.xml", "META-INF/signatures001.xml"]
        first = archive.infolist()[0]
        assert (first.compress_type, first.extra, first.header_offset, first.date_time) == (0, b"", 0, (2026, 11, 20, 12, 0, 0))
    assert document.data[30:69] == b"mimetypeapplication/vnd.etsi.asic-e+zip"
    assert verified(document).verdict is edoc.Verdict.PASSED


@pytest.mark.parametrize("form", ["xades", "cades"])
def test_odd_names_are_signed_and_found_again(form: str) -> None:
    names = ["a+b.txt", "100% sure.txt", "a%20b.txt", "ü&ö.txt", "رأی نهایی.pdf", "#1.txt", "it's.txt"]
    document = maker.sign(maker.documents([(name, name.encode()) for name in names]), form=form)
    report = verified(document)
    assert report.verdict is edoc.Verdict.PASSED, report.to_json(lang="en")
    assert set(names) <= {item.name for item in report.signatures[0].scope}


def test_names_are_made_fit() -> None:
    document = maker.sign([Document.from_bytes(b"1", name="folder/a:b?.txt"), Document.from_bytes(b"2", name="-")])
    assert [item.name for item in items_of(document)][1:3] == ["a_b_.txt", "document"]


def test_several_files_in_an_asic_s_go_into_one_package() -> None:
    document = maker.sign(maker.documents(), container="asic-s")
    assert [item.name for item in items_of(document)][1] == "package.zip"
    inner = items_of(Document.from_bytes(next(item.data for item in items_of(document) if item.name == "package.zip"), name="p"))
    assert [(item.name, item.data) for item in inner] == list(maker.FILES)
    assert verified(document).verdict is edoc.Verdict.PASSED
    composed = Composed(maker.documents(), 0)
    assert composed.size == len(composed.data)


def test_a_cms_in_an_asic_s_is_data_like_any_other() -> None:
    cms = maker.documents([("token.p7s", maker.token(bytes(32)))])
    document = maker.sign(cms, container="asic-s", form="cades")
    assert verified(document).verdict is edoc.Verdict.PASSED
    assert read_asic(document).signatures[0].id == "S1" and len(read_asic(document).signatures) == 1


def test_a_container_of_the_other_kind_is_data() -> None:
    inner = maker.sign(maker.documents()[:1], container="asic-s")
    document = maker.sign([inner], container="asic-e")
    assert [item.name for item in items_of(document)][1] == inner.name
    assert verified(document).verdict is edoc.Verdict.PASSED


@pytest.mark.parametrize("form", ["xades", "cades"])
def test_content_time_stamps(form: str) -> None:
    inputs, order = maker.documents(), maker.order(form)
    digest = ASIC_E.content_digest(inputs, order=order, algorithm="sha256")
    order = maker.order(form, tokens=(maker.token(digest),))
    prepared = ASIC_E.prepare(inputs, order=order, signer=maker.signer_parameters())
    value = pki().key("person").sign(prepared.octets, maker.signer_parameters().algorithm)
    report = verified(maker.octets_of(ASIC_E.finish(inputs, prepared, value)))
    assert report.verdict is edoc.Verdict.PASSED
    assert [(item.kind, item.intact) for item in report.signatures[0].timestamps] == [("content", True)]


def _twins() -> None:
    maker.sign(maker.documents([("a.txt", b"1"), ("A.txt", b"2")]))


def _other_document() -> None:
    prepared = ASIC_E.prepare(maker.documents(), order=maker.order("cades"), signer=maker.signer_parameters())
    ASIC_E.finish(maker.documents([("ruling.txt", b"other"), maker.FILES[1]]), prepared, b"x" * 256)


def _enveloped() -> None:
    order = maker.order()
    from dataclasses import replace

    ASIC_E.prepare(maker.documents(), order=replace(order, packaging=Packaging.ENVELOPED), signer=maker.signer_parameters())


def _no_data() -> None:
    maker.sign([Document.from_bytes(pack([Item(name="mimetype", data=b"application/vnd.etsi.asic-e+zip")]), name="a.asice")])


def _stamp_of_a_signed_one() -> None:
    further_stamp(maker.sign(maker.documents()))


def _signed_stamp() -> None:
    stamp = new_stamp(maker.documents()[:1], container=Container.ASIC_S, time=AT)
    stamp.put(maker.token(stamp.imprint("sha256")))
    maker.sign([maker.octets_of(stamp)], container="asic-s")


def _no_token() -> None:
    new_stamp(maker.documents(), container=Container.ASIC_E, time=AT).put(b"0")


REFUSED: dict[str, tuple[Callable[[], object], type[EdocError], str]] = {
    "names that clash": (_twins, InputError, "ASIC_NAME_CLASH"),
    "a reserved name": (lambda: maker.sign(maker.documents([("mimetype", b"1")])), InputError, "ASIC_NAME_RESERVED"),
    "no document": (lambda: maker.sign([]), ConfigError, "SIGN_NOTHING"),
    "no document to stamp": (lambda: new_stamp([], container=Container.ASIC_E, time=AT), ConfigError, "SIGN_NOTHING"),
    "another form": (lambda: maker.sign(maker.documents(), form="jades"), ConfigError, "ASIC_SIGNATURE_FORM"),
    "another packaging": (_enveloped, ConfigError, "SIGN_PACKAGING"),
    "a container without data": (_no_data, InputError, "ASIC_NO_DATA"),
    "a second form in ASiC-S": (
        lambda: maker.sign([maker.sign(maker.documents()[:1], container="asic-s")], container="asic-s", form="cades"),
        InputError, "ASIC_S_OCCUPIED",
    ),
    "a signature beside a time-stamp in ASiC-S": (_signed_stamp, InputError, "ASIC_S_OCCUPIED"),
    "a counter-signature of nothing": (lambda: maker.sign(maker.documents(), target="S1"), InputError, "EXTEND_NO_SIGNATURE"),
    "a counter-signature of another": (
        lambda: maker.sign([maker.sign(maker.documents())], target="S2"), InputError, "ASIC_NO_SUCH_SIGNATURE"
    ),
    "other data when finishing": (_other_document, InputError, "DRAFT_OTHER_DOCUMENT"),
    "a draft that is none": (
        lambda: ASIC_E.finish(maker.documents(), Prepared(octets=b"", state=b"{}"), b""), InputError, "DRAFT_UNREADABLE"
    ),
    "more files than an XML signature may name": (
        lambda: maker.sign(maker.documents([(f"{number}.txt", b"") for number in range(10_000)])), InputError, "ASIC_TOO_MANY_FILES"
    ),
    "extending what is no container": (lambda: ASIC_E.open(Document.from_bytes(b"PK\x03\x04", name="a"), ()), InputError, "UNSUPPORTED_TYPE"),
    "extending what is not signed": (
        lambda: ASIC_E.open(Document.from_bytes(pack([Item(name="mimetype", data=b"application/vnd.etsi.asic-e+zip"), Item(name="a")]), name="a"), ()),
        InputError, "EXTEND_NO_SIGNATURE",
    ),
    "time-stamping a signed container": (_stamp_of_a_signed_one, InputError, "ASIC_STAMP_SIGNED"),
    "time-stamping what is no container": (lambda: further_stamp(maker.documents()[0]), InputError, "UNSUPPORTED_TYPE"),
    "a token that is none": (_no_token, InputError, "CADES_TOKEN_UNREADABLE"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_is_refused(name: str) -> None:
    act, kind, code = REFUSED[name]
    with pytest.raises(kind) as caught:
        act()
    assert caught.value.code == code


def test_a_signature_that_cannot_be_read_stays_as_it_is() -> None:
    broken = maker.repacked(maker.sign(maker.documents(), form="xades"), {"META-INF/signatures001.xml": b"<a>"})
    document = maker.sign([broken], form="cades")
    assert [item.id for item in read_asic(document).signatures] == ["S1", "S2"]
    assert [item.intact for item in verified(document).signatures] == [None, True]


def test_dates_are_those_of_the_signing_time() -> None:
    assert dos_time(datetime(2026, 11, 20, 12, 0, 1, tzinfo=UTC)) == dos_time(AT)
    assert dos_time(datetime(1970, 1, 1, tzinfo=UTC)) == 1 << 21 | 1 << 16


def test_a_state_is_plain_json() -> None:
    prepared = ASIC_S.prepare(maker.documents()[:1], order=maker.order(), signer=maker.signer_parameters())
    assert {"v", "algorithm", "form", "inner", "inner_digest", "media_types", "target", "time"} == set(json.loads(prepared.state))
