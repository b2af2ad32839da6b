"""Verification with the network at hand, end to end: what is fetched, what is not, and what the report says."""

from __future__ import annotations

import pickle
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

import edoc
from edoc.pki.certificate import Certificate
from tests import online
from tests.conftest import ROOT
from tests.net import servers
from tests.online import AT, Scene


@pytest.fixture
def scene(socket_watch: None) -> Iterator[Scene]:
    with online.scene() as made:
        yield made


@pytest.fixture
def dead(socket_watch: None) -> Iterator[Scene]:
    with online.dead_scene() as made:
        yield made


def verified(scene: Scene, document: edoc.Document, *, online: bool | edoc.FetchPolicy) -> edoc.Report:
    return edoc.verify_document(document, trust=scene.pki.trust, validation_time=AT, online=online)


def codes(report: edoc.Report) -> set[str]:
    return {item.code for item in (*report.findings, *(one for entry in report.signatures for one in entry.findings))}


@pytest.mark.loopback
@pytest.mark.parametrize("kinds", [(), ("crl",), ("ocsp", "crl"), ("crl", "ocsp")])
def test_what_is_missing_is_fetched(scene: Scene, kinds: tuple[str, ...]) -> None:
    document = scene.signed()
    assert verified(scene, document, online=False).verdict is edoc.Verdict.INDETERMINATE
    report = verified(scene, document, online=scene.policy(*kinds))
    assert report.verdict is edoc.Verdict.PASSED
    assert report.wants == () and not any(code.startswith("FETCH") for code in codes(report))
    report.require_passed(signed_by=scene.pki.PERSON)


@pytest.mark.loopback
@pytest.mark.parametrize(
    ("name", "sub"), [("revoked", "REVOKED_NO_POE"), ("on-hold", "TRY_LATER"), ("impostor", "NO_CERTIFICATE_CHAIN_FOUND")]
)
@pytest.mark.parametrize("kinds", [("crl",), ("ocsp", "crl")])
def test_what_is_fetched_can_speak_against_a_signature(scene: Scene, name: str, sub: str, kinds: tuple[str, ...]) -> None:
    report = verified(scene, scene.signed(name), online=scene.policy(*kinds))
    assert report.verdict is edoc.Verdict.INDETERMINATE
    found = report.signatures[0].sub_indication
    assert found is not None and found.value == sub


@pytest.mark.loopback
def test_a_host_that_nobody_named_is_not_asked(scene: Scene) -> None:
    report = verified(scene, scene.signed(), online=True)
    assert report.verdict is edoc.Verdict.INDETERMINATE
    assert {item.unavailable for item in report.wants} == {"not_asked"}
    assert "FETCH_PORT_REFUSED" in codes(report)


@pytest.mark.loopback
def test_offline_not_asked_and_unreachable_stay_apart(dead: Scene) -> None:
    document = dead.signed()
    reasons = {}
    for name, permission in (("offline", False), ("not asked", True), ("unreachable", dead.policy())):
        report = verified(dead, document, online=permission)
        assert report.verdict is edoc.Verdict.INDETERMINATE
        (reasons[name],) = {item.unavailable for item in report.wants}
    assert reasons == {"offline": None, "not asked": "not_asked", "unreachable": "unreachable"}
    assert "FETCH_UNREACHABLE" in codes(report)


def test_offline_opens_no_socket_and_loads_no_http() -> None:
    pki = edoc.testing.PracticePki(at=AT)
    signed = edoc.sign_document(online.RULING, pki.key(), signing_time=AT).document
    edoc.verify_document(signed, trust=pki.trust, validation_time=AT)
    program = "import sys, edoc; edoc.verify_document(sys.argv[1], policy='integrity'); assert 'httpx' not in sys.modules"
    subprocess.run([sys.executable, "-c", program, str(online.RULING)], cwd=ROOT, check=True)


@pytest.mark.loopback
def test_an_issuer_is_fetched_only_when_that_is_allowed(scene: Scene) -> None:
    document = scene.signed(chain=False)
    report = verified(scene, document, online=scene.policy())
    assert [(item.kind.value, item.unavailable) for item in report.wants] == [("issuer", "not_asked")]
    assert "FETCH_KIND_NOT_ALLOWED" in codes(report)
    report = verified(scene, document, online=scene.policy("issuer", "ocsp", "crl"))
    assert report.verdict is edoc.Verdict.PASSED


@pytest.mark.loopback
def test_a_certificate_is_validated_online_too(scene: Scene) -> None:
    verifier = edoc.Verifier(trust=scene.pki.trust, validation_time=AT, online=scene.policy("issuer", "ocsp", "crl"))
    result = verifier.verify_certificate(Certificate.load(scene.pki.certificate("person")))
    assert (result.indication, result.wants) == (edoc.Indication.PASSED, ())


@pytest.mark.loopback
def test_a_verifier_pickles_with_its_permission(scene: Scene) -> None:
    verifier = edoc.Verifier(trust=scene.pki.trust, validation_time=AT, online=scene.policy("crl"))
    again = pickle.loads(pickle.dumps(verifier))
    assert again.verify(scene.signed()).to_json() == verifier.verify(scene.signed()).to_json()


@pytest.mark.loopback
def test_a_batch_over_processes_fetches_too(scene: Scene, tmp_path: Path) -> None:
    verifier = edoc.Verifier(trust=scene.pki.trust, validation_time=AT, online=scene.policy("crl"))
    paths = []
    for number in range(3):
        paths.append(tmp_path / f"{number}.pdf")
        paths[-1].write_bytes(scene.signed().data[:])
    for result in edoc.verify_many(paths, verifier=verifier, jobs=2):
        assert result.report is not None and result.report.verdict is edoc.Verdict.PASSED


@pytest.mark.loopback
def test_one_list_serves_many_documents(socket_watch: None, tmp_path: Path) -> None:
    """Kept in memory, and in a folder for the next process, as long as the list says it holds."""
    from edoc.drivers.clock import now

    at = now() - timedelta(seconds=1)
    pki = edoc.testing.PracticePki(at=at, base_url="http://127.0.0.1:1")
    lists = {f"/practice/crls/{name}/latest.crl": servers.body(pki.crl(name)) for name in ("issuing", "root-a")}
    with servers.serving(lists) as server:
        pki = edoc.testing.PracticePki(at=at, base_url=server.url)
        server.ways |= {f"/practice/crls/{name}/latest.crl": servers.body(pki.crl(name)) for name in ("issuing", "root-a")}
        signed = edoc.sign_document(online.RULING, pki.key()).document
        policy = edoc.FetchPolicy(kinds=["crl"], hosts=[server.host], cache=str(tmp_path))
        for _ in range(2):
            verifier = edoc.Verifier(trust=pki.trust, online=policy)
            for _ in range(3):
                assert verifier.verify(signed).verdict is edoc.Verdict.PASSED
        assert len(server.seen) == 2


@pytest.mark.loopback
def test_a_kept_list_does_not_hide_a_revocation(socket_watch: None, tmp_path: Path) -> None:
    """A signer who is good in the kept list and revoked in today's is found out once the kept one has ended."""
    with online.scene() as scene:
        document = scene.signed("revoked")
        before = scene.pki.crl("issuing", at=AT - timedelta(days=400))
        assert verified(scene, document, online=scene.policy("crl")).signatures[0].sub_indication is not None
        supplied = edoc.verify_document(
            document, trust=scene.pki.trust, validation_time=AT, validation_data=[before], online=scene.policy("crl")
        )
    found = supplied.signatures[0].sub_indication
    assert found is not None and found.value == "REVOKED_NO_POE"
