"""One update: which objects it adds, changes and frees, and what of that is explained (pdf-core 8.2.4, 8.3)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from edoc.facts.findings import Finding, info, warning
from edoc.facts.signature import Change, ChangeLevel
from edoc.formats.pdf.coverage import Found
from edoc.formats.pdf.document import Pdf
from edoc.formats.pdf.errors import PdfError
from edoc.formats.pdf.graph import Graph
from edoc.formats.pdf.lex import SKIP
from edoc.formats.pdf.values import Ref, RepeatedKeys, Stream, Value, same
from edoc.formats.pdf.xref import Entry, Revision

_SKIPPED = re.compile(SKIP)
_LISTED = 50
"""Changes told of one update."""


@dataclass(slots=True, eq=False)
class Step:
    """An update on its way to a judgement: rules explain, what stays unexplained is not permitted."""

    pdf: Pdf
    graph: Graph
    old: Revision
    new: Revision
    found: list[Found]
    changed: set[int] = field(default_factory=set)
    added: set[int] = field(default_factory=set)
    freed: set[int] = field(default_factory=set)
    explained: set[int] = field(default_factory=set)
    changes: list[Change] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    level: ChangeLevel = ChangeLevel.NONE
    filled: list[str] = field(default_factory=list)
    """Fields that are no signatures and got another value or appearance."""
    signed: list[str] = field(default_factory=list)
    """Fields that were there and got a signature."""

    def deny(self, code: str, subject: str = "", *, page: int | None = None, **params: object) -> None:
        """Note a change that no signature permits."""
        self.level = ChangeLevel.NOT_PERMITTED
        self._tell(Change(code=code, permitted=False, page=page, subject=subject, params=_words(params), shown=True))

    def unsure(self, code: str, subject: str = "", *, page: int | None = None, **params: object) -> None:
        """Note a change that may be permitted and is not judged."""
        self._raise(ChangeLevel.NOT_JUDGED)
        self._tell(Change(code=code, permitted=None, page=page, subject=subject, params=_words(params), shown=True))

    def allow(self, level: ChangeLevel, change: Change) -> None:
        """Note a change that is proved to be permitted."""
        self._raise(level)
        self._tell(change)

    def _raise(self, level: ChangeLevel) -> None:
        order = list(ChangeLevel)
        if order.index(level) > order.index(self.level):
            self.level = level

    def _tell(self, change: Change) -> None:
        if len(self.changes) < _LISTED:
            self.changes.append(change)

    def before(self, value: Value) -> Value:
        """Resolve as of the older revision."""
        return self.pdf.resolve(value, self.old)

    def after(self, value: Value) -> Value:
        """Resolve as of the newer revision."""
        return self.pdf.resolve(value, self.new)

    def owned(self, old: Value, new: Value, owners: set[int]) -> bool:
        """Explain a changed object that an explained owner refers to, when nobody else does.

        False when the object is shared, or when the owner now refers to another old object.
        """
        if not isinstance(new, Ref):
            return True
        if isinstance(old, Ref) and old.number == new.number:
            if new.number in self.changed:
                if not self.graph.live(self.old).get(new.number, set()) <= owners:
                    return False
                self.explained.add(new.number)
            return True
        return new.number in self.added or new.number not in self.graph.live(self.old)

    def number(self, value: Value, fallback: int) -> int:
        """Return the number of a reference, or that of what it stands in."""
        return value.number if isinstance(value, Ref) else fallback

    def compare(self) -> None:
        """Compare trailers and every listed entry; fills changed, added, freed."""
        self._trailers()
        for number, entry in self.new.entries.items():
            if number:
                self._entry(number, entry)

    def _trailers(self) -> None:
        old, new = self.old.trailer, self.new.trailer
        for key in ("Root", "Encrypt"):
            if not same(old.get(key), new.get(key)):
                self.deny("PDF_TRAILER_CHANGED", key=key)
        before, after = old.get("ID"), new.get("ID")
        if isinstance(before, list) and (not isinstance(after, list) or before[:1] != after[:1]):
            self.findings.append(info("PDF_ID_CHANGED"))

    def _entry(self, number: int, entry: Entry) -> None:
        known = self.pdf.entry(number, self.old)
        past = known[0] if known is not None else None
        if entry.kind == 0:
            if past is not None and past.kind:
                self.freed.add(number)
            return
        if entry == past and entry.kind == 1:
            return
        if entry.kind == 1 and not self.new.start <= entry.place < self.new.end:
            self.deny("PDF_ENTRY_OUTSIDE_REVISION", number=number)
        elif entry.kind == 2:
            home = self.pdf.entry(entry.place, self.new)
            inside = home is not None and home[0].kind == 1 and self.new.start <= home[0].place < self.new.end
            if not inside and entry != past:
                self.deny("PDF_ENTRY_OUTSIDE_REVISION", number=number)
            if not inside and entry == past:
                return
        if past is None or past.kind == 0:
            self.added.add(number)
            return
        if past.kind == 1 and entry.kind == 1 and past.extra != entry.extra:
            self.deny("PDF_GENERATION_CHANGED", number=number)
        self._values(number, past, entry)

    def _values(self, number: int, past: Entry, entry: Entry) -> None:
        try:
            before = self.pdf.get_direct(Ref(number, past.extra if past.kind == 1 else 0), self.old)
        except PdfError as problem:
            if problem.code == "PDF_LIMIT":
                raise
            before = None
        after = self.pdf.get_direct(Ref(number, entry.extra if entry.kind == 1 else 0), self.new)
        if isinstance(before, Stream) and before.dictionary.get("Type") == "ObjStm":
            self.deny("PDF_OBJSTM_OVERWRITTEN", number=number)
        if not equal(self.pdf, before, after):
            self.changed.add(number)

    def value_before(self, number: int) -> Value:
        """Return an object of the older revision by number."""
        return self._by_number(number, self.old)

    def value_after(self, number: int) -> Value:
        """Return an object of the newer revision by number."""
        return self._by_number(number, self.new)

    def _by_number(self, number: int, revision: Revision) -> Value:
        known = self.pdf.entry(number, revision)
        if known is None or known[0].kind == 0:
            return None
        return self.pdf.get_direct(Ref(number, known[0].extra if known[0].kind == 1 else 0), revision)

    def close(self) -> None:
        """Deny what no rule explained; tell unused objects and unlisted octets."""
        live_old, live_new = self.graph.live(self.old), self.graph.live(self.new)
        for number in sorted(self.changed - self.explained):
            if number in live_old and number in live_new:
                self.deny("PDF_OBJECT_CHANGED", number=number)
        for number in sorted(self.freed):
            if number in live_new:
                self.deny("PDF_OBJECT_FREED", number=number)
        for number in sorted(self.added & live_old.keys()):
            # The signed revision already refers to it: a dormant object comes alive.
            self.deny("PDF_OBJECT_ADDED", number=number)
        for revision in (self.old, self.new):
            if revision.index in self.graph.broken:
                self.unsure("PDF_OBJECT_UNREADABLE", problem=self.graph.broken[revision.index])
        self._unused(live_new)
        self._unlisted()

    def _unused(self, live_new: Iterable[int]) -> None:
        unused = [
            number
            for number in sorted((self.added | self.changed) - set(live_new))
            if not _is_structure(self.value_after(number))
        ]
        if not unused:
            return
        if self.level is ChangeLevel.NONE:
            # Nobody can reach it now; a later update that refers to it is judged then.
            change = Change(code="PDF_OBJECT_UNUSED", permitted=True, params={"number": str(unused[0])})
            self.allow(ChangeLevel.PERMITTED, change)
            self.findings.append(warning("PDF_OBJECT_UNUSED", number=unused[0], count=len(unused)))
        else:
            self.findings.append(info("PDF_OBJECT_UNUSED", number=unused[0], count=len(unused)))

    def _unlisted(self) -> None:
        """Warn about octets of the update that belong to no listed object and no section."""
        spans = [(section.offset, section.end) for section in self.new.sections]
        for number, entry in self.new.entries.items():
            if entry.kind == 1 and self.new.start <= entry.place < self.new.end:
                spans.append(self.pdf.raw_object(Ref(number, entry.extra), self.new))
        data, position = self.pdf.document.data, self.new.start
        for start, end in sorted(spans):
            skipped = _SKIPPED.match(data, position, max(position, start))
            if start > position and (skipped is None or skipped.end() < start):
                self.findings.append(warning("PDF_UNLISTED_BYTES", offset=position))
                return
            position = max(position, end)


def _is_structure(value: Value) -> bool:
    return isinstance(value, Stream) and value.dictionary.get("Type") in ("XRef", "ObjStm")


def _words(params: dict[str, object]) -> dict[str, str]:
    return {key: str(value) for key, value in params.items()}


def equal(pdf: Pdf, one: Value, other: Value) -> bool:
    """Tell whether two objects are equal; streams by dictionary and raw octets."""
    if isinstance(one, Stream) and isinstance(other, Stream):
        if one.raw_length != other.raw_length or not same(one.dictionary, other.dictionary):
            return False
        data = pdf.document.data
        first = data[one.raw_start : one.raw_start + one.raw_length]
        return bool(first == data[other.raw_start : other.raw_start + other.raw_length])
    if isinstance(one, RepeatedKeys) or isinstance(other, RepeatedKeys):
        return False
    return same(one, other)


def differing(one: dict[str, Value], other: dict[str, Value]) -> list[str]:
    """Return the keys whose values differ, or that only one of the two has."""
    missing = object()
    keys = sorted(one.keys() | other.keys())
    return [
        key for key in keys
        if (one.get(key, missing) is missing) != (other.get(key, missing) is missing)
        or not same(one.get(key), other.get(key))
    ]  # fmt: skip
