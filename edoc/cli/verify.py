"""`edoc verify`: the verdict about documents."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from edoc.cli import exits
from edoc.cli.beside import Beside, beside_of, beside_options
from edoc.cli.options import (
    HELP,
    LANGUAGE,
    ONLINE,
    ONLINE_HOST,
    OVERWRITE,
    SHEETS,
    moment,
    output_option,
    text_of,
    texts,
)
from edoc.cli.sources import inputs_of
from edoc.cli.talk import choose_language, complain

if TYPE_CHECKING:
    from edoc.api import Verifier
    from edoc.bulk import BulkResult
    from edoc.bulk.verify import Item
    from edoc.cli.answers import Answers, Manner
    from edoc.cli.law import LegalOrder
    from edoc.cli.pictures import Camera
    from edoc.trust import TrustStore


@click.command(context_settings=HELP)
@click.argument("files", metavar="FILE...", nargs=-1)
@click.option("--trust", metavar="PATH", multiple=True, help="CA certificates to trust: a file or a folder.")
@click.option("--detached", metavar="FILE", multiple=True, help="An original that the signature covers (one FILE only).")
@click.option("--validation-data", metavar="FILE", multiple=True, help="Certificates, revocation data, evidence records.")
@click.option("--signature-policy", metavar="FILE", multiple=True, help="The rules that a signature says it follows.")
@click.option("--policy", metavar="POLICY", default="default", show_default=True, help="default, integrity or a TOML file.")
@click.option("--at", metavar="TIME", help="Answer as if today were then, such as 2026-11-23T10:00:00Z.")
@ONLINE
@ONLINE_HOST
@click.option(
    "--expect",
    type=click.Choice(["signature", "timestamp"]),
    default="signature",
    show_default=True,
    help="What you came for; a document with time-stamps alone passes only as the second.",
)
@click.option("--signed-by", metavar="ID", help="The signer's serialNumber; another signer gives exit code 1.")
@click.option("--password", is_flag=True, help="Ask for the password of encrypted documents (or set EDOC_PASSWORD).")
@click.option("--password-file", metavar="PATH", help="Take that password from the first line of a file.")
@click.option(
    "--format",
    "kind",
    type=click.Choice(["text", "json", "jsonl", "html", "pdf"]),
    default="text",
    show_default=True,
    help="Text to read, one report, one report or error a line as soon as it is known, or a sheet to print and file (with pdf -o OUT, the report is in OUT.json too).",
)
@click.option("--legal", metavar="PROFILE", help="Add which articles the evidence bears on: ir-ecl, eidas, uncitral, a .toml file.")
@click.option("--pki", metavar="CLASS=PATH", multiple=True, help="Authorities that are licensed, closed or foreign (for --legal).")
@click.option("--document-type", metavar="TYPE", help="The type of the document, where a profile leaves some out.")
@click.option("--no-pictures", is_flag=True, help="Show no pictures of changed pages on a sheet (html, pdf).")
@click.option("--open", "opened", is_flag=True, help="Show the sheet (HTML, or --format pdf) at once; without -o it is kept privately.")
@beside_options
@LANGUAGE
@output_option("Write the answer to a file (with json, html, pdf and several FILEs: to a folder).")
@OVERWRITE
@click.option("--jobs", metavar="N", type=click.IntRange(min=1), default=1, show_default=True, help="Processes at work.")
@click.option("--resume", is_flag=True, help="Go on with the jsonl log OUT that was cut off.")
@click.option("--files-from", metavar="LIST", help="Take the FILEs from a list, one path a line.")
def command(**given: object) -> int:
    """Say whether documents are unchanged, who signed them, and what is open.

    Trust comes from --trust, else EDOC_TRUST, else the folder trust/ of your edoc configuration; never
    from the document or the working directory.

    Example: edoc verify ruling.pdf --trust anchors/ --validation-data ca.crl --lang fa
    """
    from edoc.cli.secrets import document_password

    lang = choose_language(text_of(given["lang"]))
    order = _Order.of(given, lang)
    inputs = inputs_of(order.files, order.list_file)
    verifier = _verifier(given, batch=not order.one)
    beside = beside_of(given, verifier=verifier, at=order.at)
    password = document_password(
        ask=bool(given["password"]), file=text_of(given["password_file"]), environment=os.environ
    )
    return _run(order, inputs, verifier, password, beside)


_ONE_EACH = ("json", "html", "pdf")
"""Formats in which every document has a file of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Order:
    """What was asked for, checked for contradictions."""

    files: tuple[str, ...]
    list_file: str | None
    detached: tuple[str, ...]
    signed_by: str | None
    kind: str
    lang: str
    output: str | None
    overwrite: bool
    jobs: int
    resume: bool
    legal: LegalOrder | None
    at: datetime
    """The time that counts as now, one for the whole run."""
    pictures: bool
    opened: bool
    """True when sheets are to be shown as soon as they are written."""

    @classmethod
    def of(cls, given: dict[str, object], lang: str) -> _Order:
        """Return the order; raises `ConfigError` where options contradict each other."""
        from edoc.drivers.clock import now
        from edoc.errors import ConfigError

        order = cls(
            files=texts(given["files"]),
            list_file=text_of(given["files_from"]),
            detached=texts(given["detached"]),
            signed_by=text_of(given["signed_by"]),
            kind=_kind(given),
            lang=lang,
            output=None if given["output"] == "-" else text_of(given["output"]),
            overwrite=bool(given["overwrite"]),
            jobs=int(str(given["jobs"])),
            resume=bool(given["resume"]),
            legal=_legal(given),
            at=moment(text_of(given["at"])) or now(),
            pictures=not given["no_pictures"],
            opened=bool(given["opened"]),
        )
        if order.detached and not order.one:
            raise ConfigError("DETACHED_ONE_FILE", subject="--detached")
        if order.kind in _ONE_EACH and not order.one and order.output is None and not order.opened:
            raise ConfigError("FORMAT_ONE_FILE", subject=order.kind)
        if order.resume and (order.kind != "jsonl" or order.output is None):
            raise ConfigError("RESUME_NEEDS_LOG", subject="--resume")
        if order.signed_by == "":
            raise ConfigError("SIGNED_BY_EMPTY", subject="--signed-by")
        if order.signed_by is not None and given["policy"] == "integrity":
            raise ConfigError("SIGNED_BY_INTEGRITY", subject="--signed-by")
        return order

    @property
    def one(self) -> bool:
        """True when there is exactly one FILE."""
        return self.list_file is None and len(self.files) == 1


