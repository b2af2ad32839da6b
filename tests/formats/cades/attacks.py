"""Attacks on CMS documents as named fixtures: each makes a document, and says what the report must say of it.

Numbers are those of the classes: CMS-01 to CMS-19 (signatures), TST-01 to TST-11 (time-stamps).
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass, field

import edoc
from edoc.formats.cades.write import WRITER
from edoc.formats.writing import Placement
from edoc.pki import oids
from edoc.pki.cms import parse_signed_data
from edoc.pki.der import encode_oid, tlv
from tests.formats.cades import maker
from tests.formats.cades.maker import (
    BESIDE,
    DATA,
    OTHER,
    attributes_of,
    bend,
    document,
    octets,
    pki,
    resigned,
    signer_of,
)
from tests.fuzzing.der import Node, parse

PASSED, FAILED, UNDECIDED, NONE = "PASSED", "FAILED", "INDETERMINATE", "NO_SIGNATURE"


@dataclass(frozen=True)
class Attack:
    """One manipulated document."""

    make: Callable[[], bytes]
    verdict: str
    code: str
    """A finding that names the cause; empty for what harms nobody."""
    beside: tuple[edoc.Document, ...] = field(default=())


def node(der: bytes) -> Node:
    return parse(der)[0]


def attribute(oid: str, *values: bytes) -> Node:
    return node(tlv(0x30, encode_oid(oid), tlv(0x31, *values)))


def find(attributes: Node, oid: str) -> Node:
    return next(item for item in attributes.kids if item.kids[0].encode() == encode_oid(oid))


def signed_attributes(signer: Node) -> Node:
    return attributes_of(signer, tag=0xA0)


def confused() -> bytes:
    """The signed attributes of a real signature as content, and the same value with no signed attributes."""
    real = parse_signed_data(maker.signed()).signer_infos[0].signed_octets
    assert real is not None

    def change(root: Node) -> None:
        signer = signer_of(root)
        signer.kids.remove(signed_attributes(signer))
        content = root.kids[2].kids[1].kids[0]
        content.kids, content.content = [], real

    return bend(maker.signed(), change)


def detached_confused() -> bytes:
    """The same with the attributes as the file beside."""

    def change(root: Node) -> None:
        signer = signer_of(root)
        signer.kids.remove(signed_attributes(signer))

    return bend(maker.signed(packaging=BESIDE), change)


def real_attributes() -> edoc.Document:
    found = parse_signed_data(maker.signed(packaging=BESIDE)).signer_infos[0].signed_octets
    assert found is not None
    return edoc.Document.from_bytes(found, name="attributes.der")


def attributes_taken_as_content() -> bytes:
    """Content that is signed by itself, presented as the signed attributes of a signature."""
    content = edoc.Document.from_bytes(b"\x31" + b"\0" * 3, name="content")
    made = octets(maker.editor([content]))

    def change(root: Node) -> None:
        signer = signer_of(root)
        signed_attributes(signer).kids = []
        signed_attributes(signer).content = b""

    return bend(made, change)


def without(oid: str) -> Callable[[], bytes]:
    def change(signer: Node) -> None:
        inside = signed_attributes(signer)
        inside.kids.remove(find(inside, oid))

    return lambda: resigned(maker.signed(), change)


def twice(oid: str) -> Callable[[], bytes]:
    def change(signer: Node) -> None:
        inside = signed_attributes(signer)
        inside.kids.append(copy.deepcopy(find(inside, oid)))

    return lambda: resigned(maker.signed(), change)


def two_values(oid: str) -> Callable[[], bytes]:
    def change(signer: Node) -> None:
        values = find(signed_attributes(signer), oid).kids[1]
        values.kids.append(copy.deepcopy(values.kids[0]))

    return lambda: resigned(maker.signed(), change)


def with_value(oid: str, value: bytes) -> Callable[[], bytes]:
    def change(signer: Node) -> None:
        find(signed_attributes(signer), oid).kids[1].kids = [node(value)]

    return lambda: resigned(maker.signed(), change)


def reference_to(name: str) -> bytes:
    digest = maker.digest("sha256", pki().certificate(name))
    return tlv(0x30, tlv(0x30, tlv(0x30, tlv(0x04, digest))))


def disagreeing() -> bytes:
    """signing-certificate names another certificate than signing-certificate-v2."""
    other = tlv(0x30, tlv(0x30, tlv(0x30, tlv(0x04, maker.digest("sha1", pki().certificate("stamp"))))))

    def change(signer: Node) -> None:
        signed_attributes(signer).kids.append(attribute(oids.SIGNING_CERTIFICATE, other))

    return resigned(maker.signed(), change)


def bag_of(*names: str) -> Callable[[], bytes]:
    """Another set of certificates."""

    def change(root: Node) -> None:
        root.kids[3].kids = [node(pki().certificate(name)) for name in names]

    return lambda: bend(maker.signed(), change)


def stranger_named() -> bytes:
    """The bag holds only a stranger with the signer's name, and the SignerInfo names that certificate."""

    def change(root: Node) -> None:
        root.kids[3].kids = [node(pki().certificate("impostor"))]
        issuer = node(pki().certificate("impostor")).kids[0]
        signer_of(root).kids[1].kids = [copy.deepcopy(issuer.kids[3]), copy.deepcopy(issuer.kids[1])]

    return bend(maker.signed(name="person"), change)


