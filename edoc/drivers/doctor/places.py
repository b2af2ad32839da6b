"""Variables, the configuration folder, the cache, the clock against what is in it, and where output goes."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from difflib import get_close_matches
from pathlib import Path
from shutil import disk_usage

from edoc.drivers.configuration import CONFIGURATION, VARIABLES, cache_folder, configuration_folder
from edoc.drivers.doctor.order import Order, look, of_error, ok, wrong
from edoc.drivers.output import open_output, unnamed_files
from edoc.errors import EdocError
from edoc.pki.crl import RevocationList
from edoc.pki.ocsp import OcspResponse
from edoc.report.checkup import Check, Topic

_SKEW = timedelta(minutes=5)
_LITTLE_ROOM = 100 << 20
_KEPT = 5000
"""Kept answers that are looked at; a cache may hold more."""
_LARGEST_ANSWER = 64 << 20
_SECRET = ("EDOC_PIN", "EDOC_PASSWORD")


def variables(order: Order) -> Iterator[Check]:
    """Look at the variables that edoc reads, and at those that look as if it did."""
    named = sorted(name for name in order.environment if name.upper().startswith("EDOC"))
    found = []
    for name in named:
        if name not in VARIABLES:
            similar = get_close_matches(name.upper(), VARIABLES, n=1, cutoff=0.6)
            yield look(Topic.VARIABLES, "VARIABLE_UNKNOWN", subject=name, similar=", ".join(similar) or "-")
            continue
        value, known = order.environment[name], VARIABLES[name]
        if known and value not in known:
            yield look(Topic.VARIABLES, "VARIABLE_VALUE", subject=name, value=value, known=", ".join(known))
        elif name in _SECRET:
            # Its value is nobody's business.
            yield look(Topic.VARIABLES, "SECRET_IN_VARIABLE", subject=name)
        else:
            found.append(f"{name}={value}")
    yield from _folders(order)
    yield ok(Topic.VARIABLES, "doctor_variables", found=", ".join(found) or "-")


def _folders(order: Order) -> Iterator[Check]:
    for name in ("XDG_CONFIG_HOME", "XDG_CACHE_HOME"):
        value = order.environment.get(name, "")
        if value and not os.path.isabs(value):
            yield look(Topic.VARIABLES, "VARIABLE_RELATIVE", subject=name, value=value)


def configuration(order: Order) -> Iterator[Check]:
    """Look at the user's folder: who may write to it, and what in it is never read."""
    folder = configuration_folder(order.environment)
    if not folder.exists():
        yield ok(Topic.CONFIGURATION, "doctor_no_configuration", folder=str(folder))
        return
    if not folder.is_dir():
        yield wrong(Topic.CONFIGURATION, "CONFIGURATION_NO_FOLDER", subject=str(folder))
        return
    problems = [*writable(Topic.CONFIGURATION, folder)]
    for item in sorted(folder.iterdir()):
        if item.name not in CONFIGURATION and not item.name.startswith("."):
            problems.append(look(Topic.CONFIGURATION, "CONFIGURATION_UNUSED", subject=str(item)))
    yield from problems or [ok(Topic.CONFIGURATION, "doctor_configuration", folder=str(folder))]


def writable(topic: Topic, place: Path) -> Iterator[Check]:
    """Look whether others may write to a place that must be the user's own; where the system knows no such rights, nothing."""
    if os.name != "posix":
        return
    about = place.stat()
    if about.st_uid not in (os.getuid(), 0):
        yield wrong(topic, "PLACE_OF_ANOTHER", subject=str(place))
    if about.st_mode & stat.S_IWOTH and not (about.st_mode & stat.S_ISVTX):
        yield wrong(topic, "PLACE_WRITABLE_BY_ALL", subject=str(place))


def cache(order: Order) -> Iterator[Check]:
    """Look at the answers kept from the network."""
    folder = cache_folder(order.environment)
    if not os.path.lexists(folder):
        yield ok(Topic.CACHE, "doctor_no_cache", folder=str(folder))
        return
    if not folder.is_dir() or not os.access(folder, os.W_OK | os.X_OK):
        yield look(Topic.CACHE, "CACHE_UNUSABLE", subject=str(folder))
        return
    problems = [*writable(Topic.CACHE, folder)]
    files = _answers(folder)
    size = sum(item.stat().st_size for item in files)
    oldest = min((item.stat().st_mtime for item in files), default=None)
    since = datetime.fromtimestamp(oldest, UTC).strftime("%Y-%m-%d %H:%M:%SZ") if oldest is not None else "-"
    yield from problems or [
        ok(Topic.CACHE, "doctor_cache", folder=str(folder), count=str(len(files)), size=_size(size), since=since)
    ]


def clock(order: Order) -> Iterator[Check]:
    """Compare the clock with the newest answer that was ever kept: nobody answers from the future."""
    newest = _newest(cache_folder(order.environment))
    shown = order.now.strftime("%Y-%m-%d %H:%M:%SZ")
    if newest is not None and newest > order.now + _SKEW:
        yield wrong(Topic.CLOCK, "CLOCK_BEHIND_CACHE", subject=shown, seen=newest.strftime("%Y-%m-%d %H:%M:%SZ"))
    elif newest is not None:
        yield ok(Topic.CLOCK, "doctor_clock", now=shown, seen=newest.strftime("%Y-%m-%d %H:%M:%SZ"))
    else:
        yield ok(Topic.CLOCK, "doctor_clock_alone", now=shown)


def output(order: Order) -> Iterator[Check]:
    """Look whether files can be written to a folder as edoc writes them: whole or not at all."""
    folder = order.folder
    if not os.path.isdir(folder):
        yield wrong(Topic.OUTPUT, "OUTPUT_FOLDER_NONE", subject=folder)
        return
    try:
        with open_output(os.path.join(folder, f".edoc-doctor-{os.getpid()}")) as place:
            place.write(b"edoc")
    except EdocError as problem:
        yield of_error(Topic.OUTPUT, problem)
        return
    free = disk_usage(folder).free
    if free < _LITTLE_ROOM:
        yield look(Topic.OUTPUT, "DISK_NEARLY_FULL", subject=os.path.abspath(folder), free=_size(free))
        return
    way = "doctor_output" if unnamed_files(folder) else "doctor_output_hidden"
    yield ok(Topic.OUTPUT, way, folder=os.path.abspath(folder), free=_size(free))


def _answers(folder: Path) -> list[Path]:
    found: list[Path] = []
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.endswith(".answer") and entry.is_file(follow_symlinks=False):
                found.append(Path(entry.path))
            if len(found) == _KEPT:
                break
    return found


def _newest(folder: Path) -> datetime | None:
    if not folder.is_dir() or not os.access(folder, os.R_OK | os.X_OK):
        return None
    times = [moment for item in _answers(folder) if (moment := _said_at(item)) is not None]
    return max(times, default=None)


def _said_at(path: Path) -> datetime | None:
    """When a kept answer was made, by its own words; null for what is no such answer or cannot be read."""
    try:
        with path.open("rb") as stream:
            kind = json.loads(stream.readline(4096))["kind"]
            data = stream.read(_LARGEST_ANSWER)
        if kind == "crl":
            return RevocationList.load(data).this_update
        return max((item.this_update for item in OcspResponse.load(data).answers), default=None) if kind == "ocsp" else None
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        return None


def _size(octets: int) -> str:
    return f"{octets} B" if octets < 1 << 20 else f"{octets >> 20} MiB"


