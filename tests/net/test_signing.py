"""Signing with services at the other end: every level over HTTP, and nothing half-written when one fails."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import edoc
from edoc.testing import PracticePki
from tests import online
from tests.net import servers
from tests.net.test_tsa import BAD
from tests.online import AT, Scene


@pytest.fixture
def scene(socket_watch: None) -> Iterator[Scene]:
    with online.scene() as made:
        yield made


@pytest.mark.loopback
@pytest.mark.parametrize("level", ["B-T", "B-LT", "B-LTA"])
def test_every_level_is_made_and_verified_over_http(scene: Scene, level: str, tmp_path: Path) -> None:
    target = tmp_path / "signed.pdf"
    edoc.sign_document(
        online.RULING, scene.pki.key(), level=level, tsa=scene.lab.pki.address("tsa", "tsa"), signing_time=AT,
        online=scene.policy(), trust=scene.pki.trust, output=target,
    )  # fmt: skip
    report = edoc.verify_document(target, trust=scene.pki.trust, validation_time=AT, online=scene.policy())
    (entry,) = report.signatures
    assert (report.verdict, entry.level) == (edoc.Verdict.PASSED, f"PAdES-BASELINE-{level.removeprefix('B-')}")
    assert entry.best_signature_time == AT
    offline = edoc.verify_document(target, trust=scene.pki.trust, validation_time=AT)
    assert offline.verdict is (edoc.Verdict.INDETERMINATE if level == "B-T" else edoc.Verdict.PASSED)


@pytest.mark.loopback
@pytest.mark.parametrize("name", ["refusing", "page", "token-is-junk", "missing", "moved", "bomb"])
def test_nothing_is_left_behind_when_the_authority_fails(name: str, tmp_path: Path) -> None:
    pki = PracticePki(at=AT)
    way, code, _ = BAD[name]
    with servers.serving({"/tsa": way}) as server, pytest.raises(edoc.FetchError) as caught:
        edoc.sign_document(
            online.RULING, pki.key(), level="B-T", tsa=f"{server.url}/tsa", signing_time=AT, output=tmp_path / "signed.pdf"
        )
    assert (caught.value.code, caught.value.exit_code) == (code, 6)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.loopback
@pytest.mark.parametrize("level", ["B-LT", "B-LTA"])
def test_nothing_is_left_behind_when_a_status_cannot_be_had(level: str, scene: Scene, tmp_path: Path) -> None:
    dead = edoc.FetchPolicy(hosts=[f"127.0.0.1:{servers.closed_port()}"])
    with pytest.raises(edoc.EdocError) as caught:
        edoc.sign_document(
            # A source without an address: naming one would permit its host for everything.
            online.RULING, scene.pki.key(), level=level, tsa=scene.pki, signing_time=AT,
            online=dead, trust=scene.pki.trust, output=tmp_path / "signed.pdf",
        )  # fmt: skip
    assert caught.value.exit_code == 6
    assert list(tmp_path.iterdir()) == []


@pytest.mark.loopback
def test_an_expired_authority_gives_no_signature(scene: Scene, tmp_path: Path) -> None:
    with pytest.raises(edoc.FetchError) as caught:
        edoc.sign_document(
            online.RULING, scene.pki.key(), level="B-T", tsa=scene.lab.pki.address("tsa", "tsa-expired"), signing_time=AT,
            output=tmp_path / "signed.pdf",
        )  # fmt: skip
    assert caught.value.code == "TSA_CERTIFICATE_EXPIRED"
    assert list(tmp_path.iterdir()) == []
