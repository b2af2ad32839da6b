"""The programs in `examples/` do what their first lines say."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

import edoc
from edoc.lab.folder import write_folder
from edoc.lab.keys import process_keys
from edoc.lab.members import PASSPHRASE
from edoc.lab.pki import Pki
from edoc.lab.tamper import flip_byte
from edoc.testing import PracticePki
from tests.conftest import ROOT

EXAMPLES = ROOT / "examples"


def _load(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"examples_{name}", EXAMPLES / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("name", ["sign_ruling", "bank_verify", "agency_backend"])
def test_a_reader_can_ask_what_it_is_for(name: str) -> None:
    assert (_load(name).__doc__ or "").strip()


def test_the_ruling_is_signed_and_nothing_is_overwritten(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    module = _load("sign_ruling")
    output = tmp_path / "signed.pdf"
    assert module.main(["-o", str(output)]) == 0
    assert "PAdES-BASELINE-B" in capsys.readouterr().out
    signed = output.read_bytes()
    assert signed.startswith((EXAMPLES / "ruling.pdf").read_bytes())
    assert module.main(["-o", str(output)]) == 2
    assert "OUTPUT_EXISTS" in capsys.readouterr().err
    assert output.read_bytes() == signed


def test_a_key_of_ones_own_signs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pki = PracticePki()
    write_folder(Pki(at=pki.at, base_url="http://practice.invalid", keys=process_keys()), folder=tmp_path)
    monkeypatch.setattr("getpass.getpass", lambda prompt: PASSPHRASE)
    output = tmp_path / "signed.pdf"
    assert _load("sign_ruling").main(["--key", f"pkcs12:{tmp_path / 'keys' / 'stamp.p12'}", "-o", str(output)]) == 0
    report = edoc.verify_document(output, trust=pki.trust, validation_data=pki.validation_data())
    report.require_passed(signed_by="99000001027")


def test_the_back_end_accepts_and_refuses(capsys: pytest.CaptureFixture[str]) -> None:
    assert _load("agency_backend").main() == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(":")[0] for line in lines] == [
        "accepted", "refused, tampered", "refused, signed by another", "refused, unsigned",
    ]  # fmt: skip


class Bank:
    """An inbox of documents with every verdict, and the anchors and lists to judge them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.pki = PracticePki()
        self.inbox, self.trust, self.log = folder / "inbox", folder / "anchors", folder / "verdicts.jsonl"
        for place in (self.inbox, self.trust):
            place.mkdir()
        for label in ("root-a", "root-b"):
            (self.trust / f"{label}.der").write_bytes(self.pki.certificate(label))
        self.lists = []
        for number, der in enumerate(self.pki.validation_data()):
            path = folder / f"{number}.crl"
            path.write_bytes(der)
            self.lists.append(str(path))

    def put(self, name: str, data: bytes) -> None:
        """Put a document into the inbox."""
        (self.inbox / name).write_bytes(data)

    def run(self, *more: str, inbox: Path | None = None) -> int:
        """Run the script; return its exit code."""
        place = str(inbox or self.inbox)
        arguments = [place, "--trust", str(self.trust), "--log", str(self.log), *more, "--validation-data", *self.lists]
        code = _load("bank_verify").main(arguments)
        assert isinstance(code, int)
        return code

    def lines(self) -> list[dict[str, object]]:
        """Return the log."""
        return [json.loads(line) for line in self.log.read_text(encoding="utf-8").splitlines()]


@pytest.fixture
def bank(tmp_path: Path) -> Bank:
    """A bank with five documents, one of each kind."""
    found = Bank(tmp_path)
    ruling = (EXAMPLES / "ruling.pdf").read_bytes()
    document = edoc.Document.from_bytes(ruling, name="ruling.pdf")
    good, other = (
        bytes(edoc.sign_document(document, found.pki.key(name)).document.data[:]) for name in ("person", "impostor")
    )
    found.put("a-good.pdf", good)
    found.put("b-stranger.pdf", other)
    found.put("c-unsigned.pdf", ruling)
    found.put("d-unreadable.pdf", b"not a PDF")
    found.put("e-tampered.pdf", flip_byte(good, page=2))
    return found


def test_one_line_each_in_order_and_the_gravest_exit_code(bank: Bank) -> None:
    assert bank.run() == 1
    names = [Path(str(line["input"])).name[0] for line in bank.lines()]
    assert names == ["a", "b", "c", "d", "e"]
    told = [line.get("verdict", "error") for line in bank.lines()]
    assert told == ["PASSED", "INDETERMINATE", "NO_SIGNATURE", "error", "FAILED"]


@pytest.mark.parametrize(
    ("removed", "code"), [("e", 5), ("de", 4), ("cde", 3), ("bcde", 0), ("abcde", 0)]
)
def test_the_exit_code_is_exact(bank: Bank, removed: str, code: int) -> None:
    for path in bank.inbox.iterdir():
        if path.name[0] in removed:
            path.unlink()
    assert bank.run() == code


def test_a_run_that_was_cut_off_goes_on_where_it_ended(bank: Bank) -> None:
    assert bank.run() == 1
    whole = bank.log.read_bytes()
    before = bank.lines()
    lines = whole.splitlines(keepends=True)
    for cut in (0, len(lines[0]), len(lines[0]) + 7, len(whole) - 1):
        bank.log.write_bytes(whole[:cut])
        assert bank.run() == 1
        assert [(line["input"], line.get("verdict")) for line in bank.lines()] == [
            (line["input"], line.get("verdict")) for line in before
        ]
        assert bank.log.read_bytes().startswith(whole[: whole.rfind(b"\n", 0, cut) + 1])


def test_a_finished_run_judges_nothing_again(bank: Bank) -> None:
    assert bank.run() == 1
    before = bank.log.read_bytes()
    assert bank.run() == 1
    assert bank.log.read_bytes() == before


def test_a_log_under_other_anchors_is_refused(bank: Bank, capsys: pytest.CaptureFixture[str]) -> None:
    assert bank.run() == 1
    (bank.trust / "root-b.der").unlink()
    assert bank.run() == 2
    assert "other rules or anchors" in capsys.readouterr().err


def test_a_list_of_paths_will_do(bank: Bank, tmp_path: Path) -> None:
    listed = tmp_path / "list.txt"
    listed.write_text(f"{bank.inbox / 'c-unsigned.pdf'}\n{bank.inbox / 'absent.pdf'}\n", encoding="utf-8")
    assert bank.run(inbox=listed) == 5
    assert [line.get("verdict", "error") for line in bank.lines()] == ["NO_SIGNATURE", "error"]


def test_without_anchors_there_is_no_verdict(bank: Bank, capsys: pytest.CaptureFixture[str]) -> None:
    for path in bank.trust.iterdir():
        path.unlink()
    assert bank.run() == 2
    assert "TRUST_PATH_MISSING" in capsys.readouterr().err


def test_several_processes_give_the_same_lines(bank: Bank) -> None:
    assert bank.run() == 1
    alone = [(line["input"], line.get("verdict")) for line in bank.lines()]
    bank.log.unlink()
    lists = ["--validation-data", *bank.lists]
    done = subprocess.run(
        [sys.executable, str(EXAMPLES / "bank_verify.py"), str(bank.inbox), "--trust", str(bank.trust),
         "--log", str(bank.log), "--jobs", "2", *lists],
        check=False, cwd=ROOT,
    )  # fmt: skip
    assert done.returncode == 1
    assert [(line["input"], line.get("verdict")) for line in bank.lines()] == alone
