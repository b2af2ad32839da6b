"""Whether an object plays one part only: what is judged as a field must not be the page's pictures as well (7.3.10).

Nothing forbids one dictionary to be a form field and, under another name, the resources of a page, or a page to be the
security store. A rule that permits a change of the one would permit that of the other.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from edoc.formats.pdf.fonts import read_font
from edoc.formats.pdf.glyphs import text_string
from edoc.formats.pdf.graph import TRAILER, references
from edoc.formats.pdf.step import Step
from edoc.formats.pdf.values import Ref, Value

_BETWEEN_FIELDS = ("Kids", "Parent", "Popup", "IRT")
"""Entries by which fields and annotations name each other."""
_IN_FORM = ("Fields", "CO")
_IN_ACTIONS = ("T", "Fields", "Annotation", "AN", "Next")
_ACTIONS = ("A", "AA", "OpenAction")
_WALKED = 60_000
"""Objects looked at to find out what one is used for: the whole field tree at the most."""
_QUOTES = (0x27, 0x60)
"""Codes that older encodings show as typographic quotes."""


@dataclass(slots=True)
class Uses:
    """Who uses what for what, as of the older revision of a step; what is known is kept for further questions."""

    step: Step
    single: set[int] = field(default_factory=set)
    """Objects that play one part."""
    held: dict[int, dict[str, frozenset[int]]] = field(default_factory=dict)
    """By object: what each of its entries refers to."""

    def plays_one_part(self, number: int) -> bool:
        """Tell whether an object is used as a field, widget or annotation and as nothing else; raises PdfError(PDF_LIMIT)."""
        todo, seen = [number], {number}
        while todo:
            target = todo.pop()
            users = self.step.referrers(target)
            self.step.spend(len(users))
            if not users or len(seen) > _WALKED:
                return False
            for user in users:
                further = self._part(user, target)
                if further is None:
                    return False
                todo.extend(further - seen - self.single)
                seen |= further
        self.single |= seen
        return True

    def _part(self, user: int, target: int) -> set[int] | None:
        """Return the objects that must play one part, too, when one refers to another; null when it plays another."""
        value = None if user == TRAILER else self.step.value_before(user)
        if isinstance(value, list):
            # An array is what those make of it who refer to it.
            return {user}
        if not isinstance(value, dict):
            return None
        if user not in self.held:
            self.held[user] = {key: frozenset(ref.number for ref in references(item)) for key, item in value.items()}
            self.step.spend(sum(map(len, self.held[user].values())))
        further: set[int] = set()
        for key, numbers in self.held[user].items():
            if target not in numbers:
                continue
            if key in _BETWEEN_FIELDS and value.get("Type") not in ("Pages", "Catalog"):
                further.add(user)
            elif not _known(self.step, user, value, key):
                return None
        return further


def _known(step: Step, user: int, value: dict[str, Value], key: str) -> bool:
    if key == "Annots":
        return value.get("Type") == "Page"
    root = step.pdf.root_of(step.old).number
    if key in ("AcroForm", "OpenAction") and user == root:
        return True
    if key in _IN_FORM:
        catalog = step.value_before(root)
        form = catalog.get("AcroForm") if isinstance(catalog, dict) else None
        return (isinstance(form, Ref) and form.number == user) or "S" in value
    if key in _ACTIONS or (key in _IN_ACTIONS and "S" in value):
        return True
    if key == "Obj":
        return value.get("Type") == "OBJR"
    return key == "K" and ("S" in value or value.get("Type") == "StructTreeRoot")


def awaited(step: Step, names: set[str]) -> set[str]:
    """Return those names of new default resources that older fields ask for.

    A field that names a font which was not there is drawn with another one, until somebody brings it.
    """
    return names & set().union(*(_asked(value) for value in _appearance_strings(step))) if names else set()


def shows_other_letters(step: Step, place: Value) -> bool:
    """Tell whether a new font may show other letters than its codes are known for (9.6.2.2)."""
    entries = step.after(place)
    if not isinstance(entries, dict) or "FontDescriptor" in entries or entries.get("Subtype") != "Type1":
        return True
    font = read_font(step.pdf, place, step.new)
    plain = str(entries.get("BaseFont", "")).startswith(("Helvetica", "Times", "Courier"))
    return font is None or not plain or any(font.texts.get(code) != chr(code) for code in range(33, 127) if code not in _QUOTES)


def _appearance_strings(step: Step) -> list[Value]:
    """Return the default appearances of the form and of all fields of the older revision (12.7.4.3)."""
    from edoc.formats.pdf.coverage import fields_of

    catalog = step.value_before(step.pdf.root_of(step.old).number)
    form = step.before(catalog.get("AcroForm")) if isinstance(catalog, dict) else None
    found = [form.get("DA")] if isinstance(form, dict) else []
    for item in fields_of(step.pdf, step.old):
        found.append(item.dictionary.get("DA"))
        for ref in item.widgets:
            value = step.before(ref)
            found.append(value.get("DA") if isinstance(value, dict) else None)
    step.spend(len(found))
    return [step.before(value) for value in found if value is not None]


def _asked(value: Value) -> set[str]:
    """Return the names in a default appearance, `#xx` spelled out."""
    if not isinstance(value, bytes):
        return set()
    words = text_string(bytes(value)).replace("/", " /").split()
    return {_spelled(word[1:]) for word in words if word.startswith("/")}


def _spelled(name: str) -> str:
    head, *rest = name.split("#")
    for part in rest:
        try:
            head += chr(int(part[:2], 16)) + part[2:]
        except ValueError:
            head += "#" + part
    return head
