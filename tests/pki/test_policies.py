"""The policy graph against the tree of the standard, on small random paths where the tree can be afforded."""

from __future__ import annotations

import random

from edoc.pki.extensions import ANY_POLICY
from edoc.pki.policies import PolicyGraph

OIDS = ("1", "2", "3")
Step = tuple[frozenset[str] | None, bool, tuple[tuple[str, str], ...], bool]
"""(policies or none, anyPolicy counts, mappings, mapping allowed)"""


class Tree:
    """valid_policy_tree as RFC 5280 6.1.3 and 6.1.4 tell it: paths of (policy, expected set), nothing shared."""

    def __init__(self) -> None:
        self.leaves: list[tuple[tuple[str, ...], frozenset[str]]] = [((ANY_POLICY,), frozenset({ANY_POLICY}))]

    def take(self, policies: frozenset[str] | None, any_counts: bool) -> None:
        if policies is None:
            self.leaves = []
            return
        following = []
        for policy in sorted(policies - {ANY_POLICY}):
            matching = [path for path, expected in self.leaves if policy in expected]
            if not matching:
                matching = [path for path, _ in self.leaves if path[-1] == ANY_POLICY]
            following += [((*path, policy), frozenset({policy})) for path in matching]
        if ANY_POLICY in policies and any_counts:
            for path, expected in self.leaves:
                for policy in expected:
                    child = (*path, policy)
                    if child not in [known for known, _ in following]:
                        following.append((child, frozenset({policy})))
        self.leaves = following

    def map(self, mappings: tuple[tuple[str, str], ...], allowed: bool) -> None:
        by_issuer: dict[str, set[str]] = {}
        for issuer, subject in mappings:
            by_issuer.setdefault(issuer, set()).add(subject)
        for issuer, subjects in by_issuer.items():
            if not allowed:
                self.leaves = [item for item in self.leaves if item[0][-1] != issuer]
                continue
            found = [index for index, (path, _) in enumerate(self.leaves) if path[-1] == issuer]
            for index in found:
                self.leaves[index] = (self.leaves[index][0], frozenset(subjects))
            if not found:
                wild = [path for path, _ in self.leaves if path[-1] == ANY_POLICY]
                self.leaves += [((*path[:-1], issuer), frozenset(subjects)) for path in wild]

    def satisfies(self, wanted: frozenset[str]) -> bool:
        if ANY_POLICY in wanted:
            return bool(self.leaves)
        for path, _ in self.leaves:
            # The valid_policy_node_set: the first policy below anyPolicy.
            root = next((policy for policy in path if policy != ANY_POLICY), ANY_POLICY)
            if root in wanted or root == ANY_POLICY:
                return True
        return False


def random_step(rng: random.Random) -> Step:
    policies = None if rng.random() < 0.05 else frozenset(rng.sample([*OIDS, ANY_POLICY], rng.randint(1, 4)))
    pairs = [(rng.choice(OIDS), rng.choice(OIDS)) for _ in range(rng.choice((0, 0, 1, 2)))]
    return policies, rng.random() < 0.8, tuple(dict.fromkeys(pairs)), rng.random() < 0.8


def test_the_graph_answers_as_the_tree_does() -> None:
    rng = random.Random(5280)
    answers = set()
    for _ in range(3000):
        graph, tree = PolicyGraph(), Tree()
        steps = [random_step(rng) for _ in range(rng.randint(1, 4))]
        for number, (policies, any_counts, mappings, allowed) in enumerate(steps):
            if policies is None:
                graph.clear()
            else:
                graph.restrict(policies, any_counts=any_counts)
            tree.take(policies, any_counts)
            assert graph.empty == (not tree.leaves), steps
            if number < len(steps) - 1:
                graph.descend(mappings, mapping_allowed=allowed)
                tree.map(mappings, allowed)
        for wanted in (frozenset({ANY_POLICY}), frozenset({"1"}), frozenset({"2", "3"})):
            assert graph.satisfies(wanted) == tree.satisfies(wanted), (steps, wanted)
            answers.add(graph.satisfies(wanted))
    assert answers == {True, False}


def test_no_wanted_policy_is_satisfied_by_nothing() -> None:
    assert not PolicyGraph().satisfies(frozenset())
