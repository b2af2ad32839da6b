"""Wants answered over HTTP: which address is asked how, what is kept, and why nothing was found."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7

from edoc.errors import FetchError
from edoc.lab.pki import Pki
from edoc.lab.server import LabServer
from edoc.net.answers import read_certificates, read_list
from edoc.net.fetch import Fetcher
from edoc.net.gather import Answer, Gatherer, Question
from edoc.net.policy import FetchKind, FetchLimits, FetchPolicy
from edoc.net.transport import start, wait
from edoc.pki.certificate import Certificate
from edoc.result.enums import WantKind
from edoc.result.report import Want
from tests.net import servers
from tests.net.conftest import AT
from tests.net.servers import Server, serving

ALL = tuple(FetchKind)


class Asker:
    """A gatherer whose clock is a list of one time."""

    def __init__(self, *hosts: str, kinds: tuple[FetchKind, ...] = ALL, cache: Path | None = None, **limits: float) -> None:
        policy = FetchPolicy(
            kinds=kinds,
            hosts=hosts,
            cache=str(cache) if cache is not None else None,
            limits=FetchLimits(**{"total_seconds": 10.0, **limits}),  # type: ignore[arg-type]
        )
        self.time = [AT]
        self.gatherer = Gatherer(Fetcher(policy), now=lambda: self.time[0])

    def __call__(self, *wants: Want, fresh: bool = False) -> tuple[Answer, ...]:
        questions = tuple(Question(want=want, fresh=fresh) for want in wants)
        return wait(self.gatherer.gather(questions, self.gatherer.budget()))

    def one(self, want: Want, *, fresh: bool = False) -> Answer:
        (answer,) = self(want, fresh=fresh)
        return answer


def host_of(lab: LabServer) -> str:
    return lab.url.removeprefix("http://")


def want(pki: Pki, kind: WantKind, *uris: str, label: str = "person", issuer: str = "issuing") -> Want:
    certificate = Certificate.load(pki.certificate(label))
    own = {
        WantKind.CRL: certificate.crl_uris,
        WantKind.OCSP: certificate.ocsp_uris,
        WantKind.ISSUER: certificate.ca_issuer_uris,
    }[kind]
    return Want(
        kind=kind,
        subject=label,
        why="REVOCATION_DATA_MISSING",
        uris=uris or own,
        certificate=certificate.der,
        issuer_spki=Certificate.load(pki.certificate(issuer)).spki_der,
    )


def why(answer: Answer) -> tuple[str, str]:
    assert answer.unavailable is not None and answer.unavailable.finding is not None
    assert not (answer.crls or answer.ocsps or answer.certificates)
    assert answer.unavailable.subject == answer.question.want.subject
    return answer.unavailable.reason, answer.unavailable.finding.code


@pytest.mark.loopback
def test_every_kind_is_answered_by_the_practice_pki(lab: LabServer) -> None:
    ask = Asker(host_of(lab))
    crl, ocsp, issuer = ask(*(want(lab.pki, kind) for kind in (WantKind.CRL, WantKind.OCSP, WantKind.ISSUER)))
    assert [item.der for item in crl.crls] == [lab.pki.revocation_list("issuing")]
    assert [item.der for item in issuer.certificates] == [lab.pki.certificate("issuing")]
    (response,) = ocsp.ocsps
    serial = Certificate.load(lab.pki.certificate("person")).serial_number
    assert response.der[:1] == b"\x30" and serial.to_bytes(20, "big").lstrip(b"\0") in response.der
    assert not any(item.kept or item.unavailable for item in (crl, ocsp, issuer))


def test_what_is_not_allowed_is_not_asked(pki: Pki) -> None:
    ask = Asker(kinds=(FetchKind.CRL,))
    assert why(ask.one(want(pki, WantKind.ISSUER, "http://ca.example/"))) == ("not_asked", "FETCH_KIND_NOT_ALLOWED")
    assert why(ask.one(want(pki, WantKind.OCSP, "http://ca.example/"))) == ("not_asked", "FETCH_KIND_NOT_ALLOWED")


def test_no_address_and_forbidden_addresses_are_not_asked(pki: Pki) -> None:
    ask = Asker()
    crl = want(pki, WantKind.CRL)
    assert why(ask.one(replace(crl, uris=()))) == ("not_asked", "FETCH_NO_ADDRESS")
    assert why(ask.one(replace(crl, uris=("ldap://a.example/cn",)))) == ("not_asked", "FETCH_SCHEME_UNSUPPORTED")
    assert why(ask.one(replace(crl, uris=("http://127.0.0.1/",)))) == ("not_asked", "FETCH_ADDRESS_PRIVATE")
    assert why(ask.one(replace(crl, certificate=b"junk"))) == ("not_asked", "FETCH_NO_ADDRESS")
    ocsp = replace(want(pki, WantKind.OCSP, "http://ocsp.example/"), issuer_spki=None)
    assert why(ask.one(ocsp)) == ("not_asked", "OCSP_ISSUER_UNKNOWN")


@pytest.mark.loopback
def test_addresses_are_tried_in_turn_and_not_without_end(pki: Pki) -> None:
    crl = pki.revocation_list("issuing")
    with serving({"/good": servers.body(crl), "/junk": servers.body(b"junk")}) as server:
        ask = Asker(server.host)
        uris = ("ldap://a.example/cn", f"{server.url}/none", f"{server.url}/junk", f"{server.url}/good")
        assert ask.one(want(pki, WantKind.CRL, *uris)).crls[0].der == crl
        uris = tuple(f"{server.url}/none{number}" for number in range(5)) + (f"{server.url}/good",)
        assert why(ask.one(want(pki, WantKind.CRL, *uris))) == ("unreachable", "FETCH_STATUS")
        uris = (f"{server.url}/junk", "ldap://a.example/cn")
        assert why(ask.one(want(pki, WantKind.CRL, *uris))) == ("unreachable", "FETCH_SCHEME_UNSUPPORTED")


BAD: dict[str, tuple[servers.Way, str]] = {
    "slow": (servers.slow, "FETCH_TIMEOUT"),
    "bomb": (servers.bomb, "FETCH_ENCODED"),
    "to-a-file": (servers.moved("file:///etc/passwd"), "FETCH_REDIRECT_REFUSED"),
    "garbage": (servers.garbage, "FETCH_BROKEN"),
    "page": (servers.body(b"<html>sold</html>"), "FETCH_ANSWER_UNREADABLE"),
    "missing": (servers.status(410), "FETCH_STATUS"),
}


@pytest.mark.loopback
@pytest.mark.parametrize("name", BAD)
@pytest.mark.parametrize("kind", [WantKind.CRL, WantKind.OCSP, WantKind.ISSUER])
def test_a_service_that_gives_nothing_usable_is_unreachable(pki: Pki, kind: WantKind, name: str) -> None:
    way, code = BAD[name]
    if kind is WantKind.OCSP and name == "to-a-file":
        code = "FETCH_POST_REDIRECTED"
    with serving({"/a": way}) as server:
        seconds = 0.4 if code == "FETCH_TIMEOUT" else 10.0
        answer = Asker(server.host, total_seconds=seconds).one(want(pki, kind, f"{server.url}/a"))
    assert why(answer) == ("unreachable", code)


@pytest.mark.loopback
def test_a_responder_that_takes_no_post_is_asked_by_get(lab: LabServer) -> None:
    from base64 import b64decode
    from urllib.parse import unquote

    def way(handler: servers.Handler, _: bytes) -> None:
        if handler.command == "POST":
            handler.send(b"", code=405)
        else:
            handler.send(lab.pki.answer_ocsp("issuing", b64decode(unquote(handler.path.removeprefix("/ocsp/")))))

    with serving({"*": way}) as server:
        answer = Asker(server.host).one(want(lab.pki, WantKind.OCSP, f"{server.url}/ocsp"))
        assert [handler.command for handler in server.seen] == ["POST", "GET"]
    assert len(answer.ocsps) == 1


def _replaying(pki: Pki) -> servers.Way:
    from edoc.net.ocsp import ocsp_request

    certificate, issuer = (Certificate.load(pki.certificate(label)) for label in ("person", "issuing"))
    return servers.body(pki.answer_ocsp("issuing", ocsp_request(certificate, issuer.spki_der, nonce=bytes(32))))


OCSP_BAD: dict[str, tuple[Callable[[Pki], servers.Way], str]] = {
    "replayed": (_replaying, "OCSP_NONCE_MISMATCH"),
    "another": (lambda pki: servers.body(pki.ocsp_response("stamp")), "OCSP_OTHER_CERTIFICATE"),
    "try-later": (lambda _: servers.body(b"\x30\x03\x0a\x01\x03"), "OCSP_REFUSED"),
}


@pytest.mark.loopback
@pytest.mark.parametrize("name", OCSP_BAD)
def test_a_responder_that_answers_wrongly_is_no_evidence(pki: Pki, name: str) -> None:
    make, code = OCSP_BAD[name]
    with serving({"/a": make(pki)}) as server:
        assert why(Asker(server.host).one(want(pki, WantKind.OCSP, f"{server.url}/a"))) == ("unreachable", code)


def _counted(server: Server) -> int:
    return len(server.seen)


@pytest.mark.loopback
def test_one_list_for_many_certificates_is_fetched_once(pki: Pki) -> None:
    with serving({"/a": servers.body(pki.revocation_list("issuing"))}) as server:
        ask = Asker(server.host)
        labels = ("person", "stamp", "tsa", "ocsp")
        answers = ask(*(want(pki, WantKind.CRL, f"{server.url}/a", label=label) for label in labels))
        assert len({item.crls[0].sha256 for item in answers}) == 1 and _counted(server) == 1
        assert [item.kept for item in answers].count(True) == 3


@pytest.mark.loopback
def test_a_list_is_kept_until_its_next_update_and_not_longer_than_a_day(pki: Pki, tmp_path: Path) -> None:
    crl = pki.revocation_list("issuing")
    with serving({"/a": servers.body(crl)}) as server:
        asked = want(pki, WantKind.CRL, f"{server.url}/a")
        ask = Asker(server.host, cache=tmp_path / "net")
        assert [ask.one(asked).kept, ask.one(asked).kept] == [False, True]
        assert ask.one(asked, fresh=True).kept is False
        other = Asker(server.host, cache=tmp_path / "net")
        assert other.one(asked).kept is True
        other.time[0] = AT + timedelta(hours=25)
        assert other.one(asked).kept is False
        assert _counted(server) == 3
        stale = read_list(crl, "").next_update
        assert stale is not None
        other.time[0] = stale
        assert other.one(asked).kept is False and other.one(asked).kept is False
        other.time[0] = stale - timedelta(minutes=1)
        other.one(asked, fresh=True)
        other.time[0] = stale
        assert other.one(asked).kept is False


@pytest.mark.loopback
def test_what_is_kept_is_young_for_a_minute(pki: Pki, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [100.0]
    with serving({"/a": servers.body(pki.revocation_list("issuing"))}) as server:
        asked = want(pki, WantKind.CRL, f"{server.url}/a")
        ask = Asker(server.host, cache=tmp_path)
        monkeypatch.setattr("edoc.net.cache.time.monotonic", lambda: clock[0])
        assert (ask.one(asked).kept, ask.one(asked).young) == (False, True)
        clock[0] += 61
        again = ask.one(asked)
        assert again.kept and not again.young
        other = Asker(server.host, cache=tmp_path).one(asked)
        assert other.kept and not other.young, "another process cannot tell how old its answer is"


@pytest.mark.loopback
def test_an_ocsp_answer_is_kept_for_its_certificate_only(lab: LabServer) -> None:
    ask = Asker(host_of(lab))
    person, stamp = (want(lab.pki, WantKind.OCSP, label=label) for label in ("person", "stamp"))
    assert [ask.one(item).kept for item in (person, stamp, person, stamp)] == [False, False, True, True]
    other_issuer = replace(person, issuer_spki=Certificate.load(lab.pki.certificate("issuing-b")).spki_der)
    assert ask.one(other_issuer).kept is False


@pytest.mark.loopback
def test_a_dead_service_is_asked_once_a_minute(pki: Pki, monkeypatch: pytest.MonkeyPatch) -> None:
    with serving({"/a": servers.status(500)}) as server:
        ask = Asker(server.host)
        for label in ("person", "stamp", "person"):
            assert why(ask.one(want(pki, WantKind.OCSP, f"{server.url}/a", label=label)))[0] == "unreachable"
        assert _counted(server) == 1
        ask.one(want(pki, WantKind.OCSP, f"{server.url}/a"), fresh=True)
        assert _counted(server) == 2


@pytest.mark.loopback
def test_a_kept_answer_that_is_damaged_is_asked_for_again(pki: Pki, tmp_path: Path) -> None:
    with serving({"/a": servers.body(pki.revocation_list("issuing"))}) as server:
        asked = want(pki, WantKind.CRL, f"{server.url}/a")
        Asker(server.host, cache=tmp_path).one(asked)
        (file,) = tmp_path.iterdir()
        file.write_bytes(file.read_bytes()[:-1])
        again = Asker(server.host, cache=tmp_path).one(asked)
        assert again.kept is False and len(again.crls) == 1


@pytest.mark.loopback
def test_one_document_may_not_ask_without_end(pki: Pki) -> None:
    with serving({"*": servers.status(404)}) as server:
        ask = Asker(server.host, document_urls=7)
        wants = [
            want(pki, WantKind.CRL, *(f"{server.url}/{label}{number}" for number in range(5)), label=label)
            for label in ("person", "stamp", "tsa")
        ]
        answers = ask(*wants)
        assert _counted(server) == 7
        assert "FETCH_BUDGET" in {why(item)[1] for item in answers}


@pytest.mark.loopback
def test_nobody_waits_for_another_document_beyond_its_own_time(pki: Pki) -> None:
    """The first asks a slow service for as long as it may; the second has less time, and stops when it is over."""
    import time

    with serving({"/a": servers.slow}) as server:
        ask = Asker(server.host, total_seconds=3.0)
        question = (Question(want=want(pki, WantKind.CRL, f"{server.url}/a")),)
        hurried = Fetcher(FetchPolicy(limits=FetchLimits(document_seconds=0.3))).budget()
        first = start(ask.gatherer.gather(question, ask.gatherer.budget()))
        while not server.seen:
            time.sleep(0.01)
        started = time.monotonic()
        (answer,) = wait(ask.gatherer.gather(question, hurried))
        assert time.monotonic() - started < 1.5 and not first.done()
        assert why(answer) == ("unreachable", "FETCH_TIMEOUT")
        first.cancel()


def test_issuers_come_as_der_pem_or_a_bundle(pki: Pki) -> None:
    der = pki.certificate("issuing")
    certificates = [x509.load_der_x509_certificate(pki.certificate(label)) for label in ("issuing", "root-a")]
    pem = b"".join(item.public_bytes(Encoding.PEM) for item in certificates)
    assert [item.der for item in read_certificates(der, "")] == [der]
    for bundle in (pem, pkcs7.serialize_certificates(certificates, Encoding.DER)):
        assert {item.der for item in read_certificates(bundle, "")} == {der, pki.certificate("root-a")}


def test_lists_come_as_der_or_pem(pki: Pki) -> None:
    der = pki.revocation_list("issuing")
    pem = x509.load_der_x509_crl(der).public_bytes(Encoding.PEM)
    assert read_list(der, "").der == read_list(pem, "").der == der
    for junk in (pem + pem, b"", der + b"\0", pki.certificate("issuing")):
        with pytest.raises(FetchError) as caught:
            read_list(junk, "http://ca.example/?x")
        assert (caught.value.code, caught.value.subject) == ("FETCH_ANSWER_UNREADABLE", "http://ca.example/")


def test_a_bundle_of_too_many_is_refused(pki: Pki) -> None:
    certificate = x509.load_der_x509_certificate(pki.certificate("issuing"))
    for bundle in (certificate.public_bytes(Encoding.PEM) * 33, pkcs7.serialize_certificates([certificate] * 33, Encoding.DER)):
        with pytest.raises(FetchError):
            read_certificates(bundle, "")


def test_no_mutant_of_a_bundle_crashes(pki: Pki) -> None:
    certificates = [x509.load_der_x509_certificate(pki.certificate(label)) for label in ("issuing", "root-a")]
    bundle = pkcs7.serialize_certificates(certificates, Encoding.DER)
    chance = random.Random(3)
    for _ in range(800):
        mutant = bytearray(bundle)
        for _ in range(chance.randint(1, 3)):
            mutant[chance.randrange(len(mutant))] = chance.randrange(256)
        try:
            read_certificates(bytes(mutant), "")
        except FetchError:
            continue
