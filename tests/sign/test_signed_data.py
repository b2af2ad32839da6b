"""A signed document as the data of another signature, and where in an XML document a signature goes."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache

import pytest

import edoc
from edoc.errors import ConfigError
from edoc.formats import read_document
from edoc.testing import PracticePki

AT = datetime(2026, 6, 1, 12, tzinfo=UTC)
TEXT = edoc.Document.from_bytes(b"annex", name="annex.txt")
XML = edoc.Document.from_bytes(
    b'<Invoice xmlns="urn:example:invoice"><Ext><Content/></Ext><ID Id="n1">7</ID><Sum Id="n2">9</Sum></Invoice>', name="a.xml"
)
JSON = edoc.Document.from_bytes(b'{"case":"1403/77"}', name="claim.json")


@cache
def practice() -> PracticePki:
    return PracticePki(at=AT)


def sign(*documents: edoc.Document, **options: object) -> edoc.Document:
    key = practice().key("person-ec")
    given = list(documents) if len(documents) > 1 else documents[0]
    return edoc.sign_document(given, key, signing_time=AT, **options).document  # type: ignore[arg-type]


SIGNED = {
    "xades": lambda: sign(XML),
    "xades-internally-detached": lambda: sign(TEXT, format="xades", packaging="internally-detached"),
    "jades": lambda: sign(JSON),
    "cades": lambda: sign(TEXT, packaging="enveloping"),
    "asic-e": lambda: sign(TEXT, format="asic-e"),
}
AROUND = {
    "asic-e": {"format": "asic-e"},
    "asic-s": {"format": "asic-s"},
    "xades-enveloping": {"format": "xades", "packaging": "enveloping"},
    "xades-detached": {"format": "xades", "packaging": "detached"},
    "jades-detached": {"format": "jades", "packaging": "detached"},
}


@pytest.mark.parametrize("around", AROUND)
@pytest.mark.parametrize("inner", SIGNED)
def test_a_signed_document_may_be_data(inner: str, around: str) -> None:
    data = SIGNED[inner]()
    if inner == around:
        # A container of the same kind gets one more signature instead.
        assert len(edoc.verify_document(sign(data, **AROUND[around]), policy="integrity").signatures) == 2
        return
    made = sign(data, **AROUND[around])
    beside = [data] if around.endswith("detached") else []
    report = edoc.verify_document(made, policy="integrity", detached=beside)
    assert report.verdict is edoc.Verdict.INTACT and len(report.signatures) == 1
    assert report.signatures[0].signed_data(0) == bytes(data.data[:]) or (inner, around) == ("cades", "asic-s")


def test_what_joins_a_signed_document_keeps_its_signatures() -> None:
    for document in (sign(sign(XML)), sign(sign(JSON)), sign(sign(TEXT, packaging="enveloping"))):
        assert len(edoc.verify_document(document, policy="integrity").signatures) == 2


def test_a_signature_goes_to_its_place() -> None:
    made = bytes(sign(XML, parent="Ext/Content").data[:])
    assert b"<Content><ds:Signature" in made
    with pytest.raises(ConfigError) as caught:
        sign(XML, parent="Ext/Nothing")
    assert caught.value.code == "XADES_PARENT_MISSING"


def test_only_some_elements_are_signed() -> None:
    (found,) = edoc.verify_document(sign(XML, elements=["n1", "n2"]), policy="integrity").signatures
    assert found.intact is True and [item.name for item in found.scope] == ["#n1", "#n2"]
    assert "PARTIAL_COVERAGE" in {item.code for item in found.findings}


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"parent": "Ext", "packaging": "detached"}, "SIGN_OPTION_PACKAGING"),
        ({"elements": ["n1"], "packaging": "enveloped"}, "SIGN_OPTION_PACKAGING"),
        ({"elements": ["n1"], "parent": "Ext"}, "SIGN_OPTION_PACKAGING"),
        ({"elements": ["n1"], "countersign": "S1"}, "SIGN_OPTION_PACKAGING"),
        ({"elements": ["n1"], "format": "cades"}, "SIGN_OPTION_FORMAT"),
        ({"parent": "Ext", "format": "jades"}, "SIGN_OPTION_FORMAT"),
        ({"media_types": {"": "text"}}, "SIGN_OPTION_VALUE"),
    ],
)
def test_what_does_not_go_together_is_refused(options: dict[str, object], code: str) -> None:
    with pytest.raises(ConfigError) as caught:
        sign(XML, **options)
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("document", "options"),
    [
        (XML, {}), (TEXT, {"format": "xades", "packaging": "detached"}), (TEXT, {"packaging": "enveloping"}),
        (JSON, {}), (TEXT, {"format": "asic-e"}), (TEXT, {"format": "asic-e", "inner": "cades"}),
    ],
)  # fmt: skip
@pytest.mark.parametrize("types", [{"": "text/x-ruling"}, {"a.xml": "text/x-ruling", "annex.txt": "text/x-ruling", "claim.json": "text/x-ruling"}])
def test_the_media_type_that_is_stated(document: edoc.Document, options: dict[str, object], types: dict[str, str]) -> None:
    made = sign(document, media_types=types, **options)
    if options.get("inner") == "cades":
        assert b'MimeType="text/x-ruling"' in bytes(made.data[:])
        return
    (found,) = read_document(made).signatures
    assert set(found.claims.media_types.values()) == {"text/x-ruling"}
