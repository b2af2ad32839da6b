"""`edoc sign --level`, `edoc extend` and `edoc timestamp` with services on loopback: exit codes, places, and what is left."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from edoc.lab.folder import write_folder
from edoc.lab.keys import process_keys
from edoc.lab.server import LabServer
from tests.cli.conftest import Run
from tests.sign.makers import make_pdf

pytestmark = pytest.mark.loopback

NOBODY = "http://127.0.0.1:1/"
"""Where nothing answers."""


@pytest.fixture
def lab(socket_watch: None, scene: Path) -> Iterator[LabServer]:
    """The practice PKI of today, its files in `pki/`."""
    with LabServer(keys=process_keys()) as made:
        write_folder(made.pki, folder=scene / "pki")
        (scene / "pin").write_text("practice\n", encoding="ascii")
        (scene / "plain.pdf").write_bytes(make_pdf())
        (scene / "annex.txt").write_bytes(b"an annex\n")
        yield made


@pytest.fixture
def key(lab: LabServer) -> tuple[str, ...]:
    return ("--key", "pkcs12:pki/keys/person.p12", "--pin-file", "pin")


@pytest.fixture
def net(lab: LabServer) -> tuple[str, ...]:
    return ("--tsa", lab.pki.address("tsa", "tsa"), "--online", "--online-host", lab.url.removeprefix("http://"))


def _level(run: Run, file: str) -> object:
    told = run("verify", file, "--trust", "pki/anchors", "--validation-data", "pki/validation-data/issuing.crl",
               "--validation-data", "pki/validation-data/root-a.crl", "--format", "json")  # fmt: skip
    assert told.exit == 0, told
    return told.json["signatures"][0]["level"]  # type: ignore[index]


def test_signing_for_decades_needs_one_line(run: Run, key: tuple[str, ...], net: tuple[str, ...]) -> None:
    ran = run("sign", "plain.pdf", *key, "--level", "B-LTA", *net)
    assert (ran.exit, ran.out, ran.err) == (0, "plain.signed.pdf\n", "")
    assert _level(run, "plain.signed.pdf") == "PAdES-BASELINE-LTA"


def test_with_anchors_too(run: Run, key: tuple[str, ...], net: tuple[str, ...]) -> None:
    assert run("sign", "plain.pdf", *key, "--level", "B-LT", *net, "--trust", "pki/anchors", "-o", "a.pdf").exit == 0
    assert _level(run, "a.pdf") == "PAdES-BASELINE-LT"


def test_a_chain_that_nobody_trusts_is_refused(run: Run, key: tuple[str, ...], net: tuple[str, ...], scene: Path) -> None:
    anchor = "pki/certificates/stranger.pem"
    ran = run("sign", "plain.pdf", *key, "--level", "B-LT", *net, "--trust", anchor, "-o", "a.pdf")
    assert ran.exit == 2 and "SIGN_CHAIN_UNTRUSTED" in ran.err and not (scene / "a.pdf").exists()


def test_extending_step_by_step(run: Run, key: tuple[str, ...], net: tuple[str, ...]) -> None:
    assert run("sign", "plain.pdf", *key, "-o", "a.pdf").exit == 0
    ran = run("extend", "a.pdf", "--level", "B-LT", *net)
    assert (ran.exit, ran.out, ran.err) == (0, "a.extended.pdf\n", "")
    assert _level(run, "a.extended.pdf") == "PAdES-BASELINE-LT"
    for turn in ("b.pdf", "c.pdf"):
        assert run("extend", "a.extended.pdf", "--level", "B-LTA", *net, "-o", turn).exit == 0
        assert _level(run, turn) == "PAdES-BASELINE-LTA"
    again = run("extend", "a.extended.pdf", "--level", "B-LT", *net, "-o", "d.pdf")
    assert again.exit == 2 and "EXTEND_ALREADY" in again.err


def test_what_is_no_pdf_gets_a_token_that_openssl_accepts(
    run: Run, lab: LabServer, scene: Path, oracle: Callable[[str], str]
) -> None:
    ran = run("timestamp", "annex.txt", "--tsa", lab.pki.address("tsa", "tsa"))
    assert (ran.exit, ran.out) == (0, "annex.txt.tst\n")
    told = subprocess.run(
        [oracle("openssl"), "ts", "-verify", "-data", "annex.txt", "-in", "annex.txt.tst", "-token_in",
         "-CAfile", "pki/anchors/root-a.pem", "-untrusted", "pki/certificates/issuing.pem"],
        cwd=scene, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert "Verification: OK" in told.stdout, told.stderr


def test_a_pdf_gets_its_time_stamp_inside(run: Run, lab: LabServer) -> None:
    ran = run("timestamp", "plain.pdf", "--tsa", lab.pki.address("tsa", "tsa"))
    assert (ran.exit, ran.out) == (0, "plain.stamped.pdf\n")
    told = run("verify", "plain.stamped.pdf", "--trust", "pki/anchors", "--expect", "timestamp", "--format", "json",
               "--validation-data", "pki/validation-data/issuing.crl",
               "--validation-data", "pki/validation-data/root-a.crl")  # fmt: skip
    assert told.exit == 0 and len(told.json["timestamps"]) == 1  # type: ignore[arg-type]


@pytest.mark.parametrize("command", [
    ("sign", "plain.pdf", "--level", "B-T"),
    ("timestamp", "annex.txt"),
    ("timestamp", "plain.pdf"),
])  # fmt: skip
def test_a_dead_authority_is_exit_6_and_leaves_nothing(
    run: Run, key: tuple[str, ...], scene: Path, command: tuple[str, ...]
) -> None:
    before = sorted(scene.iterdir())
    ran = run(*command, *(key if command[0] == "sign" else ()), "--tsa", NOBODY, "-o", "out")
    assert ran.exit == 6 and "TSA_UNREACHABLE" in ran.err and sorted(scene.iterdir()) == before


def test_the_second_authority_is_fallen_back_on(run: Run, key: tuple[str, ...], lab: LabServer) -> None:
    ran = run("sign", "plain.pdf", *key, "--level", "B-T", "--tsa", NOBODY, "--tsa", lab.pki.address("tsa", "tsa"))
    assert ran.exit == 0


def test_an_expired_authority_is_refused(run: Run, key: tuple[str, ...], lab: LabServer, scene: Path) -> None:
    ran = run("sign", "plain.pdf", *key, "--level", "B-T", "--tsa", lab.pki.address("tsa", "tsa-expired"), "-o", "out.pdf")
    assert ran.exit == 6 and "TSA_CERTIFICATE_EXPIRED" in ran.err and not (scene / "out.pdf").exists()


def test_a_dead_responder_is_exit_6_before_the_key_is_used(run: Run, key: tuple[str, ...], scene: Path) -> None:
    # Another authority is named: nobody permitted the host that the certificates name.
    ran = run("sign", "plain.pdf", *key, "--level", "B-LT", "--tsa", NOBODY, "--online", "-o", "out.pdf")
    assert ran.exit == 6 and "SIGN_STATUS_UNREACHABLE" in ran.err and not (scene / "out.pdf").exists()


def test_naming_an_authority_permits_its_host(run: Run, key: tuple[str, ...], lab: LabServer) -> None:
    tsa = lab.pki.address("tsa", "tsa")
    assert run("sign", "plain.pdf", *key, "--level", "B-LT", "--tsa", tsa, "--online", "-o", "a.pdf").exit == 0
    assert run("extend", "a.pdf", "--level", "B-LTA", "--tsa", tsa, "--online", "-o", "b.pdf").exit == 0
    assert _level(run, "b.pdf") == "PAdES-BASELINE-LTA"


def test_offline_it_says_what_is_missing(run: Run, key: tuple[str, ...], lab: LabServer, scene: Path) -> None:
    ran = run("sign", "plain.pdf", *key, "--level", "B-LT", "--tsa", lab.pki.address("tsa", "tsa"), "-o", "out.pdf")
    assert ran.exit == 2 and "SIGN_STATUS_MISSING" in ran.err and not (scene / "out.pdf").exists()


@pytest.mark.parametrize(("command", "code"), [
    (("timestamp", "annex.txt"), "SIGN_TSA_NEEDED"),
    (("extend", "plain.pdf", "--level", "B-LTA", "--tsa", NOBODY), "EXTEND_NO_SIGNATURE"),
    (("extend", "annex.txt", "--level", "B-LTA", "--tsa", NOBODY), "UNSUPPORTED_TYPE"),
    (("timestamp", "missing.txt", "--tsa", NOBODY), "INPUT_NOT_FOUND"),
])  # fmt: skip
def test_what_cannot_be_asked(run: Run, lab: LabServer, command: tuple[str, ...], code: str) -> None:
    ran = run(*command)
    assert ran.exit in (2, 5) and code in ran.err
