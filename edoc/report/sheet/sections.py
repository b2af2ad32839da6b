"""The parts of a sheet below the questions: findings, what was not checked, the file and the check."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from dataclasses import replace

from edoc.catalogue import clause
from edoc.facts.findings import Finding, Severity
from edoc.facts.signature import Change
from edoc.report.json import dumps, rfc3339
from edoc.report.sheet.model import Bullets, Item, Items, Mark, Paragraphs, Rows, Section
from edoc.report.sheet.runs import Text, Tongue, common_name, shown
from edoc.report.speech import visible
from edoc.report.summary import next_step
from edoc.result.enums import Indication, Verdict
from edoc.result.report import ReportData, SignatureResult, TimestampResult

_WEIGHT = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.INFO: 2}
_MARKS = {Severity.ERROR: Mark.NO, Severity.WARNING: Mark.OPEN, Severity.INFO: Mark.NOTE}
_PERMITTED = {
    True: ("change_permitted", Mark.NOTE),
    False: ("change_not_permitted", Mark.NO),
    None: ("change_not_judged", Mark.OPEN),
}
_FIRST = 3
"""Findings on the first page; with other signatures in their table one less."""
MOST = 60
"""Entries of one list: beyond that the report in JSON is the better place."""
_CONSIDERED = 400
"""The gravest findings: each that is put into words costs some 50 microseconds."""
_WANTS = 2


def all_findings(data: ReportData) -> tuple[Finding, ...]:
    """Return every finding once: errors before warnings before notes, else in the order of the report."""
    unique = {dumps([item.code, item.subject, dict(item.params)]): item for item in _every(data)}
    return tuple(sorted(unique.values(), key=lambda item: _WEIGHT[item.severity]))


def findings(data: ReportData, say: Tongue) -> tuple[Section, Section | None]:
    """Return the findings for the first page, and the rest where there are too many for it."""
    told = all_findings(data)
    # Two signatures may give the same sentence about the document: it is told once.
    every = tuple({(shown(item.text), item.mark): item for item in _items(data, told[:_CONSIDERED], say)}.values())
    more = max(len(told) - _CONSIDERED, 0)
    fitting = _FIRST if len(data.signatures) < 2 else _FIRST - 1
    blocks: list[Items | Paragraphs] = [Items(items=every[:fitting])]
    if not every:
        blocks = [Paragraphs(lines=(say.text("sheet_no_findings"),))]
    renewal = _renewal(data, say)
    if renewal is not None:
        blocks.append(Paragraphs(lines=(renewal,)))
    rest = every[fitting:]
    if rest:
        blocks.append(Paragraphs(lines=(say.runs(say.counted("sheet_more_findings", count=len(rest) + more)),)))
    heading = say.text("sheet_findings", count=say.number(len(every) + more))
    first = Section(name="findings", heading=heading, blocks=tuple(blocks))
    if not rest:
        return first, None
    further = Section(
        name="more-findings",
        heading=say.text("sheet_further_findings"),
        blocks=(Items(items=rest[:MOST]), *left_out(len(rest) + more - MOST, say)),
    )
    return first, further


def _items(data: ReportData, told: Sequence[Finding], say: Tongue) -> Iterator[Item]:
    step = say.runs(next_step(data, say))
    for finding in told:
        item = finding_item(finding, say)
        # The next step of the whole stands in the box of the verdict.
        yield replace(item, hint=()) if item.hint == step else item


def _renewal(data: ReportData, say: Tongue) -> Text | None:
    """Until when the newest time-stamp of a document that passed can be checked without further evidence."""
    if data.verdict is not Verdict.PASSED:
        return None
    stamps = [item for item in every_stamp(data) if item.indication is Indication.PASSED and item.time and item.path]
    if not stamps:
        return None
    ends = max(stamps, key=lambda item: item.time or data.validation_time).path[0].not_after
    if ends is None or ends <= data.validation_time:
        return None
    return say.text("sheet_renew", time=say.near(ends))


def finding_item(finding: Finding, say: Tongue) -> Item:
    """Return one finding with its cure and its code."""
    text, hint = say.finding(finding.code, {"subject": finding.subject, **finding.params})
    source = finding.clause or clause(finding.code)
    return Item(
        mark=_MARKS[finding.severity],
        word=say.text(f"severity_{finding.severity.value}"),
        text=text,
        hint=hint,
        code=say.runs(say.code(f"{finding.code} · {source}" if source else finding.code)),
    )


def left_out(count: int, say: Tongue) -> tuple[Paragraphs, ...]:
    """Return the sentence that says how much is not shown, nothing when all is."""
    return (Paragraphs(lines=(say.runs(say.counted("sheet_left_out", count=count)),)),) if count > 0 else ()


def changes(item: SignatureResult, say: Tongue) -> Section | None:
    """Return what came after a signature, null when it is nothing or only data for checking."""
    if not item.changes or item.changes_since_signing in ("none", "validation_data"):
        return None
    ordered = sorted(item.changes, key=lambda change: (change.permitted is True, change.page or 0))
    shown = Items(items=tuple(_change(change, say) for change in ordered[:MOST]))
    return Section(
        name="changes",
        heading=say.text("sheet_changes", signature=say.value(item.id)),
        blocks=(shown, *left_out(len(ordered) - MOST, say)),
    )


def _change(change: Change, say: Tongue) -> Item:
    key, mark = _PERMITTED[change.permitted]
    text, _ = say.finding(change.code, {"subject": change.subject, **change.params})
    page = say.text("page", number=say.number(change.page)) if change.page is not None else ()
    return Item(mark=mark, word=say.text(key), text=text, hint=page, code=say.runs(say.code(change.code)))


def not_checked(data: ReportData, say: Tongue, *, looked_up: bool) -> Section:
    """Return what this check says nothing about, and what would help to decide."""
    lines = [say.phrase(f"nc_{name}", policy=say.value(data.policy.id)) for name in data.policy.disabled]
    if any(item.best_signature_time is None for item in data.signatures) and data.trust_judged:
        lines.append(say.phrase("nc_time"))
    lines += [say.phrase("nc_will"), say.phrase("nc_content")]
    if not looked_up:
        lines.append(say.phrase("sheet_nc_lookup"))
    blocks: list[Bullets | Paragraphs] = [Bullets(lines=tuple(map(say.runs, lines)))]
    if data.wants:
        blocks.append(Paragraphs(lines=(say.runs(f"{say.phrase('wants')}:"),)))
        wants = [_want(want.kind.value, want.subject, want.unavailable, say) for want in data.wants[:_WANTS]]
        blocks.append(Bullets(lines=tuple(wants)))
        blocks.extend(left_out(len(data.wants) - _WANTS, say))
    return Section(name="not-checked", heading=say.text("sheet_not_checked"), blocks=tuple(blocks))


def _want(kind: str, subject: str, unavailable: str | None, say: Tongue) -> Text:
    line = say.say(f"want_{kind}", subject=common_name(subject))
    return say.runs(line if unavailable is None else f"{line} ({say.phrase(f'want_{unavailable}')})")


def identity(data: ReportData, item: SignatureResult | None, say: Tongue) -> Section:
    """Return which file was checked, by which rules, with which tool."""
    return Section(
        name="file", heading=say.text("sheet_file_and_check"), blocks=(Rows(rows=tuple(_identity(data, item, say))),)
    )


def _identity(data: ReportData, item: SignatureResult | None, say: Tongue) -> Iterator[tuple[Text, Text]]:
    document = data.document
    yield say.text("sheet_file_name"), say.runs(say.value(document.name))
    size = [say.counted("sheet_bytes", count=document.size)]
    if document.pages is not None:
        size.append(say.counted("sheet_pages", count=document.pages))
    yield say.text("sheet_size"), say.runs(say.listed([*size, say.code(document.media_type)]))
    yield say.text("digest"), say.runs(say.digest(document.sha256))
    if item is not None and item.signing_certificate is not None:
        yield say.text("sheet_serial"), say.runs(say.code(item.signing_certificate.serial))
    if item is not None:
        told = " · ".join(part for part in (item.level, item.algorithm) if part)
        yield say.text("level"), say.runs(say.code(told))
        yield from _policy(item, say)
    if data.trust_judged:
        digest = say.code(_short(data.trust_digest))
        counted = data.trust_anchors
        told = say.counted("sheet_anchors", count=counted) if counted is not None else say.phrase("sheet_anchors_set")
        yield say.text("sheet_anchors_label"), say.runs(f"{told} · {digest}")
    rules = [f"edoc {data.tool_version}", data.policy.id, _short(data.policy.digest), f"EN 319 102-1 ({data.process})"]
    yield say.text("sheet_rules"), say.runs(" · ".join(map(say.code, rules)))


def _policy(item: SignatureResult, say: Tongue) -> Iterator[tuple[Text, Text]]:
    """The rules that the signer names: a claim."""
    policy = item.claims.signature_policy
    if policy is not None:
        parts = [say.code(policy.id), say.phrase(f"policy_{policy.matches}")]
        yield say.text("policy_stated"), say.runs(say.listed(parts if policy.id else parts[1:]))


def _short(digest: str) -> str:
    """A digest that only tells sets apart, shortened; the whole one stands in the JSON report."""
    name, _, value = digest.rpartition(":")
    return f"{name}:{value[:12]}…{value[-8:]}" if len(value) > 24 else digest


def repeat(data: ReportData, say: Tongue) -> Text:
    """Return how to repeat the check: a command line, with what has to be the same."""
    name = data.document.name
    words = ["edoc", "verify", shlex.quote(name) if visible(name) == name and name else "FILE"]
    if data.trust_judged:
        words += ["--trust", "ANCHORS"]
    if data.policy.id != "default":
        words += ["--policy", data.policy.id if data.policy.id == "integrity" else "POLICY.toml"]
    words += ["--at", rfc3339(data.validation_time)]
    key = "sheet_repeat" if data.trust_judged else "sheet_repeat_integrity"
    return say.text(key, command=say.code(" ".join(words)))


def every_stamp(data: ReportData) -> Sequence[TimestampResult]:
    """Return the time-stamps of the document and of its signatures."""
    return (*data.timestamps, *(stamp for item in data.signatures for stamp in item.timestamps))


def _every(data: ReportData) -> Iterator[Finding]:
    for item in data.signatures:
        yield from item.findings
    yield from data.findings
    for stamp in every_stamp(data):
        yield from stamp.findings
    for record in data.evidence_records:
        yield from record.findings
    for item in data.signatures:
        for nested in item.counter_signatures:
            yield from nested.findings
