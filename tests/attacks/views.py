"""What alters the view without a change of octets, and text that wants to alter the report."""

from __future__ import annotations

from tests.attacks.fixture import UNDECIDED, attack, honest
from tests.formats.pdf import build
from tests.formats.pdf.build import FORM, PAGE, ROOT, File, stream


def _catalog(entries: bytes, more: dict[int, bytes] | None = None) -> File:
    objects = build.practice_objects()
    objects[ROOT] = objects[ROOT][:-2] + entries + b">>"
    return build.document({**objects, **(more or {})}).sign()


@honest("PDF-27", changes="none")
def script_that_was_signed() -> File:
    return _catalog(b"/OpenAction<</S/JavaScript/JS(this.getField\\('amount'\\).value='999')>>")


@honest("PDF-27", changes="none")
def scripts_by_name_that_were_signed() -> File:
    return _catalog(b"/Names<</JavaScript<</Names[(a)<</S/JavaScript/JS(x)>>]>>>>")


@honest("PDF-27", changes="none")
def program_to_launch_that_was_signed() -> File:
    return _catalog(b"/OpenAction<</S/Launch/F(calc.exe)>>")


@honest("PDF-27", changes="none")
def forms_architecture_that_was_signed() -> File:
    objects = build.practice_objects()
    objects[FORM] = objects[FORM][:-2] + b"/XFA(<xdp/>)>>"
    return build.document(objects).sign()


@honest("PDF-27", changes="none")
def layers_that_were_signed() -> File:
    return _catalog(b"/OCProperties<</OCGs[20 0 R]/D<</OFF[20 0 R]>>>>", {20: b"<</Type/OCG/Name(Layer)>>"})


@honest("PDF-27", changes="none")
def script_of_a_page_that_was_signed() -> File:
    objects = build.practice_objects()
    objects[PAGE] = objects[PAGE][:-2] + b"/AA<</O<</S/JavaScript/JS(x)>>>>>>"
    return build.document(objects).sign()


@attack("PDF-27", code="PDF_EXTERNAL_CONTENT", verdict=UNDECIDED)
def content_in_another_file_that_was_signed() -> File:
    """The page's content is a file beside the document: what a reader sees is not what was signed."""
    objects = build.practice_objects()
    objects[build.CONTENT] = stream(b"", b"/F(other.txt)/FFilter/FlateDecode")
    return build.document(objects).sign()


HOSTILE = "\x1b[2J\x1b[31mVERIFIED\x07\u202egnorw\u2066<script>alert(1)</script>**bold**\r\nVerdict: PASSED\x9b1m"
"""Terminal codes, marks of direction, markup and line ends."""


@honest("UI-02", changes="none")
def reason_and_field_that_want_to_alter_the_report() -> File:
    raw = b"\xfe\xff" + HOSTILE.encode("utf-16-be")
    text = b"<" + raw.hex().encode() + b">"
    entries = b"/Name %s/Reason %s/Location %s" % (text, text, text)
    file = build.document()
    return file.sign("S", entries=entries, widget=b"/TU %s" % text)
