"""Certificate extensions, read strictly: what cannot be read is named and never guessed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from edoc.pki import extension_values as values
from edoc.pki.der import DerError
from edoc.pki.extension_values import DistributionPoint, NameConstraints
from edoc.pki.names import GeneralName

SUBJECT_DIRECTORY_ATTRIBUTES = "2.5.29.9"
SUBJECT_KEY_IDENTIFIER = "2.5.29.14"
KEY_USAGE = "2.5.29.15"
PRIVATE_KEY_USAGE_PERIOD = "2.5.29.16"
SUBJECT_ALT_NAME = "2.5.29.17"
ISSUER_ALT_NAME = "2.5.29.18"
BASIC_CONSTRAINTS = "2.5.29.19"
CRL_NUMBER = "2.5.29.20"
CRL_REASON = "2.5.29.21"
INVALIDITY_DATE = "2.5.29.24"
DELTA_CRL_INDICATOR = "2.5.29.27"
ISSUING_DISTRIBUTION_POINT = "2.5.29.28"
CERTIFICATE_ISSUER = "2.5.29.29"
NAME_CONSTRAINTS = "2.5.29.30"
CRL_DISTRIBUTION_POINTS = "2.5.29.31"
CERTIFICATE_POLICIES = "2.5.29.32"
ANY_POLICY = "2.5.29.32.0"
POLICY_MAPPINGS = "2.5.29.33"
AUTHORITY_KEY_IDENTIFIER = "2.5.29.35"
POLICY_CONSTRAINTS = "2.5.29.36"
EXTENDED_KEY_USAGE = "2.5.29.37"
FRESHEST_CRL = "2.5.29.46"
INHIBIT_ANY_POLICY = "2.5.29.54"
NO_REV_AVAIL = "2.5.29.56"
EXPIRED_CERTS_ON_CRL = "2.5.29.60"
AUTHORITY_INFO_ACCESS = "1.3.6.1.5.5.7.1.1"
QC_STATEMENTS = "1.3.6.1.5.5.7.1.3"
SUBJECT_INFO_ACCESS = "1.3.6.1.5.5.7.1.11"
OCSP_NO_CHECK = "1.3.6.1.5.5.7.48.1.5"
VALIDITY_ASSURED_SHORT_TERM = "0.4.0.194121.2.1"

UNDERSTOOD = frozenset({
    SUBJECT_KEY_IDENTIFIER, KEY_USAGE, SUBJECT_ALT_NAME, ISSUER_ALT_NAME, BASIC_CONSTRAINTS, NAME_CONSTRAINTS,
    CRL_DISTRIBUTION_POINTS, CERTIFICATE_POLICIES, POLICY_MAPPINGS, AUTHORITY_KEY_IDENTIFIER, POLICY_CONSTRAINTS,
    EXTENDED_KEY_USAGE, FRESHEST_CRL, INHIBIT_ANY_POLICY, NO_REV_AVAIL, AUTHORITY_INFO_ACCESS, QC_STATEMENTS,
    SUBJECT_INFO_ACCESS, OCSP_NO_CHECK, VALIDITY_ASSURED_SHORT_TERM,
    # Understood, and nothing follows from them for a path.
    SUBJECT_DIRECTORY_ATTRIBUTES, PRIVATE_KEY_USAGE_PERIOD,
})  # fmt: skip
"""Extensions that may be critical; any other critical one refuses the certificate (RFC 5280 4.2)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Extensions:
    """The extensions that paths and statuses stand on; `malformed` lists those that cannot be read."""

    key_usage: frozenset[str] | None = None
    extended_key_usage: tuple[str, ...] | None = None
    is_ca: bool = False
    path_length: int | None = None
    subject_key_identifier: bytes | None = None
    authority_key_identifier: bytes | None = None
    subject_alt_names: tuple[GeneralName, ...] = ()
    name_constraints: NameConstraints | None = None
    distribution_points: tuple[DistributionPoint, ...] = ()
    policies: tuple[str, ...] | None = None
    unknown_qualifier: bool = False
    policy_mappings: tuple[tuple[str, str], ...] = ()
    require_explicit_policy: int | None = None
    inhibit_policy_mapping: int | None = None
    inhibit_any_policy: int | None = None
    ocsp_uris: tuple[str, ...] = ()
    ca_issuer_uris: tuple[str, ...] = ()
    malformed: frozenset[str] = field(default_factory=frozenset)


def read_extensions(raw: Mapping[str, tuple[bool, bytes]]) -> Extensions:
    """Return what a certificate's extensions say; an unreadable one is listed and counts as unusable."""
    found: dict[str, object] = {}
    malformed: set[str] = set()
    for oid, (_, der) in raw.items():
        reader = _READERS.get(oid)
        if reader is None:
            continue
        try:
            found.update(reader(der))
        except DerError:
            malformed.add(oid)
            found.update(_UNUSABLE.get(oid, {}))
    return Extensions(malformed=frozenset(malformed), **found)  # type: ignore[arg-type]


_UNUSABLE: dict[str, dict[str, object]] = {
    KEY_USAGE: {"key_usage": frozenset()},
    EXTENDED_KEY_USAGE: {"extended_key_usage": ()},
    CERTIFICATE_POLICIES: {"policies": ()},
    NAME_CONSTRAINTS: {"name_constraints": NameConstraints(unsupported=True)},
}


_READERS: dict[str, Callable[[bytes], dict[str, object]]] = {
    KEY_USAGE: values.key_usage,
    EXTENDED_KEY_USAGE: values.extended_key_usage,
    BASIC_CONSTRAINTS: values.basic_constraints,
    SUBJECT_KEY_IDENTIFIER: values.subject_key_identifier,
    AUTHORITY_KEY_IDENTIFIER: values.authority_key_identifier,
    SUBJECT_ALT_NAME: values.subject_alt_name,
    NAME_CONSTRAINTS: values.name_constraints,
    CRL_DISTRIBUTION_POINTS: values.distribution_points,
    CERTIFICATE_POLICIES: values.policies,
    POLICY_MAPPINGS: values.policy_mappings,
    POLICY_CONSTRAINTS: values.policy_constraints,
    INHIBIT_ANY_POLICY: values.inhibit_any_policy,
    AUTHORITY_INFO_ACCESS: values.authority_info_access,
}
