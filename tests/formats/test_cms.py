"""What the facts of a CMS say, and which code each known attack on CMS gets."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

import pytest

from edoc.facts.findings import Severity
from edoc.facts.material import MaterialKind, Origin
from edoc.facts.signature import Reference, SignatureFacts, TimestampKind
from edoc.formats.cms import signature_facts
from edoc.pki import oids
from edoc.pki.algorithms import digest_of, verify_value
from edoc.pki.certificate import Certificate
from edoc.pki.cms import CmsError, parse_signed_data
from edoc.pki.der import encode_oid, integer, tlv
from tests.formats.cms_maker import (
    CONTENT,
    SHA256,
    SHA512,
    Signing,
    as_ber,
    certificate_der,
    good,
    octets,
    pkcs9,
    protection,
    reference_v2,
    token,
    utc_time,
)


def facts_of(cms: bytes, content: bytes | None = None) -> SignatureFacts:
    signed = parse_signed_data(cms)
    data = content if content is not None else signed.content
    references: tuple[Reference, ...] = ()
    if signed.signer_infos:
        first = signed.signer_infos[0]
        actual = digest_of(first.digest_algorithm, data) if data is not None else None
        references = (
            Reference(
                name="content", digest_algorithm=first.digest_algorithm, expected=first.message_digest, actual=actual,
                octets=(lambda: data or b""),
            ),
        )  # fmt: skip
    return signature_facts(signed, id="S1", references=references)


def good_signature(cms: bytes) -> bool:
    """Nothing is wrong: no error, digests and value fit the signer's certificate."""
    facts = facts_of(cms)
    if any(item.severity is Severity.ERROR for item in facts.findings) or not facts.references:
        return False
    if facts.algorithm is None or facts.signed_octets is None or facts.signature_value is None:
        return False
    spki = Certificate.load(certificate_der()).spki_der
    own = hashlib.sha256(certificate_der()).digest()
    named = [item.digest for item in facts.certificate_references] == [own]
    intact = all(item.intact for item in facts.references)
    return intact and named and verify_value(spki, facts.algorithm, facts.signed_octets, facts.signature_value)


def _codes(facts: SignatureFacts) -> set[str]:
    return {item.code for item in facts.findings}


@pytest.mark.parametrize("encode", [bytes, as_ber])
def test_a_signature_in_order_has_every_fact(encode: Callable[[bytes], bytes]) -> None:
    made = good()
    made.attributes.append((oids.SIGNING_TIME, [utc_time()]))
    made.crls = tlv(0xA1, tlv(0x30, integer(1)), tlv(0xA1, encode_oid(oids.OCSP_RESPONSE), tlv(0x30, integer(2))))
    cms = made.make()
    if encode is as_ber:
        # What is signed stays DER; everything around it may be BER.
        stored = b"\xa0" + pkcs9(made.attributes)[1:]
        cms = as_ber(cms).replace(as_ber(stored), stored)
    facts = facts_of(cms)
    assert good_signature(cms) and facts.findings == ()
    assert facts.claimed_signing_time is not None and facts.claimed_signing_time.year == 2026
    assert facts.signer_identifier is not None and facts.signer_identifier.serial == 77
    assert [item.kind for item in facts.material] == [MaterialKind.CERTIFICATE, MaterialKind.CRL, MaterialKind.OCSP]
    assert {item.origin for item in facts.material} == {Origin.SIGNATURE}
    assert facts.references[0].octets is not None and facts.references[0].octets() == CONTENT


Bend = Callable[[Signing], None]


def _without(oid: str) -> Bend:
    def bend(made: Signing) -> None:
        made.attributes = [item for item in made.attributes if item[0] != oid]

    return bend


def _with(oid: str, *values: bytes) -> Bend:
    def bend(made: Signing) -> None:
        _without(oid)(made)
        made.attributes.append((oid, list(values)))

    return bend


def _also(oid: str, *values: bytes) -> Bend:
    return lambda made: made.attributes.append((oid, list(values)))


def _set(**changes: object) -> Bend:
    def bend(made: Signing) -> None:
        for name, value in changes.items():
            setattr(made, name, value)

    return bend


def _looks_signed(made: Signing) -> None:
    made.content = pkcs9(made.attributes)
    made.attributes = []


def _unknown(oid: str) -> bytes:
    return tlv(0x30, encode_oid(oid))


DIGEST = octets(hashlib.sha256(CONTENT).digest())
PSS = "1.2.840.113549.1.1.10"
MGF_SHA1 = tlv(0x30, encode_oid(oids.MGF1), tlv(0x30, encode_oid("1.3.14.3.2.26")))
MGF_SHA256 = tlv(0x30, encode_oid(oids.MGF1), SHA256)


