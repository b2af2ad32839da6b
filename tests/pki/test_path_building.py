"""The builder: what it finds, in which order, and that nobody can make it work for ever."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest

from edoc.limits import DEFAULT_LIMITS
from edoc.pki.certificate import Certificate
from edoc.pki.path import Anchor, CandidatePath, PathSearch, build_paths
from edoc.pki.pool import Pool
from edoc.pki.rfc5280 import check_path
from tests.pki import forge
from tests.pki.forge import END, START, TIME, anchor, authority, cn, leaf

GENEROUS = 1.5
"""CPU seconds for what takes 0.1 alone: busy neighbours and the garbage of a long run of tests come on top."""
"""Seconds of CPU; what is measured stays below 0.02 here."""


def search(signer: Certificate, pool: list[Certificate], *anchors: Certificate) -> PathSearch:
    return build_paths(signer, pool=Pool(pool), anchors=tuple(map(anchor, anchors)), time=TIME)


def good(found: PathSearch) -> list[CandidatePath]:
    return [path for path in found.paths if not check_path(path, time=TIME)]


def mesh(size: int) -> list[Certificate]:
    """Authorities that all certify each other."""
    names = [f"Mesh {number}" for number in range(size)]
    pairs = [(one, other) for one in names for other in names if one != other]
    return [authority(one, other, serial=serial).make() for serial, (one, other) in enumerate(pairs, 10)]


@pytest.fixture(scope="module")
def root() -> Certificate:
    return authority("Root").make()


@pytest.mark.parametrize("size", [5, 7, 12])
def test_a_mesh_that_reaches_no_anchor_ends_at_once(size: int, root: Certificate) -> None:
    pool, signer = mesh(size), leaf("Mesh 0").make()
    start = time.process_time()
    found = search(signer, pool, root)
    assert time.process_time() - start < GENEROUS
    assert found.paths == ()
    assert (found.signature_checks, found.steps) == (0, 0)


@pytest.mark.parametrize("size", [5, 7, 12])
def test_a_mesh_whose_anchor_has_only_the_name_of_the_trusted_one_ends_within_its_budget(size: int) -> None:
    pool = [*mesh(size), authority("Mesh 1", "Root", issuer_key="Impostor").make()]
    signer, root = leaf("Mesh 0").make(), authority("Root").make()
    start = time.process_time()
    found = search(signer, pool, root)
    assert time.process_time() - start < GENEROUS
    assert found.paths == ()
    assert found.steps <= DEFAULT_LIMITS.path_steps + 1
    assert found.signature_checks <= DEFAULT_LIMITS.path_signature_checks + 1


@pytest.mark.parametrize("size", [5, 7, 12])
def test_the_one_good_route_through_a_mesh_is_found(size: int, root: Certificate) -> None:
    pool = [*mesh(size), authority(f"Mesh {size - 1}", "Root").make()]
    start = time.process_time()
    found = search(leaf("Mesh 0").make(), pool, root)
    assert time.process_time() - start < GENEROUS
    assert good(found)
    assert [item.subject.get("2.5.4.3") for item in found.paths[0].certificates] == [
        "Signer", "Mesh 0", f"Mesh {size - 1}",
    ]  # fmt: skip


def test_a_route_deeper_than_the_limit_names_the_budget(root: Certificate) -> None:
    depth = DEFAULT_LIMITS.path_depth
    chain = [authority("Deep 0", "Root").make()]
    chain += [authority(f"Deep {level}", f"Deep {level - 1}").make() for level in range(1, depth)]
    deepest = leaf(f"Deep {depth - 1}").make()
    too_deep = search(deepest, [*chain, *mesh(5)], root)
    assert too_deep.paths == ()
    assert too_deep.budget_exceeded
    allowed = search(leaf(f"Deep {depth - 2}").make(), chain, root)
    assert len(allowed.paths[0].certificates) == depth
    assert not allowed.budget_exceeded


def test_two_hundred_authorities_of_one_name_the_true_one_last(root: Certificate) -> None:
    junk = [
        authority("Sub", "Root", subject_key="Junk", issuer_key="Junk", serial=serial).make()
        for serial in range(2, 101)
    ]
    selfish = [
        authority("Sub", subject_key="Junk 2", issuer_key="Junk 2", serial=serial).make() for serial in range(100)
    ]
    true = authority("Sub", "Root", start=START.replace(year=2020)).make()
    start = time.process_time()
    found = search(leaf("Sub").make(), [*junk, *selfish, true], root)
    assert time.process_time() - start < GENEROUS
    assert [path.certificates[1] for path in good(found)] == [true]


def test_two_hundred_keys_of_one_name_are_within_the_budget(root: Certificate) -> None:
    """Every impostor claims the true issuer and has a key of its own."""
    junk = [
        authority("Sub", "Root", subject_key=f"Junk {number}", issuer_key="Junk", serial=number).make()
        for number in range(2, 200)
    ]
    true = authority("Sub", "Root", start=START.replace(year=2020)).make()
    start = time.process_time()
    found = search(leaf("Sub").make(), [*junk, true], root)
    assert time.process_time() - start < GENEROUS
    assert [path.certificates[1] for path in good(found)] == [true]
    assert 199 <= found.signature_checks <= DEFAULT_LIMITS.path_signature_checks


def test_the_budget_is_the_same_whatever_is_remembered(root: Certificate) -> None:
    pool, signer = [*mesh(6), authority("Mesh 5", "Root").make()], leaf("Mesh 0", name="Again").make()
    first, second = search(signer, pool, root), search(signer, pool, root)
    assert first == second


def test_the_order_of_the_pool_changes_nothing(root: Certificate) -> None:
    pool = [*mesh(5), authority("Mesh 4", "Root").make()]
    signer = leaf("Mesh 0").make()
    assert search(signer, pool, root) == search(signer, pool[::-1], root)


def test_a_large_key_costs_more_of_the_budget(root: Certificate, monkeypatch: pytest.MonkeyPatch) -> None:
    from edoc.pki import path as module
    from edoc.pki.algorithms import KeyFacts

    monkeypatch.setattr(module, "key_facts", lambda spki: KeyFacts(kind="rsa", bits=16384))
    wide = b"x" * 2100
    assert module._cost(wide) == 16
    assert module._cost(forge.spki("Root")) == 1


def test_a_junk_authority_with_the_true_issuer_and_serial_number_shadows_nothing(root: Certificate) -> None:
    true = authority("Sub", "Root", serial=7).make()
    junk = authority("Sub", "Root", serial=7, subject_key="Junk", issuer_key="Junk").make()
    assert junk.issuer == true.issuer
    assert junk.serial_number == true.serial_number
    found = search(leaf("Sub").make(), [junk, true], root)
    assert [path.certificates[1] for path in good(found)] == [true]


def test_a_self_signed_root_of_the_document_is_never_an_anchor(root: Certificate) -> None:
    own = authority("Own Root").make()
    found = search(leaf("Own Root").make(), [own], root)
    assert found.paths == ()
    assert not found.budget_exceeded


def test_an_embedded_root_with_the_anchor_s_name_and_identifier_but_another_key_leads_nowhere() -> None:
    identifier = forge.subject_key_identifier(b"same")
    trusted = authority("Root", extensions=(*forge.CA, identifier)).make()
    forged = authority("Root", subject_key="Forger", issuer_key="Forger", extensions=(*forge.CA, identifier)).make()
    signer = leaf("Root", issuer_key="Forger").make()
    found = search(signer, [forged], trusted)
    assert found.paths == ()
    assert [hint.code for hint in found.hints] == ["ISSUER_KEY_DIFFERS"]


def test_the_anchor_s_key_under_another_name_is_a_hint_and_no_trust() -> None:
    renamed = authority("New Name", subject_key="Root", issuer_key="Root").make()
    found = search(leaf("Root").make(), [], renamed)
    assert found.paths == ()
    assert [hint.code for hint in found.hints] == ["KEY_MATCH_NAME_DIFFERS"]
    assert found.hints[0].params["anchor"] == "CN=New Name"


def test_a_renamed_authority_is_sought_by_its_key_identifier() -> None:
    others = [authority(f"Other {number}").make() for number in range(40)]
    identifier = forge.subject_key_identifier(b"same")
    renamed = authority("New Name", subject_key="Root", issuer_key="Root", extensions=(*forge.CA, identifier)).make()
    signer = leaf("Root", extensions=(*forge.SIGNER, forge.authority_key_identifier(b"same"))).make()
    assert [hint.code for hint in search(signer, [], *others, renamed).hints] == ["KEY_MATCH_NAME_DIFFERS"]


def test_an_anchor_need_not_be_self_signed() -> None:
    sub = authority("Sub", "Root").make()
    signer = leaf("Sub").make()
    assert [path.certificates for path in good(search(signer, [], sub))] == [(signer,)]


def test_an_anchor_may_be_a_bare_name_and_key(root: Certificate) -> None:
    bare = Anchor(name=root.subject, spki_der=root.spki_der)
    signer = leaf("Root").make()
    found = build_paths(signer, pool=Pool(), anchors=(bare,), time=TIME)
    assert [path.anchor for path in good(found)] == [bare]


def test_a_leaf_that_is_an_anchor_is_a_path_of_its_own() -> None:
    signer = leaf("Nobody").make()
    found = search(signer, [], signer)
    assert found.paths == (CandidatePath(certificates=(signer,), anchor=anchor(signer)),)
    assert check_path(found.paths[0], time=TIME) == ()


def test_one_key_under_several_certificates_gives_a_path_for_each_the_valid_ones_first(root: Certificate) -> None:
    years = (2018, 2020, 2022, 2026)
    subs = [
        authority("Sub", "Root", serial=year, start=START.replace(year=year), end=END.replace(year=year + 2)).make()
        for year in years
    ]
    found = search(leaf("Sub").make(), subs, root)
    assert found.paths[0].certificates[1] == subs[3]
    assert {path.certificates[1] for path in found.paths} == set(subs)
    assert [path.certificates[1] for path in good(found)] == [subs[3]]


def test_the_key_identifier_ranks_and_never_excludes(root: Certificate) -> None:
    other = authority("Sub", "Root", extensions=(*forge.CA, forge.subject_key_identifier(b"other"))).make()
    same = authority("Sub", "Root", serial=2, extensions=(*forge.CA, forge.subject_key_identifier(b"same"))).make()
    signer = leaf("Sub", extensions=(*forge.SIGNER, forge.authority_key_identifier(b"same"))).make()
    assert [path.certificates[1] for path in search(signer, [other, same], root).paths] == [same, other]
    assert good(search(signer, [other], root))


@pytest.mark.parametrize(
    "written",
    [cn("SUB"), cn("  sub "), cn("Sub", 0x13), cn("Sub", 0x1E), cn("Su\u00adb")],
    ids=["case", "spaces", "printable", "bmp", "soft hyphen"],
)
def test_names_chain_as_rfc_5280_compares_them(written: bytes, root: Certificate) -> None:
    sub = authority("Sub", "Root", subject=written).make()
    assert good(search(leaf("Sub").make(), [sub], root))


@pytest.mark.parametrize(
    "written", [cn("Su b"), cn("Sub."), cn("5ub"), cn("")], ids=["inner space", "dot", "digit", "empty"]
)
def test_other_names_do_not_chain(written: bytes, root: Certificate) -> None:
    sub = authority("Sub", "Root", subject=written).make()
    assert search(leaf("Sub").make(), [sub], root).paths == ()


def test_the_empty_name_issues_nothing() -> None:
    nameless = authority("Nameless").but(subject=cn(""), issuer=cn("")).make()
    signer = leaf("Nameless").but(issuer=cn("")).make()
    assert search(signer, [nameless], nameless).paths == ()


def test_no_more_paths_than_the_limit_are_handed_over(root: Certificate) -> None:
    subs = [authority("Sub", "Root", serial=serial).make() for serial in range(1, DEFAULT_LIMITS.path_results + 5)]
    found = search(leaf("Sub").make(), subs, root)
    assert len(found.paths) == DEFAULT_LIMITS.path_results
    assert found.budget_exceeded


def test_a_spent_signature_budget_is_told_and_gives_no_path(root: Certificate) -> None:
    limits = replace(DEFAULT_LIMITS, path_signature_checks=1)
    sub = authority("Sub", "Root").make()
    found = build_paths(leaf("Sub").make(), pool=Pool([sub]), anchors=(anchor(root),), time=TIME, limits=limits)
    assert found.paths == ()
    assert found.budget_exceeded


def test_a_remembered_path_costs_next_to_nothing(root: Certificate, monkeypatch: pytest.MonkeyPatch) -> None:
    sub, signer = authority("Sub", "Root").make(), leaf("Sub").make()
    pool, anchors = Pool([sub]), (anchor(root),)

    def once() -> float:
        start = time.process_time()
        assert check_path(build_paths(signer, pool=pool, anchors=anchors, time=TIME).paths[0], time=TIME) == ()
        return time.process_time() - start

    once()
    monkeypatch.setattr("edoc.pki.path.verify_value", None)  # whoever computes a signature again fails
    # 22 microseconds measured.
    assert min(once() for _ in range(50)) < 0.001
