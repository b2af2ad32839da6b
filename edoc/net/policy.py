"""What may be fetched, and from where: the caller's permission, as plain data (design section 3.1)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import Enum

from edoc.errors import ConfigError, FetchError
from edoc.net.address import named_host


class FetchKind(Enum):
    """What is fetched; the words of `FetchPolicy(kinds=...)`."""

    CRL = "crl"
    OCSP = "ocsp"
    ISSUER = "issuer"
    """An issuer's certificate, from the address that a certificate names (caIssuers)."""
    TSA = "tsa"


DEFAULT_KINDS = (FetchKind.OCSP, FetchKind.CRL, FetchKind.TSA)
"""An issuer's certificate is asked for before anything vouches for the address: only when said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchLimits:
    """What fetching for one document may cost at most (trust.md 6)."""

    url_octets: int = 2048
    """Longest address that is followed."""
    redirects: int = 3
    """Redirections followed for one answer, each checked like the first address; none for what is posted."""
    connect_seconds: float = 5.0
    """Until a connection stands."""
    total_seconds: float = 15.0
    """For one answer, from looking up the name to the last octet: a slow sender does not hold a document up."""
    document_seconds: float = 30.0
    """For everything that one document asks for."""
    document_urls: int = 50
    """Addresses asked for one document, redirections among them."""
    certificate_urls: int = 5
    """Addresses asked for one certificate."""
    host_connections: int = 2
    """Questions to one host at a time."""
    ocsp_octets: int = 64 << 10
    """An OCSP response has some kilobytes."""
    tsa_octets: int = 1 << 20
    """A time-stamp carries a few certificates, of post-quantum keys too."""
    issuer_octets: int = 1 << 20
    """A bundle of certificates; a single one is read up to 64 KiB."""
    crl_octets: int = 64 << 20
    """The largest national lists have some tens of megabytes."""
    cache_seconds: float = 86_400.0
    """How long an answer is used again at most, whatever it says: what was revoked yesterday is known today."""
    cache_octets: int = 256 << 20
    """What a folder of answers may hold; the oldest leave first."""

    def octets(self, kind: FetchKind) -> int:
        """Return how long an answer of a kind may be."""
        return {
            FetchKind.CRL: self.crl_octets,
            FetchKind.OCSP: self.ocsp_octets,
            FetchKind.ISSUER: self.issuer_octets,
            FetchKind.TSA: self.tsa_octets,
        }[kind]


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchPolicy:
    """Permission to use the network: which kinds of data, and which private hosts besides the public ones.

    `kinds` are words (`crl`, `ocsp`, `issuer`, `tsa`) or `FetchKind`s: of those that would answer the same
    question the first is asked first, the next only if it did not help.  `hosts` are `HOST:PORT` of private
    or loopback services, or of public ones at an unusual port; `cache` is a folder that keeps answers as
    long as they say they hold, null for none.  Raises `ConfigError` FETCH_KIND_UNKNOWN or FETCH_HOST_UNREADABLE.
    """

    kinds: Iterable[str | FetchKind] = DEFAULT_KINDS
    hosts: Iterable[str] = ()
    cache: str | None = None
    limits: FetchLimits = field(default_factory=FetchLimits)

    def __post_init__(self) -> None:
        kinds = (self.kinds,) if isinstance(self.kinds, str) else self.kinds
        hosts = (self.hosts,) if isinstance(self.hosts, str) else self.hosts
        object.__setattr__(self, "kinds", tuple(dict.fromkeys(_kind(item) for item in kinds)))
        object.__setattr__(self, "hosts", tuple(dict.fromkeys(_host(item) for item in hosts)))

    def allows(self, kind: FetchKind) -> bool:
        """Tell whether a kind of data may be fetched."""
        return kind in tuple(self.kinds)

    def named(self) -> frozenset[tuple[str, int]]:
        """Return the (host, port) pairs that the caller named."""
        return frozenset(named_host(item) for item in self.hosts)


def _kind(item: str | FetchKind) -> FetchKind:
    try:
        return item if isinstance(item, FetchKind) else FetchKind(item)
    except ValueError as problem:
        params = {"known": ", ".join(kind.value for kind in FetchKind)}
        raise ConfigError("FETCH_KIND_UNKNOWN", subject=str(item), params=params) from problem


def _host(item: str) -> str:
    try:
        host, port = named_host(item)
    except (ValueError, FetchError) as problem:
        raise ConfigError("FETCH_HOST_UNREADABLE", subject=str(item)) from problem
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