def algorithms(digest: str, value: str | None = None) -> Callable[[], bytes]:
    def change(root: Node) -> None:
        signer = signer_of(root)
        signer.kids[2].kids = [node(encode_oid(digest))]
        if value is not None:
            signer.kids[4].kids = [node(encode_oid(value))]

    return lambda: bend(maker.signed(), change)


def protection_of_others() -> bytes:
    other = tlv(0x30, tlv(0x30, encode_oid(oids.DIGEST_OIDS["sha512"])), tlv(0xA1, encode_oid("1.2.840.10045.4.3.2")))
    return with_value(oids.ALGORITHM_PROTECTION, other)()


def long_lengths() -> bytes:
    """A length of the signed attributes is written in more octets than it needs."""
    data = maker.signed()
    inside = signed_attributes(signer_of(parse(data)[0].kids[1].kids[0]))
    body = b"".join(kid.encode() for kid in inside.kids)

    def change(root: Node) -> None:
        found = signed_attributes(signer_of(root))
        first = found.kids[0].encode()
        rest = body[len(first) :]
        found.kids, found.content = [], b"\x30\x81" + first[1:] + rest

    return bend(data, change)


def one_of_two_broken() -> bytes:
    data = octets(maker.editor([document(maker.signed())], "person"))

    def change(root: Node) -> None:
        value = next(kid for kid in signer_of(root, 1).kids if kid.tag == 0x04)
        value.content = bytes([value.content[0] ^ 1]) + value.content[1:]

    return bend(data, change)


def nobody() -> bytes:
    def change(root: Node) -> None:
        root.kids[-1].kids = []
        root.kids[-1].content = b""

    return bend(maker.signed(), change)


def other_content() -> bytes:
    data = maker.signed()
    return data.replace("۱۴۰۳".encode(), "۱۴۰۴".encode(), 1)


def moved_counter() -> bytes:
    """A counter-signature of the first signature hangs on the second."""
    both = octets(maker.editor([document(maker.signed())], "person"))
    work = maker.editor([document(both)], "person-ed", placement=Placement.COUNTER, target="S1")

    def change(root: Node) -> None:
        first, second = signer_of(root), signer_of(root, 1)
        unsigned = attributes_of(first, tag=0xA1)
        first.kids.remove(unsigned)
        second.kids.append(unsigned)

    return bend(octets(work), change)


def unknown_key_identifier() -> bytes:
    def change(root: Node) -> None:
        signer = signer_of(root)
        signer.kids[0].content = b"\x03"
        signer.kids[1] = Node(0x80, b"\x01" * 20)

    return resigned_bag(bend(maker.signed(), change))


def resigned_bag(data: bytes) -> bytes:
    """Take the certificates away: nothing but the identifier says who signed."""

    def change(root: Node) -> None:
        root.kids = [kid for kid in root.kids if kid.tag != 0xA0]

    return bend(data, change)


def stamped(imprint_of: bytes, *, keep: Callable[[bytes], bytes] = bytes) -> bytes:
    """A signature with a time-stamp over something."""
    work = WRITER.open(document(maker.signed()), [])
    work.put_signature_timestamp("S1", keep(pki().timestamp(maker.digest("sha256", imprint_of))))
    return octets(work)


def transplanted() -> bytes:
    """The time-stamp of another signature."""
    other = WRITER.open(document(octets(maker.editor([OTHER]))), [])
    imprint = other.signature_imprint("S1", "sha256")
    work = WRITER.open(document(maker.signed()), [])
    work.put_signature_timestamp("S1", pki().timestamp(imprint))
    return octets(work)


def value_of(data: bytes) -> bytes:
    return parse_signed_data(data).signer_infos[0].signature_value


def broken_token(token: bytes) -> bytes:
    def change(root: Node) -> None:
        value = next(kid for kid in signer_of(root).kids if kid.tag == 0x04)
        value.kids, value.content = [], bytes([value.content[0] ^ 1]) + value.content[1:]

    return bend(token, change)


def moved_time(token: bytes) -> bytes:
    assert b"20260601120000Z" in token
    return token.replace(b"20260601120000Z", b"20160601120000Z", 1)


