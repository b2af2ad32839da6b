"""What came after each signature: proved harmless, not permitted, or not judged (pdf-core 8.2-8.4)."""

from __future__ import annotations

from dataclasses import dataclass, field

from edoc.facts.copies import changed
from edoc.facts.findings import Finding, error, warning
from edoc.facts.signature import ChangeLevel
from edoc.formats.pdf.coverage import Found
from edoc.formats.pdf.document import Pdf
from edoc.formats.pdf.permissions import Judged, Permission, permission_of, weigh

_ORDER = list(ChangeLevel)
_TOLD = 50
_NOTHING = Judged()
"""Nothing came later."""


@dataclass(slots=True)
class Later:
    """The judgement of every signature, and what concerns the document."""

    by_signature: dict[int, Judged] = field(default_factory=dict)
    document_findings: list[Finding] = field(default_factory=list)

    def of(self, one: Found) -> Judged:
        """Return what came after one signature."""
        return self.by_signature[id(one)]


def judge_changes(pdf: Pdf, found: list[Found]) -> Later:
    """Judge every update after the first signature once, for all signatures."""
    later = Later()
    bound = [one for one in found if one.revision is not None]
    permissions: dict[int, Permission] = {}
    if len(pdf.revisions) > 1 or len(found) > 1:
        permissions = {id(one): permission_of(pdf, one) for one in bound}
    first = min((one.revision.index for one in bound if one.revision is not None), default=pdf.last.index)
    steps = _steps(pdf, found, first, permissions) if first < pdf.last.index else {}
    after = _after(pdf, steps)
    for one in found:
        if one.revision is None:
            # Nothing is known about what it covers, so nothing about what came later.
            level = ChangeLevel.NOT_JUDGED if len(pdf.revisions) > 1 else ChangeLevel.NONE
            later.by_signature[id(one)] = Judged(level=level)
        else:
            notes = _not_first(one, bound, permissions)
            later.by_signature[id(one)] = _told(one, after[one.revision.index], notes)
    return later


def _after(pdf: Pdf, steps: dict[int, Judged]) -> dict[int, Judged]:
    """Return what came after each revision, all later updates together."""
    together = _NOTHING
    after = {pdf.last.index: together}
    for index in sorted(steps, reverse=True):
        step = steps[index]
        changes = (*step.changes, *together.changes)
        if len(changes) > _TOLD:
            # What decides is told before what is only listed.
            changes = tuple(sorted(changes, key=lambda change: change.permitted is True)[:_TOLD])
        findings = {(item.code, item.subject): item for item in (*together.findings, *step.findings)}
        level = max(step.level, together.level, key=_ORDER.index)
        together = Judged(level=level, changes=changes, findings=tuple(findings.values()))
        after[index - 1] = together
    return after


def _steps(
    pdf: Pdf, found: list[Found], first: int, permissions: dict[int, Permission]
) -> dict[int, Judged]:
    from edoc.formats.pdf.graph import Graph
    from edoc.formats.pdf.joining import joins
    from edoc.formats.pdf.roles import explain
    from edoc.formats.pdf.step import Step

    graph = Graph(pdf, pdf.revisions[first])
    steps: dict[int, Judged] = {}
    for index in range(first + 1, len(pdf.revisions)):
        step = Step(pdf, pdf.revisions[index - 1], pdf.revisions[index], found)
        if joins(step, graph):
            step.compare_trailers()
            step.find_unlisted()
        else:
            step.compare(graph)
            explain(step)
            graph.advance(step.new)
            step.close(graph)
        binding = [
            permissions[id(one)] for one in found if one.revision is not None and one.revision.index < index
        ]
        steps[index] = weigh(step, binding)
    return steps


def _not_first(one: Found, bound: list[Found], permissions: dict[int, Permission]) -> list[Finding]:
    """A certification must be the first signature; document time-stamps before it do not count."""
    own = permissions.get(id(one))
    if own is None or not own.certifies:
        return []
    earlier = any(other.end < one.end and other.sub_filter != "ETSI.RFC3161" for other in bound)
    return [warning("PDF_CERTIFICATION_NOT_FIRST", one.field.name, field=one.field.name)] if earlier else []


def _told(one: Found, after: Judged, findings: list[Finding]) -> Judged:
    """Turn what came later into the findings of one signature."""
    if after is _NOTHING and not findings:
        return after
    told: dict[tuple[str, str], Finding] = {}
    for change in after.changes:
        if change.permitted is False:
            finding = error(change.code, one.field.name)
            told.setdefault((change.code, change.subject), changed(finding, params=change.params))
    undecided = [change.code for change in after.changes if change.permitted is None]
    if after.level is ChangeLevel.NOT_JUDGED or undecided:
        what = undecided[0] if undecided else ""
        findings = [*findings, warning("CHANGE_NOT_JUDGED", one.field.name, field=one.field.name, change=what)]
    for finding in after.findings:
        told.setdefault((finding.code, finding.subject), finding)
    return changed(after, findings=(*findings, *told.values()))
