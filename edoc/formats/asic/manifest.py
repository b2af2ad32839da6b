"""Manifests of a container: which files a signature or time-stamp stands over (EN 319 162-1 A.4; OpenDocument 1.2 part 3)."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass, field

from edoc.formats.asic.errors import LIMIT, ZipError
from edoc.formats.xml.errors import XmlError
from edoc.formats.xml.tree import Element, XmlDocument
from edoc.limits import DEFAULT_LIMITS, Limits

_ASIC = "{http://uri.etsi.org/02918/v1.2.1#}"
_DS = "{http://www.w3.org/2000/09/xmldsig#}"
_OPEN = "{urn:oasis:names:tc:opendocument:xmlns:manifest:1.0}"
_ROOT, _FILE_ENTRY, _FULL_PATH, _MEDIA_TYPE = (
    f"{_OPEN}{name}" for name in ("manifest", "file-entry", "full-path", "media-type")
)
DIGESTS = {
    "http://www.w3.org/2000/09/xmldsig#sha1": "sha1",
    "http://www.w3.org/2001/04/xmldsig-more#sha224": "sha224",
    "http://www.w3.org/2001/04/xmlenc#sha256": "sha256",
    "http://www.w3.org/2001/04/xmldsig-more#sha384": "sha384",
    "http://www.w3.org/2001/04/xmlenc#sha512": "sha512",
    "http://www.w3.org/2007/05/xmldsig-more#sha3-224": "sha3_224",
    "http://www.w3.org/2007/05/xmldsig-more#sha3-256": "sha3_256",
    "http://www.w3.org/2007/05/xmldsig-more#sha3-384": "sha3_384",
    "http://www.w3.org/2007/05/xmldsig-more#sha3-512": "sha3_512",
}
"""Digest algorithm by URI (RFC 9231 2.1); hashlib names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One file that a manifest names, with the digest it states."""

    reference: str
    """As written: a relative URI, percent-encoded or not."""
    digest_algorithm: str
    """hashlib name, or `unknown:<uri>`."""
    digest: bytes | None = field(repr=False)
    """Null when it is no base64."""
    media_type: str = ""
    root_file: bool = False
    """True for the manifest that this one goes on from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """An ASiCManifest as it says."""

    name: str
    signature: str
    """The reference to the signature or time-stamp that stands over this manifest."""
    listed: tuple[Listed, ...]
    critical: bool
    """True when it has an extension that must be understood."""


def parse_markup(octets: bytes, name: str, limits: Limits) -> Element:
    """Parse a small XML file of the container itself; raises `ZipError` for a DTD and for what is no XML."""
    try:
        return XmlDocument.parse(octets, name=name, limits=limits).root
    except XmlError as problem:
        code = LIMIT if problem.undecided else "ASIC_MANIFEST_MALFORMED"
        raise ZipError(code, name=name, what=name, limit=problem.params.get("limit", "-")) from problem


def read_manifest(octets: bytes, name: str, *, limits: Limits = DEFAULT_LIMITS) -> Manifest:
    """Read an ASiCManifest; raises `ZipError` for what is none."""
    root = parse_markup(octets, name, limits)
    places = root.findall(f"{_ASIC}SigReference")
    if root.tag != f"{_ASIC}ASiCManifest" or len(places) != 1 or not places[0].get("URI"):
        raise ZipError("ASIC_MANIFEST_MALFORMED", name=name)
    entries = root.findall(f"{_ASIC}DataObjectReference")
    if len(entries) > limits.zip_entries:
        raise ZipError(LIMIT, what=name, limit=limits.zip_entries)
    extensions = root.iter(f"{_ASIC}Extension")
    return Manifest(
        name=name,
        signature=places[0].get("URI", ""),
        listed=tuple(_listed(item, name) for item in entries),
        critical=any(item.get("Critical", "false").strip() not in ("false", "0") for item in extensions),
    )


def _listed(item: Element, name: str) -> Listed:
    methods, values = item.findall(f"{_DS}DigestMethod"), item.findall(f"{_DS}DigestValue")
    reference = item.get("URI")
    if len(methods) != 1 or len(values) != 1 or not reference or len(values[0]):
        raise ZipError("ASIC_MANIFEST_MALFORMED", name=name)
    uri = methods[0].get("Algorithm", "")
    return Listed(
        reference=reference,
        digest_algorithm=DIGESTS.get(uri, f"unknown:{uri}"),
        digest=_base64(values[0].text or ""),
        media_type=item.get("MimeType", ""),
        root_file=item.get("Rootfile", "").strip() in ("true", "1"),
    )


def _base64(text: str) -> bytes | None:
    try:
        return base64.b64decode("".join(text.split()).encode("ascii"), validate=True)
    except (binascii.Error, UnicodeEncodeError):
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenManifest:
    """The list of files that OpenDocument and BDOC carry: media type by reference, as written; `/` is the package."""

    media_types: dict[str, str]
    twice: tuple[str, ...]


def read_open_manifest(octets: bytes, name: str, *, limits: Limits = DEFAULT_LIMITS) -> OpenManifest:
    """Read `META-INF/manifest.xml`; raises `ZipError` for what is none."""
    root = parse_markup(octets, name, limits)
    if root.tag != _ROOT:
        raise ZipError("ASIC_MANIFEST_MALFORMED", name=name)
    found: dict[str, str] = {}
    twice = []
    for item in root.iterchildren(_FILE_ENTRY):
        path = item.get(_FULL_PATH)
        if not path:
            raise ZipError("ASIC_MANIFEST_MALFORMED", name=name)
        if path in found:
            twice.append(path)
        found[path] = item.get(_MEDIA_TYPE, "")
    return OpenManifest(media_types=found, twice=tuple(twice))
