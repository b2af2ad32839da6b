"""Evidence records in the attributes of a CMS signature: the CMS as it was before they came (TS 119 122-3, RFC 4998 A)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from edoc.facts.document import Buffer
from edoc.facts.material import EmbeddedObject
from edoc.facts.signature import EvidenceFacts, EvidenceReach
from edoc.formats.cades.content import SignedContent, pieces
from edoc.formats.cades.stamps import stamps_of
from edoc.formats.cms_signer import carried, listed_in
from edoc.formats.evidence.facts import DataObject, Named, Proves, Search, evidence_facts
from edoc.formats.evidence.model import RFC4998
from edoc.formats.evidence.read import read_record
from edoc.limits import DEFAULT_LIMITS, Limits
from edoc.pki import oids
from edoc.pki.algorithms import digest_of, digest_size, new_hash
from edoc.pki.cms import SignedData
from edoc.pki.der import DerError, as_der, length_octets
from edoc.pki.signer_info import Part, SignerInfo

EVIDENCE = (oids.EVIDENCE_RECORD_INTERNAL, oids.EVIDENCE_RECORD_EXTERNAL)
_ATTRIBUTES = 1_000
_SIGNERS = 200
_PARTS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Bearer:
    """The signature that carries records: its place in the CMS (from 0), its data, and what its attributes hold."""

    signed: SignedData
    place: int
    id: str
    content: SignedContent
    name: str
    """What its data is called."""
    places: Mapping[int, tuple[str, ...]]
    """Ids of the time-stamps and counter-signatures by the place of their unsigned attribute; -1: signed ones."""

    @property
    def signer(self) -> SignerInfo:
        """The signer itself."""
        return self.signed.signer_infos[self.place]


def evidence_records(bearer: Bearer, *, limits: Limits = DEFAULT_LIMITS) -> tuple[EvidenceFacts, ...]:
    """Return the facts of every record in a signature, in stored order; there are at most as many as `limits` says."""
    found: list[EvidenceFacts] = []
    for place, (oid, values) in enumerate(bearer.signer.unsigned_attributes):
        if oid not in EVIDENCE:
            continue
        # Records side by side stand over the CMS without the attribute that holds them.
        objects = [_whole(bearer, place, limits)]
        if oid == oids.EVIDENCE_RECORD_EXTERNAL:
            objects.append(_content(bearer))
        for value in values[: limits.evidence_records - len(found)]:
            named = Named(id=f"{bearer.id}.E{len(found) + 1}", name="", search=Search.BY_PLACE, limits=limits)
            found.append(evidence_facts(partial(read_record, value, limits=limits), objects, named, kind=RFC4998))
    return tuple(found)


def places_of(signer: SignerInfo, id: str) -> dict[int, tuple[str, ...]]:
    """Return the ids of a signature's time-stamps and counter-signatures by the place of their attribute."""
    found: dict[int, tuple[str, ...]] = {}
    for stamp in stamps_of(signer, id):
        found[stamp.place[0]] = (*found.get(stamp.place[0], ()), stamp.id)
    number = 0
    for place, (oid, values) in enumerate(signer.unsigned_attributes):
        for _ in values if oid == oids.COUNTER_SIGNATURE else ():
            number += 1
            found[place] = (*found.get(place, ()), f"{id}.C{number}")
    return found


def _content(bearer: Bearer) -> DataObject:
    def digests(algorithm: str, method: str | None) -> tuple[bytes, ...]:
        found = bearer.content.digest(algorithm) if digest_size(algorithm) is not None else None
        return (found,) if found is not None else ()

    return DataObject(name=bearer.name, digests=digests)


def _whole(bearer: Bearer, place: int, limits: Limits) -> DataObject:
    """Return the CMS as it was without an attribute and those behind it."""
    known: dict[str, tuple[bytes, ...]] = {}

    def digests(algorithm: str, method: str | None) -> tuple[bytes, ...]:
        if algorithm not in known:
            known[algorithm] = tuple(_digests(bearer, place, algorithm, limits))
        return known[algorithm]

    return DataObject(name=bearer.id, digests=digests, proves=_proves(bearer, place))


