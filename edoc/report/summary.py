"""The answer first: a few plain sentences, the verdict, who, when, what, and the limit (users.md 5)."""

from __future__ import annotations

from collections.abc import Iterator

from edoc.facts.findings import Finding, Severity
from edoc.report.dates import persian_digits
from edoc.report.speech import Speech
from edoc.result.enums import Indication, SubIndication, Verdict
from edoc.result.report import ReportData, SignatureResult

_HEADLINES = {
    Verdict.PASSED: "passed",
    Verdict.FAILED: "failed",
    Verdict.INDETERMINATE: "undecided",
    Verdict.NO_SIGNATURE: "no_signature",
    Verdict.INTACT: "intact",
}

_PAGES = 5
"""Pages named in a sentence."""
_REVOKED = (SubIndication.REVOKED_NO_POE, SubIndication.REVOKED_CA_NO_POE)
"""Undecided in the words of the standard; to say that nothing is wrong would mislead."""


def summary(data: ReportData, say: Speech) -> str:
    """Return the answer as one paragraph."""
    return " ".join((headline(data, say), *sentences(data, say)))


def headline(data: ReportData, say: Speech) -> str:
    """Return the answer in one sentence."""
    return say.phrase(_HEADLINES[data.verdict])


def sentences(data: ReportData, say: Speech) -> tuple[str, ...]:
    """Return what goes with the headline, sentence by sentence."""
    return tuple(part for part in _more(data, say) if part)


def next_step(data: ReportData, say: Speech) -> str:
    """Return the cure of the gravest finding, or an empty text when nothing has to be done."""
    cause = leading(data)
    if cause is None or data.verdict in (Verdict.PASSED, Verdict.INTACT):
        return ""
    return say.sentence(cause.code, {"subject": cause.subject, **cause.params}).hint


def leading(data: ReportData) -> Finding | None:
    """Return the finding to tell first: an error, of the document or of its gravest signature."""
    worst = gravest(data.signatures)
    candidates = [*(worst.findings if worst is not None else ()), *data.findings]
    candidates.extend(finding for item in data.timestamps for finding in item.findings)
    if not data.signatures:
        # Beside signatures a record that does not hold changes nothing.
        candidates.extend(finding for item in data.evidence_records for finding in item.findings)
    for severity in (Severity.ERROR, Severity.WARNING):
        for finding in candidates:
            if finding.severity is severity:
                return finding
    return candidates[0] if candidates else None


def signer_name(signature: SignatureResult) -> str | None:
    """Return what to call the signer in a sentence: the common name, else the whole subject."""
    if signature.signer is None:
        return None
    return signature.signer.common_name or signature.signer.subject


def _more(data: ReportData, say: Speech) -> Iterator[str]:
    if data.verdict is Verdict.NO_SIGNATURE:
        yield say.phrase("only_time" if data.timestamps or data.evidence_records else "no_signature_more")
        return
    if data.verdict is Verdict.PASSED:
        yield from _passed(data, say)
        return
    if data.verdict is Verdict.INTACT:
        if data.signatures:
            yield say.phrase("unchanged")
            yield say.phrase("not_judged_who")
        return
    yield from _not_passed(data, say)


def _passed(data: ReportData, say: Speech) -> Iterator[str]:
    if not data.signatures:
        times = [item.time for item in data.timestamps or data.evidence_records if item.time is not None]
        if times:
            yield say.phrase("time_proved", time=say.moment(min(times)))
        return
    yield say.phrase("unchanged")
    names = [say.value(name) for name in map(signer_name, data.signatures) if name is not None]
    yield say.phrase("names_one" if len(names) == 1 else "names_many", names=_listed(names, say))
    if all(item.changes_since_signing == "none" for item in data.signatures):
        yield say.phrase("covers_whole")
    proved = [item.best_signature_time for item in data.signatures if item.best_signature_time is not None]
    if len(proved) < len(data.signatures):
        yield say.phrase("word_only_some" if proved else "word_only")
    else:
        yield say.phrase("existed_by", time=say.moment(max(proved)))


def _not_passed(data: ReportData, say: Speech) -> Iterator[str]:
    worst = gravest(data.signatures)
    if data.verdict is Verdict.INDETERMINATE:
        if worst is not None and worst.unchanged_since_signing:
            yield say.phrase("unchanged_but")
        elif worst is None or worst.intact is None:
            yield say.phrase("unchanged_unknown")
    elif worst is not None:
        yield _pages(worst, say)
    cause = leading(data)
    if cause is not None:
        yield say.sentence(cause.code, {"subject": cause.subject, **cause.params}).text
    revoked = worst is not None and worst.sub_indication in _REVOKED
    if data.verdict is Verdict.INDETERMINATE and not revoked:
        yield say.phrase("not_bad")


def _pages(worst: SignatureResult, say: Speech) -> str:
    """Return which pages were changed against what the signature permits; empty where none is known."""
    pages = sorted({change.page for change in worst.changes if change.permitted is False and change.page is not None})
    if not pages:
        return ""
    numbers = _listed([persian_digits(str(page)) if say.lang == "fa" else str(page) for page in pages[:_PAGES]], say)
    key = "page_changed" if len(pages) == 1 else "pages_changed" if len(pages) <= _PAGES else "pages_changed_more"
    return say.phrase(key, pages=numbers)


def gravest(signatures: tuple[SignatureResult, ...]) -> SignatureResult | None:
    """Return the signature to speak of first: one that failed, else an undecided one, else the first."""
    for wanted in (Indication.TOTAL_FAILED, Indication.INDETERMINATE):
        for item in signatures:
            if item.indication is wanted:
                return item
    # Under `integrity` there is no indication: what is not intact, or has errors, is told first.
    for item in signatures:
        if item.intact is not True or any(finding.severity is Severity.ERROR for finding in item.findings):
            return item
    return signatures[0] if signatures else None


def _listed(names: list[str], say: Speech) -> str:
    return ("، " if say.lang == "fa" else ", ").join(dict.fromkeys(names))
