"""Annotations that come, change and go after a certification that permits them, and after others (12.5; attack PDF-12)."""

from __future__ import annotations

from collections.abc import Callable

import pytest

import edoc
from tests.formats.pdf import build
from tests.formats.pdf.build import NOTE, PAGE, ROOT, File, form_xobject, stream, with_reference

NEW, LOOK = 40, 41
ON_TEXT = b"/Rect[60 690 260 720]"
"""Over the amount that the page shows."""
ASIDE = b"/Rect[300 200 400 230]"
"""Where the page shows nothing."""
LINES = stream(b"1 0 0 RG 2 w 1 1 98 28 re S", b"/Type/XObject/Subtype/Form/BBox[0 0 100 30]")
FILLED = stream(b"1 1 1 rg 0 0 100 30 re f", b"/Type/XObject/Subtype/Form/BBox[0 0 100 30]")
BOXED = b"/AP<</N 41 0 R>>"


def added(entries: bytes, permission: int | None = 3, look: bytes | None = None) -> File:
    """Return a document to whose page an annotation was added, with an appearance when one is given."""
    file = build.signed(certify=permission)
    changes = {PAGE: with_reference(file.objects[PAGE], b"/Annots[", NEW), NEW: b"<</Type/Annot/Subtype%s/P 3 0 R>>" % entries}
    return file.update({**changes, **({LOOK: look} if look is not None else {})})


def with_annotation(entries: bytes, permission: int | None = 3, look: bytes | None = None) -> File:
    """Return a certified document that had an annotation when it was signed."""
    objects = build.practice_objects()
    objects[NOTE] = b"<</Type/Annot/Subtype%s/P 3 0 R>>" % entries
    if look is not None:
        objects[LOOK] = look
    base = build.document(objects)
    return base.sign() if permission is None else build.certified(base, permission)


def without_note(file: File) -> File:
    """Return the document after its annotation was taken away."""
    page = file.objects[PAGE].replace(b" 9 0 R", b"")
    return file.update({PAGE: page}, free=(NOTE,))


def changed(file: File, old: bytes, new: bytes) -> File:
    assert old in file.objects[NOTE]
    return file.update({NOTE: file.objects[NOTE].replace(old, new)})


_NOTE = b"/Text/Rect[500 700 520 720]/Contents(seen)"
_LINK = b"/Link%s/A<</S/URI/URI(https://court.example)>>" % ASIDE

PERMITTED: dict[str, tuple[str, Callable[[], File]]] = {
    "note": ("PDF_ANNOTATION_ADDED", lambda: added(_NOTE)),
    "note that calls itself red": ("PDF_ANNOTATION_ADDED", lambda: added(_NOTE + b"/C[1 0 0]/Name/Comment")),
    "closed window of a note": ("PDF_ANNOTATION_ADDED", lambda: added(b"/Popup%s/Parent 9 0 R/Open false" % ON_TEXT)),
    "link": ("PDF_ANNOTATION_ADDED", lambda: added(_LINK)),
    "circle beside the text": ("PDF_ANNOTATION_ADDED", lambda: added(b"/Circle%s/C[1 0 0]" % ASIDE)),
    "square drawn by its writer": ("PDF_ANNOTATION_ADDED", lambda: added(b"/Square%s%s" % (ASIDE, BOXED), look=LINES)),
    "note changed": ("PDF_ANNOTATION_CHANGED", lambda: changed(with_annotation(_NOTE), b"seen", b"done")),
    "colour of a note changed": ("PDF_ANNOTATION_CHANGED", lambda: changed(with_annotation(_NOTE), b"(seen)", b"(seen)/C[1 0 0]")),
    "link led elsewhere": ("PDF_ANNOTATION_CHANGED", lambda: changed(with_annotation(_LINK), b"court", b"other")),
    "note taken away": ("PDF_ANNOTATION_REMOVED", lambda: without_note(with_annotation(_NOTE))),
    "circle taken away": ("PDF_ANNOTATION_REMOVED", lambda: without_note(with_annotation(b"/Circle%s/C[1 0 0]" % ASIDE))),
}  # fmt: skip
"""What a certification for annotations permits, each listed with page and box."""

