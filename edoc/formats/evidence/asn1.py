"""Reads evidence records in ASN.1 (RFC 4998), in DER or BER; the original octets are what renewals stand over."""

from __future__ import annotations

from collections.abc import Iterator

from edoc.facts.findings import Finding, error, warning
from edoc.facts.material import EmbeddedObject
from edoc.formats.cms_signer import listed_in
from edoc.formats.evidence.model import RFC4998, ArchiveChain, ArchiveStamp, EvidenceError, Groups, Record
from edoc.formats.evidence.stamps import Budget, read_imprint
from edoc.pki.algorithms import digest_name, digest_of, digest_size
from edoc.pki.der import DerError, Reader, as_der, decode_oid, tlv
from edoc.pki.signer_info import Part, read_algorithm

_ALGORITHMS = 32
_ATTRIBUTES = 64
_VALUES = 64


def read_asn1(data: bytes, budget: Budget) -> Record:
    """Return the record; raises `EvidenceError` for what is none, or is more than `budget` allows."""
    try:
        return _Reading(data, budget).record()
    except DerError as problem:
        if problem.args == ("limit",):
            raise EvidenceError("EVIDENCE_LIMIT", what="elements", limit=budget.limits.evidence_hashes) from problem
        raise EvidenceError("EVIDENCE_RECORD_MALFORMED") from problem


class _Reading:
    """One record on its way to values."""

    def __init__(self, data: bytes, budget: Budget) -> None:
        self._data = data
        self._reader = Reader(data)
        self._budget = budget
        self._findings: list[Finding] = []
        self._material: list[EmbeddedObject] = []

    def record(self) -> Record:
        parts = self._children((0, 0, 0, len(self._data), len(self._data)), limit=1)
        if not parts or parts[0][0] != 0x30 or parts[0][4] != len(self._data):
            raise DerError("record")
        fields = self._children(parts[0], limit=5)
        tags = [part[0] for part in fields]
        if tags[:2] != [0x02, 0x30] or tags[2:] not in ([0x30], [0xA0, 0x30], [0xA1, 0x30], [0xA0, 0xA1, 0x30]):
            raise DerError("record")
        version = self._octets(fields[0])
        if version != b"\x01":
            raise EvidenceError("EVIDENCE_VERSION", version=int.from_bytes(version[:8], "big"))
        listed = self._children(fields[1], limit=_ALGORITHMS)
        for part in listed:
            read_algorithm(self._reader, part)
        for part in fields[2:-1]:
            if part[0] == 0xA0:
                self._attributes(part)
            else:
                self._findings.append(warning("EVIDENCE_ENCRYPTED"))
        chains = tuple(self._chains(fields[-1]))
        return Record(kind=RFC4998, chains=chains, material=tuple(self._material), findings=tuple(self._findings))

    def _chains(self, part: Part) -> Iterator[ArchiveChain]:
        listed = self._children(part, limit=self._budget.limits.evidence_stamps)
        if not listed:
            raise DerError("chains")
        for number, chain in enumerate(listed, 1):
            stamps = self._children(chain, limit=self._budget.limits.evidence_stamps)
            if chain[0] != 0x30 or not stamps:
                raise DerError("chain")
            yield self._chain(stamps, listed[: number - 1], number)

    def _chain(self, listed: list[Part], before: list[Part], number: int) -> ArchiveChain:
        stamps: list[ArchiveStamp] = []
        algorithm, last = "", b""
        for part in listed:
            stated, groups, token = self._stamp(part)
            imprint = read_imprint(token, self._budget)
            own = stated or imprint[0]
            if algorithm and own != algorithm:
                self._findings.append(error("EVIDENCE_DIGEST_MIXED", number=number, digest=own or "-", other=algorithm))
            algorithm = algorithm or own
            self._budget.judge_sizes(groups or (), algorithm)
            previous = self._digests(algorithm, last) if stamps else ()
            stamps.append(
                ArchiveStamp(groups=groups, token=token, imprint_algorithm=imprint[0], imprint=imprint[1], previous=previous)
            )
            last = token
        if digest_size(algorithm) is None:
            self._findings.append(warning("EVIDENCE_DIGEST_UNKNOWN", digest=algorithm or "-"))
        earlier = self._digests(algorithm, tlv(0x30, *map(self._whole, before))) if before else ()
        return ArchiveChain(digest_algorithm=algorithm, stamps=tuple(stamps), earlier=earlier)

    def _digests(self, algorithm: str, octets: bytes) -> tuple[bytes, ...]:
        """Return the digest of what is renewed as it was found, and in DER where that is something else."""
        self._budget.spend(2 * len(octets))
        forms = [octets]
        try:
            forms.append(as_der(octets))
        except DerError:
            # What cannot be written again was digested as it stands, or not at all.
            pass
        found = [digest_of(algorithm, form) for form in dict.fromkeys(forms)]
        return tuple(item for item in found if item is not None)

    def _stamp(self, part: Part) -> tuple[str, Groups | None, bytes]:
        fields = self._children(part, limit=4)
        if part[0] != 0x30 or not fields or fields[-1][0] != 0x30:
            raise DerError("archive time-stamp")
        order = [item[0] for item in fields[:-1]]
        if order != sorted(set(order)) or not set(order) <= {0xA0, 0xA1, 0xA2}:
            raise DerError("archive time-stamp")
        algorithm, groups = "", None
        for item in fields[:-1]:
            if item[0] == 0xA0:
                algorithm = digest_name(*read_algorithm(self._reader, (0x30, *item[1:])))
            elif item[0] == 0xA1:
                self._attributes(item)
            else:
                groups = self._groups(item)
        return algorithm, groups, self._whole(fields[-1])

    def _groups(self, part: Part) -> Groups:
        found = []
        for group in self._children(part, limit=self._budget.limits.evidence_hashes):
            values = self._children(group, limit=self._budget.limits.evidence_hashes)
            if group[0] != 0x30 or not values or any(item[0] not in (0x04, 0x24) for item in values):
                raise DerError("hash tree")
            self._budget.count(len(values))
            found.append(tuple(self._reader.octets((item[0], *item[2:])) for item in values))
        if not found:
            raise DerError("hash tree")
        return tuple(found)

    def _attributes(self, part: Part) -> None:
        """Take along certificates and revocation data: candidates, trusted by nobody."""
        for item in self._children(part, limit=_ATTRIBUTES):
            fields = self._children(item, limit=2)
            if [field[0] for field in fields] != [0x06, 0x31]:
                raise DerError("attribute")
            oid = decode_oid(self._octets(fields[0]))
            for value in self._children(fields[1], limit=_VALUES):
                self._material += listed_in(oid, self._whole(value))

    def _children(self, part: Part, *, limit: int) -> list[Part]:
        return self._reader.children(part[2], part[3], limit=limit)

    def _octets(self, part: Part) -> bytes:
        return self._data[part[2] : part[3]]

    def _whole(self, part: Part) -> bytes:
        return self._data[part[1] : part[4]]
