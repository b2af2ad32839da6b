"""The general canonicaliser: any set of nodes, all rules, in time that grows with the document alone."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import cast

from lxml import etree

from edoc.formats.xml.base_uri import join
from edoc.formats.xml.errors import XmlError
from edoc.formats.xml.leaf import attributes as attributes_of
from edoc.formats.xml.nodes import NodeSet
from edoc.formats.xml.tree import XML, Element, namespaces_of

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_TEXT = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#xD;"})
_VALUE = str.maketrans({"&": "&amp;", "<": "&lt;", '"': "&quot;", "\t": "&#x9;", "\n": "&#xA;", "\r": "&#xD;"})
_RETURN = str.maketrans({"\r": "&#xD;"})
_SPECIAL = re.compile(r"[&<>\r]")
_SPECIAL_VALUE = re.compile('[&<"\t\n\r]')
_XML = f"{{{XML}}}"
_NONE: Mapping[str, str] = {}

_BASES = 8
"""xml:base attributes of elements left out, one in another; real documents have one, and each is joined anew."""

Scope = Mapping[str, str]
"""Namespaces by prefix, `""` the default one; the prefix `xml` is never listed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """Which canonical form: `1.0`, `1.1` or `exclusive`."""

    kind: str
    comments: bool
    prefixes: tuple[str, ...] = ()
    """Prefixes that exclusive canonicalisation treats as inclusive; `""` is the default namespace."""


@dataclass(slots=True)
class _Frame:
    """What holds at one open element."""

    scope: Scope
    rendered: Scope
    """What the nearest element in the output, and those above it, have declared."""
    inside: bool
    end: str
    xml: Mapping[str, str]
    """Attributes of the namespace `xml` that are in force, by local name; empty where no rule asks for them."""
    bases: tuple[str, ...]
    """Bases of the run of elements that are left out, outermost first."""


@dataclass(slots=True)
class _Walk:
    nodes: NodeSet
    rules: Rules
    out: list[str] = field(default_factory=list)
    frames: list[_Frame] = field(default_factory=list)

    def start(self, element: Element, declared: list[tuple[str, str]], *, text: bool = True) -> None:
        above = self.frames[-1]
        scope = _declared(above.scope, declared) if declared else above.scope
        inside = self.nodes.marks.get(element, above.inside)
        xml, bases = above.xml, above.bases
        if self.rules.kind != "exclusive" and element.attrib:
            xml, bases = _in_force(element, xml, bases)
        if not inside:
            self.frames.append(_Frame(scope, above.rendered, False, "", xml, bases))
            return
        name, attributes, used = self._names(element, scope)
        if not above.inside and above.xml:
            attributes = _orphaned(above, self.rules.kind, attributes)
        rendered, new = self._namespaces(scope, above.rendered, used, same=scope is above.scope and above.inside)
        self.out.append(f"<{name}")
        for prefix in sorted(new):
            self.out.append(f' xmlns:{prefix}="{_value(new[prefix])}"' if prefix else f' xmlns="{_value(new[""])}"')
        if len(attributes) > 1:
            attributes.sort()
        for _, _, label, value in attributes:
            self.out.append(f' {label}="{_value(value)}"')
        self.out.append(">")
        self.frames.append(_Frame(scope, rendered, True, f"</{name}>", xml, ()))
        if text:
            self.text(element.text)

    def end(self) -> None:
        frame = self.frames.pop()
        if frame.inside:
            self.out.append(frame.end)

    def text(self, text: str | None) -> None:
        if text and self.frames[-1].inside:
            self.out.append(text.translate(_TEXT) if _SPECIAL.search(text) else text)

    def other(self, node: Element) -> None:
        """Write a comment or an instruction inside the document element."""
        if self.frames[-1].inside:
            self.out.append(self._words(node))

    def _words(self, node: Element) -> str:
        text = (node.text or "").translate(_RETURN)
        if isinstance(node, etree._Comment):
            return f"<!--{text}-->" if self.rules.comments else ""
        target = cast(str, cast("etree._ProcessingInstruction", node).target)
        return f"<?{target} {text}?>" if text else f"<?{target}?>"

    def outside(self, nodes: Iterable[Element], *, before: bool) -> None:
        for node in nodes:
            words = self._words(node)
            if words:
                self.out.append(f"{words}\n" if before else f"\n{words}")

    def _names(self, element: Element, scope: Scope) -> tuple[str, list[tuple[str, str, str, str]], set[str]]:
        tag: str = element.tag
        prefix = element.prefix
        local = tag.rpartition("}")[2]
        used = {prefix or ""}
        found = []
        if element.attrib:
            own = attributes_of(element)
            labels = _labels(element, own, scope)
            for key, value in own.items():
                space, _, name = key.rpartition("}")
                label = labels[key] if space else name
                if space and space != f"{{{XML}":
                    used.add(label.partition(":")[0])
                found.append((space[1:], name, label, value))
        return (f"{prefix}:{local}" if prefix else local), found, used

    def _namespaces(
        self, scope: Scope, rendered: Scope, used: set[str], *, same: bool
    ) -> tuple[Scope, dict[str, str]]:
        if self.rules.kind == "exclusive":
            wanted: Iterable[str] = used.union(self.rules.prefixes) if self.rules.prefixes else used
        elif same:
            return rendered, {}
        else:
            wanted = {*scope, ""}
        new = {}
        for prefix in wanted:
            uri = scope.get(prefix, "")
            if uri != rendered.get(prefix, "") and prefix != "xml":
                if not uri and prefix:
                    # On the list of prefixes, and not declared here.
                    continue
                if uri and _SCHEME.match(uri) is None:
                    raise XmlError("XML_C14N_RELATIVE")
                new[prefix] = uri
        return ({**rendered, **new} if new else rendered), new


