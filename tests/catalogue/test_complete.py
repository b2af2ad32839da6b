"""The catalogue: every code has its sentences in both languages, and every sentence has its code."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path
from string import Formatter

import pytest

import edoc
from edoc.catalogue import clause, entries, sentence
from edoc.facts.signature import ScopeKind
from edoc.result.enums import Indication, Verdict

PACKAGE = Path(edoc.__file__).parent
FILES = sorted((PACKAGE / "catalogue").glob("*.json"))
CODE = re.compile(r"[A-Z][A-Z0-9]*(_[A-Z0-9]+)+")
NOT_CODES = (
    {"ANY_SIGNER", "NO_COLOR", "FORCE_COLOR", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "CONTENT_LENGTH", "PATH_INFO", "REQUEST_METHOD"}
    | {"TERM_PROGRAM", "KONSOLE_VERSION", "INSIDE_EMACS", "KITTY_WINDOW_ID", "WT_SESSION", "XTERM_VERSION", "ALACRITTY_WINDOW_ID"}
    | {"WEZTERM_PANE", "VTE_VERSION", "WAYLAND_DISPLAY", "WSL_DISTRO_NAME"}
    | {"LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH"}
    | {"O_BINARY", "O_CLOEXEC", "O_NOCTTY", "O_TMPFILE"}
    | {kind.value for kind in ScopeKind}
    | {word.value for word in Indication}
)
"""Words in capitals that name something else: constants of the system, scopes, environment variables."""
PERSIAN = re.compile("[\u0600-\u06ff]")
FORBIDDEN = (
    "معتبر قانونی", "تأییدشده", "تاییدشده", "امضای مطمئن", "جعلی", "legally valid", "official", "forged",
    "trusted signature", "cannot be denied",
)  # fmt: skip


def literals() -> dict[str, set[str]]:
    """Every string in the source, with the files that it stands in."""
    found: dict[str, set[str]] = {}
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.setdefault(node.value, set()).add(str(path.relative_to(PACKAGE)))
    return found


def emitted() -> set[str]:
    """The codes that stand first in a call which makes a finding, an error or a violation; they may be one word."""
    makers = re.compile("error|warning|info|failed|undecided|_nobody|_violation|Violation|[A-Za-z]*Error")
    found = set()
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not makers.fullmatch(getattr(node.func, "id", "")):
                continue
            named = [item.value for item in node.keywords if item.arg == "code"]
            for item in [*node.args[:1], *named]:
                if isinstance(item, ast.Constant) and re.fullmatch("[A-Z][A-Z0-9_]+", str(item.value)):
                    found.add(str(item.value))
    return found


LITERALS = literals()
ALL = entries()
CODES = sorted(
    {name for name in LITERALS if CODE.fullmatch(name) and name not in NOT_CODES and not name.startswith("EDOC_")}
    | emitted()
)
TEXTS = [(code, lang, part) for code in sorted(ALL) for lang in ("en", "fa") for part in ("text", "hint")]


def text_of(code: str, lang: str, part: str) -> str:
    words = ALL[code][lang]
    assert isinstance(words, dict)
    return str(words[part])


def places(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def test_the_search_finds_codes() -> None:
    assert {"HASH_MISMATCH", "OUTPUT_EXISTS", "VERDICT_FAILED", "NO_SIGNATURE", "CODE_UNKNOWN", "INTERNAL"} <= set(CODES)


def test_every_code_has_an_entry() -> None:
    missing = {code: sorted(LITERALS[code]) for code in CODES if code not in ALL}
    assert not missing


def test_every_entry_has_a_code() -> None:
    words = {word.value for word in Verdict} | {word.value for word in Indication}
    assert not sorted(code for code in ALL if code not in LITERALS and code not in words)


def test_a_code_stands_in_one_file() -> None:
    seen: dict[str, str] = {}
    for file in FILES:
        pairs = json.loads(file.read_text(encoding="utf-8"), object_pairs_hook=list)
        for code, _ in pairs:
            assert code not in seen, f"{code} in {file.name} and {seen.get(code)}"
            seen[code] = file.name
    assert set(seen) == set(ALL)


@pytest.mark.parametrize("code", sorted(ALL))
def test_an_entry_is_whole(code: str) -> None:
    entry = ALL[code]
    assert set(entry) <= {"clause", "en", "fa"}
    for lang in ("en", "fa"):
        words = entry[lang]
        assert isinstance(words, dict)
        assert set(words) == {"text", "hint"}
        for part in words.values():
            assert part.strip() == part
            assert part, f"{code} has an empty part in {lang}"


@pytest.mark.parametrize("code", sorted(ALL))
def test_both_languages_name_the_same_things(code: str) -> None:
    english, persian = (places(text_of(code, lang, "text") + text_of(code, lang, "hint")) for lang in ("en", "fa"))
    assert english == persian
    assert all(re.fullmatch("[a-z_0-9]+", name) for name in english)


@pytest.mark.parametrize(("code", "lang", "part"), TEXTS)
def test_a_sentence_ends_and_says_nothing_forbidden(code: str, lang: str, part: str) -> None:
    text = text_of(code, lang, part)
    assert text[-1] in ".:؟?}", text
    assert not [word for word in FORBIDDEN if word in text.lower()]


@pytest.mark.parametrize("code", sorted(ALL))
@pytest.mark.parametrize("part", ["text", "hint"])
def test_persian_is_persian(code: str, part: str) -> None:
    text = text_of(code, "fa", part)
    assert PERSIAN.search(text)
    assert not re.search("[يكةى]", text), "Arabic letters in Persian text"
    assert not re.search(r"(?<!\S)(می|نمی) ", text), "the verb prefix is joined with ZWNJ"
    assert not re.search("[\u202a-\u202e\u2066-\u2069\u200f]", text), "isolates are the renderer's business"
    assert text != text_of(code, "en", part)


def test_clauses_and_fallbacks() -> None:
    assert clause("HASH_MISMATCH") == "EN 319 102-1 5.2.7.4"
    assert clause("NOT_A_CODE") == ""
    assert sentence("NOT_A_CODE", {}, "fa").text == "NOT_A_CODE"
    assert sentence("HASH_MISMATCH", {}, "en").text.count("?") == 2
    hostile = "{0.__class__} {subject!r} {"
    assert hostile in sentence("HASH_MISMATCH", {"subject": "S1", "name": hostile}, "fa").text


def given() -> list[tuple[str, str, set[str]]]:
    """(code, where, names of the parameters) of every call that names them plainly."""
    found = []
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            maker = getattr(node.func, "id", "") if isinstance(node, ast.Call) else ""
            if not isinstance(node, ast.Call) or not re.fullmatch("error|warning|info|[A-Za-z]*Error|Verif.*", maker):
                continue
            code = node.args[0].value if node.args and isinstance(node.args[0], ast.Constant) else None
            names = _named(node, maker)
            if isinstance(code, str) and code in ALL and names is not None:
                found.append((code, f"{path.relative_to(PACKAGE)}:{node.lineno}", names))
    return found


def _named(node: ast.Call, maker: str) -> set[str] | None:
    keywords = {item.arg: item.value for item in node.keywords}
    if maker in ("error", "warning", "info"):
        return None if None in keywords else {str(name) for name in keywords} | {"subject"}
    params = keywords.get("params")
    if params is None:
        # Exceptions inside a reader take the places of their sentence as keywords.
        return {str(name) for name in keywords} | {"subject"} if maker != "PdfError" else None
    if not isinstance(params, ast.Dict) or not all(isinstance(key, ast.Constant) for key in params.keys):
        return None
    return {str(key.value) for key in params.keys if isinstance(key, ast.Constant)} | {"subject"}


GIVEN = given()


def test_the_search_finds_parameters() -> None:
    assert len(GIVEN) > 80
    assert any(code == "HASH_MISMATCH" and names == {"name", "subject"} for code, _, names in GIVEN)


@pytest.mark.parametrize(("code", "where", "names"), GIVEN, ids=lambda value: value if isinstance(value, str) else "")
def test_whoever_says_a_sentence_fills_its_places(code: str, where: str, names: set[str]) -> None:
    asked = places(text_of(code, "en", "text") + text_of(code, "en", "hint"))
    assert asked <= names, where