def _run(
    order: _Order, inputs: Iterator[str], verifier: Verifier, password: str | None, beside: Beside
) -> int:
    from edoc.bulk.verify import verify_many
    from edoc.cli.answers import Manner

    if order.opened:
        from edoc.cli.opening import place_for

        order = replace(order, output=place_for(order.output))
    codes: set[int] = set()
    camera = _camera(order, password)
    manner = Manner(
        kind=order.kind, lang=order.lang, at=order.at, legal=order.legal, camera=camera, beside=beside
    )
    answers, inputs = _answers(order, inputs, verifier, codes, manner=manner)
    items: Iterator[Item] = (_item(name, order.detached, camera) for name in inputs)
    try:
        for result in verify_many(items, verifier=verifier, jobs=order.jobs, password=password):
            code = _exit(result, order.signed_by)
            codes.add(code)
            answers.take(result, code)
            _debug(result)
        answers.close()
    finally:
        answers.discard()
    if order.opened:
        from edoc.cli.opening import show

        show(answers.places)
    return exits.gravest(codes)


def _camera(order: _Order, password: str | None) -> Camera | None:
    """Return what draws pages, where there is room for pictures and they are wanted."""
    from edoc.cli.pictures import Camera

    return Camera(password=password) if order.pictures and order.kind in SHEETS else None


def _answers(
    order: _Order, inputs: Iterator[str], verifier: Verifier, codes: set[int], *, manner: Manner
) -> tuple[Answers, Iterator[str]]:
    from edoc.cli.answers import Folder, Log, OneFile, Stream

    if order.output is None:
        return Stream(manner), inputs
    if order.kind == "jsonl":
        mode = "xb"
        if order.resume and os.path.exists(order.output):
            mode, inputs = "ab", _resumed(order.output, inputs, verifier, codes)
        elif order.overwrite:
            mode = "wb"
        return Log(order.output, manner, mode=mode, inputs=order.files), inputs
    many = os.path.isdir(order.output) or (order.kind in _ONE_EACH and not order.one)
    kind = Folder if many else OneFile
    return kind(order.output, manner, overwrite=order.overwrite, inputs=order.files), inputs


