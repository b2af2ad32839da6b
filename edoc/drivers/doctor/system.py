"""Python, its libraries, time zones and the terminal."""

from __future__ import annotations

import platform
import re
import sys
from collections.abc import Iterator
from importlib import import_module, metadata
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from edoc.drivers.doctor.order import Order, look, ok, wrong
from edoc.drivers.terminal import glyphs_of, is_terminal, screen_of
from edoc.report.checkup import Check, Topic
from edoc.report.screen import Glyphs

_PACKAGE = "edoc"
_TRIED = ((3, 11), (3, 14))
"""The versions of Python that the tests run on."""
_MODULES = {"pillow": "PIL", "certomancer": "certomancer", "asn1crypto": "asn1crypto"}
"""Names under which a distribution is imported, where they differ or do not matter."""
_REQUIREMENT = re.compile(r"([A-Za-z0-9_.-]+)(?:\[[^\]]*\])?\s*([<>=!~0-9., ]*)")
_EXTRA = re.compile(r"extra\s*==\s*['\"]([a-z]+)['\"]")
_EXTRAS = {"pdf": "--format pdf", "pictures": "--pictures", "lab": "edoc lab, edoc demo"}
"""Optional parts, and what needs them."""


def python(order: Order) -> Iterator[Check]:
    """Look at the interpreter."""
    version, here = sys.version_info[:2], f"{platform.python_version()}, {platform.system()} {platform.machine()}"
    if not _TRIED[0] <= version <= _TRIED[1]:
        tried = " - ".join(".".join(map(str, item)) for item in _TRIED)
        yield look(Topic.PYTHON, "PYTHON_UNTRIED", subject=platform.python_version(), tried=tried)
        return
    yield ok(Topic.PYTHON, "doctor_python", version=here, edoc=_version(_PACKAGE) or "-")


def libraries(order: Order) -> Iterator[Check]:
    """Look whether everything that edoc always needs is there, and in a version that was tried."""
    problems, found = [], []
    for name, wanted in _requirements(extra=None):
        version = _version(name)
        if version is None or not _importable(name):
            problems.append(wrong(Topic.LIBRARIES, "LIBRARY_MISSING", subject=name, wanted=wanted or "-"))
        elif not fits(version, wanted):
            problems.append(look(Topic.LIBRARIES, "LIBRARY_OTHER_VERSION", subject=name, version=version, wanted=wanted))
        else:
            found.append(f"{name} {version}")
    yield from problems
    if found:
        yield ok(Topic.LIBRARIES, "doctor_libraries", found=", ".join(found))


def extras(order: Order) -> Iterator[Check]:
    """Look which optional parts are there."""
    for extra, use in _EXTRAS.items():
        missing = [name for name, _ in _requirements(extra=extra) if _version(name) is None or not _importable(name)]
        if missing:
            yield look(Topic.EXTRAS, "EXTRA_MISSING", subject=f"edoc[{extra}]", use=use, missing=", ".join(missing))
        else:
            yield ok(Topic.EXTRAS, "doctor_extra", extra=f"edoc[{extra}]", use=use)


def time_zones(order: Order) -> Iterator[Check]:
    """Look whether Iran's time can be told."""
    try:
        ZoneInfo("Asia/Tehran")
    except (ZoneInfoNotFoundError, ValueError, OSError):
        yield look(Topic.TIME_ZONES, "TIME_ZONE_MISSING", subject="Asia/Tehran")
        return
    yield ok(Topic.TIME_ZONES, "doctor_time_zones", zone="Asia/Tehran")


def terminal(order: Order) -> Iterator[Check]:
    """Look at what the answer is shown on."""
    encoding = order.stream.encoding or "?"
    if not is_terminal(order.stream):
        yield ok(Topic.TERMINAL, "doctor_no_terminal", encoding=encoding)
    elif glyphs_of(order.stream) is Glyphs.ASCII:
        yield look(Topic.TERMINAL, "TERMINAL_NOT_UNICODE", subject=encoding)
    else:
        screen = screen_of(order.stream, order.environment, lang="fa")
        turns, plain = screen.direction.value, bool(order.environment.get("NO_COLOR"))
        colours = "NO_COLOR" if plain else "TERM=dumb" if order.environment.get("TERM") == "dumb" else "ANSI"
        yield ok(
            Topic.TERMINAL, "doctor_terminal",
            encoding=encoding, width=str(screen.width or "-"), direction=turns, colours=colours,
        )  # fmt: skip
    if sys.getfilesystemencoding().lower().replace("-", "") != "utf8":
        yield look(Topic.TERMINAL, "FILE_NAMES_NOT_UNICODE", subject=sys.getfilesystemencoding())


def _requirements(*, extra: str | None) -> list[tuple[str, str]]:
    """The distributions that edoc itself names, with the versions that it asks for; empty where it is not installed."""
    try:
        lines = metadata.requires(_PACKAGE) or []
    except metadata.PackageNotFoundError:
        return []
    found = []
    for line in lines:
        wanted, _, marker = line.partition(";")
        named = _EXTRA.search(marker)
        parts = _REQUIREMENT.match(wanted.strip())
        if parts is not None and (named[1] if named else None) == extra and parts[1] != _PACKAGE:
            found.append((parts[1], ",".join(sorted(parts[2].replace(" ", "").split(","), reverse=True))))
    return found


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def _importable(name: str) -> bool:
    if name == "tzdata":  # data without code
        return True
    try:
        import_module(_MODULES.get(name, name.replace("-", "_")))
    except Exception:  # noqa: BLE001 - the boundary of a foreign library: whatever it raises when loaded, it is unusable
        return False
    return True


def fits(version: str, wanted: str) -> bool:
    """Return whether a version is within bounds such as `>=48,<51`; of a version only its numbers count."""
    return all(_within(_numbers(version), bound) for bound in wanted.split(",") if bound)


def _within(version: tuple[int, ...], bound: str) -> bool:
    sign = bound.rstrip("0123456789.")
    limit = _numbers(bound[len(sign) :])
    longest = max(len(version), len(limit))
    here, there = (item + (0,) * (longest - len(item)) for item in (version, limit))
    known = {">=": here >= there, "<": here < there, "<=": here <= there, ">": here > there, "==": here == there}
    return known.get(sign, True)


def _numbers(text: str) -> tuple[int, ...]:
    found = re.match(r"\d+(\.\d+)*", text)
    return tuple(int(part[:9]) for part in found[0].split(".")) if found else ()
