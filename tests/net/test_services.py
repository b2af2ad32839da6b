"""Revocation services that are dead, late or lying, end to end: a clear word for each, and nobody passes by them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest

import edoc
from edoc.testing import PracticePki
from tests import online
from tests.net import servers
from tests.net.servers import Server, Way
from tests.online import AT

Make = Callable[[PracticePki], Way]

DEAD: Make = lambda _: servers.status(503)
GOOD_OCSP: Make = lambda pki: lambda handler, body: handler.send(pki._pki.answer_ocsp("issuing", body))


def lists(name: str) -> Make:
    return lambda pki: servers.body(pki.crl(name))


@pytest.fixture
def server(socket_watch: None) -> Iterator[Server]:
    with servers.serving({}) as made:
        yield made


def report_of(
    server: Server, *, ocsp: Make, crl: Make, kinds: tuple[str, ...] = ("ocsp", "crl"), name: str = "person"
) -> edoc.Report:
    pki = PracticePki(at=AT, base_url=server.url)
    server.ways |= {
        "/practice/ocsp/issuing": ocsp(pki),
        "/practice/crls/issuing/latest.crl": crl(pki),
        "/practice/crls/root-a/latest.crl": lists("root-a")(pki),
    }
    signed = edoc.sign_document(online.RULING, pki.key(name), signing_time=AT, allow_invalid_certificate=True).document
    policy = edoc.FetchPolicy(kinds=kinds, hosts=[server.host])
    return edoc.verify_document(signed, trust=pki.trust, validation_time=AT, online=policy)


def notes(report: edoc.Report) -> set[str]:
    return {item.code for item in report.findings}


def errors(report: edoc.Report) -> set[str]:
    return {item.code for item in report.signatures[0].findings if item.severity.value == "error"}


BAD_OCSP: dict[str, tuple[Make, str | None]] = {
    "dead": (DEAD, "FETCH_STATUS"),
    "slow": (lambda _: servers.cut_short, "FETCH_BROKEN"),
    "garbage": (lambda _: servers.body(b"<html>"), "FETCH_ANSWER_UNREADABLE"),
    "refusing": (lambda _: servers.body(b"\x30\x03\x0a\x01\x06"), "OCSP_REFUSED"),
    "another": (lambda pki: servers.body(pki.ocsp("stamp")), "OCSP_OTHER_CERTIFICATE"),
    "bomb": (lambda _: servers.bomb, "FETCH_ENCODED"),
    "moved": (lambda _: servers.moved("file:///etc/passwd"), "FETCH_POST_REDIRECTED"),
    "stale": (lambda pki: servers.body(pki.ocsp("person", at=AT - timedelta(days=30))), None),
    "broken-signature": (lambda pki: servers.body(_by_another(pki)), None),
}


def _by_another(pki: PracticePki) -> bytes:
    """The right answer, its signature broken: nobody who may speak for the issuer has made it."""
    answer = bytearray(pki.ocsp("person"))
    position = answer.index(bytes.fromhex("06082a8648ce3d040302")) + 20
    answer[position] ^= 1
    return bytes(answer)


@pytest.mark.loopback
@pytest.mark.parametrize("name", BAD_OCSP)
def test_a_list_helps_when_the_responder_does_not(server: Server, name: str) -> None:
    make, code = BAD_OCSP[name]
    report = report_of(server, ocsp=make, crl=lists("issuing"))
    assert report.verdict is edoc.Verdict.PASSED
    assert code is None or code in notes(report)


@pytest.mark.loopback
@pytest.mark.parametrize("name", BAD_OCSP)
def test_nobody_passes_by_a_bad_responder_alone(server: Server, name: str) -> None:
    make, code = BAD_OCSP[name]
    report = report_of(server, ocsp=make, crl=DEAD)
    assert report.verdict is edoc.Verdict.INDETERMINATE
    assert errors(report) & {"REVOCATION_DATA_MISSING", "REVOCATION_DATA_STALE"}
    assert code is None or code in notes(report)
    own = [item for item in report.wants if item.subject.startswith("GN=")]
    reasons = {item.kind.value: item.unavailable for item in own}
    assert reasons.get("crl") == "unreachable"
    assert reasons.get("ocsp") == ("unreachable" if code is not None else None)


@pytest.mark.loopback
@pytest.mark.parametrize("kinds", [("ocsp", "crl"), ("crl", "ocsp")])
def test_a_good_responder_is_enough(server: Server, kinds: tuple[str, ...]) -> None:
    report = report_of(server, ocsp=GOOD_OCSP, crl=DEAD, kinds=kinds)
    assert report.verdict is edoc.Verdict.PASSED


@pytest.mark.loopback
def test_an_answer_made_in_advance_is_taken_and_told(server: Server) -> None:
    report = report_of(server, ocsp=lambda pki: servers.body(pki.ocsp("person")), crl=DEAD)
    assert report.verdict is edoc.Verdict.PASSED and "OCSP_NONCE_ABSENT" in notes(report)
    fresh = report_of(server, ocsp=GOOD_OCSP, crl=DEAD)
    assert "OCSP_NONCE_ABSENT" not in notes(fresh)


@pytest.mark.loopback
def test_a_list_of_another_authority_is_no_list(server: Server) -> None:
    report = report_of(server, ocsp=DEAD, crl=lists("issuing-b"))
    assert report.verdict is edoc.Verdict.INDETERMINATE
    assert "REVOCATION_DATA_MISSING" in errors(report)


@pytest.mark.loopback
def test_a_list_that_has_ended_is_stale(server: Server) -> None:
    report = report_of(server, ocsp=DEAD, crl=lambda pki: servers.body(pki.crl("issuing", at=AT - timedelta(days=30))))
    assert report.verdict is edoc.Verdict.INDETERMINATE
    assert "REVOCATION_DATA_STALE" in errors(report)
