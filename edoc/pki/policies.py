"""Certificate policies of a path as a graph (RFC 5280 6.1.2 to 6.1.5).

The standard's valid_policy_tree repeats a policy under every parent and grows exponentially under
mappings.  Here each level holds a policy once with the policies above that lead to it, so the work
is linear in what the certificates say.
"""

from __future__ import annotations

from collections.abc import Iterable

from edoc.pki.extensions import ANY_POLICY

Level = dict[str, set[str]]
"""Policy -> the policies of the level above that lead to it; none means: comes from anyPolicy."""


class PolicyGraph:
    """The policies that hold at the current certificate, and where they come from."""

    __slots__ = ("_any", "_levels")

    def __init__(self) -> None:
        self._levels: list[Level] = [{}]
        self._any = True

    @property
    def empty(self) -> bool:
        """True when no policy holds: the standard's valid_policy_tree is NULL."""
        return not self._any and not self._levels[-1]

    def clear(self) -> None:
        """Take a certificate without policies (6.1.3 e)."""
        self._levels[-1] = {}
        self._any = False

    def restrict(self, policies: Iterable[str], *, any_counts: bool) -> None:
        """Take a certificate's policies (6.1.3 d); `any_counts` tells whether its anyPolicy may be used."""
        named = set(policies)
        has_any = ANY_POLICY in named and any_counts
        named.discard(ANY_POLICY)
        level = self._levels[-1]
        if not has_any:
            level = {policy: parents for policy, parents in level.items() if policy in named}
        if self._any:
            for policy in named:
                level.setdefault(policy, set())
        self._levels[-1] = level
        self._any = self._any and has_any

    def descend(self, mappings: Iterable[tuple[str, str]], *, mapping_allowed: bool) -> None:
        """Go on to the next certificate through the mappings of this one (6.1.4 b)."""
        level = self._levels[-1]
        following: Level = {}
        mapped: set[str] = set()
        for issuer_policy, subject_policy in mappings:
            mapped.add(issuer_policy)
            if not mapping_allowed:
                level.pop(issuer_policy, None)
            elif issuer_policy in level or self._any:
                level.setdefault(issuer_policy, set())
                following.setdefault(subject_policy, set()).add(issuer_policy)
        for policy in level:
            if policy not in mapped:
                following.setdefault(policy, set()).add(policy)
        self._levels.append(following)

    def satisfies(self, wanted: frozenset[str]) -> bool:
        """Tell whether a policy that the user wants holds for the whole path (6.1.5 g)."""
        if self.empty:
            return False
        return ANY_POLICY in wanted or bool(self.roots() & wanted) or (self._any and bool(wanted))

    def roots(self) -> frozenset[str]:
        """Return the policies of the anchor's domain that the path ends in; anyPolicy where all do."""
        found: set[str] = {ANY_POLICY} if self._any else set()
        reached = set(self._levels[-1])
        for level in reversed(self._levels):
            above: set[str] = set()
            for policy in reached:
                parents = level.get(policy)
                if not parents:
                    found.add(policy)
                else:
                    above |= parents
            reached = above
        return frozenset(found)
