"""The time-stamp client (RFC 3161): ask, check, try again when it may help, go on to the next authority."""

from __future__ import annotations

import asyncio
import base64
import secrets
import ssl
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import httpx

from edoc.errors import ConfigError, FetchError
from edoc.net.address import read_url, shown
from edoc.net.fetch import Budget, Fetcher
from edoc.net.policy import FetchKind, FetchLimits, FetchPolicy
from edoc.net.transport import Request, Resolver, system_resolver, wait, wait_async
from edoc.net.tsa_check import Asked, TimeStamp, check_token
from edoc.net.tsa_wire import REQUEST_TYPE, RESPONSE_TYPE, TimeStampResponse, read_response, time_stamp_request
from edoc.pki.algorithms import digest_size
from edoc.pki.der import DerError

DIGESTS = ("sha256", "sha384", "sha512")
"""Digests that a time-stamp is asked for."""
_CONNECTIONS = 8
"""Requests to one authority at a time: whoever names it signs there, perhaps with many threads."""
_NONCE_BITS = 63
"""What every authority can take as a positive INTEGER of eight octets."""
_TRY_AGAIN = frozenset({408, 425, 429, 500, 502, 503, 504})
_NOT_LET_IN = frozenset({401, 403, 407})
_TEMPORARY = frozenset({"timeNotAvailable", "systemFailure"})
_NETWORK = frozenset({"FETCH_TIMEOUT", "FETCH_UNREACHABLE", "FETCH_BROKEN", "FETCH_NAME_UNKNOWN"})


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeStampService:
    """One time-stamping authority: its address, and what it wants from its customers.

    `policy` is the dotted identifier of the policy to ask for.  Either `username` and `password` or
    `bearer` go into the Authorization field; `client_certificate` and `client_key` are PEM files for TLS,
    `tls_roots` is a PEM file of the roots that its TLS certificate must chain to (null: the public ones).
    Raises `ConfigError` TSA_URL_UNUSABLE, TSA_POLICY_UNREADABLE, TSA_CREDENTIALS_TWICE,
    TSA_CREDENTIALS_UNUSABLE, or TSA_CREDENTIALS_IN_CLEAR when they would travel over plain HTTP.
    """

    url: str
    policy: str | None = None
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    bearer: str | None = field(default=None, repr=False)
    client_certificate: str | None = None
    client_key: str | None = None
    tls_roots: str | None = None

    def __post_init__(self) -> None:
        try:
            target = read_url(self.url)
        except FetchError as problem:
            raise ConfigError("TSA_URL_UNUSABLE", subject=shown(self.url), params={"cause": problem.code}) from problem
        if self.bearer is not None and self.username is not None:
            raise ConfigError("TSA_CREDENTIALS_TWICE", subject=shown(self.url))
        if not _sendable(self.bearer or "") or ":" in (self.username or ""):
            raise ConfigError("TSA_CREDENTIALS_UNUSABLE", subject=shown(self.url))
        secret = self.bearer is not None or self.username is not None or self.client_certificate is not None
        if secret and target.scheme == "http":
            raise ConfigError("TSA_CREDENTIALS_IN_CLEAR", subject=shown(self.url))
        if self.policy is not None:
            _dotted(self.policy, self.url)

    def headers(self) -> Mapping[str, str]:
        """Return the fields of a request."""
        fixed = {"Content-Type": REQUEST_TYPE, "Accept": RESPONSE_TYPE}
        if self.bearer is not None:
            return {**fixed, "Authorization": f"Bearer {self.bearer}"}
        if self.username is not None:
            pair = f"{self.username}:{self.password or ''}".encode()
            return {**fixed, "Authorization": f"Basic {base64.b64encode(pair).decode()}"}
        return fixed

    def tls(self) -> ssl.SSLContext | None:
        """Return the TLS set-up of this service, null for the usual one; raises `ConfigError` TSA_TLS_UNUSABLE."""
        if self.client_certificate is None and self.tls_roots is None:
            return None
        try:
            if self.tls_roots is None:
                context = httpx.create_ssl_context(trust_env=False)
            else:
                context = ssl.create_default_context(cafile=self.tls_roots)
            if self.client_certificate is not None:
                context.load_cert_chain(self.client_certificate, self.client_key)
        except (OSError, ValueError) as problem:
            raise ConfigError("TSA_TLS_UNUSABLE", subject=shown(self.url)) from problem
        return context


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How often one authority is asked, and how long the pauses are."""

    attempts: int = 3
    pause_seconds: float = 0.5
    """Before the second attempt; doubled each time."""


class TimeStampClient:
    """Gets time-stamps from the first of some authorities that gives a good one; thread-safe.

    Naming an authority permits its host, private or not (design section 3.1).
    """

    def __init__(
        self,
        services: str | TimeStampService | Iterable[str | TimeStampService],
        *,
        limits: FetchLimits | None = None,
        patience: Patience | None = None,
        resolver: Resolver = system_resolver,
    ) -> None:
        """Take the authorities in the order in which they are asked; raises `ConfigError` for what cannot be used."""
        if isinstance(services, str | TimeStampService):
            services = (services,)
        named = tuple(TimeStampService(url=item) if isinstance(item, str) else item for item in services)
        if not named:
            raise ConfigError("TSA_NOT_NAMED", subject="tsa")
        self._services = tuple((item, item.tls()) for item in named)
        hosts = [read_url(item.url) for item in named]
        policy = FetchPolicy(
            kinds=(FetchKind.TSA,),
            hosts=[f"[{item.host}]:{item.port}" if ":" in item.host else f"{item.host}:{item.port}" for item in hosts],
            limits=limits or FetchLimits(host_connections=_CONNECTIONS),
        )
        self._fetcher = Fetcher(policy, resolver=resolver)
        self._patience = patience or Patience()

    def stamp(self, digest: bytes, *, algorithm: str = "sha256") -> TimeStamp:
        """Return a checked time-stamp over a digest; `algorithm` is `sha256`, `sha384` or `sha512`.

        Raises `FetchError` with the cause of the last authority, TSA_NONE_ANSWERED where several were
        asked, and `ValueError` for a digest that does not fit its algorithm.
        """
        return wait(self._stamp(digest, algorithm))

    def timestamp(self, digest: bytes, *, algorithm: str = "sha256") -> bytes:
        """Return only the token (DER ContentInfo) of `stamp`: what signing asks for."""
        return self.stamp(digest, algorithm=algorithm).token

    async def stamp_async(self, digest: bytes, *, algorithm: str = "sha256") -> TimeStamp:
        """As `stamp`, without blocking the caller's loop."""
        return await wait_async(self._stamp(digest, algorithm))

    async def _stamp(self, digest: bytes, algorithm: str) -> TimeStamp:
        if algorithm not in DIGESTS or len(digest) != digest_size(algorithm):
            raise ValueError(f"no {algorithm} digest to be time-stamped")
        problems: list[FetchError] = []
        for service, tls in self._services:
            try:
                return await self._patiently(service, tls, digest, algorithm)
            except FetchError as problem:
                problems.append(problem)
        if len(problems) == 1:
            raise problems[0]
        causes = "; ".join(f"{item.subject}: {item.code}" for item in problems)
        raise FetchError("TSA_NONE_ANSWERED", subject=problems[0].subject, params={"causes": causes}) from problems[0]

    async def _patiently(
        self, service: TimeStampService, tls: ssl.SSLContext | None, digest: bytes, algorithm: str
    ) -> TimeStamp:
        budget = self._fetcher.budget()
        for attempt in range(self._patience.attempts):
            # A new nonce each time: an answer that comes late is not taken for the one to this request.
            nonce = secrets.randbits(_NONCE_BITS) | 1 << (_NONCE_BITS - 1)
            asked = Asked(digest=digest, algorithm=algorithm, nonce=nonce, policy=service.policy)
            try:
                return await self._once(service, tls, asked, budget)
            except _MayPassError as problem:
                if attempt + 1 == self._patience.attempts or not budget.seconds:
                    raise FetchError(problem.code, subject=problem.subject, params=problem.params) from problem
                await asyncio.sleep(min(self._patience.pause_seconds * 2**attempt, budget.seconds))
        raise AssertionError("at least one attempt is made")

    async def _once(
        self, service: TimeStampService, tls: ssl.SSLContext | None, asked: Asked, budget: Budget
    ) -> TimeStamp:
        body = time_stamp_request(asked.digest, algorithm=asked.algorithm, nonce=asked.nonce, policy=asked.policy)
        longest = self._fetcher.policy.limits.octets(FetchKind.TSA)
        request = Request(body=body, longest=longest, headers=service.headers(), tls=tls)
        url = shown(service.url)
        try:
            answer = await self._fetcher.fetch(service.url, request, budget)
        except FetchError as problem:
            raise _of_network(problem, url) from problem
        try:
            response = read_response(answer)
        except DerError as problem:
            raise FetchError("TSA_ANSWER_UNREADABLE", subject=url) from problem
        if response.token is None:
            raise _of_authority(response, url)
        return check_token(response.token, asked=asked, url=url)


