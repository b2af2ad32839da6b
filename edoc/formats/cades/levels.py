"""What of the levels of CMS and CAdES the structure of a signature shows (EN 319 122-1 6.3, ades.md 1.4)."""

from __future__ import annotations

from collections.abc import Mapping

from edoc.facts.material import MaterialKind
from edoc.facts.signature import TimestampFacts, TimestampKind
from edoc.pki import oids
from edoc.pki.algorithms import digest_of
from edoc.pki.cms import SignedData
from edoc.pki.cms_attributes import SINGLE_SIGNED
from edoc.pki.signer_info import SignerInfo

_NOT_IN_LT = frozenset(
    {
        oids.CERTIFICATE_VALUES,
        oids.REVOCATION_VALUES,
        oids.CERTIFICATE_REFERENCES,
        oids.REVOCATION_REFERENCES,
        oids.CERT_CRL_TIMESTAMP,
    }
)
"""Unsigned attributes that baseline LT and LTA forbid (EN 319 122-1 6.3)."""
_ARCHIVES = (oids.ARCHIVE_TIMESTAMP, oids.ARCHIVE_TIMESTAMP_V2, oids.ARCHIVE_TIMESTAMP_V3)
_REFERENCES = (oids.SIGNING_CERTIFICATE, oids.SIGNING_CERTIFICATE_V2)
_ROLES = (oids.SIGNER_ATTRIBUTES, oids.SIGNER_ATTRIBUTES_V2)


def is_ades(signer: SignerInfo) -> bool:
    """Tell whether the signed attributes are those of a CAdES signature, whatever else is wrong with it."""
    return any(oid in _REFERENCES for oid, _ in signer.signed_attributes)


class Shapes:
    """The level predicates of the signers of one CMS; its certificates are digested once for each algorithm."""

    def __init__(self, signed: SignedData) -> None:
        self._signed = signed
        self._digests: dict[str, frozenset[bytes | None]] = {}

    def predicates(
        self, signer: SignerInfo, stamps: tuple[TimestampFacts, ...], *, counter: bool = False
    ) -> Mapping[str, bool]:
        """Return the level predicates; trust, dates and what is carried are weighed elsewhere.

        A counter-signature (`counter`) has no content-type, and does not mind that of the content.
        """
        return _predicates(self._signed, signer, stamps, counter=counter, carried=self.carries_signer(signer))

    def carries_signer(self, signer: SignerInfo) -> bool:
        """Tell whether the certificate that the signed reference names is in the CMS."""
        if not signer.certificate_references:
            return False
        first = signer.certificate_references[0]
        known = self._digests.get(first.digest_algorithm)
        if known is None:
            known = frozenset(digest_of(first.digest_algorithm, der) for der in self._signed.certificates)
            self._digests[first.digest_algorithm] = known
        return first.digest in known


def _predicates(
    signed: SignedData, signer: SignerInfo, stamps: tuple[TimestampFacts, ...], *, counter: bool, carried: bool
) -> Mapping[str, bool]:
    inside = [oid for oid, _ in signer.signed_attributes]
    outside = [oid for oid, _ in signer.unsigned_attributes]
    bes = _bes(inside, signer, counter=counter)
    stored = oids.SIGNATURE_POLICY_STORE in outside and not _policy_hash(signer)
    references = (outside.count(oids.CERTIFICATE_REFERENCES), outside.count(oids.REVOCATION_REFERENCES))
    internal, external = oids.EVIDENCE_RECORD_INTERNAL, oids.EVIDENCE_RECORD_EXTERNAL
    fitting, other = (internal, external) if signed.encapsulated is not None else (external, internal)
    sealing = {oid for item in (signer, *signed.signer_infos) for oid, _ in item.unsigned_attributes}
    tokens = [values for oid, values in signer.unsigned_attributes if oid == oids.SIGNATURE_TIMESTAMP]
    return {
        "bes": bes,
        "b": bes and carried and not stored and _baseline(signed, signer, inside, counter=counter),
        "epes": bes and not stored and oids.SIGNATURE_POLICY in inside,
        # 5.3: an attribute for each token, with one value.
        "t": bool(tokens) and all(len(values) == 1 for values in tokens),
        "c": references == (1, 1),
        "x": outside.count(oids.ESC_TIMESTAMP) + outside.count(oids.CERT_CRL_TIMESTAMP) == 1,
        "lt_shape": not _NOT_IN_LT.intersection(outside),
        "lt_container": _contained(signed, stamps),
        "a": any(oid in _ARCHIVES for oid in outside),
        "lta": oids.ARCHIVE_TIMESTAMP_V3 in outside,
        # TS 119 122-3 5.2: the kind that goes with where the content is, and no other; it stands over every signer.
        "ers": fitting in sealing and other not in sealing,
    }


def _bes(inside: list[str], signer: SignerInfo, *, counter: bool) -> bool:
    references = [oid for oid in inside if oid in _REFERENCES]
    if len(references) != 1 or any(inside.count(oid) > 1 for oid in SINGLE_SIGNED):
        return False
    if references[0] == oids.SIGNING_CERTIFICATE and any(
        item.digest_algorithm != "sha1" for item in signer.certificate_references
    ):
        return False
    needed = (oids.MESSAGE_DIGEST,) if counter else (oids.CONTENT_TYPE, oids.MESSAGE_DIGEST)
    return all(oid in inside for oid in needed) and sum(inside.count(oid) for oid in _ROLES) <= 1


def _baseline(signed: SignedData, signer: SignerInfo, inside: list[str], *, counter: bool) -> bool:
    implied = signer.signed(oids.SIGNATURE_POLICY) == b"\x05\x00"
    return (
        oids.SIGNING_TIME in inside
        and signer.claimed_signing_time is not None
        and (counter or signed.content_type == oids.DATA)
        and not implied
        and not (oids.MIME_TYPE in inside and oids.CONTENT_HINTS in inside)
    )


def _policy_hash(signer: SignerInfo) -> bool:
    return any(oid == oids.SIGNATURE_POLICY and value != b"\x05\x00" for oid, values in signer.signed_attributes
               for value in values)  # fmt: skip


def _contained(signed: SignedData, stamps: tuple[TimestampFacts, ...]) -> bool:
    """Tell whether each time-stamp but the last archive one has a certificate of its own in the bag, too."""
    archives = [item for item in stamps if item.kind is TimestampKind.ARCHIVE]
    inner = [item for item in stamps if item not in archives[-1:]]
    held = set(signed.certificates)
    return bool(stamps) and all(
        any(one.kind is MaterialKind.CERTIFICATE and one.der in held for one in item.token.material) for item in inner
    )
