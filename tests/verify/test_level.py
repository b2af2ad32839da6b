"""Levels: what a document must carry for each, counted from facts and weighed against the anchors."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import timedelta

import pytest

import edoc
from edoc.facts.findings import info
from edoc.facts.signature import DocumentFacts, SignatureFormat
from edoc.pki.certificate import Certificate
from edoc.trust.store import TrustStore
from edoc.verify.identify import identify
from edoc.verify.level import signature_level
from tests.sign.practice import AT, practice, signed
from tests.verify.history import Case, Stamp, ca, crl_at, embedded, ocsp_at, responder, root, signer, tsa, year
from tests.verify.world import Issue

TRUST = TrustStore.of([root().der])
LISTS = (crl_at("Old CA", year(2012)), crl_at("Old Root", year(2012)))
STAMP, SEAL = Stamp(time=year(2012)), Stamp(time=year(2013))
FULL = Case(data=LISTS, stamps=(STAMP,), archive=(SEAL,))


def level(document: DocumentFacts, trust: TrustStore = TRUST, **predicates: bool) -> str:
    facts = document.signatures[0]
    has = {"bes": True, "b": True, "dss": bool(document.material), "t": bool(facts.timestamps)}
    has["doc_timestamp_after"] = bool(document.timestamps)
    facts = replace(facts, predicates={**has, **predicates})
    known: dict[str, Certificate] = {}
    for item in (facts, *(one.token for one in (*facts.timestamps, *document.timestamps))):
        pool = tuple(Certificate.load(one.der) for one in item.material)
        found = identify(item, pool).certificate
        if found is not None:
            known[item.id] = found
    return signature_level(facts, document=document, trust=trust, certificates=known)


@pytest.mark.parametrize(
    ("case", "expected"),
    [
        (Case(), "B"),
        (Case(stamps=(STAMP,)), "T"),
        (Case(archive=(SEAL,)), "T"),
        (replace(FULL, archive=()), "LT"),
        (FULL, "LTA"),
        # One authority's data is missing.
        (replace(FULL, data=LISTS[:1]), "T"),
        (replace(FULL, data=LISTS[1:]), "T"),
        (replace(FULL, data=()), "T"),
        # A response for the signer, a list for those above.
        (replace(FULL, data=(ocsp_at(year(2012), signer()), LISTS[1])), "LTA"),
        (replace(FULL, data=(ocsp_at(year(2012), tsa()), LISTS[1])), "T"),
        # There, but only since after the seal.
        (replace(FULL, data=(), later_data=LISTS), "LT"),
        (replace(FULL, data=LISTS[1:], later_data=LISTS[:1]), "LT"),
        # Two seals: the first is an inner one and needs data, the last stands over everything.
        (replace(FULL, archive=(SEAL, Stamp(time=year(2014)))), "LTA"),
    ],
)
def test_a_level_needs_all_of_its_parts(case: Case, expected: str) -> None:
    assert level(case.document()) == f"PAdES-BASELINE-{expected}"


def test_the_same_octets_are_another_level_for_another_store() -> None:
    document = replace(FULL, data=LISTS[:1], archive=()).document()
    assert level(document) == "PAdES-BASELINE-T"
    issuing = TrustStore.of([ca().der, tsa().der], end_entity=True)
    assert level(document, trust=issuing) == "PAdES-BASELINE-LT"
    # The root is neither trusted nor at hand: where the path ends, nobody can say.
    whole = replace(FULL, archive=()).document()
    assert level(whole, trust=TrustStore.empty()) == "PAdES-BASELINE-T"
    carried = replace(whole, material=(*whole.material, embedded(root(), 200)))
    assert level(carried, trust=TrustStore.empty()) == "PAdES-BASELINE-LT"


def test_the_names_of_what_is_not_baseline() -> None:
    document = FULL.document()
    assert level(document, b=False) == "PAdES-LTV"
    assert level(Case().document(), b=False, epes=True) == "PAdES-EPES"
    assert level(document, bes=False) == "PDF-NOT-ETSI"
    pdf = replace(document, signatures=(replace(document.signatures[0], format=SignatureFormat.PDF),))
    assert level(pdf, pkcs7=True) == "PKCS7-LTA"
    assert level(pdf) == "PDF-NOT-ETSI"


def test_a_time_stamp_of_another_type_does_not_raise_the_level() -> None:
    document = FULL.document()
    odd = tuple(replace(item, findings=(info("PDF_TIMESTAMP_TYPE", item.id, type="Sig"),)) for item in document.timestamps)
    assert level(replace(document, timestamps=odd)) == "PAdES-BASELINE-LT"


def test_two_tokens_in_one_attribute_are_no_baseline_t() -> None:
    assert level(Case(stamps=(STAMP, STAMP)).document(), t=False) == "PAdES-BASELINE-B"


def test_data_without_its_signer_at_hand_does_not_count() -> None:
    document = replace(FULL, above=(), data=LISTS, archive=()).document()
    assert level(document) == "PAdES-BASELINE-T"
    assert responder().is_ca is False


@pytest.mark.parametrize("name", ["B-B", "B-T", "B-LT", "B-LTA"])
def test_documents_have_the_level_they_were_signed_at(name: str) -> None:
    trusted = edoc.verify_document(
        signed(name), trust=practice().trust, validation_data=practice().validation_data(), validation_time=AT
    )
    assert trusted.signatures[0].level == f"PAdES-BASELINE-{name[2:]}"
    assert trusted.process == {"B-B": "basic", "B-LTA": "archival"}.get(name, "time")
    untrusted = edoc.verify_document(signed(name), policy="integrity")
    assert untrusted.signatures[0].level == f"PAdES-BASELINE-{name[2:]}"


@pytest.mark.parametrize("name", ["B-LT", "B-LTA"])
def test_long_term_levels_are_verified_offline_with_what_they_carry(name: str) -> None:
    for later in (timedelta(days=1), timedelta(days=60), timedelta(days=700)):
        report = edoc.verify_document(signed(name), trust=practice().trust, validation_time=AT + later)
        assert report.verdict is edoc.Verdict.PASSED, later
    without = edoc.verify_document(signed("B-T"), trust=practice().trust, validation_time=AT + timedelta(days=1))
    assert without.verdict is edoc.Verdict.INDETERMINATE


def test_authorities_that_certify_each_other_in_circles_cost_little() -> None:
    circle: list[Certificate] = []
    for number in range(60):
        circle.append(Issue(subject="Left", issuer="Right", ca=True, serial=1000 + number, end=year(2040)).make())
        circle.append(Issue(subject="Right", issuer="Left", ca=True, serial=2000 + number, end=year(2040)).make())
    leaf = Issue(subject="Old Signer", issuer="Left").make()
    data = (*circle, crl_at("Left", year(2026)), crl_at("Right", year(2026)))
    case = Case(signer=leaf, data=data, stamps=(STAMP,))
    begun = time.process_time()
    assert level(case.document()) == "PAdES-BASELINE-T"
    assert time.process_time() - begun < 2
