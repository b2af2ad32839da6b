"""Which container a package is: told by its `mimetype`, else by what stands in it (EN 319 162-1 A.1)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from edoc.errors import InputError
from edoc.facts.findings import Finding, error, info, warning
from edoc.formats.asic.errors import ZipError
from edoc.formats.asic.package import Package
from edoc.formats.asic.roles import MIMETYPE, Contents, Role
from edoc.formats.asic.zip import STORED

TYPE_S = "application/vnd.etsi.asic-s+zip"
TYPE_E = "application/vnd.etsi.asic-e+zip"
_OPEN_DOCUMENT = "application/vnd.oasis.opendocument."
_COMMENT = b"mimetype="
_LONGEST = 200
"""Octets of a media type; the longest in use have some 70."""
_BOM = b"\xef\xbb\xbf"


class Container(Enum):
    """The containers that are read; the value is what the report calls them."""

    ASIC_S = "ASiC-S"
    ASIC_E = "ASiC-E"
    OPEN_DOCUMENT = "ODF"


_TYPES = {TYPE_S: Container.ASIC_S, TYPE_E: Container.ASIC_E}


@dataclass(frozen=True, slots=True, kw_only=True)
class Recognised:
    """What a package is taken for, and what was odd about how it says so."""

    container: Container
    media_type: str
    findings: tuple[Finding, ...]


def recognise(package: Package, contents: Contents) -> Recognised:
    """Return what a package is; raises `InputError` OFFICE_UNSUPPORTED or UNSUPPORTED_TYPE for what is not read."""
    name = package.document.name
    if package.entry("[Content_Types].xml") is not None:
        raise InputError("OFFICE_UNSUPPORTED", subject=name)
    media_type, findings = _stated(package)
    container = _TYPES.get(media_type)
    if container is None and media_type.startswith(_OPEN_DOCUMENT):
        container = Container.OPEN_DOCUMENT
    if container is not None:
        return Recognised(container=container, media_type=media_type, findings=tuple(findings))
    if not contents.is_marked:
        raise InputError("UNSUPPORTED_TYPE", subject=name)
    # Never a laxer reading for what does not say what it is: it is judged, and stays undecided.
    if not any(item.code == "ASIC_MIMETYPE_MISSING" for item in findings):
        findings.append(warning("ASIC_MIMETYPE_UNKNOWN", name, type=media_type))
    return Recognised(container=_guess(contents), media_type=media_type or "application/zip", findings=tuple(findings))


def _stated(package: Package) -> tuple[str, list[Finding]]:
    entry = package.entry(MIMETYPE)
    name = package.document.name
    if entry is None:
        if package.comment.startswith(_COMMENT):
            # EN 319 162-1 4.3.3.1 b: the comment of the package may say it as well.
            stated = package.comment[len(_COMMENT) :].decode("ascii", "replace").strip()
            return stated, [info("ASIC_MIMETYPE_COMMENT", name)]
        return "", [warning("ASIC_MIMETYPE_MISSING", name)]
    findings = []
    if entry.place or entry.method != STORED or entry.local_extra:
        findings.append(info("ASIC_MIMETYPE_PLACE", name))
    if entry.size > _LONGEST:
        return "", [*findings, warning("ASIC_MIMETYPE_UNKNOWN", name, type="")]
    try:
        octets = package.read(entry)
    except ZipError:
        return "", findings
    stripped = octets.removeprefix(_BOM).strip()
    if stripped != octets:
        findings.append(info("ASIC_MIMETYPE_FORM", name))
    return stripped.decode("ascii", "replace"), findings


def _guess(contents: Contents) -> Container:
    if len(contents.of_role(Role.DATA)) > 1 or contents.of_role(Role.MANIFEST):
        return Container.ASIC_E
    return Container.ASIC_S


def shape_findings(container: Container, contents: Contents, name: str) -> list[Finding]:
    """Return what breaks the rules about the files of a container (EN 319 162-1 4.3.3, 4.4.3)."""
    if container is Container.OPEN_DOCUMENT:
        return []
    findings = []
    data = contents.names(Role.DATA)
    if not data and contents.is_marked:
        findings.append(error("ASIC_NO_DATA", name))
    if container is Container.ASIC_S:
        if len(data) > 1:
            findings.append(error("ASIC_S_DATA_COUNT", name, count=len(data), extra=", ".join(data[1:4])))
        findings.extend(error("ASIC_S_DATA_FOLDER", item) for item in data[:1] if "/" in item)
        kinds = [role for role in (Role.XADES, Role.CADES, Role.TIMESTAMP) if contents.of_role(role)]
        if len(kinds) > 1 and Role.TIMESTAMP in kinds:
            findings.append(error("ASIC_S_MIXED", name))
        elif kinds == [Role.TIMESTAMP] and contents.of_role(Role.EVIDENCE):
            # Either one may be missed by a reader who looks for the other alone: told, and left open.
            findings.append(warning("ASIC_S_MIXED", name))
        for role in (Role.XADES, Role.CADES):
            if len(contents.of_role(role)) > 1:
                findings.append(error("ASIC_S_SIGNATURE_FILES", name, names=", ".join(contents.names(role))))
    return findings
