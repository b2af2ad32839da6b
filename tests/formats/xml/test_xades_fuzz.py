"""No document makes the reader or the editor fail otherwise than with a finding or an error of ours."""

from __future__ import annotations

import random
import re

import pytest

import edoc
from edoc.errors import EdocError
from edoc.facts.document import Document
from edoc.formats.originals import Originals
from edoc.formats.writing import Placement
from edoc.formats.xml.read import read_xml
from edoc.formats.xml.write import WRITER
from tests.formats.xml.xades_attacks import countersigned
from tests.formats.xml.xades_maker import AT, XML, archive, order, practice, sign, signer, stamp

_ROUNDS = 500
_ELEMENT = re.compile(rb"<(/?)([A-Za-z0-9]+:[A-Za-z0-9]+)([^<>]*?)(/?)>")


def sample() -> bytes:
    digest = WRITER.content_digest([XML], order=order(), algorithm="sha256")
    asked = order(roles=("judge",), commitments=("1.2.3",), content_timestamps=(practice().timestamp(digest),))
    return sign([XML], asked, level="B-LTA")


def spans(data: bytes) -> list[tuple[int, int, bytes]]:
    """Return start, end and name of every element with a prefix."""
    stack: list[tuple[int, bytes]] = []
    found = []
    for tag in _ELEMENT.finditer(data):
        if tag.group(4):
            found.append((tag.start(), tag.end(), tag.group(2)))
        elif not tag.group(1):
            stack.append((tag.start(), tag.group(2)))
        elif stack:
            start, name = stack.pop()
            found.append((start, tag.end(), name))
    return found


def structural(data: bytes, chance: random.Random) -> bytes:
    """Take out, double, move, rename or empty elements: what stays is well-formed."""
    places = spans(data)
    start, end, name = chance.choice(places)
    kind = chance.randrange(6)
    if kind == 0:
        return data[:start] + data[end:]
    if kind == 1:
        return data[:end] + data[start:end] + data[end:]
    if kind == 2:
        other = chance.choice(places)
        if other[0] >= end or other[1] <= start:
            first, second = sorted([(start, end), other[:2]])
            return data[: first[0]] + data[second[0] : second[1]] + data[first[1] : second[0]] + data[first[0] : first[1]] + data[second[1] :]
    if kind == 3:
        new = chance.choice(places)[2]
        return data[:start] + data[start:end].replace(b"<" + name, b"<" + new, 1).replace(b"</" + name, b"</" + new) + data[end:]
    if kind == 4:
        return re.sub(rb">[^<]+</", lambda match: b"></" if chance.random() < 0.1 else match.group(), data)
    attributes = list(re.finditer(rb'(Id|URI|Algorithm|Type|Target|ObjectReference)="[^"]*"', data))
    one, two = chance.choice(attributes), chance.choice(attributes)
    return data[: one.start()] + one.group(1) + two.group()[two.group().index(b"=") :] + data[one.end() :]


def octets(data: bytes, chance: random.Random) -> bytes:
    changed = bytearray(data)
    for _ in range(chance.randint(1, 4)):
        place = chance.randrange(len(changed))
        if chance.random() < 0.5:
            changed[place] = chance.randrange(256)
        else:
            del changed[place : place + chance.randint(1, 40)]
    return bytes(changed)


@pytest.mark.parametrize("mutate", [structural, octets])
@pytest.mark.parametrize("make", [sample, countersigned])
def test_mutants_are_read_and_never_pass_unnoticed(make: object, mutate: object) -> None:
    data = make()  # type: ignore[operator]
    for seed in range(_ROUNDS):
        mutant = mutate(data, random.Random(seed))  # type: ignore[operator]
        found = read_xml(Document.from_bytes(mutant, name="m.xml"), originals=Originals())
        assert found.complete or found.findings
        for item in found.signatures:
            assert all(one.imprint is not None or one.findings for one in item.timestamps)


def test_mutants_pass_only_when_what_is_signed_is_the_same() -> None:
    data = sign([XML], order(), level="B-T")
    signed = data.index(b"<xades:UnsignedProperties>")
    passed = 0
    for seed in range(150):
        mutant = structural(data, random.Random(seed))
        if mutant == data:
            continue
        try:
            report = edoc.verify_document(
                Document.from_bytes(mutant, name="m.xml"), trust=practice().trust,
                validation_data=practice().validation_data(), validation_time=AT,
            )  # fmt: skip
        except EdocError:
            continue
        if report.verdict is edoc.Verdict.PASSED:
            passed += 1
            assert mutant[: signed - 400].startswith(data[: data.index(b"<ds:KeyInfo>")])
    assert passed < 75


def test_mutants_are_extended_or_refused() -> None:
    data = sample()
    for seed in range(40):
        document = Document.from_bytes(structural(data, random.Random(seed)), name="m.xml")
        try:
            editor = WRITER.open(document, [])
            stamp(editor, "S1")
            archive(editor, "S1")
        except EdocError as problem:
            assert problem.text() != problem.code
            continue
        read_xml(Document.from_bytes(b"".join(bytes(part) for part in editor.parts()), name="m.xml"), originals=Originals())


def test_mutants_are_countersigned_or_refused() -> None:
    data = sign([XML], order(), level="B-T")
    asked = order(placement=Placement.COUNTER, target="S1")
    for seed in range(40):
        try:
            WRITER.prepare([Document.from_bytes(structural(data, random.Random(seed)), name="m.xml")], order=asked, signer=signer())
        except EdocError as problem:
            assert problem.text() != problem.code
