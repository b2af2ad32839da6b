"""Mutated octets: readers answer with their own error or an object that can be asked everything."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edoc.pki import extensions as ext
from edoc.pki.certificate import Certificate, CertificateError
from edoc.pki.crl import CrlError, RevocationList
from edoc.pki.der import encode_oid, strict, strict_children, tlv
from edoc.pki.names import Name
from edoc.pki.path import build_paths
from edoc.pki.pool import Pool
from edoc.pki.purpose import signer_violations, tsa_violations
from edoc.pki.revocation import Evidence, certificate_status
from edoc.pki.rfc5280 import check_path
from tests.pki import forge
from tests.pki.forge import TIME, anchor, authority, cn, crl_der, leaf, revoked

ROUNDS = 6000


def rich() -> bytes:
    """A certificate with every extension that is read."""
    access = tlv(0x30, tlv(0x30, encode_oid("1.3.6.1.5.5.7.48.1"), forge.general(6, b"http://a.test")))
    constraints = forge.name_constraints(
        [forge.general(2, b"a.test"), forge.general(4, cn("A"))], [forge.general(7, bytes(8))]
    )
    extensions = (
        *forge.CA, constraints, forge.policies("1.2.3", "1.2.4"), forge.mappings(("1.2.3", "1.2.5")),
        forge.alternative_names(
            forge.general(2, b"b.a.test"), forge.general(1, b"a@b.test"), forge.general(6, b"http://a.test/")
        ),
        (ext.POLICY_CONSTRAINTS, True, tlv(0x30, tlv(0x80, b"\x05"), tlv(0x81, b"\x05"))),
        (ext.INHIBIT_ANY_POLICY, True, b"\x02\x01\x05"), (ext.AUTHORITY_INFO_ACCESS, False, access),
        forge.extended_key_usage("1.3.6.1.5.5.7.3.36"), forge.subject_key_identifier(b"abcd"),
        forge.authority_key_identifier(b"efgh"),
        forge.distribution_points(forge.distribution_point("http://a.test/c", reasons=[1], crl_issuer=cn("B"))),
    )  # fmt: skip
    return authority("Rich", "Root", extensions=extensions).der()


def mutations(seed: bytes, *, salt: int) -> Iterator[bytes]:
    rng = random.Random(salt)
    for _ in range(ROUNDS):
        data = bytearray(seed)
        for _ in range(rng.choice((1, 1, 2, 4))):
            kind, place = rng.randrange(5), rng.randrange(len(data))
            if kind == 0:
                data[place] ^= 1 << rng.randrange(8)
            elif kind == 1:
                data[place] = rng.choice((0x00, 0x01, 0x30, 0x31, 0x7F, 0x80, 0x84, 0xA0, 0xFF))
            elif kind == 2:
                del data[place : place + rng.randrange(1, 9)]
            elif kind == 3:
                data[place:place] = rng.randbytes(rng.randrange(1, 5))
            else:
                other = rng.randrange(len(data))
                data[place : place + 8] = data[other : other + 8]
            if not data:
                data = bytearray(seed)
        yield bytes(data)


def ask_certificate(der: bytes) -> bool:
    try:
        made = Certificate.load(der)
    except CertificateError:
        return False
    top = authority("Root").make()
    signer = leaf("Rich").make()
    for first in (made, signer):
        found = build_paths(first, pool=Pool([made, signer]), anchors=(anchor(top), anchor(made)), time=TIME)
        for path in found.paths:
            check_path(path, time=TIME)
            evidence = Evidence(crls=(RevocationList.load(LIST),), pool=Pool([made]))
            certificate_status(path, 0, evidence=evidence, anchors=(path.anchor,), time=TIME)
    signer_violations(made)
    tsa_violations(made)
    for attribute in (
        "findings",
        "public_key_bits",
        "crl_uris",
        "ocsp_uris",
        "signature_algorithm",
        "unknown_critical",
    ):
        getattr(made, attribute)
    made.subject.rfc4514()
    return True


def ask_list(der: bytes) -> bool:
    try:
        made = RevocationList.load(der)
    except CrlError:
        return False
    signer, helper = leaf("Root").make(), authority("Lists", "Root").make()
    top = anchor(authority("Root").make())
    (path,) = build_paths(signer, pool=Pool(), anchors=(top,), time=TIME).paths
    certificate_status(path, 0, evidence=Evidence(crls=(made,), pool=Pool([helper])), anchors=(top,), time=TIME)
    made.verify(forge.spki("Root"))
    for serial in (1000, 7):
        try:
            made.entry(serial)
        except CrlError:
            continue
    return True


def ask_name(der: bytes) -> bool:
    name = Name.load(der)
    name.rfc4514()
    name.get("2.5.4.3")
    return name.starts_with(name) and name == Name.load(der)


LIST = crl_der(
    "Root", revoked(7, reason=1), revoked(1000, issuer=cn("Root")), revoked(9, reason=6),
    extensions=[
        forge.number(5), forge.issuing_point("http://a.test/c", indirect=True, reasons=[1, 2]),
        forge.authority_key_identifier(b"ab"),
    ],
)  # fmt: skip
NAME = forge.dn(
    forge.rdn(forge.attribute("2.5.4.6", "IR", 0x13)), forge.rdn(forge.attribute("2.5.4.3", "دادگاه", 0x1E))
)


@pytest.mark.parametrize(
    ("seed", "ask"),
    [(rich(), ask_certificate), (LIST, ask_list), (NAME, ask_name)],
    ids=["certificate", "list", "name"],
)
def test_mutated_octets_raise_nothing_but_the_reader_s_own_error(seed: bytes, ask: Callable[[bytes], bool]) -> None:
    assert ask(seed)
    answers = [ask(data) for data in mutations(seed, salt=len(seed))]
    # Some must get through the frame, or the mutations test nothing.
    assert sum(answers) > ROUNDS // 100


def test_signed_mutations_inside_the_body_are_survived() -> None:
    """Octets changed before signing: the signature fits, so every later step sees them."""
    der = rich()
    _, start, end, _ = strict(der, 0, len(der))
    first = strict_children(der, start, end)[0]
    body = der[first[1] : first[3]]
    reached = 0
    for mutant in list(mutations(body, salt=7))[:400]:
        reached += ask_certificate(forge.signed(mutant, "Root"))
    assert reached > 10


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=200))
def test_any_octets(data: bytes) -> None:
    ask_certificate(data)
    ask_list(data)
    ask_name(data)
    ask_name(tlv(0x30, data))
