"""What a sheet may show beside the report: pictures of pages, records of inquiries, articles of a law."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from edoc.facts.findings import Finding
from edoc.legal.model import LegalView
from edoc.records.model import RecordKind
from edoc.result.enums import Verdict

Box = tuple[float, float, float, float]
"""Left, top, right, bottom in fractions of the page, from its upper left corner as it is shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CloserLook:
    """A small part of a page that differs, enlarged, as signed and as handed over."""

    part: Box
    """Which part of the page."""
    signed: bytes
    """PNG."""
    handed_over: bytes
    """PNG."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PagePicture:
    """One page as a signature signed it, beside the same page as it was handed over."""

    signature: str
    """Id of the signature whose signed revision is shown."""
    page: int
    """From 1, in the signed revision; of an added page in the document as it was handed over."""
    signed: bytes | None
    """PNG; null when the signed revision has no such page."""
    handed_over: bytes | None
    """PNG; null when the page is gone."""
    boxes: tuple[Box, ...]
    """The places that differ."""
    now: int | None = None
    """Number of the page in the document as it was handed over, where that is another than `page`."""
    closer: tuple[CloserLook, ...] = ()
    """The first small places that differ."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordView:
    """A signed record as a sheet shows it: apart from the evidence of the document's signatures."""

    kind: RecordKind
    name: str
    """The name of its file."""
    verdict: Verdict
    """Of the record's own signature, under the same trust and policy as the document; undecided for what is no record."""
    signer: str | None
    signed_at: datetime | None
    """The proved time, null when nothing proves one."""
    concerns_document: bool | None
    """Whether the record names the digest of this document; null when it names none."""
    facts: tuple[tuple[str, str], ...]
    """Name of the fact (a key of the phrases), and its value in the language of the sheet; a time as RFC 3339."""
    problem: str | None = None
    """Code of what is wrong when it is no record, or not intact."""
    stated: Mapping[str, object] | None = None
    """What it states, as its schema says; null when it is no record, or not intact."""
    findings: tuple[Finding, ...] = ()
    """What was found about its own signatures."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Additions:
    """Everything that stands on a sheet and does not come from the report."""

    legal: LegalView | None = None
    pictures: tuple[PagePicture, ...] = ()
    picture_notes: tuple[Finding, ...] = ()
    """What is to be said of the pictures: what looks alike, what was left out, what could not be drawn."""
    records: tuple[RecordView, ...] = ()


NOTHING_ADDED = Additions()
