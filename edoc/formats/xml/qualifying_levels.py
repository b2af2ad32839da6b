"""The level predicates of a XAdES signature (EN 319 132-1 6.3, 132-2; ades.md 3.4): what is there, weighed by the engine."""

from __future__ import annotations

from collections.abc import Sequence

from edoc.facts.material import EmbeddedObject, MaterialKind
from edoc.facts.signature import CertificateReference
from edoc.formats.xml.c14n import METHODS
from edoc.formats.xml.dsig import XmlSignature
from edoc.formats.xml.qualifying import (
    COUNTERSIGNED_TYPE,
    ERS,
    SIGNED_PROPERTIES_TYPES,
    XADES_132,
    XADES_141,
    Qualifying,
    value_text,
)
from edoc.formats.xml.qualifying_claims import SINGLE
from edoc.formats.xml.qualifying_stamps import KINDS, tokens_in
from edoc.formats.xml.references import XmlReference
from edoc.formats.xml.tree import DS, Element
from edoc.pki.algorithms import digest_of

_UNDESCRIBED = frozenset({*SIGNED_PROPERTIES_TYPES, COUNTERSIGNED_TYPE, f"{DS}Manifest", f"{DS}SignatureProperties"})
"""What a reference may point to without a DataObjectFormat (EN 319 132-1 6.3 m)."""
_FORBIDDEN_AT_LT = frozenset(
    {
        "CompleteCertificateRefs", "CompleteCertificateRefsV2", "CompleteRevocationRefs", "AttributeCertificateRefs",
        "AttributeCertificateRefsV2", "AttributeRevocationRefs", "SigAndRefsTimeStamp", "SigAndRefsTimeStampV2",
        "RefsOnlyTimeStamp", "RefsOnlyTimeStampV2",
    }
)  # fmt: skip
_ONCE_AT_LT = ("CertificateValues", "RevocationValues", "AttrAuthoritiesCertValues", "AttributeRevocationValues")
_REFS_TIMES = frozenset(name for name in KINDS if name.startswith(("SigAndRefs", "RefsOnly")))
_CONTAINERS = ("CertificateValues", "AttrAuthoritiesCertValues", "TimeStampValidationData", "AnyValidationData")


class Shape:
    """What one signature has, by the names of its properties."""

    def __init__(
        self,
        signature: XmlSignature,
        qualifying: Qualifying,
        *,
        references: Sequence[CertificateReference],
        material: Sequence[EmbeddedObject],
    ) -> None:
        """Take a signature with its properties, its signed references to certificates, and what its properties carry."""
        self._signature = signature
        self._qualifying = qualifying
        self._references = references
        self._material = material
        self._signed = [qualifying.name(item) for item in qualifying.signature_properties]
        self._unsigned = [qualifying.name(item) for item in qualifying.unsigned]

    def predicates(self) -> dict[str, bool]:
        """Return every predicate by its name."""
        bes = self._bes()
        return {
            "bes": bes,
            "b": bes and self._baseline(),
            "epes": bes and self._policy(),
            "t": self._single_tokens(),
            "c": self._complete_references(),
            "x": any(name in _REFS_TIMES for name in self._unsigned),
            "lt_shape": self._long_term_shape(),
            "lt_container": self._container(),
            "a": "ArchiveTimeStamp" in self._unsigned,
            "lta": any(item.tag == f"{{{XADES_141}}}ArchiveTimeStamp" for item in self._qualifying.unsigned),
            "ers": "SigningTime" in self._signed and f"{{{ERS}}}SealingEvidenceRecords" in self._unsigned,
        }

    def _bes(self) -> bool:
        """EN 319 132-2 5.2: the signing certificate is signed, as a reference or with KeyInfo; formats describe references."""
        once = all(self._signed.count(name) <= 1 for name in SINGLE)
        references = sum(name in ("SigningCertificate", "SigningCertificateV2") for name in self._signed)
        return once and self._formats_fit() and ((references >= 1 and bool(self._references)) or self._signs_key_info())

    def _signs_key_info(self) -> bool:
        info = self._signature.key_info
        return info is not None and any(item.target is info.element for item in self._signature.references)

    def _formats(self) -> list[Element]:
        return [item for item in self._qualifying.data_properties if self._qualifying.name(item) == "DataObjectFormat"]

    def _formats_fit(self) -> bool:
        ids = {f"#{item.id}" for item in self._signature.references if item.id}
        return all(item.get("ObjectReference") in ids for item in self._formats())

    def _baseline(self) -> bool:
        """The column B-B of EN 319 132-1 6.3."""
        certificates = sum(name in ("SigningCertificate", "SigningCertificateV2") for name in self._signed)
        return (
            self._qualifying.namespace == XADES_132
            and certificates == 1
            and self._signed.count("SigningTime") == 1
            and self._signature.canonicalization in METHODS
            and len(self._signature.references) >= 2
            and self._key_info_has_signer()
            and self._all_described()
            and not any(item.tag == f"{{{XADES_132}}}ArchiveTimeStamp" for item in self._qualifying.unsigned)
            and ("SignaturePolicyStore" not in self._unsigned or self._policy_hash())
        )

    def _key_info_has_signer(self) -> bool:
        info = self._signature.key_info
        named = [item for item in self._references if item.names_signer]
        return info is not None and any(
            digest_of(item.digest_algorithm, der) == item.digest for item in named for der in info.certificates
        )

    def _all_described(self) -> bool:
        described = {item.get("ObjectReference"): value_text(self._qualifying.child(item, "MimeType")) for item in self._formats()}
        return all(described.get(f"#{item.id}") for item in self._signature.references if self._needs_format(item))

    def _needs_format(self, item: XmlReference) -> bool:
        info = self._signature.key_info
        if item.type in _UNDESCRIBED or item.target is self._qualifying.signed:
            return False
        return info is None or item.target is not info.element

    def _policy(self) -> bool:
        stated = "SignaturePolicyIdentifier" in self._signed
        return stated and ("SignaturePolicyStore" not in self._unsigned or self._policy_hash())

    def _policy_hash(self) -> bool:
        return any(
            self._qualifying.name(inner) == "SigPolicyHash"
            for item in self._qualifying.signature_properties
            if self._qualifying.name(item) == "SignaturePolicyIdentifier"
            for inner in item.iter("{*}SigPolicyHash")
        )

    def _single_tokens(self) -> bool:
        found = [item for item in self._qualifying.unsigned if self._qualifying.name(item) == "SignatureTimeStamp"]
        return bool(found) and all(len(tokens_in(self._qualifying, item)) == 1 for item in found)

    def _complete_references(self) -> bool:
        certificates = sum(self._unsigned.count(name) for name in ("CompleteCertificateRefs", "CompleteCertificateRefsV2"))
        return certificates == 1 and self._unsigned.count("CompleteRevocationRefs") == 1

    def _long_term_shape(self) -> bool:
        return not _FORBIDDEN_AT_LT.intersection(self._unsigned) and all(
            self._unsigned.count(name) <= 1 for name in _ONCE_AT_LT
        )

    def _container(self) -> bool:
        return any(name in _CONTAINERS for name in self._unsigned) and any(
            item.kind is MaterialKind.CERTIFICATE for item in self._material
        )


def plain_predicates(signature: XmlSignature) -> dict[str, bool]:
    """Return the predicates of a signature without properties: with its KeyInfo signed it is a XAdES-BES (EN 319 132-2)."""
    info = signature.key_info
    signed = info is not None and any(item.target is info.element for item in signature.references)
    return {"bes": signed and bool(info is not None and info.certificates)}
