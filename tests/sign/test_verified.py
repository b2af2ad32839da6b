"""What we sign passes under the default policy, and any octet changed afterwards makes it fail."""

from __future__ import annotations

import random
from datetime import timedelta
from pathlib import Path

import pytest

import edoc
from tests.sign.makers import SIGNING_TIME, identity, open_key, revocation_list
from tests.sign.shapes import SHAPES

CASES: dict[str, tuple[str, dict[str, object]]] = {
    **{kind: (kind, {}) for kind in ("rsa", "p256", "p384", "p521", "brainpool", "brainpool384", "brainpool512")},
    **{kind: (kind, {}) for kind in ("ed25519", "ed448")},
    "pss": ("rsa", {"pss": True}),
    "pss-sha3": ("rsa", {"pss": True, "digest": "sha3_512"}),
    "rsa-sha3": ("rsa", {"digest": "sha3_256"}),
    "p384-sha3": ("p384", {"digest": "sha3_384"}),
}


@pytest.fixture(scope="module")
def verifier(tmp_path_factory: pytest.TempPathFactory) -> edoc.Verifier:
    folder = tmp_path_factory.mktemp("anchors")
    (folder / "ca.pem").write_bytes(identity().authority_pem)
    return edoc.Verifier(
        trust=edoc.TrustStore.load(folder), validation_data=[revocation_list(1)],
        validation_time=SIGNING_TIME + timedelta(days=1),
    )  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_every_algorithm_passes(case: str, verifier: edoc.Verifier, tmp_path: Path) -> None:
    kind, options = CASES[case]
    result = edoc.sign_document(SHAPES["table"](), open_key(kind, tmp_path), signing_time=SIGNING_TIME, **options)  # type: ignore[arg-type]
    report = verifier.verify(result.document)
    assert report.verdict is edoc.Verdict.PASSED, report.to_json()
    report.require_passed(signed_by="9990000018")
    assert report.signatures[0].claimed_signing_time == SIGNING_TIME


def test_a_revoked_signer_does_not_pass(verifier: edoc.Verifier, tmp_path: Path) -> None:
    result = edoc.sign_document(SHAPES["table"](), open_key("p256", tmp_path), signing_time=SIGNING_TIME)
    (tmp_path / "ca").mkdir()
    (tmp_path / "ca" / "ca.pem").write_bytes(identity().authority_pem)
    report = edoc.verify_document(
        result.document, trust=edoc.TrustStore.load(tmp_path / "ca"), validation_data=[revocation_list(77)],
        validation_time=SIGNING_TIME + timedelta(days=1),
    )  # fmt: skip
    assert report.verdict is not edoc.Verdict.PASSED
    assert report.signatures[0].sub_indication in (edoc.SubIndication.REVOKED, edoc.SubIndication.REVOKED_NO_POE)


def test_no_octet_of_the_document_can_change(verifier: edoc.Verifier, tmp_path: Path) -> None:
    result = edoc.sign_document(SHAPES["object-stream"](), open_key("p256", tmp_path), signing_time=SIGNING_TIME)
    data = bytes(result.document.data[:])
    start, end = data.index(b"/Contents <") + 10, data.rindex(b">>\nendobj")
    places = [place for place in range(len(data)) if not start <= place < end]
    chance = random.Random(11)
    for place in chance.sample(places, 250):
        altered = data[:place] + bytes((data[place] ^ 1 << chance.randrange(8),)) + data[place + 1 :]
        try:
            report = verifier.verify(edoc.Document.from_bytes(altered, name="ruling.pdf"))
        except edoc.EdocError:
            continue
        assert report.verdict is not edoc.Verdict.PASSED, place
        assert not any(item.unchanged_since_signing for item in report.signatures), place
