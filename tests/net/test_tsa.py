"""The time-stamp client: what a good authority gives is taken, and every bad one ends in its own code."""

from __future__ import annotations

import asyncio
import base64
import datetime
import hashlib
import ipaddress
import random
import ssl
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from asn1crypto import tsp
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from edoc.errors import ConfigError, FetchError
from edoc.lab.pki import Pki
from edoc.net.policy import FetchLimits
from edoc.net.tsa import Patience, TimeStampClient, TimeStampService
from edoc.net.tsa_check import Asked, TimeStamp, check_token
from edoc.net.tsa_wire import read_response, time_stamp_request
from edoc.pki.der import DerError, integer, tlv
from tests.formats.cms_maker import good, tst_info
from tests.formats.cms_maker import token as token_of
from tests.net import servers
from tests.net.servers import Handler, Server, Way, serving

DIGEST = hashlib.sha256(b"ruling").digest()
OTHER = hashlib.sha256(b"another").digest()
NO_PAUSE = Patience(attempts=3, pause_seconds=0.0)
QUICK = FetchLimits(connect_seconds=0.5, total_seconds=0.6, document_seconds=0.6)

Change = Callable[[tsp.TimeStampReq], None]


def authority(pki: Pki, label: str = "tsa", *, change: Change | None = None) -> Way:
    """An authority of the practice PKI, which may be made to answer another question than was asked."""

    def way(handler: Handler, body: bytes) -> None:
        request = tsp.TimeStampReq.load(body)
        if change is not None:
            change(request)
        answer = pki.answer_time_stamp(label, request.dump(force=True))
        handler.send(answer, Content_Type="application/timestamp-reply")

    return way


def stamped(*services: str | TimeStampService, **options: object) -> TimeStamp:
    client = TimeStampClient(services, patience=NO_PAUSE, **options)  # type: ignore[arg-type]
    return client.stamp(DIGEST)


def refusal(*services: str | TimeStampService, **options: object) -> FetchError:
    with pytest.raises(FetchError) as caught:
        stamped(*services, **options)
    assert caught.value.exit_code == 6
    assert type(caught.value) is FetchError
    return caught.value


def rejection(status: int = 2, bit: int | None = None, text: str = "") -> bytes:
    parts = [integer(status)]
    if text:
        parts.append(tlv(0x30, tlv(0x0C, text.encode())))
    if bit is not None:
        width = bit // 8 + 1
        value = 1 << (width * 8 - 1 - bit)
        parts.append(tlv(0x03, bytes((7 - bit % 8,)) + value.to_bytes(width, "big")))
    return tlv(0x30, tlv(0x30, *parts))


@pytest.mark.loopback
@pytest.mark.parametrize("algorithm", ["sha256", "sha384", "sha512"])
def test_a_good_authority_gives_what_was_asked_for(pki: Pki, algorithm: str, tmp_path: Path) -> None:
    digest = hashlib.new(algorithm, b"ruling").digest()
    with serving({"/tsa": authority(pki)}) as server:
        stamp = TimeStampClient(f"{server.url}/tsa").stamp(digest, algorithm=algorithm)
        headers = server.seen[0].headers
    assert stamp.gen_time.replace(microsecond=0) == pki.at
    assert stamp.certificate.der == pki.certificate("tsa")
    assert (headers["Content-Type"], headers["Accept"]) == ("application/timestamp-query", "application/timestamp-reply")
    info = tsp.ContentInfo.load(stamp.token)["content"]["encap_content_info"]["content"].parsed
    assert info["message_imprint"]["hashed_message"].native == digest
    assert info["serial_number"].native == stamp.serial


@pytest.mark.loopback
def test_openssl_accepts_what_the_client_accepts(pki: Pki, tmp_path: Path, oracle: Callable[[str], str]) -> None:
    with serving({"/tsa": authority(pki)}) as server:
        (tmp_path / "token").write_bytes(stamped(f"{server.url}/tsa").token)
    roots = b"".join(
        x509.load_der_x509_certificate(pki.certificate(label)).public_bytes(Encoding.PEM) for label in ("root-a", "issuing")
    )
    (tmp_path / "roots.pem").write_bytes(roots)
    command = [oracle("openssl"), "ts", "-verify", "-token_in", "-in", str(tmp_path / "token"), "-digest", DIGEST.hex()]
    command += ["-CAfile", str(tmp_path / "roots.pem"), "-attime", str(int(pki.at.timestamp()))]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert "Verification: OK" in done.stdout, done.stderr


