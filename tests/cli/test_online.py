"""`edoc verify --online`: what it may ask, where answers are kept, and exit code 6."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from edoc.cli.network import permission, unreachable
from edoc.facts.findings import Finding, error, info, warning
from edoc.result.enums import Indication, Verdict, WantKind
from edoc.result.report import Want
from tests import online
from tests.cli.conftest import Run
from tests.conftest import ROOT
from tests.online import AT, Scene
from tests.report.makers import report, signature


def _written(scene: Scene, folder: Path) -> tuple[str, ...]:
    """Write document and anchors into a folder and return the arguments that verify the document."""
    (folder / "online.pdf").write_bytes(scene.signed().data[:])
    (folder / "roots").mkdir()
    for name in ("root-a", "root-b"):
        pem = x509.load_der_x509_certificate(scene.pki.certificate(name)).public_bytes(Encoding.PEM)
        (folder / "roots" / f"{name}.pem").write_bytes(pem)
    return ("verify", "online.pdf", "--trust", "roots", "--at", AT.isoformat())


@pytest.fixture
def living(socket_watch: None) -> Iterator[Scene]:
    with online.scene() as made:
        yield made


@pytest.fixture
def dead(socket_watch: None) -> Iterator[Scene]:
    with online.dead_scene() as made:
        yield made


@pytest.mark.loopback
def test_online_fetches_what_is_missing(run: Run, scene: Path, living: Scene) -> None:
    command = _written(living, scene)
    assert run(*command).exit == 3
    assert run(*command, "--online", "--online-host", living.host).exit == 0


@pytest.mark.loopback
def test_a_host_that_was_not_named_is_not_asked(run: Run, scene: Path, living: Scene) -> None:
    ran = run(*_written(living, scene), "--online", "--format", "json")
    assert ran.exit == 3
    wants = ran.json["wants"]
    assert isinstance(wants, list) and {item["unavailable"] for item in wants} == {"not_asked"}


@pytest.mark.loopback
@pytest.mark.parametrize("kind", ["text", "json", "jsonl"])
@pytest.mark.parametrize("lang", ["en", "fa"])
def test_a_needed_service_that_is_down_is_exit_6(run: Run, scene: Path, dead: Scene, kind: str, lang: str) -> None:
    options = ("--online", "--online-host", dead.host, "--format", kind, "--lang", lang)
    ran = run(*_written(dead, scene), *options)
    assert ran.exit == 6
    assert dead.lab.url in ran.out
    if kind == "text":
        assert phrase(lang, "want_unreachable") in ran.out and phrase(lang, "want_not_asked") not in ran.out


@pytest.mark.loopback
def test_what_is_decided_without_the_service_keeps_its_code(run: Run, scene: Path, dead: Scene) -> None:
    command = _written(dead, scene)
    options = ("--online", "--online-host", dead.host)
    lists = []
    for name in ("issuing", "root-a"):
        (scene / f"{name}.crl").write_bytes(dead.pki.crl(name))
        lists += ["--validation-data", f"{name}.crl"]
    assert run(*command, *options, *lists).exit == 0
    data = bytearray((scene / "online.pdf").read_bytes())
    data[data.index(b"/MediaBox") + 11] ^= 1
    (scene / "online.pdf").write_bytes(data)
    assert run(*command, *options).exit == 1
    (scene / "online.pdf").write_bytes(dead.signed("impostor").data[:])
    assert run(*command, *options).exit == 3, "nobody whom we trust was needed and could not be reached"
    (scene / "online.pdf").write_bytes(online.RULING.read_bytes())
    assert run(*command, *options).exit == 4


def phrase(lang: str, name: str) -> str:
    """A phrase of the sheet, as far as it holds no foreign word."""
    words: dict[str, dict[str, str]] = json.loads((ROOT / "edoc" / "report" / "words.json").read_text(encoding="utf-8"))
    return words[lang][name]


def _want(kind: str, why: str = "REVOCATION_DATA_MISSING", *, name: str = "CN=A", reason: str | None, asked: bool = True) -> Want:
    uris = ("http://ca.example/",) if asked else ()
    return Want(kind=WantKind(kind), subject=name, why=why, uris=uris, unavailable=reason)


MISSING = error("REVOCATION_DATA_MISSING", "S1", name="CN=A", why="-")
GONE = _want("crl", reason="unreachable")


@pytest.mark.parametrize(
    ("wants", "findings", "answer"),
    [
        ((GONE,), (MISSING,), True),
        ((GONE, _want("ocsp", reason="unreachable")), (MISSING, info("TIME_NOT_PROVEN", "S1")), True),
        ((_want("ocsp", reason="unreachable"), _want("crl", reason="not_asked", asked=False)), (MISSING,), True),
        ((_want("crl", reason="not_asked", asked=False),), (MISSING,), False),
        ((GONE, _want("crl", name="CN=B", reason="not_asked", asked=False)), (MISSING,), False),
        ((GONE, _want("crl", name="CN=B", reason="not_asked")), (MISSING,), False),
        ((_want("ocsp", reason="unreachable"), _want("crl", reason="not_asked")), (MISSING,), False),
        ((_want("crl", reason=None),), (MISSING,), False),
        ((GONE, _want("timestamp", "TIME_NOT_PROVEN", reason=None)), (MISSING,), False),
        ((GONE,), (MISSING, error("CERTIFICATE_EXPIRED", "S1", name="CN=A", time="-")), False),
        ((GONE,), (), False),
        ((), (MISSING,), False),
    ],
)
def test_exit_6_needs_every_deciding_want_asked_in_vain(
    wants: tuple[Want, ...], findings: tuple[Finding, ...], answer: bool
) -> None:
    entry = signature(indication=Indication.INDETERMINATE, findings=findings)
    assert unreachable(report(entry, verdict=Verdict.INDETERMINATE, wants=wants)) is answer
    coverage = (warning("PARTIAL_COVERAGE", ""),)
    assert not unreachable(report(entry, verdict=Verdict.INDETERMINATE, wants=wants, findings=coverage))


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (("--online-host", "ca.example:8080"), "ONLINE_HOST_UNUSED"),
        (("--online", "--online-host", "ca.example"), "FETCH_HOST_UNREADABLE"),
    ],
)
def test_options_that_make_no_sense_are_refused(run: Run, scene: Path, options: tuple[str, ...], code: str) -> None:
    ran = run("verify", "signed.pdf", "--trust", "anchors", *options)
    assert (ran.exit, ran.out) == (2, "")
    assert code in ran.err


def test_a_batch_asks_for_lists_first() -> None:
    orders = {}
    for batch in (False, True):
        policy = permission(online=True, hosts=(), environment={"HOME": "/nowhere"}, batch=batch)
        assert not isinstance(policy, bool)
        orders[batch] = [str(getattr(kind, "value", kind)) for kind in policy.kinds]
    assert orders == {False: ["ocsp", "crl"], True: ["crl", "ocsp"]}
    assert permission(online=False, hosts=(), environment={}, batch=True) is False


@pytest.mark.loopback
def test_several_documents_are_verified_online(run: Run, scene: Path, living: Scene) -> None:
    command = _written(living, scene)
    (scene / "second.pdf").write_bytes((scene / "online.pdf").read_bytes())
    ran = run(*command, "second.pdf", "--online", "--online-host", living.host, "--format", "jsonl")
    assert ran.exit == 0 and [line["verdict"] for line in ran.lines] == ["PASSED", "PASSED"]


def test_offline_nothing_is_kept(run: Run, scene: Path, tmp_path: Path) -> None:
    run("verify", "signed.pdf", "--trust", "anchors")
    assert not (tmp_path / "home" / ".cache").exists()


@pytest.mark.loopback
def test_answers_are_kept_where_caches_belong(
    run: Run, scene: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, socket_watch: None
) -> None:
    from datetime import timedelta

    from edoc.drivers.clock import now

    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr("tests.online.AT", now() - timedelta(minutes=1))
    with online.scene() as today:
        command = _written(today, scene)[:4]
        options = ("--online", "--online-host", today.host)
        assert run(*command, *options).exit == 0
        kept = list((tmp_path / "cache" / "edoc" / "net").iterdir())
        assert kept and all(len(path.stem) == 64 and path.suffix == ".answer" for path in kept)
    assert run(*command, *options).exit == 0, "the services have ended, what they said is kept"
