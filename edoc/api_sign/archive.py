"""What is added behind a signature, in order: validation data, then a time-stamp over everything."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import count

from edoc.api_sign.growing import Growing
from edoc.api_sign.work import Room
from edoc.drivers.chains import Subject
from edoc.drivers.collect import Collected, Collector, Missing
from edoc.errors import ConfigError, EdocError, FetchError, InputError, KeyAccessError
from edoc.facts.material import EmbeddedObject, MaterialKind
from edoc.facts.signature import DocumentFacts, SignatureFacts, TimestampFacts, TimestampKind
from edoc.formats.pdf.read import read_pdf
from edoc.formats.tst import timestamp_facts
from edoc.pki.certificate import Certificate, CertificateError
from edoc.pki.crl import CrlError, RevocationList
from edoc.pki.ocsp import OcspError, OcspResponse
from edoc.sign.archive import add_validation_data, plan_timestamp, put_timestamp
from edoc.sign.checks import signers_of
from edoc.sign.step import Done, RoomError
from edoc.sign.timestamp import TimestampSource
from edoc.trust.store import Purpose
from edoc.verify.context import ValidationData
from edoc.verify.identify import identify


@dataclass(slots=True, kw_only=True)
class Archivist:
    """Adds validation data and document time-stamps to a growing document."""

    growing: Growing
    source: TimestampSource | None
    collector: Collector
    room: Room
    time: datetime
    objects: tuple[tuple[MaterialKind, bytes], ...] = field(default=(), repr=False)
    """Everything that was put into the store, or was there already."""

    def store(self) -> None:
        """Add the status of every certificate that the document rests on.

        Raises `FetchError` or `ConfigError` when the status of one cannot be had.
        """
        facts = read_pdf(self.growing.document(), sha256=b"")
        found = subjects(facts, time=self.time)
        self._store(self.collector.collect(found, carried=carried_by(facts), stored=stored_in(facts)))

    def store_for(self, done: Done) -> None:
        """As `store`, for a document that was just signed; what can be had about earlier signers is taken along.

        The first signature of a document need not be read again.
        """
        chain = tuple(Certificate.load(der) for der in done.draft.certificates)
        token = timestamp_facts(done.timestamp, id="T1", kind=TimestampKind.SIGNATURE, imprint_of=lambda name: None).token
        found = (
            Subject(certificate=chain[0], purpose=Purpose.SIGNER, time=self.time),
            subject_of(token, later=[], purpose=Purpose.TSA, time=self.time),
        )
        carried = (*chain, *signers_of(token))
        if not done.draft.appended.earlier_signatures:
            self._store(self.collector.collect(found, carried=carried))
            return
        facts = read_pdf(self.growing.document(), sha256=b"")
        others = (replace(item, required=False) for item in _readable(facts, time=self.time))
        self._store(
            self.collector.collect((*others, *found), carried=(*carried, *carried_by(facts)), stored=stored_in(facts))
        )

    def _store(self, collected: Collected) -> None:
        refuse_missing(collected.missing, online=self.collector.online)
        self.objects = collected.objects
        tail = add_validation_data(self.growing.document(), collected.objects)
        if tail:
            self.growing.append(tail)

    def stamp(self) -> None:
        """Add a document time-stamp; raises `FetchError` when there is none to be had."""
        assert self.source is not None
        stamp(self.growing, self.source, self.room)


def stamp(growing: Growing, source: TimestampSource, room: Room) -> None:
    """Add a document time-stamp over everything that is there; raises `FetchError` when there is none to be had."""
    document = growing.document()
    for attempt in count(1):
        draft = plan_timestamp(document, room=room.octets)
        algorithm, digest = draft.imprint()
        token = source.timestamp(digest, algorithm=algorithm)
        try:
            tail = put_timestamp(draft, token)
        except RoomError as problem:
            # Another update, and another imprint: nothing was handed over yet.
            room.grow(problem.octets, attempt=attempt)
            continue
        growing.append(tail)
        return


def subjects(facts: DocumentFacts, *, time: datetime) -> tuple[Subject, ...]:
    """Return the certificates of the signers and time-stamping authorities of a document.

    Raises `InputError` EXTEND_SIGNATURE_UNREADABLE for a signature whose signer cannot be told.
    """
    found = []
    for signature in facts.signatures:
        own = [*signature.timestamps, *facts.timestamps]
        found.append(subject_of(_with(signature, facts), later=_over(signature.id, own), purpose=Purpose.SIGNER, time=time))
        found += [
            subject_of(_with(item.token, facts), later=_over(item.id, own), purpose=Purpose.TSA, time=time)
            for item in signature.timestamps
        ]
    for item in facts.timestamps:
        later = _over(item.id, facts.timestamps)
        found.append(subject_of(_with(item.token, facts), later=later, purpose=Purpose.TSA, time=time))
    return tuple(found)


def _over(id: str, stamps: Iterable[TimestampFacts]) -> list[TimestampFacts]:
    """Return the time-stamps that seal something: one over a value alone leaves the data beside it open."""
    return [item for item in stamps if id in item.covers and item.kind is not TimestampKind.SIGNATURE]


def _readable(facts: DocumentFacts, *, time: datetime) -> tuple[Subject, ...]:
    try:
        return subjects(facts, time=time)
    except InputError:
        # Who signs after somebody unknown does not answer for that.
        return ()


def _with(own: SignatureFacts, facts: DocumentFacts) -> SignatureFacts:
    """Return a signature with the store's certificates at hand: a token need not carry its own."""
    return replace(own, material=(*own.material, *facts.material)) if facts.material else own


