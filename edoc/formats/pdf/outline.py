"""The revisions and form fields of a PDF, for showing."""

from __future__ import annotations

from collections.abc import Iterator

from edoc.facts.document import Document
from edoc.facts.outline import FieldOutline, LockOutline, Outline, PermissionOutline, RevisionOutline
from edoc.formats.pdf.coverage import find_signatures
from edoc.formats.pdf.document import Pdf
from edoc.formats.pdf.errors import PdfError
from edoc.formats.pdf.permissions import permission_of
from edoc.limits import DEFAULT_LIMITS, Limits


def read_outline(document: Document, *, password: str | None = None, limits: Limits = DEFAULT_LIMITS) -> Outline:
    """Return the outline of a PDF; of one that the strict reader refuses, an empty one."""
    try:
        pdf = Pdf.open(document, password=password, limits=limits)
        fields = tuple(
            FieldOutline(name=item.name, type=item.type, filled=item.value is not None) for item in pdf.fields()
        )
    except PdfError:
        return Outline()
    revisions = tuple(RevisionOutline(number=item.index + 1, end=item.end) for item in pdf.revisions)
    try:
        permissions = tuple(_permissions(pdf))
    except PdfError:
        # What cannot be read of a signature stands among the findings; the revisions are there all the same.
        permissions = ()
    return Outline(revisions=revisions, fields=fields, permissions=permissions)


def _permissions(pdf: Pdf) -> Iterator[PermissionOutline]:
    for one in find_signatures(pdf):
        stated = permission_of(pdf, one)
        if stated.certifies or stated.level is not None or stated.locked:
            locks = tuple(LockOutline(action=item.action, fields=tuple(sorted(item.fields))) for item in stated.locked)
            yield PermissionOutline(
                field=stated.name, certifies=stated.certifies, level=stated.level, locks=locks
            )
