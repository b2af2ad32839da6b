"""Proofs of existence: which object existed at which times, and what a time-stamp proves (EN 319 102-1 5.6.2.3)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from datetime import datetime

from edoc.facts.findings import Finding
from edoc.facts.material import EmbeddedObject, MaterialKind
from edoc.facts.signature import (
    DocumentFacts,
    EvidenceFacts,
    EvidenceReach,
    SignatureFacts,
    TimestampFacts,
    TimestampKind,
)
from edoc.pki.algorithms import digest_of
from edoc.pki.ocsp import OcspResponse
from edoc.verify.context import Context, KnownProof


class Proofs:
    """When objects are proved to have existed; everything at hand exists now.

    Objects are named by the SHA-256 of their DER, signatures and tokens by that of the signature value.
    """

    def __init__(self, *, now: datetime, known: Iterable[KnownProof] = ()) -> None:
        self.now = now
        self._times: dict[bytes, set[datetime]] = {}
        for item in known:
            self.add(item.sha256, item.time)

    def branch(self) -> Proofs:
        """Return a copy, for what is only assumed until it has turned out to be true."""
        made = Proofs(now=self.now)
        made._times = {key: set(times) for key, times in self._times.items()}
        return made

    def add(self, key: bytes, time: datetime) -> None:
        """Note that an object existed at a time; one that lies ahead proves nothing yet."""
        if time <= self.now:
            self._times.setdefault(key, set()).add(time)

    def proven(self, key: bytes) -> datetime | None:
        """Return the earliest time proved, null when only the present shows the object."""
        return min(self._times.get(key, ()), default=None)

    def earliest(self, key: bytes) -> datetime:
        """Return the earliest time at which an object is known to have existed: now, if nothing proves more."""
        return self.proven(key) or self.now

    def within(self, key: bytes, first: datetime, last: datetime) -> bool:
        """Tell whether an object is proved to have existed at a time between two."""
        return any(first <= time <= last for time in (*self._times.get(key, ()), self.now))


def signature_key(facts: SignatureFacts) -> bytes:
    """Return the name of a signature or of a token's own signature among the proofs."""
    return hashlib.sha256(facts.signature_value or facts.id.encode()).digest()


