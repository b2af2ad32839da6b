"""The composition root of showing: takes out of a document what was signed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from edoc.api import verify_document
from edoc.api_sign.work import path_of
from edoc.drivers.files import Source, open_document
from edoc.drivers.output import Output, Target, open_output
from edoc.errors import ConfigError, InputError, VerificationFailed
from edoc.facts.document import Document
from edoc.facts.findings import Severity
from edoc.facts.octets import Spans
from edoc.facts.signature import DocumentFacts, ScopeKind
from edoc.formats import read_document
from edoc.formats.jws.read import COMPACT_TYPE, JSON_TYPE
from edoc.formats.pdf.outline import read_outline
from edoc.records.model import Record
from edoc.records.reading import read_record
from edoc.report.model import Report


def write_revision(
    document: Source, revision: str, *, output: Target, overwrite: bool = False, password: str | None = None
) -> Path | None:
    """Write a PDF as a signature signed it, and return where; checked before it appears at its place.

    `revision` is the id of a signature or document time-stamp (`S2`, `T1`; `2` is `S2`), or the offset at
    which a revision ends, as `edoc show` lists them.  What a signature signed is verified once more as it was
    written: with nothing behind it, it must be intact and cover everything.  A revision by its offset may be
    one that nobody signed, and is written as it is.  `output` is a path, a writable binary file, `-` or null.
    Raises `ConfigError` REVISION_UNKNOWN, `InputError` REVISION_NONE for what has no revisions,
    `VerificationFailed` REVISION_NOT_INTACT when it is not what the signature signed, and the errors of
    opening a document and of writing.
    """
    opened = open_document(document).opened_with(password)
    facts = read_document(opened)
    end, signature = _wanted(opened, facts, revision)
    with open_output(output, overwrite=overwrite, source=path_of(document)) as place:
        write_octets(place, Spans(opened.data, ((0, end),)).chunks())
        if signature is not None:
            refuse_unlike_signed(replace(opened, data=place.content()), signature)
        place.commit()
        return place.path


def write_signed_data(
    document: Source,
    wanted: str,
    *,
    output: Target,
    detached: Sequence[Source] = (),
    overwrite: bool = False,
    password: str | None = None,
) -> Path | None:
    """Write the very octets that a signature signed, verified, and return where.

    `wanted` is the id of a signature (`S2`; `2` is `S2`), with `:3` behind it for the third thing that it signed, as
    `edoc show` lists them; it may be left out where there is but one.  `detached` are the originals of a
    signature that stands beside its data.  Raises `ConfigError` EXTRACT_UNKNOWN or EXTRACT_WHICH,
    `VerificationFailed` EXTRACT_NOT_INTACT when what is there is not what was signed, and the errors of opening a
    document and of writing.
    """
    opened = open_document(document).opened_with(password)
    report = verify_document(opened, policy="integrity", detached=[open_document(item) for item in detached])
    octets = _signed_octets(report, wanted, opened.name)
    with open_output(output, overwrite=overwrite, source=path_of(document)) as place:
        write_octets(place, (octets,))
        place.commit()
        return place.path


def record_inside(facts: DocumentFacts) -> Record | None:
    """Return the record (of an inquiry, a scan or a print) that a JSON signature carries, null when there is none.

    Neither its signature nor its signer is judged here, as with everything that is shown.
    """
    if facts.media_type not in (JSON_TYPE, COMPACT_TYPE) or not facts.signatures:
        return None
    references = facts.signatures[0].references
    if len(references) != 1 or references[0].octets is None:
        return None
    try:
        return read_record(references[0].octets(), name=facts.name)
    except InputError:
        return None


def _signed_octets(report: Report, wanted: str, name: str) -> bytes:
    asked, _, number = wanted.strip().upper().partition(":")
    own = next((item for item in report.signatures if item.id in (asked, f"S{asked}")), None)
    if own is None or (number and not number.isdigit()):
        known = ", ".join(item.id for item in report.signatures) or "-"
        raise ConfigError("EXTRACT_UNKNOWN", subject=wanted, params={"known": known, "document": name})
    if not number and len(own.scope) != 1:
        listed = ", ".join(f"{own.id}:{place} ({item.name})" for place, item in enumerate(own.scope, 1))
        raise ConfigError("EXTRACT_WHICH", subject=own.id, params={"known": listed or "-"})
    try:
        return own.signed_data(int(number or 1) - 1)
    except IndexError as problem:
        known = f"1-{len(own.scope)}"
        raise ConfigError("EXTRACT_UNKNOWN", subject=wanted, params={"known": known, "document": name}) from problem
    except ValueError as problem:
        codes = ", ".join(dict.fromkeys(item.code for item in own.findings if item.severity is Severity.ERROR)) or "-"
        raise VerificationFailed("EXTRACT_NOT_INTACT", subject=own.id, params={"document": name, "codes": codes}) from problem


def write_octets(place: Output, pieces: Iterable[bytes]) -> None:
    """Write octets piece by piece: a document may be larger than memory."""
    for piece in pieces:
        place.write(piece)


def _wanted(document: Document, facts: DocumentFacts, revision: str) -> tuple[int, str | None]:
    """Return where the revision ends, and whose it is when it was asked for by a signature."""
    ends = [item.end for item in read_outline(document).revisions]
    if not ends:
        codes = ", ".join(item.code for item in facts.findings) or "-"
        raise InputError("REVISION_NONE", subject=document.name, params={"codes": codes})
    signed = signed_ends(facts)
    asked = revision.strip().upper()
    name = asked if asked in signed else f"S{asked}"
    if name in signed:
        return signed[name], name
    if asked in map(str, ends):
        return int(asked), None
    known = ", ".join([*signed, *map(str, ends)])
    raise ConfigError("REVISION_UNKNOWN", subject=revision, params={"known": known, "document": document.name})


def signed_ends(facts: DocumentFacts) -> dict[str, int]:
    """Return where the revision of each signature and document time-stamp of a PDF ends, by its id."""
    found = [*((item.id, item) for item in facts.signatures), *((item.id, item.token) for item in facts.timestamps)]
    # Where octets of its own revision stay outside a signature, there is no revision that it signed.
    return {name: end for name, item in found if item.covers_whole_document and (end := item.covered_until) is not None}


def refuse_unlike_signed(written: Document, signature: str) -> None:
    """Raise unless the last signature of a document is the one that was asked for, intact and over everything.

    Raises `VerificationFailed` REVISION_NOT_INTACT.
    """
    report = verify_document(written, policy="integrity")
    own = next((item for item in report.signatures if item.id == signature), None)
    stamp = next((item for item in report.timestamps if item.id == signature), None)
    if own is not None:
        codes = [item.code for item in own.findings if item.severity is Severity.ERROR]
        whole = all(item.kind is ScopeKind.FULL for item in own.scope) and own.changes_since_signing == "none"
        intact = own.intact is True and whole and not codes
    else:
        intact = stamp is not None and stamp.intact is True
        codes = [item.code for item in stamp.findings] if stamp is not None else []
    if not intact:
        params = {"document": written.name, "codes": ", ".join(dict.fromkeys(codes)) or "-"}
        raise VerificationFailed("REVISION_NOT_INTACT", subject=signature, params=params)
