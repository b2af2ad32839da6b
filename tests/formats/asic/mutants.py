"""Mutants of containers, half of them structural: entries moved, manifests edited, headers that lie."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from functools import cache

from edoc.facts.document import Document
from tests.formats.asic import maker
from tests.formats.asic.maker import Item, items_of, pack

Chance = random.Random


@cache
def bases() -> tuple[Document, ...]:
    """Return the containers that mutants are made of: both kinds, both forms, low and high levels."""
    found: list[Document] = []
    for container in ("asic-s", "asic-e"):
        inputs = maker.documents() if container == "asic-e" else maker.documents()[:1]
        for form in ("xades", "cades"):
            found.extend(maker.sign(inputs, container=container, form=form, level=level) for level in ("B-B", "B-LTA"))
    return tuple(found)


def mutant(base: Document, chance: Chance) -> bytes:
    """Return one mutant: octets changed as they come, or the structure."""
    return _octets(base, chance) if chance.random() < 0.5 else chance.choice(STRUCTURAL)(items_of(base), chance)


def _octets(base: Document, chance: Chance) -> bytes:
    data = bytearray(base.data[:])
    for _ in range(chance.randint(1, 3)):
        kind, place = chance.randrange(4), chance.randrange(len(data))
        if kind == 0:
            data[place] ^= 1 << chance.randrange(8)
        elif kind == 1:
            data[place] = chance.randrange(256)
        elif kind == 2:
            del data[place : place + chance.randint(1, 40)]
        else:
            data[place:place] = data[chance.randrange(len(data)) :][: chance.randint(1, 40)]
    return bytes(data)


def _moved(items: list[Item], chance: Chance) -> bytes:
    """Two entries change their contents."""
    one, other = chance.sample(range(len(items)), 2)
    items[one], items[other] = replace(items[one], data=items[other].data), replace(items[other], data=items[one].data)
    return pack(items)


def _renamed(items: list[Item], chance: Chance) -> bytes:
    place = chance.randrange(len(items))
    name = items[place].name
    spoiled = chance.choice((name.upper(), name + "x", "x/" + name, name.replace("001", "002"), name.replace(".", "%2e")))
    items[place] = replace(items[place], name=spoiled if spoiled != name else name + "y")
    return pack(items)


def _removed(items: list[Item], chance: Chance) -> bytes:
    # Without the list of files a container is as good as before: that is no attack.
    places = [place for place, item in enumerate(items) if item.name != "META-INF/manifest.xml"]
    del items[chance.choice(places)]
    return pack(items)


def _doubled(items: list[Item], chance: Chance) -> bytes:
    item = chance.choice(items)
    return pack([*items, replace(item, data=item.data + b" ")])


def _added(items: list[Item], chance: Chance) -> bytes:
    name = chance.choice(("more.txt", "META-INF/signatures9.xml", "META-INF/signature9.p7s", "META-INF/timestamp9.tst", "META-INF/ASiCManifest9.xml"))
    return pack([*items, Item(name=name, data=chance.choice((b"", b"0", b"<a/>", b"x" * 50)))])


def _edited(items: list[Item], chance: Chance) -> bytes:
    """A stretch of a manifest or signature is cut out, doubled or written over."""
    places = [place for place, item in enumerate(items) if item.name.startswith("META-INF/") and item.name != "META-INF/manifest.xml"]
    place = chance.choice(places)
    data = bytearray(items[place].data)
    start = chance.randrange(len(data))
    end = min(len(data), start + chance.randint(1, 60))
    data[start:end] = chance.choice((b"", bytes(data[start:end]) * 2, bytes(chance.randrange(256) for _ in range(end - start))))
    if bytes(data) == items[place].data:
        data.append(0x41)
    items[place] = replace(items[place], data=bytes(data))
    return pack(items)


def _data(items: list[Item], chance: Chance) -> bytes:
    places = [place for place, item in enumerate(items) if not item.name.startswith("META-INF/") and item.name != "mimetype"]
    place = chance.choice(places)
    items[place] = replace(items[place], data=items[place].data + b"!", method=chance.choice((0, 8)))
    return pack(items)


def _lying(items: list[Item], chance: Chance) -> bytes:
    place = chance.randrange(len(items))
    item = items[place]
    lies: tuple[Callable[[], Item], ...] = (
        lambda: replace(item, crc=chance.randrange(1 << 32)),
        lambda: replace(item, size=len(item.data) + 1),
        lambda: replace(item, local_size=len(item.data) + 1),
        lambda: replace(item, local_name="other.txt"),
        lambda: replace(item, flags=chance.choice((1, 0x20, 0x40, 0x2000))),
        lambda: replace(item, method=chance.choice((9, 12, 14))),
        lambda: replace(item, before=b"hidden"),
        lambda: replace(item, header=chance.randrange(1, 200)),
        lambda: replace(item, extra=b"\x01\x00\x08\x00" + bytes(3)),
    )
    items[place] = chance.choice(lies)()
    return pack(items)


def _type(items: list[Item], chance: Chance) -> bytes:
    items[0] = replace(items[0], data=chance.choice((b"", b"text/plain", b"application/zip", b"\xff" * 40)))
    return pack(items)


STRUCTURAL = (_moved, _renamed, _removed, _doubled, _added, _edited, _data, _lying, _type)
