"""Plays transcripts: files of commands with what they answer (`! ` marks standard error, `? ` the exit code).

Before a command may stand variables; `TTY=COLUMNS` makes standard output a terminal.  Colours show as `[1;31m]`.

`python -m tests.cli.play` writes the transcripts and golden reports anew; read the difference before it is kept.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import shlex
import sys
import tempfile
from pathlib import Path
from unittest import mock

from edoc.cli import main
from edoc.policy import Policy

HERE = Path(__file__).parent
TRANSCRIPTS = sorted((HERE / "transcripts").glob("*.txt"))
GOLDEN = HERE / "golden"
REPORTS = {
    "passed": "signed.pdf --trust anchors --validation-data lists.pem",
    "failed": "changed.pdf --trust anchors --validation-data lists.pem",
    "unreadable-signature": "cut.pdf --trust anchors --validation-data lists.pem",
    "revoked": "signed.pdf --trust anchors --validation-data revoked.pem",
    "no-revocation-data": "signed.pdf --trust anchors",
    "no-signature": "ruling.pdf --trust anchors",
    "intact": "signed.pdf --policy integrity",
    "empty": "empty.pdf --policy integrity",
}
"""Golden reports by name: what is verified, and how."""
AT = "--at 2026-06-02T12:00:00Z --format json"

# What changes when the rules or the version change, and says nothing about the command line.
_CHANGING = (
    (re.compile(r"(policy[^\n]{0,60}?sha256:)[0-9a-f]{64}|(سیاست [^\n]{0,60}?sha256:)[0-9a-f]{64}"), r"\1\2<policy>"),
    (re.compile(r"(edoc[\u2066-\u2069 ]*)\d+\.\d+\.\d+\S*?(?=[\u2069\s]|$)"), r"\1<version>"),
    (re.compile(r"\d+\.\d+\.\d+(?= edoc)"), "<version>"),
)
_DIGEST = re.compile("[0-9a-f]{6,}")
"""Parts of the policy's digest, where a line was broken within it."""

_COLOURS = re.compile("\x1b\\[([0-9;?]*[a-z])")
TERMINALS = {"TERM", "TERM_PROGRAM", "VTE_VERSION", "KONSOLE_VERSION", "MLTERM", "INSIDE_EMACS", "KITTY_WINDOW_ID", "WT_SESSION"} | {
    "XTERM_VERSION", "ALACRITTY_WINDOW_ID", "WEZTERM_PANE", "TMUX", "STY", "NO_COLOR", "FORCE_COLOR",
}  # fmt: skip
"""What would let a transcript depend on where it is played."""


class _Terminal(io.StringIO):
    encoding = "utf-8"

    def isatty(self) -> bool:
        return True


def commands(transcript: Path) -> list[str]:
    """Return the command lines of a transcript."""
    lines = transcript.read_text(encoding="utf-8").splitlines()
    return [line[2:] for line in lines if line.startswith("$ ")]


def play(lines: list[str]) -> str:
    """Run commands in the working directory and return the transcript."""
    parts = []
    for line in lines:
        words = shlex.split(line)
        at = words.index("edoc")
        given = dict(word.split("=", 1) for word in words[:at])
        out, err = (_Terminal() if "TTY" in given else io.StringIO()), io.StringIO()
        given["COLUMNS"] = given.pop("TTY", "")
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err), mock.patch.dict(os.environ, given):
            for name in TERMINALS - set(given):
                os.environ.pop(name, None)
            code = main(words[at + 1 :])
        said = "".join(f"! {text}\n" for text in err.getvalue().splitlines())
        answer = _COLOURS.sub(r"[\1]", out.getvalue())
        answer += "\n" if answer and not answer.endswith("\n") else ""
        parts.append(f"$ {line}\n{answer}{said}? {code}\n")
    text = "\n".join(parts)
    for pattern, replacement in _CHANGING:
        text = pattern.sub(replacement, text)
    return _DIGEST.sub(lambda run: "." * len(run[0]) if run[0] in Policy.named("default").identity().digest else run[0], text)


def golden(name: str) -> object:
    """Return a report as plain data without what is localised or changes with the version."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        main(shlex.split(f"verify {REPORTS[name]} {AT}"))
    return _stable(json.loads(out.getvalue()))


def _stable(value: object) -> object:
    if isinstance(value, dict):
        kept = {key: _stable(item) for key, item in value.items() if key not in ("text", "hint", "version")}
        if set(kept) == {"id", "digest", "disabled"}:
            kept["digest"] = "sha256:<policy>"
        return kept
    return [_stable(item) for item in value] if isinstance(value, list) else value


def _write() -> None:
    from tests.cli.scene import build

    os.environ["XDG_CONFIG_HOME"] = os.devnull
    for name in [name for name in os.environ if name.startswith("EDOC_")]:
        del os.environ[name]
    for transcript in TRANSCRIPTS:
        with tempfile.TemporaryDirectory() as folder:
            os.chdir(build(Path(folder)))
            transcript.write_text(play(commands(transcript)), encoding="utf-8")
    GOLDEN.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(build(Path(folder)))
        for name in REPORTS:
            text = json.dumps(golden(name), indent=1, ensure_ascii=False)
            (GOLDEN / f"{name}.json").write_text(text + "\n", encoding="utf-8")
    sys.stdout.write(f"{len(TRANSCRIPTS)} transcripts, {len(REPORTS)} reports\n")


if __name__ == "__main__":
    _write()
