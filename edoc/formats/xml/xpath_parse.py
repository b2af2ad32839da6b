"""The grammar of the XPath allow-list, and what its pieces mean for one element."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from edoc.formats.xml.errors import XmlError
from edoc.formats.xml.tree import DS, ID_ATTRIBUTES, Element

_NAME = r"[A-Za-z_][\w.-]*"
_TOKEN = re.compile(
    rf"""\s*(?:(?P<axis>(?:ancestor-or-self|ancestor|descendant-or-self|descendant|child|self)\s*::)|(?P<text>"[^"]*"|'[^']*')"""
    rf"""|(?P<name>{_NAME}(?::{_NAME}|:\*)?|\*)|(?P<number>\d+)|(?P<sign>//|\.\.|[/|()\[\]@=>.]))"""
)
_WORK = 3_000_000
"""Steps of one path: a second or two."""
_NESTED = 20
"""Brackets in brackets; real expressions have three."""


@dataclass(frozen=True, slots=True)
class Test:
    """A name test with conditions on attributes and on what stands above."""

    tag: str
    """As `iter` takes it: `{namespace}local`, `{namespace}*`, `*`; a bare name is in no namespace."""
    conditions: tuple[Condition, ...] = ()

    def fits(self, line: Sequence[Element], own: Element | None) -> bool:
        """Tell whether the first of a line of elements (itself, then those above) is meant."""
        if not _same(self.tag, line[0]):
            return False
        return all(item.holds(line, own) for item in self.conditions)


def _same(tag: str, element: Element) -> bool:
    return tag == "*" or element.tag == tag or tag.endswith("}*") and element.tag.startswith(tag[:-1])


@dataclass(frozen=True, slots=True)
class Above:
    """`ancestor-or-self::…`: an element of some kind stands at or above a node."""

    test: Test
    own: bool = False
    """True: the very signature that the expression stands in."""


@dataclass(frozen=True, slots=True)
class Attribute:
    """`@name = 'value'` of the element in question; a null value asks whether the attribute is there."""

    name: str
    value: str | None


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition on a node: `and`, `or`, `not`, `true` over the others."""

    kind: str
    parts: tuple[Condition, ...] = ()
    above: Above | None = None
    attribute: Attribute | None = None
    test: Test | None = field(default=None)

    def holds(self, line: Sequence[Element], own: Element | None) -> bool:
        """Tell whether it holds for a node whose nearest elements are `line`, outwards; none: outside the root."""
        if self.kind == "not":
            return not self.parts[0].holds(line, own)
        if self.kind == "and":
            return all(part.holds(line, own) for part in self.parts)
        if self.kind == "or":
            return any(part.holds(line, own) for part in self.parts)
        if self.above is not None:
            return self._above(self.above, line, own)
        if self.attribute is not None:
            value = line[0].get(self.attribute.name) if line else None
            return value is not None if self.attribute.value is None else value == self.attribute.value
        return self.kind == "true"

    @staticmethod
    def _above(above: Above, line: Sequence[Element], own: Element | None) -> bool:
        if above.own:
            return own is not None and any(item is own for item in line)
        return any(above.test.fits(line[place:], own) for place in range(len(line)))

    def tests(self) -> list[Above]:
        """Return everything that asks for an element at or above a node, outside of brackets."""
        found = [self.above] if self.above is not None else []
        for part in self.parts:
            found += part.tests()
        return found


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a path: down one level, or any number of them."""

    deep: bool
    test: Test


@dataclass(frozen=True, slots=True)
class Path:
    """An absolute path of names, an identifier, or the signature that the expression stands in."""

    document: bool = False
    """`/` alone."""
    steps: tuple[Step, ...] = ()
    id: str | None = None
    own: bool = False

    def lead(self, root: Element, element: Element) -> list[Element]:
        """Return the elements that it leads to, in document order."""
        own = next(element.iterancestors(f"{{{DS}}}Signature"), None)
        if self.own:
            return [own] if own is not None and own.getroottree().getroot() is root else []
        if self.id is not None:
            return [item for item in root.iter("*") if self.id in {item.get(name) for name in ID_ATTRIBUTES}]
        return self._steps(root, own)

    def _steps(self, root: Element, own: Element | None) -> list[Element]:
        found: list[Element] | None = None
        work = 0
        for step in self.steps:
            reached: dict[Element, None] = {}
            for item in _candidates(step, root, found):
                if step.test.conditions:
                    line = [item, *item.iterancestors()]
                    work += len(line) ** 2
                else:
                    line = [item]
                    work += 1
                if work > _WORK:
                    raise XmlError("XML_LIMIT", limit=_WORK, what="steps of an expression")
                if step.test.fits(line, own):
                    reached[item] = None
            found = list(reached)
        return found or []


def _candidates(step: Step, root: Element, found: list[Element] | None) -> Iterator[Element]:
    """Yield what one step down from some elements may reach; null: from the document."""
    if found is None:
        yield from root.iter(step.test.tag) if step.deep else (root,)
    elif not step.deep:
        for item in found:
            yield from item.iterchildren(step.test.tag)
    else:
        # What stands in several of them comes several times: that counts as work, and is one place in the end.
        for item in found:
            yield from item.iterdescendants(step.test.tag)


