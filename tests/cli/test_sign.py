"""`edoc sign`: what it writes, what it refuses, and where secrets come from."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pikepdf
import pytest

from tests.cli.conftest import TRUSTED, Run
from tests.cli.scene import PASSPHRASE
from tests.sign.forms import form

PLAIN = ("--key", "file:key.pem", "--certificates", "chain.pem")


def files(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_signed_file_appears_beside_its_original_and_verifies(run: Run, scene: Path) -> None:
    original = (scene / "ruling.pdf").read_bytes()
    ran = run("sign", "ruling.pdf", *PLAIN, "--reason", "صدور", "--field", "Judge", "--name", "x", "--location", "y", "--contact", "z")
    assert (ran.exit, ran.out, ran.err) == (0, "ruling.signed.pdf\n", "")
    assert (scene / "ruling.pdf").read_bytes() == original
    told = run("verify", "ruling.signed.pdf", "--policy", "integrity", "--format", "json")
    assert told.json["verdict"] == "INTACT"
    assert told.json["signatures"][0]["name"] == "Judge"  # type: ignore[index]
    signed = (scene / "ruling.signed.pdf").read_bytes()
    assert b"/Name (x)" in signed and b"/Location (y)" in signed and b"/ContactInfo (z)" in signed


def test_a_certification_a_lock_and_a_place_are_asked_for(run: Run, scene: Path) -> None:
    (scene / "form.pdf").write_bytes(form())
    options = ("--certify", "fill-forms", "--lock", "exclude", "--lock-field", "Amount", "--lock-field", "Date")
    ran = run("sign", "form.pdf", *PLAIN, *options, "--page", "1", "--box", "72,72,200,120", "--field", "Registrar")
    assert (ran.exit, ran.err) == (0, "")
    signed = (scene / "form.signed.pdf").read_bytes()
    for written in (b"/DocMDP", b"/P 2", b"/Exclude", b"(Amount) (Date)", b"/Rect [72 72 200 120]", b"(Registrar)"):
        assert written.replace(b" ", b"") in signed.replace(b" ", b""), written
    ran = run("sign", "form.signed.pdf", *PLAIN, "--certify", "annotate", "-o", "again.pdf")
    assert (ran.exit, ran.out) == (5, "")
    assert "CERTIFICATION_TOO_LATE" in ran.err
    assert run("sign", "form.signed.pdf", *PLAIN, "--lock-permission", "no-changes", "-o", "last.pdf").exit == 0
    assert "PDF_SIGNING_FORBIDDEN_BY_LOCK" in run("sign", "last.pdf", *PLAIN).err


def test_a_store_opens_with_a_file_or_the_variable(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    key = ("--key", "pkcs12:clerk.p12")
    assert run("sign", "ruling.pdf", *key, "--pin-file", "pin.txt").exit == 0
    monkeypatch.setenv("EDOC_PIN", PASSPHRASE)
    assert run("sign", "ruling.pdf", *key, "-o", "by-variable.pdf").exit == 0
    assert run("sign", "ruling.pdf", "--key", "file:locked.pem", "--certificates", "chain.pem", "-o", "3.pdf").exit == 0


def test_the_terminal_is_asked_only_when_there_is_one(
    run: Run, start: Callable[..., subprocess.Popen[bytes]], scene: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    process = start("sign", "ruling.pdf", "--key", "pkcs12:clerk.p12")
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (7, b"")
    assert b"SECRET_NOT_GIVEN" in err
    asked: list[str] = []
    monkeypatch.setattr("edoc.drivers.secrets._at_terminal", lambda: True)
    monkeypatch.setattr("edoc.drivers.secrets.getpass", lambda prompt, stream: asked.append(prompt) or PASSPHRASE)
    assert run("sign", "ruling.pdf", "--key", "pkcs12:clerk.p12").exit == 0
    assert len(asked) == 1
    assert "clerk.p12" in asked[0]


@pytest.mark.parametrize(
    ("arguments", "exit_code", "code"),
    [
        (["--key", "pkcs12:clerk.p12"], 7, "KEY_SECRET_WRONG"),
        (["--key", "file:locked.pem", "--certificates", "chain.pem"], 7, "KEY_SECRET_WRONG"),
        (["--key", "file:nowhere.pem"], 7, "KEY_NOT_FOUND"),
        (["--key", "file:key.pem"], 7, "KEY_CERTIFICATE_MISSING"),
        (["--key", "file:key.pem", "--certificates", "anchors/root.pem"], 7, "KEY_CERTIFICATE_MISMATCH"),
        (["--key", "smartcard:1"], 2, "KEY_URI_SCHEME"),
        ([*PLAIN, "--digest", "sha1"], 2, "SIGN_DIGEST"),
        ([*PLAIN, "--pss"], 2, "SIGN_PSS_NOT_RSA"),
        ([*PLAIN, "--lock", "include"], 2, "SIGN_LOCK_FIELDS_MISSING"),
        ([*PLAIN, "--certify", "annotate", "--lock-permission", "annotate"], 2, "SIGN_PERMISSION_TWICE"),
        ([*PLAIN, "--box", "72,72,x,120"], 2, "FIELD_BOX_UNUSABLE"),
        ([*PLAIN, "--box", "72,72,100,2000"], 2, "FIELD_BOX_OFF_PAGE"),
        ([*PLAIN, "--page", "2"], 2, "FIELD_PAGE_MISSING"),
        ([*PLAIN, "-o", "note.txt"], 2, "OUTPUT_EXISTS"),
        ([*PLAIN, "-o", "ruling.pdf"], 2, "OUTPUT_IS_INPUT"),
        ([*PLAIN, "-o", "ruling.pdf", "--overwrite"], 2, "OUTPUT_IS_INPUT"),
        ([*PLAIN, "-o", "no/such/x.pdf"], 2, "OUTPUT_FOLDER_MISSING"),
    ],
)
def test_refusals_leave_nothing_behind(
    run: Run, scene: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], exit_code: int, code: str
) -> None:
    monkeypatch.setenv("EDOC_PIN", "wrong")
    before = files(scene)
    ran = run("sign", "ruling.pdf", *arguments)
    assert (ran.exit, ran.out) == (exit_code, "")
    assert code in ran.err
    assert "wrong" not in ran.err.lower().split()
    assert files(scene) == before


@pytest.mark.parametrize(
    ("name", "code"),
    [("missing.pdf", 5), ("empty.pdf", 5), ("cut.pdf", 5), ("anchors", 5)],
)
def test_what_cannot_be_signed(run: Run, scene: Path, name: str, code: int) -> None:
    before = files(scene)
    ran = run("sign", name, *PLAIN, "-o", "out.pdf")
    assert (ran.exit, ran.out) == (code, "")
    assert files(scene) == before


def test_one_bad_input_does_not_stop_the_rest(run: Run, scene: Path) -> None:
    ran = run("sign", "ruling.pdf", "empty.pdf", "signed.pdf", *PLAIN, "-o", "out")
    assert ran.exit == 5
    assert ran.out.splitlines() == ["out/ruling.signed.pdf", "out/signed.signed.pdf"]
    assert sorted(path.name for path in (scene / "out").iterdir()) == ["ruling.signed.pdf", "signed.signed.pdf"]


def test_two_inputs_of_one_name_do_not_become_one_file(run: Run, scene: Path) -> None:
    (scene / "more").mkdir()
    (scene / "more" / "ruling.pdf").write_bytes((scene / "signed.pdf").read_bytes())
    ran = run("sign", "ruling.pdf", "more/ruling.pdf", *PLAIN, "-o", "out", "--overwrite")
    assert (ran.exit, ran.out) == (2, "out/ruling.signed.pdf\n")
    assert "OUTPUT_SAME_NAME" in ran.err
    assert run("sign", "ruling.pdf", "signed.pdf", *PLAIN, "-o", "note.txt").exit == 2


def test_overwriting_is_asked_for(run: Run, scene: Path) -> None:
    (scene / "out.pdf").write_bytes(b"old")
    assert run("sign", "ruling.pdf", *PLAIN, "-o", "out.pdf", "--overwrite").exit == 0
    assert (scene / "out.pdf").read_bytes().startswith(b"%PDF")


def test_through_standard_streams(start: Callable[..., subprocess.Popen[bytes]], scene: Path) -> None:
    with open(scene / "ruling.pdf", "rb") as stream:
        process = start("sign", "-", *PLAIN, stdin=stream)
        out, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (0, b"")
    assert out.startswith((scene / "ruling.pdf").read_bytes())
    assert b"/ByteRange" in out


def test_several_files_do_not_fit_standard_output(run: Run) -> None:
    ran = run("sign", "ruling.pdf", "signed.pdf", *PLAIN, "-o", "-")
    assert (ran.exit, ran.out) == (2, "")
    assert "OUTPUT_ONE_FILE" in ran.err


@pytest.mark.parametrize("option", ["--tsa=http://tsa.example/", "--level=B-T", "--pin=1234", "--secret=x"])
def test_what_does_not_exist_is_not_offered(run: Run, option: str) -> None:
    assert run("sign", "ruling.pdf", *PLAIN, option).exit == 2


def test_the_older_encoding(run: Run) -> None:
    assert run("sign", "ruling.pdf", *PLAIN, "--sub-filter", "adbe.pkcs7.detached", "-o", "old.pdf").exit == 0
    told = run("verify", "old.pdf", *TRUSTED, "--format", "json")
    assert told.json["signatures"][0]["format"] == "PDF"  # type: ignore[index]


def test_an_encrypted_file_is_signed_with_its_password(run: Run, scene: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pikepdf.open(scene / "ruling.pdf") as pdf:
        allowed = pikepdf.Permissions(modify_assembly=True)
        pdf.save(scene / "closed.pdf", encryption=pikepdf.Encryption(owner="o", user="only-for-tests", allow=allowed))
    refused = run("sign", "closed.pdf", *PLAIN)
    assert (refused.exit, refused.out) == (5, "")
    assert "PDF_SIGNING_PASSWORD_NEEDED" in refused.err
    assert run("sign", "closed.pdf", *PLAIN, "--password-file", "pin.txt").exit == 0
    monkeypatch.setenv("EDOC_PASSWORD", PASSPHRASE)
    assert run("sign", "closed.signed.pdf", *PLAIN, "-o", "twice.pdf").exit == 0
    told = run("verify", "twice.pdf", "--policy", "integrity", "--format", "json")
    assert told.json["verdict"] == "INTACT"
    assert run("show", "twice.pdf", "--revision", "S1", "-o", "once.pdf").exit == 0
    assert (scene / "once.pdf").read_bytes() == (scene / "closed.signed.pdf").read_bytes()
