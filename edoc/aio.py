"""The same calls for programs with an event loop: nothing here blocks it.

    report = await edoc.aio.verify_document("ruling.pdf", trust=trust, online=True)

Names, arguments, results and errors are those of `edoc`.  What costs processor time goes to threads,
the network is waited for; a cancelled call stops fetching.  Needs `asyncio`.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Generator, Iterable, Iterator, Sequence
from concurrent.futures import Executor
from datetime import datetime
from functools import wraps
from os import PathLike
from typing import ParamSpec, TypeVar, Unpack

from edoc import api, api_sign
from edoc.api import Input, Original
from edoc.api_sign import SignResult
from edoc.api_sign.options import SignerOptions
from edoc.bulk import BulkResult
from edoc.bulk import sign as bulk_sign
from edoc.bulk import verify as bulk_verify
from edoc.drivers.files import Source
from edoc.drivers.output import Target
from edoc.facts.document import Document
from edoc.keys.key import Key
from edoc.net.policy import FetchPolicy
from edoc.pki.certificate import Certificate
from edoc.policy.model import Policy
from edoc.report.model import Report
from edoc.result.report import CertificateResult
from edoc.trust.store import TrustStore

__all__ = [
    "Signer",
    "Verifier",
    "extend_document",
    "finish_signature",
    "prepare_signature",
    "sign_document",
    "sign_many",
    "timestamp_document",
    "verify_certificate",
    "verify_document",
    "verify_many",
]

P = ParamSpec("P")
T = TypeVar("T")


def _in_thread(call: Callable[P, T]) -> Callable[P, Coroutine[object, object, T]]:
    """Return a call to be awaited that does the same in a thread."""

    @wraps(call)
    async def waiting(*args: P.args, **options: P.kwargs) -> T:
        return await asyncio.to_thread(call, *args, **options)

    return waiting


sign_document = _in_thread(api_sign.sign_document)
prepare_signature = _in_thread(api_sign.prepare_signature)
finish_signature = _in_thread(api_sign.finish_signature)
extend_document = _in_thread(api_sign.extend_document)
timestamp_document = _in_thread(api_sign.timestamp_document)
verify_certificate = _in_thread(api.verify_certificate)


class Verifier:
    """As `edoc.Verifier`, with calls to be awaited; immutable, pickles as its configuration."""

    __slots__ = ("_inner",)

    def __init__(
        self,
        *,
        trust: TrustStore | None = None,
        policy: str | PathLike[str] | Policy = "default",
        validation_data: Iterable[str | PathLike[str] | bytes | Document] = (),
        validation_time: datetime | None = None,
        online: bool | FetchPolicy = False,
        expect: str = "signature",
        signature_policies: Iterable[str | PathLike[str] | bytes | Document] = (),
    ) -> None:
        """Prepare a verifier; options and errors are those of `edoc.Verifier`."""
        self._inner = api.Verifier(
            trust=trust,
            policy=policy,
            validation_data=validation_data,
            validation_time=validation_time,
            online=online,
            expect=expect,
            signature_policies=signature_policies,
        )

    def rules(self) -> tuple[str, str]:
        """Return the digests of the policy and of the anchors, as every report of this verifier prints them."""
        return self._inner.rules()

    async def verify(self, document: Input, *, detached: Sequence[Original] = (), password: str | None = None) -> Report:
        """Return the report about a document; as `edoc.Verifier.verify`."""
        return await self.verify_at(document, at=None, detached=detached, password=password)

    async def verify_at(
        self, document: Input, *, at: datetime | None, detached: Sequence[Original] = (), password: str | None = None
    ) -> Report:
        """As `verify`, with the time that counts as now."""
        inner = self._inner
        if inner._network is None:
            return await asyncio.to_thread(inner.verify_at, document, at=at, detached=detached, password=password)
        inquiry = await asyncio.to_thread(inner._inquire, document, at=at, detached=detached, password=password)
        return await inner._network.report_async(inquiry, inner._data)

    async def verify_certificate(self, certificate: Certificate) -> CertificateResult:
        """Validate one certificate as a signer's (EN 319 102-1 5.2.6) at the verifier's time."""
        return await asyncio.to_thread(self._inner.verify_certificate, certificate)


async def verify_document(
    document: Input,
    *,
    trust: TrustStore | None = None,
    detached: Sequence[Original] = (),
    validation_data: Iterable[str | PathLike[str] | bytes | Document] = (),
    policy: str | PathLike[str] | Policy = "default",
    validation_time: datetime | None = None,
    online: bool | FetchPolicy = False,
    password: str | None = None,
    expect: str = "signature",
    signature_policies: Iterable[str | PathLike[str] | bytes | Document] = (),
) -> Report:
    """Verify one document and return the report; as `edoc.verify_document`."""
    # Anchors and validation data are read from files: in a thread.
    verifier = await asyncio.to_thread(
        Verifier,
        trust=trust,
        policy=policy,
        validation_data=validation_data,
        validation_time=validation_time,
        online=online,
        expect=expect,
        signature_policies=signature_policies,
    )
    return await verifier.verify(document, detached=detached, password=password)


class Signer:
    """As `edoc.Signer`, with calls to be awaited."""

    __slots__ = ("_inner",)

    def __init__(self, key: Key, **options: Unpack[SignerOptions]) -> None:
        """Prepare a signer; options and errors are those of `edoc.Signer`."""
        self._inner = api_sign.Signer(key, **options)

    def __repr__(self) -> str:
        return repr(self._inner)

    async def sign(
        self,
        document: Source | Sequence[Source],
        *,
        output: Target = None,
        overwrite: bool = False,
        field: str | None = None,
        page: int | None = None,
        box: Sequence[float] | None = None,
        password: str | None = None,
    ) -> SignResult:
        """Sign a document, check the result, and only then let it appear at its place; as `edoc.Signer.sign`."""
        return await asyncio.to_thread(
            self._inner.sign,
            document,
            output=output,
            overwrite=overwrite,
            field=field,
            page=page,
            box=box,
            password=password,
        )


def verify_many(
    inputs: Iterable[bulk_verify.Item],
    *,
    verifier: Verifier,
    executor: Executor | None = None,
    jobs: int | None = None,
    password: str | None = None,
) -> AsyncIterator[BulkResult]:
    """Verify many documents and yield a `BulkResult` for each, in input order; as `edoc.verify_many`."""
    inner = verifier._inner
    return _awaited(
        bulk_verify.verify_many(inputs, verifier=inner, executor=executor, jobs=jobs, password=password)
    )


def sign_many(
    inputs: Iterable[Source],
    *,
    signer: Signer,
    output_dir: str | PathLike[str] | None = None,
    output: bulk_sign.Naming | None = None,
    overwrite: bool = False,
    field: str | None = None,
    page: int | None = None,
    box: Sequence[float] | None = None,
    password: str | None = None,
    executor: Executor | None = None,
) -> AsyncIterator[BulkResult]:
    """Sign many documents and yield a `BulkResult` for each, in input order; as `edoc.sign_many`."""
    signed = bulk_sign.sign_many(
        inputs,
        signer=signer._inner,
        output_dir=output_dir,
        output=output,
        overwrite=overwrite,
        field=field,
        page=page,
        box=box,
        password=password,
        executor=executor,
    )
    return _awaited(signed)


async def _awaited(results: Iterator[BulkResult]) -> AsyncIterator[BulkResult]:
    try:
        while (result := await asyncio.to_thread(next, results, None)) is not None:
            yield result
    finally:
        if isinstance(results, Generator):
            # Ends the worker processes also when the caller has seen enough.
            await asyncio.to_thread(results.close)
