"""One code in plain words: what it means, where it arises, what to do, and the clause that it stands on."""

from __future__ import annotations

from string import Formatter

from edoc.catalogue import Sentence, clause, entries, room
from edoc.report.paper import Colour, Paper
from edoc.report.speech import Speech, speech


def explain(code: str, *, lang: str) -> str:
    """Return the explanation of a catalogued code; what differs from case to case stands in ‹›."""
    paper = Paper(speech(lang), Colour.NONE)
    say = paper.say
    words = general(code, say)
    paper.item("code", say.value(code))
    paper.item("explain_meaning", words.text)
    paper.item("explain_area", say.phrase(f"area_{room(code)}"))
    if words.hint:
        paper.item("next_step", words.hint)
    paper.item("explain_clause", say.value(clause(code)) if clause(code) else say.phrase("own_rule"))
    if "‹" in words.text + words.hint:
        paper.line(say.phrase("explain_places"))
    return paper.text()


def general(code: str, say: Speech) -> Sentence:
    """Return what the catalogue says of a code when no case is at hand: the names of its places stand in ‹›."""
    entry = entries()[code].get(say.lang)
    texts = entry.values() if isinstance(entry, dict) else ()
    names = {name for text in texts for _, name, _, _ in Formatter().parse(str(text)) if name}
    return say.sentence(code, {name: f"‹{name}›" for name in names})
