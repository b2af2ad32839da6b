"""One update: which objects it adds, changes and frees, and what of that is explained (pdf-core 8.2.4, 8.3)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from enum import IntEnum

from edoc.facts.findings import Finding, info
from edoc.facts.signature import Change
from edoc.formats.pdf.canvas import Canvas
from edoc.formats.pdf.coverage import Found
from edoc.formats.pdf.document import Pdf
from edoc.formats.pdf.errors import PdfError
from edoc.formats.pdf.graph import TRAILER, Graph, references
from edoc.formats.pdf.lex import SKIP
from edoc.formats.pdf.sections import FREE, IN_FILE, IN_STREAM, Entry, Revision
from edoc.formats.pdf.values import Ref, RepeatedKeys, Stream, Value, same

_SKIPPED = re.compile(SKIP)
_PARTS = 2_000
"""Values compared to tell whether two objects are equivalent."""
_LISTED = 50
"""Changes told of one update."""
_USERS = 100
"""Objects asked, to tell on which page a changed one shows."""
_BLOCK = 1 << 20


class Rank(IntEnum):
    """What kind of change it is, after what a signature may permit (12.8.2.2, table 257)."""

    NEUTRAL = 0
    """Changes nothing that a reader sees and needs no permission: metadata, an unused object."""
    VALIDATION = 1
    SIGN = 2
    FILL = 3
    ANNOTATE = 4
    MARKUP = 5
    """An annotation that can hide or imitate content: never called harmless."""
    RETRACT = 6
    """An annotation is taken away that hid nothing."""
    UNCOVER = 7
    """An annotation is taken away that may have hidden something."""
    COVER = 8
    """An annotation surely covers what was signed."""
    OPEN = 9
    """Not judged."""
    OTHER = 10
    """No signature permits it."""


@dataclass(frozen=True, slots=True)
class Told:
    """One change with its rank; whether it is permitted depends on the signature."""

    rank: Rank
    change: Change


@dataclass(slots=True, eq=False)
class Step:
    """An update on its way to a judgement: rules explain, what stays unexplained is not permitted."""

    pdf: Pdf
    old: Revision
    new: Revision
    found: list[Found]
    before_graph: dict[int, set[int]] = field(default_factory=dict)
    """Who referred to every object that this update lists, as of the older revision."""
    changed: set[int] = field(default_factory=set)
    added: set[int] = field(default_factory=set)
    freed: set[int] = field(default_factory=set)
    moved: set[int] = field(default_factory=set)
    """Changed objects that say the same, parts of them in new objects: nothing else is shown, no product needs it."""
    explained: set[int] = field(default_factory=set)
    told: list[Told] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    filled: list[str] = field(default_factory=list)
    """Fields that are no signatures and got another value or appearance."""
    signed: list[str] = field(default_factory=list)
    """Fields that were there and got a signature."""
    canvases: dict[int, Canvas] = field(default_factory=dict)
    """What pages of the older revision show, by object number, as far as anybody asked."""
    _graph: Graph | None = None

    def tell(self, rank: Rank, code: str, subject: str = "", *, page: int | None = None,
             box: tuple[float, float, float, float] | None = None, shown: bool = False,
             params: Mapping[str, object] | None = None) -> None:  # fmt: skip
        """Note a change."""
        words = {"object": subject, "page": str(page or "?"), **{key: str(said) for key, said in (params or {}).items()}}
        change = Change(code=code, permitted=None, page=page, box=box, subject=subject, params=words, shown=shown)
        # The gravest are kept when there are too many to tell.
        if len(self.told) < _LISTED or rank > max(told.rank for told in self.told):
            self.told.append(Told(rank, change))

    def deny(self, code: str, subject: str = "", *, page: int | None = None, key: str = "", number: int = 0) -> None:
        """Note a change that no signature permits."""
        self._note(Rank.OTHER, code, subject, page, {"key": key, "number": number})

    def unsure(self, code: str, subject: str = "", *, page: int | None = None, key: str = "", number: int = 0) -> None:
        """Note a change that may be permitted and is not judged."""
        self._note(Rank.OPEN, code, subject, page, {"key": key, "number": number})

    def _note(self, rank: Rank, code: str, subject: str, page: int | None, params: dict[str, object]) -> None:
        said = {key: value for key, value in params.items() if value}
        self.tell(rank, code, subject, page=page, shown=True, params=said)

    def tell_signature(self, one: Found, *, page: int | None = None, box: tuple[float, float, float, float] | None = None,
                       shown: bool = False) -> None:  # fmt: skip
        """Note a signature or document time-stamp that the update brings, once, and as what is seen of it."""
        stamp = one.sub_filter == "ETSI.RFC3161"
        code = "PDF_TIMESTAMP_ADDED" if stamp else "PDF_SIGNATURE_ADDED"
        # A field and its widget bring one signature.
        known = [told for told in self.told if (told.change.code, told.change.subject) == (code, one.field.name)]
        if shown and not any(told.change.shown for told in known):
            self.told = [told for told in self.told if told not in known]
            known = []
        if not known:
            rank = Rank.VALIDATION if stamp and not shown else Rank.SIGN
            self.tell(rank, code, one.field.name, page=page, box=box if shown else None, shown=shown)

    def before(self, value: Value) -> Value:
        """Resolve as of the older revision."""
        return self.pdf.resolve(value, self.old)

    def after(self, value: Value) -> Value:
        """Resolve as of the newer revision."""
        return self.pdf.resolve(value, self.new)

    def users(self, number: int) -> set[int]:
        """Return who referred to an object of this update before it."""
        return self.before_graph.get(number, set())

    def owned(self, old: Value, new: Value, owners: set[int]) -> bool:
        """Explain a changed object that an explained owner refers to, when nobody else does.

        False when the object is shared, or when the owner now refers to another old object.
        """
        if not isinstance(new, Ref):
            return True
        if isinstance(old, Ref) and old.number == new.number:
            if new.number in self.changed:
                users = self.users(new.number)
                if not users <= owners or not all(self.names_once(user, new.number) for user in users):
                    return False
                self.explained.add(new.number)
            return True
        return self.fresh(new)

    def names_once(self, owner: int, number: int) -> bool:
        """Tell whether an owner of the older revision refers to an object once: what it names twice may play two parts."""
        if owner == TRAILER:
            return True
        found = [ref.number for ref in references(self.value_before(owner))]
        self.spend(len(found))
        return found.count(number) == 1

    def referrers(self, number: int) -> set[int]:
        """Return who refers to any object of the older revision, while the update is being explained."""
        return self._graph.users(number) if self._graph is not None else set()

    def fresh(self, value: Value) -> bool:
        """Tell whether a value is direct without references, or a new object that nobody knew of before."""
        if isinstance(value, Ref):
            return value.number in self.added and not self.users(value.number)
        return not isinstance(value, dict | list) or all(
            self.fresh(item) for item in (value.values() if isinstance(value, dict) else value)
        )

    def equivalent(self, one: Value, other: Value) -> bool:
        """Tell whether two values differ only in which parts stand in objects of their own (7.3.10).

        What both name by one number is judged as that object; a part may only move into a new one.
        """
        todo: list[tuple[Value, Value]] = [(one, other)]
        for _ in range(_PARTS):
            if not todo:
                return True
            left, right = todo.pop()
            self.spend(1)
            if isinstance(left, Ref) and left == right:
                continue
            if isinstance(right, Ref) and not self.fresh(right):
                return False
            left, right = self.before(left), self.after(right)
            if isinstance(left, RepeatedKeys) or isinstance(right, RepeatedKeys):
                return False
            if isinstance(left, dict) and isinstance(right, dict):
                # The value of a field is a matter of its own, and so is the place in a tree.
                if left.keys() != right.keys() or not all(same(left.get(key), right.get(key)) for key in ("V", "Parent")):
                    return False
                todo.extend((value, right[key]) for key, value in left.items() if key != "Parent")
            elif isinstance(left, list) and isinstance(right, list):
                if len(left) != len(right):
                    return False
                todo.extend(zip(left, right, strict=True))
            elif not equal(self.pdf, left, right):
                return False
        return False

    def spend(self, count: int) -> None:
        """Count comparisons that repeat in every update; raises PdfError(PDF_LIMIT)."""
        self.pdf.budget.spend_tokens(count, self.new.xref_offset)

    def number(self, value: Value, fallback: int) -> int:
        """Return the number of a reference, or that of what it stands in."""
        return value.number if isinstance(value, Ref) else fallback

    def compare(self, graph: Graph) -> None:
        """Compare trailers and every listed entry; fills changed, added, freed."""
        entries = self.new.entries
        self._graph = graph
        self.before_graph = {number: graph.users(number) for number in entries if number in graph.live}
        self.compare_trailers()
        for number, entry in entries.items():
            # Number 0 heads the list of free objects and is never an object (7.5.4).
            if number or entry.kind != FREE:
                self._entry(number, entry)
        self.moved = {
            number for number in self.changed if self.equivalent(self.value_before(number), self.value_after(number))
        }

    def compare_trailers(self) -> None:
        """Compare what two trailers say besides where the rows are."""
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
        if entry.kind == FREE:
            if past is not None and past.kind:
                self.freed.add(number)
                self._container(number, past)
            return
        if entry == past and entry.kind == IN_FILE:
            return
        if not self._inside(entry):
            if entry == past:
                return
            self.deny("PDF_ENTRY_OUTSIDE_REVISION", number=number)
        if past is None or past.kind == FREE:
            self.added.add(number)
            return
        if past.kind == IN_FILE and entry.kind == IN_FILE and past.extra != entry.extra:
            self.deny("PDF_GENERATION_CHANGED", number=number)
        self._container(number, past)
        self._values(number, past, entry)

    def _inside(self, entry: Entry) -> bool:
        if entry.kind == IN_STREAM:
            home = self.pdf.entry(entry.place, self.new)
            return home is not None and home[0].kind == IN_FILE and self._inside(home[0])
        return self.new.start <= entry.place < self.new.end

    def _container(self, number: int, past: Entry) -> None:
        """An object stream that is redefined or freed changes every object in it without an entry of theirs."""
        if past.kind != IN_FILE:
            return
        value = self._past(number, past)
        if isinstance(value, Stream) and value.dictionary.get("Type") == "ObjStm":
            self.deny("PDF_OBJSTM_OVERWRITTEN", number=number)

    def _past(self, number: int, past: Entry) -> Value:
        try:
            return self.pdf.get_direct(Ref(number, past.extra if past.kind == IN_FILE else 0), self.old)
        except PdfError as problem:
            if problem.code == "PDF_LIMIT":
                raise
            return None

    def _values(self, number: int, past: Entry, entry: Entry) -> None:
        after = self.pdf.get_direct(Ref(number, entry.extra if entry.kind == IN_FILE else 0), self.new)
        if not equal(self.pdf, self._past(number, past), after):
            self.changed.add(number)

    def value_before(self, number: int) -> Value:
        """Return an object of the older revision by number."""
        return self._by_number(number, self.old)

    def value_after(self, number: int) -> Value:
        """Return an object of the newer revision by number."""
        return self._by_number(number, self.new)

    def _by_number(self, number: int, revision: Revision) -> Value:
        return self.pdf.get_numbered(number, revision)

    def close(self, graph: Graph) -> None:
        """Deny what no rule explained; tell unused objects and unlisted octets.

        `graph` is that of the newer revision.
        """
        live = graph.live
        self._size(live)
        for number in sorted(self.changed - self.explained):
            if number in self.before_graph and number in live:
                refuse = self.unsure if number in self.moved else self.deny
                refuse("PDF_OBJECT_CHANGED", page=self._page_of(number, graph), number=number)
        for number in sorted(self.freed):
            if number in live:
                self.deny("PDF_OBJECT_FREED", number=number)
        for number in sorted(self.added & self.before_graph.keys()):
            # The older revision already refers to it: a dormant object comes alive.
            self.deny("PDF_OBJECT_ADDED", number=number)
        if graph.broken == "PDF_XREF_RANGE":
            # What was signed names octets that were not there: the update fills them.
            self.deny(graph.broken)
        elif graph.broken:
            self.unsure("PDF_OBJECT_UNREADABLE", key=graph.broken)
        self._unused(live)
        self.find_unlisted()

    def _page_of(self, number: int, graph: Graph) -> int | None:
        """Return the page that alone uses an object, from 1; null where several do, or none is near."""
        pages = self.pdf.page_numbers(self.old)
        seen, todo, found = {number}, [number], set()
        while todo and len(seen) < _USERS:
            for user in graph.users(todo.pop()):
                if user in pages:
                    found.add(pages[user])
                elif user not in seen:
                    seen.add(user)
                    todo.append(user)
        return found.pop() if len(found) == 1 and not todo else None

    def _size(self, live: AbstractSet[int]) -> None:
        """7.5.4: objects from /Size on are missing, so that a smaller one takes away what was signed."""
        old, new = self.old.trailer.get("Size"), self.new.trailer.get("Size")
        if type(old) is not int or type(new) is not int or new >= old:
            return
        lost = [number for number in live if new <= number < old and self.pdf.entry(number, self.new) is not None]
        if lost:
            self.deny("PDF_TRAILER_CHANGED", key="Size", number=min(lost))

    def _unused(self, live: AbstractSet[int]) -> None:
        unused = [
            number
            for number in sorted((self.added | self.changed) - live)
            if not _is_structure(self.value_after(number))
        ]
        if not unused:
            return
        if all(told.rank is Rank.NEUTRAL for told in self.told):
            # An update for nothing but objects that nobody can reach: what it is for cannot be judged.
            self.unsure("PDF_OBJECT_UNUSED", number=unused[0])
        else:
            # Writers leave some behind; a later update that refers to one is judged then.
            self.findings.append(info("PDF_OBJECT_UNUSED", number=unused[0], count=len(unused)))

    def find_unlisted(self) -> None:
        """Tell octets of the update that belong to no listed object and no section: some reader may find them."""
        sections = [*self.new.sections, *(item.hybrid for item in self.new.sections if item.hybrid is not None)]
        spans = [(section.offset, section.end) for section in sections]
        for number, entry in self.new.entries.items():
            if entry.kind == IN_FILE and self.new.start <= entry.place < self.new.end:
                spans.append(self.pdf.raw_object(Ref(number, entry.extra), self.new))
        data, position = self.pdf.document.data, self.new.start
        for start, end in sorted(spans):
            if start > position:
                skipped = _SKIPPED.match(data, position, start)
                if skipped is None or skipped.end() < start:
                    self.unsure("PDF_UNLISTED_BYTES", number=position)
                    return
            position = max(position, end)


def _is_structure(value: Value) -> bool:
    return isinstance(value, Stream) and value.dictionary.get("Type") in ("XRef", "ObjStm")


def equal(pdf: Pdf, one: Value, other: Value) -> bool:
    """Tell whether two objects are equal; streams by dictionary and raw octets."""
    if isinstance(one, Stream) and isinstance(other, Stream):
        if one.raw_length != other.raw_length or not same(one.dictionary, other.dictionary):
            return False
        data = pdf.document.data
        return all(
            data[one.raw_start + at : one.raw_start + min(at + _BLOCK, one.raw_length)]
            == data[other.raw_start + at : other.raw_start + min(at + _BLOCK, one.raw_length)]
            for at in range(0, one.raw_length, _BLOCK)
        )
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
