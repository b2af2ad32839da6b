"""Evidence records made step by step in both syntaxes: groups, siblings, and both kinds of renewal, by the practice PKI.

Nothing here uses the reader's own hash trees: both sides are written from RFC 4998 and RFC 6283.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from typing import Protocol

import edoc
from edoc.formats.cades.model import Model
from edoc.pki.cms import parse_signed_data
from edoc.pki.der import encode_oid, integer, tlv
from edoc.testing import PracticePki

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
YEARS = (2018, 2020, 2022, 2024)
"""When records are begun and renewed: an authority of time of one of these years is in force in the next one, not after."""
DATA = b"The court orders payment of 1403 units."
OTHER = b"Annex: the account of the bailiff."
_OIDS = {
    "sha1": "1.3.14.3.2.26", "sha256": "2.16.840.1.101.3.4.2.1", "sha384": "2.16.840.1.101.3.4.2.2",
    "sha512": "2.16.840.1.101.3.4.2.3",
}  # fmt: skip
_URIS = {
    "sha1": "http://www.w3.org/2000/09/xmldsig#sha1",
    "sha256": "http://www.w3.org/2001/04/xmlenc#sha256",
    "sha384": "http://www.w3.org/2001/04/xmldsig-more#sha384",
    "sha512": "http://www.w3.org/2001/04/xmlenc#sha512",
}
NAMESPACE = "urn:ietf:params:xml:ns:ers"
C14N = "http://www.w3.org/2001/10/xml-exc-c14n#"
Groups = Sequence[Sequence[bytes]]


def moment(year: int) -> datetime:
    return datetime(year, 6, 1, 12, tzinfo=UTC)


BEGAN = moment(YEARS[0])


@cache
def practice(year: int) -> PracticePki:
    return PracticePki(at=moment(year))


@cache
def trust() -> edoc.TrustStore:
    found = edoc.TrustStore.empty()
    for year in YEARS:
        found = found | practice(year).trust
    return found


@cache
def current() -> tuple[bytes, ...]:
    """The lists of today, by the authorities of the last year."""
    return practice(YEARS[-1]).validation_data(at=NOW)


def digest(name: str, data: bytes) -> bytes:
    return hashlib.new(name, data).digest()


def joined(name: str, values: Iterable[bytes]) -> bytes:
    return digest(name, b"".join(sorted(values)))


def root(name: str, groups: Groups) -> bytes:
    value = groups[0][0] if len(groups[0]) == 1 else joined(name, groups[0])
    for siblings in groups[1:]:
        value = joined(name, (*siblings, value))
    return value


def sibling(name: str, number: int) -> bytes:
    """The digest of somebody else's document."""
    return digest(name, f"sibling {number}".encode())


def completed(token: bytes, *, certificates: Iterable[bytes], lists: Iterable[bytes]) -> bytes:
    """Return a token that carries what it is judged by: put in before it is renewed, it changes no signature."""
    model = Model.of(parse_signed_data(token))
    for item in certificates:
        model.certificates.add(item)
    for item in lists:
        model.revocation.add(item)
    return model.encode()


@dataclass
class Stamp:
    """One archive time-stamp that is being made."""

    year: int
    algorithm: str
    groups: Groups | None
    token: bytes
    stated: str | None = None
    """The algorithm that its digestAlgorithm names; null for none."""


class Maker(Protocol):
    """A record that is begun, renewed and written."""

    chains: list[list[Stamp]]

    def begin(self, data: Sequence[bytes], *, siblings: Groups = (), algorithm: str = "sha256", year: int = 2018, tree: bool = True) -> Maker: ...
    def renew(self, year: int) -> Maker: ...
    def rehash(self, year: int, data: Sequence[bytes], *, algorithm: str = "sha512", tree: bool = True) -> Maker: ...
    def encode(self) -> bytes: ...


@dataclass
class _Common:
    chains: list[list[Stamp]] = field(default_factory=list)

    def _stamp(self, year: int, algorithm: str, groups: Groups | None, imprint: bytes) -> Stamp:
        token = practice(year).timestamp(imprint, algorithm=algorithm)
        return Stamp(year=year, algorithm=algorithm, groups=groups, token=token)

    def _complete(self, year: int) -> Stamp:
        """Put the lists of the year of its renewal into the last token, as an archive does."""
        last = self.chains[-1][-1]
        pki = practice(last.year)
        last.token = completed(last.token, certificates=pki.chain("tsa"), lists=pki.validation_data(at=moment(year)))
        return last

    def _begun(self, hashes: Sequence[bytes], siblings: Groups, algorithm: str, year: int, tree: bool) -> None:
        groups: Groups = (tuple(hashes), *siblings)
        imprint = root(algorithm, groups)
        self.chains = [[self._stamp(year, algorithm, groups if tree else None, imprint)]]


@dataclass
class Asn1(_Common):
    """RFC 4998."""

    before: bytes = b""
    """What stands between the algorithms and the sequence of chains."""
    version: int = 1

    def begin(
        self, data: Sequence[bytes], *, siblings: Groups = (), algorithm: str = "sha256", year: int = 2018, tree: bool = True
    ) -> Asn1:
        self._begun([digest(algorithm, item) for item in data], siblings, algorithm, year, tree)
        return self

    def renew(self, year: int) -> Asn1:
        last = self._complete(year)
        value = digest(last.algorithm, last.token)
        self.chains[-1].append(self._stamp(year, last.algorithm, ((value,),), value))
        return self

    def rehash(self, year: int, data: Sequence[bytes], *, algorithm: str = "sha512", tree: bool = True) -> Asn1:
        self._complete(year)
        earlier = digest(algorithm, self._sequence(self.chains))
        values = [digest(algorithm, digest(algorithm, item) + earlier) for item in data]
        groups: Groups = (values,)
        self.chains.append([self._stamp(year, algorithm, groups if tree else None, root(algorithm, groups))])
        return self

    def encode(self) -> bytes:
        names = dict.fromkeys(stamp.algorithm for chain in self.chains for stamp in chain)
        listed = tlv(0x30, *(tlv(0x30, encode_oid(_OIDS[name])) for name in names))
        return tlv(0x30, integer(self.version), listed, self.before, self._sequence(self.chains))

    @staticmethod
    def _sequence(chains: Iterable[Sequence[Stamp]]) -> bytes:
        return tlv(0x30, *(tlv(0x30, *map(_asn1_stamp, chain)) for chain in chains))


