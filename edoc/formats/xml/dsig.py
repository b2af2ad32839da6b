"""One ds:Signature: what it signs, with what, and the octets under its value (XML-DSig 1.1)."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain

from edoc.facts.findings import Finding, error, warning
from edoc.facts.signature import SignatureAlgorithm
from edoc.formats.xml.algorithms import MASK_MGF1, PSS_WITH_PARAMETERS, digest_of_uri, is_mac, signature_of_uri
from edoc.formats.xml.c14n import canonicalize
from edoc.formats.xml.errors import XmlError
from edoc.formats.xml.key_info import KeyInfo, read_key_info
from edoc.formats.xml.leaf import algorithm, children, octets, ordered
from edoc.formats.xml.references import MANIFEST_TYPE, Resolver, XmlReference, digested, identifier_of, read_reference
from edoc.formats.xml.transforms import inclusive_prefixes
from edoc.formats.xml.tree import DS, Element, XmlDocument
from edoc.pki.algorithms import digest_size

_MORE = "http://www.w3.org/2007/05/xmldsig-more#"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class XmlSignature:
    """Everything read from one ds:Signature; errors among the findings mean that it cannot be relied on."""

    element: Element
    document: XmlDocument
    id: str
    """Its place in the document (`S1`), not its Id attribute."""
    signed_info: bytes | None = None
    """The canonical octets of SignedInfo: what the value is over."""
    signed_info_element: Element | None = None
    canonicalization: str = ""
    signature_value: bytes | None = None
    value_element: Element | None = None
    algorithm: SignatureAlgorithm | None = None
    references: tuple[XmlReference, ...] = ()
    """Those of SignedInfo, in order."""
    entries: tuple[XmlReference, ...] = ()
    """Those of the manifests that a reference signs."""
    key_info: KeyInfo | None = None
    objects: tuple[Element, ...] = ()
    findings: tuple[Finding, ...] = ()

    @property
    def manifests(self) -> tuple[Element, ...]:
        """The ds:Manifest elements that references point to."""
        found = (_manifest(item) for item in self.references)
        return tuple(dict.fromkeys(item for item in found if item is not None))


def read_signature(
    element: Element, document: XmlDocument, *, id: str = "S1", resolver: Resolver | None = None
) -> XmlSignature:
    """Read a ds:Signature of a document; nothing is raised, what is wrong is a finding.

    `resolver` finds detached data and is asked once; null: none was handed over.
    """
    try:
        info, value, keys, objects = ordered(element, ("SignedInfo", "SignatureValue", "KeyInfo?", "Object*"))
        method, algorithm_element, listed = ordered(
            info[0], ("CanonicalizationMethod", "SignatureMethod", "Reference+")
        )
        if len(listed) > document.limits.xml_references:
            raise XmlError("XML_LIMIT", limit=document.limits.xml_references, what="references")
        references = [read_reference(item, document) for item in listed]
    except XmlError as problem:
        return XmlSignature(element=element, document=document, id=id, findings=(finding_of(problem, id),))
    notes: list[Finding] = []
    manifest_entries = _entries(references, document, id, notes)
    done = digested([*references, *manifest_entries], resolver)
    notes += [finding_of(item.problem, id) for item in done if item.problem is not None and not item.entry]
    key_info = read_key_info(keys[0], id=id, document=document) if keys else None
    return XmlSignature(
        element=element,
        document=document,
        id=id,
        signed_info=_signed_info(document, info[0], method[0], id, notes),
        signed_info_element=info[0],
        canonicalization=algorithm(method[0]),
        signature_value=_value(value[0], id, notes),
        value_element=value[0],
        algorithm=_algorithm(algorithm_element[0], id, notes),
        references=tuple(done[: len(references)]),
        entries=tuple(done[len(references) :]),
        key_info=key_info,
        objects=tuple(objects),
        findings=(*notes, *(key_info.findings if key_info is not None else ())),
    )


def finding_of(problem: XmlError, id: str) -> Finding:
    """Return the finding of a problem: an error, or a warning where something was only not judged."""
    return (warning if problem.undecided else error)(problem.code, id, **problem.params)


def _signed_info(document: XmlDocument, info: Element, method: Element, id: str, notes: list[Finding]) -> bytes | None:
    # No budget bars it: each is canonicalised once, and all together are no longer than the document.
    try:
        prefixes = inclusive_prefixes(method)
        return canonicalize(info, method=algorithm(method), inclusive_prefixes=prefixes, document=document)
    except XmlError as problem:
        notes.append(finding_of(problem, id))
        return None


def _value(element: Element, id: str, notes: list[Finding]) -> bytes | None:
    try:
        return octets(element)
    except XmlError as problem:
        notes.append(finding_of(problem, id))
        return None


def _algorithm(element: Element, id: str, notes: list[Finding]) -> SignatureAlgorithm:
    uri = algorithm(element)
    if is_mac(uri):
        # Whoever knows the key of a MAC can make it: with a public key, everybody.
        notes.append(error("XML_MAC_REFUSED", id, algorithm=uri[:120]))
    if uri == PSS_WITH_PARAMETERS:
        return _pss(element)
    if any(item.tag == f"{{{DS}}}HMACOutputLength" for item in children(element)):
        notes.append(error("XML_OUTPUT_LENGTH", id))
    return signature_of_uri(uri)


def _pss(element: Element) -> SignatureAlgorithm:
    """Read RSAPSSParams (RFC 9231 2.3.9); parameters that contradict each other never verify."""
    digest, mask, salt, trailer = "sha256", None, None, "1"
    box = element.find(f"{{{_MORE}}}RSAPSSParams")
    for item in children(box) if box is not None else ():
        name = item.tag.rpartition("}")[2]
        if name == "DigestMethod":
            digest = digest_of_uri(algorithm(item))
        elif name == "MaskGenerationFunction":
            inner = [digest_of_uri(algorithm(part)) for part in children(item)]
            mask = inner[0] if inner and algorithm(item) == MASK_MGF1 else "sha1" if not inner else None
        elif name == "SaltLength":
            salt = (item.text or "").strip()
        elif name == "TrailerField":
            trailer = (item.text or "").strip()
    size = digest_size(digest)
    length = size if salt is None else int(salt) if salt.isascii() and salt.isdigit() and len(salt) < 5 else None
    mask = digest if mask is None else mask
    sound = size is not None and length is not None and mask == digest and trailer == "1"
    return SignatureAlgorithm(
        name="rsa-pss", digest=digest, mgf_digest=mask, salt_length=length, parameters_ok=sound
    )


def _manifest(item: XmlReference) -> Element | None:
    target = item.target
    if target is not None and target.tag == f"{{{DS}}}Manifest":
        return target
    return None


def _entries(
    references: list[XmlReference], document: XmlDocument, id: str, notes: list[Finding]
) -> list[XmlReference]:
    """Return the references of the manifests that are signed, and of those that these name (XML-DSig 5.1)."""
    found: list[XmlReference] = []
    seen: list[Element] = []
    for item in chain(references, found):
        name = identifier_of(item.uri) if item.uri and item.uri.startswith("#") else None
        named = document.by_id(name) if name is not None else []
        box = named[0] if len(named) == 1 else None
        if box is None or box.tag != f"{{{DS}}}Manifest" or any(box is one for one in seen):
            if item.type == MANIFEST_TYPE and box is not None and box.tag != f"{{{DS}}}Manifest":
                notes.append(error("XML_MANIFEST_OTHER", id, reference=item.uri or "-"))
            continue
        seen.append(box)
        try:
            (listed,) = ordered(box, ("Reference+",))
            if len(found) + len(listed) > document.limits.xml_references:
                raise XmlError("XML_LIMIT", limit=document.limits.xml_references, what="references")
            found += [read_reference(one, document, entry=True) for one in listed]
        except XmlError as problem:
            notes.append(finding_of(problem, id))
    return found
