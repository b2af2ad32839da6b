"""A report seen through a legal profile: a pure function that orders evidence and decides nothing."""

from __future__ import annotations

from edoc.errors import ConfigError
from edoc.legal.evidence import QUESTIONS, Seen
from edoc.legal.model import ArticleView, Evidence, LegalView, Outcome, PkiClass, PkiNames, SignaturePki
from edoc.legal.profile import Article, Profile, evidence_words
from edoc.result.report import ReportData, SignatureResult

_NOBODY_NAMED = PkiNames()
_ORDER = (Outcome.CONTRADICTS, Outcome.MISSING, Outcome.SUPPORTS)


def assess(
    data: ReportData, profile: Profile, *, pki: PkiNames = _NOBODY_NAMED, document_type: str | None = None
) -> LegalView:
    """Return which evidence of a report bears on which article of a profile.

    `pki` says which anchors are licensed, closed or foreign; what it does not name is `unstated`.
    `document_type` is a key of the profile's excluded types, or `other`, when the caller knows the type:
    `ConfigError` LEGAL_TYPE_UNKNOWN for any other word.
    """
    if document_type not in (None, "other", *profile.excluded_types):
        known = ", ".join([*profile.excluded_types, "other"])
        raise ConfigError("LEGAL_TYPE_UNKNOWN", subject=str(document_type), params={"known": known})
    seen = tuple(_seen(data, item, pki) for item in data.signatures)
    outside = document_type in profile.excluded_types
    classes = {item.pki for item in seen} | ({PkiClass.UNSTATED} if not seen else set())
    return LegalView(
        profile=profile.id,
        title=profile.title,
        note=profile.note,
        digest=profile.digest,
        document_type=document_type,
        excluded_types=profile.excluded_types,
        out_of_scope=outside,
        pki=tuple(_pki(item) for item in seen),
        pki_notes={kind.value: rule.note for kind, rule in profile.pki.items() if kind in classes},
        articles=tuple(_article(article, profile, seen, outside=outside) for article in profile.articles),
        regimes=profile.regimes,
    )


def _seen(data: ReportData, item: SignatureResult, pki: PkiNames) -> Seen:
    # Under a policy that judges no trust, no anchor was reached, whatever the file carries.
    return Seen(data=data, signature=item, pki=pki.of(_anchor(item)) if data.trust_judged else PkiClass.UNSTATED)


def _anchor(item: SignatureResult) -> str | None:
    return item.path[-1].sha256 if item.path and item.path[-1].status == "anchor" else None


def _pki(seen: Seen) -> SignaturePki:
    anchor = _anchor(seen.signature) if seen.data.trust_judged else None
    return SignaturePki(signature=seen.signature.id, anchor=anchor, pki=seen.pki)


def _article(article: Article, profile: Profile, seen: tuple[Seen, ...], *, outside: bool) -> ArticleView:
    aside = tuple(item for item in seen if _sets_aside(profile, item.pki, article.id))
    kept = tuple(item for item in seen if not _sets_aside(profile, item.pki, article.id))
    evidence: tuple[Evidence, ...] = ()
    if outside and article.leaves_out_types:
        outcome, aside = Outcome.OUT_OF_SCOPE, ()
    elif aside and not kept:
        outcome = Outcome.NOT_ASSESSED
    else:
        evidence = tuple(part for test in article.evidence for part in _evidence(test, kept))
        outcome = next(item for item in _ORDER if any(part.outcome is item for part in evidence))
    return ArticleView(
        id=article.id,
        title=article.title,
        condition=article.condition,
        outcome=outcome,
        evidence=evidence,
        set_aside=tuple(_pki(item) for item in aside),
        cannot_show=article.cannot_show,
        maps_to=article.maps_to,
    )


def _sets_aside(profile: Profile, kind: PkiClass, article: str) -> bool:
    return kind in profile.pki and article in profile.pki[kind].sets_aside


def _evidence(test: str, seen: tuple[Seen, ...]) -> tuple[Evidence, ...]:
    """Return what one question answers, signatures of one answer together."""
    if not seen:
        return (_told(test, Outcome.MISSING, ()),)
    answers = [(QUESTIONS[test](item), item.signature.id) for item in seen]
    return tuple(
        _told(test, outcome, tuple(name for answer, name in answers if answer is outcome))
        for outcome in _ORDER
        if any(answer is outcome for answer, _ in answers)
    )


def _told(test: str, outcome: Outcome, subjects: tuple[str, ...]) -> Evidence:
    return Evidence(test=test, outcome=outcome, subjects=subjects, words=evidence_words()[test, outcome])
