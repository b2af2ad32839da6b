"""Changed documents are never intact where a signed octet changed, and never break the reader."""

from __future__ import annotations

import io
from functools import cache

import pikepdf
import pytest

import edoc
from tests.formats.pdf import build
from tests.formats.pdf.build import File
from tests.formats.pdf.mutate import mutant, seeds

SHORT, LONG = 900, 40_000


@cache
def files() -> dict[str, File]:
    return seeds()


def _signed_octets(report: edoc.Report) -> list[bytes]:
    return [bytes(one.signed_data(0)) for one in report.signatures if one.intact]


@cache
def _original(name: str) -> frozenset[bytes]:
    return frozenset(_signed_octets(edoc.verify_document(files()[name].data, policy="integrity")))


def _seen(data: bytes) -> tuple[object, ...]:
    """What another library, without repairing anything, shows of the pages and of signed values."""
    with pikepdf.open(io.BytesIO(data), attempt_recovery=False) as pdf:
        pages = []
        for page in pdf.pages:
            fonts = page.Resources.Font if "/Font" in page.get("/Resources", {}) else {}
            names = sorted((key, str(value.get("/BaseFont"))) for key, value in fonts.items())
            notes = [str(item.get("/Contents")) for item in page.get("/Annots", []) if item.get("/Subtype") != "/Widget"]
            keys = sorted(set(page.keys()) - {"/Annots", "/Tabs", "/StructParents"})
            places = [[str(item.get(key)) for key in ("/T", "/FT", "/F", "/Ff")] + [int(side) for side in item.Rect]
                      for item in page.get("/Annots", []) if item.get("/FT") == "/Tx"]  # fmt: skip
            pages.append((page.Contents.read_bytes(), [int(side) for side in page.MediaBox], names, notes, keys, places))
        root = sorted(set(pdf.Root.keys()) - {"/DSS", "/AcroForm", "/Metadata", "/Perms", "/Extensions"})
        return (pages, root)


def _violations(first: int, count: int) -> list[str]:
    wrong = []
    honest = _seen(build.signed().data)
    for seed in range(first, first + count):
        name, data = mutant(seed, files())
        try:
            report = edoc.verify_document(data, policy="integrity")
        except edoc.EdocError:
            continue
        codes = {item.code for item in report.findings} | {
            item.code for one in report.signatures for item in one.findings
        }
        if "INTERNAL" in codes:
            wrong.append(f"{seed}: internal error")
        if report.verdict is not edoc.Verdict.INTACT:
            continue
        covered = _signed_octets(report)
        if not _original(name) <= set(covered):
            wrong.append(f"{seed}: intact although signed octets of {name} changed")
        if any(data[: 1_000] != octets[:1_000] for octets in covered):
            wrong.append(f"{seed}: what was verified is not what the file says")
        if _seen(data) != honest:
            wrong.append(f"{seed}: intact, and another reader sees another document")
    return wrong


@pytest.mark.parametrize("part", range(3))
def test_mutants_are_never_intact_by_mistake(part: int) -> None:
    assert not _violations(part * SHORT // 3, SHORT // 3)


def test_the_documents_before_the_change_are_intact() -> None:
    for name, file in files().items():
        assert edoc.verify_document(file.data, policy="integrity").verdict is edoc.Verdict.INTACT, name


def test_the_check_can_fail() -> None:
    file = build.signed()
    other = file.update({build.CONTENT: build.stream(b"BT (Pay 999) Tj ET")})
    assert _seen(other.data) != _seen(file.data)


@pytest.mark.soak
@pytest.mark.parametrize("part", range(8))
def test_many_mutants(part: int) -> None:
    assert not _violations(1_000_000 + part * LONG // 8, LONG // 8)
