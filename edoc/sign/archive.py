"""The pure steps after a signature: validation data into the store, a time-stamp over the whole document.

Each is an update of its own behind a document that is complete as it is (EN 319 142-1 5.4, 5.5).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field

from edoc.facts.document import Document
from edoc.facts.material import MaterialKind
from edoc.formats.pdf.append import Appended, append_timestamp, filled, open_for_signing, room_of
from edoc.formats.pdf.dss_write import append_store
from edoc.sign.step import RoomError

_CHUNK = 1 << 17


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveDraft:
    """A document time-stamp that waits for its token."""

    appended: Appended = field(repr=False)
    algorithm: str
    digest: bytes

    def imprint(self) -> tuple[str, bytes]:
        """Return (hashlib name, digest) of everything but the hole."""
        return self.algorithm, self.digest


def add_validation_data(document: Document, objects: Iterable[tuple[MaterialKind, bytes]]) -> bytes:
    """Return the update that adds certificates, CRLs and OCSP responses (DER); empty when all are there.

    Raises `InputError` when the document cannot be extended.
    """
    return append_store(open_for_signing(document), objects)


def plan_timestamp(document: Document, *, room: int, algorithm: str = "sha256") -> ArchiveDraft:
    """Return the draft of a document time-stamp over everything; `room` octets are kept for the token.

    Raises `InputError` when the document cannot be extended.
    """
    appended = append_timestamp(open_for_signing(document), contents_size=room)
    state = hashlib.new(algorithm)
    view = memoryview(document.data)
    try:
        for start in range(0, len(view), _CHUNK):
            state.update(view[start : start + _CHUNK])
    finally:
        view.release()
    state.update(appended.before_gap)
    state.update(appended.after_gap)
    return ArchiveDraft(appended=appended, algorithm=algorithm, digest=state.digest())


def put_timestamp(draft: ArchiveDraft, token: bytes) -> bytes:
    """Return the update with its token; raises `RoomError` when the token does not fit."""
    if len(token) > room_of(draft.appended):
        raise RoomError(len(token))
    return filled(draft.appended, token)
