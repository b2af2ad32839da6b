"""What archive time-stamps of a CMS signature stand over (EN 319 122-1 5.5.3, TS 101 733 6.4.1 and 6.4.2)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Protocol, cast

from edoc.facts.findings import Finding, error, warning
from edoc.formats.cades.content import SignedContent, feed
from edoc.formats.cades.hash_index import Matched, attribute_values, bags_of, find_index, match
from edoc.formats.cades.parts import SignerParts
from edoc.formats.tst import TstInfo
from edoc.pki import oids
from edoc.pki.algorithms import Hash, digest_of, digest_size, new_hash
from edoc.pki.cms import SignedData, other_revocation
from edoc.pki.der import DerError, Reader, encode_oid, tlv
from edoc.pki.signer_info import SignerInfo

_WEAK = ("md5", "sha1", "ripemd160")
"""Digests under which somebody can put another object in the place of what an index names."""
_FREE, _TIMES = 256 << 20, 6
"""Octets digested for one document: an archive of many renewals needs some times its size."""


class _Copyable(Protocol):
    def copy(self) -> Hash: ...


@dataclass(slots=True)
class Work:
    """How many octets may still be digested for the archive time-stamps of one document."""

    left: int

    @classmethod
    def of(cls, size: int) -> Work:
        """Return the budget of a document with its originals, `size` octets together."""
        return cls(_FREE + _TIMES * size)

    def spend(self, octets: int) -> bool:
        """Tell whether so many octets may be digested."""
        self.left -= octets
        return self.left >= 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Covered:
    """What one archive time-stamp stands over."""

    imprint: bytes | None = None
    """Null when it cannot be computed: data, algorithm or hash index are not at hand."""
    values: frozenset[tuple[int, int]] = frozenset()
    """(attribute, value) of the unsigned attributes."""
    bags: tuple[bytes, ...] | None = ()
    """Certificates, lists and responses of the SignedData (DER); null: all of them."""
    findings: tuple[Finding, ...] = field(default=(), repr=False)


class ArchiveImprints:
    """Computes the imprints of one signature; octets are taken as they were found."""

    def __init__(self, signed: SignedData, signer: SignerInfo, content: SignedContent, *, work: Work) -> None:
        """Raises DerError when the SignerInfo cannot be taken apart."""
        self._signed = signed
        self._content = content
        self._work = work
        self._parts = SignerParts.of(signer.der)
        self._prefixes: dict[str, Hash] = {}

    def references(self, algorithm: str, *, alone: bool, stored: bool = False) -> bytes | None:
        """Return the imprint of a CAdES-C time-stamp, or of one over the references alone (EN 319 122-2 A.1.5)."""
        wanted = [oids.SIGNATURE_TIMESTAMP] if not alone else []
        wanted += [oids.CERTIFICATE_REFERENCES, oids.REVOCATION_REFERENCES]
        order = {encode_oid(oid): place for place, oid in enumerate(wanted)}
        chosen: list[tuple[int, bytes]] = []
        for item in self._parts.unsigned:
            kind, rest = _type_and_values(item)
            if kind in order:
                chosen.append((order[kind], kind + rest))
        if not stored:
            chosen.sort(key=lambda item: item[0])
        if not self._work.spend(sum(map(len, self._parts.unsigned))):
            return None
        reader = Reader(self._parts.signature)
        value = b"" if alone else reader.octets(reader.read(0, len(reader.data)))
        return digest_of(algorithm, value + b"".join(octets for _, octets in chosen))

    def v3(self, token: SignedData, info: TstInfo, id: str) -> Covered:
        """Return what an archive-time-stamp-v3 stands over; its hash index names the rest (5.5.3)."""
        try:
            index = find_index(token)
            bags = bags_of(self._signed, self._parts.unsigned)
            matched = match(index, bags) if index is not None else None
        except DerError:
            return Covered(findings=(error("CADES_HASH_INDEX_MALFORMED", id),))
        if index is None:
            return Covered(findings=(error("CADES_HASH_INDEX_MISSING", id),))
        if not self._work.spend(sum(map(len, bags.certificates + bags.revocation + bags.unsigned))):
            return Covered(findings=(warning("CADES_ARCHIVE_LIMIT", id),))
        imprint = self._v3(info, index.der)
        findings = []
        if matched is None or (index.algorithm in _WEAK and info.digest_algorithm not in _WEAK):
            findings.append(warning("CADES_HASH_INDEX_ALGORITHM", id, algorithm=index.algorithm))
            matched = Matched((), (), (), 0)
        elif matched.missing:
            # The index is digested as it was found: what it names and is gone leaves the imprint as it is.
            findings.append(warning("CADES_HASH_INDEX_UNMATCHED", id, count=matched.missing))
        named = [bags.certificates[place] for place in matched.certificates]
        named += [plain_revocation(bags.revocation[place]) for place in matched.revocation]
        return Covered(
            imprint=imprint, values=frozenset(matched.unsigned), bags=tuple(named), findings=tuple(findings)
        )

    def _v3(self, info: TstInfo, index: bytes) -> bytes | None:
        digest = self._content.digest(info.digest_algorithm)
        if digest is None:
            return None
        head = encode_oid(self._signed.content_type) + digest
        first = digest_of(info.digest_algorithm, head + self._parts.signed_parts + index)
        if first == info.imprint:
            return first
        fixed = self._fixed()
        other = digest_of(info.digest_algorithm, head + fixed.signed_parts + index) if fixed is not None else first
        return other if other == info.imprint else first

    def _fixed(self) -> SignerParts | None:
        try:
            return self._parts.as_der()
        except DerError:
            return None

    def v2(self, info: TstInfo, id: str, *, left_out: frozenset[tuple[int, int]]) -> Covered:
        """Return what an archive-time-stamp-v2 stands over: everything but newer archive time-stamps (6.4.1)."""
        attributes = {place for place, _ in left_out}
        kept = tuple(place for place in range(len(self._parts.unsigned)) if place not in attributes)
        values = frozenset(
            (place, number) for place in kept for number in range(len(attribute_values(self._parts.unsigned[place])[1]))
        )
        cost = sum(map(len, self._parts.unsigned)) * 4
        if digest_size(info.digest_algorithm) is None:
            return Covered()
        prefix = self._prefix(info.digest_algorithm)
        if prefix is None or not self._work.spend(cost):
            short = (warning("CADES_ARCHIVE_LIMIT", id),) if self._work.left < 0 else ()
            return Covered(findings=short)
        first: bytes | None = None
        for octets in self._v2_forms(kept):
            state = cast(_Copyable, prefix).copy()
            state.update(octets)
            digest = state.digest()
            first = first or digest
            if digest == info.imprint:
                return Covered(imprint=digest, values=values, bags=None)
        return Covered(imprint=first)

    def _v2_forms(self, kept: tuple[int, ...]) -> Iterator[bytes]:
        """Yield the SignerInfo as producers digest it: attributes wrapped again or joined, as found or in DER."""
        fixed = None
        for parts in (self._parts, None):
            if parts is None:
                parts = fixed = self._fixed()
            if parts is None or (fixed is not None and fixed == self._parts):
                return
            joined = b"".join(parts.unsigned[place] for place in kept)
            if joined:
                yield parts.signed_parts + tlv(0xA1, joined)
            yield parts.signed_parts + joined

    def _prefix(self, algorithm: str) -> Hash | None:
        """Return a hash that has taken the content, the certificates and the lists, whole and as they were found."""
        known = self._prefixes.get(algorithm)
        if known is not None:
            return known
        layout = self._signed.layout
        parts = [part for part in (layout.certificates, layout.revocation) if part is not None]
        size = layout.encapsulated[4] - layout.encapsulated[1] + self._content.size
        if self._signed.encapsulated is None and self._content.document is None:
            return None
        state = new_hash(algorithm)
        if not hasattr(state, "copy") or not self._work.spend(size + sum(part[4] - part[1] for part in parts)):
            return None
        data = layout.reader.data
        feed((state,), data, [(layout.encapsulated[1], layout.encapsulated[4])])
        if self._signed.encapsulated is None:
            self._content.feed((state,))
        feed((state,), data, [(part[1], part[4]) for part in parts])
        self._prefixes[algorithm] = state
        return state


def _type_and_values(attribute: bytes) -> tuple[bytes, bytes]:
    """Return the type and the set of values of an attribute, both whole."""
    reader = Reader(attribute)
    _, start, end, _ = reader.read(0, len(attribute))
    parts = reader.children(start, end, limit=2)
    if len(parts) != 2:
        raise DerError("attribute")
    return attribute[parts[0][1] : parts[0][4]], attribute[parts[1][1] : parts[1][4]]


def plain_revocation(revocation: bytes) -> bytes:
    """Return a list, or the OCSPResponse in an OtherRevocationInfoFormat, as facts name it."""
    if revocation[:1] != b"\xa1":
        return revocation
    reader = Reader(revocation)
    _, start, end, _ = reader.read(0, len(revocation))
    return other_revocation(reader, start, end) or revocation
