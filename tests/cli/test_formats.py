"""The commands over every format: sign, verify, show, extract; several files in one container."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from tests.cli.conftest import TRUSTED, Run

PLAIN = ("--key", "file:key.pem", "--certificates", "chain.pem")
NAMES = {
    ("cades", None): "note.txt.p7s",
    ("cades", "enveloping"): "note.txt.p7m",
    ("xades", "enveloping"): "note.txt.xml",
    ("xades", "detached"): "note.txt.xades",
    ("jades", None): "note.txt.json",
    ("asic-s", None): "note.asics",
    ("asic-e", None): "note.asice",
}


def given(format: str, packaging: str | None) -> list[str]:
    return ["--format", format, *(["--packaging", packaging] if packaging else [])]


@pytest.mark.parametrize(("format", "packaging"), NAMES)
def test_any_file_is_signed_and_verifies(run: Run, scene: Path, format: str, packaging: str | None) -> None:
    name = NAMES[format, packaging]
    ran = run("sign", "note.txt", *PLAIN, *given(format, packaging))
    assert (ran.exit, ran.out, ran.err) == (0, f"{name}\n", "")
    beside = ["--detached", "note.txt"] if name.endswith((".p7s", ".xades")) else []
    told = run("verify", name, *beside, "--policy", "integrity", "--format", "json")
    assert told.exit == 0 and told.json["verdict"] == "INTACT"
    assert run("show", name, "--extract", "1", *beside, "-o", "out.txt").exit == 0
    assert (scene / "out.txt").read_bytes() == (scene / "note.txt").read_bytes()
    for lang in ("en", "fa"):
        shown = run("show", name, *beside, "--lang", lang)
        assert shown.exit == 0 and "S1" in shown.out


def test_the_format_follows_from_the_file(run: Run, scene: Path) -> None:
    (scene / "invoice.xml").write_bytes(b"<Invoice xmlns='urn:example:invoice'><ID>7</ID></Invoice>")
    (scene / "claim.json").write_bytes(b'{"case": 7}')
    ran = run("sign", "invoice.xml", "claim.json", "note.txt", "ruling.pdf", *PLAIN)
    assert ran.exit == 0
    assert ran.out.splitlines() == ["invoice.signed.xml", "claim.signed.json", "note.txt.p7s", "ruling.signed.pdf"]
    formats = {}
    for name in ran.out.splitlines():
        beside = ["--detached", "note.txt"] if name.endswith(".p7s") else []
        report = run("verify", name, *beside, "--policy", "integrity", "--format", "json").json
        formats[name] = report["signatures"][0]["format"]  # type: ignore[index]
    assert list(formats.values()) == ["XAdES", "JAdES", "CAdES", "PAdES"]


def test_a_signature_in_its_place_over_what_is_asked(run: Run, scene: Path) -> None:
    (scene / "invoice.xml").write_bytes(b"<Invoice><Ext><Content/></Ext><ID Id='n1'>7</ID></Invoice>")
    assert run("sign", "invoice.xml", *PLAIN, "--parent", "Ext/Content").out == "invoice.signed.xml\n"
    assert b"<Content><ds:Signature" in (scene / "invoice.signed.xml").read_bytes()
    types = ["--media-type", "invoice.xml=text/x-invoice", "--media-type", "text/plain;charset=utf-8"]
    ran = run("sign", "invoice.signed.xml", "note.txt", *PLAIN, "--format", "asic-e", *types, "-o", "all.asice")
    assert (ran.exit, ran.err) == (0, "")
    with zipfile.ZipFile(scene / "all.asice") as found:
        assert b"text/plain;charset=utf-8" in found.read("META-INF/signatures001.xml")
        assert found.read("invoice.signed.xml") == (scene / "invoice.signed.xml").read_bytes()
    assert run("verify", "all.asice", "--policy", "integrity").exit == 0
    ran = run("sign", "invoice.xml", *PLAIN, "--element", "n1", "-o", "part.xml")
    assert ran.exit == 0 and b'URI="#n1"' in (scene / "part.xml").read_bytes()


def test_several_files_go_into_one_container(run: Run, scene: Path) -> None:
    ran = run("sign", "note.txt", "ruling.pdf", *PLAIN, "--format", "asic-e", "-o", "file.asice")
    assert (ran.exit, ran.out) == (0, "file.asice\n")
    with zipfile.ZipFile(scene / "file.asice") as found:
        assert found.namelist()[0] == "mimetype" and {"note.txt", "ruling.pdf"} <= set(found.namelist())
    assert run("verify", "file.asice", "--policy", "integrity").exit == 0
    asked = run("show", "file.asice", "--extract", "S1", "-o", "x")
    assert asked.exit == 2 and "EXTRACT_WHICH" in asked.err and not (scene / "x").exists()
    assert run("show", "file.asice", "--extract", "S1:2", "-o", "x.pdf").exit == 0
    assert (scene / "x.pdf").read_bytes() == (scene / "ruling.pdf").read_bytes()
    again = run("sign", "file.asice", *PLAIN)
    assert (again.exit, again.out) == (0, "file.signed.asice\n")
    report = run("verify", "file.signed.asice", "--policy", "integrity", "--format", "json").json
    assert len(report["signatures"]) == 2  # type: ignore[arg-type]


def test_one_signs_after_the_other_and_over_the_other(run: Run, scene: Path) -> None:
    assert run("sign", "note.txt", *PLAIN).exit == 0
    ran = run("sign", "note.txt.p7s", "--detached", "note.txt", *PLAIN)
    assert (ran.exit, ran.out) == (0, "note.txt.signed.p7s\n")
    ran = run("sign", "note.txt.signed.p7s", "--detached", "note.txt", *PLAIN, "--countersign", "S1", "-o", "over.p7s")
    assert ran.exit == 0
    report = run("verify", "over.p7s", "--detached", "note.txt", "--policy", "integrity", "--format", "json").json
    assert [len(item["counter_signatures"]) for item in report["signatures"]] == [1, 0]  # type: ignore[attr-defined]


def test_what_was_changed_is_not_handed_out(run: Run, scene: Path) -> None:
    assert run("sign", "note.txt", *PLAIN).exit == 0
    (scene / "note.txt").write_bytes(b"something else")
    ran = run("show", "note.txt.p7s", "--extract", "S1", "--detached", "note.txt", "-o", "out.txt")
    assert ran.exit == 1 and "EXTRACT_NOT_INTACT" in ran.err and not (scene / "out.txt").exists()
    assert "EXTRACT_UNKNOWN" in run("show", "note.txt.p7s", "--extract", "S9", "-o", "out.txt").err
    assert "EXTRACT_NO_OUTPUT" in run("show", "note.txt.p7s", "--extract", "S1").err
    failed = run("verify", "note.txt.p7s", "--detached", "note.txt", *TRUSTED)
    assert failed.exit == 1


def test_claims_are_shown_as_claims(run: Run, scene: Path) -> None:
    policy = ("--signature-policy", "pin.txt", "--signature-policy-id", "1.2.3.4.5")
    ran = run("sign", "note.txt", *PLAIN, *policy, "--role", "قاضی", "--commitment", "proof-of-approval")
    assert (ran.exit, ran.err) == (0, "")
    for lang in ("en", "fa"):
        told = run("verify", "note.txt.p7s", "--detached", "note.txt", "--policy", "integrity", "--lang", lang)
        assert "قاضی" in told.out and "1.2.3.4.5" in told.out
    half = run("sign", "note.txt", *PLAIN, "--signature-policy-id", "1.2.3", "-o", "x.p7s")
    assert half.exit == 2 and "SIGNATURE_POLICY_HALF" in half.err


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (["--format", "xades", "--reason", "x"], "SIGN_OPTION_PDF_ONLY"),
        (["--format", "cades", "--certify", "fill-forms"], "SIGN_OPTION_PDF_ONLY"),
        (["--format", "cades", "--serialization", "compact"], "SIGN_OPTION_FORMAT"),
        (["--format", "cades", "--packaging", "enveloped"], "SIGN_PACKAGING"),
        (["--commitment", "nothing"], "SIGN_COMMITMENT_UNKNOWN"),
        (["--format", "xades", "--packaging", "detached", "--element", "n1"], "SIGN_OPTION_PACKAGING"),
        (["--parent", "Ext"], "XADES_NOT_XML"),
        (["--format", "jades", "--packaging", "enveloping", "--inner", "xades"], "SIGN_OPTION_FORMAT"),
        (["--media-type", "text"], "SIGN_OPTION_VALUE"),
        (["--format", "jades", "--countersign", "S1"], "JWS_NOT_SIGNED"),
    ],
)
def test_what_a_format_cannot_do_is_said(run: Run, scene: Path, options: list[str], code: str) -> None:
    ran = run("sign", "note.txt", *PLAIN, *options)
    assert ran.exit in (2, 5) and code in ran.err
    assert not list(scene.glob("note.txt.*"))


def test_office_files_are_named_as_unsupported(run: Run, scene: Path) -> None:
    with zipfile.ZipFile(scene / "letter.docx", "w") as made:
        made.writestr("[Content_Types].xml", "<Types/>")
        made.writestr("_xmlsignatures/sig1.xml", "<Signature/>")
    (scene / "letter.doc").write_bytes(bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600))
    for name in ("letter.docx", "letter.doc"):
        ran = run("verify", name, "--policy", "integrity")
        assert ran.exit == 5 and "OFFICE_UNSUPPORTED" in ran.err + ran.out
        assert run("sign", name, *PLAIN).out == f"{name}.p7s\n"
