"""One code in plain words: what it means, what to do, and the clause that it stands on."""

from __future__ import annotations

from string import Formatter

from edoc.catalogue import clause, entries
from edoc.report.paper import Colour, Paper
from edoc.report.speech import speech


def explain(code: str, *, lang: str) -> str:
    """Return the explanation of a catalogued code; what differs from case to case stands in ‹›."""
    paper = Paper(speech(lang), Colour.NONE)
    say = paper.say
    entry = entries()[code].get(lang)
    texts = entry.values() if isinstance(entry, dict) else ()
    names = {name for text in texts for _, name, _, _ in Formatter().parse(str(text)) if name}
    words = say.sentence(code, {name: f"‹{name}›" for name in names})
    paper.item("code", say.value(code))
    paper.item("explain_meaning", words.text)
    if words.hint:
        paper.item("next_step", words.hint)
    if clause(code):
        paper.item("explain_clause", say.value(clause(code)))
    return paper.text()
