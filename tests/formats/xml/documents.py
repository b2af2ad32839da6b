"""Random XML documents: namespaces declared, redeclared and undeclared, attributes of every kind, comments, text."""

from __future__ import annotations

import random

SPACES = ("urn:a", "urn:b", "http://c.example/x", "urn:d:d")
PREFIXES = ("p", "q", "r")
TEXTS = ("plain", "&lt;&amp;&gt;", "\n  ", "&#13;", "<![CDATA[<&]]>", "سلام", "\t", "]]&gt;", '"')
VALUES = ("v", "&lt;&quot;&amp;", "a\tb", "&#10;&#13;&#9;", "", "ä")
XML_ATTRIBUTES = ('xml:lang="fa"', 'xml:space="preserve"', 'xml:base="http://x.example/a/b"', 'xml:base="../c"')


def document(seed: int, *, size: int = 30, outside: bool = True) -> bytes:
    """Return a document of some `size` elements; every element has an Id, `e0` the root."""
    return _Maker(random.Random(seed), size).make(outside=outside).encode("utf-8")


class _Maker:
    def __init__(self, chance: random.Random, size: int) -> None:
        self.chance = chance
        self.left = size
        self.count = 0

    def make(self, *, outside: bool) -> str:
        before = self._outside() if outside else ""
        after = self._outside() if outside else ""
        return f'<?xml version="1.0"?>\n{before}{self._element({}, 0)}{after}'

    def _outside(self) -> str:
        return "".join(self.chance.choice(("<?pi data?>", "<!-- outside -->", "\n", "<?x?>")) for _ in range(3))

    def _element(self, scope: dict[str, str], depth: int) -> str:
        scope = dict(scope)
        own: list[str] = []
        for prefix in ("", *PREFIXES):
            if self.chance.random() < 0.25:
                uri = self.chance.choice(SPACES)
                scope[prefix] = uri
                own.append(f'xmlns:{prefix}="{uri}"' if prefix else f'xmlns="{uri}"')
            elif not prefix and scope.get("") and self.chance.random() < 0.2:
                scope[""] = ""
                own.append('xmlns=""')
        declared = [prefix for prefix in PREFIXES if prefix in scope]
        name = self.chance.choice(("a", "b", "c"))
        if declared and self.chance.random() < 0.5:
            name = f"{self.chance.choice(declared)}:{name}"
        own += self._attributes(declared, scope)
        own.append(f'Id="e{self.count}"')
        self.count += 1
        self.left -= 1
        self.chance.shuffle(own)
        start = " ".join((name, *own))
        inner = self._inner(scope, depth)
        return f"<{start}>{inner}</{name}>" if inner or self.chance.random() < 0.5 else f"<{start}/>"

    def _attributes(self, declared: list[str], scope: dict[str, str]) -> list[str]:
        found: dict[str, str] = {}
        for name in ("x", "y"):
            if self.chance.random() < 0.3:
                found[name] = f'{name}="{self.chance.choice(VALUES)}"'
        for prefix in declared:
            if self.chance.random() < 0.3:
                found[f"{scope[prefix]} n"] = f'{prefix}:n="{self.chance.choice(VALUES)}"'
        if self.chance.random() < 0.2:
            text = self.chance.choice(XML_ATTRIBUTES)
            found[text.partition("=")[0]] = text
        return list(found.values())

    def _inner(self, scope: dict[str, str], depth: int) -> str:
        parts = []
        for _ in range(self.chance.randrange(5)):
            kind = self.chance.random()
            if kind < 0.5 and self.left > 0 and depth < 8:
                parts.append(self._element(scope, depth + 1))
            elif kind < 0.8:
                parts.append(self.chance.choice(TEXTS))
            else:
                parts.append(self.chance.choice(("<!-- <a> -->", "<?pi <p:a x></b>?>", "<?pi?>", "<!-- <?pi <b> -->", "<?x <!-- ?>")))
        return "".join(parts)
