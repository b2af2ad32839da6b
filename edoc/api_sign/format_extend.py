"""Raises the signatures of documents in formats other than PDF."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from edoc.api_sign.format_archive import Augmenter
from edoc.api_sign.format_work import written
from edoc.api_sign.work import SignResult, deliver
from edoc.drivers.output import Output
from edoc.errors import InputError
from edoc.facts.signature import DocumentFacts, TimestampKind
from edoc.formats import read_document
from edoc.formats.originals import Originals
from edoc.sign.checks import Expected
from edoc.sign.format_checks import check_format_extended
from edoc.sign.formats import signed_format, writer_of
from edoc.sign.request import Level

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
