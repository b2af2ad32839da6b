"""What an assessment says: article by article, which evidence supports, contradicts or is missing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

Words = Mapping[str, str]
"""One text by language (`en`, `fa`)."""


class Outcome(Enum):
    """What evidence does for a condition; of an article, the least favourable of its evidence."""

    SUPPORTS = "supports"
    MISSING = "missing"
    CONTRADICTS = "contradicts"
    NOT_ASSESSED = "not_assessed"
    """Every signature comes from a PKI for which the profile does not look at the article."""
    OUT_OF_SCOPE = "OUT_OF_SCOPE"
    """The caller named a type of document that the article leaves out."""


class PkiClass(Enum):
    """Which kind of PKI an anchor belongs to, in the words of the caller's configuration."""

    LICENSED = "licensed"
    CLOSED = "closed"
    FOREIGN = "foreign"
    UNSTATED = "unstated"
    """The configuration names no class for the anchor, or no anchor was reached."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PkiNames:
    """Which anchors the caller puts into which class: SHA-256 (hex) of the anchor certificate to its class.

    Nothing is derived from names in certificates: who licenses whom is not written in them.
    """

    anchors: Mapping[str, PkiClass] = field(default_factory=dict)

    def of(self, anchor: str | None) -> PkiClass:
        """Return the class of an anchor; unstated where the caller says nothing."""
        return self.anchors.get(anchor, PkiClass.UNSTATED) if anchor is not None else PkiClass.UNSTATED


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One kind of evidence, what it does, and for which signatures (ids; empty: for the document)."""

    test: str
    outcome: Outcome
    subjects: tuple[str, ...]
    words: Words


@dataclass(frozen=True, slots=True, kw_only=True)
class SignaturePki:
    """The class of the PKI behind one signature, and its anchor (SHA-256, hex; null when none was reached)."""

    signature: str
    anchor: str | None
    pki: PkiClass


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleView:
    """One article: its condition, the evidence found, and what no evidence in a file can show."""

    id: str
    title: Words
    condition: Words
    outcome: Outcome
    evidence: tuple[Evidence, ...]
    set_aside: tuple[SignaturePki, ...]
    """Signatures for which the article is not looked at, because of their PKI."""
    cannot_show: Words
    maps_to: Mapping[str, str]
    """Articles of other texts, by the key of the text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LegalView:
    """A report seen through a legal profile.  It is evidence put in order, not an answer: it has no verdict."""

    profile: str
    title: Words
    note: Words
    digest: str
    """`sha256:` of the profile's text."""
    document_type: str | None
    """As the caller named it."""
    excluded_types: Mapping[str, Words]
    """Document types that the profile leaves out, by their key."""
    out_of_scope: bool
    """True when the caller named one of these."""
    pki: tuple[SignaturePki, ...]
    pki_notes: Mapping[str, Words]
    articles: tuple[ArticleView, ...]
    regimes: Mapping[str, Words]
    """The other texts that the mapping names, by key."""

    def __bool__(self) -> bool:
        raise TypeError("a legal view is not a truth value: read its articles")
