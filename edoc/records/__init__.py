"""Records beside documents: an inquiry at a registry, paper that became a file, a file that became paper.

Each is one JSON object of a fixed shape, signed as any other data; none of them is evidence of a document's signature.
"""

from __future__ import annotations

from edoc.records.model import Conversion, Lookup, PaperCopy, Record, RecordKind, digest_named

__all__ = ["Conversion", "Lookup", "PaperCopy", "Record", "RecordKind", "digest_named"]
