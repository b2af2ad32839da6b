"""DSS and edoc over containers beyond one signature: several files and signatures, renewals, time-stamps alone."""

from __future__ import annotations

import pytest

import edoc
from edoc.formats.asic.kinds import Container
from edoc.formats.asic.stamp import further_stamp, new_stamp
from tests.formats.asic import maker
from tests.formats.asic.maker import AT, pki
from tests.interop.dss.oracle import Dss, Judged
from tests.interop.dss.practice import PASSWORD, pkcs12

TSA = {"password": PASSWORD, "time": AT}


def _roots() -> list[bytes]:
    return [pki().certificate("root-a"), pki().certificate("root-b")]


def judged(dss: Dss, document: edoc.Document) -> tuple[Judged, ...]:
    """Return what DSS says of the signatures."""
    return dss.validate(bytes(document.data[:]), trust=_roots(), crls=pki().validation_data(), time=AT, name=document.name)


def stamps(dss: Dss, document: edoc.Document) -> list[tuple[str, bool]]:
    """Return what DSS says of the time-stamps: indication, and whether the imprint holds."""
    answer = dss.ask("validate", document=bytes(document.data[:]), trust=_roots(), crls=pki().validation_data(), time=AT, name=document.name)
    return [(item["indication"], item["imprint"]) for item in answer["timestamps"]]  # type: ignore[attr-defined]


def verified(document: edoc.Document, expect: str = "signature") -> edoc.Report:
    """Return what edoc says."""
    return edoc.verify_document(document, trust=pki().trust, validation_data=pki().validation_data(), validation_time=AT, expect=expect)


def _levels(found: tuple[Judged, ...]) -> list[str | None]:
    return [item.level for item in found]


@pytest.mark.parametrize("form", ["xades", "cades"])
def test_several_signatures_over_several_files(dss: Dss, form: str) -> None:
    document = maker.sign(maker.documents(), form=form, level="B-T")
    document = maker.sign([document], form=form, level="B-LTA", signer="person-ec")
    found = judged(dss, document)
    assert all(item.passed for item in found), found
    assert _levels(found) == [item.level for item in verified(document).signatures]


def test_signatures_of_both_forms_in_one_container(dss: Dss) -> None:
    document = maker.sign([maker.sign(maker.documents(), form="cades", level="B-LT")], form="xades", level="B-LT")
    assert [item.level for item in verified(document).signatures] == ["CAdES-BASELINE-LT", "XAdES-BASELINE-LT"]
    assert all(item.passed for item in judged(dss, document))


@pytest.mark.parametrize("form", ["xades", "cades"])
def test_a_second_signature_in_the_one_file_of_asic_s(dss: Dss, form: str) -> None:
    document = maker.sign(maker.documents()[:1], container="asic-s", form=form, level="B-LT")
    document = maker.sign([document], container="asic-s", form=form, level="B-LTA", signer="person-ec")
    found = judged(dss, document)
    assert len(found) == 2 and all(item.passed for item in found), found
    assert _levels(found) == [item.level for item in verified(document).signatures]


def test_renewed_archive_time_stamps(dss: Dss) -> None:
    document = maker.sign(maker.documents(), form="cades", level="B-LTA")
    for _ in range(2):
        editor = maker.CONTAINERS["asic-e"].open(document, ())
        for signature in editor.signatures:
            editor.put_validation_data(signature, maker.material())
        document = maker.octets_of(maker.archived(editor, editor.signatures))
    (found,) = judged(dss, document)
    assert found.passed and found.level == "CAdES-BASELINE-LTA", found
    assert len(found.timestamps) == 4 and all(token.passed for token in found.timestamps)


@pytest.mark.parametrize("container", [Container.ASIC_S, Container.ASIC_E])
def test_time_stamps_alone(dss: Dss, container: Container) -> None:
    stamp = new_stamp(maker.documents(), container=container, time=AT)
    stamp.put(maker.token(stamp.imprint("sha256")))
    document = maker.octets_of(stamp, f"bundle.{container.value}")
    assert stamps(dss, document) == [("PASSED", True)]
    stamp = further_stamp(document, objects=maker.material())
    stamp.put(maker.token(stamp.imprint("sha256")))
    document = maker.octets_of(stamp, document.name)
    assert stamps(dss, document) == [("PASSED", True)] * 2
    assert verified(document, expect="timestamp").verdict is edoc.Verdict.PASSED


def _by_dss(dss: Dss, form: str, container: str, level: str) -> edoc.Document:
    octets = dss.sign_format(
        f"asic-{form}",
        *(maker.FILES if container == "ASiC_E" else maker.FILES[:1]),
        pkcs12=pkcs12(pki(), "person"),
        password=PASSWORD,
        level=level,
        signing_time=AT,
        tsa={"pkcs12": pkcs12(pki(), "tsa"), **TSA} if level != "B-B" else None,
        trust=_roots(),
        crls=pki().validation_data(),
        container=container,
    )
    return edoc.Document.from_bytes(octets, name="bundle.asice")


@pytest.mark.parametrize("container", ["ASiC_S", "ASiC_E"])
@pytest.mark.parametrize("form", ["xades", "cades"])
def test_edoc_raises_what_dss_signed(dss: Dss, form: str, container: str) -> None:
    document = maker.extend(_by_dss(dss, form, container, "B-B"), level="B-LTA", container=container.lower().replace("asic_", "asic-"))
    (found,) = judged(dss, document)
    assert found.passed and str(found.level).endswith("-LTA"), found
    assert verified(document).verdict is edoc.Verdict.PASSED


@pytest.mark.parametrize("container", ["ASiC_S", "ASiC_E"])
@pytest.mark.parametrize("form", ["xades", "cades"])
def test_dss_raises_what_edoc_signed(dss: Dss, form: str, container: str) -> None:
    inputs = maker.documents() if container == "ASiC_E" else maker.documents()[:1]
    document = maker.sign(inputs, container=container.lower().replace("asic_", "asic-"), form=form, level="B-T")
    raised = dss.extend(
        bytes(document.data[:]),
        format=f"asic-{form}",
        name=document.name,
        level="B-LTA",
        container=container,
        tsa={"pkcs12": pkcs12(pki(), "tsa"), **TSA},
        trust=_roots(),
        crls=pki().validation_data(),
    )
    report = verified(edoc.Document.from_bytes(raised, name="raised.asice"))
    assert report.verdict is edoc.Verdict.PASSED, report.to_json(lang="en")
    assert report.signatures[0].level.endswith("-LTA")


@pytest.mark.parametrize("form", ["xades", "cades"])
def test_edoc_renews_what_dss_archived(dss: Dss, form: str) -> None:
    document = _by_dss(dss, form, "ASiC_E", "B-LTA")
    assert verified(document).verdict is edoc.Verdict.PASSED
    editor = maker.CONTAINERS["asic-e"].open(document, ())
    for signature in editor.signatures:
        editor.put_validation_data(signature, maker.material())
    renewed = maker.octets_of(maker.archived(editor, editor.signatures))
    (found,) = judged(dss, renewed)
    assert found.passed and str(found.level).endswith("-LTA"), found
    assert verified(renewed).verdict is edoc.Verdict.PASSED


def test_dss_refuses_a_container_with_another_file_in_it(dss: Dss) -> None:
    document = maker.sign(maker.documents(), form="cades", level="B-LTA")
    changed = maker.repacked(document, {"ruling.txt": b"The claim is granted.\n"})
    assert not any(item.passed for item in judged(dss, changed))
    assert verified(changed).verdict is edoc.Verdict.FAILED