def subject_of(
    facts: SignatureFacts, *, later: list[TimestampFacts], purpose: Purpose, time: datetime
) -> Subject:
    """Return whose status must be known for a signature or token; `later` are the time-stamps that stand over it.

    Raises `InputError` EXTEND_SIGNATURE_UNREADABLE when the signer cannot be told.
    """
    certificate = identify(facts, signers_of(facts)).certificate
    if certificate is None:
        raise InputError("EXTEND_SIGNATURE_UNREADABLE", subject=facts.name or facts.id)
    sealed = min((item.gen_time for item in later if item.gen_time is not None), default=None)
    # What an authority says about a certificate that has expired since is what it said while it was valid.
    moment = sealed or min(time, certificate.not_after)
    return Subject(certificate=certificate, purpose=purpose, time=moment, sealed=moment < time)


def refuse_missing(missing: Iterable[Missing], *, online: bool) -> None:
    """Raise the error for the first certificate whose status could not be had."""
    for item in missing:
        name = item.certificate.subject.rfc4514()
        raise _error(item, name, online=online)


def _error(item: Missing, name: str, *, online: bool) -> EdocError:
    if item.untrusted:
        return ConfigError("SIGN_CHAIN_UNTRUSTED", subject=name)
    if online:
        return FetchError("SIGN_STATUS_UNREACHABLE", subject=name, params={"why": item.why or "-"})
    return ConfigError("SIGN_STATUS_MISSING", subject=name, params={"issuer": item.certificate.issuer.rfc4514()})


def carried_by(facts: DocumentFacts) -> list[Certificate]:
    """Return every certificate inside the signatures and time-stamps of a document."""
    tokens = [stamp.token for stamp in facts.timestamps]
    tokens += [stamp.token for item in facts.signatures for stamp in item.timestamps]
    return [certificate for item in (*facts.signatures, *tokens) for certificate in signers_of(item)]


def stored_in(facts: DocumentFacts) -> ValidationData:
    """Return what the store of a document holds, and the revocation data inside its signatures."""
    inside = [item for signature in facts.signatures for item in signature.material]
    certificates: list[Certificate] = []
    crls: list[RevocationList] = []
    ocsps: list[OcspResponse] = []
    for item in (*facts.material, *inside):
        try:
            _sort(item, certificates, crls, ocsps)
        except (CertificateError, CrlError, OcspError):
            # What cannot be read helps nobody; it stays in the document as it is.
            continue
    return ValidationData(certificates=tuple(certificates), crls=tuple(crls), ocsps=tuple(ocsps))


def _sort(
    item: EmbeddedObject, certificates: list[Certificate], crls: list[RevocationList], ocsps: list[OcspResponse]
) -> None:
    if item.kind is MaterialKind.CERTIFICATE:
        certificates.append(Certificate.load(item.der))
    elif item.kind is MaterialKind.CRL:
        crls.append(RevocationList.load(item.der))
    else:
        ocsps.append(OcspResponse.load(item.der))


def before_signing(
    collector: Collector, chain: tuple[Certificate, ...], *, time: datetime, allow_revoked: bool
) -> None:
    """Raise before any key is used when the status of a signer's chain is bad, or cannot be had.

    `KeyAccessError` SIGNER_CERTIFICATE_REVOKED unless `allow_revoked`; else as `Archivist.store`.
    """
    subject = Subject(certificate=chain[0], purpose=Purpose.SIGNER, time=time)
    collected = collector.collect((subject,), carried=chain)
    for item in () if allow_revoked else collected.revoked:
        date = item.status.revocation_time if item.status is not None else None
        params = {"date": date.isoformat() if date is not None else "-", "crl": item.certificate.issuer.rfc4514()}
        raise KeyAccessError("SIGNER_CERTIFICATE_REVOKED", subject=item.certificate.subject.rfc4514(), params=params)
    refuse_missing(collected.missing, online=collector.online)
