"""What of a container its signatures and time-stamps cover: every file, exactly as required, and nothing outside."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from edoc.facts.findings import Finding, error, info, warning
from edoc.facts.signature import SignatureFacts
from edoc.formats.asic.errors import ZipError
from edoc.formats.asic.evidence import Recorded
from edoc.formats.asic.kinds import Container, Recognised
from edoc.formats.asic.manifest import OpenManifest, read_open_manifest
from edoc.formats.asic.members import Members
from edoc.formats.asic.names import NameIndex
from edoc.formats.asic.package import Package
from edoc.formats.asic.roles import OPEN_MANIFEST, SIGNATURES, Contents, Role
from edoc.formats.asic.signatures import Signed
from edoc.formats.asic.timestamps import Stamped

_MEDIA_TYPE = re.compile(r"[A-Za-z0-9!#$&^_.+-]+/[A-Za-z0-9!#$&^_.+-]+(?: *;.*)?", re.DOTALL)
"""RFC 6838 4.2: type, subtype, and parameters."""
_NAMED = 20
"""Files that are named one by one; the rest is counted."""


def to_cover(container: Container, contents: Contents) -> tuple[str, ...]:
    """Return the names of the files that a signature has to cover.

    ASiC: the data files (EN 319 162-1 4.4.3.2); OpenDocument: everything but the signatures themselves
    (OpenDocument 1.2 part 3, 5.1).
    """
    if container is not Container.OPEN_DOCUMENT:
        return contents.names(Role.DATA)
    roles = [role for role in Role if role not in (*SIGNATURES, Role.FOLDER)]
    return contents.names(*roles)


def with_coverage(signed: Signed, wanted: tuple[str, ...]) -> SignatureFacts:
    """Return the facts of a signature, with the files that it leaves out."""
    missing = [name for name in wanted if name not in signed.covered]
    if not missing:
        return signed.facts if signed.covered else replace(signed.facts, covers_whole_document=False)
    facts = signed.facts
    notes = [info("ASIC_FILE_NOT_SIGNED", facts.id, name=name) for name in missing[:_NAMED]]
    if len(missing) > _NAMED:
        notes.append(info("ASIC_FILES_NOT_SIGNED", facts.id, count=len(missing) - _NAMED))
    return replace(facts, covers_whole_document=False, findings=(*facts.findings, *notes))


def uncovered(
    wanted: tuple[str, ...],
    *,
    signed: tuple[Signed, ...],
    stamped: tuple[Stamped, ...],
    recorded: tuple[Recorded, ...] = (),
    name: str,
) -> Iterator[Finding]:
    """Yield the files that no signature covers; where there is none, no time-stamp, and then no evidence record."""
    proofs = [item.covered for item in signed] or [item.covered for item in stamped] or [item.covered for item in recorded]
    covered = frozenset().union(*proofs)
    missing = [item for item in wanted if item not in covered]
    yield from (warning("ASIC_FILE_UNCOVERED", name, name=item) for item in missing[:_NAMED])
    if len(missing) > _NAMED:
        yield warning("ASIC_FILES_UNCOVERED", name, count=len(missing) - _NAMED)


def list_findings(package: Package, recognised: Recognised, *, contents: Contents, members: Members) -> list[Finding]:
    """Return where the list of files (`META-INF/manifest.xml`) and the files differ, both ways."""
    entry = package.entry(OPEN_MANIFEST)
    if entry is None:
        return []
    try:
        listed = read_open_manifest(package.read_small(entry), entry.name)
    except ZipError as problem:
        return [warning(problem.code, entry.name, **problem.params)]
    findings = [error("ASIC_LIST_TWICE", entry.name, name=path) for path in listed.twice]
    package_type = listed.media_types.get("/")
    if package_type is not None and package_type != recognised.media_type:
        findings.append(info("ASIC_LIST_TYPE", entry.name, type=package_type, stated=recognised.media_type))
    return [*findings, *_both_ways(listed, contents, members.index)]


def _both_ways(listed: OpenManifest, contents: Contents, index: NameIndex) -> Iterator[Finding]:
    found = set()
    for path, media_type in listed.media_types.items():
        if path.endswith("/"):
            continue
        if media_type and _MEDIA_TYPE.fullmatch(media_type) is None:
            yield warning("ASIC_LIST_MEDIA_TYPE", OPEN_MANIFEST, name=path, type=media_type)
        name = index.find(path)
        if name is None:
            yield error("ASIC_LIST_FILE_MISSING", OPEN_MANIFEST, name=path)
        else:
            found.add(name)
    for name in contents.names(Role.DATA):
        if name not in found:
            yield warning("ASIC_LIST_FILE_UNLISTED", OPEN_MANIFEST, name=name)


def foreign_meta(contents: Contents, signed: tuple[Signed, ...], stamped: tuple[Stamped, ...]) -> Iterator[Finding]:
    """Yield files in META-INF that no rule knows and nothing covers."""
    covered = {name for item in signed for name in item.covered} | {name for item in stamped for name in item.covered}
    for name in contents.names(Role.OTHER_META):
        if name not in covered:
            yield info("ASIC_META_UNKNOWN", name)
