"""A record that edoc has written, in plain words: its verdict, each finding, what to do next, the gravest first."""

from __future__ import annotations

from collections.abc import Iterator

from edoc.catalogue import Sentence, clause, entries
from edoc.facts.findings import Severity
from edoc.report.dates import persian_digits
from edoc.report.explanation import general
from edoc.report.json import dumps
from edoc.report.paper import Colour, Paper, Tone
from edoc.report.speech import Speech, speech
from edoc.result.enums import Verdict
from edoc.result.reading import Record
from edoc.result.report import ERROR_SCHEMA

_WEIGHT = {Severity.ERROR.value: 0, Severity.WARNING.value: 1, Severity.INFO.value: 2}
_TONES = {Severity.ERROR.value: Tone.BAD, Severity.WARNING.value: Tone.OPEN, Severity.INFO.value: Tone.STRONG}
_NESTED = ("timestamps", "counter_signatures")


def retell(record: Record, *, lang: str, colour: Colour = Colour.NONE) -> str:
    """Return the explanation of a record that `read_records` has let through."""
    paper = Paper(speech(lang), colour)
    if record["schema"] == ERROR_SCHEMA:
        _error(paper, record)
    else:
        _report(paper, record)
    return paper.text()


def _error(paper: Paper, record: Record) -> None:
    say, told = paper.say, _part(record, "error")
    code = str(told["code"])
    paper.line(paper.toned(say.say("could_not", name=_part(record, "document")["name"]), Tone.OPEN))
    paper.item("recorded", say.value(told["text"]))
    if code in entries():
        words = general(code, say)
        paper.item("explain_meaning", words.text)
        paper.item("next_step", words.hint)
    elif told["hint"]:
        paper.item("next_step", say.value(told["hint"]))
    paper.item("code", say.value(code))


def _report(paper: Paper, record: Record) -> None:
    say, verdict = paper.say, str(record["verdict"])
    name = say.value(_part(record, "document")["name"])
    paper.line(say.phrase("answer", name=name, verdict=paper.toned(say.phrase(f"verdict_{verdict}"), Tone.STRONG)))
    paper.line(say.phrase("retold"))
    overall = general(verdict, say)
    paper.item("explain_meaning", overall.text)
    for signature in _list(record, "signatures"):
        _signature(paper, signature)
    found = _findings(record)
    if found:
        paper.head(say.phrase("findings_by_weight"))
    for finding in found:
        _finding(paper, finding)
    _steps(paper, found, verdict, overall)
    _wants(paper, record)
    paper.line()
    paper.line(say.phrase("foot"))


def _signature(paper: Paper, signature: Record) -> None:
    say = paper.say
    paper.head(say.say("signature", id=signature["id"]))
    results = [str(word) for word in (signature["indication"], signature["sub_indication"]) if word is not None]
    if not results:
        paper.line(say.phrase("not_judged_who"), depth=1)
        return
    paper.item("result", say.value(" / ".join(results)), depth=1)
    # The sub-indication says why; without one the indication is all there is.
    code = results[-1]
    paper.item("explain_meaning", general(code, say).text, depth=1)
    if clause(code):
        paper.item("explain_clause", say.value(clause(code)), depth=1)


def _findings(record: Record) -> list[Record]:
    """Every finding once, errors before warnings before notes, else in the order of the report."""
    unique = {dumps([item["code"], item["subject"], item["params"]]): item for item in _every(record)}
    return sorted(unique.values(), key=lambda item: _WEIGHT[str(item["severity"])])


def _every(entry: Record) -> Iterator[Record]:
    yield from _list(entry, "findings")
    for key in ("signatures", "evidence_records", *_NESTED):
        for inner in _list(entry, key):
            yield from _every(inner)


def _finding(paper: Paper, finding: Record) -> None:
    say, severity = paper.say, str(finding["severity"])
    words = _words(finding, say)
    paper.line(f"{paper.toned(say.phrase(f'severity_{severity}'), _TONES[severity])}: {words.text}", depth=1)
    if words.hint:
        paper.item("next_step", words.hint, depth=2)
    source = str(finding["clause"])
    paper.item("code", say.value(f"{finding['code']} ({source})" if source else finding["code"]), depth=2)


def _words(finding: Record, say: Speech) -> Sentence:
    """The sentence in the reader's language; for a code of another version, the one that was recorded."""
    code = str(finding["code"])
    if code in entries():
        return say.sentence(code, {"subject": finding["subject"], **_part(finding, "params")})
    hint = say.value(finding["hint"]) if finding["hint"] else ""
    return Sentence(text=say.value(finding["text"]), hint=hint)


def _steps(paper: Paper, found: list[Record], verdict: str, overall: Sentence) -> None:
    say = paper.say
    grave = [] if verdict in (Verdict.PASSED.value, Verdict.INTACT.value) else [
        item for item in found if item["severity"] != Severity.INFO.value
    ]  # fmt: skip
    hints = [hint for hint in (_words(item, say).hint for item in grave) if hint]
    paper.head(say.phrase("what_next"))
    for number, hint in enumerate(dict.fromkeys(hints or [overall.hint]), 1):
        shown = persian_digits(str(number)) if say.lang == "fa" else str(number)
        paper.line(f"{shown}. {hint}", depth=1)


def _wants(paper: Paper, record: Record) -> None:
    say, wants = paper.say, _list(record, "wants")
    if not wants:
        return
    paper.head(say.phrase("wants"))
    for want in wants:
        line = say.say(f"want_{want['kind']}", subject=want["subject"])
        if want["unavailable"] is not None:
            reason = f"want_{want['unavailable']}"
            line += f" ({say.phrase(reason)})"
        paper.line(line, depth=1)


def _list(entry: Record, key: str) -> list[Record]:
    found = entry.get(key, [])
    return found if isinstance(found, list) else []


def _part(entry: Record, key: str) -> Record:
    found = entry[key]
    return found if isinstance(found, dict) else {}
