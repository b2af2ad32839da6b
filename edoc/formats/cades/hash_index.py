"""The hash index of an archive time-stamp v3: which certificates, lists and attributes it stands over.

EN 319 122-1 5.5.2 (ats-hash-index-v3); TS 101 733 6.4.2 and EN 319 122-1 v1.0 had two older forms that are read, too.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from edoc.pki import oids
from edoc.pki.algorithms import algorithm_identifier, digest_name, digest_of
from edoc.pki.cms import SignedData
from edoc.pki.der import DerError, Reader, strict, strict_children, tlv

_HASHES = 5_000
"""Digests in one index; archives of decades carry some hundreds."""
VERSIONS = {oids.ATS_HASH_INDEX: 1, oids.ATS_HASH_INDEX_V2: 2, oids.ATS_HASH_INDEX_V3: 3}


class HashIndex(NamedTuple):
    """An index as it stands in a token."""

    version: int
    der: bytes
    """The value, which enters the imprint as it was found."""
    algorithm: str
    certificates: tuple[bytes, ...]
    revocation: tuple[bytes, ...]
    unsigned: tuple[bytes, ...]


class Bags(NamedTuple):
    """The objects of a CMS that an index may name, as they were found."""

    certificates: tuple[bytes, ...]
    revocation: tuple[bytes, ...]
    unsigned: tuple[bytes, ...]
    """Unsigned attributes of the signer, whole."""


class Matched(NamedTuple):
    """Places (from 0) of the objects that an index names, and how many of its digests name nothing."""

    certificates: tuple[int, ...]
    revocation: tuple[int, ...]
    unsigned: tuple[tuple[int, int], ...]
    """(attribute, value); an older index names whole attributes: then each of its values."""
    missing: int


def find_index(token: SignedData) -> HashIndex | None:
    """Return the index in a token, null when there is none; DerError when it cannot be read or there are several."""
    signers = token.signer_infos[:1]
    found = [
        (VERSIONS[oid], value)
        for signer in signers
        for oid, values in signer.unsigned_attributes
        if oid in VERSIONS
        for value in values
    ]
    if len(found) > 1:
        raise DerError("index")
    return read_index(found[0][1], version=found[0][0]) if found else None


def read_index(value: bytes, *, version: int) -> HashIndex:
    """Return an index from its value; DerError when it is malformed."""
    tag, start, end, following = strict(value, 0, len(value))
    parts = strict_children(value, start, end, limit=4)
    if tag != 0x30 or following != len(value) or len(parts) not in (3, 4) or any(part[0] != 0x30 for part in parts):
        raise DerError("index")
    algorithm = "sha256"
    if len(parts) == 4:
        _, pos, _, last = parts.pop(0)
        algorithm = digest_name(*algorithm_identifier(value[pos:last]))
    lists = [_digests(value, part[2], part[3]) for part in parts]
    return HashIndex(version, value, algorithm, *lists)


def _digests(value: bytes, start: int, end: int) -> tuple[bytes, ...]:
    found = strict_children(value, start, end, limit=_HASHES)
    if any(part[0] != 0x04 for part in found):
        raise DerError("index")
    return tuple(value[first:last] for _, _, first, last in found)


def attribute_values(attribute: bytes) -> tuple[bytes, tuple[bytes, ...]]:
    """Return the type (whole element) and the values of an attribute; DerError when it is none."""
    reader = Reader(attribute)
    _, start, end, _ = reader.read(0, len(attribute))
    parts = reader.children(start, end, limit=2)
    if [part[0] for part in parts] != [0x06, 0x31]:
        raise DerError("attribute")
    values = reader.children(parts[1][2], parts[1][3], limit=_HASHES)
    kind = attribute[parts[0][1] : parts[0][4]]
    return kind, tuple(attribute[pos:following] for _, pos, _, _, following in values)


def match(index: HashIndex, bags: Bags) -> Matched | None:
    """Return what an index names of what is there, null when its digest is not known.

    The same digest twice needs two objects.
    """
    if digest_of(index.algorithm, b"") is None:
        return None
    missing = 0
    places: list[tuple[int, ...]] = []
    for named, objects in ((index.certificates, bags.certificates), (index.revocation, bags.revocation)):
        found, absent = _match(index.algorithm, named, objects)
        places.append(found)
        missing += absent
    spread = [(place, number, octets) for place, item in enumerate(bags.unsigned) for number, octets in _units(index, item)]
    found, absent = _match(index.algorithm, index.unsigned, [octets for _, _, octets in spread])
    return Matched(places[0], places[1], _values(bags, index, [spread[item][:2] for item in found]), missing + absent)


def _units(index: HashIndex, attribute: bytes) -> list[tuple[int, bytes]]:
    """Return what version 3 digests of an attribute: its type before each value; older versions: the whole of it."""
    if index.version < 3:
        return [(-1, attribute)]
    kind, values = attribute_values(attribute)
    return [(number, kind + value) for number, value in enumerate(values)]


def _values(bags: Bags, index: HashIndex, found: Sequence[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    if index.version >= 3:
        return tuple(found)
    return tuple(
        (place, number) for place, _ in found for number in range(len(attribute_values(bags.unsigned[place])[1]))
    )


def _match(algorithm: str, named: Sequence[bytes], objects: Sequence[bytes]) -> tuple[tuple[int, ...], int]:
    left = Counter(named)
    found = []
    for place, octets in enumerate(objects):
        digest = digest_of(algorithm, octets)
        if digest is not None and left[digest] > 0:
            left[digest] -= 1
            found.append(place)
    return tuple(found), sum(left.values())


def make_index(bags: Bags, *, algorithm: str, identifier: bytes) -> bytes:
    """Return the value of an ats-hash-index-v3 over everything in the bags (`identifier`: DER of the digest's)."""
    units = [kind + value for kind, values in map(attribute_values, bags.unsigned) for value in values]
    lists = (bags.certificates, bags.revocation, units)
    return tlv(0x30, identifier, *(tlv(0x30, *(tlv(0x04, _digest(algorithm, one)) for one in found)) for found in lists))


def _digest(algorithm: str, octets: bytes) -> bytes:
    digest = digest_of(algorithm, octets)
    if digest is None:
        raise ValueError(algorithm)
    return digest


def bags_of(signed: SignedData, unsigned: tuple[bytes, ...]) -> Bags:
    """Return the bags of a SignedData with the unsigned attributes of one signer."""
    layout = signed.layout
    found = []
    for part in (layout.certificates, layout.revocation):
        places = layout.reader.children(part[2], part[3], limit=_HASHES) if part is not None else []
        found.append(tuple(layout.reader.data[pos:following] for _, pos, _, _, following in places))
    return Bags(found[0], found[1], unsigned)
