"""The fail-closed door: who passes it, and what each refusal is called."""

from __future__ import annotations

import pickle

import pytest

import edoc
from edoc.errors import VerificationFailed
from edoc.result.enums import Indication, Verdict
from tests.report import makers

CODE = "9990000018"


def refusal(report: edoc.Report, signed_by: object) -> str:
    with pytest.raises(VerificationFailed) as caught:
        report.require_passed(signed_by=signed_by)  # type: ignore[arg-type]
    assert caught.value.exit_code == 1
    return caught.value.code


def test_a_passed_report_of_the_signer_opens() -> None:
    report = makers.report()
    assert report.require_passed(signed_by=CODE) is report.signatures[0]
    assert report.require_passed(signed_by=edoc.ANY_SIGNER) is report.signatures[0]


@pytest.mark.parametrize("written", ["۹۹۹۰۰۰۰۰۱۸", "٩٩٩٠٠٠٠٠١٨", "999000۰۰۱۸"])
def test_persian_and_arabic_digits_are_the_same_number(written: str) -> None:
    assert makers.report().require_passed(signed_by=written).id == "S1"
    named = makers.report(makers.signature(signer=makers.person(written)))
    assert named.require_passed(signed_by=CODE).id == "S1"


@pytest.mark.parametrize(
    "asked", ["999000001", "99900000180", " 9990000018", "9990000018 ", "9990000018,", "９９９００００018", "x"]
)
def test_the_number_must_be_exact(asked: str) -> None:
    assert refusal(makers.report(), asked) == "SIGNER_MISMATCH"


def test_a_certificate_without_a_number_is_nobody_by_number() -> None:
    report = makers.report(makers.signature(signer=makers.person(None)))
    assert refusal(report, "None") == "SIGNER_MISMATCH"
    assert refusal(makers.report(makers.signature(signer=None)), edoc.ANY_SIGNER) == "SIGNER_MISMATCH"


def test_every_value_of_a_match_must_be_equal() -> None:
    report = makers.report(makers.signature(signer=makers.person(organization="Court")))
    good = {
        "serial_number": CODE,
        "common_name": "مریم حسینی نمونه",
        "organization": "Court",
        "subject": report.signatures[0].signer.subject if report.signatures[0].signer else "",
        "issuer": "CN=Practice CA,C=IR",
        "certificate_sha256": makers.HEX.upper(),
    }
    assert report.require_passed(signed_by=edoc.Match(**good)).id == "S1"
    for name, value in good.items():
        assert report.require_passed(signed_by=edoc.Match(**{name: value})).id == "S1"
        assert refusal(report, edoc.Match(**{**good, name: "another"})) == "SIGNER_MISMATCH"


@pytest.mark.parametrize("empty", [{}, {"common_name": ""}, {"serial_number": CODE, "issuer": ""}])
def test_a_match_that_asks_nothing_is_no_match(empty: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="ANY_SIGNER"):
        edoc.Match(**empty)


@pytest.mark.parametrize(("asked", "kind"), [("", ValueError), (None, TypeError), (True, TypeError), (7, TypeError)])
def test_who_must_be_said(asked: object, kind: type[Exception]) -> None:
    with pytest.raises(kind):
        makers.report().require_passed(signed_by=asked)  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        makers.report().require_passed()  # type: ignore[call-arg]


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("failed", "VERDICT_FAILED"),
        ("undecided", "VERDICT_INDETERMINATE"),
        ("unsigned", "VERDICT_NO_SIGNATURE"),
        ("intact", "TRUST_NOT_JUDGED"),
    ],
)
def test_what_is_not_passed_names_its_cause(name: str, code: str) -> None:
    report = edoc.Report.of(makers.EVERY[name])
    assert refusal(report, CODE) == code
    assert refusal(report, edoc.ANY_SIGNER) == code


def test_integrity_is_refused_whatever_the_verdict_says() -> None:
    assert refusal(makers.report(trust_judged=False), CODE) == "TRUST_NOT_JUDGED"


def test_a_good_signature_in_a_document_that_failed_does_not_open() -> None:
    report = makers.report(
        makers.signature(), makers.signature(2, indication=Indication.TOTAL_FAILED), verdict=Verdict.FAILED
    )
    assert refusal(report, CODE) == "VERDICT_FAILED"


@pytest.mark.parametrize("changes", ["permitted", "not_permitted", None])
def test_a_later_signer_puts_no_words_under_the_first_name(changes: str | None) -> None:
    report = makers.report(
        makers.signature(changes_since_signing=changes), makers.signature(2, signer=makers.person("1111111111"))
    )
    assert refusal(report, CODE) == "CHANGED_AFTER_SIGNER"
    assert report.require_passed(signed_by="1111111111").id == "S2"
    assert report.require_passed(signed_by=edoc.ANY_SIGNER).id == "S2"


def test_validation_data_added_later_is_no_change() -> None:
    assert makers.report(makers.signature(changes_since_signing="validation_data")).require_passed(signed_by=CODE)


@pytest.mark.parametrize("indication", [None, Indication.INDETERMINATE, Indication.PASSED, Indication.TOTAL_FAILED])
def test_only_total_passed_counts(indication: Indication | None) -> None:
    assert refusal(makers.report(makers.signature(indication=indication)), CODE) == "SIGNER_MISMATCH"


def test_a_counter_signature_signs_nothing() -> None:
    counter = makers.signature(2, signer=makers.person("1111111111"))
    report = makers.report(makers.signature(counter_signatures=(counter,)))
    assert refusal(report, "1111111111") == "SIGNER_MISMATCH"


def test_a_report_is_no_truth_value_and_cannot_change() -> None:
    report = makers.report()
    for value in (report, report.verdict, report.data, edoc.ANY_SIGNER):
        with pytest.raises(TypeError):
            bool(value)
    with pytest.raises(AttributeError):
        report._data = makers.failed()
    with pytest.raises(AttributeError):
        report.verdict = Verdict.PASSED  # type: ignore[misc]
    with pytest.raises(AttributeError):
        del report._data


def test_a_report_travels_and_its_octets_stay() -> None:
    entry = makers.signature(signed_octets=(lambda: b"octets", None))
    report = makers.report(entry)
    assert report.signatures[0].signed_data(0) == b"octets"
    arrived = pickle.loads(pickle.dumps(report))
    assert arrived == report
    assert hash(arrived) == hash(report)
    for index in (0, 1):
        with pytest.raises(ValueError, match="verif"):
            arrived.signatures[0].signed_data(index)


def test_names_of_later_stages_do_not_exist() -> None:
    assert not {"to_etsi_xml"} & set(dir(edoc.Report))