UNDECIDED: dict[str, tuple[str, Callable[[], File]]] = {
    "words beside the text": ("PDF_ANNOTATION_ADDED", lambda: added(
        b"/FreeText%s/Contents(Pay 999)/DA(/F1 12 Tf)" % ASIDE)),
    "stamp beside the text": ("PDF_ANNOTATION_ADDED", lambda: added(
        b"/Stamp%s%s" % (ASIDE, BOXED), look=form_xobject(b"Paid"))),
    "line through the text": ("PDF_ANNOTATION_ADDED", lambda: added(b"/Line%s/L[60 700 260 700]/C[0 0 0]" % ON_TEXT)),
    "words marked": ("PDF_ANNOTATION_ADDED", lambda: added(
        b"/Highlight%s/QuadPoints[60 690 260 690 60 720 260 720]/C[0 0 0]" % ON_TEXT)),
    "note with a look of its own": ("PDF_ANNOTATION_ADDED", lambda: added(
        b"/Text/Rect[500 700 520 720]/Contents(x)" + BOXED, look=form_xobject(b"999"))),
    "open window over the text": ("PDF_ANNOTATION_ADDED", lambda: added(b"/Popup%s/Parent 9 0 R/Open true" % ON_TEXT)),
    "link that starts a script": ("PDF_ANNOTATION_ADDED", lambda: added(
        b"/Link%s/A<</S/JavaScript/JS(x)>>" % ASIDE)),
    "link that does more than lead": ("PDF_ANNOTATION_ADDED", lambda: added(
        b"/Link%s/A<</S/URI/URI(x)/Next<</S/Launch/F(x)>>>>" % ASIDE)),
    "link with a broad border": ("PDF_ANNOTATION_ADDED", lambda: added(b"/Link%s/Border[0 0 30]" % ON_TEXT)),
    "broad line": ("PDF_ANNOTATION_ADDED", lambda: added(b"/Ink%s/InkList[[300 200 400 230]]/BS<</W 30>>" % ASIDE)),
    "layer": ("PDF_ANNOTATION_ADDED", lambda: added(b"/Circle%s/OC 42 0 R" % ASIDE)),
    "note moved into a window": ("PDF_ANNOTATION_CHANGED", lambda: changed(
        with_annotation(_NOTE), b"/Rect[500 700 520 720]", b"/Rect[60 600 560 800]")),
    "sticker taken away": ("PDF_ANNOTATION_REMOVED", lambda: without_note(
        with_annotation(b"/Square%s/IC[1 1 1]" % ON_TEXT))),
    "stamp made another": ("PDF_ANNOTATION_CHANGED", lambda: changed(
        with_annotation(b"/Stamp%s/Contents(a)%s" % (ASIDE, BOXED), look=form_xobject(b"Paid")), b"(a)", b"(b)")),
}  # fmt: skip
"""What can imitate content, or hide it: undecided where a certification permits annotations."""

COVERING: dict[str, Callable[[], File]] = {
    "redaction": lambda: added(b"/Redact%s" % ASIDE),
    "words over the text": lambda: added(b"/FreeText%s/Contents(Pay 999)/DA(/F1 12 Tf)" % ON_TEXT),
    "stamp over the text": lambda: added(b"/Stamp%s%s" % (ON_TEXT, BOXED), look=form_xobject(b"Pay 999")),
    "filled square over the text": lambda: added(b"/Square%s/IC[1 1 1]/C[1 1 1]" % ON_TEXT),
    "square whose look is filled": lambda: added(b"/Square%s%s" % (ON_TEXT, BOXED), look=FILLED),
    "circle around half a page": lambda: added(b"/Circle/Rect[0 0 595 420]"),
    "note turned into a redaction's look": lambda: changed(
        with_annotation(b"/Square/Rect[300 200 400 230]/C[1 0 0]"), b"/Rect[300 200 400 230]", ON_TEXT + b"/IC[1 1 1]"),
}  # fmt: skip
"""What surely covers content: not permitted even where annotations are."""


def _verify(file: File) -> edoc.Report:
    return edoc.verify_document(file.data, policy="integrity")


@pytest.mark.parametrize("name", PERMITTED)
def test_what_hides_nothing_is_permitted_and_listed(name: str) -> None:
    code, make = PERMITTED[name]
    report = _verify(make())
    first = report.signatures[0]
    assert (report.verdict, first.changes_since_signing) == (edoc.Verdict.INTACT, "permitted")
    told = [item for item in first.changes if item.code == code]
    assert told and all((item.permitted, item.page, item.shown) == (True, 1, True) and item.box for item in told)


@pytest.mark.parametrize("name", UNDECIDED)
def test_what_may_hide_or_imitate_stays_undecided(name: str) -> None:
    code, make = UNDECIDED[name]
    report = _verify(make())
    first = report.signatures[0]
    assert (report.verdict, first.changes_since_signing) == (edoc.Verdict.INDETERMINATE, None)
    told = [item for item in first.changes if item.code == code]
    assert told and all((item.permitted, item.page, item.shown) == (None, 1, True) and item.box for item in told)