def strangers_in_the_bag() -> bytes:
    """Certificates of others stand beside the signer's, the impostor's first."""

    def change(root: Node) -> None:
        more = [node(pki().certificate(name)) for name in ("impostor", "stranger", "stamp", "revoked")]
        root.kids[3].kids = [*more, *root.kids[3].kids]

    return bend(maker.signed(name="person"), change)


def other_padding() -> bytes:
    """The parameters of RSA-PSS name another digest for the mask than the padding has."""

    def change(root: Node) -> None:
        inner = signer_of(root).kids[4].kids[1]
        mask = inner.kids[1].kids[0].kids[1]
        mask.kids = [node(encode_oid(oids.DIGEST_OIDS["sha256"]))]

    return bend(maker.signed(name="stamp"), change)


def salt_of_another_length() -> bytes:
    def change(root: Node) -> None:
        salt = signer_of(root).kids[4].kids[1].kids[2].kids[0]
        salt.content = b"\x14"

    return bend(maker.signed(name="stamp"), change)


def injected() -> bytes:
    """Certificates, lists, references and a time-stamp of somebody else as unsigned attributes."""
    work = WRITER.open(document(maker.signed(name="person")), [])
    signer = work.model.signers[0]
    values = tlv(0x30, pki().certificate("impostor"))
    signer.add(tlv(0x30, encode_oid(oids.CERTIFICATE_VALUES), tlv(0x31, values)))
    signer.add(tlv(0x30, encode_oid(oids.REVOCATION_VALUES), tlv(0x31, tlv(0x30, tlv(0xA0, tlv(0x30, pki().crl("stranger")))))))
    signer.add(tlv(0x30, encode_oid(oids.SIGNATURE_POLICY), tlv(0x31, b"\x05\x00")))
    signer.add(tlv(0x30, encode_oid(oids.SIGNING_TIME), tlv(0x31, tlv(0x17, b"160101000000Z"))))
    return octets(work)


def weak() -> bytes:
    """Made with SHA-1 throughout, as it was once done."""

    def change(signer: Node) -> None:
        inside = signed_attributes(signer)
        inside.kids.remove(find(inside, oids.ALGORITHM_PROTECTION))
        find(inside, oids.MESSAGE_DIGEST).kids[1].kids[0].content = maker.digest("sha1", DATA.data[:])
        signer.kids[2].kids = [node(encode_oid(oids.DIGEST_OIDS["sha1"]))]
        signer.kids[4].kids = [node(encode_oid("1.2.840.10045.4.1"))]

    return resigned(maker.signed(), change, weakly=True)


def archive_without_index() -> bytes:
    """The hash index is taken out of the archive time-stamp."""

    def change(root: Node) -> None:
        unsigned = attributes_of(signer_of(root), tag=0xA1)
        token = find(unsigned, oids.ARCHIVE_TIMESTAMP_V3).kids[1].kids[0]
        inner = signer_of(token.kids[1].kids[0])
        inner.kids.remove(attributes_of(inner, tag=0xA1))

    return bend(maker.signed("B-LTA"), change)


def archive_with_other_index() -> bytes:
    """One digest of the hash index is another: what it named is no longer protected, and the imprint differs."""

    def change(root: Node) -> None:
        unsigned = attributes_of(signer_of(root), tag=0xA1)
        token = find(unsigned, oids.ARCHIVE_TIMESTAMP_V3).kids[1].kids[0]
        inner = attributes_of(signer_of(token.kids[1].kids[0]), tag=0xA1)
        index = find(inner, oids.ATS_HASH_INDEX_V3).kids[1].kids[0]
        index.kids[1].kids[0].content = bytes(32)

    return bend(maker.signed("B-LTA"), change)


def list_taken_out() -> bytes:
    """A revocation list that the archive time-stamp names is gone."""

    def change(root: Node) -> None:
        bag = next(kid for kid in root.kids if kid.tag == 0xA1)
        bag.kids.pop(0)

    return bend(maker.signed("B-LTA"), change)


