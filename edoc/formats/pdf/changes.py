"""What came after each signature: proved harmless, not permitted, or not judged (pdf-core 8.2-8.4)."""

from __future__ import annotations

from dataclasses import dataclass, field

from edoc.facts.findings import Finding, warning
from edoc.facts.signature import Change, ChangeLevel
from edoc.formats.pdf.coverage import Found
from edoc.formats.pdf.document import Pdf


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What came after one signature."""

    level: ChangeLevel = ChangeLevel.NONE
    changes: tuple[Change, ...] = ()
    findings: tuple[Finding, ...] = ()


@dataclass(slots=True)
class Later:
    """The judgement of every signature, and what concerns the document."""

    by_signature: dict[int, Judged] = field(default_factory=dict)
    document_findings: list[Finding] = field(default_factory=list)

    def of(self, one: Found) -> Judged:
        """Return what came after one signature."""
        return self.by_signature[id(one)]


def judge_changes(pdf: Pdf, found: list[Found]) -> Later:
    """Judge every revision after the first signature once, for all signatures."""
    later = Later()
    for one in found:
        if one.revision is pdf.last:
            later.by_signature[id(one)] = Judged()
        else:
            later.by_signature[id(one)] = Judged(
                level=ChangeLevel.NOT_JUDGED, findings=(warning("CHANGE_NOT_JUDGED", one.field.name),)
            )
    return later
