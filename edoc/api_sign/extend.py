"""Proof of time and validation data for documents that are there already."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from edoc.api_sign.archive import Archivist, stamp
from edoc.api_sign.growing import Growing
from edoc.api_sign.settings import ARCHIVED, Material, Services, level_of, make_collector
from edoc.api_sign.work import Room, SignResult, deliver, path_of
from edoc.drivers.clock import now
from edoc.drivers.files import Source, open_document
from edoc.drivers.output import Output, Target, open_output
from edoc.drivers.stamping import timestamp_source, with_hosts
from edoc.errors import ConfigError, InputError
from edoc.facts.document import Document
from edoc.facts.signature import DocumentFacts
from edoc.formats.pdf.append import is_pdf, open_for_signing
from edoc.formats.pdf.read import read_pdf
from edoc.sign.checks import Expected, check_extended, check_stamped
from edoc.sign.formats import is_container
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
    """The PDF or container with its time-stamp, or the token (DER, RFC 3161) over a file of any other kind."""
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
    detached: Sequence[Source] = (),
    password: str | None = None,
    output: Target = None,
    overwrite: bool = False,
) -> SignResult:
    """Raise all signatures of a document to a level, check the result, and only then let it appear at its place.

    B-T adds a time-stamp where a signature has none (in a PDF: one of the document), B-LT the validation
    data of everybody, B-LTA a further time-stamp over all of it, each time it is asked for.  `detached` are
    the originals of signatures that stand beside their data.  Options and errors as in `Signer` and
    `Signer.sign`; `validation_time` (aware; default: now) is the time as of which certificates are judged.
    Raises `InputError` for a document without signatures or with one that cannot be read, `ConfigError`
    EXTEND_ALREADY when there is nothing to add.
    """
    if validation_time is not None and validation_time.tzinfo is None:
        raise ValueError("validation_time must be an aware datetime")
    wanted = level_of(level)
    opened = open_document(document).opened_with(password)
    tsa = tsa if tsa is None or isinstance(tsa, str) or not isinstance(tsa, Iterable) else tuple(tsa)
    services = Services(
        source=timestamp_source(tsa),
        collector=make_collector(validation_data, trust=trust, online=with_hosts(online, tsa)),
        time=validation_time.astimezone(UTC) if validation_time is not None else now(),
    )
    work = Extension(
        document=opened,
        originals=tuple(open_document(item) for item in detached),
        level=wanted,
        services=services,
    )
    pdf = is_pdf(opened)
    ready = _prepared(work) if pdf else _prepared_format(work)
    with open_output(output, overwrite=overwrite, source=path_of(document)) as place:
        return ready(place)


@dataclass(frozen=True, slots=True, kw_only=True)
class Extension:
    """A document whose signatures are to be raised, and what for."""

    document: Document
    originals: tuple[Document, ...]
    level: Level
    services: Services

    def refuse(self, *, unstamped: bool) -> None:
        """Raise `ConfigError` when there is nothing to add, or no authority to add it."""
        if self.services.source is None and (unstamped or self.level is Level.B_LTA) and self.level is not Level.B_B:
            raise ConfigError("SIGN_TSA_NEEDED", subject=self.level.value)
        if self.level is Level.B_B or (self.level is Level.B_T and not unstamped):
            raise self.nothing()

    def nothing(self) -> ConfigError:
        """Return the error that there is nothing to add."""
        return ConfigError("EXTEND_ALREADY", subject=self.document.name, params={"level": self.level.value})


def _prepared_format(work: Extension) -> Callable[[Output], SignResult]:
    # Loaded here: who extends a PDF needs none of it.
    from edoc.api_sign.format_extend import prepared_extension

    return prepared_extension(work)


def _prepared(work: Extension) -> Callable[[Output], SignResult]:
    """Return the extension of a PDF, which waits for its place; raises for a document that cannot be extended."""
    opened = work.document
    facts = _readable(opened)
    unstamped = any(not item.timestamps and not _stamped(facts, item.id) for item in facts.signatures)
    work.refuse(unstamped=unstamped)

    def extend(place: Output) -> SignResult:
        assert work.services.collector is not None
        growing = Growing(opened, place, copied=False)
        archivist = Archivist(
            growing=growing,
            source=work.services.source,
            collector=work.services.collector,
            room=Room(),
            time=work.services.moment(),
        )
        added = _add(archivist, work.level, unstamped=unstamped)
        if growing.document() is opened:
            raise work.nothing()
        expected = Expected(level=work.level, objects=archivist.objects, added=added)
        extended = growing.finish()
        check = check_extended(extended, before=opened, expected=expected)
        deliver(check, place, name=opened.name)
        return SignResult(output=place.path, document=extended, check=check)

    return extend


def timestamp_document(
    document: Source,
    *,
    tsa: Authorities,
    password: str | None = None,
    output: Target = None,
    overwrite: bool = False,
) -> TimestampResult:
    """Prove that a document exists: a PDF and an ASiC container get a time-stamp inside, any other file a token of its own.

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
        if is_container(opened):
            from edoc.api_sign.format_extend import stamp_container

            made = stamp_container(opened, source, place)
            return TimestampResult(output=place.path, document=made, is_token=False)
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
