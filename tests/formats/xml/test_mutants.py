"""Mutants of signed XML documents, half of them structural: none is believed with other octets, none breaks the reader."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable
from copy import deepcopy
from functools import cache

import pytest
from lxml import etree

import edoc
from edoc.formats.xml.algorithms import C14N_10, C14N_11, C14N_EXCLUSIVE
from edoc.formats.xml.tree import DS
from tests.formats.xml.maker import (
    ENVELOPED,
    ORDER,
    by_id,
    enveloped,
    enveloping,
    reference,
    signature,
    signed,
    transform,
)

SHARE = 600
"""Mutants of a plain run."""
SOAK = 5_000
SECONDS = 5.0
FILTER_2 = "http://www.w3.org/2002/06/xmldsig-filter2"
XPATH = "http://www.w3.org/TR/1999/REC-xpath-19991116"
URIS = (
    C14N_10, f"{C14N_10}#WithComments", C14N_11, C14N_EXCLUSIVE, ENVELOPED, f"{DS}base64", FILTER_2, XPATH,
    f"{DS}sha1", "http://www.w3.org/2001/04/xmlenc#sha512", f"{DS}hmac-sha1", f"{DS}rsa-sha1", "urn:x", "",
)  # fmt: skip


@cache
def originals() -> tuple[bytes, ...]:
    """Signed documents of every packaging and of the transforms that are understood."""
    every = f'<XPath xmlns="{FILTER_2}" Filter="subtract">/descendant::ds:Signature</XPath>'
    subtract = signature(reference("", transforms=transform(FILTER_2, every) + transform(C14N_EXCLUSIVE)))
    without = transform(XPATH, "<ds:XPath>not(ancestor-or-self::ds:Signature)</ds:XPath>")
    manifest = (
        f'<ds:Object><ds:Manifest Id="m">{reference("#o1", 1)}</ds:Manifest></ds:Object>'
        f'<ds:Object Id="b">UGF5</ds:Object>'
    )
    several = reference("#m", 2, extra=f' Type="{DS}Manifest"') + reference("#b", 3, transforms=transform(f"{DS}base64"))
    templates = (
        enveloped(),
        by_id(),
        enveloping(),
        f"<doc>{ORDER}{subtract}</doc>",
        f'<doc xmlns="urn:d" xml:lang="fa">{ORDER}{signature(reference("", transforms=without), c14n=C14N_10)}</doc>',
        f"<doc>{ORDER}{signature(several, objects=manifest)}</doc>",
        '<?xml-stylesheet href="x"?>' + enveloped("<a>سلام<!-- c --><b x='1'/></a>"),
    )
    return tuple(signed(template) for template in templates)


def signed_octets(report: edoc.Report) -> list[tuple[bytes, ...]]:
    """Return, for each signature, the octets of each of its references."""
    return [tuple(one.signed_data(place) for place in range(len(one.scope))) for one in report.signatures]


def verified(data: bytes) -> edoc.Report | None:
    try:
        return edoc.verify_document(edoc.Document.from_bytes(data, name="mutant.xml"), policy="integrity")
    except edoc.InputError:
        return None


@cache
def known() -> tuple[frozenset[tuple[bytes, ...]], ...]:
    found = []
    for data in originals():
        report = verified(data)
        assert report is not None and report.verdict is edoc.Verdict.INTACT, report and report.to_json()
        found.append(frozenset(signed_octets(report)))
    return tuple(found)


def _flip(data: bytes, chance: random.Random) -> bytes:
    changed = bytearray(data)
    for _ in range(chance.choice((1, 1, 2, 8))):
        changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
    return bytes(changed)


def _overwrite(data: bytes, chance: random.Random) -> bytes:
    start, size = chance.randrange(len(data)), chance.choice((1, 2, 16, 200))
    return data[:start] + chance.randbytes(size) + data[start + size :]


def _letter(data: bytes, chance: random.Random) -> bytes:
    """Change one character to another that keeps the document well-formed more often than not."""
    place = chance.randrange(len(data))
    return data[:place] + chance.choice(b"aZ09+/= \n-_").to_bytes(1, "big") + data[place + 1 :]


def _cut(data: bytes, chance: random.Random) -> bytes:
    start, size = chance.randrange(len(data)), chance.choice((1, 5, 100))
    return data[:start] + data[start + size :]


def _repeat(data: bytes, chance: random.Random) -> bytes:
    start, size = chance.randrange(len(data)), chance.choice((1, 20, 300))
    return data[: start + size] + data[start : start + size] + data[start + size :]


OCTETS: tuple[Callable[[bytes, random.Random], bytes], ...] = (_flip, _overwrite, _letter, _cut, _repeat)


def _elements(root: etree._Element) -> list[etree._Element]:
    return list(root.iter("*"))


def _copy(root: etree._Element, chance: random.Random) -> None:
    every = _elements(root)
    chance.choice(every).insert(chance.randrange(4), deepcopy(chance.choice(every)))


def _move(root: etree._Element, chance: random.Random) -> None:
    every = _elements(root)
    moved, target = chance.choice(every[1:]), chance.choice(every)
    if not any(item is moved for item in (target, *target.iterancestors())):
        target.insert(chance.randrange(3), moved)


def _remove(root: etree._Element, chance: random.Random) -> None:
    chosen = chance.choice(_elements(root)[1:])
    parent = chosen.getparent()
    assert parent is not None
    parent.remove(chosen)


def _wrap(root: etree._Element, chance: random.Random) -> None:
    chosen = chance.choice(_elements(root)[1:])
    parent = chosen.getparent()
    assert parent is not None
    box = etree.Element(chance.choice((f"{{{DS}}}Object", "extension", f"{{{DS}}}Signature", f"{{{DS}}}Manifest")))
    parent.replace(chosen, box)
    box.append(chosen)


def _rename(root: etree._Element, chance: random.Random) -> None:
    every = _elements(root)
    chance.choice(every).tag = chance.choice(every).tag


def _attribute(root: etree._Element, chance: random.Random) -> None:
    chosen = chance.choice(_elements(root))
    name = chance.choice(("Id", "ID", "id", "URI", "Type", "Algorithm", "x", "{http://www.w3.org/XML/1998/namespace}lang"))
    value = chance.choice(("o1", "m", "#o1", "", "#m", "#xpointer(/)", "sig", f"{DS}Manifest", *URIS))
    if name in chosen.attrib and chance.random() < 0.3:
        del chosen.attrib[name]
    else:
        chosen.set(name, value)


def _words(root: etree._Element, chance: random.Random) -> None:
    chosen = chance.choice(_elements(root))
    words = chance.choice(("900", " ", "", "UGF5", "true()", "/", "not(true())", "//order"))
    if chance.random() < 0.7:
        chosen.text = words
    elif chosen is not root:
        chosen.tail = words


def _hide(root: etree._Element, chance: random.Random) -> None:
    made = chance.choice((etree.Comment("c"), etree.ProcessingInstruction("p", "i")))
    chance.choice(_elements(root)).insert(chance.randrange(3), made)


TREES: tuple[Callable[[etree._Element, random.Random], None], ...] = (
    _copy, _move, _remove, _wrap, _rename, _attribute, _words, _hide,
)  # fmt: skip


def mutant(seed: int) -> tuple[int, bytes]:
    """Return the number of the original and what became of it: octets are changed by even seeds, trees by odd ones."""
    chance = random.Random(seed)
    place = seed // 2 % len(originals())
    data = originals()[place]
    if seed % 2 == 0:
        return place, chance.choice(OCTETS)(data, chance)
    root = etree.fromstring(data)
    for _ in range(chance.choice((1, 1, 1, 2, 3))):
        if len(_elements(root)) > 1:
            chance.choice(TREES)(root, chance)
    return place, etree.tostring(root.getroottree(), encoding="utf-8")


def run(seeds: range) -> Counter[str]:
    answers: Counter[str] = Counter()
    for seed in seeds:
        place, data = mutant(seed)
        start = time.process_time()
        report = verified(data)
        assert time.process_time() - start < SECONDS, seed
        answers[report.verdict.value if report is not None else "unreadable"] += 1
        if report is not None and report.verdict is edoc.Verdict.INTACT:
            assert frozenset(signed_octets(report)) <= known()[place], seed
    return answers


@pytest.mark.parametrize("shard", range(2))
def test_no_mutant_is_believed_with_other_octets(shard: int) -> None:
    answers = run(range(shard * SHARE // 2, (shard + 1) * SHARE // 2))
    assert answers["FAILED"] > 50 and answers["INTACT"] < SHARE // 4, answers


@pytest.mark.soak
def test_no_mutant_of_many_is_believed() -> None:
    answers = run(range(100_000, 100_000 + SOAK))
    assert answers["FAILED"] > SOAK // 4, answers
