"""Writes manifests (EN 319 162-1 A.4; OpenDocument 1.2 part 3): plain, without white space that depends on anything."""

from __future__ import annotations

import base64
from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import quote
from xml.sax.saxutils import quoteattr

from edoc.formats.asic.manifest import DIGESTS

_DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'
_ASIC = "http://uri.etsi.org/02918/v1.2.1#"
_DS = "http://www.w3.org/2000/09/xmldsig#"
_OPEN = "urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"
_URIS = {name: uri for uri, name in DIGESTS.items()}
CMS_TYPE = "application/pkcs7-signature"
TOKEN_TYPE = "application/vnd.etsi.timestamp-token"
_UNRESERVED = "/-._~"


@dataclass(frozen=True, slots=True, kw_only=True)
class Covered:
    """One file of a manifest."""

    name: str
    digest: bytes = field(repr=False)
    media_type: str = ""
    root_file: bool = False


def manifest_algorithm(digest_algorithm: str) -> str:
    """Return the digest for a manifest under a signature: its own, where XML has a name for it."""
    return digest_algorithm if digest_algorithm in _URIS else "sha512"


def reference_to(name: str) -> str:
    """Return a name as the URI that manifests and signatures write (RFC 3986 2.1)."""
    return quote(name, safe=_UNRESERVED)


def asic_manifest(target: str, target_type: str, covered: Iterable[Covered], *, algorithm: str) -> bytes:
    """Return an ASiCManifest over some files, for the signature or time-stamp of a name."""
    entries = "".join(_entry(item, algorithm) for item in covered)
    return (
        f'{_DECLARATION}<asic:ASiCManifest xmlns:asic="{_ASIC}" xmlns:ds="{_DS}">'
        f'<asic:SigReference MimeType="{target_type}" URI={quoteattr(reference_to(target))}/>'
        f"{entries}</asic:ASiCManifest>"
    ).encode()


def _entry(item: Covered, algorithm: str) -> str:
    kind = f" MimeType={quoteattr(item.media_type)}" if item.media_type else ""
    root = ' Rootfile="true"' if item.root_file else ""
    return (
        f"<asic:DataObjectReference{kind}{root} URI={quoteattr(reference_to(item.name))}>"
        f'<ds:DigestMethod Algorithm="{_URIS[algorithm]}"/>'
        f"<ds:DigestValue>{base64.b64encode(item.digest).decode()}</ds:DigestValue></asic:DataObjectReference>"
    )


def open_manifest(package_type: str, files: Iterable[tuple[str, str]]) -> bytes:
    """Return `META-INF/manifest.xml` over files (name, media type)."""
    entries = "".join(
        f'<manifest:file-entry manifest:full-path={quoteattr(name)} manifest:media-type={quoteattr(kind)}/>'
        for name, kind in (("/", package_type), *files)
    )
    return (
        f'{_DECLARATION}<manifest:manifest xmlns:manifest="{_OPEN}" manifest:version="1.2">{entries}</manifest:manifest>'
    ).encode()
