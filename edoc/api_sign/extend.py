"""Proof of time and validation data for documents that are there already."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from edoc.api_sign.archive import Archivist, stamp
from edoc.api_sign.growing import Growing
from edoc.api_sign.settings import ARCHIVED, Material, level_of, make_collector
from edoc.api_sign.work import Room, SignResult, deliver, path_of
from edoc.drivers.clock import now
from edoc.drivers.files import Source, open_document
from edoc.drivers.output import Target, open_output
from edoc.drivers.stamping import timestamp_source, with_hosts
from edoc.errors import ConfigError, InputError
from edoc.facts.document import Document
from edoc.facts.signature import DocumentFacts
from edoc.formats.pdf.append import is_pdf, open_for_signing
from edoc.formats.pdf.read import read_pdf
from edoc.sign.checks import Expected, check_extended, check_stamped
from edoc.sign.request import Level

if TYPE_CHECKING:
    from edoc.drivers.stamping import Authorities
    from edoc.net.policy import FetchPolicy
    from edoc.trust.store import TrustStore


@dataclass(frozen=True, slots=True, kw_only=True)
class TimestampResult:
    """A time-stamp over a document: where it was written to, and the token or the stamped PDF."""

    output: Path | None
    document: Document = field(repr=False)
    """The PDF with its time-stamp, or the token (DER, RFC 3161) over a file of any other kind."""
    is_token: bool


def extend_document(
    document: Source,
    *,
    level: str,
    tsa: Authorities | None = None,
    validation_data: Iterable[Material] = (),
    online: bool | FetchPolicy = False,
    trust: TrustStore | None = None,
    validation_time: datetime | None = None,
    password: str | None = None,
    output: Target = None,
    overwrite: bool = False,
) -> SignResult:
    """Raise all signatures of a document to a level, check the result, and only then let it appear at its place.

    B-T adds a document time-stamp where a signature has none, B-LT the validation data of everybody,
    B-LTA a further time-stamp over all of it, each time it is asked for.  Options and errors as in
    `Signer` and `Signer.sign`; `validation_time` (aware; default: now) is the time as of which
    certificates are judged.  Raises `InputError` for a document without signatures or with one that cannot
    be read, `ConfigError` EXTEND_ALREADY when there is nothing to add.
    """
    if validation_time is not None and validation_time.tzinfo is None:
        raise ValueError("validation_time must be an aware datetime")
    wanted = level_of(level)
    opened = open_document(document).opened_with(password)
    facts = _readable(opened)
    tsa = tsa if tsa is None or isinstance(tsa, str) or not isinstance(tsa, Iterable) else tuple(tsa)
    source = timestamp_source(tsa)
    unstamped = any(not item.timestamps and not _stamped(facts, item.id) for item in facts.signatures)
    if source is None and (unstamped or wanted is Level.B_LTA) and wanted is not Level.B_B:
        raise ConfigError("SIGN_TSA_NEEDED", subject=wanted.value)
    if wanted is Level.B_B or (wanted is Level.B_T and not unstamped):
        raise ConfigError("EXTEND_ALREADY", subject=opened.name, params={"level": wanted.value})
    with open_output(output, overwrite=overwrite, source=path_of(document)) as place:
        growing = Growing(opened, place, copied=False)
        archivist = Archivist(
            growing=growing,
            source=source,
            collector=make_collector(validation_data, trust=trust, online=with_hosts(online, tsa)),
            room=Room(),
            time=validation_time.astimezone(UTC) if validation_time is not None else now(),
        )
        added = _add(archivist, wanted, unstamped=unstamped)
        if growing.document() is opened:
            raise ConfigError("EXTEND_ALREADY", subject=opened.name, params={"level": wanted.value})
        expected = Expected(level=wanted, objects=archivist.objects, added=added)
        extended = growing.finish()
        check = check_extended(extended, before=opened, expected=expected)
        deliver(check, place, name=opened.name)
        return SignResult(output=place.path, document=extended, check=check)


def timestamp_document(
    document: Source,
    *,
    tsa: Authorities,
    password: str | None = None,
    output: Target = None,
    overwrite: bool = False,
) -> TimestampResult:
    """Prove that a document exists: a PDF gets a document time-stamp, any other file a token of its own.

    The token (RFC 3161) is over the SHA-256 of the file and goes to `output` in the place of the document.
    Raises `FetchError` when there is no time-stamp to be had, `InputError` and `ConfigError` as `Signer.sign`.
    """
    opened = open_document(document).opened_with(password)
    source = timestamp_source(tsa)
    if source is None:
        raise ConfigError("SIGN_TSA_NEEDED", subject="timestamp")
    if opened.size == 0:
        raise InputError("EMPTY_DOCUMENT", subject=opened.name)
    with open_output(output, overwrite=overwrite, source=path_of(document)) as place:
        if not is_pdf(opened):
            token = source.timestamp(opened.sha256(), algorithm="sha256")
            place.write(token)
            place.commit()
            made = Document(data=token, name=f"{opened.name}.tst")
            return TimestampResult(output=place.path, document=made, is_token=True)
        growing = Growing(opened, place, copied=False)
        stamp(growing, source, Room())
        stamped = growing.finish()
        deliver(check_stamped(stamped, before=opened), place, name=opened.name)
        return TimestampResult(output=place.path, document=stamped, is_token=False)


def _add(archivist: Archivist, wanted: Level, *, unstamped: bool) -> int:
    """Add what a level asks for, in its order; return how many document time-stamps that were."""
    added = 0
    if unstamped:
        archivist.stamp()
        added += 1
    if wanted in ARCHIVED:
        archivist.store()
    if wanted is Level.B_LTA:
        archivist.stamp()
        added += 1
    return added


def _readable(opened: Document) -> DocumentFacts:
    """Return the facts of a document whose signatures can be raised; raises `InputError` for any other."""
    # Says what is no PDF, broken or encrypted in the words of signing.
    open_for_signing(opened)
    facts = read_pdf(opened, sha256=b"")
    if not facts.signatures and not facts.timestamps:
        raise InputError("EXTEND_NO_SIGNATURE", subject=opened.name)
    for item in (*facts.signatures, *(item.token for item in facts.timestamps)):
        digests = [reference.intact for reference in item.references]
        if not facts.complete or item.signature_value is None or not digests or not all(digests):
            raise InputError("EXTEND_SIGNATURE_BROKEN", subject=item.name or item.id)
    return facts


def _stamped(facts: DocumentFacts, identifier: str) -> bool:
    return any(identifier in item.covers for item in facts.timestamps)
