"""The legal section: as text below the sheet, and as the key `legal` of the JSON report."""

from __future__ import annotations

from edoc.legal.model import ArticleView, Evidence, LegalView, Outcome, SignaturePki, Words
from edoc.legal.profile import phrases
from edoc.report.json import Json
from edoc.report.paper import Colour, Paper, Tone
from edoc.report.speech import Speech, speech

_TONES = {
    # Never green: evidence that supports a condition is not yet an answer.
    Outcome.CONTRADICTS: Tone.BAD,
    Outcome.MISSING: Tone.OPEN,
}


def render_legal(view: LegalView, *, lang: str = "en", colour: Colour = Colour.NONE) -> str:
    """Return the section: what it is, the PKI, the types left out, then each article with its evidence."""
    paper = Paper(speech(lang), colour)
    say = paper.say
    paper.head(_phrase(say, "head", title=_own(say, view.title)))
    paper.line(_phrase(say, "limit"))
    paper.line(_own(say, view.note))
    for entry in view.pki:
        paper.line(f"{_phrase(say, 'pki')} ({say.value(entry.signature)}): {_phrase(say, f'pki_{entry.pki.value}')}")
    for note in view.pki_notes.values():
        paper.line(_own(say, note), depth=1)
    _types(paper, view)
    for article in view.articles:
        _article(paper, article, view)
    paper.line()
    paper.line(f"{_phrase(say, 'profile')}: {say.value(f'{view.profile} {view.digest}')}")
    return paper.text()


def legal_dict(view: LegalView, *, lang: str = "en") -> Json:
    """Return the view as plain data; ids and outcomes are stable, texts are in the language asked for."""
    return {
        "profile": view.profile,
        "digest": view.digest,
        "title": view.title[lang],
        "note": view.note[lang],
        "limit": phrases(lang)["limit"],
        "document_type": view.document_type,
        "out_of_scope": view.out_of_scope,
        "excluded_types": {key: words[lang] for key, words in view.excluded_types.items()},
        "pki": [_pki(item) for item in view.pki],
        "pki_notes": {key: words[lang] for key, words in view.pki_notes.items()},
        "articles": [_article_dict(item, lang) for item in view.articles],
        "regimes": {key: words[lang] for key, words in view.regimes.items()},
    }


def _types(paper: Paper, view: LegalView) -> None:
    if not view.excluded_types:
        return
    say = paper.say
    paper.line(f"{_phrase(say, 'types')}:")
    for words in view.excluded_types.values():
        paper.line(_own(say, words), depth=1)
    if view.document_type is None:
        paper.line(_phrase(say, "types_unstated"), depth=1)
    elif not view.out_of_scope:
        paper.line(_phrase(say, "types_other"), depth=1)
    else:
        named = _own(say, view.excluded_types[view.document_type])
        paper.line(_phrase(say, "types_named", type=named), depth=1)


def _article(paper: Paper, article: ArticleView, view: LegalView) -> None:
    say = paper.say
    outcome = _phrase(say, article.outcome.value)
    tone = _TONES.get(article.outcome, Tone.STRONG)
    paper.line()
    paper.line(f"{say.value(article.id)} - {_own(say, article.title)}: {paper.toned(outcome, tone)}")
    paper.line(f"{_phrase(say, 'condition')}: {_own(say, article.condition)}", depth=1)
    for evidence in article.evidence:
        paper.line(_evidence(say, evidence), depth=1)
    if article.set_aside:
        names = _comma(say).join(say.value(item.signature) for item in article.set_aside)
        paper.line(f"{_phrase(say, 'set_aside')}: {names}", depth=1)
    paper.line(f"{_phrase(say, 'cannot_show')}: {_own(say, article.cannot_show)}", depth=1)
    if article.maps_to:
        parts = [f"{_own(say, view.regimes[key])} {say.value(there)}" for key, there in article.maps_to.items()]
        paper.line(f"{_phrase(say, 'maps_to')}: {('؛ ' if say.lang == 'fa' else '; ').join(parts)}", depth=1)


def _evidence(say: Speech, evidence: Evidence) -> str:
    names = _comma(say).join(say.value(name) for name in evidence.subjects)
    mark = _phrase(say, f"mark_{evidence.outcome.value}")
    return f"{mark}{f' ({names})' if names else ''}: {_own(say, evidence.words)}"


def _article_dict(article: ArticleView, lang: str) -> Json:
    return {
        "id": article.id,
        "title": article.title[lang],
        "condition": article.condition[lang],
        "outcome": article.outcome.value,
        "evidence": [
            {
                "test": item.test,
                "outcome": item.outcome.value,
                "subjects": list(item.subjects),
                "text": item.words[lang],
            }
            for item in article.evidence
        ],
        "set_aside": [_pki(item) for item in article.set_aside],
        "cannot_show": article.cannot_show[lang],
        "maps_to": dict(article.maps_to),
    }


def _pki(item: SignaturePki) -> Json:
    return {"signature": item.signature, "anchor": item.anchor, "class": item.pki.value}


def _own(say: Speech, words: Words) -> str:
    return say.own(words[say.lang])


def _phrase(say: Speech, key: str, **parts: str) -> str:
    text = phrases(say.lang)[key]
    return say.own(text.format(**parts) if parts else text)


def _comma(say: Speech) -> str:
    return "، " if say.lang == "fa" else ", "
