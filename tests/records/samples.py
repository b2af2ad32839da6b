"""Records of every kind; people, offices and numbers are invented."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from edoc.records.model import (
    Checked,
    Comparison,
    Conversion,
    FileId,
    IdentifierKind,
    Lookup,
    Means,
    PaperCopy,
    PaperUse,
    Record,
    ScanColour,
    Who,
)

AT = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
CLERK = Who(person="رضا کریمی نمونه", office="دفتر دادگاه نمونه")


def file(name: str = "ruling.pdf", sha256: str = "ab" * 32) -> FileId:
    return FileId(name=name, sha256=sha256, size=4096)


def lookup(document: FileId | None = None) -> Lookup:
    return Lookup(
        registry="سامانه مجوزهای نمونه",
        registry_url="https://registry.example/q?id=1",
        identifier="9990000018",
        identifier_kind=IdentifierKind.NATIONAL_CODE,
        asked_at=AT,
        asked_by=CLERK,
        means=Means.WEB_PAGE,
        answer=file("answer.html", "cd" * 32),
        answer_words="in force until 2027",
        document=document,
    )


def conversion(document: FileId | None = None) -> Conversion:
    return Conversion(
        document=document or file(),
        pages=2,
        paper="Letter of 1 May 2026, two sheets, signed in blue ink",
        sheets=2,
        kept_at="archive, box 7",
        scanned_at=AT,
        scanned_by=CLERK,
        resolution=300,
        colour=ScanColour.COLOUR,
        compared_at=AT + timedelta(hours=1),
        compared_by=Who(person="مینا صادقی نمونه"),
        comparison=Comparison.EVERY_PAGE,
        differences=("The stamp on page 2 is paler than on the paper.",),
        bears_on=("IR-ECL-8-b", "IR-PDP-38-t-2"),
    )


def paper_copy(document: FileId | None = None) -> PaperCopy:
    return PaperCopy(
        document=document or file(),
        pages=1,
        printed_at=AT,
        printed_by=CLERK,
        marks=("EC-1405-1", "EC-1405-2"),
        use=PaperUse.BESIDE,
        checked=Checked(verdict="PASSED", validation_time=AT, signers=("مریم حسینی نمونه",), report_sha256="ef" * 32),
    )


EVERY: dict[str, Record] = {"lookup": lookup(file()), "conversion": conversion(), "paper-copy": paper_copy()}
