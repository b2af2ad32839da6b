"""Mutators that know a CMS: they move attributes, signers, tokens and certificates, and keep the lengths right."""

from __future__ import annotations

import copy
import random
from collections.abc import Callable

from edoc.pki import oids
from edoc.pki.der import encode_oid
from tests.fuzzing import der
from tests.fuzzing.der import Node, parse
from tests.fuzzing.harness import Mutator, Seeds
from tests.fuzzing.octets import OCTETS

_KINDS = tuple(
    encode_oid(oid)
    for oid in (
        oids.CONTENT_TYPE, oids.MESSAGE_DIGEST, oids.SIGNING_TIME, oids.SIGNING_CERTIFICATE_V2, oids.COUNTER_SIGNATURE,
        oids.SIGNATURE_TIMESTAMP, oids.ARCHIVE_TIMESTAMP_V2, oids.ARCHIVE_TIMESTAMP_V3, oids.ATS_HASH_INDEX_V3,
        oids.ESC_TIMESTAMP, oids.CERT_CRL_TIMESTAMP, oids.REVOCATION_VALUES, oids.CERTIFICATE_VALUES,
        oids.CONTENT_TIMESTAMP, oids.EVIDENCE_RECORD_INTERNAL, oids.SIGNATURE_POLICY,
    )
)  # fmt: skip
Change = Callable[[random.Random, Node, list[Node]], None]
"""Takes a SignedData and those of the other seed files."""


def _structural(change: Change) -> Mutator:
    def mutate(rng: random.Random, data: bytes, seeds: Seeds) -> bytes:
        root = _root(data)
        if root is None:
            return OCTETS["octets-flip"](rng, data, seeds)
        others = [found.kids[1].kids[0] for found in map(_root, (seeds[name] for name in sorted(seeds))) if found is not None]
        for _ in range(rng.choice((1, 1, 2, 3))):
            change(rng, root.kids[1].kids[0], others)
        return root.encode()

    return mutate


def _root(data: bytes) -> Node | None:
    try:
        (root,) = parse(data)
        signed_data = root.kids[1].kids[0]
    except (ValueError, IndexError):
        return None
    return root if len(signed_data.kids) >= 4 else None


def _signers(signed_data: Node) -> list[Node]:
    return [item for item in signed_data.kids[-1].kids if len(item.kids) >= 5]


def _sets(signed_data: Node) -> list[Node]:
    """Return the sets of attributes, of tokens inside too."""
    return [item for item, _ in der.walk(signed_data) if item.tag in (0xA0, 0xA1) and item.kids
            and all(len(kid.kids) == 2 and kid.kids[0].tag == 0x06 for kid in item.kids)]  # fmt: skip


def _attributes(rng: random.Random, signed_data: Node, others: list[Node]) -> None:
    """Move, copy, drop or borrow an attribute."""
    sets = _sets(signed_data)
    if not sets:
        return
    source, target = rng.choice(sets), rng.choice(sets)
    found = rng.choice(source.kids)
    kind = rng.randrange(4)
    if kind == 3:
        lent = [item for other in others for found in _sets(other) for item in found.kids]
        target.kids.insert(rng.randrange(len(target.kids) + 1), copy.deepcopy(rng.choice(lent)))
        return
    if kind != 1 and len(source.kids) > 1:
        source.kids.remove(found)
    if kind != 2:
        target.kids.insert(rng.randrange(len(target.kids) + 1), copy.deepcopy(found))


def _types(rng: random.Random, signed_data: Node, others: list[Node]) -> None:
    """Call an attribute something else."""
    sets = _sets(signed_data)
    if sets:
        kind = parse(rng.choice(_KINDS))[0]
        rng.choice(rng.choice(sets).kids).kids[0] = kind


def _values(rng: random.Random, signed_data: Node, others: list[Node]) -> None:
    """Give an attribute more values, others, or those of another."""
    sets = _sets(signed_data)
    if not sets:
        return
    one, other = (rng.choice(rng.choice(sets).kids) for _ in range(2))
    if rng.random() < 0.5:
        one.kids[1].kids += copy.deepcopy(other.kids[1].kids)
    else:
        one.kids[1], other.kids[1] = other.kids[1], one.kids[1]


