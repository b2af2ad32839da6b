"""The technical particulars of signatures and time-stamps, as lines; they tell and compute nothing."""

from __future__ import annotations

from collections.abc import Sequence

from edoc.catalogue import clause
from edoc.facts.findings import Finding, Severity
from edoc.facts.signature import Change, ScopeKind
from edoc.report.dates import persian_digits
from edoc.report.paper import Paper, Tone
from edoc.result.report import EvidenceResult, ReportData, SignatureResult, Signer, TimestampResult

_SEVERITIES = {Severity.ERROR: Tone.BAD, Severity.WARNING: Tone.OPEN, Severity.INFO: Tone.STRONG}
_PERMITTED = {True: "change_permitted", False: "change_not_permitted", None: "change_not_judged"}
_ANSWERS = {True: "yes", False: "no", None: "unknown"}


_PDF = ("PAdES", "PDF")
"""Formats in which fields, revisions and later additions exist."""


def signature_lines(paper: Paper, item: SignatureResult, data: ReportData, *, counter: bool = False) -> None:
    """Add the particulars of one signature, its time-stamps and what countersigns it; its findings stand elsewhere."""
    say = paper.say
    paper.head(say.say("counter_signature" if counter else "signature", id=item.id))
    if item.indication is not None:
        words = [item.indication.value, *([item.sub_indication.value] if item.sub_indication is not None else [])]
        paper.item("result", say.value(" / ".join(words)), depth=1)
    _who(paper, item, judged=data.trust_judged)
    _when(paper, item)
    paper.item("unchanged_label", say.phrase(_ANSWERS[item.unchanged_since_signing]), depth=1)
    _covers(paper, item)
    if item.format in _PDF:
        _later(paper, item)
    _claims(paper, item)
    paper.item("level", say.value(", ".join(part for part in (item.level, item.algorithm) if part)), depth=1)
    if item.name:
        paper.item("field" if item.format in _PDF else "named", say.value(item.name), depth=1)
    for stamp in item.timestamps:
        paper.line(f"{say.say('timestamp', id=stamp.id)}:", depth=1)
        stamp_lines(paper, stamp, depth=2)
    for nested in item.counter_signatures:
        signature_lines(paper, nested, data, counter=True)


def _who(paper: Paper, item: SignatureResult, *, judged: bool) -> None:
    say = paper.say
    named = _signer(paper, item.signer) if item.signer is not None else say.phrase("nobody")
    paper.item("signer" if judged else "calls_itself", named, depth=1)
    if item.signing_certificate is not None:
        paper.item("issuer" if judged else "issuer_claimed", say.value(item.signing_certificate.issuer), depth=1)
        paper.item("certificate", say.value(item.signing_certificate.sha256), depth=1)
    if item.path:
        links = [f"{say.value(link.subject)} ({say.phrase('status_' + link.status)})" for link in item.path]
        paper.item("chain", " > ".join(links) if say.lang == "en" else "؛ ".join(links), depth=1)


def _signer(paper: Paper, signer: Signer) -> str:
    say = paper.say
    parts = [say.value(signer.common_name or signer.subject)]
    if signer.serial_number is not None:
        parts.append(say.say("serial_number", value=signer.serial_number))
    if signer.organization is not None:
        parts.append(say.say("organization", value=signer.organization))
    return _join(paper, parts)


def _when(paper: Paper, item: SignatureResult) -> None:
    say = paper.say
    claimed, proved = item.claimed_signing_time, item.best_signature_time
    paper.item("claimed_time", say.moment(claimed) if claimed is not None else say.phrase("none_claimed"), depth=1)
    paper.item("proved_time", say.moment(proved) if proved is not None else say.phrase("none_proved"), depth=1)


def _covers(paper: Paper, item: SignatureResult) -> None:
    say = paper.say
    # A part that leaves nothing of its own revision out is all that there was when it was signed.
    revision = all(finding.code != "PARTIAL_COVERAGE" for finding in item.findings)
    words = {ScopeKind.PARTIAL: "scope_REVISION"} if revision and item.format in _PDF else {}
    parts = [say.say(words.get(scope.kind, f"scope_{scope.kind.value}"), name=scope.name) for scope in item.scope]
    paper.item("covers", _join(paper, parts) if parts else say.phrase("covers_nothing"), depth=1)


