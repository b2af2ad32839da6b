"""The composition root of sealed reports: the sheet, signed by the office that made the check, proves the check."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from enum import Enum
from typing import TYPE_CHECKING, TypedDict, Unpack

from edoc.api_sign.settings import Material
from edoc.api_sign.signer import Signer
from edoc.api_sign.work import SignResult
from edoc.drivers.output import Durability, Target, open_output
from edoc.errors import ConfigError, VerificationFailed
from edoc.facts.document import Document
from edoc.formats import read_document
from edoc.formats.carried import REPORT_NAME, SHEET_NAME
from edoc.keys.key import Key
from edoc.report.additions import NOTHING_ADDED, Additions
from edoc.report.model import Report
from edoc.report.sheet.draw import sheet_report

if TYPE_CHECKING:
    from edoc.drivers.stamping import Authorities
    from edoc.net.policy import FetchPolicy
    from edoc.trust.store import TrustStore


class SheetFormat(Enum):
    """What a sealed report is: a signed PDF, or a signed container of the HTML sheet and its report."""

    PDF = "pdf"
    HTML = "html"


class SealOptions(TypedDict, total=False):
    """What a seal says and stands on; each means what it means for `edoc.sign_document`."""

    level: str
    digest: str | None
    pss: bool
    signing_time: datetime | None
    location: str | None
    validation_data: Iterable[Material]
    allow_invalid_certificate: bool
    tsa: Authorities | None
    online: bool | FetchPolicy
    trust: TrustStore | None


def seal_report(
    report: Report,
    key: Key,
    *,
    lang: str = "en",
    format: str = "pdf",
    additions: Additions = NOTHING_ADDED,
    output: Target = None,
    overwrite: bool = False,
    **options: Unpack[SealOptions],
) -> SignResult:
    """Draw the sheet of a report, sign it with the report inside, and let it appear when both were read back.

    `format` is `pdf` (PAdES that permits no change, the report attached) or `html` (ASiC-E with the sheet and the
    report; neither can be taken out or exchanged).  `additions` stand on the sheet and are not part of the
    report.  Whoever verifies the result is told what the report states and by whom it was sealed; the document
    itself is named by its digest, and is not in it.  Raises `ConfigError` SEAL_FORMAT_UNKNOWN, PDF_NOT_INSTALLED
    and as `edoc.sign_document`, `VerificationFailed` SEAL_NOT_READ_BACK.
    """
    if format not in [item.value for item in SheetFormat]:
        known = ", ".join(item.value for item in SheetFormat)
        raise ConfigError("SEAL_FORMAT_UNKNOWN", subject=format, params={"known": known})
    kind = SheetFormat(format)
    documents = _sheet(report, kind, lang=lang, additions=additions)
    with open_output(output, overwrite=overwrite, durability=Durability.DOCUMENT) as place:
        made = _sign(documents, kind, key, options)
        _read_back(made.document, report)
        place.write(bytes(made.document.data[:]))
        place.commit()
        return SignResult(output=place.path, document=made.document, check=made.check)


def _sheet(report: Report, kind: SheetFormat, *, lang: str, additions: Additions) -> list[Document]:
    if kind is SheetFormat.PDF:
        return [Document(data=report.to_pdf(lang=lang, additions=additions), name="sheet.pdf")]
    sheet = report.to_html(lang=lang, additions=additions).encode("utf-8")
    told = sheet_report(report.data, lang=lang, additions=additions)
    return [Document(data=sheet, name=SHEET_NAME), Document(data=told.encode("utf-8"), name=REPORT_NAME)]


def _sign(documents: list[Document], kind: SheetFormat, key: Key, options: SealOptions) -> SignResult:
    if kind is SheetFormat.PDF:
        return Signer(key, format="pades", certify="no-changes", **options).sign(documents[0])
    return Signer(key, format="asic-e", **options).sign(documents)


def _read_back(sealed: Document, report: Report) -> None:
    """Raise unless a reader finds this very report, covered by the seal."""
    carried = read_document(sealed).reported
    found = carried.statement if carried is not None else None
    if carried is None or found is None or not carried.covered_by:
        why = carried.problem if carried is not None and carried.problem else "-"
        raise VerificationFailed("SEAL_NOT_READ_BACK", subject=sealed.name, params={"why": why})
    if (found.sha256, found.verdict) != (report.document.sha256, report.verdict.value):
        raise VerificationFailed("SEAL_NOT_READ_BACK", subject=sealed.name, params={"why": found.sha256})