def _nonce(request: tsp.TimeStampReq) -> None:
    request["nonce"] = 7


def _no_nonce(request: tsp.TimeStampReq) -> None:
    request["nonce"] = None


def _imprint(request: tsp.TimeStampReq) -> None:
    request["message_imprint"]["hashed_message"] = OTHER


@pytest.mark.loopback
@pytest.mark.parametrize(
    ("change", "code"),
    [
        (_nonce, "TSA_NONCE_MISMATCH"),
        (_no_nonce, "TSA_NONCE_MISMATCH"),
        (_imprint, "TSA_IMPRINT_MISMATCH"),
    ],
)
def test_an_answer_to_another_question_is_refused(pki: Pki, change: Change, code: str) -> None:
    with serving({"/tsa": authority(pki, change=change)}) as server:
        assert refusal(f"{server.url}/tsa").code == code
        assert len(server.seen) == 1, "a wrong answer is not asked for again"


@pytest.mark.loopback
def test_a_replayed_answer_is_refused(pki: Pki) -> None:
    request = time_stamp_request(DIGEST, algorithm="sha256", nonce=1, policy=None)
    with serving({"/tsa": servers.body(pki.answer_time_stamp("tsa", request))}) as server:
        assert refusal(f"{server.url}/tsa").code == "TSA_NONCE_MISMATCH"


@pytest.mark.loopback
def test_an_expired_authority_is_refused(pki: Pki) -> None:
    with serving({"/tsa": authority(pki, "tsa-expired")}) as server:
        assert refusal(f"{server.url}/tsa").code == "TSA_CERTIFICATE_EXPIRED"


@pytest.mark.loopback
def test_another_policy_than_asked_for_is_refused(pki: Pki) -> None:
    with serving({"/tsa": authority(pki, change=lambda request: request.__setitem__("req_policy", None))}) as server:
        problem = refusal(TimeStampService(url=f"{server.url}/tsa", policy="1.2.3.4"))
    assert (problem.code, problem.params["asked"]) == ("TSA_POLICY_MISMATCH", "1.2.3.4")


@pytest.mark.loopback
def test_the_policy_that_was_asked_for_is_sent() -> None:
    with serving({"/tsa": servers.body(rejection(2, 15))}) as server:
        seen: list[bytes] = []
        server.ways["/tsa"] = lambda handler, body: (seen.append(body), handler.send(rejection(2, 15)))[1]
        problem = refusal(TimeStampService(url=f"{server.url}/tsa", policy="1.2.3.4"))
    assert (problem.code, problem.params["reason"]) == ("TSA_REFUSED", "unacceptedPolicy")
    assert tsp.TimeStampReq.load(seen[0])["req_policy"].native == "1.2.3.4"
    assert tsp.TimeStampReq.load(seen[0])["cert_req"].native is True


BAD: dict[str, tuple[Way, str, int]] = {
    "slow": (servers.slow, "TSA_UNREACHABLE", 1),
    "silent": (servers.silent, "TSA_UNREACHABLE", 1),
    "garbage": (servers.garbage, "TSA_UNREACHABLE", 3),
    "cut-short": (servers.cut_short, "TSA_UNREACHABLE", 3),
    "busy": (servers.status(503), "TSA_UNREACHABLE", 3),
    "missing": (servers.status(404), "TSA_UNREACHABLE", 1),
    "endless": (servers.endless, "TSA_UNREACHABLE", 1),
    "bomb": (servers.bomb, "TSA_UNREACHABLE", 1),
    "moved": (servers.moved("/other"), "TSA_UNREACHABLE", 1),
    "no-entry": (servers.status(401), "TSA_CREDENTIALS_REFUSED", 1),
    "page": (servers.body(b"<html>"), "TSA_ANSWER_UNREADABLE", 1),
    "empty": (servers.body(b""), "TSA_ANSWER_UNREADABLE", 1),
    "granted-nothing": (servers.body(rejection(0)), "TSA_ANSWER_UNREADABLE", 1),
    "refusing": (servers.body(rejection(2, 0)), "TSA_REFUSED", 1),
    "unknown-status": (servers.body(rejection(77)), "TSA_REFUSED", 1),
    "waiting": (servers.body(rejection(3)), "TSA_REFUSED", 3),
    "clock-down": (servers.body(rejection(2, 14)), "TSA_REFUSED", 3),
    "failing": (servers.body(rejection(2, 25)), "TSA_REFUSED", 3),
    "token-is-data": (servers.body(tlv(0x30, tlv(0x30, integer(0)), good().make())), "TSA_TOKEN_UNUSABLE", 1),
    "token-is-junk": (servers.body(tlv(0x30, tlv(0x30, integer(0)), tlv(0x30, integer(1)))), "TSA_TOKEN_UNUSABLE", 1),
}


