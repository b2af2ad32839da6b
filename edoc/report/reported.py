"""What a sealed report states, as lines of a text sheet; every renderer takes its words from here."""

from __future__ import annotations

from edoc.report.speech import Speech
from edoc.report.summary import signer_name
from edoc.result.report import ReportData, Reported

Line = tuple[str, str]
"""A label (a key of the phrases), and a value that is already speech."""


def reported_sentence(reported: Reported, say: Speech) -> str:
    """Return the sentence that belongs right below the answer: it is a report, and what it states."""
    return say.phrase(
        "reported",
        verdict=say.phrase(f"verdict_{reported.verdict.value}"),
        name=say.value(reported.document.name),
        time=say.moment(reported.validation_time),
    )


def reported_lines(data: ReportData, reported: Reported, say: Speech) -> tuple[Line, ...]:
    """Return what the report states, for a reader who wants to compare it with a document or with the page."""
    comma = "، " if say.lang == "fa" else ", "
    names_of = {item.id: signer_name(item) for item in data.signatures}
    names = comma.join(say.value(name) for name in reported.signers) or say.phrase("nobody")
    rules = [say.say("policy", id=f"{reported.policy.id} {reported.policy.digest}")]
    if reported.trust_judged:
        rules.append(say.say("anchors", digest=reported.trust_digest))
    sealing = [say.say("reported_seal", name=names_of[item] or item, id=item) for item in reported.sealed_by]
    return (
        ("reported_document", say.value(reported.document.name)),
        ("reported_digest", say.value(reported.document.sha256)),
        ("reported_verdict", say.phrase(f"verdict_{reported.verdict.value}")),
        ("reported_signers" if reported.trust_judged else "calls_itself", names),
        ("reported_time", say.moment(reported.validation_time)),
        ("reported_rules", comma.join(rules)),
        ("reported_by", say.say("reported_tool", version=reported.tool_version)),
        ("reported_sealed", comma.join(sealing)),
        ("reported_at_hand", comma.join(_at_hand(reported, say))),
    )


def _at_hand(reported: Reported, say: Speech) -> tuple[str, ...]:
    """Tell of every file that was handed over beside the report whether the report is about it."""
    same = [say.say("reported_same", name=name) for name in reported.at_hand]
    others = [say.say("reported_other", name=name) for name in reported.others_at_hand]
    return (*same, *others) or (say.phrase("reported_not_at_hand"),)
