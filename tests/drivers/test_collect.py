"""What is collected for the long term: the chain, the newest evidence, what is missing, and nothing that nobody needs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from edoc.drivers.chains import Subject
from edoc.drivers.collect import Collected, Collector
from edoc.drivers.material import load_validation_data
from edoc.facts.material import MaterialKind
from edoc.lab.keys import process_keys
from edoc.lab.server import LabServer
from edoc.net.policy import FetchPolicy
from edoc.pki.certificate import Certificate
from edoc.testing import PracticePki
from edoc.trust import TrustStore
from edoc.trust.store import Purpose

AT = datetime(2026, 6, 1, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def pki() -> PracticePki:
    return PracticePki(at=AT)


def _collect(
    pki: PracticePki,
    data: list[bytes],
    *,
    name: str = "person",
    trust: TrustStore | None = None,
    online: bool | FetchPolicy = False,
    sealed: bool = False,
    time: datetime = AT,
) -> Collected:
    chain = [Certificate.load(der) for der in (pki.certificate(name), *pki.chain(name)[:-1])]
    purpose = Purpose.TSA if name.startswith("tsa") else Purpose.SIGNER
    collector = Collector(load_validation_data(data), trust=trust, online=online)
    subject = Subject(certificate=chain[0], purpose=purpose, time=time, sealed=sealed)
    return collector.collect((subject,), carried=chain)


def _of(found: Collected, kind: MaterialKind) -> set[bytes]:
    return {der for what, der in found.objects if what is kind}


def _missing(found: Collected) -> list[str]:
    return [item.certificate.subject.get("2.5.4.3") or "" for item in found.missing]


def test_the_lists_of_the_chain_and_no_others(pki: PracticePki) -> None:
    found = _collect(pki, list(pki.validation_data()), trust=pki.trust)
    assert not found.missing and not found.revoked
    assert _of(found, MaterialKind.CRL) == {pki.crl("issuing"), pki.crl("root-a")}
    assert _of(found, MaterialKind.CERTIFICATE) == {pki.certificate("root-a")}


def test_a_chain_without_its_root_ends_where_it_ends(pki: PracticePki) -> None:
    found = _collect(pki, list(pki.validation_data()))
    assert not found.missing and _of(found, MaterialKind.CRL) == {pki.crl("issuing"), pki.crl("root-a")}
    assert _missing(_collect(pki, [pki.crl("issuing")])) == ["Practice Issuing CA"]


def test_the_newest_list_is_taken(pki: PracticePki) -> None:
    old = [pki.crl(name, at=AT - timedelta(days=2)) for name in ("issuing", "root-a")]
    found = _collect(pki, [*old, *pki.validation_data()], trust=pki.trust)
    assert _of(found, MaterialKind.CRL) == {pki.crl("issuing"), pki.crl("root-a")}


def test_responses_are_taken_with_their_responder_unrepeated(pki: PracticePki) -> None:
    found = _collect(pki, [pki.ocsp("person"), pki.crl("root-a"), pki.crl("issuing")], trust=pki.trust)
    assert not found.missing and _of(found, MaterialKind.OCSP) <= {pki.ocsp("person")}
    assert pki.certificate("ocsp") not in _of(found, MaterialKind.CERTIFICATE)


def test_stale_lists_do_for_what_is_sealed_only(pki: PracticePki) -> None:
    later = AT + timedelta(days=60)
    lists = list(pki.validation_data())
    assert _missing(_collect(pki, lists, trust=pki.trust, time=later))
    assert not _collect(pki, lists, trust=pki.trust, time=later, sealed=True).missing


@pytest.mark.parametrize("name", ["revoked", "on-hold"])
def test_who_is_revoked_is_told(pki: PracticePki, name: str) -> None:
    found = _collect(pki, list(pki.validation_data()), name=name, trust=pki.trust)
    assert [item.certificate.der for item in found.revoked] == [pki.certificate(name)]


def test_forged_lists_are_no_evidence(pki: PracticePki) -> None:
    forged = bytearray(pki.crl("issuing"))
    forged[-1] ^= 1
    found = _collect(pki, [bytes(forged), pki.crl("root-a")], trust=pki.trust)
    assert found.missing and found.missing[0].certificate.der == pki.certificate("person")


def test_an_anchor_for_something_else_is_none(pki: PracticePki) -> None:
    roots = [pki.certificate("root-a")]
    trust = TrustStore.of(roots, purposes=["tsa"])
    assert [item.untrusted for item in _collect(pki, list(pki.validation_data()), trust=trust).missing] == [True]
    assert not _collect(pki, list(pki.validation_data()), name="tsa", trust=trust).missing


@pytest.mark.loopback
@pytest.mark.parametrize("kinds", [("ocsp", "crl"), ("crl",)])
@pytest.mark.parametrize("anchored", [True, False])
def test_what_is_missing_is_fetched(kinds: tuple[str, ...], anchored: bool) -> None:
    with LabServer(keys=process_keys(), at=AT) as lab:
        pki = PracticePki(at=AT, base_url=lab.url)
        policy = FetchPolicy(kinds=kinds, hosts=[lab.url.removeprefix("http://")])
        found = _collect(pki, [], trust=pki.trust if anchored else None, online=policy)
    assert not found.missing and pki.crl("root-a") in _of(found, MaterialKind.CRL)
    assert bool(_of(found, MaterialKind.OCSP)) == ("ocsp" in kinds)


@pytest.mark.loopback
def test_what_nobody_answers_is_missing_with_the_reason() -> None:
    with LabServer(keys=process_keys(), at=AT) as lab:
        pki = PracticePki(at=AT, base_url=lab.url)
    found = _collect(pki, [], trust=pki.trust, online=FetchPolicy(hosts=[lab.url.removeprefix("http://")]))
    assert found.missing and {item.why for item in found.missing} <= {"FETCH_UNREACHABLE", "FETCH_BROKEN"}