@pytest.mark.loopback
@pytest.mark.parametrize("name", BAD)
def test_a_bad_authority_ends_in_its_code(name: str) -> None:
    way, code, attempts = BAD[name]
    with serving({"/tsa": way}) as server:
        limits = QUICK if way in (servers.slow, servers.silent) else FetchLimits()
        problem = refusal(f"{server.url}/tsa?key=secret", limits=limits)
        # A busy machine may run out of the short time before a slow authority has heard the question.
        assert len(server.seen) == attempts or (limits is QUICK and not server.seen)
    assert problem.code == code
    assert problem.subject == f"{server.url}/tsa" and "secret" not in str(problem)


@pytest.mark.loopback
def test_an_authority_that_is_down() -> None:
    problem = refusal(f"http://127.0.0.1:{servers.closed_port()}/")
    assert (problem.code, problem.params["cause"]) == ("TSA_UNREACHABLE", "FETCH_UNREACHABLE")


@pytest.mark.loopback
def test_what_an_authority_says_is_quoted_but_never_raw() -> None:
    with serving({"/tsa": servers.body(rejection(2, 2, "no\x1b[31m credit" + "x" * 500))}) as server:
        problem = refusal(f"{server.url}/tsa")
    assert problem.params["status"] == "rejection"
    assert problem.params["reason"].startswith("badRequest, no\ufffd[31m credit") and len(problem.params["reason"]) < 250


@pytest.mark.loopback
def test_a_passing_trouble_is_waited_out(pki: Pki) -> None:
    good_way = authority(pki)

    def recovering(handler: Handler, body: bytes) -> None:
        (servers.status(503) if len(handler.server.seen) < 3 else good_way)(handler, body)

    with serving({"/tsa": recovering}) as server:
        assert stamped(f"{server.url}/tsa").gen_time.replace(microsecond=0) == pki.at
        assert len(server.seen) == 3


@pytest.mark.loopback
def test_the_pauses_grow(monkeypatch: pytest.MonkeyPatch) -> None:
    pauses: list[float] = []

    async def noted(seconds: float) -> None:
        pauses.append(seconds)

    monkeypatch.setattr("edoc.net.tsa.asyncio.sleep", noted)
    with serving({"/tsa": servers.status(503)}) as server, pytest.raises(FetchError):
        TimeStampClient(f"{server.url}/tsa", patience=Patience(attempts=4)).stamp(DIGEST)
    assert pauses == [0.5, 1.0, 2.0]


@pytest.mark.loopback
def test_the_next_authority_is_asked_when_one_fails(pki: Pki) -> None:
    ways = {"/bad": authority(pki, change=_imprint), "/good": authority(pki), "/down": servers.status(404)}
    with serving(ways) as server:
        assert stamped(f"{server.url}/down", f"{server.url}/bad", f"{server.url}/good").url == f"{server.url}/good"
        problem = refusal(f"{server.url}/down", f"{server.url}/bad")
    assert problem.code == "TSA_NONE_ANSWERED"
    assert "/down: TSA_UNREACHABLE" in problem.params["causes"] and "/bad: TSA_IMPRINT_MISMATCH" in problem.params["causes"]


@pytest.mark.loopback
def test_each_request_has_a_nonce_of_its_own(pki: Pki) -> None:
    nonces: list[int] = []
    with serving({"/tsa": authority(pki, change=lambda request: nonces.append(request["nonce"].native))}) as server:
        client = TimeStampClient(f"{server.url}/tsa")
        for _ in range(5):
            client.stamp(DIGEST)
    assert len(set(nonces)) == 5 and min(nonces) > 1 << 61


@pytest.mark.loopback
def test_the_same_without_blocking(pki: Pki) -> None:
    async def both() -> list[TimeStamp]:
        client = TimeStampClient(f"{server.url}/tsa")
        return list(await asyncio.gather(client.stamp_async(DIGEST), client.stamp_async(OTHER)))

    with serving({"/tsa": authority(pki)}) as server:
        assert len({stamp.token for stamp in asyncio.run(both())}) == 2


def _asked(nonce: int) -> Asked:
    return Asked(digest=DIGEST, algorithm="sha256", nonce=nonce, policy=None)


