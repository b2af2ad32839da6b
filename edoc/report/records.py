"""Records beside a document: as a sheet shows them, as text, and as the key `records` of the JSON report."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from edoc.catalogue import sentence
from edoc.facts.findings import Finding
from edoc.records.identifiers import form_of
from edoc.records.model import Conversion, FileId, Lookup, PaperCopy, Record, RecordKind, Who, digest_named
from edoc.records.reading import record_json
from edoc.report.additions import RecordView
from edoc.report.dates import persian_digits
from edoc.report.json import Json, plain, rfc3339
from edoc.report.paper import Colour, Paper
from edoc.report.speech import Speech, speech
from edoc.report.summary import signer_name
from edoc.report.words import words
from edoc.result.enums import Indication, Verdict
from edoc.result.report import ReportData, SignatureResult

Fact = tuple[str, str]

DIGEST_FACTS = ("record_answer_file_digest", "record_document_digest", "record_report")
"""Facts whose values are digests, to be shown in bundles."""
_TIME_FACTS = ("record_asked_at", "record_scanned_at", "record_compared_at", "record_printed_at", "record_checked_at")
"""Facts whose values are times (RFC 3339), to be shown in both calendars."""

_KINDS: dict[type, RecordKind] = {
    Lookup: RecordKind.LOOKUP,
    Conversion: RecordKind.CONVERSION,
    PaperCopy: RecordKind.PAPER_COPY,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedRecord:
    """A file that was handed over as a record, and what verifying it said."""

    name: str
    report: ReportData | None
    """Null when it could not be verified at all."""
    record: Record | None
    """What its intact signed content states; null when there is none, or it is no record."""
    problem: str | None
    """Code of what is wrong when there is no record."""

    @property
    def kind(self) -> RecordKind:
        """What it is about."""
        return _KINDS[type(self.record)] if self.record is not None else RecordKind.UNKNOWN

    @property
    def verdict(self) -> Verdict:
        """The verdict of its own signature; undecided when it could not be verified, or is no record."""
        if self.report is None:
            return Verdict.INDETERMINATE
        passing = self.report.verdict in (Verdict.PASSED, Verdict.INTACT)
        return Verdict.INDETERMINATE if self.record is None and passing else self.report.verdict


def record_view(checked: CheckedRecord, *, document: str | None, lang: str) -> RecordView:
    """Return a record as a sheet shows it; `document` is the SHA-256 (hex) of the document that it stands beside."""
    own = _signature(checked)
    return RecordView(
        kind=checked.kind,
        name=checked.name,
        verdict=checked.verdict,
        signer=signer_name(own) if own is not None else None,
        signed_at=own.best_signature_time if own is not None else None,
        concerns_document=_concerns(checked, document),
        facts=tuple(record_facts(checked, speech(lang))),
        problem=checked.problem,
        stated=record_json(checked.record) if checked.record is not None else None,
        findings=_findings(checked.report) if checked.report is not None else (),
    )


def records_dict(views: Sequence[RecordView], *, lang: str) -> list[Json]:
    """Return records as plain data: kind, own verdict, whether it names the document, what it states."""
    return [_view_dict(view, lang) for view in views]


def _view_dict(view: RecordView, lang: str) -> Json:
    return {
        "name": view.name,
        "kind": view.kind.value,
        "verdict": view.verdict.value,
        "signer": view.signer,
        "signed_at": plain(view.signed_at, lang),
        "concerns_document": view.concerns_document,
        "problem": view.problem,
        "record": plain(view.stated, lang),
        "findings": plain(view.findings, lang),
    }


def render_record(record: Record, *, lang: str = "en", colour: Colour = Colour.NONE) -> str:
    """Return what one record states, for showing what is inside; nothing is trusted or judged."""
    paper = Paper(speech(lang), colour)
    paper.head(paper.say.phrase(f"record_{_KINDS[type(record)].value}"))
    fact_lines(paper, tuple(_stated(record, paper.say)), depth=1)
    return paper.text()


def fact_lines(paper: Paper, facts: Sequence[Fact], *, depth: int) -> None:
    """Add a labelled line for each fact."""
    for label, value in facts:
        paper.item(label, fact_words(label, value, paper.say), depth=depth)


def fact_words(label: str, value: str, say: Speech) -> str:
    """Return the value of a fact as speech."""
    return say.moment(datetime.fromisoformat(value)) if label in _TIME_FACTS else say.value(value)


def record_facts(checked: CheckedRecord, say: Speech) -> Iterator[Fact]:
    """Yield what a record states, or what is wrong with it, as labels (keys of the phrases) and values."""
    if checked.record is not None:
        yield from _stated(checked.record, say)
    if checked.problem is not None:
        yield "record_problem", sentence(checked.problem, {"subject": checked.name}, say.lang).text


def _stated(record: Record, say: Speech) -> Iterator[Fact]:
    if isinstance(record, Lookup):
        yield from _lookup(record, say)
    elif isinstance(record, Conversion):
        yield from _conversion(record, say)
    else:
        yield from _paper_copy(record, say)


def _lookup(record: Lookup, say: Speech) -> Iterator[Fact]:
    yield "record_registry", record.registry
    if record.registry_url is not None:
        yield "record_url", record.registry_url
    yield "record_identifier", record.identifier
    yield "record_identifier_kind", _word(say, f"identifier_{record.identifier_kind.value}")
    yield "record_form", _word(say, f"form_{form_of(record.identifier, record.identifier_kind).value}")
    yield "record_asked_at", rfc3339(record.asked_at)
    yield "record_asked_by", _who(record.asked_by, say)
    yield "record_means", _word(say, f"means_{record.means.value}")
    if record.answer_words is not None:
        yield "record_answer", record.answer_words
    if record.answer is not None:
        yield from _file("record_answer_file", record.answer)
    if record.document is not None:
        yield from _file("record_document", record.document)


def _conversion(record: Conversion, say: Speech) -> Iterator[Fact]:
    yield from _file("record_document", record.document)
    yield "record_pages", number_words(record.pages, say)
    yield "record_paper", record.paper
    if record.sheets is not None:
        yield "record_sheets", number_words(record.sheets, say)
    if record.kept_at is not None:
        yield "record_kept_at", record.kept_at
    yield "record_scanned_by", _who(record.scanned_by, say)
    yield "record_scanned_at", rfc3339(record.scanned_at)
    yield "record_resolution", number_words(record.resolution, say)
    yield "record_colour", _word(say, f"colour_{record.colour.value}")
    yield "record_compared_by", _who(record.compared_by, say)
    yield "record_compared_at", rfc3339(record.compared_at)
    yield "record_comparison", _word(say, f"comparison_{record.comparison.value}")
    for difference in record.differences or (_word(say, "differences_none"),):
        yield "record_difference", difference
    for rule in record.bears_on:
        known = words(say.lang).get(f"rule_{rule}")
        yield "record_bears_on", rule if known is None else f"{known} ({rule})"


def _paper_copy(record: PaperCopy, say: Speech) -> Iterator[Fact]:
    yield from _file("record_document", record.document)
    if record.pages is not None:
        yield "record_pages", number_words(record.pages, say)
    yield "record_printed_by", _who(record.printed_by, say)
    yield "record_printed_at", rfc3339(record.printed_at)
    yield "record_copies", number_words(len(record.marks), say)
    yield "record_marks", _comma(say).join(record.marks)
    yield "record_use", _word(say, f"use_{record.use.value}")
    if record.checked is None:
        yield "record_check", _word(say, "check_none")
        return
    yield "record_check", _word(say, f"verdict_{record.checked.verdict}")
    yield "record_checked_at", rfc3339(record.checked.validation_time)
    for signer in record.checked.signers:
        yield "record_check_signer", signer
    yield "record_report", record.checked.report_sha256


def number_words(number: int, say: Speech) -> str:
    """Return a count in the digits of the language."""
    return persian_digits(str(number)) if say.lang == "fa" else str(number)


def _file(label: str, file: FileId) -> Iterator[Fact]:
    yield label, file.name
    yield f"{label}_digest", file.sha256


def _who(who: Who, say: Speech) -> str:
    return _comma(say).join(part for part in (who.person, who.office) if part is not None)


def _word(say: Speech, key: str) -> str:
    """A phrase as it stands: whoever shows a fact sets its value apart."""
    return words(say.lang)[key]


def _comma(say: Speech) -> str:
    return "، " if say.lang == "fa" else ", "


def _concerns(checked: CheckedRecord, document: str | None) -> bool | None:
    named = digest_named(checked.record) if checked.record is not None else None
    return None if named is None or document is None else named == document


def _signature(checked: CheckedRecord) -> SignatureResult | None:
    """Return the signature that stands for a record: one that passed, else the first."""
    if checked.report is None or not checked.report.signatures:
        return None
    passed = [item for item in checked.report.signatures if item.indication is Indication.TOTAL_PASSED]
    return passed[0] if passed else checked.report.signatures[0]


def _findings(data: ReportData) -> tuple[Finding, ...]:
    return (*data.findings, *(finding for item in data.signatures for finding in item.findings))

