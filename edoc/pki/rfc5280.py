"""Basic path validation (RFC 5280 6.1), signatures included, revocation left to `revocation`.

Every rule that a path breaks is named; nothing is decided about what that means for a signature.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from edoc.limits import DEFAULT_LIMITS, Limits
from edoc.pki import extensions as ext
from edoc.pki.certificate import Certificate
from edoc.pki.extensions import ANY_POLICY
from edoc.pki.name_constraints import ConstraintState
from edoc.pki.path import CandidatePath, signature_verifies
from edoc.pki.policies import PolicyGraph
from edoc.pki.violation import Violation

__all__ = ["PathParameters", "Violation", "check_path"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PathParameters:
    """The user's inputs of 6.1.1: acceptable policies (object identifiers) and initial indicators."""

    user_policies: frozenset[str] = frozenset({ANY_POLICY})
    explicit_policy: bool = False
    inhibit_mapping: bool = False
    inhibit_any_policy: bool = False


_DEFAULT = PathParameters()


def check_path(
    path: CandidatePath, *, time: datetime, limits: Limits = DEFAULT_LIMITS, parameters: PathParameters = _DEFAULT
) -> tuple[Violation, ...]:
    """Return every rule of RFC 5280 6.1 that a path breaks at a time (aware UTC); empty when it is valid.

    The anchor's own certificate is not judged (6.1.1 d).
    """
    if path.is_anchor_itself:
        return ()
    check = _Check(path, time=time, limits=limits, parameters=parameters)
    return tuple(check.run())


class _Check:
    """The state of 6.1.2, from the certificate below the anchor down to the leaf."""

    def __init__(self, path: CandidatePath, *, time: datetime, limits: Limits, parameters: PathParameters) -> None:
        size = len(path.certificates)
        self.path = path
        self.time = time
        self.parameters = parameters
        self.graph = PolicyGraph()
        self.names = ConstraintState(limits.name_constraint_comparisons)
        self.explicit_policy = 0 if parameters.explicit_policy else size + 1
        self.policy_mapping = 0 if parameters.inhibit_mapping else size + 1
        self.inhibit_any = 0 if parameters.inhibit_any_policy else size + 1
        self.max_path_length = size
        self.issuer_name = path.anchor.name

    def run(self) -> Iterator[Violation]:
        for index in range(len(self.path.certificates) - 1, -1, -1):
            certificate = self.path.certificates[index]
            for code, clause, params in self._certificate(certificate, index):
                yield Violation(
                    code=code, index=index, certificate_sha256=certificate.sha256, clause=clause, params=params
                )
            self.issuer_name = certificate.subject

    def _certificate(self, certificate: Certificate, index: int) -> Iterator[tuple[str, str, dict[str, str]]]:
        last = index == 0
        yield from _form(certificate)
        yield from self._basic(certificate, index)
        if last or not certificate.is_self_issued:
            code = self.names.check(certificate)
            if code is not None:
                yield code, "RFC 5280 6.1.3 (b), (c)", {}
        self._policies(certificate, last)
        if not last and self.explicit_policy == 0 and self.graph.empty:
            yield "NO_VALID_POLICY", "RFC 5280 6.1.3 (f)", {}
        if last:
            yield from self._wrap_up(certificate)
        else:
            yield from self._prepare(certificate)

    def _basic(self, certificate: Certificate, index: int) -> Iterator[tuple[str, str, dict[str, str]]]:
        if not signature_verifies(certificate, self.path.issuer_key(index)):
            yield "BAD_SIGNATURE", "RFC 5280 6.1.3 (a)(1)", {}
        if self.time < certificate.not_before:
            yield "NOT_YET_VALID", "RFC 5280 6.1.3 (a)(2)", {"time": _text(certificate.not_before)}
        if self.time > certificate.not_after:
            yield "EXPIRED", "RFC 5280 6.1.3 (a)(2)", {"time": _text(certificate.not_after)}
        if certificate.issuer.empty or certificate.issuer.canonical != self.issuer_name.canonical:
            yield "NAME_CHAINING", "RFC 5280 6.1.3 (a)(4)", {}

    def _policies(self, certificate: Certificate, last: bool) -> None:
        policies = certificate.extensions.policies
        if policies is None:
            self.graph.clear()
            return
        # 6.1.3 (d)(2): the anyPolicy of a self-issued authority certificate still counts when inhibited.
        any_counts = self.inhibit_any > 0 or (not last and certificate.is_self_issued)
        self.graph.restrict(policies, any_counts=any_counts)

    def _prepare(self, certificate: Certificate) -> Iterator[tuple[str, str, dict[str, str]]]:
        extensions = certificate.extensions
        if any(ANY_POLICY in pair for pair in extensions.policy_mappings):
            yield "ANYPOLICY_MAPPED", "RFC 5280 6.1.4 (a)", {}
        self.graph.descend(extensions.policy_mappings, mapping_allowed=self.policy_mapping > 0)
        if extensions.name_constraints is not None:
            self.names.add(extensions.name_constraints)
        self._count(certificate)
        if not certificate.is_ca:
            yield "NOT_A_CA", "RFC 5280 6.1.4 (k)", {}
        if not certificate.is_self_issued:
            if self.max_path_length <= 0:
                yield "PATH_LENGTH", "RFC 5280 6.1.4 (l)", {}
            self.max_path_length -= 1
        if certificate.path_length is not None:
            self.max_path_length = min(self.max_path_length, certificate.path_length)
        if certificate.key_usage is not None and "keyCertSign" not in certificate.key_usage:
            yield "NO_KEYCERTSIGN", "RFC 5280 6.1.4 (n)", {}

    def _count(self, certificate: Certificate) -> None:
        if not certificate.is_self_issued:
            self.explicit_policy = max(0, self.explicit_policy - 1)
            self.policy_mapping = max(0, self.policy_mapping - 1)
            self.inhibit_any = max(0, self.inhibit_any - 1)
        extensions = certificate.extensions
        if extensions.require_explicit_policy is not None:
            self.explicit_policy = min(self.explicit_policy, extensions.require_explicit_policy)
        if extensions.inhibit_policy_mapping is not None:
            self.policy_mapping = min(self.policy_mapping, extensions.inhibit_policy_mapping)
        if extensions.inhibit_any_policy is not None:
            self.inhibit_any = min(self.inhibit_any, extensions.inhibit_any_policy)

    def _wrap_up(self, certificate: Certificate) -> Iterator[tuple[str, str, dict[str, str]]]:
        explicit = max(0, self.explicit_policy - 1)
        if certificate.extensions.require_explicit_policy == 0:
            explicit = 0
        if explicit == 0 and not self.graph.satisfies(self.parameters.user_policies):
            yield "NO_VALID_POLICY", "RFC 5280 6.1.5 (g)", {}