def test_a_certificate_that_is_not_for_time_stamps_is_refused() -> None:
    made = token_of(b"ruling", tail=integer(7))
    with pytest.raises(FetchError) as caught:
        check_token(made, asked=_asked(7), url="http://tsa.example/")
    assert (caught.value.code, caught.value.params["cause"]) == ("TSA_CERTIFICATE_UNSUITABLE", "TSA_EKU")


def test_a_token_whose_signature_does_not_hold_is_refused(pki: Pki) -> None:
    request = time_stamp_request(DIGEST, algorithm="sha256", nonce=7, policy=None)
    made = read_response(pki.answer_time_stamp("tsa", request)).token
    assert made is not None
    check_token(made, asked=_asked(7), url="")
    changed = made.replace(b"20260615", b"20250615")
    assert changed != made
    for broken in (changed, made[:-1] + bytes((made[-1] ^ 1,))):
        with pytest.raises(FetchError) as caught:
            check_token(broken, asked=_asked(7), url="")
        assert caught.value.code == "TSA_SIGNATURE_INVALID"


def test_a_token_without_its_certificate_is_refused() -> None:
    made = good(tst_info(b"ruling", tail=integer(7)), content_type="1.2.840.113549.1.9.16.1.4", certificates=())
    with pytest.raises(FetchError) as caught:
        check_token(made.make(), asked=_asked(7), url="")
    assert caught.value.code == "TSA_CERTIFICATE_MISSING"


def test_a_token_without_a_reference_to_its_certificate_is_refused() -> None:
    made = good(tst_info(b"ruling", tail=integer(7)), content_type="1.2.840.113549.1.9.16.1.4")
    made.attributes = [item for item in made.attributes if item[0] != "1.2.840.113549.1.9.16.2.47"]
    with pytest.raises(FetchError) as caught:
        check_token(made.make(), asked=_asked(7), url="")
    assert caught.value.code == "TSA_CERTIFICATE_MISSING"


def test_no_mutant_of_an_answer_is_taken_or_crashes(pki: Pki) -> None:
    request = time_stamp_request(DIGEST, algorithm="sha256", nonce=7, policy=None)
    answer = pki.answer_time_stamp("tsa", request)
    original = read_response(answer).token
    chance = random.Random(11)
    for _ in range(600):
        mutant = bytearray(answer)
        mutant[chance.randrange(len(mutant))] ^= 1 << chance.randrange(8)
        if chance.random() < 0.1:
            del mutant[chance.randrange(len(mutant)) :]
        try:
            token = read_response(bytes(mutant)).token
            if token is not None and token != original:
                stamp = check_token(token, asked=_asked(7), url="")
                # What is not signed (other certificates of the bag, unsigned attributes) may change.
                assert (stamp.gen_time, stamp.serial) == (check_token(original or b"", asked=_asked(7), url="").gen_time, stamp.serial)
        except (DerError, FetchError):
            continue


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"url": "ldap://tsa.example/"}, "TSA_URL_UNUSABLE"),
        ({"url": "http://user:pass@tsa.example/"}, "TSA_URL_UNUSABLE"),
        ({"url": "http://tsa.example/", "bearer": "t"}, "TSA_CREDENTIALS_IN_CLEAR"),
        ({"url": "http://tsa.example/", "username": "u", "password": "p"}, "TSA_CREDENTIALS_IN_CLEAR"),
        ({"url": "https://tsa.example/", "username": "u", "bearer": "t"}, "TSA_CREDENTIALS_TWICE"),
        ({"url": "https://tsa.example/", "bearer": "tok\r\nX: y"}, "TSA_CREDENTIALS_UNUSABLE"),
        ({"url": "https://tsa.example/", "bearer": "t\u00f6ken"}, "TSA_CREDENTIALS_UNUSABLE"),
        ({"url": "https://tsa.example/", "username": "a:b"}, "TSA_CREDENTIALS_UNUSABLE"),
        ({"url": "http://tsa.example/", "policy": "1"}, "TSA_POLICY_UNREADABLE"),
        ({"url": "http://tsa.example/", "policy": "1.99.1"}, "TSA_POLICY_UNREADABLE"),
        ({"url": "http://tsa.example/", "policy": "1.2.x"}, "TSA_POLICY_UNREADABLE"),
    ],
)
def test_a_service_that_cannot_be_used_is_refused_at_once(options: dict[str, str], code: str) -> None:
    with pytest.raises(ConfigError) as caught:
        TimeStampService(**options)  # type: ignore[arg-type]
    assert caught.value.code == code


