"""Time-stamps over a whole container: archive manifests, one going on from the other (EN 319 162-1 A.7; ades.md 5.3)."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field

from edoc.errors import InputError
from edoc.facts.material import MaterialKind
from edoc.formats.asic.box import Box
from edoc.formats.asic.errors import ZipError
from edoc.formats.asic.file_names import free_name
from edoc.formats.asic.manifest_write import TOKEN_TYPE, Covered, asic_manifest
from edoc.formats.asic.roles import Role
from edoc.formats.asic.zip_write import dos_time
from edoc.formats.cades.content import SignedContent
from edoc.formats.cades.editor import CmsEditor
from edoc.formats.cades.model import Model
from edoc.formats.tst import read_tst_info
from edoc.pki.algorithms import digest_of
from edoc.pki.cms import CmsError, parse_signed_data
from edoc.pki.der import DerError

ARCHIVE = "META-INF/ASiCArchiveManifest.xml"
_OLDER = "META-INF/ASiCArchiveManifest{}.xml"
_TOKEN = "META-INF/timestamp{}.tst"
_TAKEN_FIRST = "META-INF/timestamp001.tst"
_FIRST_OF_S = "META-INF/timestamp.tst"
Objects = Sequence[tuple[MaterialKind, bytes]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pending:
    """A manifest whose time-stamp is asked for; nothing of the container is changed yet."""

    name: str
    octets: bytes = field(repr=False)
    token: str
    """Name of the time-stamp file to be."""
    renamed: tuple[str, str] | None = None
    """The manifest that was the newest so far, and what it will be called."""

    def imprint(self, algorithm: str) -> bytes:
        """Return the digest to be time-stamped."""
        digest = digest_of(algorithm, self.octets)
        assert digest is not None, algorithm
        return digest


def pending_archive(box: Box, *, algorithm: str) -> Pending:
    """Return the manifest over everything in a container, for the next time-stamp."""
    renamed = (ARCHIVE, free_name(_OLDER, box)) if ARCHIVE in box else None
    taken = {*box.names(), _TAKEN_FIRST} if _FIRST_OF_S in box else set(box.names())
    token = free_name(_TOKEN, taken)
    covered = [
        Covered(
            name=renamed[1] if renamed is not None and name == renamed[0] else name,
            digest=box.digest(name, algorithm),
            root_file=renamed is not None and name == renamed[0],
        )
        for name in box.names()
        if not name.endswith("/") and name != "mimetype"
    ]
    octets = asic_manifest(token, TOKEN_TYPE, covered, algorithm=algorithm)
    return Pending(name=ARCHIVE, octets=octets, token=token, renamed=renamed)


def put_archive(box: Box, pending: Pending, token: bytes) -> None:
    """Put a manifest and its time-stamp into a container; `InputError` CADES_TOKEN_UNREADABLE."""
    time = token_time(token, pending.token)
    if pending.renamed is not None:
        box.rename(*pending.renamed)
    if pending.name != pending.token:
        box.put(pending.name, pending.octets, time)
    box.put(pending.token, token, time)


def token_time(token: bytes, name: str) -> int:
    """Return the time of a token as MS-DOS writes it: what is added later bears no date of its own."""
    try:
        return dos_time(read_tst_info(parse_signed_data(token).content or b"").gen_time)
    except (CmsError, DerError) as problem:
        raise InputError("CADES_TOKEN_UNREADABLE", subject=name) from problem


def covered_names(box: Box) -> frozenset[str]:
    """Return the names of the parts that a time-stamp of the container stands over; those may not change any more."""
    try:
        manifests = box.manifests(Role.ARCHIVE_MANIFEST)
    except ZipError as problem:
        raise InputError(problem.code, subject=box.name, params=problem.params) from problem
    found = (box.find(item.reference) for manifest in manifests for item in manifest.listed)
    return frozenset(name for name in found if name is not None)


def put_into_last_token(box: Box, objects: Objects) -> None:
    """Add validation data to the newest time-stamp of a container: nothing covers it yet (ades.md 5.3.2).

    Raises `InputError` ASIC_COVERED when there is none that may be changed.
    """
    covered = covered_names(box)
    free = [name for name in box.names(Role.TIMESTAMP) if name not in covered]
    if not free:
        raise InputError("ASIC_COVERED", subject=box.name)
    name = free[-1]
    try:
        model = Model.of(parse_signed_data(bytes(box.document(name).data)))
    except (CmsError, DerError) as problem:
        raise InputError("CADES_TOKEN_UNREADABLE", subject=name) from problem
    editor = CmsEditor(model, SignedContent(None, None), name)
    editor.put_validation_data("S1", objects)
    octets = b"".join(bytes(piece) for piece in editor.parts())
    if hashlib.sha256(octets).digest() != box.digest(name, "sha256"):
        box.put(name, octets, box.time(name))