def _form(certificate: Certificate) -> Iterator[tuple[str, str, dict[str, str]]]:
    """The rules of 4.1 and 4.2 that hold for a certificate wherever it stands."""
    if not certificate.algorithms_agree:
        yield "ALG_ID_MISMATCH", "RFC 5280 4.1.1.2", {}
    for oid in certificate.duplicate_extensions:
        yield "DUPLICATE_EXTENSION", "RFC 5280 4.2", {"oid": oid}
    for oid in certificate.unknown_critical:
        yield "UNKNOWN_CRITICAL_EXTENSION", "RFC 5280 4.2", {"oid": oid}
    for oid in sorted(certificate.extensions.malformed):
        if oid in _DECISIVE or certificate.is_critical(oid):
            yield "EXTENSION_MALFORMED", "RFC 5280 4.2", {"oid": oid}
    if certificate.extensions.unknown_qualifier and certificate.is_critical(ext.CERTIFICATE_POLICIES):
        yield "UNKNOWN_CRITICAL_EXTENSION", "RFC 5280 4.2.1.4", {"oid": ext.CERTIFICATE_POLICIES}


_DECISIVE = frozenset({
    ext.BASIC_CONSTRAINTS, ext.KEY_USAGE, ext.EXTENDED_KEY_USAGE, ext.NAME_CONSTRAINTS, ext.CERTIFICATE_POLICIES,
    ext.POLICY_MAPPINGS, ext.POLICY_CONSTRAINTS, ext.INHIBIT_ANY_POLICY,
})  # fmt: skip
"""Extensions that limit a path: one that cannot be read must not count as absent, critical or not."""


def _text(time: datetime) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ")
