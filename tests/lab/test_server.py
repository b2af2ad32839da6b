"""The practice PKI over HTTP: OpenSSL's own clients and the addresses in the certificates are served."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import ProxyHandler, Request, build_opener

import pytest
from asn1crypto import cms, tsp
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp

from edoc.errors import ConfigError
from edoc.lab.keys import KeyRing
from edoc.lab.members import AUTHORITIES
from edoc.lab.pki import Pki
from edoc.lab.server import HOST, LabServer
from edoc.pki.certificate import Certificate
from tests.conftest import ROOT
from tests.lab.conftest import AT

pytestmark = pytest.mark.loopback

Oracle = Callable[[str], str]


def fetch(address: str, data: bytes | None = None) -> bytes:
    """Return what an address answers; a proxy of this machine is never asked."""
    with build_opener(ProxyHandler({})).open(Request(address, data=data), timeout=10) as answer:
        return bytes(answer.read())


@pytest.fixture
def lab(pki: Pki, folder: Path, socket_watch: None) -> Iterator[LabServer]:
    """The practice PKI on a free port, frozen."""
    with LabServer(keys=KeyRing(folder / "keys"), at=AT) as server:
        yield server


def _pems(lab: LabServer, tmp_path: Path, *labels: str) -> dict[str, str]:
    found = {}
    for label in labels:
        path = tmp_path / f"{label}.pem"
        path.write_bytes(x509.load_der_x509_certificate(lab.pki.certificate(label)).public_bytes(Encoding.PEM))
        found[label] = str(path)
    return found


def _openssl(*command: str) -> tuple[int, str]:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def test_the_addresses_in_the_certificates_answer(lab: LabServer) -> None:
    person = Certificate.load(lab.pki.certificate("person"))
    assert fetch(person.crl_uris[0]) == lab.pki.revocation_list("issuing")
    assert fetch(person.ca_issuer_uris[0]) == lab.pki.certificate("issuing")
    issuing = Certificate.load(lab.pki.certificate("issuing"))
    assert fetch(issuing.crl_uris[0]) == lab.pki.revocation_list("root-a")


def test_every_listed_address_answers(lab: LabServer) -> None:
    lines = fetch(lab.url + "/").decode().splitlines()
    assert len(lines) == 2 * len(AUTHORITIES) + 4
    for line in lines:
        what, address = line.split("\t")
        if what.startswith(("CRL", "CA")):
            assert fetch(address)[:1] == b"\x30"


@pytest.mark.parametrize(("label", "status"), [("person", "good"), ("revoked", "revoked"), ("on-hold", "revoked")])
def test_openssl_asks_the_ocsp_responder(
    lab: LabServer, tmp_path: Path, oracle: Oracle, label: str, status: str
) -> None:
    files = _pems(lab, tmp_path, label, "issuing", "root-a")
    # The answer is of the frozen time, which is not the clock's: hence -attime and the long validity period.
    code, told = _openssl(
        oracle("openssl"), "ocsp", "-issuer", files["issuing"], "-cert", files[label],
        "-url", lab.pki.address("ocsp", "issuing"), "-CAfile", files["root-a"], "-verify_other", files["issuing"],
        "-attime", str(int(AT.timestamp())), "-validity_period", "999999999",
    )  # fmt: skip
    assert code == 0, told
    assert "Response verify OK" in told
    assert f": {status}" in told


def _stamped(lab: LabServer, tmp_path: Path, openssl: str, authority: str) -> tuple[Path, Path]:
    query, reply = tmp_path / "query.tsq", tmp_path / "reply.tsr"
    (tmp_path / "data").write_bytes(b"some data")
    code, told = _openssl(
        openssl, "ts", "-query", "-data", str(tmp_path / "data"), "-sha256", "-cert", "-out", str(query)
    )
    assert code == 0, told
    reply.write_bytes(fetch(lab.pki.address("tsa", authority), query.read_bytes()))
    return query, reply


@pytest.mark.parametrize(("authority", "issuer", "good"), [("tsa", "issuing", True), ("tsa-expired", "issuing-old", False)])
def test_openssl_verifies_time_stamps(
    lab: LabServer, tmp_path: Path, oracle: Oracle, authority: str, issuer: str, good: bool
) -> None:
    query, reply = _stamped(lab, tmp_path, oracle("openssl"), authority)
    files = _pems(lab, tmp_path, "root-a", issuer)
    code, told = _openssl(
        oracle("openssl"), "ts", "-verify", "-queryfile", str(query), "-in", str(reply), "-CAfile", files["root-a"],
        "-untrusted", files[issuer], "-attime", str(int(AT.timestamp())),
    )  # fmt: skip
    assert (code == 0) is good, told
    assert "Verification: OK" in told if good else "expired" in told


def test_every_answer_is_of_the_frozen_time(lab: LabServer, tmp_path: Path, oracle: Oracle) -> None:
    _, reply = _stamped(lab, tmp_path, oracle("openssl"), "tsa")
    token = tsp.TimeStampResp.load(reply.read_bytes())["time_stamp_token"]
    assert isinstance(token["content"], cms.SignedData)
    assert token["content"]["encap_content_info"]["content"].parsed["gen_time"].native == AT
    crl = x509.load_der_x509_crl(fetch(lab.pki.address("crls", "issuing")))
    assert crl.last_update_utc == datetime(2026, 6, 15, tzinfo=UTC)
    subject, issuer = (x509.load_der_x509_certificate(lab.pki.certificate(name)) for name in ("person", "issuing"))
    request = ocsp.OCSPRequestBuilder().add_certificate(subject, issuer, subject.signature_hash_algorithm)  # type: ignore[arg-type]
    answer = fetch(lab.pki.address("ocsp", "issuing"), request.build().public_bytes(Encoding.DER))
    assert ocsp.load_der_ocsp_response(answer).produced_at_utc == AT


def test_without_a_frozen_time_the_clock_is_followed(pki: Pki, folder: Path) -> None:
    with LabServer(keys=KeyRing(folder / "keys")) as server:
        crl = x509.load_der_x509_crl(fetch(server.pki.address("crls", "root-a")))
    assert crl.last_update_utc <= datetime.now(UTC) < crl.next_update_utc  # type: ignore[operator]


@pytest.mark.parametrize(
    ("path", "data", "status"),
    [
        ("/nothing", None, 404),
        ("/practice/crls/nobody/latest.crl", None, 404),
        ("/practice/certs/person/ca.crt", None, 404),
        ("/practice/crls/issuing/../../keys", None, 404),
        ("/practice/ocsp/issuing", None, 404),
        ("/practice/ocsp/nobody", b"x", 404),
        ("/practice/ocsp/issuing", b"not DER", 400),
        ("/practice/ocsp/issuing", b"\x30\x03\x02\x01\x05", 400),
        ("/practice/tsa/tsa", b"not DER", 400),
        ("/practice/tsa/tsa", b"\x30\x00", 400),
        ("/practice/tsa/tsa", b"0" * (1 << 17), 400),
    ],
)
def test_what_is_not_there_or_cannot_be_read(lab: LabServer, path: str, data: bytes | None, status: int) -> None:
    with pytest.raises(HTTPError) as caught:
        fetch(lab.url + path, data)
    assert caught.value.code == status
    caught.value.close()


def test_a_taken_port_is_an_error_with_a_cure(lab: LabServer, folder: Path) -> None:
    port = int(lab.url.rsplit(":", 1)[1])
    with pytest.raises(ConfigError) as caught:
        LabServer(keys=KeyRing(folder / "keys"), port=port)
    assert caught.value.code == "LAB_PORT_TAKEN"
    assert caught.value.subject == f"{HOST}:{port}"


def test_serve_answers_until_interrupted(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from datetime import datetime; from edoc.lab.command import serve\n"
        "talk = lambda line: print(line, flush=True)\n"
        "at = datetime.fromisoformat('2026-06-15T10:30:00+00:00')\n"
        "sys.exit(serve(folder=Path(sys.argv[1]), port=0, at=at, lang='en', talk=talk))\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(
        [sys.executable, "-c", program, str(tmp_path / "lab")], stdout=subprocess.PIPE, text=True, env=environment
    )
    try:
        assert process.stdout is not None
        lines = [process.stdout.readline() for _ in range(5)]
        assert lines[0].startswith("The practice PKI answers at http://127.0.0.1:")
        assert "2026-06-15" in lines[2]
        address = lines[4].split()[-1]
        assert x509.load_der_x509_crl(fetch(address)).last_update_utc == datetime(2026, 6, 15, tzinfo=UTC)
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=10)
    finally:
        process.kill()
        process.wait()
    assert process.returncode == 0
    assert (tmp_path / "lab" / "anchors" / "root-a.pem").is_file()
