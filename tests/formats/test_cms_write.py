"""The CMS that we write: DER throughout, the attributes that PAdES wants and no others, and room that suffices."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from edoc.facts.signature import SignatureAlgorithm
from edoc.formats.cms import signature_facts
from edoc.formats.cms_write import SignerTemplate, digest_identifier, signature_identifier
from edoc.keys.local import usable
from edoc.pki import oids
from edoc.pki.algorithms import algorithm_identifier, digest_name, digest_of, signature_algorithm, verify_value
from edoc.pki.certificate import Certificate
from edoc.pki.cms import parse_signed_data
from edoc.pki.der import strict, strict_children
from edoc.sign.algorithm import choose_algorithm, message_digest_name
from tests.formats.cms_maker import CONTENT
from tests.sign.makers import identity

CHOICES: list[tuple[str, dict[str, object]]] = [
    *(("rsa", {"digest": digest}) for digest in ("sha256", "sha384", "sha512", "sha3_256", "sha3_384", "sha3_512")),
    *(("rsa", {"digest": digest, "pss": True}) for digest in ("sha256", "sha384", "sha512", "sha3_256", "sha3_512")),
    *(("p256", {"digest": digest}) for digest in ("sha256", "sha512", "sha3_256", "sha3_384", "sha3_512")),
    *((kind, {}) for kind in ("p384", "p521", "brainpool", "brainpool384", "brainpool512", "ed25519", "ed448")),
]


def _template(kind: str, options: dict[str, object]) -> tuple[SignerTemplate, SignatureAlgorithm]:
    made = identity(kind)
    der = made.certificate.public_bytes(Encoding.DER)
    algorithm = choose_algorithm(Certificate.load(der).spki_der, **options)  # type: ignore[arg-type]
    return SignerTemplate(der, (made.authority.public_bytes(Encoding.DER),), algorithm), algorithm


def _is_der(data: bytes) -> bool:
    """Every element minimal, every SET in order; raises DerError otherwise."""
    todo = [(0, len(data))]
    while todo:
        start, end = todo.pop()
        for tag, place, first, last in strict_children(data, start, end):
            if tag & 0x20:
                todo.append((first, last))
            if tag == 0x31:
                members = [data[p:q] for _, p, _, q in strict_children(data, first, last)]
                assert members == sorted(members)
            assert strict(data, place, end)
    return True


@pytest.mark.parametrize(("kind", "options"), CHOICES)
def test_what_is_written_reads_back(kind: str, options: dict[str, object]) -> None:
    template, algorithm = _template(kind, options)
    name = message_digest_name(algorithm)
    digest = digest_of(name, CONTENT)
    assert digest is not None
    attributes = template.signed_attributes(digest)
    value = usable(identity(kind).key, subject=kind).sign(attributes, algorithm)
    cms = template.cms(attributes, value)
    assert _is_der(cms) and len(cms) <= template.cms_size < len(cms) + 64
    signed = parse_signed_data(cms)
    facts = signature_facts(signed, id="S1")
    assert facts.findings == () and facts.algorithm == algorithm
    assert facts.signed_octets == attributes and facts.signature_value == value
    assert signed.signer_infos[0].message_digest == digest and signed.signer_infos[0].digest_algorithm == name
    assert set(signed.certificates) == {template.certificate_der, *template.chain_ders}
    certificate = Certificate.load(template.certificate_der)
    assert facts.certificate_references[0].digest == hashlib.sha256(certificate.der).digest()
    assert facts.signer_identifier is not None and facts.signer_identifier.serial == certificate.serial_number
    assert verify_value(certificate.spki_der, algorithm, attributes, value)


def test_a_baseline_signature_has_no_other_attributes() -> None:
    template, _ = _template("p256", {})
    facts = signature_facts(parse_signed_data(template.cms(template.signed_attributes(bytes(32)), b"v")), id="S1")
    assert set(facts.attributes) == {
        oids.CONTENT_TYPE,
        oids.MESSAGE_DIGEST,
        oids.SIGNING_CERTIFICATE_V2,
        oids.ALGORITHM_PROTECTION,
    }


@pytest.mark.parametrize(("year", "tag"), [(2026, 0x17), (2049, 0x17), (2050, 0x18)])
def test_the_older_form_says_its_time(year: int, tag: int) -> None:
    template, _ = _template("p256", {})
    time = datetime(year, 6, 1, 12, 30, 15, tzinfo=UTC)
    attributes = template.signed_attributes(bytes(32), signing_time=time)
    cms = template.cms(attributes, bytes(72))
    assert len(cms) <= template.cms_size and _is_der(attributes)
    signer = parse_signed_data(cms).signer_infos[0]
    assert signer.claimed_signing_time == time
    assert (signer.signed(oids.SIGNING_TIME) or b"")[0] == tag


def test_the_frame_does_not_depend_on_the_order_of_the_chain() -> None:
    first, second = (identity(kind).certificate.public_bytes(Encoding.DER) for kind in ("p384", "p521"))
    der, algorithm = identity("p256").certificate.public_bytes(Encoding.DER), SignatureAlgorithm(name="ecdsa", digest="sha256")
    attributes = SignerTemplate(der, (), algorithm).signed_attributes(bytes(32))
    one = SignerTemplate(der, (first, second), algorithm).cms(attributes, b"v")
    other = SignerTemplate(der, (second, first, der), algorithm).cms(attributes, b"v")
    assert one == other


@pytest.mark.parametrize(("kind", "options"), CHOICES)
def test_every_identifier_means_what_was_chosen(kind: str, options: dict[str, object]) -> None:
    _, algorithm = _template(kind, options)
    name = message_digest_name(algorithm)
    assert digest_name(*algorithm_identifier(digest_identifier(name))) == name
    assert signature_algorithm(*algorithm_identifier(signature_identifier(algorithm)), name) == algorithm
