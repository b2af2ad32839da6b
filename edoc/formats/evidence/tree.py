"""Reduced hash trees (RFC 4998 4.2, RFC 6283 3.2): sorted, joined and hashed, level by level."""

from __future__ import annotations

from collections.abc import Sequence

from edoc.pki.algorithms import new_hash


def digest_group(values: Sequence[bytes], algorithm: str) -> bytes:
    """Return the digest of some hash values: sorted as unsigned octets, equal ones kept, joined."""
    state = new_hash(algorithm)
    for value in sorted(values):
        state.update(value)
    return state.digest()


def tree_root(first: Sequence[bytes], above: Sequence[Sequence[bytes]], algorithm: str, *, single: bool = True) -> bytes:
    """Return the root of a reduced hash tree.

    `first` are the hashes of the data: one alone is taken as it is (`single` false: it is hashed once more);
    `above` are the siblings of each level, without the value computed for it.
    """
    value = first[0] if len(first) == 1 and single else digest_group(first, algorithm)
    for siblings in above:
        value = digest_group((*siblings, value), algorithm)
    return value