def _claims(paper: Paper, item: SignatureResult) -> None:
    """What the signer states: shown as claims, because nothing proves them."""
    say, claims = paper.say, item.claims
    policy = claims.signature_policy
    if policy is not None:
        parts = [say.value(policy.id), say.phrase(f"policy_{policy.matches}")]
        paper.item("policy_stated", _join(paper, parts if policy.id else parts[1:]), depth=1)
    for label, values in (
        ("commitments", claims.commitments), ("roles", claims.roles), ("place_claimed", claims.location),
    ):  # fmt: skip
        if values:
            paper.item(label, _join(paper, [say.value(value) for value in values]), depth=1)


def _later(paper: Paper, item: SignatureResult) -> None:
    paper.item("later", paper.say.phrase(f"later_{item.changes_since_signing or 'open'}"), depth=1)
    for change in item.changes:
        paper.line(change_line(paper, change), depth=2)


def change_line(paper: Paper, change: Change) -> str:
    """Return one later change in a line."""
    say = paper.say
    words = [say.phrase(_PERMITTED[change.permitted])]
    if change.page is not None:
        number = str(change.page)
        words.append(say.phrase("page", number=persian_digits(number) if say.lang == "fa" else number))
    told = say.sentence(change.code, {"subject": change.subject, **change.params}).text
    return f"{_join(paper, words)}: {told} ({say.phrase('code')}: {say.value(change.code)})"


def stamp_lines(paper: Paper, item: TimestampResult, *, depth: int) -> None:
    """Add the particulars of one time-stamp."""
    say = paper.say
    if item.indication is not None:
        words = [item.indication.value, *([item.sub_indication.value] if item.sub_indication is not None else [])]
        paper.item("result", say.value(" / ".join(words)), depth=depth)
    paper.item("time", say.moment(item.time) if item.time is not None else say.phrase("unknown"), depth=depth)
    if item.tsa is not None:
        paper.item("authority", say.value(item.tsa), depth=depth)


def evidence_lines(paper: Paper, item: EvidenceResult) -> None:
    """Add the particulars of one evidence record and of its time-stamps."""
    say = paper.say
    paper.head(say.say("evidence", id=item.id))
    if item.indication is not None:
        words = [item.indication.value, *([item.sub_indication.value] if item.sub_indication is not None else [])]
        paper.item("result", say.value(" / ".join(words)), depth=1)
    if item.name:
        paper.item("record_file", say.value(item.name), depth=1)
    paper.item("kind", say.value(RECORD_KINDS.get(item.kind, item.kind)), depth=1)
    paper.item("first_time", say.moment(item.time) if item.time is not None else say.phrase("unknown"), depth=1)
    parts = [say.say(f"scope_{scope.kind.value}", name=scope.name) for scope in item.scope]
    label = "record_covers" if item.intact is True else "record_compared"
    paper.item(label, _join(paper, parts) if parts else say.phrase("covers_no_data"), depth=1)
    for stamp in item.timestamps:
        paper.line(f"{say.say('timestamp', id=stamp.id)}:", depth=1)
        stamp_lines(paper, stamp, depth=2)


RECORD_KINDS = {"RFC4998": "RFC 4998 (ASN.1)", "RFC6283": "RFC 6283 (XML)"}
"""The syntaxes of evidence records, as they are shown."""


def finding_lines(paper: Paper, findings: Sequence[Finding], *, depth: int) -> None:
    """Add each finding with its next step and its code."""
    say = paper.say
    for finding in findings:
        words = say.sentence(finding.code, {"subject": finding.subject, **finding.params})
        severity = paper.toned(say.phrase(f"severity_{finding.severity.value}"), _SEVERITIES[finding.severity])
        paper.line(f"{severity}: {words.text}", depth=depth)
        if words.hint:
            paper.item("next_step", words.hint, depth=depth + 1)
        source = finding.clause or clause(finding.code)
        paper.item("code", say.value(f"{finding.code} ({source})" if source else finding.code), depth=depth + 1)


def _join(paper: Paper, parts: Sequence[str]) -> str:
    return _comma(paper).join(parts)


def _comma(paper: Paper) -> str:
    return "، " if paper.say.lang == "fa" else ", "
