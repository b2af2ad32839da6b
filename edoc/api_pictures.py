"""The composition root of pictures: each page as a signature signed it, beside the same page as it was handed over.

Which signatures are shown: those that are intact over all of their revision, whose revision is still at the beginning
of the file, and after which the report names a change other than validation data.  The gravest changes come first, of
equally grave ones those after the latest signature, because what nobody signed stands behind it; at most three.  A
document whose only intact signatures are time-stamps is shown as of the last one.  A picture explains and never
decides: nothing here changes a report.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from edoc.api_show import refuse_unlike_signed, signed_ends
from edoc.drivers.files import Source, open_document
from edoc.drivers.pictures.limits import DEFAULT_PICTURE_LIMITS, PictureLimits
from edoc.drivers.pictures.order import Answer, Drawn, Order, Revision
from edoc.drivers.pictures.process import Ending, available, draw
from edoc.errors import InputError, VerificationFailed
from edoc.facts.document import Document
from edoc.facts.findings import Finding, info
from edoc.facts.signature import Change, ChangeLevel
from edoc.formats import read_document
from edoc.report.additions import CloserLook, PagePicture
from edoc.report.model import Report
from edoc.result.report import SignatureResult

_QUIET = (ChangeLevel.NONE.value, ChangeLevel.VALIDATION_DATA.value)
_GRAVITY = (ChangeLevel.NOT_PERMITTED.value, None, ChangeLevel.PERMITTED.value)
_ENDINGS = {
    Ending.OTHER_DOCUMENT: "PICTURES_OTHER_DOCUMENT",
    Ending.TIME: "PICTURES_TIME",
    Ending.CRASHED: "PICTURES_CRASHED",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PagePictures:
    """The pages that differ, and what is to be said of those that are not shown."""

    pictures: tuple[PagePicture, ...] = ()
    notes: tuple[Finding, ...] = ()


NO_PICTURES = PagePictures()


def page_pictures(
    document: Source, report: Report, *, password: str | None = None, limits: PictureLimits = DEFAULT_PICTURE_LIMITS
) -> PagePictures:
    """Return pictures of the pages that differ from what was signed, for `Additions` of a sheet.

    `document` is the document that `report` is about; it is compared by its digest.  Nothing is drawn of what is no
    PDF, or was not changed after its signatures.  Whatever prevents drawing is a note (codes PICTURES_*), never an
    exception; raises the errors of opening a document only.
    """
    opened = open_document(document).opened_with(password)
    if report.document.media_type != "application/pdf" or not _was_changed(report):
        return NO_PICTURES
    if opened.sha256().hex() != report.document.sha256:
        return _only("PICTURES_OTHER_DOCUMENT", opened)
    try:
        candidates, notes = _candidates(opened, report)
    except InputError:
        # It was read when it was verified: only the password can be another.
        return _only("PICTURES_PASSWORD", opened)
    if not candidates:
        return PagePictures(notes=tuple(notes))
    if not available():
        return _only("PICTURES_MISSING", opened)
    if opened.size > limits.document_bytes:
        return _only("PICTURES_TOO_LARGE", opened, megabytes=str(limits.document_bytes >> 20))
    chosen, others = candidates[: limits.signatures], candidates[limits.signatures :]
    if others:
        names = ", ".join(item.signature for item in others)
        notes.append(info("PICTURES_SIGNATURES_LEFT_OUT", opened.name, signatures=names))
    order = Order(size=opened.size, revisions=tuple(chosen), limits=limits, password=opened.password)
    answer, ending = draw(opened, order, digest=report.document.sha256)
    return _gathered(answer, ending, notes, order, opened.name)


def _was_changed(report: Report) -> bool:
    """Return whether there is anything to show: of documents that only time-stamps prove, no report says so."""
    signatures = report.signatures
    return not signatures or any(map(_is_changed, signatures))


def _is_changed(item: SignatureResult) -> bool:
    """Return whether a document may show something else than was signed; of what cannot be read nobody knows."""
    return item.intact is not True or item.changes_since_signing not in _QUIET


def _only(code: str, document: Document, **params: str) -> PagePictures:
    return PagePictures(notes=(info(code, document.name, **params),))


def _gathered(answer: Answer, ending: Ending, notes: Sequence[Finding], order: Order, name: str) -> PagePictures:
    pages, same = _without_repeated(answer.pages)
    told = [*notes, *(info(note.code, note.signature, **note.params) for note in answer.notes), *same]
    if ending is not Ending.DONE:
        told.append(info(_ENDINGS[ending], name, seconds=f"{order.limits.seconds:g}"))
    pictures = sorted(map(_picture, pages), key=lambda item: (_place(order, item.signature), item.now or item.page))
    return PagePictures(pictures=tuple(pictures), notes=tuple(told))


def _place(order: Order, signature: str) -> int:
    return [item.signature for item in order.revisions].index(signature)


def _picture(drawn: Drawn) -> PagePicture:
    return PagePicture(
        signature=drawn.signature,
        page=drawn.page,
        signed=drawn.signed,
        handed_over=drawn.handed_over,
        boxes=drawn.boxes,
        now=drawn.now if drawn.now != drawn.page else None,
        closer=tuple(
            CloserLook(part=item.part, signed=item.signed, handed_over=item.handed_over) for item in drawn.closer
        ),
    )


def _without_repeated(pages: Sequence[Drawn]) -> tuple[list[Drawn], list[Finding]]:
    """Leave out the pages of a signature that look in all as those of one that is shown already."""
    by_signature: dict[str, list[Drawn]] = {}
    for page in pages:
        by_signature.setdefault(page.signature, []).append(page)
    kept: dict[tuple[Drawn, ...], str] = {}
    same: list[Finding] = []
    for signature, own in by_signature.items():
        look = tuple(replace(page, signature="") for page in own)
        if look in kept:
            same.append(info("PICTURES_SAME", signature, other=kept[look]))
        else:
            kept[look] = signature
    return [page for signature in kept.values() for page in by_signature[signature]], same


def _candidates(document: Document, report: Report) -> tuple[list[Revision], list[Finding]]:
    """Return the revisions that may be shown, in order of their weight, and why others may not."""
    # Only the structure is asked for; what the octets are worth is in the report, and checked again below.
    ends = signed_ends(read_document(document))
    notes: list[Finding] = []
    changed = [item for item in report.signatures if _is_changed(item)]
    found: list[tuple[int, int, Revision]] = []
    for item in changed:
        end = ends.get(item.id)
        if end == document.size and item.intact is not False:
            # Nothing stands behind it: whatever is undecided is nothing that a picture could show.
            continue
        if end is None or item.intact is False or not _as_signed(document, end, item.id):
            notes.append(info("PICTURES_NOT_INTACT", item.id))
        else:
            revision = Revision(signature=item.id, end=end, changes=_places(item.changes))
            found.append((_gravity(item), -end, revision))
    if not report.signatures:
        proved, told = _of_a_time_stamp(document, report, ends)
        found.extend((0, 0, revision) for revision in proved)
        notes.extend(told)
    return [revision for _, _, revision in sorted(found, key=lambda entry: entry[:2])], notes


def _of_a_time_stamp(
    document: Document, report: Report, ends: Mapping[str, int]
) -> tuple[list[Revision], list[Finding]]:
    """Return what the last intact time-stamp of a document without signers proves, or why it cannot be shown."""
    stamps = report.timestamps
    if any(item.intact is True and ends.get(item.id) == document.size for item in stamps):
        # All of it is proved as it is.
        return [], []
    proved = [item.id for item in stamps if item.intact is True and item.id in ends]
    if not proved:
        return [], [info("PICTURES_NOT_INTACT", item.id) for item in stamps]
    last = max(proved, key=lambda name: ends[name])
    if not _as_signed(document, ends[last], last):
        return [], [info("PICTURES_NOT_INTACT", last)]
    return [Revision(signature=last, end=ends[last])], []


def _gravity(item: SignatureResult) -> int:
    level = item.changes_since_signing
    return _GRAVITY.index(level) if level in _GRAVITY else 0


def _as_signed(document: Document, end: int, signature: str) -> bool:
    try:
        refuse_unlike_signed(replace(document, data=document.data[:end]), signature)
    except VerificationFailed:
        return False
    return True


def _places(changes: Sequence[Change]) -> Mapping[int, tuple[tuple[float, float, float, float], ...]]:
    """Return the pages that the report names, with the boxes that it names on them."""
    found: dict[int, tuple[tuple[float, float, float, float], ...]] = {}
    for change in changes:
        if change.page is not None:
            boxes = (change.box,) if change.box is not None else ()
            found[change.page] = (*found.get(change.page, ()), *boxes)
    return found