class _MayPassError(FetchError):
    """A failure that another attempt may not meet."""


def _of_network(problem: FetchError, url: str) -> FetchError:
    status = int(problem.params.get("status", "0"))
    if status in _NOT_LET_IN:
        return FetchError("TSA_CREDENTIALS_REFUSED", subject=url, params={"status": str(status)})
    kind = _MayPassError if problem.code in _NETWORK or status in _TRY_AGAIN else FetchError
    cause = f"{problem.code} {status}" if status else problem.code
    return kind("TSA_UNREACHABLE", subject=url, params={"cause": cause})


def _of_authority(response: TimeStampResponse, url: str) -> FetchError:
    reasons = ", ".join((*response.failures, *([response.text] if response.text else [])))
    temporary = response.status == "waiting" or bool(_TEMPORARY & set(response.failures))
    kind = _MayPassError if temporary else FetchError
    return kind("TSA_REFUSED", subject=url, params={"status": response.status, "reason": reasons or "-"})


def _sendable(token: str) -> bool:
    """RFC 6750 2.1: a token is printable ASCII without spaces."""
    return all("!" <= char <= "~" for char in token)


def _dotted(policy: str, url: str) -> None:
    arcs = policy.split(".")
    plain = len(policy) <= 128 and len(arcs) > 1 and all(arc.isdecimal() and arc.isascii() for arc in arcs)
    if not plain or int(arcs[0]) > 2 or (int(arcs[0]) < 2 and int(arcs[1]) > 39):
        raise ConfigError("TSA_POLICY_UNREADABLE", subject=policy, params={"url": shown(url)})