@pytest.mark.parametrize("name", COVERING)
def test_what_covers_content_fails(name: str) -> None:
    report = _verify(COVERING[name]())
    assert report.verdict is edoc.Verdict.FAILED
    told = [item for item in report.signatures[0].changes if item.code == "PDF_ANNOTATION_COVERS"]
    assert told and all((item.permitted, item.page, item.shown) == (False, 1, True) and item.box for item in told)


@pytest.mark.parametrize("permission", [1, 2])
@pytest.mark.parametrize("entries", [_NOTE, _LINK])
def test_a_certification_for_less_permits_none(permission: int, entries: bytes) -> None:
    report = _verify(added(entries, permission))
    assert report.verdict is edoc.Verdict.FAILED
    assert "PDF_CHANGE_FORBIDDEN" in {item.code for item in report.signatures[0].changes}


@pytest.mark.parametrize("entries", [_NOTE, _LINK, b"/FreeText%s/Contents(x)" % ON_TEXT])
def test_an_approval_signature_says_nothing_about_annotations(entries: bytes) -> None:
    assert _verify(added(entries, None)).verdict is edoc.Verdict.INDETERMINATE


@pytest.mark.parametrize("permission", [None, 1, 2])
def test_only_a_certification_for_annotations_lets_one_go(permission: int | None) -> None:
    assert _verify(without_note(with_annotation(_NOTE, permission))).verdict is edoc.Verdict.FAILED


@pytest.mark.parametrize(
    ("permission", "verdict"),
    [(None, edoc.Verdict.INDETERMINATE), (1, edoc.Verdict.FAILED), (2, edoc.Verdict.FAILED), (3, edoc.Verdict.INTACT)],
)
def test_the_order_of_annotations_for_the_keyboard(permission: int | None, verdict: edoc.Verdict) -> None:
    objects = build.practice_objects()
    objects[PAGE] = objects[PAGE][:-2] + b"/Tabs/R>>"
    base = build.document(objects)
    file = base.sign() if permission is None else build.certified(base, permission)
    assert _verify(file.update({PAGE: file.objects[PAGE].replace(b"/Tabs/R", b"/Tabs/C")})).verdict is verdict


def test_an_order_that_is_set_first_needs_no_permission() -> None:
    file = build.signed()
    report = _verify(file.update({PAGE: file.objects[PAGE][:-2] + b"/Tabs/S>>"}))
    assert report.verdict is edoc.Verdict.INTACT


def _tagged() -> File:
    objects = build.practice_objects()
    objects[ROOT] = objects[ROOT][:-2] + b"/StructTreeRoot 20 0 R/MarkInfo<</Marked true>>>>"
    objects[20] = b"<</Type/StructTreeRoot/K[21 0 R]/ParentTree 22 0 R/ParentTreeNextKey 1>>"
    objects[21] = b"<</Type/StructElem/S/Document/P 20 0 R/K[0]/Pg 3 0 R>>"
    objects[22] = b"<</Nums[0[21 0 R]]>>"
    return build.certified(build.document(objects), 3)


@pytest.mark.parametrize("direct", [False, True], ids=["element", "directly"])
def test_an_annotation_joins_the_structure_of_a_tagged_document(direct: bool) -> None:
    file = _tagged()
    named = b"<</Type/OBJR/Obj 40 0 R/Pg 3 0 R>>" if direct else b"42 0 R"
    element = {} if direct else {42: b"<</Type/StructElem/S/Link/P 21 0 R/Pg 3 0 R/K<</Type/OBJR/Obj 40 0 R>>>>"}
    report = _verify(file.update({
        PAGE: with_reference(file.objects[PAGE], b"/Annots[", NEW), NEW: b"<</Type/Annot/Subtype%s/P 3 0 R/StructParent 1>>" % _LINK,
        20: file.objects[20].replace(b"NextKey 1", b"NextKey 2"), 21: file.objects[21].replace(b"/K[0]", b"/K[0 %s]" % named),
        22: b"<</Nums[0[21 0 R] 1 %s]>>" % (b"21 0 R" if direct else b"42 0 R"), **element,
    }))  # fmt: skip
    assert (report.verdict, report.signatures[0].changes_since_signing) == (edoc.Verdict.INTACT, "permitted")


def test_an_element_that_names_signed_content_is_not_judged() -> None:
    file = _tagged()
    grown = file.objects[21].replace(b"/K[0]", b"/K[0<</Type/OBJR/Obj 9 0 R/Pg 3 0 R>>]")
    report = _verify(file.update({21: grown}))
    assert report.verdict is edoc.Verdict.INDETERMINATE
    assert "PDF_STRUCTURE_CHANGED" in {item.code for item in report.signatures[0].changes}