def _proves(bearer: Bearer, place: int) -> Proves:
    before = bearer.signer.unsigned_attributes[:place]
    listed = [item for oid, values in before for value in values for item in listed_in(oid, value)]
    objects: Sequence[EmbeddedObject] = (*carried(bearer.signed, None), *listed)
    ids = [id for at, names in bearer.places.items() if at < place for id in names]
    others = [f"S{number}" for number in range(1, len(bearer.signed.signer_infos) + 1)]
    return Proves(
        reach=EvidenceReach.PARTS,
        covers=tuple(dict.fromkeys((bearer.id, *others, *ids))),
        protects=frozenset(hashlib.sha256(item.der).digest() for item in objects),
    )


def _digests(bearer: Bearer, place: int, algorithm: str, limits: Limits) -> Iterator[bytes]:
    """Yield the digest of the octets as they were found, then of their DER where they are something else."""
    data = bearer.signed.layout.reader.data
    try:
        made = _without(bearer, place)
    except DerError:
        return
    state, size = new_hash(algorithm), 0
    for piece in made.octets(data):
        state.update(piece)
        size += len(piece)
    yield state.digest()
    if size > limits.cms_bytes:
        return
    try:
        der = as_der(b"".join(bytes(piece) for piece in made.octets(data)))
    except DerError:
        return
    found = digest_of(algorithm, der)
    if found is not None and found != state.digest():
        yield found


@dataclass(frozen=True, slots=True)
class _Spliced:
    """Octets made of new ones and of parts of the CMS (start, end), in order."""

    parts: tuple[bytes | tuple[int, int], ...]

    @property
    def size(self) -> int:
        return sum(len(item) if isinstance(item, bytes) else item[1] - item[0] for item in self.parts)

    def octets(self, data: Buffer) -> Iterator[bytes | memoryview]:
        """Yield them in order; each piece is good until the next one is asked for."""
        for item in self.parts:
            if isinstance(item, bytes):
                yield item
            else:
                yield from pieces(data, (item,))


def _without(bearer: Bearer, place: int) -> _Spliced:
    """Splice the CMS: everything is as it was found but the lengths on the way to what is left out (DerError)."""
    reader = bearer.signed.layout.reader
    data = reader.data

    def wrapped(part: Part, inside: _Spliced) -> _Spliced:
        _, pos, start, end, following = part
        if following != end:
            # An indefinite length stays what it is.
            return _Spliced((data[pos:start], *inside.parts, (end, following)))
        return _Spliced((data[pos : pos + 1] + length_octets(inside.size), *inside.parts))

    way = [_element(reader.read(0, bearer.signed.encoded_length))]
    for step in (-1, -1):
        # [0] in the ContentInfo, and the SignedData in it.
        way.append(reader.children(way[-1][2], way[-1][3], limit=_PARTS)[step])
    way.append(bearer.signed.layout.signers)
    way.append(reader.children(way[-1][2], way[-1][3], limit=_SIGNERS)[bearer.place])
    unsigned = reader.children(way[-1][2], way[-1][3], limit=_PARTS)[-1]
    if unsigned[0] != 0xA1:
        raise DerError("unsigned attributes")
    kept = reader.children(unsigned[2], unsigned[3], limit=_ATTRIBUTES)[:place]
    inner = wrapped(unsigned, _Spliced(((unsigned[2], kept[-1][4]),))) if kept else _Spliced(())
    below = unsigned
    for part in reversed(way):
        inner = wrapped(part, _Spliced(((part[2], below[1]), *inner.parts, (below[4], part[3]))))
        below = part
    return inner


def _element(element: tuple[int, int, int, int]) -> Part:
    tag, start, end, following = element
    return tag, 0, start, end, following
