"""Legal profiles as data: TOML files with articles, conditions and the evidence they ask for."""

from __future__ import annotations

import hashlib
import json
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

from edoc.errors import ConfigError
from edoc.legal.evidence import QUESTIONS
from edoc.legal.model import Outcome, PkiClass, Words

BUILT_IN = ("eidas", "ir-ecl", "uncitral")
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9().-]{0,63}")
# Our renderers isolate; a profile that steers the line itself could make it read otherwise.
_HIDDEN = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
_TOP = frozenset({"id", "title", "note", "regimes", "excluded_types", "pki", "article"})
_ARTICLE = frozenset({"id", "title", "condition", "evidence", "cannot_show", "maps_to", "leaves_out_types"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """One article of a profile."""

    id: str
    title: Words
    condition: Words
    evidence: tuple[str, ...]
    """Names of questions (`edoc.legal.evidence.QUESTIONS`)."""
    cannot_show: Words
    maps_to: Mapping[str, str]
    leaves_out_types: bool
    """True where the profile's excluded types of documents are outside this article."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PkiRule:
    """What a class of PKI means under a profile, and the articles that are then not looked at."""

    note: Words
    sets_aside: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """A legal profile."""

    id: str
    title: Words
    note: Words
    digest: str
    regimes: Mapping[str, Words]
    excluded_types: Mapping[str, Words]
    pki: Mapping[PkiClass, PkiRule]
    articles: tuple[Article, ...]


@cache
def built_in(name: str) -> Profile:
    """Return one of the profiles that always exist; `ConfigError` LEGAL_PROFILE_UNKNOWN for another name."""
    if name not in BUILT_IN:
        raise ConfigError("LEGAL_PROFILE_UNKNOWN", subject=name, params={"known": ", ".join(BUILT_IN)})
    return parse_profile(_data(f"{name}.toml"), name=name)


def parse_profile(text: str, *, name: str) -> Profile:
    """Return the profile in a TOML text; `name` is what errors call it.

    Unknown keys, questions and references, and texts that lack a language, raise `ConfigError`
    LEGAL_PROFILE_MALFORMED with the place and the reason.
    """
    try:
        table = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as problem:
        raise _malformed(name, "TOML", str(problem)) from problem
    return _Reader(name).profile(table, digest=f"sha256:{hashlib.sha256(text.encode()).hexdigest()}")


@cache
def evidence_words() -> Mapping[tuple[str, Outcome], Words]:
    """Return the sentence of each question for each outcome, in each language."""
    table = tomllib.loads(_data("evidence.toml"))
    return {
        (test, outcome): dict(words[outcome.value])
        for test, words in table.items()
        for outcome in (Outcome.SUPPORTS, Outcome.CONTRADICTS, Outcome.MISSING)
        if outcome.value in words
    }


@cache
def phrases(lang: str) -> Mapping[str, str]:
    """Return the labels of the section in a language; `KeyError` for any but `en` and `fa`."""
    table: dict[str, dict[str, str]] = json.loads(_data("phrases.json"))
    return table[lang]


def _data(name: str) -> str:
    return resources.files(__package__).joinpath("data", name).read_text(encoding="utf-8")


def _malformed(name: str, place: str, why: str) -> ConfigError:
    return ConfigError("LEGAL_PROFILE_MALFORMED", subject=name, params={"place": place, "why": why})


class _Reader:
    """Reads one profile, strictly: what it does not know it refuses."""

    def __init__(self, name: str) -> None:
        self._name = name

    def profile(self, table: dict[str, object], *, digest: str) -> Profile:
        self._keys(table, _TOP, "profile")
        regimes = self._named_words(table.get("regimes", {}), "regimes")
        listed = table.get("article")
        if not isinstance(listed, list) or not listed:
            raise self._bad("article", "one [[article]] at least is needed")
        articles = tuple(self._article(item, f"article {index}", regimes) for index, item in enumerate(listed, 1))
        known = [item.id for item in articles]
        if len(set(known)) != len(known):
            raise self._bad("article", "two articles have the same id")
        return Profile(
            id=self._id(table.get("id"), "id"),
            title=self._words(table.get("title"), "title"),
            note=self._words(table.get("note"), "note"),
            digest=digest,
            regimes=regimes,
            excluded_types=self._named_words(table.get("excluded_types", {}), "excluded_types"),
            pki={self._class(key): self._rule(item, key, known) for key, item in self._table(table.get("pki", {})).items()},
            articles=articles,
        )

    def _article(self, item: object, place: str, regimes: Mapping[str, Words]) -> Article:
        table = self._table(item, place)
        self._keys(table, _ARTICLE, place)
        evidence = self._texts(table.get("evidence"), f"{place}.evidence")
        unknown = [test for test in evidence if test not in QUESTIONS]
        if unknown or not evidence:
            raise self._bad(f"{place}.evidence", f"no such question: {unknown[0]}" if unknown else "it is empty")
        maps_to = {key: self._text(value, place) for key, value in self._table(table.get("maps_to", {})).items()}
        if maps_to.keys() - regimes.keys():
            raise self._bad(f"{place}.maps_to", "a text that [regimes] does not name")
        leaves_out = table.get("leaves_out_types", False)
        if not isinstance(leaves_out, bool):
            raise self._bad(f"{place}.leaves_out_types", "neither true nor false")
        return Article(
            id=self._id(table.get("id"), place),
            title=self._words(table.get("title"), f"{place}.title"),
            condition=self._words(table.get("condition"), f"{place}.condition"),
            evidence=evidence,
            cannot_show=self._words(table.get("cannot_show"), f"{place}.cannot_show"),
            maps_to=maps_to,
            leaves_out_types=leaves_out,
        )

    def _rule(self, item: object, key: str, known: list[str]) -> PkiRule:
        table = self._table(item, f"pki.{key}")
        self._keys(table, frozenset({"note", "sets_aside"}), f"pki.{key}")
        aside = self._texts(table.get("sets_aside", []), f"pki.{key}.sets_aside")
        if set(aside) - set(known):
            raise self._bad(f"pki.{key}.sets_aside", "an article that is not here")
        return PkiRule(note=self._words(table.get("note"), f"pki.{key}.note"), sets_aside=aside)

    def _class(self, key: str) -> PkiClass:
        try:
            return PkiClass(key)
        except ValueError as problem:
            raise self._bad("pki", f"no such class: {key}") from problem

    def _named_words(self, item: object, place: str) -> Mapping[str, Words]:
        table = self._table(item, place)
        return {self._id(key, place): self._words(value, f"{place}.{key}") for key, value in table.items()}

    def _words(self, item: object, place: str) -> Words:
        table = self._table(item, place)
        if set(table) != {"en", "fa"}:
            raise self._bad(place, "a text in en and fa is needed")
        return {lang: self._text(value, place) for lang, value in table.items()}

    def _text(self, item: object, place: str) -> str:
        if not isinstance(item, str) or not item.strip() or _HIDDEN.search(item):
            raise self._bad(place, "not a plain text")
        return item

    def _texts(self, item: object, place: str) -> tuple[str, ...]:
        if not isinstance(item, list):
            raise self._bad(place, "not a list of texts")
        return tuple(self._text(part, place) for part in item)

    def _id(self, item: object, place: str) -> str:
        if not isinstance(item, str) or not _ID.fullmatch(item):
            raise self._bad(place, "an id of letters, digits, dots, hyphens and brackets is needed")
        return item

    def _table(self, item: object, place: str = "pki") -> dict[str, object]:
        if not isinstance(item, dict):
            raise self._bad(place, "not a table")
        return item

    def _keys(self, table: dict[str, object], known: frozenset[str], place: str) -> None:
        unknown = sorted(table.keys() - known)
        if unknown:
            raise self._bad(place, f"unknown key: {unknown[0]}")

    def _bad(self, place: str, why: str) -> ConfigError:
        return _malformed(self._name, place, why)
