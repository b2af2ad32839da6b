"""A line of workers around one key: they prepare and finish, this process signs, results keep their order."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import BrokenExecutor, Executor, Future
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from edoc.api_sign import Signer, SignResult
from edoc.api_sign.settings import Services, Settings
from edoc.api_sign.two_steps import finish_any, prepare_any, read_draft, with_documents
from edoc.bulk import BulkResult, internal
from edoc.bulk.sign_field import Field
from edoc.drivers.files import Source, input_name, open_document
from edoc.drivers.output import Durability, Target, open_output, refuse_place
from edoc.errors import EdocError, KeyAccessError
from edoc.facts.document import Document
from edoc.facts.signature import SignatureAlgorithm
from edoc.sign.checks import Check

_AHEAD = 64
"""Documents on each side of the key: enough for a few dozen workers, few enough to hold their drafts."""

_NONE = Services(source=None, collector=None, time=None)
"""B-B needs no service; the levels above it are signed without workers."""

Portable = str | bytes | Document
"""A document as a worker may get it: the path that it reads itself, or octets."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """Where a worker puts the signed document; without a path it hands the octets back."""

    path: str | None
    source: str | None
    overwrite: bool
    durability: Durability
    password: str | None = field(repr=False)


class _Prepared(NamedTuple):
    """A draft on its way through this process: what the key needs, and the whole as octets."""

    octets: bytes
    algorithm: SignatureAlgorithm
    draft: bytes


@dataclass(slots=True, kw_only=True)
class _Job:
    name: str
    document: Portable = b""
    target: Target = None
    prepared: Future[_Prepared] | None = None
    finished: Future[tuple[Check, bytes | None]] | None = None
    problem: EdocError | None = None


def _prepare(document: Portable, settings: Settings, field: Field) -> _Prepared:
    opened = open_document(document).opened_with(field.password)
    draft = prepare_any((opened,), settings, field=(field.name, field.at))
    return _Prepared(draft.octets, draft.algorithm, draft.to_bytes(with_document=False))


def _finish(draft: bytes, value: bytes, document: Portable, place: _Place) -> tuple[Check, bytes | None]:
    whole = with_documents(read_draft(draft), (open_document(document),), password=place.password)
    overwrite, durability = place.overwrite, place.durability
    with open_output(place.path, overwrite=overwrite, source=place.source, durability=durability) as output:
        result = finish_any(whole, value, place=output, services=_NONE)
    return result.check, bytes(result.document.data[:]) if place.path is None else None


class Line:
    """One batch under way."""

    def __init__(
        self,
        executor: Executor,
        signer: Signer,
        *,
        naming: Callable[[Source], Target],
        overwrite: bool,
        field: Field,
    ) -> None:
        self._executor = executor
        self._key, self._settings, self._durability = signer._parts()
        self._naming = naming
        self._overwrite = overwrite
        self._field = field
        self._locked: KeyAccessError | None = None

    def run(self, inputs: Iterable[Source]) -> Iterator[BulkResult]:
        """Yield a result for each input, in input order."""
        source = iter(inputs)
        preparing: deque[_Job] = deque()
        finishing: deque[_Job] = deque()
        while True:
            preparing.extend(self._prepare(item) for item in islice(source, _AHEAD - len(preparing)))
            if not preparing and not finishing:
                return
            if preparing and len(finishing) < _AHEAD:
                finishing.append(self._sign(preparing.popleft()))
            elif finishing:
                yield self._result(finishing.popleft())

    def _prepare(self, item: Source) -> _Job:
        job = _Job(name=input_name(item))
        try:
            self._refuse_locked()
            job.target = self._naming(item)
            job.document = _portable(item)
            place = self._place(job)
            if place.path is not None:
                # Asked before the key is: what cannot be written is not signed.
                refuse_place(place.path, overwrite=place.overwrite, source=place.source)
            job.prepared = self._executor.submit(_prepare, job.document, self._settings, self._field)
        except Exception as problem:  # noqa: BLE001 - the boundary of a batch, as in all steps below
            job.problem = _error(problem, job.name)
        return job

    def _place(self, job: _Job) -> _Place:
        path = os.fspath(job.target) if isinstance(job.target, str | os.PathLike) and job.target != "-" else None
        return _Place(
            path=path,
            source=job.document if isinstance(job.document, str) else None,
            overwrite=self._overwrite,
            durability=self._durability,
            password=self._field.password,
        )

    def _sign(self, job: _Job) -> _Job:
        if job.prepared is None:
            return job
        try:
            prepared = job.prepared.result()
            self._refuse_locked()
            value = self._value(prepared)
            job.finished = self._executor.submit(_finish, prepared.draft, value, job.document, self._place(job))
        except Exception as problem:  # noqa: BLE001
            job.problem = _error(problem, job.name)
        return job

    def _value(self, prepared: _Prepared) -> bytes:
        try:
            return self._key.sign(prepared.octets, prepared.algorithm)
        except KeyAccessError as problem:
            self._locked = problem
            raise

    def _refuse_locked(self) -> None:
        if self._locked is not None:
            raise self._locked

    def _result(self, job: _Job) -> BulkResult:
        if job.finished is None:
            return BulkResult(input=job.name, error=job.problem)
        try:
            check, data = job.finished.result()
            return BulkResult(input=job.name, result=_handed_back(job, check, data))
        except Exception as problem:  # noqa: BLE001
            return BulkResult(input=job.name, error=_error(problem, job.name))


def _handed_back(job: _Job, check: Check, data: bytes | None) -> SignResult:
    if data is None:
        assert isinstance(job.target, str | os.PathLike)
        return SignResult(output=Path(job.target), document=open_document(job.target), check=check)
    with open_output(job.target) as output:
        output.write(data)
        output.commit()
    name = os.path.basename(job.name)
    return SignResult(output=None, document=Document.from_bytes(data, name=name), check=check)


def _portable(source: Source) -> Portable:
    """A path stays a path, so that the worker reads it; what only this process can read is read here."""
    if isinstance(source, str | os.PathLike) and os.fspath(source) != "-":
        return os.fspath(source)
    opened = open_document(source)
    return Document.from_bytes(bytes(opened.data[:]), name=opened.name)


def _error(problem: Exception, name: str) -> EdocError:
    if isinstance(problem, BrokenExecutor):
        return EdocError("WORKER_DIED", subject=name)
    return problem if isinstance(problem, EdocError) else internal(problem, name)
