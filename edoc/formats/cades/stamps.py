"""The time-stamps of one CMS signature: what each stands over, and the digest of that (EN 319 122-1 5.2.8, 5.3, 5.5)."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime

from edoc.facts.findings import Finding, error, warning
from edoc.facts.material import Origin
from edoc.facts.signature import TimestampFacts, TimestampKind
from edoc.formats.cades.archive import ArchiveImprints, Covered, Work
from edoc.formats.cades.content import SignedContent
from edoc.formats.cms import UNSIGNED_TOKENS
from edoc.formats.cms_signer import carried, listed_in
from edoc.formats.tst import TstInfo, read_tst_info, timestamp_facts, token_facts, unread_token
from edoc.limits import DEFAULT_LIMITS, Limits
from edoc.pki import oids
from edoc.pki.algorithms import digest_of
from edoc.pki.cms import CmsError, SignedData, parse_signed_data
from edoc.pki.der import DerError
from edoc.pki.signer_info import SignerInfo

_ARCHIVES = (oids.ARCHIVE_TIMESTAMP_V2, oids.ARCHIVE_TIMESTAMP_V3)


@dataclass(slots=True, kw_only=True)
class Stamp:
    """One token in an attribute of a signature."""

    id: str
    kind: TimestampKind
    oid: str
    token: bytes = field(repr=False)
    place: tuple[int, int] = (-1, 0)
    """(unsigned attribute, value in it), from 0; -1: a signed attribute."""
    signed: SignedData | None = None
    info: TstInfo | None = None
    problem: str = ""

    @property
    def time(self) -> datetime | None:
        """genTime, null when the token cannot be read."""
        return self.info.gen_time if self.info is not None else None


def stamps_of(signer: SignerInfo, id: str, *, limits: Limits = DEFAULT_LIMITS) -> Iterator[Stamp]:
    """Yield the tokens of a signer in stored order, those of signed attributes first; archive tokens are read."""
    number = 0
    for oid, values in signer.signed_attributes:
        for value in values if oid == oids.CONTENT_TIMESTAMP else ():
            number += 1
            yield Stamp(id=f"{id}.T{number}", kind=TimestampKind.CONTENT, oid=oid, token=value)
    for place, (oid, values) in enumerate(signer.unsigned_attributes):
        kind = UNSIGNED_TOKENS.get(oid)
        for item, value in enumerate(values if kind is not None else ()):
            number += 1
            assert kind is not None
            stamp = Stamp(id=f"{id}.T{number}", kind=kind, oid=oid, token=value, place=(place, item))
            if kind is TimestampKind.ARCHIVE:
                _read(stamp, limits)
            yield stamp


def _read(stamp: Stamp, limits: Limits) -> None:
    try:
        stamp.signed = parse_signed_data(stamp.token, limits=limits)
        stamp.info = read_tst_info(stamp.signed.content or b"")
    except CmsError as problem:
        stamp.problem = problem.code
    except DerError:
        stamp.problem = "TST_MALFORMED"


class Stamps:
    """Makes the facts of the time-stamps of one signature."""

    def __init__(
        self, signed: SignedData, signer: SignerInfo, content: SignedContent, *, id: str, work: Work, limits: Limits
    ) -> None:
        """`work` bounds what is digested for all signatures of a document."""
        self._signed = signed
        self._signer = signer
        self._content = content
        self._id = id
        self._limits = limits
        self._imprints: ArchiveImprints | None = None
        self._work = work

    def facts(self, notes: list[Finding], *, limit: int) -> tuple[TimestampFacts, ...]:
        """Return the facts of at most `limit` tokens; more are told in `notes`."""
        every: list[Stamp] = []
        for stamp in stamps_of(self._signer, self._id, limits=self._limits):
            if len(every) >= limit:
                # A time-stamp that was not looked at leaves the signature undecided.
                notes.append(warning("CMS_TIMESTAMPS_LIMIT", self._id, limit=limit))
                break
            every.append(stamp)
        return tuple(self._one(stamp, every) for stamp in every)

    def _one(self, stamp: Stamp, every: list[Stamp]) -> TimestampFacts:
        if stamp.kind is TimestampKind.ARCHIVE:
            return self._archive(stamp, every)
        covers: tuple[str, ...] = () if stamp.kind is TimestampKind.CONTENT else (self._id,)
        if stamp.kind is TimestampKind.SIG_AND_REFS:
            covers += tuple(item.id for item in every if item.kind is TimestampKind.SIGNATURE)
        elif stamp.kind is TimestampKind.REFS_ONLY:
            # It stands over digests of certificates and lists, not over the signature.
            covers = ()
        return timestamp_facts(
            stamp.token, id=stamp.id, kind=stamp.kind, covers=covers, limits=self._limits,
            imprint_of=self._imprint(stamp),
        )  # fmt: skip

    def _imprint(self, stamp: Stamp) -> Callable[[str], bytes | None]:
        if stamp.kind is TimestampKind.CONTENT:
            return self._content.digest
        if stamp.kind is TimestampKind.SIGNATURE:
            # EN 319 122-1 5.3: the content octets of SignerInfo.signature, without tag and length.
            return lambda name: digest_of(name, self._signer.signature_value)
        return lambda name: self._references(stamp, name)

    def _references(self, stamp: Stamp, algorithm: str) -> bytes | None:
        """Digest signature, time-stamps and references in the fixed order; in the stored one where only that fits."""
        imprints = self._archives()
        if imprints is None:
            return None
        alone = stamp.kind is TimestampKind.REFS_ONLY
        fixed = imprints.references(algorithm, alone=alone)
        if fixed == _expected(stamp, self._limits):
            return fixed
        stored = imprints.references(algorithm, alone=alone, stored=True)
        return stored if stored == _expected(stamp, self._limits) else fixed

    def _archives(self) -> ArchiveImprints | None:
        if self._imprints is None:
            try:
                self._imprints = ArchiveImprints(self._signed, self._signer, self._content, work=self._work)
            except DerError:
                return None
        return self._imprints

    def _archive(self, stamp: Stamp, every: list[Stamp]) -> TimestampFacts:
        if stamp.signed is None:
            make = warning if stamp.problem == "CMS_LIMIT" else error
            return unread_token(stamp.id, stamp.kind, make(stamp.problem, stamp.id))
        imprints = self._archives()
        covered = Covered()
        if imprints is not None and stamp.info is not None:
            if stamp.oid == oids.ARCHIVE_TIMESTAMP_V3:
                covered = imprints.v3(stamp.signed, stamp.info, stamp.id)
            elif stamp.oid == oids.ARCHIVE_TIMESTAMP_V2:
                covered = imprints.v2(stamp.info, stamp.id, left_out=self._later(stamp, every))
        facts = token_facts(stamp.signed, id=stamp.id, kind=stamp.kind, imprint_of=lambda name: covered.imprint)
        if covered.imprint is None:
            return replace(facts, findings=(*facts.findings, *covered.findings))
        return replace(
            facts,
            covers=(self._id, *self._named(covered, every)),
            protects=self._protects(covered),
            findings=(*facts.findings, *covered.findings),
        )

    def _later(self, stamp: Stamp, every: list[Stamp]) -> frozenset[tuple[int, int]]:
        """Return the places of archive time-stamps that are not older than one (TS 101 733 6.4.1)."""
        return frozenset(
            item.place
            for item in every
            if item.oid in _ARCHIVES and (item.time is None or stamp.time is None or item.time >= stamp.time)
        )

    def _named(self, covered: Covered, every: list[Stamp]) -> Iterator[str]:
        for item in every:
            if item.place in covered.values or (item.place[0] < 0 and item.kind is TimestampKind.CONTENT):
                yield item.id
        number = 0
        for place, (oid, values) in enumerate(self._signer.unsigned_attributes):
            for value in range(len(values) if oid == oids.COUNTER_SIGNATURE else 0):
                number += 1
                if (place, value) in covered.values:
                    yield f"{self._id}.C{number}"

    def _protects(self, covered: Covered) -> frozenset[bytes]:
        """Return the SHA-256 of every object that an archive time-stamp names."""
        objects = [
            item.der
            for place, (oid, values) in enumerate(self._signer.unsigned_attributes)
            for number, value in enumerate(values)
            if (place, number) in covered.values
            for item in listed_in(oid, value)
        ]
        if covered.bags is None:
            every = carried(self._signed, None, origin=Origin.SIGNATURE)
            objects += [item.der for item in every]
        else:
            objects += covered.bags
        return frozenset(hashlib.sha256(der).digest() for der in objects)


def _expected(stamp: Stamp, limits: Limits) -> bytes | None:
    if stamp.info is None and not stamp.problem:
        _read(stamp, limits)
    return stamp.info.imprint if stamp.info is not None else None
