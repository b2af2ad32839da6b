"""A CAdES archive over the years: what its time-stamps protect is believed when every certificate has ended."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cache

import pytest

import edoc
from edoc.facts.material import MaterialKind
from edoc.formats.cades.editor import CmsEditor
from edoc.formats.cades.write import WRITER
from edoc.formats.writing import Packaging, SignatureOrder, SignerParameters
from edoc.keys.local import LocalKey
from edoc.pki.certificate import Certificate
from tests.formats.cades.maker import AROUND, BESIDE, DATA, bend, document, octets
from tests.fuzzing.der import Node
from tests.interop.dss.makers import _Source
from tests.interop.dss.pki import ARCHIVED, JUDGED, LATE, OLD, RENEWED, SIGNED, STAMPED, Party, Plan, Revoked
from tests.interop.dss.scenes import PATHS, Members, Scene, material

DAY = timedelta(days=1)
LATER = RENEWED + DAY


@cache
def scene() -> Scene:
    # RSA of 2048 bits ends with 2028: elliptic keys last longer.
    return PATHS["issuing"](Members(signer=Plan(kind="p256"), tsa=Plan(kind="p256")))


def objects(at: datetime, fates: dict[Party, Revoked] | None = None) -> list[tuple[MaterialKind, bytes]]:
    found = material(scene(), "crl", fates or {}, at=at)
    parties = (scene().signer, scene().tsa, scene().renewing)
    authorities = {item.der for party in parties for item in party.chain}
    return [(MaterialKind.CRL, der) for der in found.crls] + [(MaterialKind.CERTIFICATE, der) for der in sorted(authorities)]


def stamped(work: CmsEditor, party: Party, time: datetime) -> None:
    imprint = work.archive_imprint("S1", "sha256")
    work.put_archive_timestamp("S1", _Source(party, time).timestamp(imprint))


@cache
def archived(packaging: Packaging, *, renewed: bool, data: bool = True) -> bytes:
    """Sign in 2026, archive a day later, and renew in 2033, with or without the status of the first authority."""
    signer = scene().signer
    chain = tuple(item.der for item in signer.chain)
    backend = LocalKey(signer.key)
    algorithm = edoc.Key(backend=backend, certificate=_load(signer.der), chain=(), uri="scene:signer").algorithm()
    parameters = SignerParameters(
        certificate_der=signer.der, chain_ders=chain, algorithm=algorithm, digest_algorithm=algorithm.digest or ""
    )
    order = SignatureOrder(signing_time=SIGNED, packaging=packaging)
    prepared = WRITER.prepare([DATA], order=order, signer=parameters)
    work = WRITER.finish([DATA], prepared, backend.sign(prepared.octets, algorithm))
    imprint = work.signature_imprint("S1", "sha256")
    work.put_signature_timestamp("S1", _Source(scene().tsa, STAMPED).timestamp(imprint))
    work.put_validation_data("S1", objects(SIGNED + DAY / 4))
    stamped(work, scene().tsa, ARCHIVED)
    if renewed:
        work = WRITER.open(document(octets(work)), [DATA] if packaging is BESIDE else [])
        if data:
            work.put_validation_data("S1", objects(RENEWED - DAY))
        stamped(work, scene().renewing, RENEWED)
    return octets(work)


def _load(der: bytes) -> Certificate:
    return Certificate.load(der)


def judged(data: bytes, time: datetime, packaging: Packaging, *more: bytes) -> edoc.Report:
    trust = edoc.TrustStore.of([item.der for item in scene().anchors])
    beside = [DATA] if packaging is BESIDE else []
    return edoc.verify_document(document(data), trust=trust, validation_time=time, detached=beside, validation_data=more)


@pytest.mark.parametrize("packaging", [AROUND, BESIDE], ids=lambda item: item.value)
@pytest.mark.parametrize("time", [JUDGED, LATE, RENEWED - DAY])
def test_an_archive_passes_while_its_last_authority_is_in_force(packaging: Packaging, time: datetime) -> None:
    report = judged(archived(packaging, renewed=False), time, packaging)
    assert report.verdict is edoc.Verdict.PASSED, report.to_json()
    assert report.signatures[0].best_signature_time == STAMPED


@pytest.mark.parametrize("packaging", [AROUND, BESIDE], ids=lambda item: item.value)
def test_a_renewed_archive_passes_when_the_first_authority_has_ended(packaging: Packaging) -> None:
    fresh = [der for kind, der in objects(OLD - DAY) if kind is MaterialKind.CRL]
    report = judged(archived(packaging, renewed=True), OLD, packaging, *fresh)
    assert report.verdict is edoc.Verdict.PASSED, report.to_json()
    assert report.signatures[0].level == "CAdES-BASELINE-LTA"


def test_an_archive_that_nobody_renewed_is_undecided() -> None:
    fresh = [der for kind, der in objects(OLD - DAY) if kind is MaterialKind.CRL]
    report = judged(archived(AROUND, renewed=False), OLD, AROUND, *fresh)
    assert report.verdict is edoc.Verdict.INDETERMINATE


def test_what_the_renewal_does_not_name_proves_nothing() -> None:
    """The index of the second archive names the first and its data: taken out of the CMS, they are missed."""
    def change(root: Node) -> None:
        bag = next(kid for kid in root.kids if kid.tag == 0xA1)
        bag.kids = bag.kids[:0]
        root.kids.remove(bag)

    fresh = [der for kind, der in objects(OLD - DAY) if kind is MaterialKind.CRL]
    report = judged(bend(archived(AROUND, renewed=True), change), OLD, AROUND, *fresh)
    assert report.verdict is not edoc.Verdict.PASSED


def test_a_revocation_after_the_archive_harms_nobody() -> None:
    fates = {scene().signer: Revoked(ARCHIVED + DAY)}
    news = [der for kind, der in objects(JUDGED + DAY, fates) if kind is MaterialKind.CRL]
    report = judged(archived(AROUND, renewed=False), JUDGED + 2 * DAY, AROUND, *news)
    assert report.verdict is edoc.Verdict.PASSED, report.to_json()


def test_a_revocation_before_the_time_stamp_is_seen() -> None:
    fates = {scene().signer: Revoked(SIGNED - DAY)}
    news = [der for kind, der in objects(JUDGED + DAY, fates) if kind is MaterialKind.CRL]
    report = judged(archived(AROUND, renewed=False), JUDGED + 2 * DAY, AROUND, *news)
    assert report.verdict is edoc.Verdict.INDETERMINATE