def _pss(*parts: bytes) -> bytes:
    return tlv(0x30, encode_oid(PSS), tlv(0x30, *parts))


ATTACKS: dict[str, tuple[Bend, str]] = {
    "content-presented-as-attributes": (_looks_signed, "CMS_CONTENT_LOOKS_SIGNED"),
    "no-signed-attributes": (_set(attributes=[]), "CMS_NO_SIGNED_ATTRIBUTES"),
    "message-digest-missing": (_without(oids.MESSAGE_DIGEST), "CMS_MESSAGE_DIGEST_MISSING"),
    "message-digest-twice": (_also(oids.MESSAGE_DIGEST, DIGEST), "CMS_ATTRIBUTE_REPEATED"),
    "message-digest-two-values": (_with(oids.MESSAGE_DIGEST, DIGEST, octets(bytes(32))), "CMS_ATTRIBUTE_VALUES"),
    "message-digest-no-value": (_with(oids.MESSAGE_DIGEST), "CMS_ATTRIBUTE_VALUES"),
    "message-digest-short": (_with(oids.MESSAGE_DIGEST, octets(bytes(20))), "CMS_MESSAGE_DIGEST_LENGTH"),
    "message-digest-no-octets": (_with(oids.MESSAGE_DIGEST, integer(5)), "CMS_ATTRIBUTE_MALFORMED"),
    "content-type-missing": (_without(oids.CONTENT_TYPE), "CMS_CONTENT_TYPE_MISSING"),
    "content-type-other": (_with(oids.CONTENT_TYPE, encode_oid(oids.TST_INFO)), "CMS_CONTENT_TYPE_MISMATCH"),
    "content-type-twice": (_also(oids.CONTENT_TYPE, encode_oid(oids.DATA)), "CMS_ATTRIBUTE_REPEATED"),
    "reference-twice": (_also(oids.SIGNING_CERTIFICATE_V2, reference_v2(b"other")), "CMS_ATTRIBUTE_REPEATED"),
    "reference-malformed": (_with(oids.SIGNING_CERTIFICATE_V2, tlv(0x30)), "CMS_ATTRIBUTE_MALFORMED"),
    "signing-time-twice": (
        lambda made: made.attributes.extend([(oids.SIGNING_TIME, [utc_time()])] * 2), "CMS_ATTRIBUTE_REPEATED",
    ),
    "digest-other-than-the-value's": (_set(digest=SHA512, listed=(SHA512,)), "CMS_ALGORITHM_MISMATCH"),
    "digest-unknown": (_set(digest=_unknown("1.2.3.4"), listed=(_unknown("1.2.3.4"),)), "CMS_ALGORITHM_UNKNOWN"),
    "digest-not-listed": (_set(listed=(SHA512,)), "CMS_DIGEST_NOT_LISTED"),
    "algorithm-unknown": (_set(signature=_unknown("1.2.3.5")), "CMS_ALGORITHM_UNKNOWN"),
    "ecdsa-with-odd-parameters": (
        _set(signature=tlv(0x30, encode_oid("1.2.840.10045.4.3.2"), integer(1))), "CMS_ALGORITHM_PARAMETERS",
    ),
    "pss-without-parameters": (_set(signature=_unknown(PSS)), "CMS_ALGORITHM_PARAMETERS"),
    "pss-other-mask-digest": (
        _set(signature=_pss(tlv(0xA0, SHA256), tlv(0xA1, MGF_SHA1), tlv(0xA2, integer(32)))), "CMS_ALGORITHM_PARAMETERS",
    ),
    "pss-trailer": (
        _set(signature=_pss(tlv(0xA0, SHA256), tlv(0xA1, MGF_SHA256), tlv(0xA3, integer(2)))), "CMS_ALGORITHM_PARAMETERS",
    ),
    "protection-of-another-digest": (_with(oids.ALGORITHM_PROTECTION, protection(SHA512)), "CMS_ALGORITHM_PROTECTION_MISMATCH"),
    "protection-of-another-signature": (
        _with(oids.ALGORITHM_PROTECTION, protection(SHA256, _unknown("1.2.840.10045.4.3.4"))),
        "CMS_ALGORITHM_PROTECTION_MISMATCH",
    ),
    "protection-without-signature": (_with(oids.ALGORITHM_PROTECTION, tlv(0x30, SHA256)), "CMS_ALGORITHM_PROTECTION_MISMATCH"),
    "attributes-in-ber": (_set(encode=as_ber), "CMS_SIGNED_ATTRIBUTES_NOT_DER"),
    "attributes-unsorted": (_set(ordered=False), "CMS_SIGNED_ATTRIBUTES_UNSORTED"),
    "octets-behind": (_set(trailing=b"\0\0hidden"), "CMS_TRAILING_DATA"),
}  # fmt: skip


