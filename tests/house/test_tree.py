"""What must not stand in the tree: paths of a machine, registries, unfinished work, personal keys."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.house.source import ROOT, tracked_files

FORBIDDEN = {
    "a path of a machine": re.compile(rb"(?<![\w.<])/(?:root|home/\w|Users/\w|work/|opt/wheels)"),
    "a registry host": re.compile(
        rb"pypi\.org|pythonhosted\.org|registry\.npmjs|repo1?\.maven|deb\.debian\.org|proxy\.golang|static\.crates|--index-url"
    ),
    "unfinished work": re.compile(rb"(?:#|//|<!--).*\b(?:TODO|FIXME|XXX)\b|raise NotImplementedError"),
    "a private key": re.compile(rb"-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----\s*[A-Za-z0-9+/]{40}"),
}

BINARY = (".pdf", ".ttf", ".otf", ".woff2", ".p12", ".der", ".png")

THIS = Path(__file__).resolve()


def _texts() -> list[Path]:
    return [path for path in tracked_files() if path.suffix not in BINARY and path.resolve() != THIS]


@pytest.mark.parametrize("what", FORBIDDEN)
def test_it_does_not_stand_in_the_tree(what: str) -> None:
    pattern = FORBIDDEN[what]
    found = []
    for path in _texts():
        for number, line in enumerate(path.read_bytes().splitlines(), 1):
            if pattern.search(line):
                found.append(f"{path.relative_to(ROOT).as_posix()}:{number}")
    assert found == []


@pytest.mark.parametrize(
    ("what", "line"),
    [
        ("a path of a machine", b"open('/home/someone/x')"),
        ("a registry host", b"https://files.pythonhosted.org/x"),
        ("unfinished work", b"# TODO later"),
        ("a private key", b"-----BEGIN PRIVATE KEY-----" + b"A" * 64),
    ],
)
def test_the_rule_can_fail(what: str, line: bytes) -> None:
    assert FORBIDDEN[what].search(line)


def test_text_files_are_utf8_with_unix_line_ends() -> None:
    for path in _texts():
        data = path.read_bytes()
        data.decode("utf-8")
        assert b"\r\n" not in data, path.name


def test_every_locked_package_has_digests() -> None:
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    packages = re.split(r"\n(?=[a-z0-9])", lock)[1:]
    assert len(packages) > 20
    assert [item.split()[0] for item in packages if "--hash=sha256:" not in item] == []
