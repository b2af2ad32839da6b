"""The options of a signature, written down once: their types for callers, their defaults, and what they come to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, TypedDict

from edoc.api_sign.format_settings import Statement, make_statement
from edoc.api_sign.permits import make_permits
from edoc.api_sign.settings import Material, Services, Settings, make_services, make_settings
from edoc.drivers.output import Durability
from edoc.formats.writing import SignaturePolicy
from edoc.pki.certificate import Certificate
from edoc.sign.request import SubFilter

if TYPE_CHECKING:
    from edoc.drivers.stamping import Authorities
    from edoc.net.policy import FetchPolicy
    from edoc.trust.store import TrustStore


class SigningOptions(TypedDict, total=False):
    """What a signature says and looks like; what each option means stands with `edoc.Signer`."""

    level: str
    digest: str | None
    pss: bool
    sub_filter: str
    signing_time: datetime | None
    name: str | None
    reason: str | None
    location: str | None
    contact_info: str | None
    certify: str | None
    lock: str | None
    lock_fields: Iterable[str]
    lock_permission: str | None
    validation_data: Iterable[Material]
    allow_invalid_certificate: bool
    format: str | None
    packaging: str | None
    countersign: str | None
    signature_policy: SignaturePolicy | None
    commitments: Sequence[str]
    roles: Sequence[str]
    serialization: str | None
    payload_encoding: str | None
    inner: str | None
    parent: str | None
    elements: Sequence[str]
    media_types: Mapping[str, str]


class SignerOptions(SigningOptions, total=False):
    """`SigningOptions`, and the services that a signer asks."""

    tsa: Authorities | None
    online: bool | FetchPolicy
    trust: TrustStore | None
    content_timestamp: bool
    durability: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """The options with their defaults."""

    level: str = "B-B"
    digest: str | None = None
    pss: bool = False
    sub_filter: str = SubFilter.CADES.value
    signing_time: datetime | None = None
    name: str | None = None
    reason: str | None = None
    location: str | None = None
    contact_info: str | None = None
    certify: str | None = None
    lock: str | None = None
    lock_fields: Iterable[str] = ()
    lock_permission: str | None = None
    validation_data: Iterable[Material] = ()
    allow_invalid_certificate: bool = False
    format: str | None = None
    packaging: str | None = None
    countersign: str | None = None
    signature_policy: SignaturePolicy | None = None
    commitments: Sequence[str] = ()
    roles: Sequence[str] = ()
    serialization: str | None = None
    payload_encoding: str | None = None
    inner: str | None = None
    parent: str | None = None
    elements: Sequence[str] = ()
    media_types: Mapping[str, str] = field(default_factory=dict)
    tsa: Authorities | None = None
    online: bool | FetchPolicy = False
    trust: TrustStore | None = None
    content_timestamp: bool = False
    durability: str = Durability.DOCUMENT.value

    def statement(self) -> Statement:
        """Return what the signer states; raises `ConfigError` for what cannot be."""
        return make_statement(
            format=self.format,
            packaging=self.packaging,
            countersign=self.countersign,
            signature_policy=self.signature_policy,
            commitments=self.commitments,
            roles=self.roles,
            location=self.location,
            content_timestamp=self.content_timestamp,
            serialization=self.serialization,
            payload_encoding=self.payload_encoding,
            inner=self.inner,
            parent=self.parent,
            elements=self.elements,
            media_types=self.media_types,
        )

    def settings(self, chain: tuple[Certificate, ...]) -> Settings:
        """Return what is done for every document; raises `ConfigError` or `KeyAccessError` for what cannot be used."""
        permits = make_permits(
            certify=self.certify, lock=self.lock, lock_fields=self.lock_fields, lock_permission=self.lock_permission
        )
        return make_settings(
            chain,
            level=self.level,
            digest=self.digest,
            pss=self.pss,
            sub_filter=self.sub_filter,
            signing_time=self.signing_time,
            claims=(self.name, self.reason, self.location, self.contact_info),
            validation_data=self.validation_data,
            allow_invalid_certificate=self.allow_invalid_certificate,
            statement=self.statement(),
            permits=permits,
        )

    def services(self, settings: Settings) -> Services:
        """Return where the ingredients of the level come from; raises `ConfigError` when one was not named."""
        return make_services(
            settings.level,
            tsa=self.tsa,
            validation_data=self.validation_data,
            trust=self.trust,
            online=self.online,
            time=settings.signing_time,
            statement=settings.statement,
        )
