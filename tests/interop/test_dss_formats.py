"""DSS and edoc, both ways, in every format: packaging by level by key; and twins with one fact changed.

What edoc signs, DSS calls TOTAL_PASSED at the same level under its default policy with revocation data
required; what DSS signs, edoc passes at the same level.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache

import pytest

import edoc
from edoc.testing import PracticePki
from tests.interop.dss.oracle import Dss, Judged
from tests.interop.dss.practice import PASSWORD, pkcs12

AT = datetime(2026, 6, 1, 12, tzinfo=UTC)
LEVELS = ("B-B", "B-T", "B-LT", "B-LTA")
KEYS = {"rsa": "person", "p256": "person-ec"}
TEXT = ("annex.txt", "پیوست رأی، برگ نخست\n".encode() * 20)
XML = ("invoice.xml", b'<?xml version="1.0" encoding="UTF-8"?>\n<Invoice xmlns="urn:example:invoice" Id="inv"><ID Id="n1">7</ID></Invoice>\n')
JSON = ("claim.json", b'{"case":"1403/77","sum":1250000}')


@dataclass(frozen=True)
class Shape:
    """One format and packaging: how edoc and DSS are asked for it."""

    format: str
    packaging: str | None
    document: tuple[str, bytes]
    family: str
    """The word that levels begin with."""
    dss: str
    asked: dict[str, object]
    """Of DSS."""

    @property
    def beside(self) -> list[tuple[str, bytes]]:
        """What is handed over with the signature."""
        return [self.document] if self.packaging == "detached" else []


SHAPES = {
    "jades": Shape("jades", "enveloping", JSON, "JAdES", "jades", {"packaging": "ENVELOPING"}),
    "jades-detached": Shape(
        "jades", "detached", JSON, "JAdES", "jades", {"packaging": "DETACHED", "mechanism": "OBJECT_ID_BY_URI_HASH"}
    ),
    "cades": Shape("cades", "enveloping", TEXT, "CAdES", "cades", {"packaging": "ENVELOPING"}),
    "cades-detached": Shape("cades", "detached", TEXT, "CAdES", "cades", {"packaging": "DETACHED"}),
    "xades-enveloped": Shape("xades", "enveloped", XML, "XAdES", "xades", {"packaging": "ENVELOPED"}),
    "xades-enveloping": Shape("xades", "enveloping", TEXT, "XAdES", "xades", {"packaging": "ENVELOPING"}),
    "xades-detached": Shape("xades", "detached", TEXT, "XAdES", "xades", {"packaging": "DETACHED"}),
    "xades-internally-detached": Shape(
        "xades", "internally-detached", XML, "XAdES", "xades", {"packaging": "INTERNALLY_DETACHED"}
    ),
    "asic-e-xades": Shape("asic-e", None, TEXT, "XAdES", "asic-xades", {"container": "ASiC_E"}),
    "asic-s-xades": Shape("asic-s", None, TEXT, "XAdES", "asic-xades", {"container": "ASiC_S"}),
    "asic-e-cades": Shape("asic-e", None, TEXT, "CAdES", "asic-cades", {"container": "ASiC_E"}),
    "asic-s-cades": Shape("asic-s", None, TEXT, "CAdES", "asic-cades", {"container": "ASiC_S"}),
}
CASES = [
    pytest.param(shape, level, key, id=f"{shape}-{level}-{key}") for shape in SHAPES for level in LEVELS for key in KEYS
]


@cache
def practice() -> PracticePki:
    return PracticePki(at=AT)


def _documents(pairs: list[tuple[str, bytes]]) -> list[edoc.Document]:
    return [edoc.Document.from_bytes(data, name=name) for name, data in pairs]


@cache
def signed(shape: str, level: str, key: str, member: str = "") -> edoc.Document:
    """Return what edoc signs."""
    pki, how = practice(), SHAPES[shape]
    result = edoc.sign_document(
        _documents([how.document])[0],
        pki.key(member or KEYS[key]),
        format=how.format,
        packaging=how.packaging,
        level=level,
        inner=how.family.lower() if how.format.startswith("asic") else None,
        tsa=pki if level != "B-B" else None,
        validation_data=pki.validation_data() if level in ("B-LT", "B-LTA") else (),
        signing_time=AT,
    )
    return result.document


def judge(dss: Dss, document: edoc.Document, how: Shape, *, data: tuple[bytes, ...]) -> Judged:
    """Return what DSS says of the one signature."""
    pki = practice()
    (judged,) = dss.validate(
        bytes(document.data[:]),
        trust=[pki.certificate("root-a"), pki.certificate("root-b")],
        crls=data,
        time=AT,
        name=document.name,
        detached=[{"name": name, "data": octets} for name, octets in how.beside],
    )
    return judged


def lists(level: str) -> tuple[bytes, ...]:
    """Return what a verifier brings along: below B-LT the revocation lists, above only those of the last time-stamp."""
    return practice().validation_data()


@pytest.mark.parametrize(("shape", "level", "key"), CASES)
def test_what_edoc_signs_passes_in_dss(dss: Dss, shape: str, level: str, key: str) -> None:
    judged = judge(dss, signed(shape, level, key), SHAPES[shape], data=lists(level))
    assert judged.passed, judged
    assert judged.level == f"{SHAPES[shape].family}-BASELINE-{level.removeprefix('B-')}"
    assert all(token.passed for token in judged.timestamps)


@pytest.mark.parametrize(("shape", "level", "key"), CASES)
def test_what_dss_signs_passes_in_edoc(dss: Dss, shape: str, level: str, key: str) -> None:
    pki, how = practice(), SHAPES[shape]
    document = dss.sign_format(
        how.dss,
        how.document,
        pkcs12=pkcs12(pki, KEYS[key]),
        password=PASSWORD,
        level=level,
        signing_time=AT,
        tsa={"pkcs12": pkcs12(pki, "tsa"), "password": PASSWORD, "time": AT} if level != "B-B" else None,
        trust=[pki.certificate("root-a"), pki.certificate("root-b")],
        crls=pki.validation_data(),
        **how.asked,
    )
    report = edoc.verify_document(
        edoc.Document.from_bytes(document, name="signed"),
        trust=pki.trust,
        detached=_documents(how.beside),
        validation_data=lists(level),
        validation_time=AT,
    )
    found = report.signatures[0]
    assert report.verdict is edoc.Verdict.PASSED, report.to_json(lang="en")
    assert found.level == f"{how.family}-BASELINE-{level.removeprefix('B-')}"


REFUSED = {"revoked": "REVOKED_NO_POE", "impostor": "NO_CERTIFICATE_CHAIN_FOUND"}


@pytest.mark.parametrize("shape", SHAPES)
def test_without_status_data_dss_passes_no_signature(dss: Dss, shape: str) -> None:
    judged = judge(dss, signed(shape, "B-B", "p256"), SHAPES[shape], data=())
    assert not judged.passed


@pytest.mark.parametrize("shape", SHAPES)
def test_what_was_tampered_with_is_refused_by_both(dss: Dss, shape: str) -> None:
    how = SHAPES[shape]
    document = signed(shape, "B-B", "p256")
    changed = tampered(document, how)
    beside = [(name, data.replace(b"1", b"2", 1) + b" ") for name, data in how.beside]
    report = edoc.verify_document(changed, trust=practice().trust, detached=_documents(beside), validation_time=AT)
    assert report.verdict is not edoc.Verdict.PASSED and report.signatures[0].intact is not True
    other = Shape(how.format, how.packaging, beside[0] if beside else how.document, how.family, how.dss, how.asked)
    assert not judge(dss, changed, other, data=lists("B-B")).passed


def tampered(document: edoc.Document, how: Shape) -> edoc.Document:
    """Return a document with other data inside; a detached one keeps its signature and gets other data beside it."""
    from tests.interop.dss.practice import with_other_data

    return document if how.beside else with_other_data(document)


RULES = b"The rules that this court signs by."


@pytest.mark.parametrize("shape", SHAPES)
def test_what_dss_states_is_read(dss: Dss, shape: str) -> None:
    pki, how = practice(), SHAPES[shape]
    document = dss.sign_format(
        how.dss, how.document, pkcs12=pkcs12(pki, "person-ec"), password=PASSWORD, level="B-B", signing_time=AT,
        policy={"id": "1.2.3.4.5" if how.family == "CAdES" else "urn:oid:1.2.3.4.5", "digest": hashlib.sha256(RULES).digest()}, roles=["judge"], approval=True,
        locality="Tehran", **how.asked,
    )  # fmt: skip
    report = edoc.verify_document(
        edoc.Document.from_bytes(document, name="signed"), trust=pki.trust, detached=_documents(how.beside),
        validation_data=lists("B-B"), validation_time=AT, signature_policies=[RULES],
    )  # fmt: skip
    claims = report.signatures[0].claims
    assert report.verdict is edoc.Verdict.PASSED, report.to_json(lang="en")
    assert claims.signature_policy is not None and claims.signature_policy.matches is True
    assert claims.signature_policy.id == "1.2.3.4.5" and claims.roles == ("judge",) and claims.location == ("Tehran",)
    assert len(claims.commitments) == 1
