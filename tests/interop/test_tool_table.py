"""Which other program accepts what edoc signs: tool by case, asked anew, and held against the table in the documents.

To renew `docs/interop.md` after a change that is meant: python -m tests.interop.test_tool_table
"""

from __future__ import annotations

import ssl
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

import edoc
from tests.conftest import ROOT
from tests.interop.test_dss_formats import AT, KEYS, LEVELS, SHAPES, practice, signed

TABLE = ROOT / "docs" / "interop.md"
_IDS = ("http://uri.etsi.org/01903/v1.3.2#:SignedProperties", "http://www.w3.org/2000/09/xmldsig#:Object",
        "urn:example:invoice:Invoice", "urn:edoc:documents:Document")  # fmt: skip
TOOLS = ("DSS 6.4", "openssl cms", "xmlsec1", "zipfile")
HEAD = """# What other programs say of what edoc signs

Made by `tests/interop/test_tool_table.py` and `test_dss_formats.py`, which ask every program again. *accepts*: the program verifies it (the EU's
DSS: TOTAL_PASSED at the same level under its default policy with revocation data required; the other way round, edoc passes what DSS signs).
A dash: the program does not know the format. Each level was asked with RSA and with P-256.

"""


def _command(tool: str, shape: str, place: Path) -> list[str] | None:
    """Return how a tool is asked about the files of a case in a folder; null where it does not know the format."""
    how = SHAPES[shape]
    if tool == "openssl cms" and how.format == "cades":
        beside = ["-content", how.document[0]] if how.beside else []
        return ["openssl", "cms", "-verify", "-inform", "DER", "-in", "signed", *beside, "-binary", "-CAfile", "roots.pem",
                "-purpose", "any", "-attime", str(int(AT.timestamp())), "-out", "/dev/null"]  # fmt: skip
    if tool == "xmlsec1" and how.format == "xades":
        ids = [part for name in _IDS for part in ("--id-attr:Id", name)]
        return ["xmlsec1", "--verify", "--pubkey-cert-pem", "signer.pem", *ids, "signed"]
    return None


def lay_out(place: Path, shape: str, level: str, key: str) -> edoc.Document:
    """Write the files of a case into a folder."""
    pki, how = practice(), SHAPES[shape]
    document = signed(shape, level, key)
    (place / "signed").write_bytes(document.data[:])
    (place / "signer.pem").write_text(ssl.DER_cert_to_PEM_cert(pki.certificate(KEYS[key])))
    roots = "".join(ssl.DER_cert_to_PEM_cert(pki.certificate(name)) for name in ("root-a", "root-b"))
    (place / "roots.pem").write_text(roots)
    (place / how.document[0]).write_bytes(how.document[1])
    return document


def accepts(tool: str, shape: str, place: Path) -> bool | None:
    """Return what a tool says, null where it does not know the format."""
    if tool == "zipfile":
        if not SHAPES[shape].format.startswith("asic"):
            return None
        with zipfile.ZipFile(place / "signed") as found:
            return found.testzip() is None and found.namelist()[0] == "mimetype"
    command = _command(tool, shape, place)
    if command is None:
        return None
    return subprocess.run(command, cwd=place, capture_output=True, check=False, timeout=60).returncode == 0


def table() -> str:
    """Return the table that the answers below make: what is asked, and that it is accepted."""
    lines = ["| case | " + " | ".join(TOOLS) + " |", "| --- |" + " --- |" * len(TOOLS)]
    for shape in SHAPES:
        known = [True, *(_knows(tool, shape) for tool in TOOLS[1:])]
        words = ["accepts" if item else "—" for item in known]
        lines.append(f"| {shape} × {', '.join(LEVELS)} | " + " | ".join(words) + " |")
    return HEAD + "\n".join(lines) + "\n"


def _knows(tool: str, shape: str) -> bool:
    if tool == "zipfile":
        return SHAPES[shape].format.startswith("asic")
    return _command(tool, shape, Path()) is not None


ASKED = [
    pytest.param(tool, shape, level, key, id=f"{tool}-{shape}-{level}-{key}")
    for tool in TOOLS[1:]
    for shape in SHAPES
    if _knows(tool, shape)
    for level in LEVELS
    for key in KEYS
]


@pytest.mark.parametrize(("tool", "shape", "level", "key"), ASKED)
def test_the_tool_accepts(
    tool: str, shape: str, level: str, key: str, tmp_path: Path, oracle: Callable[[str], str]
) -> None:
    if tool != "zipfile":
        oracle(tool.split()[0])
    lay_out(tmp_path, shape, level, key)
    assert accepts(tool, shape, tmp_path) is True


@pytest.mark.parametrize("shape", [shape for shape in SHAPES if _knows("openssl cms", shape) or _knows("xmlsec1", shape)])
def test_the_tool_refuses_another_signer_or_other_data(shape: str, tmp_path: Path, oracle: Callable[[str], str]) -> None:
    tool = "openssl cms" if _knows("openssl cms", shape) else "xmlsec1"
    oracle(tool.split()[0])
    lay_out(tmp_path, shape, "B-B", "p256")
    pki = practice()
    (tmp_path / "signer.pem").write_text(ssl.DER_cert_to_PEM_cert(pki.certificate("stamp")))
    (tmp_path / "roots.pem").write_text(ssl.DER_cert_to_PEM_cert(pki.certificate("stranger")))
    assert accepts(tool, shape, tmp_path) is False


def test_the_table_in_the_documents_is_this_one() -> None:
    assert TABLE.read_text(encoding="utf-8") == table()


if __name__ == "__main__":
    TABLE.write_text(table(), encoding="utf-8")
    sys.stdout.write(f"{TABLE.name}\n")