def test_missing_files_and_services_are_refused_at_once(tmp_path: Path) -> None:
    service = TimeStampService(url="https://tsa.example/", client_certificate=str(tmp_path / "none.pem"))
    for services, code in (((service,), "TSA_TLS_UNUSABLE"), ((), "TSA_NOT_NAMED")):
        with pytest.raises(ConfigError) as caught:
            TimeStampClient(services)
        assert caught.value.code == code
    with pytest.raises(ValueError, match="digest"):
        TimeStampClient("http://tsa.example/").stamp(b"short")
    with pytest.raises(ValueError, match="digest"):
        TimeStampClient("http://tsa.example/").stamp(bytes(20), algorithm="sha1")


def test_no_secret_shows() -> None:
    service = TimeStampService(url="https://tsa.example/", username="user", password="geheim")
    assert "geheim" not in repr(service)
    assert "geheim" not in repr(TimeStampService(url="https://tsa.example/", bearer="geheim"))


def _certificate(folder: Path, name: str, *, issuer: tuple[x509.Certificate, ec.EllipticCurvePrivateKey] | None) -> Path:
    """A TLS certificate with its key in one PEM file; by itself, or by an issuer."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.datetime.now(datetime.UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer[0].subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=issuer is None, path_length=None), critical=True)
    )
    if issuer is not None:
        names = [x509.DNSName(name), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
        builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
    made = builder.sign(issuer[1] if issuer else key, hashes.SHA256())
    path = folder / f"{name}.pem"
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()) + made.public_bytes(Encoding.PEM)
    path.write_bytes(pem)
    return path


@pytest.fixture(scope="module")
def tls(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A root, a server `tsa.example` and a client, each as PEM with its key."""
    folder = tmp_path_factory.mktemp("tls")
    root = _certificate(folder, "root", issuer=None).read_bytes()
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    key = load_pem_private_key(root, None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    for name in ("tsa.example", "client"):
        _certificate(folder, name, issuer=(x509.load_pem_x509_certificate(root), key))
    return folder


def _server_context(tls: Path, *, client: bool = False) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=str(tls / "root.pem"))
    context.load_cert_chain(tls / "tsa.example.pem")
    context.verify_mode = ssl.CERT_REQUIRED if client else ssl.CERT_NONE
    return context


def _secure(server: Server) -> str:
    return f"https://tsa.example:{server.port}/tsa"


@pytest.mark.loopback
def test_a_customer_shows_its_password_or_token(pki: Pki, tls: Path) -> None:
    resolver = servers.Resolver([("127.0.0.1",)])
    with serving({"/tsa": authority(pki)}, tls=_server_context(tls)) as server:
        roots = str(tls / "root.pem")
        stamped(TimeStampService(url=_secure(server), username="u", password="p:p", tls_roots=roots), resolver=resolver)
        stamped(TimeStampService(url=_secure(server), bearer="token", tls_roots=roots), resolver=resolver)
        shown = [handler.headers["Authorization"] for handler in server.seen]
    assert shown == [f"Basic {base64.b64encode(b'u:p:p').decode()}", "Bearer token"]


@pytest.mark.loopback
def test_a_customer_shows_its_certificate(pki: Pki, tls: Path) -> None:
    resolver = servers.Resolver([("127.0.0.1",)])
    with serving({"/tsa": authority(pki)}, tls=_server_context(tls, client=True)) as server:
        roots, client = str(tls / "root.pem"), str(tls / "client.pem")
        stamped(TimeStampService(url=_secure(server), tls_roots=roots, client_certificate=client), resolver=resolver)
        # The alert arrives before, while or after the question is sent: it is an answer in each case.
        for _ in range(10):
            problem = refusal(TimeStampService(url=_secure(server), tls_roots=roots), resolver=resolver)
            assert problem.code == "TSA_UNREACHABLE"
            assert problem.params["cause"] in ("FETCH_TLS_FAILED", "FETCH_BROKEN")


@pytest.mark.loopback
def test_who_cannot_prove_its_name_gets_no_password(pki: Pki, tls: Path) -> None:
    resolver = servers.Resolver([("127.0.0.1",)])
    with serving({"/tsa": authority(pki)}, tls=_server_context(tls)) as server:
        other = _secure(server).replace("tsa.example", "other.example")
        for service in (
            TimeStampService(url=_secure(server), bearer="token"),
            TimeStampService(url=other, bearer="token", tls_roots=str(tls / "root.pem")),
        ):
            problem = refusal(service, resolver=resolver)
            assert (problem.code, problem.params["cause"]) == ("TSA_UNREACHABLE", "FETCH_TLS_FAILED")
        assert server.seen == []