def _value(text: str) -> str:
    return text.translate(_VALUE) if _SPECIAL_VALUE.search(text) else text


def _declared(scope: Scope, declared: list[tuple[str, str]]) -> Scope:
    now = dict(scope)
    for prefix, uri in declared:
        if uri:
            now[prefix] = uri
        else:
            now.pop(prefix, None)
    return now


def _labels(element: Element, own: Mapping[str, str], scope: Scope) -> dict[str, str]:
    """Return the names of the attributes in a namespace as they are written, by their full names."""
    spaces = {key[1:].partition("}")[0] for key in own if key[:1] == "{"}
    if not spaces:
        return {}
    prefixes: dict[str, str] = {XML: "xml"}
    twice = False
    for prefix, uri in scope.items():
        if prefix and uri in spaces:
            twice = twice or uri in prefixes
            prefixes[uri] = prefix
    if twice:
        # Two prefixes for one namespace: only the parser knows which one was written.
        return {key: str(element.xpath(f"name(@*[{place}])")) for place, key in enumerate(own, 1)}
    found = {}
    for key in own:
        if key[:1] == "{":
            space, _, name = key[1:].partition("}")
            found[key] = f"{prefixes[space]}:{name}"
    return found


def _in_force(
    element: Element, xml: Mapping[str, str], bases: tuple[str, ...]
) -> tuple[Mapping[str, str], tuple[str, ...]]:
    own = {key[len(_XML) :]: value for key, value in attributes_of(element).items() if key.startswith(_XML)}
    if not own:
        return xml, bases
    return {**xml, **own}, (*bases, own["base"]) if "base" in own else bases


def _orphaned(
    above: _Frame, kind: str, attributes: list[tuple[str, str, str, str]]
) -> list[tuple[str, str, str, str]]:
    """Return the attributes of an element whose parent is left out, with those of the namespace `xml` it takes over."""
    own = {name: value for space, name, _, value in attributes if space == XML}
    found = dict(above.xml)
    if kind == "1.1":
        found = {key: value for key, value in found.items() if key in ("lang", "space")}
        if len(above.bases) > _BASES:
            raise XmlError("XML_LIMIT", limit=_BASES, what="bases to join")
        if above.bases:
            # C14N 1.1 2.4: bases are joined over the run of elements that are left out.
            joined = own.pop("base", "")
            for base in reversed(above.bases):
                joined = join(base, joined)
            attributes = [item for item in attributes if item[2] != "xml:base"]
            if joined:
                found["base"] = joined
    return [*attributes, *((XML, key, f"xml:{key}", value) for key, value in found.items() if key not in own)]


def walk(nodes: NodeSet, rules: Rules) -> bytes:
    """Return the canonical octets of a set of nodes; `XmlError` XML_C14N_RELATIVE."""
    apex = nodes.apex
    state = _begun(nodes, rules)
    if nodes.whole and nodes.outside:
        state.outside(reversed(list(apex.itersiblings(preceding=True))), before=True)
    _walk_subtree(state, apex)
    if nodes.whole and nodes.outside:
        state.outside(apex.itersiblings(), before=False)
    return "".join(state.out).encode("utf-8")


def start_tag(apex: Element, rules: Rules) -> bytes:
    """Return the start tag of the apex of a subtree, with all that it takes over."""
    state = _begun(NodeSet(apex=apex), rules)
    above, own = state.frames[0].scope, namespaces_of(apex)
    declared = [(prefix, uri) for prefix, uri in own.items() if above.get(prefix) != uri]
    if "" in above and "" not in own:
        declared.append(("", ""))
    state.start(apex, declared, text=False)
    return "".join(state.out).encode("utf-8")


def _begun(nodes: NodeSet, rules: Rules) -> _Walk:
    parent = nodes.apex.getparent()
    scope = namespaces_of(parent) if parent is not None else {}
    state = _Walk(replace(nodes, marks={nodes.apex: True, **nodes.marks}), rules)
    xml: Mapping[str, str] = _NONE
    bases: tuple[str, ...] = ()
    if rules.kind != "exclusive":
        for above in reversed(list(nodes.apex.iterancestors())):
            xml, bases = _in_force(above, xml, bases)
    state.frames.append(_Frame(scope, _NONE, False, "", xml, bases))
    return state


def _walk_subtree(state: _Walk, apex: Element) -> None:
    declared: list[tuple[str, str]] = []
    for event, item in etree.iterwalk(apex, events=("start-ns", "start", "end", "comment", "pi")):
        if event == "start-ns":
            declared.append(item)
        elif event == "start":
            state.start(item, declared)
            if declared:
                declared = []
        elif event == "end":
            state.end()
            if item is not apex:
                state.text(item.tail)
        else:
            state.other(item)
            state.text(item.tail)
