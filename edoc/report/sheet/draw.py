"""A report as a sheet in HTML or PDF: what callers of this room use."""

from __future__ import annotations

from edoc.report.additions import NOTHING_ADDED, Additions
from edoc.report.json import dumps, error_dict, report_dict
from edoc.report.legal import legal_dict
from edoc.report.sheet.html import draw_html
from edoc.report.sheet.pdf import draw_pdf
from edoc.report.sheet.view import Unread, error_view, sheet_view
from edoc.result.report import ReportData


def html_sheet(data: ReportData, *, lang: str, additions: Additions = NOTHING_ADDED) -> str:
    """Return the sheet of a report as one HTML file; `lang` is `en` or `fa`."""
    return draw_html(sheet_view(data, lang=lang, additions=additions))


def pdf_sheet(data: ReportData, *, lang: str, additions: Additions = NOTHING_ADDED) -> bytes:
    """Return the sheet of a report as PDF/A-3a and PDF/UA-1, with the report in JSON attached.

    Raises `ConfigError` PDF_NOT_INSTALLED where the extra `pdf` is absent.
    """
    told = report_dict(data, lang=lang)
    if additions.legal is not None:
        told["legal"] = legal_dict(additions.legal, lang=lang)
    return draw_pdf(sheet_view(data, lang=lang, additions=additions), report=dumps(told, indent=2) + "\n")


def html_error_sheet(unread: Unread, *, lang: str) -> str:
    """Return the sheet of an input that could not be judged, as one HTML file."""
    return draw_html(error_view(unread, lang=lang))


def pdf_error_sheet(unread: Unread, *, lang: str) -> bytes:
    """Return the sheet of an input that could not be judged as PDF, with the error record attached."""
    record = error_dict(unread.error, name=unread.name, lang=lang)
    return draw_pdf(error_view(unread, lang=lang), report=dumps(record, indent=2) + "\n")
