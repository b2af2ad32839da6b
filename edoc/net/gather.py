"""Answers to wants: which address to ask in which way, and what was found or why nothing was."""

from __future__ import annotations

import asyncio
import hashlib
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from weakref import WeakValueDictionary

from edoc.errors import FetchError
from edoc.facts.findings import Finding, info
from edoc.net import ocsp
from edoc.net.address import shown
from edoc.net.answers import read_certificates, read_list, read_response
from edoc.net.cache import AnswerCache, CacheKey
from edoc.net.fetch import OWN_REFUSALS, Budget, Fetcher
from edoc.net.policy import FetchKind
from edoc.net.transport import Request
from edoc.pki.certificate import Certificate, CertificateError
from edoc.pki.crl import RevocationList
from edoc.pki.ocsp import OcspResponse
from edoc.result.enums import WantKind
from edoc.result.report import Want
from edoc.verify.context import Unavailable

KINDS = {WantKind.CRL: FetchKind.CRL, WantKind.OCSP: FetchKind.OCSP, WantKind.ISSUER: FetchKind.ISSUER}
"""What can be fetched; a time-stamp cannot be had for the past, an original is nowhere on the net."""

_LASTING = frozenset({
    "FETCH_TIMEOUT", "FETCH_UNREACHABLE", "FETCH_BROKEN", "FETCH_NAME_UNKNOWN", "FETCH_TLS_FAILED", "FETCH_STATUS",
    "FETCH_TOO_LARGE", "FETCH_ENCODED", "FETCH_REDIRECTS", "FETCH_REDIRECT_REFUSED", "FETCH_POST_REDIRECTED",
})  # fmt: skip
"""Failures of an address that will be the same a second later."""
_NOBODY_ASKED = OWN_REFUSALS | {"OCSP_ISSUER_UNKNOWN"}
_NO_SUCH_METHOD = frozenset({"404", "405", "501"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One want as it is to be asked: `fresh` when what is kept did not help."""

    want: Want
    fresh: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came of a question: pieces of validation data, or why there are none."""

    question: Question
    certificates: tuple[Certificate, ...] = ()
    crls: tuple[RevocationList, ...] = ()
    ocsps: tuple[OcspResponse, ...] = ()
    kept: bool = False
    """Whether it was kept from before."""
    young: bool = False
    """Whether it was kept for so short a time that asking again would bring the same."""
    unavailable: Unavailable | None = None
    notes: tuple[Finding, ...] = ()
    """What the report should tell about how it was found."""


class Gatherer:
    """Answers questions over the network, within a policy; used on the background loop."""

    def __init__(self, fetcher: Fetcher, *, now: Callable[[], datetime]) -> None:
        self._fetcher = fetcher
        self._now = now
        self._limits = fetcher.policy.limits
        self._cache = AnswerCache(fetcher.policy.cache, longest=self._limits.cache_octets)
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    def budget(self) -> Budget:
        """Return a new budget for one document."""
        return self._fetcher.budget()

    async def gather(self, questions: tuple[Question, ...], budget: Budget) -> tuple[Answer, ...]:
        """Return an answer to every question, in their order; asked side by side."""
        return tuple(await asyncio.gather(*(self._answer(item, budget) for item in questions)))

    async def _answer(self, question: Question, budget: Budget) -> Answer:
        want = question.want
        kind = KINDS[want.kind]
        if not self._fetcher.policy.allows(kind):
            params = {"kind": kind.value, "name": want.subject}
            return _nothing(question, FetchError("FETCH_KIND_NOT_ALLOWED", params=params))
        try:
            certificate = Certificate.load(want.certificate or b"")
        except CertificateError:
            return _nothing(question, _no_address(kind, want))
        last, asked = _no_address(kind, want), False
        for url in tuple(dict.fromkeys(want.uris))[: self._limits.certificate_urls]:
            try:
                return await self._ask(kind, url, question, certificate, budget)
            except FetchError as problem:
                last, asked = problem, asked or problem.code not in _NOBODY_ASKED
        return _nothing(question, last, asked=asked)

    async def _ask(
        self, kind: FetchKind, url: str, question: Question, certificate: Certificate, budget: Budget
    ) -> Answer:
        key = _key(kind, url, question.want, certificate)
        # Certificates of one authority name one list: the second waits for what the first brings.
        lock = self._locks.setdefault(key.name, asyncio.Lock())
        async with _turn(lock, budget, url):
            if not question.fresh:
                kept = await self._kept(key, question, certificate)
                if kept is not None:
                    return kept
                failed = self._cache.failure(kind.value, url)
                if failed is not None:
                    raise failed
            try:
                return await _WAYS[kind](self, key, question, certificate, budget)
            except FetchError as problem:
                if problem.code in _LASTING:
                    self._cache.failed(kind.value, url, problem)
                raise

    async def _kept(self, key: CacheKey, question: Question, certificate: Certificate) -> Answer | None:
        data = self._cache.get(key, now=self._now())
        if data is None:
            return None
        answer = Answer(question=question, kept=True, young=self._cache.is_young(key))
        try:
            if key.kind == FetchKind.CRL.value:
                return replace(answer, crls=(await asyncio.to_thread(read_list, data, key.url),))
            if key.kind == FetchKind.ISSUER.value:
                return replace(answer, certificates=read_certificates(data, key.url))
            ocsp.check_answer(data, certificate, nonce=None, url=key.url)
            return replace(answer, ocsps=(read_response(data, key.url),))
        except FetchError:
            return None

    def _keep(self, key: CacheKey, data: bytes, until: datetime | None) -> None:
        now = self._now()
        latest = now + timedelta(seconds=self._limits.cache_seconds)
        if until is not None and until > now:
            self._cache.put(key, data, until=min(until, latest))

    async def _list(self, key: CacheKey, question: Question, certificate: Certificate, budget: Budget) -> Answer:
        data = await self._fetcher.fetch(key.url, self._get(FetchKind.CRL), budget)
        # A large list takes seconds to read, and this loop serves others meanwhile.
        crl = await asyncio.to_thread(read_list, data, key.url)
        self._keep(key, data, crl.next_update)
        return Answer(question=question, crls=(crl,))

    async def _issuer(self, key: CacheKey, question: Question, certificate: Certificate, budget: Budget) -> Answer:
        data = await self._fetcher.fetch(key.url, self._get(FetchKind.ISSUER), budget)
        found = read_certificates(data, key.url)
        self._keep(key, data, max(item.not_after for item in found))
        return Answer(question=question, certificates=found)

    async def _status(self, key: CacheKey, question: Question, certificate: Certificate, budget: Budget) -> Answer:
        nonce = secrets.token_bytes(ocsp.NONCE_OCTETS)
        try:
            body = ocsp.ocsp_request(certificate, question.want.issuer_spki or b"", nonce=nonce)
        except ValueError as problem:
            raise FetchError("OCSP_ISSUER_UNKNOWN", subject=certificate.subject.rfc4514()) from problem
        data = await self._post_or_get(key.url, body, budget)
        until = ocsp.check_answer(data, certificate, nonce=nonce, url=key.url)
        found = read_response(data, key.url)
        self._keep(key, data, until)
        name = certificate.subject.rfc4514()
        notes = () if ocsp.echoes(data, nonce) else (info("OCSP_NONCE_ABSENT", shown(key.url), name=name),)
        return Answer(question=question, ocsps=(found,), notes=notes)

    async def _post_or_get(self, url: str, body: bytes, budget: Budget) -> bytes:
        longest = self._limits.octets(FetchKind.OCSP)
        try:
            request = Request(body=body, longest=longest, headers={"Content-Type": ocsp.MEDIA_TYPE})
            return await self._fetcher.fetch(url, request, budget)
        except FetchError as problem:
            address = ocsp.get_address(url, body)
            if problem.params.get("status") not in _NO_SUCH_METHOD or address is None:
                raise
        return await self._fetcher.fetch(address, self._get(FetchKind.OCSP), budget)

    def _get(self, kind: FetchKind) -> Request:
        return Request(longest=self._limits.octets(kind))


_Way = Callable[[Gatherer, CacheKey, Question, Certificate, Budget], Awaitable[Answer]]
_WAYS: dict[FetchKind, _Way] = {
    FetchKind.CRL: Gatherer._list,
    FetchKind.OCSP: Gatherer._status,
    FetchKind.ISSUER: Gatherer._issuer,
}


def _key(kind: FetchKind, url: str, want: Want, certificate: Certificate) -> CacheKey:
    issuer = hashlib.sha256(want.issuer_spki).digest() if want.issuer_spki is not None else b""
    serial = certificate.serial_number if kind is FetchKind.OCSP else None
    return CacheKey(kind=kind.value, url=url, issuer_key=issuer, serial=serial)


@asynccontextmanager
async def _turn(lock: asyncio.Lock, budget: Budget, url: str) -> AsyncIterator[None]:
    """Hold a lock, waiting for it no longer than the document has time."""
    try:
        async with asyncio.timeout(budget.seconds):
            await lock.acquire()
    except TimeoutError as problem:
        raise FetchError("FETCH_TIMEOUT", subject=shown(url)) from problem
    try:
        yield
    finally:
        lock.release()


def _no_address(kind: FetchKind, want: Want) -> FetchError:
    return FetchError("FETCH_NO_ADDRESS", params={"kind": kind.value, "name": want.subject})


def _nothing(question: Question, problem: FetchError, *, asked: bool = False) -> Answer:
    want = question.want
    params = {**problem.params, "name": want.subject}
    subject = params.pop("subject") or want.subject
    missing = Unavailable(
        kind=want.kind,
        subject=want.subject,
        reason="unreachable" if asked else "not_asked",
        finding=info(problem.code, subject, **params),
    )
    return Answer(question=question, unavailable=missing)
