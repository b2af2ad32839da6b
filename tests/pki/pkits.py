"""NIST PKITS as rows: which certificate, which material, which inputs, and what must come out."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import cryptography_vectors

from edoc.pki.certificate import Certificate
from edoc.pki.crl import CrlError, RevocationList
from edoc.pki.extensions import ANY_POLICY
from edoc.pki.path import build_paths
from edoc.pki.pool import Pool
from edoc.pki.revocation import Evidence, Status, certificate_status
from edoc.pki.rfc5280 import PathParameters, check_path
from edoc.verify.freshness import fresh
from tests.pki.forge import anchor

DATA = Path(cryptography_vectors.__file__).parent / "x509" / "PKITS_data"
TIME = datetime(2022, 5, 1, tzinfo=UTC)
UNSUPPORTED = frozenset({"valid_dsa_parameter_inheritance_test5"})
"""A DSA key without parameters, which takes its issuer's: nobody issues it, and it is refused."""


@dataclass(frozen=True, kw_only=True)
class Row:
    """One test of PKITS."""

    test: str
    valid: bool
    certificate: Path
    material: tuple[Path, ...]
    parameters: PathParameters = field(default_factory=PathParameters)
    plain: bool = True
    """Whether the row uses the default inputs."""


Engine = Callable[[Row], bool]


def rows(corpus: Path) -> list[Row]:
    lines = (corpus / "pkits.jsonl").read_text(encoding="utf-8").splitlines()
    return [_row(json.loads(line)) for line in lines if line.strip()]


def _row(data: dict[str, object]) -> Row:
    settings = data.get("settings")
    given = settings.get("params", {}) if isinstance(settings, dict) else {}
    material = data["material"]
    assert isinstance(material, list)
    return Row(
        test=str(data["test"]),
        valid=data["expect"] == "valid",
        certificate=DATA / "certs" / str(data["certificate"]),
        material=tuple(DATA / ("crls" if name.endswith(".crl") else "certs") / name for name in material),
        parameters=PathParameters(
            user_policies=frozenset(given.get("user_initial_policy_set", [ANY_POLICY])),
            explicit_policy=bool(given.get("initial_explicit_policy", False)),
            inhibit_mapping=bool(given.get("initial_policy_mapping_inhibit", False)),
            inhibit_any_policy=bool(given.get("initial_any_policy_inhibit", False)),
        ),
        plain=not given,
    )


@cache
def certificate(path: Path) -> Certificate:
    return Certificate.load(path.read_bytes())


def root() -> Certificate:
    return certificate(DATA / "certs" / "TrustAnchorRootCertificate.crt")


def lists(row: Row) -> tuple[RevocationList, ...]:
    """The readable lists of a row; one that must not be used at all is refused when it is read."""
    found = []
    for path in row.material:
        if path.suffix == ".crl":
            try:
                found.append(RevocationList.load(path.read_bytes()))
            except CrlError:
                continue
    return tuple(found)


def engine(row: Row) -> bool:
    """Build, check and ask for the status of every certificate, as a verification does."""
    pool = Pool(certificate(path) for path in row.material if path.suffix == ".crt")
    anchors = (anchor(root()),)
    evidence = Evidence(crls=lists(row), pool=pool)
    search = build_paths(certificate(row.certificate), pool=pool, anchors=anchors, time=TIME)
    for path in search.paths:
        if check_path(path, time=TIME, parameters=row.parameters):
            continue
        statuses = [
            certificate_status(path, index, evidence=evidence, anchors=anchors, time=TIME)
            for index in range(len(path.certificates))
        ]
        if all(
            item.status is Status.GOOD
            and fresh(this_update=item.this_update, next_update=item.next_update, time=TIME, max_age=None)
            for item in statuses
        ):
            return True
    return False


def wrong(table: Iterable[Row], judge: Engine) -> set[str]:
    """Return the tests that an engine answers wrongly: the one scoring function."""
    return {row.test for row in table if judge(row) is not row.valid}
