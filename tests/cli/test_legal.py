"""`edoc verify --legal`: the section below the sheet, the key in the JSON, and what is refused."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from jsonschema import Draft202012Validator

import edoc.legal
from edoc.result.schema import report_schema
from tests.cli import scene as scenes
from tests.cli.conftest import TRUSTED, Run

PROFILES = Path(edoc.legal.__file__).parent / "data"


def anchor() -> str:
    return hashlib.sha256(scenes.root().public_bytes(Encoding.DER)).hexdigest()


@pytest.mark.parametrize("named", ["path", "digest"])
def test_the_key_stands_in_the_json_only_when_asked_for(run: Run, named: str) -> None:
    pki = "licensed=anchors" if named == "path" else f"licensed={anchor()}"
    plain = run("verify", "signed.pdf", *TRUSTED, "--format", "json").json
    told = run("verify", "signed.pdf", *TRUSTED, "--format", "json", "--legal", "ir-ecl", "--pki", pki)
    assert told.exit == 0
    legal = told.json.pop("legal", None)
    assert legal is not None
    assert {key: value for key, value in told.json.items() if key != "legal"} == plain
    Draft202012Validator(report_schema()).validate(told.json)
    view = told.json["legal"]
    assert isinstance(view, dict)
    assert view["pki"] == [{"signature": "S1", "anchor": anchor(), "class": "licensed"}]
    outcomes = {article["id"]: article["outcome"] for article in view["articles"]}
    assert [outcomes[f"IR-ECL-10-{clause}"] for clause in "abcd"] == ["supports"] * 4


def test_the_exit_code_and_the_sheet_stay_the_same(run: Run) -> None:
    for document in ("signed.pdf", "changed.pdf", "ruling.pdf"):
        plain = run("verify", document, *TRUSTED)
        told = run("verify", document, *TRUSTED, "--legal", "eidas")
        assert told.exit == plain.exit
        assert told.out.startswith(plain.out)
        assert "EIDAS-26(d)" in told.out


def test_files_and_lines_have_it_too(run: Run, scene: Path) -> None:
    line = run("verify", "signed.pdf", *TRUSTED, "--format", "jsonl", "--legal", "uncitral").lines[0]
    assert "legal" in line
    run("verify", "signed.pdf", *TRUSTED, "--format", "json", "--legal", "uncitral", "-o", "out.json")
    assert json.loads((scene / "out.json").read_text(encoding="utf-8"))["legal"]["profile"] == "uncitral"
    run("verify", "signed.pdf", *TRUSTED, "--format", "jsonl", "--legal", "uncitral", "-o", "out.jsonl")
    assert "legal" in json.loads((scene / "out.jsonl").read_text(encoding="utf-8"))


def test_a_profile_of_ones_own(run: Run, scene: Path) -> None:
    text = (PROFILES / "uncitral.toml").read_text(encoding="utf-8").replace('id = "uncitral"', 'id = "agency"')
    (scene / "agency.toml").write_text(text, encoding="utf-8")
    told = run("verify", "signed.pdf", *TRUSTED, "--format", "json", "--legal", "agency.toml")
    assert told.json["legal"]["profile"] == "agency"  # type: ignore[index]


@pytest.mark.parametrize(
    ("given", "code"),
    [
        (("--legal", "de-bgb"), "LEGAL_PROFILE_UNKNOWN"),
        (("--legal", "none.toml"), "LEGAL_PROFILE_UNREADABLE"),
        (("--legal", "bad.toml"), "LEGAL_PROFILE_MALFORMED"),
        (("--legal", "octets.toml"), "LEGAL_PROFILE_UNREADABLE"),
        (("--legal", "large.toml"), "LEGAL_PROFILE_UNREADABLE"),
        (("--legal", "ir-ecl", "--pki", "trusted=anchors"), "LEGAL_PKI_MALFORMED"),
        (("--legal", "ir-ecl", "--pki", "licensed"), "LEGAL_PKI_MALFORMED"),
        (("--legal", "ir-ecl", "--pki", "licensed=none"), "TRUST_PATH_MISSING"),
        (("--legal", "ir-ecl", "--pki", "licensed=anchors", "--pki", "closed=anchors"), "LEGAL_PKI_TWICE"),
        (("--legal", "ir-ecl", "--document-type", "deed"), "LEGAL_TYPE_UNKNOWN"),
        (("--pki", "licensed=anchors"), "LEGAL_OPTION_ALONE"),
        (("--document-type", "title-deed"), "LEGAL_OPTION_ALONE"),
    ],
)
def test_what_cannot_be_used_is_refused(run: Run, scene: Path, given: tuple[str, ...], code: str) -> None:
    (scene / "bad.toml").write_text("id = 1", encoding="utf-8")
    (scene / "octets.toml").write_bytes(b"\xff\xfe")
    (scene / "large.toml").write_bytes(b"#" * ((1 << 20) + 1))
    ran = run("verify", "signed.pdf", *TRUSTED, *given)
    assert (ran.exit, ran.out) == (2, "")
    assert code in ran.err
