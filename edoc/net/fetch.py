"""Fetching under the rules: every hop is read, resolved once, checked, and only then asked."""

from __future__ import annotations

import asyncio
import time
import weakref
from dataclasses import replace

from edoc.errors import FetchError
from edoc.net.address import Target, check_addresses, check_port, read_url, redirected, shown
from edoc.net.policy import FetchLimits, FetchPolicy
from edoc.net.transport import Request, Resolver, Response, Web, resolve, start, system_resolver

_REDIRECTS = frozenset({301, 302, 303, 307, 308})

OWN_REFUSALS = frozenset({
    "FETCH_URL_UNREADABLE", "FETCH_SCHEME_UNSUPPORTED", "FETCH_URL_USERINFO", "FETCH_HOST_NUMERIC",
    "FETCH_PORT_REFUSED", "FETCH_ADDRESS_PRIVATE", "FETCH_REDIRECT_DOWNGRADE", "FETCH_BUDGET",
})  # fmt: skip
"""Codes under which nobody was asked: the rules here forbid it."""


class Budget:
    """What one document may still ask for: addresses and time."""

    def __init__(self, limits: FetchLimits) -> None:
        self._limits = limits
        self._until = time.monotonic() + limits.document_seconds
        self._urls = 0

    @property
    def seconds(self) -> float:
        """How much time is left for one answer."""
        return max(0.0, min(self._limits.total_seconds, self._until - time.monotonic()))

    def spend(self, url: str) -> None:
        """Count an address; raises `FetchError` FETCH_BUDGET when too many were asked or time is up."""
        self._urls += 1
        if self._urls > self._limits.document_urls or self.seconds == 0:
            params = {"urls": str(self._limits.document_urls), "seconds": f"{self._limits.document_seconds:g}"}
            raise FetchError("FETCH_BUDGET", subject=shown(url), params=params)


class Fetcher:
    """Fetches what a policy allows; thread-safe, keeps connections open between questions.

    `resolver` gives the addresses of a host name; the system's by default.
    """

    def __init__(self, policy: FetchPolicy, *, resolver: Resolver = system_resolver) -> None:
        self.policy = policy
        self._named = policy.named()
        self._resolver = resolver
        self._web: Web | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    def budget(self) -> Budget:
        """Return a new budget for one document."""
        return Budget(self.policy.limits)

    async def fetch(self, url: str, request: Request, budget: Budget) -> bytes:
        """Return the body of the answer at an address; raises `FetchError` with the cause.

        Redirections are followed for GET only, three at most, each under the same rules.
        """
        try:
            async with asyncio.timeout(budget.seconds):
                return await self._follow(url, request, budget)
        except TimeoutError as problem:
            raise FetchError("FETCH_TIMEOUT", subject=shown(url)) from problem

    async def _follow(self, url: str, request: Request, budget: Budget) -> bytes:
        limits = self.policy.limits
        target = read_url(url, longest=limits.url_octets)
        request = replace(request, connect_seconds=limits.connect_seconds)
        answer: Response | None = None
        for _ in range(limits.redirects + 1):
            budget.spend(target.url)
            try:
                answer = await self._ask(target, request)
                if answer.status == 200:
                    return answer.body
                target = self._next(target, answer, request)
            except FetchError as problem:
                if answer is None or problem.code not in OWN_REFUSALS:
                    raise
                params = {"target": problem.subject, "cause": problem.code}
                raise FetchError("FETCH_REDIRECT_REFUSED", subject=shown(url), params=params) from problem
        raise FetchError("FETCH_REDIRECTS", subject=shown(url), params={"limit": str(limits.redirects)})

    async def _ask(self, target: Target, request: Request) -> Response:
        check_port(target, self._named)
        addresses = await resolve(target, self._resolver)
        check_addresses(target, addresses, self._named)
        return await self._connections().exchange(target, addresses, request)

    def _next(self, target: Target, answer: Response, request: Request) -> Target:
        """Return where an answer that is none sends us; raises `FetchError` when nowhere."""
        if answer.status not in _REDIRECTS or answer.location is None:
            raise FetchError("FETCH_STATUS", subject=shown(target.url), params={"status": str(answer.status)})
        if request.body is not None:
            # What was asked for is signed for the one who was asked, and may carry a password.
            raise FetchError("FETCH_POST_REDIRECTED", subject=shown(target.url))
        return redirected(target, answer.location, longest=self.policy.limits.url_octets)

    def _connections(self) -> Web:
        loop = asyncio.get_running_loop()
        if self._web is None or self._loop is not loop:
            self._loop = loop
            self._web = Web(host_connections=self.policy.limits.host_connections)
            weakref.finalize(self, _close, self._web).atexit = False
        return self._web


def _close(web: Web) -> None:
    start(web.close())
