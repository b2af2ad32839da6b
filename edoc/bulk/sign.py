"""Many documents signed with one key: results in input order, one bad input never stops the rest."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor
from os import PathLike

from edoc.api_sign import Signer
from edoc.api_sign.permits import make_place
from edoc.bulk import BulkResult, internal
from edoc.bulk.sign_field import Field
from edoc.drivers.files import Source, input_name
from edoc.drivers.output import Target
from edoc.errors import ConfigError, EdocError, KeyAccessError
from edoc.facts.document import Document

Naming = Callable[[Source], Target]
"""Says where the signed form of an input goes."""


def sign_many(
    inputs: Iterable[Source],
    *,
    signer: Signer,
    output_dir: str | PathLike[str] | None = None,
    output: Naming | None = None,
    overwrite: bool = False,
    field: str | None = None,
    page: int | None = None,
    box: Sequence[float] | None = None,
    password: str | None = None,
    executor: Executor | None = None,
) -> Iterator[BulkResult]:
    """Sign many documents and yield a `BulkResult` for each, in input order.

    `output_dir` takes `NAME.signed.pdf` for each `NAME.pdf`, and what `Signer.output_name` says of others; `output` says the place of each input;
    neither keeps the signed documents in memory.  `executor` is any `concurrent.futures.Executor` whose
    workers can import edoc: they prepare and finish, and this process signs; without one, and above B-B,
    where the services that are asked answer this process, it does everything itself.  A key that fails
    is not asked again, because a card locks after a few wrong attempts: the remaining inputs get the
    same error; any other error costs only its own input.
    `field`, `page`, `box` and `password` are as in `Signer.sign`.  Raises `ConfigError` when both places are given.
    """
    if output_dir is not None and output is not None:
        raise ConfigError("OUTPUT_TWICE", subject=os.fspath(output_dir))
    naming = output or _naming(output_dir, signer)
    which = Field(name=field, at=make_place(page, box), password=password)
    if executor is None or signer._asks():
        return _run(inputs, signer, naming, overwrite=overwrite, field=which)
    from edoc.bulk.sign_workers import Line

    line = Line(executor, signer, naming=naming, overwrite=overwrite, field=which)
    return line.run(inputs)


def _run(
    inputs: Iterable[Source], signer: Signer, naming: Naming, *, overwrite: bool, field: Field
) -> Iterator[BulkResult]:
    locked: KeyAccessError | None = None
    for item in inputs:
        name = input_name(item)
        try:
            if locked is not None:
                raise locked
            target = naming(item)
            result = signer.sign(
                item,
                output=target,
                overwrite=overwrite,
                field=field.name,
                page=field.at.page,
                box=field.at.box,
                password=field.password,
            )
        except EdocError as problem:
            locked = problem if isinstance(problem, KeyAccessError) else locked
            yield BulkResult(input=name, error=problem)
        except Exception as problem:  # noqa: BLE001 - the boundary of a batch: a bug costs one input, and says so
            yield BulkResult(input=name, error=internal(problem, name))
        else:
            yield BulkResult(input=name, result=result)


def _naming(folder: str | PathLike[str] | None, signer: Signer) -> Naming:
    if folder is None:
        return lambda item: None
    place = os.fspath(folder)

    def name(item: Source) -> Target:
        if isinstance(item, str | PathLike | bytes | Document):
            return os.path.join(place, os.path.basename(signer.output_name(item)))
        # A stream is read once, when it is signed: only its name can tell.
        stem, extension = os.path.splitext(os.path.basename(input_name(item)))
        return os.path.join(place, f"{stem}.signed{extension or '.pdf'}")

    return name
