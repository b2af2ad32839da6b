"""`edoc verify`: verdicts, exit codes, where trust comes from, where answers go."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import TRUSTED, Run
from tests.cli.scene import NATIONAL_CODE

EXITS = {
    "signed.pdf": (0, "PASSED"),
    "changed.pdf": (1, "FAILED"),
    "cut.pdf": (1, "FAILED"),
    "ruling.pdf": (4, "NO_SIGNATURE"),
    "empty.pdf": (5, "EMPTY_DOCUMENT"),
    "note.txt": (5, "UNSUPPORTED_TYPE"),
    "missing.pdf": (5, "INPUT_NOT_FOUND"),
    "anchors": (5, "INPUT_IS_FOLDER"),
}


def told(record: dict[str, object]) -> object:
    return record["verdict"] if "verdict" in record else record["error"]["code"]  # type: ignore[index]


@pytest.mark.parametrize("name", EXITS)
def test_exit_codes(run: Run, name: str) -> None:
    for kind in ("json", "jsonl"):
        ran = run("verify", name, *TRUSTED, "--format", kind)
        assert (ran.exit, told(ran.json)) == EXITS[name]
        assert ran.err == ""
    ran = run("verify", name, *TRUSTED)
    assert ran.exit == EXITS[name][0]
    assert EXITS[name][1] in (ran.err if ran.exit == 5 else ran.out)
    assert (ran.out == "") == (ran.exit == 5)


def test_a_revoked_signer_without_proof_of_time_is_undecided(run: Run) -> None:
    trust = ("--trust", "anchors", "--validation-data", "revoked.pem", "--at", "2026-06-02T12:00:00Z")
    ran = run("verify", "signed.pdf", *trust, "--format", "json")
    assert (ran.exit, ran.json["verdict"]) == (3, "INDETERMINATE")
    assert ran.json["signatures"][0]["sub_indication"] == "REVOKED_NO_POE"  # type: ignore[index]


def test_no_revocation_data_is_undecided(run: Run) -> None:
    ran = run("verify", "signed.pdf", "--trust", "anchors", "--at", "2026-06-02T12:00:00Z", "--format", "json")
    assert ran.exit == 3
    assert {want["kind"] for want in ran.json["wants"]} == {"crl"}  # type: ignore[attr-defined]


def test_integrity_needs_no_trust_and_proves_no_name(run: Run) -> None:
    ran = run("verify", "signed.pdf", "--policy", "integrity", "--format", "json")
    assert (ran.exit, ran.json["verdict"]) == (0, "INTACT")
    assert ran.json["signatures"][0]["indication"] is None  # type: ignore[index]
    assert run("verify", "changed.pdf", "--policy", "integrity").exit == 1
    assert run("verify", "ruling.pdf", "--policy", "integrity").exit == 4
    refused = run("verify", "signed.pdf", "--policy", "integrity", "--signed-by", NATIONAL_CODE)
    assert (refused.exit, refused.out) == (2, "")
    assert "SIGNED_BY_INTEGRITY" in refused.err


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["verify"], "INPUT_NOT_GIVEN"),
        (["verify", "signed.pdf", "--trust", "nowhere"], "TRUST_PATH_MISSING"),
        (["verify", "signed.pdf", "--trust", "chain.pem"], "TRUST_END_ENTITY"),
        (["verify", "signed.pdf", "--trust", "note.txt"], "TRUST_FILE_UNREADABLE"),
        (["verify", "signed.pdf", *TRUSTED, "--policy", "no-such"], "POLICY_UNKNOWN"),
        (["verify", "signed.pdf", *TRUSTED, "--policy", "binary.toml"], "POLICY_MALFORMED"),
        (["verify", "signed.pdf", *TRUSTED, "--format", "json", "-o", "note.txt/x"], "OUTPUT_FOLDER_MISSING"),
        (["verify", "signed.pdf", *TRUSTED, "--format", "jsonl", "-o", "note.txt/x"], "SYSTEM_REFUSED"),
        (["verify", "a.pdf", "b.pdf", *TRUSTED, "--format", "json", "-o", "note.txt"], "SYSTEM_REFUSED"),
        (["verify", "signed.pdf", *TRUSTED[:4], "--at", "yesterday"], "AT_TIME_UNREADABLE"),
        (["verify", "signed.pdf", *TRUSTED[:4], "--at", "2026-06-02T12:00:00"], "AT_TIME_UNREADABLE"),
        (["verify", "signed.pdf", "--trust", "anchors", "--validation-data", "note.txt"], "VALIDATION_DATA_UNREADABLE"),
        (["verify", "signed.pdf", "--trust", "anchors", "--validation-data", "nowhere.crl"], "INPUT_NOT_FOUND"),
        (["verify", "signed.pdf", "changed.pdf", *TRUSTED, "--detached", "note.txt"], "DETACHED_ONE_FILE"),
        (["verify", "signed.pdf", "changed.pdf", *TRUSTED, "--format", "json"], "FORMAT_ONE_FILE"),
        (["verify", "signed.pdf", *TRUSTED, "--signed-by", ""], "SIGNED_BY_EMPTY"),
        (["verify", "signed.pdf", *TRUSTED, "--resume"], "RESUME_NEEDS_LOG"),
        (["verify", "signed.pdf", *TRUSTED, "--resume", "--format", "jsonl"], "RESUME_NEEDS_LOG"),
        (["verify", "signed.pdf", *TRUSTED, "--files-from", "list"], "INPUT_GIVEN_TWICE"),
        (["verify", *TRUSTED, "--files-from", "list"], "LIST_UNREADABLE"),
        (["verify", "-", "-", *TRUSTED], "STDIN_TWICE"),
        (["verify", "signed.pdf", *TRUSTED, "-o", "note.txt"], "OUTPUT_EXISTS"),
        (["verify", "signed.pdf", *TRUSTED, "-o", "no/such/out.txt"], "OUTPUT_FOLDER_MISSING"),
        (["verify", "signed.pdf", *TRUSTED, "-o", "signed.pdf", "--overwrite"], "OUTPUT_IS_INPUT"),
        (["verify", "signed.pdf", *TRUSTED, "--format", "jsonl", "-o", "signed.pdf", "--overwrite"], "OUTPUT_IS_INPUT"),
        (["verify", "signed.pdf", *TRUSTED, "--password-file", "nowhere"], "SECRET_FILE_UNREADABLE"),
        (["vrify", "signed.pdf"], "COMMAND_UNKNOWN"),
    ],
)
def test_usage_errors_answer_nothing_and_name_the_cure(run: Run, scene: Path, arguments: list[str], code: str) -> None:
    (scene / "binary.toml").write_bytes(b"\xff\xfe")
    before = {path: path.read_bytes() for path in scene.iterdir() if path.is_file()}
    ran = run(*arguments)
    assert (ran.exit, ran.out) == (2, "")
    assert ran.err.splitlines()[-1].endswith(code)
    assert len(ran.err.splitlines()) >= 3
    assert {path: path.read_bytes() for path in scene.iterdir() if path.is_file()} == before


@pytest.mark.parametrize("option", ["--format=etsi-xml", "--nonsense"])
def test_what_does_not_exist_yet_is_not_offered(run: Run, option: str) -> None:
    ran = run("verify", "signed.pdf", *TRUSTED, option)
    assert (ran.exit, ran.out) == (2, "")
    assert option.split("=")[0] not in run("verify", "--help").out or "format" in option


def test_without_trust_nothing_is_trusted_not_even_what_lies_around(run: Run, scene: Path) -> None:
    (scene / "trust").mkdir()
    for place in (scene / "trust", scene):
        shutil.copy(scene / "anchors" / "root.pem", place)
    ran = run("verify", "signed.pdf")
    assert (ran.exit, ran.out) == (2, "")
    assert "TRUST_REQUIRED" in ran.err


def test_trust_comes_from_the_option_then_the_variable_then_the_set_up(
    run: Run, scene: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def digest(*options: str) -> object:
        ran = run("verify", "signed.pdf", "--format", "json", *TRUSTED[2:], *options)
        return ran.json["trust"]["digest"] if ran.exit == 0 else ran.exit  # type: ignore[index]

    wanted = digest("--trust", "anchors")
    folder = Path(os.environ["XDG_CONFIG_HOME"]) / "edoc" / "trust"
    shutil.copytree(scene / "anchors", folder)
    assert digest() == wanted
    monkeypatch.setenv("EDOC_TRUST", str(scene / "nowhere"))
    assert digest() == 2
    monkeypatch.setenv("EDOC_TRUST", os.pathsep.join([str(scene / "anchors"), str(scene / "anchors" / "root.pem")]))
    shutil.rmtree(folder)
    assert digest() == wanted
    monkeypatch.setenv("EDOC_TRUST", str(scene / "nowhere"))
    assert digest("--trust", "anchors", "--trust", "anchors/root.pem") == wanted
    monkeypatch.delenv("EDOC_TRUST")
    monkeypatch.setenv("XDG_CONFIG_HOME", "config")
    shutil.copytree(scene / "anchors", scene / "config" / "edoc" / "trust")
    assert digest() == 2, "a relative XDG_CONFIG_HOME is ignored"


@pytest.mark.parametrize(
    ("name", "asked", "code"),
    [
        ("signed.pdf", NATIONAL_CODE, 0),
        ("signed.pdf", "۹۹۹۰۰۰۰۰۱۸", 0),
        ("signed.pdf", "1111111111", 1),
        ("changed.pdf", NATIONAL_CODE, 1),
        ("ruling.pdf", NATIONAL_CODE, 4),
    ],
)
def test_another_signer_changes_the_exit_code_and_not_the_verdict(run: Run, name: str, asked: str, code: int) -> None:
    plain = run("verify", name, *TRUSTED, "--format", "json")
    ran = run("verify", name, *TRUSTED, "--format", "json", "--signed-by", asked)
    assert ran.exit == code
    assert ran.json == plain.json
    assert ("SIGNER_MISMATCH" in ran.err) == (asked == "1111111111")
    assert ran.err == "" or code == 1


def test_another_signer_of_an_undecided_document(run: Run) -> None:
    trust = ("--trust", "anchors", "--at", "2026-06-02T12:00:00Z")
    assert run("verify", "signed.pdf", *trust, "--signed-by", NATIONAL_CODE).exit == 3
    other = run("verify", "signed.pdf", *trust, "--signed-by", "1111111111")
    assert other.exit == 1
    assert "SIGNER_MISMATCH" in other.err


def test_a_batch_returns_the_gravest_and_keeps_the_order(run: Run) -> None:
    names = ["signed.pdf", "ruling.pdf", "missing.pdf", "changed.pdf", "signed.pdf"]
    ran = run("verify", *names, *TRUSTED, "--format", "jsonl")
    assert ran.exit == 1
    assert [line["input"] for line in ran.lines] == names
    assert [line["exit"] for line in ran.lines] == [0, 4, 5, 1, 0]
    assert run("verify", "signed.pdf", "ruling.pdf", "missing.pdf", *TRUSTED).exit == 5
    assert run("verify", "signed.pdf", "ruling.pdf", *TRUSTED).exit == 4
    assert run("verify", "signed.pdf", "signed.pdf", *TRUSTED).exit == 0


def test_a_list_of_inputs(run: Run, scene: Path) -> None:
    (scene / "list").write_bytes(b"signed.pdf\r\n\nno such \xff name.pdf\nchanged.pdf")
    ran = run("verify", *TRUSTED, "--files-from", "list", "--format", "jsonl")
    assert [line["input"] for line in ran.lines] == ["signed.pdf", "no such \udcff name.pdf", "changed.pdf"]
    assert [told(line) for line in ran.lines] == ["PASSED", "INPUT_NOT_FOUND", "FAILED"]


def test_standard_input(start: Callable[..., subprocess.Popen[bytes]], scene: Path) -> None:
    with open(scene / "signed.pdf", "rb") as stream:
        process = start("verify", "-", *TRUSTED, "--format", "jsonl", stdin=stream)
        out, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (0, b"")
    assert b'"input": "-"' in out


@pytest.mark.parametrize("kind", ["text", "json", "jsonl"])
def test_the_answer_goes_to_a_file_whole(run: Run, scene: Path, kind: str) -> None:
    shown = run("verify", "signed.pdf", *TRUSTED, "--format", kind)
    ran = run("verify", "signed.pdf", *TRUSTED, "--format", kind, "-o", "out")
    assert (ran.exit, ran.out, ran.err) == (0, "", "")
    assert (scene / "out").read_text(encoding="utf-8") == shown.out
    again = run("verify", "changed.pdf", *TRUSTED, "--format", kind, "-o", "out", "--overwrite")
    assert again.exit == 1
    assert "FAILED" in (scene / "out").read_text(encoding="utf-8")
    assert not list(scene.glob(".*"))
    assert run("verify", "signed.pdf", *TRUSTED, "--format", kind, "-o", "-").out == shown.out


def test_json_of_many_goes_to_a_folder(run: Run, scene: Path) -> None:
    (scene / "more").mkdir()
    shutil.copy(scene / "signed.pdf", scene / "more")
    assert run("verify", "signed.pdf", "changed.pdf", *TRUSTED, "--format", "json", "-o", "reports").exit == 1
    assert sorted(path.name for path in (scene / "reports").iterdir()) == [
        "changed.pdf.report.json",
        "signed.pdf.report.json",
    ]
    clash = run("verify", "signed.pdf", "more/signed.pdf", *TRUSTED, "--format", "json", "-o", "clash")
    assert clash.exit == 2
    assert "OUTPUT_SAME_NAME" in clash.err


def test_originals_that_nothing_covers_leave_it_open(run: Run) -> None:
    ran = run("verify", "signed.pdf", *TRUSTED, "--detached", "note.txt", "--format", "json")
    assert (ran.exit, ran.json["verdict"]) == (3, "INDETERMINATE")
    assert [finding["code"] for finding in ran.json["findings"]] == ["DETACHED_UNUSED"]  # type: ignore[attr-defined]


def test_the_language(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    english = run("verify", "signed.pdf", *TRUSTED).out
    persian = run("verify", "signed.pdf", *TRUSTED, "--lang", "fa").out
    assert english != persian
    monkeypatch.setenv("EDOC_LANG", "fa")
    assert run("verify", "signed.pdf", *TRUSTED).out == persian
    assert run("verify", "signed.pdf", *TRUSTED, "--lang", "en").out == english
    assert "گام بعدی" in run("verify", "signed.pdf").err
    monkeypatch.setenv("EDOC_LANG", "tlh")
    assert run("verify", "signed.pdf", *TRUSTED).out == english


def test_colour_only_where_asked_or_seen(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    plain = run("verify", "signed.pdf", *TRUSTED).out
    assert "\x1b" not in plain
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert "\x1b" in run("verify", "signed.pdf", *TRUSTED).out
    assert "\x1b" not in run("verify", "signed.pdf", *TRUSTED, "--format", "json").out
    run("verify", "signed.pdf", *TRUSTED, "-o", "out")
    assert "\x1b" not in Path("out").read_text(encoding="utf-8")
    monkeypatch.delenv("FORCE_COLOR")
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    for name, value in {"NO_COLOR": "1", "COLUMNS": "200", "EDOC_DIRECTION": "logical"}.items():
        monkeypatch.setenv(name, value)
    told = run("verify", "signed.pdf", *TRUSTED).out
    assert "\x1b" not in told
    assert told.split("Six questions")[0].split() == plain.split("Six questions")[0].split()
