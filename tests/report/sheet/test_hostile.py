"""Names, reasons and roles from outside do no harm on a sheet, in either form."""

from __future__ import annotations

import io
import re
import subprocess
from dataclasses import replace

import pikepdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edoc.errors import InputError
from edoc.facts.findings import error
from edoc.facts.signature import Change, ScopeKind
from edoc.report.additions import Additions, PagePicture, RecordKind, RecordView
from edoc.report.sheet.draw import html_error_sheet, html_sheet, pdf_error_sheet, pdf_sheet
from edoc.report.sheet.html import draw_html
from edoc.report.sheet.runs import Kind, tongue
from edoc.report.sheet.view import Unread, sheet_view
from edoc.result.enums import Verdict
from edoc.result.report import (
    CertificateId,
    Claims,
    DocumentId,
    PathCertificate,
    ReportData,
    Scope,
    SignaturePolicy,
    Signer,
)
from tests.report import makers
from tests.report.sheet.test_html import Page

HOSTILE = {
    "html": "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "attribute": "\" onload='x' style=\"position:fixed\" class=\"v-passed",
    "close": "</style></title></bdi></table><h1>PASSED</h1>",
    "entities": "&lt;b&gt; &#x202e; &amp;",
    "jinja": "{{ 7*7 }} {% raw %} {{ self }} ${x}",
    "format": "{subject} {0.__class__} {lang!r} %s",
    "typst": "#panic(\"a\") $x^2$ #read(\"/etc/passwd\") *bold* _it_ `raw` @ref <label> \\ // /* = h",
    "override": "ruling-\u202efdp.exe",
    "isolates": "\u2066\u2067\u2068\u2069\u2069\u2069 a \u202c",
    "marks": "a\x02cforged\x03 \x02t2026-01-01T00:00:00+00:00\x1fx\x03 \x1f",
    "nul": "a\x00b\x07\x1b[31m\x9b",
    "surrogate": "a\udcffb\ud800",
    "long": "ن" * 5_000 + "x" * 5_000,
    "unbroken": "x" * 238,
    "combining": "e" + "\u0301" * 300 + "\u0651" * 300,
    "cjk": "判決書 \U0001f600 \U0001f1ee\U0001f1f7",
    "private": "\ue000\uf8ff\U000f0000\ufdd0\uffff",
    "lines": "a\nb\r\nc\u2028d\u2029e\tf\u0085g",
    "tags": "\U000e0041\U000e007f\u200b\u2060\ufeff\u00ad",
    "joiners": "\u200c\u200da\u200cb",
    "bundle": "CN=a\\,CN=b,O=\\\"x\\\",C=IR",
    "empty": "",
    "spaces": "   ",
}


def infested(text: str) -> ReportData:
    """A report in which everything that comes from outside is this text."""
    entry = makers.signature(
        id=text,
        name=text,
        level=text,
        algorithm=text,
        signer=Signer(subject=text, common_name=text, serial_number=text, organization=text, title=text),
        signing_certificate=CertificateId(sha256=text, issuer=text, serial=text),
        path=(PathCertificate(subject=text, sha256=text, status="anchor"),),
        scope=(Scope(name=text, kind=ScopeKind.PARTIAL, digest={text: text}), Scope(name=text, kind=ScopeKind.FULL, digest={})),
        claims=Claims(
            roles=(text,), location=(text,), commitments=(text,),
            signature_policy=SignaturePolicy(id=text, uri=text, digest={}, matches=None),
        ),
        changes=(Change(code="PDF_OBJECT_CHANGED", permitted=False, page=2, subject=text, params={"number": text}),),
        changes_since_signing="not_permitted",
        timestamps=(makers.timestamp(id=text, tsa=text),),
        counter_signatures=(makers.signature(2, id=text),),
        findings=(error("HASH_MISMATCH", text, name=text), error("NOT_IN_ANY_CATALOGUE_" + "X", text, name=text)),
    )  # fmt: skip
    document = DocumentId(name=text, media_type=text, size=1, sha256=text)
    wants = (replace(makers.undecided().wants[0], subject=text),)
    return makers.data(entry, makers.signature(2), verdict=Verdict.FAILED, document=document, wants=wants, reservations=(text,))


