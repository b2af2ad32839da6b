"""The one place where octets leave the process: a loop in a thread of its own, and one HTTP exchange on it.

Whoever waits, a thread or another loop, waits for a `Future` of this loop; so there is one transport
for both.  `httpx` is used below its client: no redirections, proxies, cookies or credentials of its own.
"""

from __future__ import annotations

import asyncio
import os
import socket
import ssl
import threading
from collections.abc import Callable, Coroutine, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import TypeVar
from weakref import WeakValueDictionary

import httpx

from edoc.errors import FetchError
from edoc.net.address import Target, literal, shown

T = TypeVar("T")

Resolver = Callable[[str, int], tuple[str, ...]]
"""Gives the addresses of a host, and may block; raises OSError when there are none."""

_HEAD = {"User-Agent": "edoc", "Accept-Encoding": "identity"}
_ATTEMPTS = 3
"""Addresses of one host that are tried."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What is asked: GET, or POST where there is a body.  `longest` is how many octets of answer are read."""

    longest: int
    body: bytes | None = field(default=None, repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    connect_seconds: float = 5.0
    tls: ssl.SSLContext | None = field(default=None, repr=False)
    """For a service with roots or a client certificate of its own; null for the public roots."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """Status, Location and body of an answer."""

    status: int
    location: str | None
    body: bytes = field(repr=False)


class _Background:
    """A loop in a daemon thread, made when first asked for; a forked process makes its own."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None

    def loop(self) -> asyncio.AbstractEventLoop:
        with self._lock:
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                threading.Thread(target=self._loop.run_forever, name="edoc-net", daemon=True).start()
            return self._loop


_BACKGROUND = _Background()
if hasattr(os, "register_at_fork"):
    # The thread does not live on in a forked process; its loop must not be waited for there.
    os.register_at_fork(after_in_child=_BACKGROUND.reset)


def start(work: Coroutine[object, object, T]) -> Future[T]:
    """Begin a piece of work on the loop; its result comes through the future."""
    return asyncio.run_coroutine_threadsafe(work, _BACKGROUND.loop())


def wait(work: Coroutine[object, object, T]) -> T:
    """Do a piece of work on the loop and block until it is done; whatever ends the waiting ends the work."""
    future = start(work)
    try:
        return future.result()
    except BaseException:
        future.cancel()
        raise


async def wait_async(work: Coroutine[object, object, T]) -> T:
    """As `wait`, for a caller on a loop of its own, which is not blocked."""
    return await asyncio.wrap_future(start(work))


def system_resolver(host: str, port: int) -> tuple[str, ...]:
    """Return the addresses of a host as the system knows them."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(str(item[4][0]) for item in found))


async def resolve(target: Target, resolver: Resolver) -> tuple[str, ...]:
    """Return the addresses of a target; raises `FetchError` FETCH_NAME_UNKNOWN."""
    number = literal(target.host)
    if number is not None:
        return (str(number),)
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[tuple[str, ...]] = loop.create_future()

    def tell(found: tuple[str, ...]) -> None:
        if not answer.done():
            answer.set_result(found)

    def ask() -> None:
        try:
            found = resolver(target.host, target.port)
        except (OSError, UnicodeError):
            found = ()
        loop.call_soon_threadsafe(tell, found)

    # A thread of its own, which nobody waits for at the end: some resolvers hang for minutes.
    threading.Thread(target=ask, name="edoc-resolve", daemon=True).start()
    found = await answer
    if not found:
        raise FetchError("FETCH_NAME_UNKNOWN", subject=shown(target.url), params={"host": target.host})
    return found


class Web:
    """Connections that are kept open for a while; used on the background loop only."""

    def __init__(self, *, host_connections: int) -> None:
        self._host_connections = host_connections
        self._transports: dict[tuple[object, ...], httpx.AsyncHTTPTransport] = {}
        # Hosts come from documents without end: a gate lives as long as somebody stands at it.
        self._gates: WeakValueDictionary[tuple[str, int], asyncio.Semaphore] = WeakValueDictionary()

    async def exchange(self, target: Target, addresses: tuple[str, ...], request: Request) -> Response:
        """Ask one of the checked addresses of a target; raises `FetchError` when no usable answer comes.

        The connection goes to the number that was checked; the name stays in Host and in TLS, so that a
        name server that changes its mind in between changes nothing.
        """
        gate = self._gates.setdefault(target.key, asyncio.Semaphore(self._host_connections))
        async with gate:
            for address in addresses[:_ATTEMPTS]:
                try:
                    return await self._exchange(target, address, request)
                except (httpx.ConnectError, httpx.ConnectTimeout) as problem:
                    last: Exception = problem
                except httpx.TimeoutException as problem:
                    raise _failed("FETCH_TIMEOUT", target) from problem
                except (httpx.TransportError, httpx.StreamError, OSError) as problem:
                    # Under TLS 1.3 a refusal may come after the handshake, and then as the bare error of `ssl`.
                    raise _failed("FETCH_TLS_FAILED" if _of_tls(problem) else "FETCH_BROKEN", target) from problem
        raise _failed(_connect_code(last), target) from last

    async def _exchange(self, target: Target, address: str, request: Request) -> Response:
        headers = {**_HEAD, **request.headers, "Host": target.authority}
        times = dict.fromkeys(("read", "write", "pool"), None) | {"connect": request.connect_seconds}
        asked = httpx.Request(
            "GET" if request.body is None else "POST",
            httpx.URL(scheme=target.scheme, host=address, port=target.port, raw_path=target.path.encode("ascii")),
            headers=headers,
            content=request.body,
            extensions={"timeout": times, "sni_hostname": target.host},
        )
        answer = await self._transport(target, request).handle_async_request(asked)
        try:
            body = await _read(answer, target, request.longest) if answer.status_code == 200 else b""
        finally:
            await answer.aclose()
        return Response(status=answer.status_code, location=answer.headers.get("location"), body=body)

    def _transport(self, target: Target, request: Request) -> httpx.AsyncHTTPTransport:
        # Over TLS a connection belongs to the name that was proved on it, not to the number behind it.
        key: tuple[object, ...] = ("http",) if target.scheme == "http" else (target.key, request.tls)
        known = self._transports.get(key)
        if known is None:
            tls = _no_tls() if target.scheme == "http" else request.tls or httpx.create_ssl_context(trust_env=False)
            limits = httpx.Limits(max_connections=64, max_keepalive_connections=8, keepalive_expiry=5.0)
            known = httpx.AsyncHTTPTransport(verify=tls, trust_env=False, limits=limits)
            if len(self._transports) >= _TRANSPORTS:
                self._transports.pop(next(iter(self._transports)))
            self._transports[key] = known
        return known

    async def close(self) -> None:
        """Close what is kept open."""
        kept, self._transports = tuple(self._transports.values()), {}
        for transport in kept:
            await transport.aclose()


_TRANSPORTS = 32
"""Services with TLS whose connections are kept."""


def _no_tls() -> ssl.SSLContext:
    """Return a context without any root: quick to make, and useless for anything but plain HTTP."""
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


async def _read(answer: httpx.Response, target: Target, longest: int) -> bytes:
    encoding = answer.headers.get("content-encoding", "identity").strip().lower()
    if encoding not in ("", "identity"):
        # Unpacking is how a few octets become many; nobody was asked for it.
        raise _failed("FETCH_ENCODED", target, encoding=encoding[:40])
    announced = answer.headers.get("content-length", "")
    if announced.isdecimal() and int(announced[:20]) > longest:
        raise _failed("FETCH_TOO_LARGE", target, limit=str(longest))
    body = bytearray()
    async for chunk in answer.aiter_raw():
        body += chunk
        if len(body) > longest:
            raise _failed("FETCH_TOO_LARGE", target, limit=str(longest))
    return bytes(body)


def _connect_code(problem: Exception) -> str:
    if isinstance(problem, httpx.ConnectTimeout):
        return "FETCH_TIMEOUT"
    return "FETCH_TLS_FAILED" if _of_tls(problem) else "FETCH_UNREACHABLE"


def _of_tls(problem: BaseException) -> bool:
    inner: BaseException | None = problem
    while inner is not None:
        if isinstance(inner, ssl.SSLError):
            return True
        inner = inner.__cause__ or inner.__context__
    return False


def _failed(code: str, target: Target, **params: str) -> FetchError:
    return FetchError(code, subject=shown(target.url), params=params)
