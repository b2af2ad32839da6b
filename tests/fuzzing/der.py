"""Changes elements of a DER structure; the lengths around them stay right, so that the change is reached."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

_DEPTH = 40


@dataclass
class Node:
    """One element: its tag octet, and its content or the elements in it."""

    tag: int
    content: bytes = b""
    kids: list[Node] = field(default_factory=list)

    def encode(self) -> bytes:
        """Return the element with the length that it has."""
        body = b"".join(kid.encode() for kid in self.kids) if self.kids else self.content
        size = len(body)
        if size < 0x80:
            return bytes((self.tag, size)) + body
        count = (size.bit_length() + 7) // 8
        return bytes((self.tag, 0x80 | count)) + size.to_bytes(count, "big") + body


def parse(data: bytes, depth: int = 0) -> list[Node]:
    """Return the elements of some octets; raises ValueError when they are none."""
    nodes, at = [], 0
    while at < len(data):
        if len(data) - at < 2:
            raise ValueError("no length")
        tag, size, head = data[at], data[at + 1], 2
        if size & 0x80:
            count = size & 0x7F
            if not 0 < count <= 4:
                raise ValueError("a length of another kind")
            size, head = int.from_bytes(data[at + 2 : at + 2 + count], "big"), 2 + count
        content = data[at + head : at + head + size]
        if len(content) != size:
            raise ValueError("too short")
        nodes.append(_node(tag, content, depth))
        at += head + size
    return nodes


def _node(tag: int, content: bytes, depth: int) -> Node:
    if tag & 0x20 and content and depth < _DEPTH:
        try:
            return Node(tag, kids=parse(content, depth + 1))
        except ValueError:
            pass
    return Node(tag, content)


def walk(node: Node) -> list[tuple[Node, Node | None]]:
    """Return every element with its parent."""
    found: list[tuple[Node, Node | None]] = []
    todo: list[tuple[Node, Node | None]] = [(node, None)]
    while todo:
        item, parent = todo.pop()
        found.append((item, parent))
        todo.extend((kid, item) for kid in item.kids)
    return found


def change(rng: random.Random, data: bytes, others: list[bytes]) -> bytes:
    """Return a structure in which one or a few elements are others; `others` lend theirs."""
    try:
        roots = parse(data)
    except ValueError:
        return data
    if not roots:
        return data
    for _ in range(rng.choice((1, 1, 1, 2, 4))):
        _change_one(rng, roots[0], others)
    return b"".join(root.encode() for root in roots)


def _change_one(rng: random.Random, root: Node, others: list[bytes]) -> None:
    node, parent = rng.choice(walk(root))
    kind = rng.randrange(9)
    if parent is not None and kind == 0:
        parent.kids.remove(node)
        parent.content = b""
    elif parent is not None and kind == 1:
        parent.kids.insert(rng.randrange(len(parent.kids) + 1), node)
    elif parent is not None and kind == 2:
        rng.shuffle(parent.kids)
    elif kind == 3:
        node.tag = rng.choice((0x02, 0x04, 0x05, 0x06, 0x0C, 0x17, 0x18, 0x30, 0x31, 0xA0, 0xA1, rng.randrange(256)))
    elif kind == 4 and not node.kids:
        node.content = rng.choice((b"", b"\x00", b"\xff" * 20, node.content * 2, rng.randbytes(len(node.content) or 1)))
    elif kind == 5 and not node.kids and node.content:
        body = bytearray(node.content)
        body[rng.randrange(len(body))] ^= 1 << rng.randrange(8)
        node.content = bytes(body)
    elif kind == 6:
        _lend(rng, node, others)
    elif kind == 7 and parent is not None:
        other, _ = rng.choice(walk(root))
        # A copy: an element that holds itself has no end.
        parent.kids[parent.kids.index(node)] = parse(other.encode())[0]
    else:
        node.kids = [*node.kids, Node(0x30, kids=[Node(0x06, b"\x2a\x86\x48"), Node(0x31, kids=[Node(0x05)])])]


def _lend(rng: random.Random, node: Node, others: list[bytes]) -> None:
    if not others:
        return
    try:
        donor = parse(rng.choice(others))
    except ValueError:
        return
    candidates = [item for item, _ in walk(donor[0]) if item.tag == node.tag]
    if candidates:
        chosen = rng.choice(candidates)
        node.content, node.kids = chosen.content, list(chosen.kids)
