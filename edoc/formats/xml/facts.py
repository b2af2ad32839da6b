"""A ds:Signature as facts: what it covers, of which document, with which certificates at hand."""

from __future__ import annotations

from collections.abc import Iterable

from edoc.facts.findings import Finding, error
from edoc.facts.material import EmbeddedObject, MaterialKind, Origin
from edoc.facts.signature import Reference, ReferenceKind, ScopeKind, SignatureFacts, SignatureFormat
from edoc.formats.xml.boxes import boxed_name
from edoc.formats.xml.coverage import covers_all
from edoc.formats.xml.dsig import XmlSignature
from edoc.formats.xml.key_info import KeyInfo
from edoc.formats.xml.qualifying import SIGNED_PROPERTIES_TYPES
from edoc.formats.xml.qualifying_levels import plain_predicates
from edoc.formats.xml.references import XmlReference
from edoc.formats.xml.tree import DS
from edoc.pki.certificate import Certificate, CertificateError

_SIGNATURE = f"{{{DS}}}Signature"
_SELF = frozenset(f"{{{DS}}}{name}" for name in ("KeyInfo", "SignatureProperties", "SignatureProperty"))


def signature_facts(signature: XmlSignature) -> SignatureFacts:
    """Return the facts of one XML signature, its XAdES properties left aside."""
    key_info = signature.key_info
    return SignatureFacts(
        id=signature.id,
        name=signature.element.get("Id") or "",
        format=SignatureFormat.XMLDSIG,
        findings=(*signature.findings, *_key_values(key_info, signature.id)),
        references=tuple(map(reference_facts, (*signature.references, *signature.entries))),
        signed_octets=signature.signed_info,
        signature_value=signature.signature_value,
        algorithm=signature.algorithm,
        material=_material(key_info),
        predicates=plain_predicates(signature),
        covers_whole_document=covers_all(signature),
    )


def reference_facts(item: XmlReference) -> Reference:
    """Return a reference as facts; its octets are made again when they are asked for."""
    made = item.actual is not None and (not item.external or item.found is not None)
    return Reference(
        name=_name(item),
        kind=_kind(item),
        scope=_scope(item),
        digest_algorithm=item.digest_algorithm,
        expected=item.digest,
        actual=item.actual,
        octets=item.octets if made else None,
    )


def _name(item: XmlReference) -> str:
    if item.uri == "":
        return item.document.name
    boxed = boxed_name(item.target) if item.target is not None else None
    if boxed is not None:
        return boxed
    return item.found_name or "" if item.uri is None else item.uri


def _kind(item: XmlReference) -> ReferenceKind:
    if item.entry:
        return ReferenceKind.MANIFEST_ENTRY if item.external else ReferenceKind.CONTENT
    own = item.type in SIGNED_PROPERTIES_TYPES or _is_part_of_signature(item)
    return ReferenceKind.SIGNED_PROPERTIES if own else ReferenceKind.CONTENT


def _is_part_of_signature(item: XmlReference) -> bool:
    """Tell whether a reference is over what its signature says of itself: its KeyInfo or SignatureProperties."""
    target = item.target
    if target is None or target.tag not in _SELF:
        return False
    return next(item.element.iterancestors(_SIGNATURE), None) is next(target.iterancestors(_SIGNATURE), None)


def _scope(item: XmlReference) -> ScopeKind:
    if item.entry:
        return ScopeKind.MANIFEST_ENTRY
    if item.external:
        return ScopeKind.FULL if item.plain else ScopeKind.PARTIAL
    return ScopeKind.FULL if item.target is item.document.root else ScopeKind.PARTIAL


def _material(key_info: KeyInfo | None) -> tuple[EmbeddedObject, ...]:
    if key_info is None:
        return ()
    kinds: tuple[tuple[MaterialKind, Iterable[bytes]], ...] = (
        (MaterialKind.CERTIFICATE, (*key_info.certificates, *key_info.elsewhere)),
        (MaterialKind.CRL, key_info.revocation_lists),
    )
    return tuple(
        EmbeddedObject(kind=kind, der=der, origin=Origin.SIGNATURE) for kind, group in kinds for der in group
    )


def _key_values(key_info: KeyInfo | None, id: str) -> tuple[Finding, ...]:
    """A bare key beside certificates must be the key of one of them, or readers take different ones (XML-DSig 4.5).

    Which certificate signed is told by signed references, or by the key; hints of the KeyInfo decide nothing.
    """
    if key_info is None or not key_info.public_keys or not key_info.certificates:
        return ()
    known = set()
    for der in key_info.certificates:
        try:
            known.add(Certificate.load(der).spki_der)
        except CertificateError:
            continue
    other = not known or any(key not in known for key in key_info.public_keys)
    return (error("XML_KEY_VALUE_OTHER", id),) if other else ()
