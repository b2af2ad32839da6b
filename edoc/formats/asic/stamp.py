"""Time-stamps over files in a container, without any signature (EN 319 162-1 4.3.3.4, 4.4.4)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from edoc.errors import ConfigError, InputError
from edoc.facts.document import Document
from edoc.facts.material import MaterialKind
from edoc.formats.asic.archive import Pending, pending_archive, put_archive, put_into_last_token
from edoc.formats.asic.box import Box
from edoc.formats.asic.composed import Composed
from edoc.formats.asic.errors import ZipError
from edoc.formats.asic.file_names import free_name, named
from edoc.formats.asic.kinds import TYPE_E, TYPE_S, Container, recognise
from edoc.formats.asic.manifest_write import TOKEN_TYPE, Covered, asic_manifest
from edoc.formats.asic.package import Package
from edoc.formats.asic.roles import Contents, Role
from edoc.formats.asic.zip_write import dos_time
from edoc.formats.kind import Kind, kind_of

_MANIFEST = "META-INF/ASiCManifest{}.xml"
_TOKEN = "META-INF/timestamp{}.tst"
_TOKEN_OF_S = "META-INF/timestamp.tst"


class ContainerStamp:
    """A container that lacks nothing but a time-stamp token."""

    def __init__(self, box: Box, pending: Pending | None) -> None:
        """`pending`: the manifest to be time-stamped; null: the token stands over the one data file of an ASiC-S."""
        self._box = box
        self._pending = pending

    def imprint(self, algorithm: str) -> bytes:
        """Return the digest to be time-stamped (`algorithm`: hashlib name)."""
        if self._pending is not None:
            return self._pending.imprint(algorithm)
        return self._box.digest(self._box.names(Role.DATA)[0], algorithm)

    def put(self, token: bytes) -> None:
        """Put the token in; `InputError` CADES_TOKEN_UNREADABLE for what is none."""
        pending = self._pending or Pending(name=_TOKEN_OF_S, octets=b"", token=_TOKEN_OF_S)
        put_archive(self._box, pending, token)

    def parts(self) -> Iterable[bytes | memoryview]:
        """Yield the octets of the container as it is now."""
        return self._box.octets()


def new_stamp(
    documents: Sequence[Document], *, container: Container, time: datetime, algorithm: str = "sha256"
) -> ContainerStamp:
    """Return a container around some files, to be time-stamped; `algorithm` is that of its manifest.

    Raises `InputError` ASIC_NAME_CLASH and ASIC_NAME_RESERVED, `ConfigError` SIGN_NOTHING.
    """
    if not documents:
        raise ConfigError("SIGN_NOTHING", subject="-")
    date = dos_time(time)
    files: Sequence[Document] = named(documents)
    if container is Container.ASIC_S:
        files = files if len(files) == 1 else (Composed(files, date),)
        return ContainerStamp(Box.new(documents[0].name, TYPE_S, documents=files, time=date), None)
    box = Box.new(documents[0].name, TYPE_E, documents=files, time=date)
    return ContainerStamp(box, _over_data(box, algorithm))


def further_stamp(
    document: Document, *, algorithm: str = "sha256", objects: Sequence[tuple[MaterialKind, bytes]] = ()
) -> ContainerStamp:
    """Return a container that is there, for one more time-stamp over everything in it.

    `objects` is what the time-stamp that is the newest so far rests on (EN 319 162-1 A.7); it goes into that.
    Raises `InputError` UNSUPPORTED_TYPE for what is no container, ASIC_STAMP_SIGNED where the signatures inside
    are raised themselves instead (`edoc extend`).
    """
    if kind_of(document) is not Kind.ZIP:
        raise InputError("UNSUPPORTED_TYPE", subject=document.name)
    try:
        package = Package.open(document)
    except ZipError as problem:
        raise InputError(problem.code, subject=document.name, params=problem.params) from problem
    contents = Contents.of(package.entries)
    container = recognise(package, contents).container
    if container is Container.OPEN_DOCUMENT or contents.of_role(Role.XADES):
        raise InputError("ASIC_STAMP_SIGNED", subject=document.name)
    box = Box.of(package)
    if container is Container.ASIC_S and contents.of_role(Role.CADES):
        raise InputError("ASIC_STAMP_SIGNED", subject=document.name)
    if not contents.of_role(Role.CADES, Role.TIMESTAMP):
        return ContainerStamp(box, None if container is Container.ASIC_S else _over_data(box, algorithm))
    if objects and contents.of_role(Role.TIMESTAMP):
        put_into_last_token(box, objects)
    return ContainerStamp(box, pending_archive(box, algorithm=algorithm))


def _over_data(box: Box, algorithm: str) -> Pending:
    """Return the manifest over the data files, for the first time-stamp of an ASiC-E."""
    names = box.names(Role.DATA)
    if not names:
        raise InputError("ASIC_NO_DATA", subject=box.name)
    token = free_name(_TOKEN, box)
    covered = [Covered(name=name, digest=box.digest(name, algorithm)) for name in names]
    octets = asic_manifest(token, TOKEN_TYPE, covered, algorithm=algorithm)
    return Pending(name=free_name(_MANIFEST, box), octets=octets, token=token)
