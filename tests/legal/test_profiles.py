"""The profiles: whole in both languages, free of words that would be a verdict, strict when read from a file."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import edoc.legal
from edoc.errors import ConfigError
from edoc.legal.evidence import QUESTIONS
from edoc.legal.model import Outcome, PkiClass
from edoc.legal.profile import BUILT_IN, built_in, evidence_words, parse_profile, phrases

DATA = Path(edoc.legal.__file__).parent / "data"
NOT_TO_SAY = {
    "en": re.compile(
        r"\b(valid|invalid|validly|official|officially|certified|qualified|original|forged|forgery|secure|secured|green|"
        r"genuine|authentic|trusted signature|cannot be denied|cannot be challenged|must be accepted|proven|guaranteed)\b",
        re.IGNORECASE,
    ),
    "fa": re.compile(
        r"معتبر|نامعتبر|رسمی|تأیید\s?‌?شده|تایید\s?‌?شده|امضای مطمئن|امضای الکترونیکی مطمئن|جعلی|غیرقابل انکار|"
        r"(?<![\u0600-\u06ff\u200c])اصل(?![\u0600-\u06ff\u200c])"
    ),
}
"""What a headline or a legal text would turn into a verdict with."""


def texts() -> Iterator[tuple[str, str, str]]:
    """(where, language, text) of every text that a legal section can show."""
    for name in BUILT_IN:
        profile = built_in(name)
        named = [
            ("title", profile.title), ("note", profile.note), *profile.regimes.items(), *profile.excluded_types.items(),
            *((kind.value, rule.note) for kind, rule in profile.pki.items()),
        ]  # fmt: skip
        for article in profile.articles:
            parts = {"title": article.title, "condition": article.condition, "cannot_show": article.cannot_show}
            named.extend((f"{article.id}.{part}", words) for part, words in parts.items())
        for where, words in named:
            for lang, text in words.items():
                yield f"{name}.{where}", lang, text
    for (test, outcome), words in evidence_words().items():
        for lang, text in words.items():
            yield f"{test}.{outcome.value}", lang, text
    for lang in ("en", "fa"):
        for key, text in phrases(lang).items():
            yield f"phrases.{key}", lang, text


TEXTS = list(texts())


def test_there_are_many_texts() -> None:
    assert len(TEXTS) > 500
    assert {lang for _, lang, _ in TEXTS} == {"en", "fa"}


def test_no_text_says_what_is_not_to_be_said() -> None:
    said = [(where, found[0]) for where, lang, text in TEXTS if (found := NOT_TO_SAY[lang].search(text))]
    assert said == []


@pytest.mark.parametrize(
    ("lang", "text"),
    [("en", "This is legally valid."), ("en", "A qualified signature"), ("fa", "سند معتبر است"), ("fa", "سند اصل است"), ("fa", "تأییدشده")],
)
def test_the_search_finds_what_is_not_to_be_said(lang: str, text: str) -> None:
    assert NOT_TO_SAY[lang].search(text)
    assert not NOT_TO_SAY["fa"].search("انتساب به اصل‌ساز")


def test_persian_is_persian() -> None:
    for where, lang, text in TEXTS:
        if lang == "fa":
            assert re.search("[\u0600-\u06ff]", text), where
            assert not re.search("[يكةى]", text), where
            assert not re.search(r"(?<!\S)(می|نمی) ", text), where
            assert not re.search("[0-9]", re.sub(r"[A-Za-z][A-Za-z0-9 ()/.-]*", "", text)), where


def test_both_languages_have_the_same_phrases() -> None:
    assert phrases("en").keys() == phrases("fa").keys()
    for key, text in phrases("en").items():
        assert set(re.findall(r"\{\w+\}", text)) == set(re.findall(r"\{\w+\}", phrases("fa")[key]))


def test_every_question_has_its_sentences() -> None:
    told = evidence_words()
    assert {test for test, _ in told} == set(QUESTIONS)
    for test in QUESTIONS:
        assert {(test, Outcome.SUPPORTS), (test, Outcome.MISSING)} <= told.keys()
    assert all(set(words) == {"en", "fa"} and all(words.values()) for words in told.values())


def test_every_question_is_asked_somewhere() -> None:
    asked = {test for name in BUILT_IN for article in built_in(name).articles for test in article.evidence}
    assert asked == set(QUESTIONS)


def test_the_files_are_the_profiles() -> None:
    assert {path.stem for path in DATA.glob("*.toml")} == {*BUILT_IN, "evidence"}
    for name in BUILT_IN:
        profile = built_in(name)
        assert profile.id == name
        assert all(article.maps_to for article in profile.articles[-1:]) or profile.id == "ir-ecl"


def test_the_law_of_iran_is_there() -> None:
    profile = built_in("ir-ecl")
    known = [article.id for article in profile.articles]
    assert {f"IR-ECL-10-{clause}" for clause in "abcd"} < set(known)
    assert set(profile.excluded_types) == {"title-deed", "medicine-sale", "product-warning"}
    # By-law of article 32, articles 11 and 18.
    assert set(profile.pki[PkiClass.CLOSED].sets_aside) == {*known[known.index("IR-ECL-10-a") :][:4], "IR-ECL-14", "IR-ECL-15"}
    assert "IR-ECL-12" not in profile.pki[PkiClass.FOREIGN].sets_aside
    mapped = {article.id: article.maps_to.get("eidas") for article in profile.articles}
    assert [mapped[f"IR-ECL-10-{clause}"] for clause in "abcd"] == ["26(a)", "26(b)", "26(c)", "26(d)"]


def test_an_unknown_name_is_refused() -> None:
    with pytest.raises(ConfigError) as caught:
        built_in("xx")
    assert caught.value.code == "LEGAL_PROFILE_UNKNOWN"


OWN = (DATA / "uncitral.toml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('id = "uncitral"', 'id = "a b"'),
        ('id = "uncitral"', 'id = "uncitral"\nverdict = "PASSED"'),
        ('id = "MLEC-6"', 'id = "MLEC-5"'),
        ('"digest_recorded"]', '"is_valid"]'),
        ('["digest_recorded"]', "[]"),
        ('["digest_recorded"]', '"digest_recorded"'),
        ("[pki.unstated]", "[pki.trusted]"),
        ("sets_aside = []", 'sets_aside = ["MLEC-99"]'),
        ("leaves_out_types = true", 'leaves_out_types = "yes"'),
        ('"ir-ecl" = "12"', '"no-such-law" = "12"'),
        ("title = { en = ", "title = { de = "),
        ('title = { en = "', 'title = { en = "\\u202e'),
        ("[[article]]", "[[articles]]"),
        ("[[article]]", "[[article"),
    ],
)
def test_a_profile_with_a_mistake_is_refused(old: str, new: str) -> None:
    assert old in OWN
    assert parse_profile(OWN, name="own.toml").digest == built_in("uncitral").digest
    with pytest.raises(ConfigError) as caught:
        parse_profile(OWN.replace(old, new, 1) if old != "[[article]]" else OWN.replace(old, new), name="own.toml")
    assert caught.value.code == "LEGAL_PROFILE_MALFORMED"
    assert caught.value.subject == "own.toml"


@pytest.mark.parametrize("seed", range(40))
def test_a_damaged_profile_is_refused_or_read(seed: int) -> None:
    """Cut and swapped texts never raise anything but the one error."""
    start = seed * 211 % len(OWN)
    damaged = OWN[:start] + OWN[start + 1 + seed * 3 :]
    try:
        parse_profile(damaged, name="own.toml")
    except ConfigError as problem:
        assert problem.code == "LEGAL_PROFILE_MALFORMED"


def test_the_phrases_file_has_two_languages() -> None:
    assert set(json.loads((DATA / "phrases.json").read_text(encoding="utf-8"))) == {"en", "fa"}