class Inventory:
    """What the time-stamps of one document stand over; every object is digested once."""

    def __init__(self, document: DocumentFacts, *, context: Context) -> None:
        self._document = document
        self._context = context
        self._keys: dict[int, tuple[bytes, ...]] = {}

    def protected(self, token: TimestampFacts, bearer: SignatureFacts | None) -> Iterator[bytes]:
        """Yield what an intact token proves to have existed at its time (5.6.2.3.4); never itself or what came later.

        A token over a signature value proves that value, the certificate that its signed reference names and
        the content time-stamps; a token of the document proves every octet before it.
        """
        if token.kind is TimestampKind.CONTENT:
            return
        if token.kind is TimestampKind.SIGNATURE:
            if bearer is not None:
                yield signature_key(bearer)
                yield from self._referenced(bearer)
                for other in bearer.timestamps:
                    if other.kind is TimestampKind.CONTENT:
                        yield from self._token(other)
            return
        if bearer is not None:
            yield from self._within(token, bearer)
        else:
            yield from self._before(token)
        if token.protects:
            yield from self._listed(token, bearer)

    def carried_by(self, token: TimestampFacts) -> Iterator[bytes]:
        """Yield the keys of a token and of all that it carries."""
        return self._token(token)

    def archived(self, record: EvidenceFacts, bearer: SignatureFacts | None) -> Iterator[bytes]:
        """Yield what a valid evidence record proves to have existed when its first time-stamp was made."""
        if record.reach is EvidenceReach.DOCUMENT:
            for item in self._document.signatures:
                yield from self._signature(item)
            for stamp in self._document.timestamps:
                yield from self._token(stamp)
            for one in self._document.material:
                yield from self._object(one)
        elif record.reach is EvidenceReach.FILES:
            for item in self._document.signatures:
                if item.id in record.covers:
                    yield from self._signature(item)
            for stamp in self._document.timestamps:
                if stamp.id in record.covers:
                    yield from self._token(stamp)
        elif record.reach is EvidenceReach.PARTS:
            for item in (bearer,) if bearer is not None else self._document.signatures:
                yield from self._within(record, item)
            yield from self._listed(record, bearer)

    def _within(self, token: TimestampFacts | EvidenceFacts, bearer: SignatureFacts) -> Iterator[bytes]:
        """Yield what a later time-stamp of a signature stands over: the signature, its parts named in `covers`."""
        if bearer.id in token.covers:
            yield signature_key(bearer)
            yield from self._referenced(bearer)
        for other in bearer.timestamps:
            if other.id in token.covers and other.id != token.id:
                yield from self._token(other)
        for counter in bearer.counter_signatures:
            if counter.id in token.covers:
                yield from self._signature(counter)

    def _before(self, token: TimestampFacts) -> Iterator[bytes]:
        """Yield what a time-stamp of the document stands over: everything of the signatures and tokens it names."""
        for item in self._document.signatures:
            if covers_signature(token, item):
                yield from self._signature(item)
        for stamp in self._document.timestamps:
            if stamp.id in token.covers and stamp.id != token.id and _under(stamp.token.covered_until, token):
                yield from self._token(stamp)
        end = token.token.covered_until
        for one in self._document.material:
            if one.end is not None and end is not None and one.end <= end:
                yield from self._object(one)

    def _listed(self, token: TimestampFacts | EvidenceFacts, bearer: SignatureFacts | None) -> Iterator[bytes]:
        """Yield the objects that a time-stamp names by their digests, as far as they are there."""
        bearers = (bearer,) if bearer is not None else self._document.signatures
        places = [self._document.material]
        for item in bearers:
            places += [item.material, *(stamp.token.material for stamp in item.timestamps)]
        for one in {id(one): one for place in places for one in place}.values():
            if hashlib.sha256(one.der).digest() in token.protects:
                yield from self._object(one)

    def _signature(self, facts: SignatureFacts) -> Iterator[bytes]:
        yield signature_key(facts)
        for item in facts.material:
            yield from self._object(item)
        for token in facts.timestamps:
            yield from self._token(token)
        for counter in facts.counter_signatures:
            yield from self._signature(counter)

    def _token(self, token: TimestampFacts) -> Iterator[bytes]:
        yield signature_key(token.token)
        for item in token.token.material:
            yield from self._object(item)

    def _object(self, item: EmbeddedObject) -> tuple[bytes, ...]:
        known = self._keys.get(id(item))
        if known is None:
            # The document holds its objects as long as this lives: their identities stay their own.
            loaded = self._context.load(item)
            known = () if isinstance(loaded, Finding) else (loaded.sha256,)
            if isinstance(loaded, OcspResponse):
                known = (*known, *(certificate.sha256 for certificate in loaded.certificates))
            self._keys[id(item)] = known
        return known

    def _referenced(self, bearer: SignatureFacts) -> Iterator[bytes]:
        # Step 4: a digest stands for its object as long as nobody can make another object for it.
        for reference in bearer.certificate_references[:1]:
            if self._context.policy.suite.digest(reference.digest_algorithm).until <= self._context.time:
                continue
            for item in bearer.material:
                if item.kind is MaterialKind.CERTIFICATE and digest_of(reference.digest_algorithm, item.der) == reference.digest:
                    yield from self._object(item)


def covers_signature(token: TimestampFacts, signature: SignatureFacts) -> bool:
    """Tell whether a time-stamp of the document stands over a signature."""
    return signature.id in token.covers and _under(signature.covered_until, token)


def _under(end: int | None, token: TimestampFacts) -> bool:
    if token.kind is TimestampKind.CONTAINER:
        # Whole files are covered, or not: what the token names needs no offsets.
        return True
    own = token.token.covered_until
    return end is not None and own is not None and end < own
