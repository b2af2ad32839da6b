"""What a record states, as data; whoever signs it stands for it, and nothing here is checked against the world."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum


class RecordKind(Enum):
    """What a signed record beside a document is about."""

    LOOKUP = "lookup"
    """An inquiry at a registry."""
    CONVERSION = "conversion"
    """Paper that became a file."""
    PAPER_COPY = "paper_copy"
    """A file that became paper."""
    UNKNOWN = "unknown"
    """A file that is no record, or whose signed content cannot be relied on."""


class IdentifierKind(Enum):
    """What an identifier that was looked up is called."""

    NATIONAL_CODE = "national_code"
    LEGAL_ENTITY_ID = "legal_entity_id"
    POSTAL_CODE = "postal_code"
    REGISTRY_NUMBER = "registry_number"
    DOCUMENT_NUMBER = "document_number"
    LICENCE_NUMBER = "licence_number"
    OTHER = "other"


class Means(Enum):
    """How a registry was asked."""

    WEB_PAGE = "web_page"
    API = "api"
    TELEPHONE = "telephone"
    IN_PERSON = "in_person"
    OTHER = "other"


class ScanColour(Enum):
    """How paper was scanned."""

    COLOUR = "colour"
    GREY = "grey"
    BLACK_AND_WHITE = "black_and_white"


class Comparison(Enum):
    """How much of a scan was compared with its paper."""

    EVERY_PAGE = "every_page"
    SOME_PAGES = "some_pages"


class PaperUse(Enum):
    """What a print is for, as whoever printed it states."""

    BESIDE = "beside"
    """It is used beside the electronic document, which goes on."""
    INSTEAD = "instead"
    """From here on paper takes the place of data messages, which ECL article 9 wants stated on the paper."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Who:
    """Who did something, as the record states; at least one of the two is there."""

    office: str | None = None
    person: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FileId:
    """Which file: its name, SHA-256 (hex) and size in octets; the name proves nothing."""

    name: str
    sha256: str
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Lookup:
    """A receipt of an inquiry (`edoc/lookup/1`): what was asked, where, when, by whom, and what was answered."""

    registry: str
    """Name of the registry."""
    registry_url: str | None
    """Text for people; never fetched."""
    identifier: str
    """As asked; with bullets in its middle where it was masked."""
    identifier_kind: IdentifierKind
    asked_at: datetime
    asked_by: Who
    means: Means
    answer: FileId | None
    """The answer as it was saved."""
    answer_words: str | None
    """What it says, in short."""
    document: FileId | None
    """The document that the inquiry is about."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversion:
    """A certificate that paper became a file (`edoc/conversion/1`): who scanned, who compared, what differs."""

    document: FileId
    pages: int
    paper: str
    """Description of the paper."""
    sheets: int | None
    kept_at: str | None
    """Where the paper is kept."""
    scanned_at: datetime
    scanned_by: Who
    resolution: int
    """Dots per inch."""
    colour: ScanColour
    compared_at: datetime
    compared_by: Who
    comparison: Comparison
    differences: tuple[str, ...]
    """What the scan does not show as the paper does; empty: nothing was found."""
    bears_on: tuple[str, ...]
    """Ids of the provisions that this evidence is collected for, such as `IR-ECL-8-b`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What a check of the electronic document said before it was printed."""

    verdict: str
    """A verdict of `edoc/report/1`."""
    validation_time: datetime
    signers: tuple[str, ...]
    """As the report names them."""
    report_sha256: str
    """SHA-256 (hex) of the report."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperCopy:
    """A note that a file became paper (`edoc/paper-copy/1`): who printed it, how often, and each copy's mark."""

    document: FileId
    pages: int | None
    printed_at: datetime
    printed_by: Who
    marks: tuple[str, ...]
    """What stands on each copy, one mark a copy; no two are equal."""
    use: PaperUse
    checked: Checked | None


Record = Lookup | Conversion | PaperCopy


def digest_named(record: Record) -> str | None:
    """Return the SHA-256 (hex) of the document that a record is about, null when it names none."""
    return record.document.sha256 if record.document is not None else None
