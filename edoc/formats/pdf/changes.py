"""What came after each signature: proved harmless, not permitted, or not judged (pdf-core 8.2-8.4)."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from edoc.facts.findings import Finding, error, warning
from edoc.facts.signature import ChangeLevel
from edoc.formats.pdf.coverage import Found
from edoc.formats.pdf.document import Pdf
from edoc.formats.pdf.permissions import Judged, Permission, permission_of, weigh

_ORDER = list(ChangeLevel)
_TOLD = 50


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
    for one in found:
        if one.revision is None:
            # Nothing is known about what it covers, so nothing about what came later.
            level = ChangeLevel.NOT_JUDGED if len(pdf.revisions) > 1 else ChangeLevel.NONE
            later.by_signature[id(one)] = Judged(level=level)
            continue
        after = [steps[index] for index in range(one.revision.index + 1, len(pdf.revisions))]
        later.by_signature[id(one)] = _sum(one, after, _not_first(one, bound, permissions))
    return later


def _steps(
    pdf: Pdf, found: list[Found], first: int, permissions: dict[int, Permission]
) -> dict[int, Judged]:
    from edoc.formats.pdf.graph import Graph
    from edoc.formats.pdf.roles import explain
    from edoc.formats.pdf.step import Step

    graph = Graph(pdf, pdf.revisions[first])
    steps: dict[int, Judged] = {}
    for index in range(first + 1, len(pdf.revisions)):
        step = Step(pdf, pdf.revisions[index - 1], pdf.revisions[index], found)
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


def _sum(one: Found, after: list[Judged], findings: list[Finding]) -> Judged:
    level = max((step.level for step in after), key=_ORDER.index, default=ChangeLevel.NONE)
    changes = [change for step in after for change in step.changes]
    if len(changes) > _TOLD:
        # What decides is told before what is only listed.
        changes = sorted(changes, key=lambda change: change.permitted is True)[:_TOLD]
    told: dict[tuple[str, str], Finding] = {}
    for change in changes:
        if change.permitted is False:
            finding = error(change.code, one.field.name)
            told.setdefault((change.code, change.subject), replace(finding, params=change.params))
    if level is ChangeLevel.NOT_JUDGED or any(change.permitted is None for change in changes):
        what = next((change.code for change in changes if change.permitted is None), "")
        findings = [*findings, warning("CHANGE_NOT_JUDGED", one.field.name, field=one.field.name, change=what)]
    for step in after:
        for finding in step.findings:
            told.setdefault((finding.code, ""), finding)
    return Judged(level=level, changes=tuple(changes), findings=(*findings, *told.values()))