def _resumed(path: str, inputs: Iterator[str], verifier: Verifier, codes: set[int]) -> Iterator[str]:
    from edoc.bulk.log import cut, read_log, remaining
    from edoc.cli.answers import refuse_input
    from edoc.errors import ConfigError

    refuse_input(path, ())
    logged = read_log(path)
    if logged.rules - {verifier.rules()}:
        raise ConfigError("LOG_OTHER_RULES", subject=path)
    cut(path, logged.end)
    codes.update(logged.exits)
    return remaining(inputs, path, logged)


def _item(name: str, detached: tuple[str, ...], camera: Camera | None) -> Item:
    source = name if camera is None else camera.source(name)
    return (source, detached) if detached else source


def _exit(result: BulkResult, signed_by: str | None) -> int:
    """The verdict's exit code; where the signer is another, 1 (design section 3.3)."""
    from edoc.cli.network import unreachable
    from edoc.errors import VerificationFailed
    from edoc.report.names import is_signed_by
    from edoc.result.enums import Verdict

    report = result.report
    if report is None:
        return result.error.exit_code if result.error is not None else exits.INTERNAL
    code = exits.BY_VERDICT[report.verdict.value]
    if report.verdict is Verdict.INDETERMINATE and unreachable(report):
        code = exits.UNREACHABLE
    if signed_by is None:
        return code
    if report.verdict is Verdict.PASSED:
        try:
            report.require_passed(signed_by=signed_by)
        except VerificationFailed as problem:
            complain(problem)
            return problem.exit_code
    elif report.signatures and not any(is_signed_by(item, signed_by) for item in report.signatures):
        named = "; ".join(item.signer.subject for item in report.signatures if item.signer is not None)
        params = {"asked": signed_by, "found": named or "-"}
        complain(VerificationFailed("SIGNER_MISMATCH", subject=result.input, params=params))
        return exits.FAILED
    return code


def _verifier(given: dict[str, object], *, batch: bool) -> Verifier:
    from edoc.api import Verifier
    from edoc.cli.network import permission
    from edoc.errors import ConfigError, InputError

    try:
        return Verifier(
            trust=_trust(texts(given["trust"]), str(given["policy"])),
            policy=str(given["policy"]),
            validation_data=texts(given["validation_data"]),
            validation_time=moment(text_of(given["at"])),
            online=permission(
                online=bool(given["online"]),
                hosts=texts(given["online_host"]),
                environment=os.environ,
                batch=batch,
            ),
            expect=str(given["expect"]),
            signature_policies=texts(given["signature_policy"]),
        )
    except InputError as problem:
        # A file of the set-up is missing, not a document: nothing was asked yet (exit 2, not 5).
        raise ConfigError(problem.code, subject=problem.subject, params=problem.params) from problem


def _kind(given: dict[str, object]) -> str:
    """Return the format to write; what is to be shown is a sheet."""
    kind = str(given["kind"])
    if not given["opened"]:
        return kind
    from edoc.cli.opening import sheet_kind

    return sheet_kind(kind, output=text_of(given["output"]))


def _legal(given: dict[str, object]) -> LegalOrder | None:
    """Return what --legal asks for; its room is loaded only then."""
    profile, pki, kind = text_of(given["legal"]), texts(given["pki"]), text_of(given["document_type"])
    if profile is None and not pki and kind is None:
        return None
    from edoc.cli.law import legal_order

    return legal_order(profile, pki, kind)


def _trust(named: tuple[str, ...], policy: str) -> TrustStore | None:
    """Return the anchors of the options, else of the set-up; null when there are none."""
    from edoc.drivers.configuration import trust_paths
    from edoc.trust import TrustStore

    if policy == "integrity":
        return None
    store: TrustStore | None = None
    for path in tuple(Path(item) for item in named) or trust_paths(os.environ):
        loaded = TrustStore.load(path)
        store = loaded if store is None else store | loaded
    return store


def _debug(result: BulkResult) -> None:
    cause = result.error.__cause__ if result.error is not None and result.error.code == "INTERNAL" else None
    if cause is not None and os.environ.get("EDOC_DEBUG") == "1":
        raise cause