def _signer(rng: random.Random, signed_data: Node, others: list[Node]) -> None:
    """Swap, repeat or drop signers, or mix their parts with those of other files."""
    signers = _signers(signed_data)
    if not signers:
        return
    found = rng.choice(signers)
    lent = rng.choice([item for other in [signed_data, *others] for item in _signers(other)])
    kind = rng.randrange(4)
    if kind == 0:
        signed_data.kids[-1].kids.append(copy.deepcopy(lent))
    elif kind == 1:
        signed_data.kids[-1].kids.remove(found)
    elif kind == 2:
        signed_data.kids[-1].kids.reverse()
    else:
        place = rng.randrange(min(len(found.kids), len(lent.kids)))
        found.kids[place] = copy.deepcopy(lent.kids[place])


def _bags(rng: random.Random, signed_data: Node, others: list[Node]) -> None:
    """Drop, repeat, shuffle or borrow certificates and lists."""
    bags = [item for item in signed_data.kids[3:-1] if item.tag in (0xA0, 0xA1) and item.kids]
    lent = [item for other in others for item in other.kids[3:-1] if item.kids]
    if not bags or not lent:
        return
    bag = rng.choice(bags)
    kind = rng.randrange(4)
    if kind == 0:
        bag.kids.remove(rng.choice(bag.kids))
        bag.content = b""
    elif kind == 1:
        bag.kids.append(copy.deepcopy(rng.choice(rng.choice(lent).kids)))
    elif kind == 2:
        rng.shuffle(bag.kids)
    else:
        signed_data.kids.remove(bag)


def _content(rng: random.Random, signed_data: Node, others: list[Node]) -> None:
    """Take the content out, put another in, or call it another type."""
    holder = signed_data.kids[2]
    kind = rng.randrange(4)
    if kind == 0:
        del holder.kids[1:]
    elif kind == 1:
        holder.kids[1:] = copy.deepcopy(rng.choice(others).kids[2].kids[1:])
    elif kind == 2:
        holder.kids[0] = parse(encode_oid(rng.choice((oids.TST_INFO, oids.SIGNED_DATA, "1.2.3"))))[0]
    elif len(holder.kids) > 1 and holder.kids[1].kids:
        octets = holder.kids[1].kids[0]
        octets.kids, octets.content = [], rng.choice((b"", octets.content + b"x", octets.content[1:]))


def elements(rng: random.Random, data: bytes, seeds: Seeds) -> bytes:
    """Change single elements, anywhere."""
    return der.change(rng, data, [seeds[name] for name in sorted(seeds)])


def indefinite(rng: random.Random, data: bytes, seeds: Seeds) -> bytes:
    """Write some elements with indefinite lengths, and strings in segments: the same value in other octets."""
    root = _root(data)
    if root is None:
        return OCTETS["octets-splice"](rng, data, seeds)
    share = rng.choice((0.02, 0.2, 1.0))

    def encode(item: Node, depth: int) -> bytes:
        body = b"".join(encode(kid, depth + 1) for kid in item.kids) if item.kids else item.content
        if depth < 30 and rng.random() < share:
            if item.kids:
                return bytes((item.tag, 0x80)) + body + b"\0\0"
            if item.tag == 0x04 and len(body) > 2:
                return b"\x24\x80" + Node(0x04, body[:2]).encode() + Node(0x04, body[2:]).encode() + b"\0\0"
        return Node(item.tag, body).encode()

    return encode(root, 0)


MUTATORS: dict[str, Mutator] = {
    **OCTETS,
    "cms-attributes": _structural(_attributes),
    "cms-types": _structural(_types),
    "cms-values": _structural(_values),
    "cms-signers": _structural(_signer),
    "cms-bags": _structural(_bags),
    "cms-content": _structural(_content),
    "cms-elements": elements,
    "cms-indefinite": indefinite,
}