@pytest.mark.parametrize("attack", ATTACKS)
def test_an_attack_has_its_code(attack: str) -> None:
    bend, code = ATTACKS[attack]
    made = good()
    bend(made)
    if attack == "attributes-unsorted":
        made.attributes.sort(key=lambda item: pkcs9([item]), reverse=True)
    facts = facts_of(made.make())
    assert code in _codes(facts)
    tolerated = code in ("CMS_SIGNED_ATTRIBUTES_UNSORTED", "CMS_DIGEST_NOT_LISTED", "CMS_ALGORITHM_UNKNOWN")
    assert {item.subject for item in facts.findings} == {"S1"}
    severities = {item.severity for item in facts.findings if item.code == code}
    assert severities == {Severity.WARNING if tolerated else Severity.ERROR}


def test_another_digest_or_content_is_not_intact() -> None:
    made = good()
    assert not good_signature(made.make().replace(CONTENT, CONTENT.replace(b"1403", b"1404")))
    _with(oids.MESSAGE_DIGEST, octets(hashlib.sha256(b"other").digest()))(made)
    facts = facts_of(made.make())
    assert facts.references[0].intact is False


def test_zero_padding_is_no_hidden_data() -> None:
    assert good_signature(good(trailing=bytes(100)).make())


def test_no_signer_is_no_signature() -> None:
    facts = facts_of(good(signers=0).make())
    assert facts.algorithm is None and facts.signature_value is None and facts.references == ()


@pytest.mark.parametrize(
    ("cms", "code"),
    [
        (b"", "CMS_MALFORMED"),
        (b"\x30\x80", "CMS_MALFORMED"),
        (tlv(0x30, encode_oid(oids.DATA), tlv(0xA0, octets(b"x"))), "CMS_NOT_SIGNED_DATA"),
        (tlv(0x30, encode_oid(oids.SIGNED_DATA), tlv(0xA0, tlv(0x30))), "CMS_MALFORMED"),
        (b"\x30\x80" * 5_000, "CMS_MALFORMED"),
        (good(signers=501).make(), "CMS_LIMIT"),
    ],
    ids=["empty", "cut", "data", "hollow", "nested", "signers"],
)
def test_what_is_no_signed_data_is_refused(cms: bytes, code: str) -> None:
    with pytest.raises(CmsError) as error:
        parse_signed_data(cms)
    assert error.value.code == code


def _countersigned(inner: Signing) -> bytes:
    """A signature with a counter-signature that `inner` describes; its content is the value it stands over."""
    made = good()
    plain = made.make()
    value = made.value
    if not inner.content:
        inner.content = value
    inner.attributes = [(oids.MESSAGE_DIGEST, [octets(hashlib.sha256(inner.content).digest())])]
    # ECDSA is random: the counter-signature must stand over the very value that is kept.
    unsigned = tlv(0xA1, tlv(0x30, encode_oid(oids.COUNTER_SIGNATURE), tlv(0x31, inner.signer_info())))
    return _grow(plain, unsigned)


def _grow(cms: bytes, unsigned: bytes) -> bytes:
    """Put unsigned attributes behind the signature value of the only signer."""
    signed = parse_signed_data(cms)
    old = signed.signer_infos[0].der
    head = 2 + (old[1] & 0x7F if old[1] & 0x80 else 0)
    new = tlv(0x30, old[head:] + unsigned)
    bags = tlv(0xA0, *signed.certificates)
    info = tlv(0x30, encode_oid(signed.content_type), tlv(0xA0, octets(signed.content or b"")))
    inner = tlv(0x30, integer(1), tlv(0x31, SHA256), info, bags, tlv(0x31, new))
    return tlv(0x30, encode_oid(oids.SIGNED_DATA), tlv(0xA0, inner))


def test_a_counter_signature_stands_over_the_signature_value() -> None:
    cms = _countersigned(Signing(content=b""))
    counter = facts_of(cms).counter_signatures[0]
    assert good_signature(cms) and counter.id == "S1.C1" and counter.references[0].intact is True


def test_a_counter_signature_over_something_else_is_not_intact_and_harms_nobody() -> None:
    cms = _countersigned(Signing(content=b"another value"))
    assert good_signature(cms)
    assert facts_of(cms).counter_signatures[0].references[0].intact is False