def _asn1_stamp(stamp: Stamp) -> bytes:
    stated = tlv(0xA0, encode_oid(_OIDS[stamp.stated])) if stamp.stated is not None else b""
    groups = b""
    if stamp.groups is not None:
        groups = tlv(0xA2, *(tlv(0x30, *(tlv(0x04, value) for value in group)) for group in stamp.groups))
    return tlv(0x30, stated, groups, stamp.token)


@dataclass
class Xml(_Common):
    """RFC 6283."""

    before: str = ""
    version: str = "1.0"
    token_type: str = "RFC3161"

    def begin(
        self, data: Sequence[bytes], *, siblings: Groups = (), algorithm: str = "sha256", year: int = 2018, tree: bool = True
    ) -> Xml:
        self._begun([digest(algorithm, item) for item in data], siblings, algorithm, year, tree)
        return self

    def renew(self, year: int) -> Xml:
        last = self._complete(year)
        value = digest(last.algorithm, self._time_stamp(last, declared=True).encode())
        self.chains[-1].append(self._stamp(year, last.algorithm, ((value,),), value))
        return self

    def rehash(self, year: int, data: Sequence[bytes], *, algorithm: str = "sha512", tree: bool = True) -> Xml:
        self._complete(year)
        earlier = digest(algorithm, self._sequence(declared=True).encode())
        values = (*(digest(algorithm, item) for item in data), earlier)
        groups: Groups = (values,)
        stamp = self._stamp(year, algorithm, groups if tree else None, root(algorithm, groups) if tree else earlier)
        self.chains.append([stamp])
        return self

    def encode(self) -> bytes:
        head = f'<EvidenceRecord xmlns="{NAMESPACE}" Version="{self.version}">'
        return f"{head}{self.before}{self._sequence()}</EvidenceRecord>".encode()

    def _sequence(self, *, declared: bool = False) -> str:
        chains = "".join(self._chain(chain, number) for number, chain in enumerate(self.chains, 1))
        return f"<ArchiveTimeStampSequence{_space(declared)}>{chains}</ArchiveTimeStampSequence>"

    def _chain(self, chain: Sequence[Stamp], number: int) -> str:
        method = f'<DigestMethod Algorithm="{_URIS[chain[0].algorithm]}"></DigestMethod>'
        form = f'<CanonicalizationMethod Algorithm="{C14N}"></CanonicalizationMethod>'
        stamps = "".join(self._archive(stamp, place) for place, stamp in enumerate(chain, 1))
        return f'<ArchiveTimeStampChain Order="{number}">{method}{form}{stamps}</ArchiveTimeStampChain>'

    def _archive(self, stamp: Stamp, number: int) -> str:
        tree = ""
        if stamp.groups is not None:
            levels = "".join(_sequence_of(group, place) for place, group in enumerate(stamp.groups, 1))
            tree = f"<HashTree>{levels}</HashTree>"
        return f'<ArchiveTimeStamp Order="{number}">{tree}{self._time_stamp(stamp)}</ArchiveTimeStamp>'

    def _time_stamp(self, stamp: Stamp, *, declared: bool = False) -> str:
        token = f'<TimeStampToken Type="{self.token_type}">{_b64(stamp.token)}</TimeStampToken>'
        return f"<TimeStamp{_space(declared)}>{token}</TimeStamp>"


def _sequence_of(group: Sequence[bytes], number: int) -> str:
    values = "".join(f"<DigestValue>{_b64(value)}</DigestValue>" for value in group)
    return f'<Sequence Order="{number}">{values}</Sequence>'


def _space(declared: bool) -> str:
    return f' xmlns="{NAMESPACE}"' if declared else ""


def _b64(octets: bytes) -> str:
    return base64.b64encode(octets).decode()


KINDS: dict[str, type[Asn1 | Xml]] = {"asn1": Asn1, "xml": Xml}


def decades(maker: Maker, *data: bytes) -> Maker:
    """A record begun in 2018, its time-stamp renewed in 2020, its tree in 2022, and the time-stamp of that in 2024."""
    group = data or (DATA,)
    siblings = ((sibling("sha256", 1), sibling("sha256", 2)), (sibling("sha256", 3),))
    return maker.begin(group, siblings=siblings).renew(2020).rehash(2022, group).renew(2024)


def judged(record: bytes, *data: bytes | edoc.Digest, policy: str = "default", at: datetime = NOW) -> edoc.Report:
    """Verify a record as a document of its own, with its data beside it."""
    originals = [
        item if isinstance(item, edoc.Digest) else edoc.Document.from_bytes(item, name=f"data-{number}")
        for number, item in enumerate(data, 1)
    ]
    return edoc.verify_document(
        edoc.Document.from_bytes(record, name="data.ers"), policy=policy, trust=None if policy == "integrity" else trust(),
        validation_data=[*current()], validation_time=at, detached=originals, expect="timestamp",
    )  # fmt: skip
