"""Completion: what a shell is told, and a real bash that completes."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from edoc.cli.front import COMMANDS
from tests.cli.conftest import ROOT, TRUSTED, Run


def words(run: Run, monkeypatch: pytest.MonkeyPatch, line: str, *, shell: str = "bash") -> list[str]:
    """What is offered for the last word of a line."""
    monkeypatch.setenv("_EDOC_COMPLETE", f"{shell}_complete")
    monkeypatch.setenv("COMP_WORDS", line)
    monkeypatch.setenv("COMP_CWORD", str(len(line.split(" ")) - 1) if shell != "fish" else line.split(" ")[-1])
    ran = run()
    assert ran.err == ""
    return ran.out.splitlines()


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("edoc ver", ["plain,verify"]),
        ("edoc ", [f"plain,{name}" for name in COMMANDS]),
        ("edoc verify --lang ", ["plain,en", "plain,fa"]),
        ("edoc verify --direction vi", ["plain,visual"]),
        ("edoc verify x.pdf --policy int", ["plain,integrity"]),
        ("edoc verify x.pdf --policy own.to", ["file,own.to"]),
        ("edoc verify rul", ["file,rul"]),
        ("edoc verify --trust anch", ["file,anch"]),
        ("edoc explain hash_mis", ["plain,HASH_MISMATCH"]),
        ("edoc verify x.pdf --legal i", ["plain,ir-ecl"]),
        ("edoc sign x.pdf --key ", ["plain,file:", "plain,pkcs12:"]),
        ("edoc doctor --output fo", ["dir,fo"]),
        ("edoc completion f", ["plain,fish"]),
        ("edoc nonsense x", [""]),
        ("edoc -", ["plain,--help", "plain,--version"]),
    ],
)
def test_what_is_offered(run: Run, monkeypatch: pytest.MonkeyPatch, line: str, expected: list[str]) -> None:
    assert words(run, monkeypatch, line) == expected


def test_every_option_of_every_command_is_offered(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in COMMANDS:
        assert "plain,--help" in words(run, monkeypatch, f"edoc {name} --h")
    assert "plain,--overwrite" in words(run, monkeypatch, "edoc sign --o")


def test_other_shells_and_what_is_no_question(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    assert words(run, monkeypatch, "edoc ver", shell="zsh") == ["plain", "verify", COMMANDS["verify"]]
    assert words(run, monkeypatch, "edoc ver", shell="fish")[0].startswith("plain,verify")
    monkeypatch.setenv("COMP_CWORD", "x")
    for nonsense in ("", "bash", "tcsh_complete", "bash_nonsense", "_", "bash_complete"):
        monkeypatch.setenv("_EDOC_COMPLETE", nonsense)
        ran = run()
        assert (ran.exit, ran.out) == (1, "")


def test_a_command_is_no_question_whatever_the_environment_holds(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    plain = run("verify", "changed.pdf", *TRUSTED)
    for variable in ("bash_complete", "bash_source", "nonsense"):
        monkeypatch.setenv("_EDOC_COMPLETE", variable)
        assert run("verify", "changed.pdf", *TRUSTED) == plain
    assert plain.exit == 1


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_script(run: Run, shell: str) -> None:
    ran = run("completion", shell)
    assert (ran.exit, ran.err) == (0, "")
    assert f"_EDOC_COMPLETE={shell}_complete" in ran.out
    assert ('string split --max 1 ","' in ran.out) is (shell == "fish")
    assert run("completion", "tcsh").exit == 2


_DRIVERS = {
    "bash": r"""
        eval "$(edoc completion bash)"
        compopt() { :; }
        for line in "$@"; do
            read -r -a COMP_WORDS <<< "$line"
            case "$line" in *" ") COMP_WORDS+=("");; esac
            COMP_CWORD=$((${#COMP_WORDS[@]} - 1)) COMPREPLY=()
            _edoc_completion edoc
            echo "${COMPREPLY[*]}"
        done
    """,
    "zsh": r"""
        compdef() { :; }
        _describe() { local -a found=("${(@P)3}"); print -- "${(@)found%%:*}"; }
        compadd() { local -a found=("${(@P)@[-1]}"); print -- "$found"; }
        eval "$(edoc completion zsh)"
        for line in "$@"; do
            words=("${(@s: :)line}") CURRENT=${#words}
            _edoc_completion
        done
    """,
    "fish": r"""
        edoc completion fish | source
        for line in $argv
            complete --do-complete "$line" | string match --regex '^[^\t]*' | string join " " || true
        end
    """,
}
"""What each shell does when a line is to be completed; bash and zsh are asked without a keyboard."""
_START = {"bash": ["bash", "--norc", "-c"], "zsh": ["zsh", "-f", "-c"], "fish": ["fish", "--no-config", "-c"]}
_HERE = [shell for shell in _DRIVERS if shutil.which(shell)]


def test_there_is_a_shell_to_try() -> None:
    assert "bash" in _HERE


@pytest.mark.parametrize("shell", _HERE)
def test_a_real_shell_completes(scene: Path, tmp_path: Path, shell: str) -> None:
    program = tmp_path / "bin" / "edoc"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} {shlex.quote(str(ROOT / "cli.py"))} "$@"\n')
    program.chmod(0o755)
    environment = {**os.environ, "PATH": f"{program.parent}{os.pathsep}{os.environ['PATH']}", "HOME": str(tmp_path)}
    name = [] if shell == "fish" else [shell]
    done = subprocess.run(
        [*_START[shell], _DRIVERS[shell], *name, "edoc ver", "edoc verify --lang ", "edoc explain HASH_MIS"],
        env=environment, cwd=scene, capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    assert done.stdout.splitlines() == ["verify", "en fa", "HASH_MISMATCH"]
    assert done.stderr == ""
