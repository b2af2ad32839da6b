"""What edoc certifies, locks and signs on demand, other programs must accept, and refuse what it does not permit."""

from __future__ import annotations

import io
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from asn1crypto import x509 as asn1_x509
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import MDPPerm
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.status import PdfSignatureStatus
from pyhanko_certvalidator import ValidationContext

import edoc
from tests.interop.dss.oracle import Dss, Judged
from tests.interop.test_dss_accepts import AT, practice
from tests.interop.tools import TOOLS
from tests.sign.forms import fill, form
from tests.sign.makers import SIGNING_TIME, identity, open_key
from tests.sign.test_demands import HANKO

Options = dict[str, object]
STEPS: dict[str, list[Options]] = {
    "no-changes": [{"certify": "no-changes"}],
    "fill-forms": [{"certify": "fill-forms"}],
    "annotate": [{"certify": "annotate"}],
    "certified-field": [{"certify": "fill-forms", "field": "Judge"}],
    "certified-and-signed": [{"certify": "fill-forms"}, {"field": "Judge"}],
    "certified-and-two-more": [{"certify": "annotate"}, {}, {"field": "Judge"}],
    "certified-with-lock": [{"certify": "fill-forms", "lock": "include", "lock_fields": ["Date"]}, {}],
    "lock-all": [{"lock": "all"}],
    "lock-include": [{"field": "Judge", "lock": "include", "lock_fields": ["Amount"]}, {}],
    "lock-exclude": [{"lock": "exclude", "lock_fields": ["Amount"]}],
    "lock-document": [{}, {"lock_permission": "no-changes"}],
    "lock-late": [{}, {"field": "Judge", "lock": "all"}],
    "framed": [{"box": (300, 300, 400, 350)}, {"page": 1, "box": (300, 400, 400.5, 450)}],
    "framed-and-certified": [{"certify": "no-changes", "box": (300, 300, 400, 350), "field": "Registrar"}],
}


@cache
def made(case: str, folder: Path) -> Path:
    """The form after the signatures of a case, by the key that all tools trust."""
    data = form()
    for options in STEPS[case]:
        result = edoc.sign_document(data, open_key("p256", folder), signing_time=SIGNING_TIME, **options)  # type: ignore[arg-type]
        data = bytes(result.document.data[:])
    place = folder / f"{case}.pdf"
    place.write_bytes(data)
    return place


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("permits")


@pytest.mark.parametrize("case", STEPS)
@pytest.mark.parametrize("tool", TOOLS)
def test_the_tool_accepts(tool: str, case: str, folder: Path, oracle: Callable[[str], str], tmp_path: Path) -> None:
    answer = TOOLS[tool](made(case, folder), oracle, tmp_path)
    assert answer.accepted and answer.count in (None, len(STEPS[case])), answer.words


def hanko(document: bytes) -> PdfSignatureStatus:
    """What pyHanko says of the first signature, its rules for later changes included."""
    anchor = asn1_x509.Certificate.load(identity("p256").authority.public_bytes(Encoding.DER))
    context = ValidationContext(trust_roots=[anchor], moment=SIGNING_TIME, allow_fetching=False)
    return validate_pdf_signature(PdfFileReader(io.BytesIO(document)).embedded_signatures[0], context)


PERMITS: dict[str, tuple[MDPPerm, bool]] = {
    "no-changes": (MDPPerm.NO_CHANGES, False),
    "fill-forms": (MDPPerm.FILL_FORMS, True),
    "annotate": (MDPPerm.ANNOTATE, True),
}


@pytest.mark.parametrize("case", PERMITS)
def test_pyhanko_reads_what_is_permitted(case: str, folder: Path) -> None:
    permission, fills = PERMITS[case]
    certified = made(case, folder).read_bytes()
    assert PdfFileReader(io.BytesIO(certified)).embedded_signatures[0].docmdp_level is permission
    assert hanko(certified).docmdp_ok is True
    assert hanko(fill(certified, "Amount", "9000")).docmdp_ok is fills


@pytest.mark.parametrize(("case", "locked"), [("lock-include", "Amount"), ("lock-exclude", "Date"), ("lock-all", "Date")])
def test_pyhanko_reads_what_is_locked(case: str, locked: str, folder: Path) -> None:
    signed = made(case, folder).read_bytes()
    assert hanko(signed).bottom_line
    status = hanko(fill(signed, locked, "9000"))
    assert status.intact and not status.bottom_line


@pytest.mark.parametrize("entry", [entry for entry in HANKO if entry != "SV/TimeStamp"])
def test_pyhanko_finds_the_demands_of_its_field_kept(entry: str, tmp_path: Path) -> None:
    make, kept, _, _ = HANKO[entry]
    key = open_key("p256", tmp_path)
    result = edoc.sign_document(make(), key, field="Court", signing_time=SIGNING_TIME, **kept)  # type: ignore[arg-type]
    status = hanko(bytes(result.document.data[:]))
    assert status.has_seed_values and status.seed_value_ok and status.bottom_line


def judged(dss: Dss, document: bytes) -> tuple[Judged, ...]:
    pki = practice()
    trust = [pki.certificate("root-a"), pki.certificate("root-b")]
    return dss.validate(document, trust=trust, crls=pki.validation_data(), time=AT)


@cache
def for_dss(case: str) -> bytes:
    data = form()
    for options in STEPS[case]:
        key = practice().key("person-ec")
        result = edoc.sign_document(data, key, signing_time=AT, **options)  # type: ignore[arg-type]
        data = bytes(result.document.data[:])
    return data


@pytest.mark.parametrize("case", STEPS)
def test_dss_passes_every_signature(dss: Dss, case: str) -> None:
    # By its default policy DSS only warns of changes that are not permitted: pyHanko is asked about those.
    answers = judged(dss, for_dss(case))
    assert len(answers) == len(STEPS[case])
    assert all(item.passed and item.level == "PAdES-BASELINE-B" for item in answers), answers


LASTING: dict[str, Options] = {
    "no-changes": {"certify": "no-changes"},
    "fill-forms": {"certify": "fill-forms", "field": "Judge"},
    "lock-all": {"lock": "all"},
    "lock-document": {"lock_permission": "no-changes"},
    "everything": {"certify": "no-changes", "lock": "all", "box": (300, 300, 400, 350)},
}


@pytest.mark.parametrize("case", LASTING)
def test_what_permits_nothing_takes_its_archive_all_the_same(dss: Dss, case: str) -> None:
    pki = practice()
    result = edoc.sign_document(
        form(), pki.key("person-ec"), level="B-LTA", tsa=pki, signing_time=AT, trust=pki.trust,
        validation_data=pki.validation_data(), **LASTING[case],
    )  # type: ignore[arg-type]  # fmt: skip
    document = bytes(result.document.data[:])
    report = edoc.verify_document(document, trust=pki.trust, validation_time=AT)
    assert report.verdict is edoc.Verdict.PASSED and report.signatures[0].changes_since_signing == "validation_data"
    roots = [asn1_x509.Certificate.load(pki.certificate(name)) for name in ("root-a", "root-b")]
    context = ValidationContext(trust_roots=roots, moment=AT, allow_fetching=False)
    status = validate_pdf_signature(PdfFileReader(io.BytesIO(document)).embedded_regular_signatures[0], context)
    assert status.bottom_line and status.docmdp_ok
    (answer,) = judged(dss, document)
    assert answer.passed and answer.level == "PAdES-BASELINE-LTA", answer
