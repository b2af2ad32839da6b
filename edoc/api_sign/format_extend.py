"""Raises the signatures of documents in formats other than PDF."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from edoc.api_sign.format_archive import Augmenter
from edoc.api_sign.format_work import written
from edoc.api_sign.work import SignResult, deliver
from edoc.drivers.output import Output
from edoc.errors import InputError
from edoc.facts.document import Document
from edoc.facts.signature import DocumentFacts, TimestampKind
from edoc.formats import read_document
from edoc.formats.originals import Originals
from edoc.policy.suite import NEVER
from edoc.sign.checks import Check, Expected, token_intact
from edoc.sign.format_checks import check_format_extended, worse_than
from edoc.sign.formats import signed_format, writer_of
from edoc.sign.request import Level
from edoc.sign.timestamp import TimestampSource

if TYPE_CHECKING:
    from edoc.api_sign.extend import Extension


def prepared_extension(work: Extension) -> Callable[[Output], SignResult]:
    """Return the extension of a document, which waits for its place; raises for one that cannot be extended."""
    document = work.document
    facts = _readable(work)
    unstamped = not all(
        any(stamp.kind is TimestampKind.SIGNATURE for stamp in item.timestamps) for item in facts.signatures
    )
    work.refuse(unstamped=unstamped)
    editor = writer_of(signed_format(document)).open(document, work.originals)

    def extend(place: Output) -> SignResult:
        digests = [item.algorithm.digest for item in facts.signatures if item.algorithm is not None]
        augmenter = Augmenter(
            editor=editor,
            services=work.services,
            digest_algorithm=max(filter(None, digests), default="sha256"),
            before=facts,
        )
        objects, added = augmenter.raise_all(work.level)
        if not added:
            raise work.nothing()
        extended = written(editor, place, name=document.name)
        expected = Expected(level=work.level, objects=objects)
        check = check_format_extended(extended, originals=work.originals, before=facts, expected=expected)
        deliver(check, place, name=document.name)
        return SignResult(output=place.path, document=extended, check=check)

    return extend


def _readable(work: Extension) -> DocumentFacts:
    """Return the facts of a document whose signatures can be raised; raises `InputError` for any other."""
    facts = read_document(work.document, originals=Originals(work.originals))
    if not facts.signatures:
        raise InputError("EXTEND_NO_SIGNATURE", subject=work.document.name)
    for item in facts.signatures:
        digests = [reference.intact for reference in item.references]
        if not facts.complete or item.signature_value is None or not digests or False in digests:
            raise InputError("EXTEND_SIGNATURE_BROKEN", subject=item.name or item.id)
        if None in digests and work.level is Level.B_LTA:
            # The archive time-stamp is over the data as well.
            raise InputError("EXTEND_ORIGINAL_MISSING", subject=item.name or item.id)
    return facts


def stamp_container(document: Document, source: TimestampSource, place: Output) -> Document:
    """Put a time-stamp over every file of a container (EN 319 162-1 A.7), check it, and let the result appear.

    Raises `FetchError` when there is no time-stamp to be had, `InputError` for a container that is refused.
    """
    from edoc.formats.asic.archive import pending_archive, put_archive
    from edoc.formats.asic.box import Box
    from edoc.formats.asic.package import Package
    from edoc.limits import DEFAULT_LIMITS

    before = read_document(document)
    if before.signatures and before.signatures[0].container == "ASiC-S":
        # EN 319 162-1 4.3: it holds signatures or time-stamps.
        raise InputError("TIMESTAMP_SIGNED_ASIC_S", subject=document.name)
    box = Box.of(Package.open(document, limits=DEFAULT_LIMITS))
    pending = pending_archive(box, algorithm="sha256")
    put_archive(box, pending, source.timestamp(pending.imprint("sha256"), algorithm="sha256"))
    for part in box.octets():
        place.write(part)
    stamped = Document(data=place.content(), name=document.name)
    after = read_document(stamped)
    worse = worse_than(before, after)
    new = [item for item in after.timestamps if item.gen_time == max(each.gen_time or NEVER for each in after.timestamps)]
    check = Check(
        intact=bool(new) and len(after.timestamps) == len(before.timestamps) + 1,
        level="",
        level_reached=True,
        certificate_reference=True,
        imprint=all(map(token_intact, new)),
        earlier_signatures_no_worse=not worse,
        earlier_signatures=len(before.signatures),
        findings=tuple(worse),
    )
    deliver(check, place, name=document.name)
    return stamped
