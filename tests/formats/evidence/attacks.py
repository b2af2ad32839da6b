"""Evidence records that were bent, or that are about something else: each a named fixture with what is said of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import edoc
from edoc.pki.der import encode_oid, integer, tlv
from tests.formats.cms_maker import token
from tests.formats.evidence.maker import (
    DATA,
    KINDS,
    OTHER,
    Asn1,
    Maker,
    Xml,
    decades,
    digest,
    joined,
    sibling,
)

PASSED = "PASSED"
HASH, FORM, MISSING = "FAILED HASH_FAILURE", "FAILED FORMAT_FAILURE", "INDETERMINATE SIGNED_DATA_NOT_FOUND"
Made = tuple[bytes, tuple[bytes | edoc.Digest, ...]]


@dataclass(frozen=True)
class Attack:
    """A record with the data handed over beside it; `answer` is its indication, `code` one of its findings."""

    make: Callable[[str], Made]
    answer: str
    code: str
    kinds: tuple[str, ...] = ("asn1", "xml")


def maker(kind: str) -> Maker:
    return KINDS[kind]()


@cache
def honest(kind: str) -> Made:
    return decades(maker(kind)).encode(), (DATA,)


def _changed_document(kind: str) -> Made:
    return honest(kind)[0], (DATA.replace(b"1403", b"9403"),)


def _lonely(kind: str, *data: bytes) -> Made:
    # A tree of one document: the only digest can only mean the only datum.
    return maker(kind).begin([DATA], year=2024).encode(), data


def _changed_sibling(kind: str) -> Made:
    made = maker(kind).begin([DATA], siblings=((sibling("sha256", 1),),), year=2024)
    made.chains[0][0].groups = ((digest("sha256", DATA),), (sibling("sha256", 9),))
    return made.encode(), (DATA,)


def _leaf_put_in(kind: str) -> Made:
    made = maker(kind).begin([DATA], siblings=((sibling("sha256", 1),),), year=2024)
    made.chains[0][0].groups = ((digest("sha256", DATA), digest("sha256", OTHER)), (sibling("sha256", 1),))
    return made.encode(), (OTHER,)


def _inner_node(kind: str) -> Made:
    value = joined("sha256", (sibling("sha256", 1), sibling("sha256", 2)))
    made = maker(kind).begin([DATA, OTHER], siblings=((value,),), year=2024)
    return made.encode(), (edoc.Digest("sha256", value),)


def _foreign(kind: str) -> Made:
    return maker(kind).begin([OTHER, b"third"], year=2024).encode(), (DATA,)


def _no_data(kind: str) -> Made:
    return honest(kind)[0], ()


def _left_out(kind: str) -> Made:
    made = maker(kind).begin([DATA, OTHER], year=2020).rehash(2022, [DATA]).renew(2024)
    return made.encode(), (DATA, OTHER)


def _only_chains(kind: str) -> Made:
    return maker(kind).begin([DATA], year=2022).rehash(2024, [DATA], tree=False).encode(), (DATA,)


def _swapped(kind: str) -> Made:
    made = decades(maker(kind))
    made.chains.reverse()
    return made.encode(), (DATA,)


def _copied_token(kind: str) -> Made:
    made = decades(maker(kind))
    made.chains[0][1].token = made.chains[0][0].token
    return made.encode(), (DATA,)


def _dropped_token(kind: str) -> Made:
    made = maker(kind).begin([DATA], year=2020).renew(2022).renew(2024)
    del made.chains[0][1]
    return made.encode(), (DATA,)


def _broken_token(kind: str) -> Made:
    made = maker(kind).begin([DATA], year=2024)
    bent = bytearray(made.chains[0][0].token)
    bent[-5] ^= 1
    made.chains[0][0].token = bytes(bent)
    return made.encode(), (DATA,)


def _backwards(kind: str) -> Made:
    # Sound in every link, but the renewal says that it is older than what it renews.
    return maker(kind).begin([DATA], year=2024).renew(2022).encode(), (DATA,)


def _stranger(kind: str) -> Made:
    made = maker(kind).begin([DATA], year=2024)
    made.chains[0][0].token = token(DATA)
    return made.encode(), (DATA,)


def _not_renewed(kind: str) -> Made:
    return maker(kind).begin([DATA], year=2018).encode(), (DATA,)


def _gap(kind: str) -> Made:
    return maker(kind).begin([DATA], year=2018).renew(2024).encode(), (DATA,)


def _weak(kind: str) -> Made:
    # SHA-1 was given up long before the data was hashed anew.
    made = maker(kind).begin([DATA], algorithm="sha1", year=2022).rehash(2024, [DATA], algorithm="sha256")
    return made.encode(), (DATA,)


def _mixed(kind: str) -> Made:
    made = maker(kind).begin([DATA], year=2022).renew(2024)
    made.chains[0][1].stated = "sha512"
    return made.encode(), (DATA,)


def _imprint_of_another(kind: str) -> Made:
    made = maker(kind).begin([DATA], algorithm="sha512", year=2024)
    made.chains[0][0].algorithm = made.chains[0][0].stated = "sha256"
    made.chains[0][0].groups = ((digest("sha256", DATA),),)
    return made.encode(), (DATA,)


def _cut_digest(kind: str) -> Made:
    made = maker(kind).begin([DATA], year=2024)
    made.chains[0][0].groups = ((digest("sha256", DATA),), (b"\0" * 31,))
    return made.encode(), (DATA,)


def _encrypted(kind: str) -> Made:
    if kind == "asn1":
        made = Asn1(before=tlv(0xA1, encode_oid("1.2.3.4"), integer(1)))
        return made.begin([DATA], year=2024).encode(), (DATA,)
    inside = "<EncryptionInformationType>1.2.3</EncryptionInformationType><EncryptionInformationValue/>"
    return Xml(before=f"<EncryptionInformation>{inside}</EncryptionInformation>").begin([DATA], year=2024).encode(), (DATA,)


def _version(kind: str) -> Made:
    made = Asn1(version=2) if kind == "asn1" else Xml(version="2.0")
    made.begin([DATA], year=2024)
    return made.encode(), (DATA,)


def _edited(before: bytes, after: bytes) -> Callable[[str], Made]:
    def make(kind: str) -> Made:
        made = honest(kind)[0]
        assert made.count(before) >= 1
        return made.replace(before, after), (DATA,)

    return make


def _token_type(kind: str) -> Made:
    return Xml(token_type="XMLENTRUST").begin([DATA], year=2024).encode(), (DATA,)


def _many_hashes(kind: str) -> Made:
    made = maker(kind).begin([DATA], year=2024)
    # As many values as fit: more than the budget of hashes, less than that of octets.
    values = (digest("sha256", DATA), *(b"\0" * 32 for _ in range(210_000)))
    made.chains[0][0].groups = (values,)
    return made.encode(), (DATA,)


def _million_hashes(kind: str) -> Made:
    one = tlv(0x04, b"\0" * 32) if kind == "asn1" else b"<DigestValue>" + b"A" * 43 + b"=</DigestValue>"
    if kind == "asn1":
        stamp = tlv(0x30, tlv(0xA2, tlv(0x30, one * 1_000_000)), tlv(0x30))
        algorithms = tlv(0x30, tlv(0x30, encode_oid("2.16.840.1.101.3.4.2.1")))
        return tlv(0x30, integer(1), algorithms, tlv(0x30, tlv(0x30, stamp))), (DATA,)
    head, _, tail = honest(kind)[0].partition(b"<DigestValue>")
    return head + one * 1_000_000 + b"<DigestValue>" + tail, (DATA,)


def _many_stamps(kind: str) -> Made:
    made = maker(kind).begin([DATA], year=2024)
    made.chains[0] *= 150
    return made.encode(), (DATA,)


ATTACKS: dict[str, Attack] = {
    "the document was changed": Attack(_changed_document, HASH, "EVIDENCE_DATA_OTHER"),
    "a record over another document": Attack(lambda kind: _lonely(kind, OTHER), HASH, "EVIDENCE_DATA_OTHER"),
    "a foreign record over several documents": Attack(_foreign, MISSING, "EVIDENCE_DATA_NOT_FOUND"),
    "no data at all": Attack(_no_data, MISSING, "EVIDENCE_DATA_NOT_FOUND"),
    "a sibling in the tree was changed": Attack(_changed_sibling, HASH, "EVIDENCE_STAMP_BROKEN"),
    "a leaf was put into the tree": Attack(_leaf_put_in, HASH, "EVIDENCE_STAMP_BROKEN"),
    "the digest of an inner node": Attack(_inner_node, MISSING, "EVIDENCE_DATA_NOT_FOUND"),
    "a renewal that leaves out one of the documents": Attack(_left_out, HASH, "EVIDENCE_STAMP_BROKEN"),
    "a renewal over the old chains alone": Attack(_only_chains, "INDETERMINATE CUSTOM", "EVIDENCE_NOT_REHASHED", ("xml",)),
    "the chains in the wrong order": Attack(_swapped, HASH, "EVIDENCE_DATA_OTHER", ("asn1",)),
    "the chains numbered the other way round": Attack(_swapped, HASH, "EVIDENCE_STAMP_BROKEN", ("xml",)),
    "a token copied from another place of the record": Attack(_copied_token, HASH, "EVIDENCE_STAMP_BROKEN"),
    "a renewal was taken out": Attack(_dropped_token, HASH, "EVIDENCE_STAMP_BROKEN"),
    "a token whose own value is broken": Attack(_broken_token, "FAILED SIG_CRYPTO_FAILURE", "EVIDENCE_STAMP_BROKEN"),
    "a renewal older than what it renews": Attack(_backwards, "INDETERMINATE TIMESTAMP_ORDER_FAILURE", "EVIDENCE_STAMPS_DISORDER"),
    "a token of an authority that nobody trusts": Attack(_stranger, "INDETERMINATE NO_CERTIFICATE_CHAIN_FOUND", "EVIDENCE_STAMP_NOT_PASSED"),
    "never renewed, the authority has ended": Attack(_not_renewed, "INDETERMINATE CERTIFICATE_CHAIN_GENERAL_FAILURE", "EVIDENCE_STAMP_NOT_PASSED"),
    "renewed after the authority had ended": Attack(_gap, "INDETERMINATE OUT_OF_BOUNDS_NO_POE", "EVIDENCE_STAMP_NOT_PASSED"),
    "a weak digest, hashed anew too late": Attack(_weak, "INDETERMINATE CRYPTO_CONSTRAINTS_FAILURE_NO_POE", "EVIDENCE_DIGEST_WEAK"),
    "two digest algorithms in one chain": Attack(_mixed, FORM, "EVIDENCE_DIGEST_MIXED", ("asn1",)),
    "the imprint of another algorithm than the tree": Attack(_imprint_of_another, FORM, "EVIDENCE_IMPRINT_OTHER"),
    "a hash value of another length": Attack(_cut_digest, FORM, "EVIDENCE_HASH_LENGTH"),
    "data that was archived encrypted": Attack(_encrypted, "INDETERMINATE CUSTOM", "EVIDENCE_ENCRYPTED"),
    "an unknown version": Attack(_version, FORM, "EVIDENCE_VERSION", ("xml",)),
    "a chain number twice": Attack(_edited(b'ArchiveTimeStampChain Order="2"', b'ArchiveTimeStampChain Order="1"'), FORM, "EVIDENCE_ORDER", ("xml",)),
    "a gap in the numbers of time-stamps": Attack(_edited(b'ArchiveTimeStamp Order="2"', b'ArchiveTimeStamp Order="3"'), FORM, "EVIDENCE_ORDER", ("xml",)),
    "a level of the tree without a number": Attack(_edited(b'Sequence Order="1"', b"Sequence"), FORM, "EVIDENCE_ORDER", ("xml",)),
    "a comment in a digest": Attack(_edited(b"<DigestValue>", b"<DigestValue><!-- x -->"), FORM, "EVIDENCE_RECORD_MALFORMED", ("xml",)),
    "an unknown way to canonicalise": Attack(_edited(b"xml-exc-c14n#", b"xml-exc-c14n#other"), "INDETERMINATE CUSTOM", "EVIDENCE_C14N_UNKNOWN", ("xml",)),
    "an element that is no part of the form": Attack(_edited(b"<HashTree>", b"<Extra/><HashTree>"), FORM, "EVIDENCE_RECORD_MALFORMED", ("xml",)),
    "a token of another type": Attack(_token_type, "INDETERMINATE CUSTOM", "EVIDENCE_TOKEN_TYPE", ("xml",)),
    "more hash values than the budget": Attack(_many_hashes, "INDETERMINATE CUSTOM", "EVIDENCE_LIMIT"),
    "a million hash values": Attack(_million_hashes, "INDETERMINATE CUSTOM", "EVIDENCE_LIMIT"),
    "more time-stamps than the budget": Attack(_many_stamps, "INDETERMINATE CUSTOM", "EVIDENCE_LIMIT"),
}  # fmt: skip
