"""The checker of RFC 5280 6.1: each rule broken once, and what must not count as broken."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest

from edoc.pki import extensions as ext
from edoc.pki.certificate import Certificate
from edoc.pki.der import integer, tlv
from edoc.pki.path import CandidatePath
from edoc.pki.rfc5280 import PathParameters, check_path
from tests.pki import forge
from tests.pki.forge import CA, END, SIGNER, START, TIME, Extension, Plan, anchor, authority, cn, leaf

UNKNOWN = "1.3.6.1.4.1.99999.1"


def codes(*plans: Plan, at: object = TIME, parameters: PathParameters | None = None) -> list[tuple[str, int]]:
    """Check a path (leaf first) below the anchor `Root`; return (code, index)."""
    path = CandidatePath(certificates=tuple(plan.make() for plan in plans), anchor=anchor(authority("Root").make()))
    found = check_path(path, time=at, parameters=parameters or PathParameters())  # type: ignore[arg-type]
    return [(item.code, item.index) for item in found]


SUB = authority("Sub", "Root")
LEAF = leaf("Sub")


def sub(*extensions: Extension, **changes: object) -> Plan:
    return SUB.but(extensions=extensions, **changes)


def test_a_plain_path_breaks_nothing() -> None:
    assert codes(LEAF, SUB) == []


def test_a_signature_by_another_key_is_found_where_it_is() -> None:
    assert codes(LEAF.but(issuer_key="Other"), SUB) == [("BAD_SIGNATURE", 0)]
    assert codes(LEAF, SUB.but(issuer_key="Other")) == [("BAD_SIGNATURE", 1)]


def test_a_path_whose_names_do_not_chain_is_refused() -> None:
    assert codes(LEAF.but(issuer=cn("Somebody")), SUB) == [("NAME_CHAINING", 0)]


def test_the_bounds_of_validity_belong_to_it() -> None:
    second = timedelta(seconds=1)
    assert codes(LEAF, SUB, at=END) == []
    assert codes(LEAF, SUB.but(end=END + second), at=END + second) == [("EXPIRED", 0)]
    assert codes(LEAF, SUB, at=START) == []
    assert codes(LEAF, SUB.but(start=START - second), at=START - second) == [("NOT_YET_VALID", 0)]


def test_times_are_compared_in_utc() -> None:
    # 03:29 in Tehran on the day after the end is 23:59 UTC of the last day.
    from datetime import timezone

    tehran = timezone(timedelta(hours=3, minutes=30))
    last = END - timedelta(minutes=1)
    assert codes(LEAF.but(end=last), SUB, at=last.astimezone(tehran)) == []
    assert codes(LEAF.but(end=last), SUB, at=END.astimezone(tehran)) == [("EXPIRED", 0)]


@pytest.mark.parametrize(
    ("extensions", "version"),
    [((), 3), ((forge.key_usage("keyCertSign"),), 3), ((forge.basic_constraints(ca=False),), 3), ((), 1)],
    ids=["nothing", "no basicConstraints", "cA false", "version 1"],
)
def test_who_is_no_authority_issues_nothing(extensions: tuple[Extension, ...], version: int) -> None:
    assert ("NOT_A_CA", 1) in codes(LEAF, sub(*extensions, version=version))


def test_a_leaf_signed_by_a_leaf_is_refused() -> None:
    first = leaf("Sub", "First")
    assert ("NOT_A_CA", 1) in codes(leaf("First", "Second"), first, SUB)


def test_an_authority_whose_key_may_not_sign_certificates_issues_nothing() -> None:
    assert codes(LEAF, sub(forge.basic_constraints(), forge.key_usage("cRLSign"))) == [("NO_KEYCERTSIGN", 1)]
    assert codes(LEAF, sub(forge.basic_constraints())) == []


def test_path_length_counts_authorities_and_not_self_issued_steps() -> None:
    short = SUB.but(extensions=(forge.basic_constraints(length=0), forge.key_usage("keyCertSign")))
    rolled = authority("Sub", subject_key="Sub new", issuer_key="Sub")
    assert codes(LEAF.but(issuer_key="Sub new"), rolled, short) == []
    below = authority("Below", "Sub")
    assert codes(leaf("Below"), below, short) == [("PATH_LENGTH", 1)]


def test_an_unknown_critical_extension_refuses_wherever_it_stands() -> None:
    critical, harmless = (UNKNOWN, True, b"\x05\x00"), (UNKNOWN, False, b"\x05\x00")
    assert codes(LEAF.but(extensions=(*SIGNER, critical)), SUB) == [("UNKNOWN_CRITICAL_EXTENSION", 0)]
    assert codes(LEAF, sub(*CA, critical)) == [("UNKNOWN_CRITICAL_EXTENSION", 1)]
    assert codes(LEAF.but(extensions=(*SIGNER, harmless)), sub(*CA, harmless)) == []


def test_critical_qualified_statements_are_understood() -> None:
    statements = (ext.QC_STATEMENTS, True, tlv(0x30, tlv(0x30, forge.encode_oid("0.4.0.1862.1.1"))))
    assert codes(LEAF.but(extensions=(*SIGNER, statements)), SUB) == []


def test_an_extension_that_occurs_twice_refuses() -> None:
    twice = sub(forge.basic_constraints(), forge.basic_constraints(ca=False), forge.key_usage("keyCertSign"))
    assert ("DUPLICATE_EXTENSION", 1) in codes(LEAF, twice)
    assert ("DUPLICATE_EXTENSION", 1) in codes(LEAF, sub(*CA, forge.basic_constraints()))


def test_outer_and_signed_algorithm_must_be_the_same() -> None:
    assert ("ALG_ID_MISMATCH", 0) in codes(LEAF.but(outer_algorithm=forge.ECDSA_SHA1), SUB)
    assert ("ALG_ID_MISMATCH", 0) in codes(
        LEAF.but(algorithm=forge.ECDSA_SHA1, outer_algorithm=forge.ECDSA_SHA256), SUB
    )


@pytest.mark.parametrize(
    "oid",
    [ext.BASIC_CONSTRAINTS, ext.KEY_USAGE, ext.NAME_CONSTRAINTS, ext.CERTIFICATE_POLICIES, ext.POLICY_CONSTRAINTS],
)
def test_a_limit_that_cannot_be_read_does_not_count_as_absent(oid: str) -> None:
    rest = [item for item in CA if item[0] != oid]
    found = codes(LEAF, sub(*rest, (oid, False, b"\x30\x03\x02\x01")))
    assert ("EXTENSION_MALFORMED", 1) in found


def test_a_self_issued_last_certificate_is_not_exempt_from_constraints() -> None:
    limited = sub(*CA, forge.name_constraints(permitted=[forge.general(4, cn("Allowed"))]))
    own = Plan(subject=cn("Sub"), issuer=cn("Sub"), subject_key="x", issuer_key="Sub", extensions=SIGNER)
    assert codes(own, limited) == [("NAME_NOT_PERMITTED", 0)]


P1, P2, P3 = (f"1.3.6.1.4.1.99999.2.{number}" for number in (1, 2, 3))
EXPLICIT = PathParameters(explicit_policy=True)


def test_policies_must_hold_for_the_whole_path_when_they_are_demanded() -> None:
    same = LEAF.but(extensions=(*SIGNER, forge.policies(P1)))
    assert codes(same, sub(*CA, forge.policies(P1)), parameters=EXPLICIT) == []
    assert ("NO_VALID_POLICY", 0) in codes(same, sub(*CA, forge.policies(P2)), parameters=EXPLICIT)
    assert ("NO_VALID_POLICY", 0) in codes(LEAF, sub(*CA, forge.policies(P1)), parameters=EXPLICIT)
    assert codes(LEAF, SUB) == []


def test_any_policy_stands_for_all_until_it_is_inhibited() -> None:
    signer = LEAF.but(extensions=(*SIGNER, forge.policies(P1)))
    anything = sub(*CA, forge.policies(ext.ANY_POLICY))
    assert codes(signer, anything, parameters=EXPLICIT) == []
    inhibited = PathParameters(explicit_policy=True, inhibit_any_policy=True)
    assert ("NO_VALID_POLICY", 0) in codes(signer, anything, parameters=inhibited)


def test_mappings_translate_policies_and_may_not_touch_any_policy() -> None:
    signer = LEAF.but(extensions=(*SIGNER, forge.policies(P2)))
    mapped = sub(*CA, forge.policies(P1), forge.mappings((P1, P2)))
    wanted = PathParameters(explicit_policy=True, user_policies=frozenset({P1}))
    assert codes(signer, mapped, parameters=wanted) == []
    other = PathParameters(explicit_policy=True, user_policies=frozenset({P3}))
    assert codes(signer, mapped, parameters=other) == [("NO_VALID_POLICY", 0)]
    forbidden = PathParameters(explicit_policy=True, inhibit_mapping=True)
    assert ("NO_VALID_POLICY", 0) in codes(signer, mapped, parameters=forbidden)
    wild = sub(*CA, forge.policies(P1), forge.mappings((ext.ANY_POLICY, P2)))
    assert ("ANYPOLICY_MAPPED", 1) in codes(LEAF, wild)


def test_policy_constraints_of_an_authority_count() -> None:
    demanding = sub(*CA, (ext.POLICY_CONSTRAINTS, True, tlv(0x30, tlv(0x80, b"\x00"))))
    assert ("NO_VALID_POLICY", 0) in codes(LEAF, demanding)


def test_policy_mappings_cannot_blow_up() -> None:
    """Twenty levels of twenty mappings each onto all: 20**20 branches of a tree, 400 edges of a level here."""
    oids = [f"1.3.6.1.4.1.99999.3.{number}" for number in range(20)]
    every = tuple((one, other) for one in oids for other in oids)
    chain: list[Plan] = []
    for level in range(20):
        issuer = "Root" if level == 0 else f"Level {level - 1}"
        plan = authority(f"Level {level}", issuer, extensions=(*CA, forge.policies(*oids), forge.mappings(*every)))
        chain.insert(0, plan)
    signer = leaf("Level 19", extensions=(*SIGNER, forge.policies(oids[0])))
    start = time.process_time()
    assert codes(signer, *chain, parameters=EXPLICIT) == []
    assert time.process_time() - start < 2


def test_the_anchor_s_own_certificate_is_not_judged() -> None:
    old = Certificate.load(authority("Root", end=START + timedelta(days=1), extensions=(), version=1).der())
    path = CandidatePath(certificates=(leaf("Root").make(),), anchor=anchor(old))
    assert check_path(path, time=TIME) == ()


def test_a_violation_says_which_certificate_and_which_clause() -> None:
    broken = sub(*CA, (UNKNOWN, True, integer(1)))
    path = CandidatePath(certificates=(LEAF.make(), broken.make()), anchor=anchor(authority("Root").make()))
    (found,) = check_path(path, time=TIME)
    assert found.certificate_sha256 == path.certificates[1].sha256
    assert found.params == {"oid": UNKNOWN}
    assert found.clause.startswith("RFC 5280")