def infested_additions(text: str) -> Additions:
    record = RecordView(
        kind=RecordKind.LOOKUP, name=text, verdict=Verdict.PASSED, signer=text, signed_at=None, concerns_document=None,
        facts=((text, text), ("registry", text)),
    )  # fmt: skip
    picture = PagePicture(signature=text, page=1, signed=None, handed_over=None, boxes=())
    return Additions(records=(record,), pictures=(picture,))


CLEAN = [tag for tag, _ in Page(html_sheet(infested("plain"), lang="en", additions=infested_additions("plain"))).tags]


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("lang", ["en", "fa"])
def test_nothing_in_a_name_becomes_markup(name: str, lang: str) -> None:
    text = HOSTILE[name]
    html = html_sheet(infested(text), lang=lang, additions=infested_additions(text))
    html.encode("utf-8")
    page = Page(html)
    assert page.open == []
    assert {tag for tag, _ in page.tags} <= set(CLEAN) | {"time"}
    for _, attributes in page.tags:
        assert not {key for key in attributes if key.startswith("on") or key == "style"}
    body = html[html.index("<body") :]
    assert body.startswith('<body class="v-failed">') and body.count("<h1") == 1
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]", html)
    assert len(html) < 200_000


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("lang", ["en", "fa"])
def test_nothing_in_a_name_stops_or_steers_the_pdf(name: str, lang: str) -> None:
    text = HOSTILE[name]
    made = pdf_sheet(infested(text), lang=lang, additions=infested_additions(text))
    with pikepdf.open(io.BytesIO(made)) as pdf:
        assert len(pdf.pages) <= 8


def test_typst_markup_is_printed_as_it_stands() -> None:
    document = replace(makers.data().document, name=HOSTILE["typst"])
    made = pdf_sheet(makers.data(document=document), lang="en")
    told = subprocess.run(["pdftotext", "-raw", "-", "-"], input=made, capture_output=True, check=True).stdout.decode()
    assert "#panic(" in told and "#read(" in told and "root:" not in told


@pytest.mark.parametrize("lang", ["en", "fa"])
def test_an_override_is_shown_and_not_obeyed(lang: str) -> None:
    document = replace(makers.data().document, name=HOSTILE["override"])
    html = html_sheet(makers.data(document=document), lang=lang)
    assert "ruling-‹U+202E›fdp.exe" in html and "\u202e" not in html


@pytest.mark.parametrize("lang", ["en", "fa"])
def test_a_value_cannot_pass_for_our_own_words(lang: str) -> None:
    sheet = sheet_view(makers.data(document=replace(makers.data().document, name=HOSTILE["marks"])), lang=lang)
    runs = tongue(lang).runs(tongue(lang).value(HOSTILE["marks"]))
    assert len(runs) == 1 and runs[0].kind is Kind.VALUE and "forged" in runs[0].text
    assert draw_html(sheet).count("forged") == draw_html(sheet).count("‹U+0002›cforged‹U+0003›")


@pytest.mark.parametrize("lang", ["en", "fa"])
@pytest.mark.parametrize("name", ["html", "surrogate", "long", "cjk", "typst", "marks"])
def test_an_unreadable_input_with_a_hostile_name_has_its_sheet(name: str, lang: str) -> None:
    problem = InputError("INPUT_NOT_FOUND", subject=HOSTILE[name])
    unread = Unread(error=problem, name=HOSTILE[name], at=makers.CHECKED, tool_version="0")
    assert Page(html_error_sheet(unread, lang=lang)).open == []
    assert pdf_error_sheet(unread, lang=lang).startswith(b"%PDF")


@settings(max_examples=60, deadline=None)
@given(text=st.text(st.characters(codec=None), max_size=40), lang=st.sampled_from(["en", "fa"]))
def test_any_text_at_all_is_drawn(text: str, lang: str) -> None:
    data = infested(text)
    page = Page(html_sheet(data, lang=lang))
    assert page.open == [] and {tag for tag, _ in page.tags} <= set(CLEAN) | {"time"}


@settings(max_examples=25, deadline=None)
@given(text=st.text(st.characters(codec=None), max_size=40), lang=st.sampled_from(["en", "fa"]))
def test_any_text_at_all_is_typeset(text: str, lang: str) -> None:
    assert pdf_sheet(infested(text), lang=lang).startswith(b"%PDF")