def test_a_broken_counter_signature_is_only_told() -> None:
    unsigned = tlv(0xA1, tlv(0x30, encode_oid(oids.COUNTER_SIGNATURE), tlv(0x31, tlv(0x30, b"\x02\x01\x01"))))
    cms = _grow(good().make(), unsigned)
    assert good_signature(cms)
    assert [(item.code, item.severity) for item in facts_of(cms).findings] == [
        ("CMS_COUNTER_SIGNATURE_MALFORMED", Severity.INFO)
    ]


def test_counter_signatures_are_bounded_in_number_and_depth() -> None:
    inner = Signing(content=b"x")
    inner.attributes = [(oids.MESSAGE_DIGEST, [octets(bytes(32))])]
    many = tlv(0xA1, tlv(0x30, encode_oid(oids.COUNTER_SIGNATURE), tlv(0x31, *[inner.signer_info()] * 60)))
    facts = facts_of(_grow(good().make(), many))
    assert len(facts.counter_signatures) == 50 and "CMS_COUNTER_SIGNATURES_LIMIT" in _codes(facts)
    deep = inner.signer_info()
    for _ in range(6):
        inner.unsigned = [(oids.COUNTER_SIGNATURE, [deep])]
        deep = inner.signer_info()
    facts = facts_of(_grow(good().make(), tlv(0xA1, tlv(0x30, encode_oid(oids.COUNTER_SIGNATURE), tlv(0x31, deep)))))
    depth = 0
    while facts.counter_signatures:
        facts, depth = facts.counter_signatures[0], depth + 1
    assert depth == 3 and "CMS_COUNTER_SIGNATURES_LIMIT" in _codes(facts)


def test_malformed_unsigned_attributes_are_only_told() -> None:
    cms = _grow(good().make(), tlv(0xA1, integer(1)))
    assert good_signature(cms) and _codes(facts_of(cms)) == {"CMS_UNSIGNED_ATTRIBUTES_MALFORMED"}


def test_revocation_data_in_attributes_is_found() -> None:
    made = good()
    made.attributes.append((oids.ADBE_REVOCATION, [tlv(0x30, tlv(0xA0, tlv(0x30, tlv(0x30, b"l"))), tlv(0xA1, tlv(0x30, tlv(0x30, b"r"))))]))
    made.unsigned = [
        (oids.CERTIFICATE_VALUES, [tlv(0x30, tlv(0x30, b"c"))]),
        (oids.REVOCATION_VALUES, [tlv(0x30, tlv(0xA1, tlv(0x30, tlv(0x30, b"basic"))))]),
    ]
    found = [(item.kind, item.origin) for item in facts_of(made.make()).material]
    assert found == [
        (MaterialKind.CERTIFICATE, Origin.SIGNATURE),
        (MaterialKind.CRL, Origin.ARCHIVAL_ATTRIBUTE),
        (MaterialKind.OCSP, Origin.ARCHIVAL_ATTRIBUTE),
        (MaterialKind.OCSP, Origin.SIGNATURE),
        (MaterialKind.CERTIFICATE, Origin.SIGNATURE),
    ]


def test_time_stamps_are_found_with_their_imprints() -> None:
    made = good()
    made.attributes.append((oids.CONTENT_TIMESTAMP, [token(CONTENT)]))
    plain = made.make()
    right, wrong = token(made.value), token(b"another value")
    attribute = tlv(0x30, encode_oid(oids.SIGNATURE_TIMESTAMP), tlv(0x31, right, wrong, octets(b"no token")))
    cms = _grow(plain, tlv(0xA1, attribute))
    facts = facts_of(cms)
    assert good_signature(cms)
    kinds = [item.kind for item in facts.timestamps]
    assert kinds == [TimestampKind.CONTENT, TimestampKind.SIGNATURE, TimestampKind.SIGNATURE, TimestampKind.SIGNATURE]
    imprints = [item.imprint.intact if item.imprint is not None else None for item in facts.timestamps]
    assert imprints == [True, True, False, None]
    assert [item.covers for item in facts.timestamps] == [(), ("S1",), ("S1",), ("S1",)]
    assert [item.code for item in facts.timestamps[3].findings] == ["CMS_MALFORMED"]


def test_time_stamps_are_bounded_in_number() -> None:
    attribute = tlv(0x30, encode_oid(oids.SIGNATURE_TIMESTAMP), tlv(0x31, *[token(b"x")] * 101))
    facts = facts_of(_grow(good().make(), tlv(0xA1, attribute)))
    assert len(facts.timestamps) == 100 and "CMS_TIMESTAMPS_LIMIT" in _codes(facts)
