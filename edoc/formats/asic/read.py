"""Reads a container into facts: its signatures, time-stamps, and which files they cover (EN 319 162-1)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from edoc.errors import InputError
from edoc.facts.document import Document
from edoc.facts.findings import Finding, error, warning
from edoc.facts.reported import CarriedReport
from edoc.facts.signature import DocumentFacts, SignatureFormat
from edoc.formats.asic.coverage import foreign_meta, list_findings, to_cover, uncovered, with_coverage
from edoc.formats.asic.errors import LIMIT, ZipError
from edoc.formats.asic.evidence import EvidenceReader, Recorded
from edoc.formats.asic.kinds import TYPE_S, Recognised, recognise, shape_findings
from edoc.formats.asic.linked import Manifests
from edoc.formats.asic.members import Members
from edoc.formats.asic.package import Package
from edoc.formats.asic.roles import Contents, Role
from edoc.formats.asic.signatures import SignatureReader, Signed
from edoc.formats.asic.timestamps import Stamped, TimestampReader
from edoc.formats.carried import REPORT_NAME, SHEET_NAME, is_report, make_carried
from edoc.formats.originals import Originals
from edoc.limits import DEFAULT_LIMITS, Limits

_MARKS = re.compile(rb"META-INF/[^/\x00]{0,80}(?:signature[^/\x00]{0,80}\.(?:xml|p7s)|\.tst|\.ers)", re.IGNORECASE)


def read_asic(
    document: Document, *, originals: Originals | None = None, limits: Limits = DEFAULT_LIMITS
) -> DocumentFacts:
    """Return everything that a container says about its signatures and time-stamps.

    What stands beside a container is never used: all that it signs is inside.  One that the strict reader
    refuses comes back incomplete, with the reason as an error (a budget exceeded: a warning).  Raises
    `InputError` OFFICE_UNSUPPORTED or UNSUPPORTED_TYPE for packages of other kinds.
    """
    try:
        package = Package.open(document, limits=limits)
    except ZipError as problem:
        return _refused(document, problem)
    contents = Contents.of(package.entries)
    recognised = recognise(package, contents)
    return _Reading(package=package, contents=contents, recognised=recognised).facts()


def container_type(document: Document, *, limits: Limits = DEFAULT_LIMITS) -> str | None:
    """Return `ASiC-S`, `ASiC-E` or `ODF` for what a package is, null for one that is refused or of another kind."""
    try:
        package = Package.open(document, limits=limits)
        return recognise(package, Contents.of(package.entries)).container.value
    except (ZipError, InputError):
        return None


def _refused(document: Document, problem: ZipError) -> DocumentFacts:
    make = warning if problem.code == LIMIT else error
    return DocumentFacts(
        name=document.name,
        media_type="application/zip",
        size=document.size,
        sha256=document.sha256(),
        complete=False,
        signature_marks=_MARKS.search(document.data) is not None,
        marks_format=SignatureFormat.XMLDSIG,
        findings=(make(problem.code, document.name, **problem.params),),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reading:
    """One container on its way to facts."""

    package: Package
    contents: Contents
    recognised: Recognised

    def facts(self) -> DocumentFacts:
        document = self.package.document
        container = self.recognised.container
        members = Members(self.package, [entry.name for entry in self.package.entries if not entry.is_folder])
        manifests = Manifests(self.package, self.contents.of_role(Role.MANIFEST, Role.ARCHIVE_MANIFEST), members)
        reader = SignatureReader(self.package, container, members=members, manifests=manifests)
        signed = reader.read(self.contents)
        stamped = TimestampReader(self.package, members=members, manifests=manifests).read(self.contents, _ids(signed))
        # Never the laxer reading for a container that does not say what it is.
        simple = self.recognised.media_type == TYPE_S
        records = EvidenceReader(self.package, simple=simple, members=members, contents=self.contents)
        recorded = records.read({**_ids(signed), **{item.file: (item.facts.id,) for item in stamped}})
        wanted = to_cover(container, self.contents)
        signatures = tuple(with_coverage(item, wanted) for item in signed)
        findings = [
            *self.recognised.findings,
            *shape_findings(container, self.contents, document.name),
            *manifests.findings,
            *reader.findings,
            *list_findings(self.package, self.recognised, contents=self.contents, members=members),
            *records.findings,
            *self._whole(wanted, signed, stamped, recorded),
        ]
        return DocumentFacts(
            name=document.name,
            media_type=self.recognised.media_type,
            size=document.size,
            sha256=document.sha256(),
            signature_marks=self.contents.is_marked,
            signatures=signatures,
            timestamps=tuple(item.facts for item in stamped),
            evidence_records=tuple(item.facts for item in recorded),
            findings=tuple(findings),
            reported=self._reported(signed),
        )

    def _reported(self, signed: tuple[Signed, ...]) -> CarriedReport | None:
        """Return the report of a container that holds a sheet, the report it was made of, and nothing else."""
        files = {REPORT_NAME, SHEET_NAME}
        entry = self.package.entry(REPORT_NAME)
        if entry is None or set(self.contents.names(Role.DATA)) != files:
            return None
        try:
            octets = self.package.read_small(entry)
        except ZipError:
            return None
        covering = tuple(item.facts.id for item in signed if files <= set(item.covered))
        return make_carried(REPORT_NAME, octets, covered_by=covering) if is_report(octets) else None

    def _whole(
        self,
        wanted: tuple[str, ...],
        signed: tuple[Signed, ...],
        stamped: tuple[Stamped, ...],
        recorded: tuple[Recorded, ...],
    ) -> list[Finding]:
        """Return what is to be said once everything was read."""
        name = self.package.document.name
        findings: list[Finding] = []
        if signed or stamped:
            findings.extend(uncovered(wanted, signed=signed, stamped=stamped, name=name))
            findings.extend(foreign_meta(self.contents, signed, stamped))
        elif recorded:
            findings.extend(uncovered(wanted, signed=(), stamped=(), recorded=recorded, name=name))
        for broken, problem in self.package.broken.items():
            make = warning if problem.code == LIMIT else error
            findings.append(make(problem.code, broken, **problem.params))
        return findings


def _ids(signed: tuple[Signed, ...]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for item in signed:
        found[item.file] = (*found.get(item.file, ()), item.facts.id)
    return found

