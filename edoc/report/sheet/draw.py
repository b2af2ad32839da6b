"""A report as a sheet in HTML or PDF: what callers of this room use."""

from __future__ import annotations

from datetime import datetime

from edoc.errors import EdocError
from edoc.report.additions import NOTHING_ADDED, Additions
from edoc.report.sheet.html import draw_html
from edoc.report.sheet.view import error_view, sheet_view
from edoc.result.report import ReportData


def html_sheet(data: ReportData, *, lang: str, additions: Additions = NOTHING_ADDED) -> str:
    """Return the sheet of a report as one HTML file; `lang` is `en` or `fa`."""
    return draw_html(sheet_view(data, lang=lang, additions=additions))


def html_error_sheet(error: EdocError, *, name: str, at: datetime, tool_version: str, lang: str) -> str:
    """Return the sheet of an input that could not be judged, as one HTML file; `at` is when that was tried."""
    return draw_html(error_view(error, name=name, at=at, tool_version=tool_version, lang=lang))
