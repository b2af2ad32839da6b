"""Output places: a file written atomically, a binary stream, standard output, or memory.

Nothing is seen at the place before `commit`; leaving the `with` block without it, for whatever
reason, leaves nothing behind.
"""

from __future__ import annotations

import errno
import mmap
import os
import secrets
import sys
from enum import Enum
from functools import cache
from os import PathLike
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

from edoc.errors import ConfigError
from edoc.facts.document import Buffer


class Durability(Enum):
    """When a written file is safe from a power cut."""

    DOCUMENT = "document"
    """When its call returns."""
    SYSTEM = "system"
    """When the system has written it, some seconds later."""


Target = str | PathLike[str] | BinaryIO | None
"""Where an output goes: a path, `-`, a writable binary file, or null for memory only."""

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_DESCRIPTORS = "/proc/self/fd"


class Output:
    """Bytes on their way to a place that is not a path: kept in memory until `commit`."""

    def __init__(self, stream: BinaryIO | None = None) -> None:
        self._data = bytearray()
        self._stream = stream
        self.path: Path | None = None
        """Where the file appears on `commit`; null for memory and streams."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.discard()

    def write(self, data: bytes | memoryview) -> None:
        """Append some bytes."""
        self._data += data

    def write_at(self, offset: int, data: bytes) -> None:
        """Replace bytes that were written."""
        self._data[offset : offset + len(data)] = data

    def content(self) -> Buffer:
        """Return everything written, for reading back."""
        return bytes(self._data)

    def commit(self) -> None:
        """Hand everything over to the place."""
        if self._stream is None:
            return
        try:
            self._stream.write(bytes(self._data))
            self._stream.flush()
        except OSError as problem:
            raise _cannot_write(str(getattr(self._stream, "name", "stream")), problem) from problem

    def discard(self) -> None:
        """Forget what was not committed."""
        self._data = bytearray()


class DeviceOutput(Output):
    """Bytes on their way to a device or a pipe, which cannot be replaced: opened and written by `commit`."""

    def __init__(self, path: str) -> None:
        super().__init__()
        self.path = Path(path)

    def commit(self) -> None:
        """Write everything; raises `ConfigError` OUTPUT_DISK_FULL or OUTPUT_UNWRITABLE."""
        try:
            with open(str(self.path), "wb", buffering=0) as stream:
                left = memoryview(self._data)
                while left:
                    left = left[stream.write(left) or 0 :]
                left.release()
        except OSError as problem:
            raise _cannot_write(str(self.path), problem) from problem


class FileOutput(Output):
    """Bytes on their way to a path: a file without a name, which `commit` puts at its place.

    Where the system knows no such files it is a hidden one in the same folder, removed when nothing
    comes of it; a file without a name leaves nothing behind even when the process is killed.
    """

    def __init__(self, path: str, *, overwrite: bool, durability: Durability) -> None:
        super().__init__()
        self.path = Path(path)
        self._path = path
        self._overwrite = overwrite
        self._durability = durability
        self._temporary = ""
        self._descriptor = _open_unnamed(os.path.dirname(path) or os.curdir)
        if self._descriptor >= 0:
            return
        hidden = _hidden(path)
        flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)
        try:
            self._descriptor = os.open(hidden, flags, 0o666)
        except OSError as problem:
            raise _cannot_write(path, problem) from problem
        self._temporary = hidden

    def write(self, data: bytes | memoryview) -> None:
        """Append some bytes; raises `ConfigError` OUTPUT_DISK_FULL or OUTPUT_UNWRITABLE."""
        try:
            written = os.write(self._descriptor, data)
            while written < len(data):
                data = memoryview(data)[written:]
                written = os.write(self._descriptor, data)
        except OSError as problem:
            raise _cannot_write(self._path, problem) from problem

    def write_at(self, offset: int, data: bytes) -> None:
        """Replace bytes that were written."""
        try:
            os.lseek(self._descriptor, offset, os.SEEK_SET)
            self.write(data)
            os.lseek(self._descriptor, 0, os.SEEK_END)
        except OSError as problem:
            raise _cannot_write(self._path, problem) from problem

    def content(self) -> Buffer:
        """Return everything written as a memory map, for reading back."""
        return mmap.mmap(self._descriptor, 0, access=mmap.ACCESS_READ)

    def commit(self) -> None:
        """Make the file durable, if that was asked for, and let it appear at its place in one step.

        An existing file is replaced only when that was allowed; otherwise `ConfigError` OUTPUT_EXISTS,
        even when it appeared while we worked.
        """
        try:
            # Costs 0.1 to 0.3 ms of processor time and up to 5 ms of waiting for a document of 50 KB.  Worth
            # it unless asked otherwise: without it a power cut may leave a name that stands for an empty file.
            # The folder is not synced too: the whole file may then be missing, which is seen at once, and the
            # input is still there to be signed again.
            if self._durability is Durability.DOCUMENT:
                os.fsync(self._descriptor)
            if not self._temporary:
                self._name()
            self._close()
            if self._temporary:
                self._move()
        except FileExistsError as problem:
            raise ConfigError("OUTPUT_EXISTS", subject=self._path) from problem
        except OSError as problem:
            raise _cannot_write(self._path, problem) from problem
        self._temporary = ""

    def _name(self) -> None:
        """Give the file without a name the wanted one, or a hidden one where it is to replace another."""
        if not self._overwrite or not os.path.lexists(self._path):
            try:
                _link_unnamed(self._descriptor, self._path)
                return
            except FileExistsError:
                if not self._overwrite:
                    raise
        hidden = _hidden(self._path)
        _link_unnamed(self._descriptor, hidden)
        self._temporary = hidden

    def _move(self) -> None:
        if self._overwrite:
            os.replace(self._temporary, self._path)
        else:
            _move_new(self._temporary, self._path)

    def discard(self) -> None:
        """Remove the temporary file if it was not committed."""
        self._close()
        if self._temporary:
            try:
                os.unlink(self._temporary)
            except FileNotFoundError:
                pass
            self._temporary = ""

    def _close(self) -> None:
        if self._descriptor >= 0:
            descriptor, self._descriptor = self._descriptor, -1
            os.close(descriptor)


def open_output(
    target: Target,
    *,
    overwrite: bool = False,
    source: str | None = None,
    durability: Durability = Durability.DOCUMENT,
) -> Output:
    """Return the output for a target, before any work is spent on it.

    `source` is the path of the input, which is never written over, whatever `overwrite` says.  Raises
    `ConfigError` OUTPUT_IS_INPUT, OUTPUT_EXISTS, OUTPUT_FOLDER_MISSING or OUTPUT_UNWRITABLE.
    """
    if target is None:
        return Output()
    if not isinstance(target, str | PathLike):
        return Output(target)
    path = os.fspath(target)
    if path == "-":
        return Output(sys.stdout.buffer)
    refuse_place(path, overwrite=overwrite, source=source)
    if os.path.exists(path) and not os.path.isfile(path):
        return DeviceOutput(path)
    return FileOutput(path, overwrite=overwrite, durability=durability)


def refuse_place(path: str, *, overwrite: bool, source: str | None) -> None:
    """Raise `ConfigError` when a path is the input, a folder, or a file that may not be replaced."""
    if not os.path.lexists(path):
        return
    if source is not None and _same_file(path, source):
        raise ConfigError("OUTPUT_IS_INPUT", subject=path)
    if os.path.isdir(path):
        raise ConfigError("OUTPUT_IS_FOLDER", subject=path)
    if not overwrite and (os.path.isfile(path) or not os.path.exists(path)):
        raise ConfigError("OUTPUT_EXISTS", subject=path)


def _hidden(path: str) -> str:
    folder, name = os.path.split(path)
    return os.path.join(folder, f".{name[:48]}.{secrets.token_hex(6)}.part")


@cache
def _links_descriptors() -> bool:
    return hasattr(os, "O_TMPFILE") and os.path.isdir(_DESCRIPTORS)


def unnamed_files(folder: str) -> bool:
    """Return whether files in a folder can be made without a name, so that a kill leaves nothing behind."""
    descriptor = _open_unnamed(folder)
    if descriptor < 0:
        return False
    os.close(descriptor)
    return True


def _open_unnamed(folder: str) -> int:
    """Return the descriptor of a new file without a name, -1 where there is no such thing."""
    if not _links_descriptors():
        return -1
    try:
        return os.open(folder, os.O_RDWR | os.O_CLOEXEC | os.O_TMPFILE, 0o666)
    except OSError:
        # Many file systems have none; a folder that takes no file at all says so to the named one.
        return -1


def _link_unnamed(descriptor: int, path: str) -> None:
    # Only linkat follows the link in /proc, and it is called when a folder's descriptor is given; the path
    # is absolute, so that the descriptor says nothing.
    os.link(f"{_DESCRIPTORS}/{descriptor}", path, src_dir_fd=descriptor, follow_symlinks=True)


def _same_file(first: str, second: str) -> bool:
    try:
        return os.path.samefile(first, second)
    except OSError:
        return False


def _move_new(temporary: str, path: str) -> None:
    # A hard link fails when the name is taken, which a rename does not; some file systems have none.
    try:
        os.link(temporary, path)
    except FileExistsError:
        raise
    except OSError:
        if os.path.lexists(path):
            raise FileExistsError(path) from None
        os.replace(temporary, path)
        return
    os.unlink(temporary)


def _cannot_write(path: str, problem: OSError) -> ConfigError:
    if problem.errno in _FULL:
        return ConfigError("OUTPUT_DISK_FULL", subject=path)
    if isinstance(problem, FileNotFoundError | NotADirectoryError):
        return ConfigError("OUTPUT_FOLDER_MISSING", subject=path, params={"folder": os.path.dirname(path) or "."})
    return ConfigError("OUTPUT_UNWRITABLE", subject=path, params={"reason": problem.strerror or "?"})
