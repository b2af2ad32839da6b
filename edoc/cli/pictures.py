"""What `--format html` and `pdf` show of the pages of a document that was changed."""

from __future__ import annotations

from dataclasses import dataclass, field

from edoc.api_pictures import PagePictures, page_pictures
from edoc.drivers.files import open_document
from edoc.errors import InputError
from edoc.facts.document import Document
from edoc.facts.findings import info
from edoc.report.model import Report


@dataclass(frozen=True, slots=True, kw_only=True)
class Camera:
    """Draws the pages of the inputs of one call."""

    password: str | None = field(default=None, repr=False)
    kept: dict[str, Document] = field(default_factory=dict, repr=False)

    def source(self, name: str) -> str | Document:
        """Return what is to be verified for an input; standard input is kept, because it cannot be read twice."""
        if name != "-":
            return name
        if name not in self.kept:
            self.kept[name] = open_document(name)
        return self.kept[name]

    def pictures(self, name: str, report: Report) -> PagePictures:
        """Return the pictures for the report about an input."""
        try:
            return page_pictures(self.source(name), report, password=self.password)
        except InputError:
            # It was there when it was verified.
            return PagePictures(notes=(info("PICTURES_OTHER_DOCUMENT", report.document.name),))
