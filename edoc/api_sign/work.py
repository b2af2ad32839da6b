"""One signature from its draft to its place: what signing and finishing do alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from edoc.api_sign.growing import Growing
from edoc.api_sign.settings import ARCHIVED, Services, Settings
from edoc.drivers.copy import copy_and_hash
from edoc.drivers.files import Source, input_path, open_document
from edoc.drivers.output import Output
from edoc.errors import FetchError, InputError, VerificationFailed
from edoc.facts.document import Document
from edoc.formats.cms_write import attribute
from edoc.formats.pdf.append import Appended
from edoc.pki import oids
from edoc.pki.algorithms import new_hash
from edoc.sign.algorithm import message_digest_name
from edoc.sign.checks import Check, Expected, check_signed
from edoc.sign.draft import Draft
from edoc.sign.request import NOWHERE, FieldPlace, Level
from edoc.sign.step import Answers, Done, earlier, freeze, plan, step
from edoc.sign.timestamp import ROOM_MARGIN, TOKEN_ROOM, TimestampSource, imprint_algorithm


@dataclass(frozen=True, slots=True, kw_only=True)
class SignResult:
    """What was made: the place it was written to, the document, and the self-check."""

    output: Path | None
    """Null when the document went to memory, a stream or standard output."""
    document: Document = field(repr=False)
    check: Check

_ATTEMPTS = 3
"""How often a larger hole is tried: the tokens of one authority differ by some octets only."""


class Room:
    """How many octets are kept for a time-stamp: grows with the largest one seen."""

    def __init__(self) -> None:
        self.octets = TOKEN_ROOM

    def grow(self, needed: int, *, attempt: int) -> None:
        """Make room for a token of a size.

        Raises `FetchError` TSA_TOKEN_GROWS when every attempt brings a larger one.
        """
        if attempt >= _ATTEMPTS:
            raise FetchError("TSA_TOKEN_GROWS", subject="tsa", params={"size": str(needed)})
        self.octets = max(self.octets, needed + ROOM_MARGIN)


def prepare(
    opened: Document,
    settings: Settings,
    *,
    field: str | None,
    at: FieldPlace = NOWHERE,
    room: Room,
    place: Output | None = None,
    source: TimestampSource | None = None,
) -> Draft:
    """Plan the update and digest everything but its hole; a place given gets the input's bytes on the way.

    `field` and `at` say which field is signed, and where it goes when it is made; `source` is asked first where
    a content time-stamp is wanted.
    """
    request = settings.request(field, place=at)
    kept = 0 if settings.level is Level.B_B else room.octets
    stated = settings.attributes
    kept += sum(map(len, stated)) + (room.octets if settings.statement.content_timestamp else 0)
    appended = plan(opened, request=request, template=settings.template, level=settings.level, timestamp_room=kept)
    before = earlier(opened, appended)
    name = message_digest_name(settings.template.algorithm)
    message_digest = _digest(opened, appended, name, place)
    if settings.statement.content_timestamp:
        assert source is not None
        wanted = imprint_algorithm(name)
        imprint = message_digest if wanted == name else _digest(opened, appended, wanted, None)
        stated = (*stated, attribute(oids.CONTENT_TIMESTAMP, source.timestamp(imprint, algorithm=wanted)))
    draft = freeze(
        opened,
        appended,
        request=replace(request, attributes=stated),
        template=settings.template,
        message_digest=message_digest,
        level=settings.level,
    )
    return replace(draft, before=before)


def _digest(opened: Document, appended: Appended, name: str, place: Output | None) -> bytes:
    """Return the digest of the input and of the update but for its hole."""
    state = new_hash(name)
    copy_and_hash(opened, place, state)
    state.update(appended.before_gap)
    state.update(appended.after_gap)
    return state.digest()


def complete(draft: Draft, value: bytes, services: Services) -> Done:
    """Take a draft through its steps; raises `FetchError` when there is no time-stamp, `RoomError` for one too large."""
    current = step(draft, Answers(signature_value=value))
    while isinstance(current, Draft):
        assert services.source is not None
        algorithm, digest = current.imprint()
        current = step(current, Answers(timestamp=services.source.timestamp(digest, algorithm=algorithm)))
    return current


def hand_over(done: Done, place: Output, services: Services, *, copied: bool, room: Room) -> SignResult:
    """Add what the level asks for, read the result back, and let it appear only if nothing is wrong with it."""
    draft = done.draft
    base = draft.document
    assert base is not None
    growing = Growing(base, place, copied=copied)
    growing.append(done.tail)
    expected = _archive(growing, done, services, room)
    signed = growing.finish()
    check = check_signed(signed, draft=draft, before=base, expected=expected)
    deliver(check, place, name=base.name)
    return SignResult(output=place.path, document=signed, check=check)


def _archive(growing: Growing, done: Done, services: Services, room: Room) -> Expected:
    level = Level(done.draft.level)
    if level not in ARCHIVED:
        return Expected(level=level)
    # Loaded here: signatures without validation data need none of it.
    from edoc.api_sign.archive import Archivist

    assert services.collector is not None
    archivist = Archivist(
        growing=growing, source=services.source, collector=services.collector, room=room, time=services.moment()
    )
    archivist.store_for(done)
    if level is Level.B_LTA:
        archivist.stamp()
    return Expected(level=level, objects=archivist.objects, added=2 if level is Level.B_LTA else 1)


def deliver(check: Check, place: Output, *, name: str) -> None:
    """Let a document appear at its place; raises `VerificationFailed` when its self-check found something."""
    if not check.passed:
        codes = ", ".join(dict.fromkeys(item.code for item in check.findings)) or check.level or "-"
        raise VerificationFailed("SELF_CHECK_FAILED", subject=name, params={"codes": codes})
    place.commit()


def open_all(
    document: Source | Sequence[Source], *, password: str | None = None
) -> tuple[tuple[Document, ...], str | None]:
    """Open one document or several; and return where the first lies on disk, which no output may replace."""
    sources: Sequence[Source] = document if isinstance(document, list | tuple) else (document,)
    if not sources:
        raise InputError("SIGN_NOTHING", subject="document")
    return tuple(open_document(item).opened_with(password) for item in sources), path_of(sources[0])


def path_of(document: Source | None) -> str | None:
    """Return where the input lies on disk, also that of an open file; null when it is not known to lie anywhere."""
    if document is None or isinstance(document, bytes | Document):
        return None
    name = getattr(document, "name", None)
    return input_path(document) or (name if isinstance(name, str) else None)
