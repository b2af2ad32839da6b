"""Time-stamps for a caller's `tsa=`: addresses to fall back on, or a source of the caller's own."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from edoc.errors import ConfigError
from edoc.sign.timestamp import TimestampSource

if TYPE_CHECKING:
    from edoc.net.policy import FetchPolicy
    from edoc.net.tsa import TimeStampService

    Authorities = str | TimeStampService | TimestampSource | Iterable[str | TimeStampService]
    """What `tsa=` takes: addresses of authorities in the order in which they are asked, or a source of one's own."""


class _Checked:
    """A source of the caller's own; what it gives is checked like the answer of an authority."""

    def __init__(self, source: TimestampSource) -> None:
        self._source = source

    def timestamp(self, digest: bytes, *, algorithm: str = "sha256") -> bytes:
        """Return a token; raises `FetchError` for one that is of no use."""
        from edoc.net.tsa_check import Asked, check_token

        token = self._source.timestamp(digest, algorithm=algorithm)
        asked = Asked(digest=digest, algorithm=algorithm, nonce=None, policy=None)
        return check_token(token, asked=asked, url=type(self._source).__name__).token


def timestamp_source(
    tsa: Authorities | None,
) -> TimestampSource | None:
    """Return where time-stamps come from; null when nothing was named.

    Raises `ConfigError` for an address that cannot be used.
    """
    if tsa is None:
        return None
    if isinstance(tsa, TimestampSource):
        return _Checked(tsa)
    # Loaded here: who signs without a time-stamp needs no HTTP.
    from edoc.net.tsa import TimeStampClient, TimeStampService

    if isinstance(tsa, str | TimeStampService):
        return TimeStampClient(tsa)
    if isinstance(tsa, Iterable):
        services = tuple(tsa)
        return TimeStampClient(services) if services else None
    raise ConfigError("SIGN_TSA_UNUSABLE", subject=type(tsa).__name__)


def with_hosts(online: bool | FetchPolicy, tsa: Authorities | None) -> bool | FetchPolicy:
    """Return a permission to fetch that covers the hosts of the authorities: naming one permits its host.

    A practice PKI or an agency's own answers for everything at one private address.
    """
    if online is False or tsa is None or isinstance(tsa, TimestampSource):
        return online
    from edoc.net.address import read_url
    from edoc.net.policy import FetchPolicy
    from edoc.net.tsa import TimeStampService

    services = (tsa,) if isinstance(tsa, str | TimeStampService) else tsa
    targets = [read_url(item if isinstance(item, str) else item.url) for item in services]
    named = [f"[{item.host}]:{item.port}" if ":" in item.host else f"{item.host}:{item.port}" for item in targets]
    policy = FetchPolicy() if online is True else online
    return replace(policy, hosts=(*policy.hosts, *named))