class Parser:
    """Reads one expression; whatever is not in the grammar raises `XmlError` XML_XPATH_UNKNOWN."""

    def __init__(self, text: str, namespaces: Mapping[str, str]) -> None:
        self._text = text
        self._namespaces = namespaces
        self._tokens = self._split(text)
        self._place = 0
        self._depth = 0

    def _split(self, text: str) -> list[str]:
        found = []
        place = 0
        text = text.rstrip()
        while place < len(text):
            match = _TOKEN.match(text, place)
            if match is None:
                raise self._unknown()
            token = match.group().strip()
            found.append("".join(token.split()) if match.lastgroup == "axis" else token)
            place = match.end()
        return found

    def _unknown(self) -> XmlError:
        return XmlError("XML_XPATH_UNKNOWN", expression=" ".join(self._text.split())[:200])

    def _next(self) -> str:
        return self._tokens[self._place] if self._place < len(self._tokens) else ""

    def _take(self) -> str:
        token = self._next()
        self._place += 1
        return token

    def _expect(self, *tokens: str) -> None:
        for token in tokens:
            if self._take() != token:
                raise self._unknown()

    def _follows(self, *tokens: str) -> bool:
        return tuple(self._tokens[self._place : self._place + len(tokens)]) == tokens

    def condition(self) -> Condition:
        """Return the condition that the whole expression is."""
        if self._tokens == ["1"]:
            # A number is true where a condition is asked for; in brackets it would be a position.
            return Condition("true")
        found = self._or()
        if self._next():
            raise self._unknown()
        return found

    def _or(self) -> Condition:
        self._depth += 1
        if self._depth > _NESTED:
            raise self._unknown()
        parts = [self._and()]
        while self._next() == "or":
            self._take()
            parts.append(self._and())
        self._depth -= 1
        return parts[0] if len(parts) == 1 else Condition("or", tuple(parts))

    def _and(self) -> Condition:
        parts = [self._one()]
        while self._next() == "and":
            self._take()
            parts.append(self._one())
        return parts[0] if len(parts) == 1 else Condition("and", tuple(parts))

    def _one(self) -> Condition:
        token = self._take()
        if token == "not" and self._next() == "(":
            self._take()
            inner = self._or()
            self._expect(")")
            return Condition("not", (inner,))
        if token == "(":
            inner = self._or()
            self._expect(")")
            return inner
        if token in ("true", "false") and self._follows("(", ")"):
            self._expect("(", ")")
            return Condition(token)
        if token == "ancestor-or-self::":
            return Condition("above", above=Above(self._test()))
        if token == "count":
            return self._outside_own()
        if token == "@":
            return self._attribute()
        raise self._unknown()

    def _outside_own(self) -> Condition:
        """Read the enveloped idiom (XML-DSig 6.6.4): more elements with the own signature counted than without."""
        names = []
        self._expect("(", "ancestor-or-self::")
        names.append(self._tag(self._take()))
        self._expect("|", "here", "(", ")", "/", "ancestor::")
        names.append(self._tag(self._take()))
        self._expect("[", "1", "]", ")", ">", "count", "(", "ancestor-or-self::")
        names.append(self._tag(self._take()))
        self._expect(")")
        if names != [f"{{{DS}}}Signature"] * 3:
            raise self._unknown()
        return Condition("not", (Condition("above", above=Above(Test(names[0]), own=True)),))

    def _attribute(self) -> Condition:
        name = self._take()
        if name == "*" or not re.fullmatch(_NAME, name):
            raise self._unknown()
        if self._next() != "=":
            return Condition("attribute", attribute=Attribute(name, None))
        self._take()
        text = self._take()
        if text[:1] not in ("'", '"'):
            raise self._unknown()
        return Condition("attribute", attribute=Attribute(name, text[1:-1]))

    def _test(self) -> Test:
        tag = self._tag(self._take())
        conditions = []
        while self._next() == "[":
            self._take()
            conditions.append(self._or())
            self._expect("]")
        return Test(tag, tuple(conditions))

    def _tag(self, name: str) -> str:
        if name == "*":
            return name
        prefix, colon, local = name.partition(":")
        if not re.fullmatch(rf"{_NAME}(:({_NAME}|\*))?", name):
            raise self._unknown()
        if not colon:
            # XPath 1.0 2.3: a name without prefix is in no namespace.
            return prefix
        if prefix not in self._namespaces:
            raise self._unknown()
        return f"{{{self._namespaces[prefix]}}}{local}"

    def paths(self) -> list[Path]:
        """Return the paths that the whole expression joins."""
        found = [self._path()]
        while self._next() == "|":
            self._take()
            found.append(self._path())
        if self._next():
            raise self._unknown()
        return found

    def _path(self) -> Path:
        if self._follows("here", "(", ")", "/", "ancestor::"):
            self._place += 5
            if self._tag(self._take()) != f"{{{DS}}}Signature":
                raise self._unknown()
            self._expect("[", "1", "]")
            return Path(own=True)
        if self._follows("id", "("):
            self._place += 2
            text = self._take()
            self._expect(")")
            if text[:1] not in ("'", '"') or len(text[1:-1].split()) != 1:
                raise self._unknown()
            return Path(id=text[1:-1].strip())
        if self._next() == "/" and self._place + 1 in (len(self._tokens), self._bar()):
            self._take()
            return Path(document=True)
        return Path(steps=self._path_steps())

    def _bar(self) -> int:
        """Return the place of the next bar, -1 when there is none."""
        rest = self._tokens[self._place :]
        return self._place + rest.index("|") if "|" in rest else -1

    def _path_steps(self) -> tuple[Step, ...]:
        steps: list[Step] = []
        while self._next() in ("/", "//"):
            deep = self._take() == "//"
            if self._next() in ("descendant::", "descendant-or-self::") and (not steps or self._next() == "descendant::"):
                self._take()
                deep = True
            elif self._next() == "child::":
                self._take()
            steps.append(Step(deep, self._test()))
        if not steps:
            raise self._unknown()
        return tuple(steps)