ATTACKS: dict[str, Attack] = {
    "cms-01 attributes as content": Attack(confused, FAILED, "CMS_CONTENT_LOOKS_SIGNED"),
    "cms-01 attributes beside": Attack(detached_confused, FAILED, "CMS_NO_SIGNED_ATTRIBUTES", (real_attributes(),)),
    "cms-01 content as attributes": Attack(attributes_taken_as_content, FAILED, "CMS_NO_SIGNED_ATTRIBUTES"),
    "cms-02 no digest": Attack(without(oids.MESSAGE_DIGEST), FAILED, "CMS_MESSAGE_DIGEST_MISSING"),
    "cms-02 digest twice": Attack(twice(oids.MESSAGE_DIGEST), FAILED, "CMS_ATTRIBUTE_REPEATED"),
    "cms-02 two digests": Attack(two_values(oids.MESSAGE_DIGEST), FAILED, "CMS_ATTRIBUTE_VALUES"),
    "cms-02 another digest": Attack(with_value(oids.MESSAGE_DIGEST, tlv(0x04, bytes(32))), FAILED, "HASH_MISMATCH"),
    "cms-02 short digest": Attack(with_value(oids.MESSAGE_DIGEST, tlv(0x04, bytes(20))), FAILED, "CMS_MESSAGE_DIGEST_LENGTH"),
    "cms-03 no content type": Attack(without(oids.CONTENT_TYPE), FAILED, "CMS_CONTENT_TYPE_MISSING"),
    "cms-03 another content type": Attack(
        with_value(oids.CONTENT_TYPE, encode_oid(oids.TST_INFO)), FAILED, "CMS_CONTENT_TYPE_MISMATCH"
    ),
    "cms-04 time twice": Attack(twice(oids.SIGNING_TIME), FAILED, "CMS_ATTRIBUTE_REPEATED"),
    "cms-04 reference twice": Attack(twice(oids.SIGNING_CERTIFICATE_V2), FAILED, "CMS_ATTRIBUTE_REPEATED"),
    "cms-05 another certificate": Attack(
        with_value(oids.SIGNING_CERTIFICATE_V2, reference_to("stamp")), UNDECIDED, "CERT_REFERENCE_MISMATCH"
    ),
    "cms-05 references disagree": Attack(disagreeing, UNDECIDED, "CERT_REFERENCE_MISMATCH"),
    "cms-06 certificate swapped": Attack(bag_of("stamp"), UNDECIDED, "CERT_REFERENCE_MISMATCH"),
    "cms-06 namesake of another authority": Attack(stranger_named, UNDECIDED, "CERT_REFERENCE_MISMATCH"),
    "cms-07 strangers in the bag": Attack(strangers_in_the_bag, PASSED, ""),
    "cms-08 another digest algorithm": Attack(
        algorithms(oids.DIGEST_OIDS["sha512"]), FAILED, "CMS_ALGORITHM_MISMATCH"
    ),
    "cms-09 another mask": Attack(other_padding, FAILED, "SIGNATURE_VALUE_INVALID"),
    "cms-09 another salt": Attack(salt_of_another_length, FAILED, "SIGNATURE_VALUE_INVALID"),
    "cms-10 protection of others": Attack(protection_of_others, FAILED, "CMS_ALGORITHM_PROTECTION_MISMATCH"),
    "cms-11 long lengths": Attack(long_lengths, FAILED, "CMS_SIGNED_ATTRIBUTES_NOT_DER"),
    "cms-11 octets behind": Attack(lambda: maker.signed() + b"more", FAILED, "CMS_TRAILING_DATA"),
    "cms-12 one of two is broken": Attack(one_of_two_broken, FAILED, "SIGNATURE_VALUE_INVALID"),
    "cms-12 no signer": Attack(nobody, NONE, "NO_SIGNATURE"),
    "cms-13 other content": Attack(other_content, FAILED, "HASH_MISMATCH"),
    "cms-13 nothing beside": Attack(lambda: maker.signed(packaging=BESIDE), UNDECIDED, "SIGNED_DATA_MISSING"),
    "cms-13 another file beside": Attack(lambda: maker.signed(packaging=BESIDE), FAILED, "HASH_MISMATCH", (OTHER,)),
    "cms-13 inside and beside differ": Attack(maker.signed, FAILED, "HASH_MISMATCH", (OTHER,)),
    "cms-15 unsigned attributes": Attack(injected, PASSED, ""),
    "cms-16 unknown digest": Attack(algorithms("1.2.3.4"), FAILED, "CMS_ALGORITHM_UNKNOWN"),
    "cms-16 unknown value": Attack(
        algorithms(oids.DIGEST_OIDS["sha256"], "1.2.3.4"), FAILED, "CMS_ALGORITHM_UNKNOWN"
    ),
    "cms-17 weak digest": Attack(weak, UNDECIDED, "ALGORITHM_WEAK"),
    "cms-18 identifier of nobody": Attack(unknown_key_identifier, UNDECIDED, "NO_SIGNING_CERTIFICATE"),
}  # fmt: skip
"""By class and name."""

STAMPS: dict[str, Callable[[], bytes]] = {
    "tst-01 over something else": lambda: stamped(b"something else"),
    "tst-02 of another signature": transplanted,
    "tst-03 broken value": lambda: stamped(value_of(maker.signed()), keep=broken_token),
    "tst-04 another time": lambda: stamped(value_of(maker.signed()), keep=moved_time),
    "tst-11 without its index": archive_without_index,
    "tst-11 with another index": archive_with_other_index,
}
"""Documents whose last time-stamp must not be intact; the signature is."""
