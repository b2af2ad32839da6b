"""Certification paths and revocation lists of other projects: valid or not, good, revoked or no evidence.

Rows that ask for what is no question here are left out by rule, never by name: OCSP, a leaf that is
its own anchor, constraints read out of an anchor, and purposes of TLS.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from edoc.pki.certificate import Certificate, CertificateError
from edoc.pki.crl import CrlError, RevocationList
from edoc.pki.path import CandidatePath, build_paths
from edoc.pki.pem import blocks
from edoc.pki.pool import Pool
from edoc.pki.revocation import Evidence, Status, certificate_status
from edoc.pki.rfc5280 import check_path
from edoc.policy.suite import default_suite
from edoc.verify.crypto import weaknesses
from edoc.verify.freshness import fresh
from tests.pki import pkits
from tests.pki.forge import anchor

EXCEPTIONS = Path(__file__).with_name("pki_exceptions.json")
LIST_TIME = datetime(2017, 3, 9, tzinfo=UTC)
PATH_TIME = datetime(2021, 10, 5, 12, tzinfo=UTC)
Row = dict[str, object]


def rows(corpus: Path) -> Iterator[Row]:
    for line in (corpus / "attacks" / "manifest.jsonl").read_text(encoding="utf-8").splitlines():
        row: Row = json.loads(line)
        if row["format"] in ("crl", "x509-path") and _askable(row):
            yield row


def _askable(row: Row) -> bool:
    settings = row.get("settings")
    trust = settings.get("last_cert_trust", "TRUSTED_ANCHOR") if isinstance(settings, dict) else "TRUSTED_ANCHOR"
    return trust in ("TRUSTED_ANCHOR", "TRUSTED_ANCHOR_OR_LEAF") and "extended key usage" not in str(row["why"])


def _files(row: Row, folder: Path) -> list[Path]:
    names = row.get("aux", [])
    assert isinstance(names, list)
    return [folder / str(name) for name in names]


def answer(row: Row, folder: Path) -> str:
    """Return the word of the manifest that the engine would say."""
    file = folder / str(row["file"])
    if row["format"] == "crl":
        return _list(file)
    if file.suffix == ".crt":
        return "valid" if _pkits(row, file, folder) else "not-valid"
    return "valid" if _chain(row, folder) else "not-valid"


def _list(file: Path) -> str:
    found = blocks(file.read_bytes())
    authorities = [Certificate.load(der) for label, der in found if label.startswith("CA CERTIFICATE")]
    (signer,) = [Certificate.load(der) for label, der in found if label == "CERTIFICATE"]
    top, pool = anchor(authorities[-1]), Pool(authorities)
    try:
        (crl,) = [RevocationList.load(der) for label, der in found if label == "CRL"]
        (path,) = build_paths(signer, pool=pool, anchors=(top,), time=LIST_TIME).paths
        evidence = Evidence(crls=(crl,), pool=pool)
        status = certificate_status(path, 0, evidence=evidence, anchors=(top,), time=LIST_TIME)
    except CrlError:
        return "revocation-evidence-rejected"
    current = fresh(this_update=status.this_update, next_update=status.next_update, time=LIST_TIME, max_age=None)
    if status.status is Status.UNKNOWN or not current:
        return "revocation-evidence-rejected"
    return f"revocation-status:{status.status.value}"


def _pkits(row: Row, file: Path, folder: Path) -> bool:
    root = next(path for path in _files(row, folder) if path.name.endswith("TrustAnchorRootCertificate.crt"))
    assert Certificate.load(root.read_bytes()) == pkits.root()
    given = row.get("settings")
    data = {"test": row["attack"], "certificate": "-", "expect": row["expect"], "material": [], "settings": given}
    plan = pkits._row(data)
    material = tuple(_files(row, folder))
    return pkits.engine(
        pkits.Row(test=plan.test, valid=plan.valid, certificate=file, material=material, parameters=plan.parameters)
    )


def _chain(row: Row, folder: Path) -> bool:
    settings = row["settings"]
    assert isinstance(settings, dict)
    moment = settings["utc_time"]
    time = PATH_TIME if moment == "DEFAULT" else datetime.strptime(moment, "%y%m%d%H%M%SZ").replace(tzinfo=UTC)
    (file,) = _files(row, folder)
    try:
        chain = [Certificate.load(der) for label, der in blocks(file.read_bytes()) if label == "CERTIFICATE"]
    except CertificateError:
        return False
    search = build_paths(chain[0], pool=Pool(chain[1:-1]), anchors=(anchor(chain[-1]),), time=time)
    return any(not check_path(path, time=time) and not _weak(path, time) for path in search.paths)


def _weak(path: CandidatePath, time: datetime) -> bool:
    """As the product judges paths: each signature by the dated suite."""
    suite = default_suite()
    return any(
        item.ending is None
        for index, certificate in enumerate(path.certificates)
        for item in weaknesses(suite, certificate.signature_algorithm, path.issuer_key(index), time)
    )


@pytest.fixture(scope="module")
def answers(corpus: Path) -> dict[str, tuple[str, str]]:
    folder = corpus / "attacks"
    return {str(row["id"]): (str(row["expect"]), answer(row, folder)) for row in rows(corpus)}


def test_there_are_rows_of_every_kind(answers: dict[str, tuple[str, str]]) -> None:
    assert len(answers) > 130
    assert {expected for expected, _ in answers.values()} == {
        "valid", "not-valid", "revocation-evidence-rejected", "revocation-status:good", "revocation-status:revoked",
    }  # fmt: skip


def test_every_row_is_right_or_excepted(answers: dict[str, tuple[str, str]]) -> None:
    excepted = json.loads(EXCEPTIONS.read_text(encoding="utf-8"))
    wrong = {key: {"expected": want, "actual": got} for key, (want, got) in answers.items() if want != got}
    named = {key: {"expected": item["expected"], "actual": item["actual"]} for key, item in excepted.items()}
    assert wrong == named, "a row is wrong, or an exception is no longer needed"
    assert all(item["reason"] for item in excepted.values())


def test_nothing_bad_is_excepted() -> None:
    excepted = json.loads(EXCEPTIONS.read_text(encoding="utf-8"))
    good = ("valid", "revocation-status:good")
    assert [key for key, item in excepted.items() if item["expected"] not in good and item["actual"] in good] == []
