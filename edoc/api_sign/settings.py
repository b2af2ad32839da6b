"""What a signer is asked to do, checked once for all documents before any key is used."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from os import PathLike
from typing import TYPE_CHECKING

from edoc.api_sign.format_settings import Statement
from edoc.api_sign.permits import NO_PERMITS, Permits, refuse_pdf_only
from edoc.drivers.clock import now
from edoc.drivers.output import Durability
from edoc.drivers.stamping import timestamp_source, with_hosts
from edoc.errors import ConfigError, InputError
from edoc.facts.document import Document
from edoc.formats.cms_write import SignerTemplate
from edoc.formats.pdf.append_write import is_text
from edoc.formats.writing import Packaging, SignatureOrder
from edoc.pki.certificate import Certificate
from edoc.sign.algorithm import choose_algorithm
from edoc.sign.certificate import refuse_outside_validity, refuse_revoked
from edoc.sign.choice import choose
from edoc.sign.formats import Format
from edoc.sign.request import NOWHERE, FieldLock, FieldPlace, Level, Permission, SignatureRequest, SubFilter
from edoc.sign.step import template_of
from edoc.sign.timestamp import TimestampSource

if TYPE_CHECKING:
    from edoc.drivers.collect import Collector
    from edoc.drivers.stamping import Authorities
    from edoc.net.policy import FetchPolicy
    from edoc.trust.store import TrustStore

Material = str | PathLike[str] | bytes | Document
"""Validation data as a path, bytes or a document."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What is done the same way for every document; holds no key and may travel to a worker."""

    template: SignerTemplate
    sub_filter: SubFilter
    level: Level
    signing_time: datetime | None
    claims: tuple[str | None, str | None, str | None, str | None]
    """Name, reason, location, contact information."""
    allow_invalid_certificate: bool
    chain: tuple[Certificate, ...] = field(repr=False)
    statement: Statement
    certify: Permission | None = None
    lock: FieldLock | None = None
    attributes: tuple[bytes, ...] = field(default=(), repr=False)
    """Signed attributes of a CMS that say what the signer states, for PDF."""

    def format_for(self, documents: Sequence[Document], *, field: str | None, place: FieldPlace = NOWHERE) -> Format:
        """Return the format for some documents.

        Raises `ConfigError` SIGN_OPTION_FORMAT or SIGN_OPTION_PDF_ONLY for an option that it does not know,
        SIGN_ONE_DOCUMENT for several where it signs one, `InputError` EMPTY_DOCUMENT.
        """
        format = self.statement.format_for(documents)
        if len(documents) == 1 and documents[0].size == 0:
            raise InputError("EMPTY_DOCUMENT", subject=documents[0].name)
        if format is not Format.PADES:
            refuse_pdf_only(self.request(field, place=place), kind=format.value)
        foreign = self.statement.foreign_to_pdf() if format is Format.PADES else self.statement.foreign_to(format)
        for option, value in foreign.items():
            if value is not None:
                raise ConfigError("SIGN_OPTION_FORMAT", subject=option, params={"format": format.value})
        if format is Format.PADES and len(documents) > 1:
            raise ConfigError("SIGN_ONE_DOCUMENT", subject=format.value, params={"count": str(len(documents))})
        return format

    def request(self, field: str | None, *, place: FieldPlace = NOWHERE) -> SignatureRequest:
        """Return what is asked for one document; refuses a certificate that is not valid at its time."""
        time = (self.signing_time or now()).replace(microsecond=0)
        if not self.allow_invalid_certificate:
            refuse_outside_validity(self.chain[0], time=time)
        name, reason, location, contact_info = self.claims
        return SignatureRequest(
            signing_time=time,
            sub_filter=self.sub_filter,
            field=field,
            name=name,
            reason=reason,
            location=location,
            contact_info=contact_info,
            certify=self.certify,
            lock=self.lock,
            place=place,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """Where time-stamps and validation data come from; either may be absent."""

    source: TimestampSource | None
    collector: Collector | None
    time: datetime | None
    """What counts as now; null follows the clock."""

    def moment(self) -> datetime:
        """Return the time as of which the status of certificates is asked for."""
        return self.time or now()


def make_settings(
    chain: tuple[Certificate, ...],
    *,
    level: str,
    digest: str | None,
    pss: bool,
    sub_filter: str,
    signing_time: datetime | None,
    claims: tuple[str | None, str | None, str | None, str | None],
    validation_data: Iterable[Material],
    allow_invalid_certificate: bool,
    statement: Statement,
    permits: Permits = NO_PERMITS,
) -> Settings:
    """Return the settings; raises `ConfigError` or `KeyAccessError` for what cannot be used."""
    if signing_time is not None and signing_time.tzinfo is None:
        raise ValueError("signing_time must be an aware datetime")
    wanted = level_of(level)
    for claim in claims:
        if claim is not None and not is_text(claim):
            raise ConfigError("SIGN_TEXT_UNREADABLE", subject=ascii(claim))
    material = tuple(validation_data)
    if material and not allow_invalid_certificate:
        # Loaded here: most signatures are made without such data, and need no CRL reader.
        from edoc.drivers.material import load_validation_data

        data = load_validation_data(material)
        refuse_revoked(chain, crls=data.crls, others=data.certificates)
    algorithm = choose_algorithm(chain[0].spki_der, digest=digest, pss=pss)
    return Settings(
        template=template_of(tuple(item.der for item in chain), algorithm),
        sub_filter=choose(SubFilter, sub_filter, "SIGN_SUB_FILTER_UNKNOWN"),
        level=wanted,
        signing_time=signing_time.astimezone(UTC) if signing_time is not None else None,
        claims=claims,
        allow_invalid_certificate=allow_invalid_certificate,
        chain=chain,
        statement=statement,
        attributes=_attributes(statement, claims),
        certify=permits.certify,
        lock=permits.lock,
    )


def _attributes(statement: Statement, claims: tuple[str | None, str | None, str | None, str | None]) -> tuple[bytes, ...]:
    """Return what a PDF signature states inside its CMS; where it was made its dictionary says (EN 319 142-1 6.3)."""
    if statement.format not in (None, Format.PADES) or not statement.states_something:
        return ()
    if claims[1] is not None and (statement.policy is not None or statement.commitments):
        # EN 319 142-1 6.3 d, e: the entry Reason and these attributes exclude each other.
        raise ConfigError("SIGN_REASON_AND_COMMITMENT", subject=claims[1])
    from edoc.formats.cades.attributes import claim_attributes

    order = SignatureOrder(
        signing_time=datetime.min.replace(tzinfo=UTC),
        packaging=Packaging.DETACHED,
        policy=statement.policy,
        commitments=statement.commitments,
        roles=statement.roles,
    )
    return claim_attributes(order, name="")


def make_services(
    level: Level,
    *,
    tsa: Authorities | None,
    validation_data: Iterable[Material],
    trust: TrustStore | None,
    online: bool | FetchPolicy,
    time: datetime | None,
    statement: Statement,
) -> Services:
    """Return where a level's ingredients come from; raises `ConfigError` when one that it needs was not named."""
    tsa = tsa if tsa is None or isinstance(tsa, str) or not isinstance(tsa, Iterable) else tuple(tsa)
    source = timestamp_source(tsa)
    if source is None and (level is not Level.B_B or statement.content_timestamp):
        raise ConfigError("SIGN_TSA_NEEDED", subject=level.value)
    if level is Level.B_B:
        if source is not None and not statement.content_timestamp:
            raise ConfigError("SIGN_TSA_NOT_USED", subject=str(tsa))
        return Services(source=source, collector=None, time=time)
    return Services(
        source=source,
        collector=(
            make_collector(validation_data, trust=trust, online=with_hosts(online, tsa)) if level in ARCHIVED else None
        ),
        time=time,
    )


ARCHIVED = (Level.B_LT, Level.B_LTA)
"""Levels with validation data."""


def make_collector(
    validation_data: Iterable[Material], *, trust: TrustStore | None, online: bool | FetchPolicy
) -> Collector:
    """Return a collector over some data; the network is only loaded where it may be used."""
    from edoc.drivers.collect import Collector
    from edoc.drivers.material import load_validation_data

    return Collector(load_validation_data(tuple(validation_data)), trust=trust, online=online)


def level_of(name: str) -> Level:
    """Return a level by its name; `ConfigError` SIGN_LEVEL_UNKNOWN."""
    return choose(Level, name, "SIGN_LEVEL_UNKNOWN")


def durability_of(name: str) -> Durability:
    """Return a durability by its name; `ConfigError` SIGN_DURABILITY_UNKNOWN."""
    return choose(Durability, name, "SIGN_DURABILITY_UNKNOWN")
