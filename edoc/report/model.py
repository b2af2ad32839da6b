"""The report that callers hold: the engine's data, its renderers, and the fail-closed door."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from edoc.errors import VerificationFailed
from edoc.facts.findings import Finding
from edoc.facts.signature import ChangeLevel
from edoc.report.additions import NOTHING_ADDED, Additions
from edoc.report.json import Json, dumps, report_dict
from edoc.report.names import ANY_SIGNER, Match, SignedBy, is_signed_by, signed_by_words
from edoc.result.enums import Indication, Verdict
from edoc.result.report import (
    DocumentId,
    EvidenceResult,
    PolicyId,
    ReportData,
    SignatureResult,
    TimestampResult,
    Want,
)

__all__ = ["ANY_SIGNER", "Match", "Report", "SignedBy"]

_REFUSALS = {
    Verdict.FAILED: "VERDICT_FAILED",
    Verdict.INDETERMINATE: "VERDICT_INDETERMINATE",
    Verdict.NO_SIGNATURE: "VERDICT_NO_SIGNATURE",
    # Never given where trust was judged; refused all the same.
    Verdict.INTACT: "TRUST_NOT_JUDGED",
}
_OWN_WORDS = (ChangeLevel.NONE.value, ChangeLevel.VALIDATION_DATA.value)
"""After these changes a document still shows what its signer signed."""


class Report:
    """What was found about one document; immutable, equal by content, never a truth value.

    Look at `.verdict`, or pass through `.require_passed(signed_by=...)`.
    """

    __slots__ = ("_data",)
    _data: ReportData

    def __init__(self, data: ReportData) -> None:
        object.__setattr__(self, "_data", data)

    @classmethod
    def of(cls, data: ReportData) -> Report:
        """Return the report over what the engine found."""
        return cls(data)

    @property
    def data(self) -> ReportData:
        """The report as plain frozen data."""
        return self._data

    @property
    def verdict(self) -> Verdict:
        """What the report says of the document as a whole."""
        return self._data.verdict

    @property
    def reservations(self) -> tuple[str, ...]:
        """Codes of the warnings under which a passing verdict was given."""
        return self._data.reservations

    @property
    def signatures(self) -> tuple[SignatureResult, ...]:
        """The results for the top-level signatures, in document order."""
        return self._data.signatures

    @property
    def timestamps(self) -> tuple[TimestampResult, ...]:
        """The results for the time-stamps of the document itself."""
        return self._data.timestamps

    @property
    def evidence_records(self) -> tuple[EvidenceResult, ...]:
        """The results for the evidence records."""
        return self._data.evidence_records

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What was found about the document itself; those about a signature stand at the signature."""
        return self._data.findings

    @property
    def wants(self) -> tuple[Want, ...]:
        """What would help to decide."""
        return self._data.wants

    @property
    def document(self) -> DocumentId:
        """Which document was verified: name, media type, size, digest."""
        return self._data.document

    @property
    def policy(self) -> PolicyId:
        """Under which rules it was verified."""
        return self._data.policy

    @property
    def trust_digest(self) -> str:
        """Digest of the anchors that were trusted."""
        return self._data.trust_digest

    @property
    def trust_judged(self) -> bool:
        """False under policy `integrity`, which proves no name."""
        return self._data.trust_judged

    @property
    def process(self) -> str:
        """`basic`, `time` or `archival` (EN 319 102-1 5.3, 5.5, 5.6)."""
        return self._data.process

    @property
    def validation_time(self) -> datetime:
        """The time that counted as today (aware, UTC)."""
        return self._data.validation_time

    @property
    def validation_time_source(self) -> str:
        """`now` (the clock) or `given` (by the caller)."""
        return self._data.validation_time_source

    def require_passed(self, *, signed_by: SignedBy) -> SignatureResult:
        """Return the signature of the named signer, or raise: the door for programs that act on a verdict.

        Passes only when the verdict is PASSED and a TOTAL-PASSED signature is of `signed_by`, with
        nothing added after it but validation data.  `signed_by` is the exact subject serialNumber
        (Persian and Arabic digits count as ASCII), a `Match`, or `ANY_SIGNER`.
        Raises `VerificationFailed` with a code that names the cause: TRUST_NOT_JUDGED, VERDICT_FAILED,
        VERDICT_INDETERMINATE, VERDICT_NO_SIGNATURE, SIGNER_MISMATCH or CHANGED_AFTER_SIGNER;
        `ValueError` when `signed_by` is empty.
        """
        asked = signed_by_words(signed_by)
        if not self._data.trust_judged:
            raise self._refusal("TRUST_NOT_JUDGED")
        if self.verdict is not Verdict.PASSED:
            raise self._refusal(_REFUSALS[self.verdict], causes=", ".join(self._causes()))
        passed = [item for item in self.signatures if item.indication is Indication.TOTAL_PASSED]
        theirs = [item for item in passed if is_signed_by(item, signed_by)]
        if not theirs:
            found = "; ".join(item.signer.subject for item in passed if item.signer is not None)
            raise self._refusal("SIGNER_MISMATCH", asked=asked, found=found or "-")
        for item in theirs:
            if item.changes_since_signing in _OWN_WORDS:
                return item
        raise self._refusal("CHANGED_AFTER_SIGNER", asked=asked, signature=theirs[0].id)

    def to_dict(self, *, lang: str = "en") -> Json:
        """Return the report as plain data (schema `edoc/report/1`); `lang` is `en` or `fa`."""
        return report_dict(self._data, lang=lang)

    def to_json(self, *, lang: str = "en", indent: int | None = 2) -> str:
        """Return the report as JSON text (schema `edoc/report/1`); `lang` is `en` or `fa`."""
        return dumps(self.to_dict(lang=lang), indent=indent)

    def to_html(self, *, lang: str = "en", additions: Additions = NOTHING_ADDED) -> str:
        """Return the verification sheet as one HTML file: no script, nothing from outside; `lang` is `en` or `fa`.

        `additions` stand beside the report and change nothing in it.
        """
        from edoc.report.sheet.draw import html_sheet

        return html_sheet(self._data, lang=lang, additions=additions)

    def to_pdf(self, *, lang: str = "en", additions: Additions = NOTHING_ADDED) -> bytes:
        """Return the verification sheet as PDF/A-3a and PDF/UA-1, with the report in JSON attached.

        Same report, same bytes.  Raises `ConfigError` PDF_NOT_INSTALLED where the extra `pdf` is absent.
        """
        from edoc.report.sheet.draw import pdf_sheet

        return pdf_sheet(self._data, lang=lang, additions=additions)

    def _causes(self) -> tuple[str, ...]:
        """The codes that stand behind a verdict, the document's own first."""
        own = [item.code for item in self.findings]
        return tuple(dict.fromkeys([*own, *(item.code for entry in self.signatures for item in entry.findings)]))

    def _refusal(self, code: str, **params: str) -> VerificationFailed:
        return VerificationFailed(code, subject=self.document.name, params=params)

    def __bool__(self) -> bool:
        raise TypeError("a report is not a truth value: look at .verdict or call .require_passed(signed_by=...)")

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError("a report cannot be changed")

    def __delattr__(self, name: str) -> None:
        raise AttributeError("a report cannot be changed")

    def __eq__(self, other: object) -> bool:
        return self._data == other._data if isinstance(other, Report) else NotImplemented

    def __hash__(self) -> int:
        return hash((self.document.sha256, self.validation_time, self.policy.digest, self.trust_digest))

    def __repr__(self) -> str:
        return f"Report(verdict={self.verdict.value}, document={self.document.name!r})"

    def __reduce__(self) -> tuple[object, ...]:
        # The verified octets are views of an open document and stay with the process that read it.
        signatures = tuple(_without_octets(item) for item in self._data.signatures)
        return Report, (replace(self._data, signatures=signatures),)


def _without_octets(signature: SignatureResult) -> SignatureResult:
    octets: tuple[Callable[[], bytes] | None, ...] = tuple(
        None if item is None else octets_left_behind for item in signature.signed_octets
    )
    nested = tuple(_without_octets(item) for item in signature.counter_signatures)
    return replace(signature, signed_octets=octets, counter_signatures=nested)


def octets_left_behind() -> bytes:
    """Stand for verified octets in a report that came from another process; raises `ValueError`."""
    raise ValueError("the verified octets stayed in the process that verified them: verify the document here")
