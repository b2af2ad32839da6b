"""Fixtures that every test may use: the foreign corpus, the oracles, and the watch over sockets."""

from __future__ import annotations

import os
import shutil
import signal
import sys
from collections.abc import Callable, Iterator
from ipaddress import ip_address
from pathlib import Path
from typing import NoReturn

import pytest

ROOT = Path(__file__).resolve().parent.parent

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # A shell starts background jobs deaf to Ctrl-C, and what they start inherits that: the tests of
    # interruption need programs that hear it.
    signal.signal(signal.SIGINT, signal.default_int_handler)

_NETWORK_FAMILIES = (2, 10, 23, 30)
"""AF_INET, and AF_INET6 of Linux, Windows and macOS; local sockets (AF_UNIX) leave no machine."""

_ADDRESSED = ("socket.connect", "socket.bind", "socket.sendto", "socket.sendmsg")
_NAMED = ("socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr", "socket.getnameinfo")


class _SocketWatch:
    """Refuses sockets by the interpreter's own audit events, so that no library gets around it."""

    def __init__(self) -> None:
        self.loopback = False
        self.refused: list[str] = []
        sys.addaudithook(self._hook)

    def _hook(self, event: str, args: tuple[object, ...]) -> None:
        if event.startswith("socket.") and not self._allowed(event, args):
            self.refused.append(f"{event} {args[1:] if event in _ADDRESSED else args}")
            raise RuntimeError(f"a test may not use the network: {self.refused[-1]}")

    def _allowed(self, event: str, args: tuple[object, ...]) -> bool:
        if event == "socket.__new__":
            return self.loopback or args[1] not in _NETWORK_FAMILIES
        if event in _ADDRESSED:
            address = args[1]
            host = address[0] if isinstance(address, tuple) else None
            return address is None or not isinstance(address, tuple) or (self.loopback and _is_loopback(host))
        if event in _NAMED:
            host = args[0][0] if isinstance(args[0], tuple) else args[0]
            return self.loopback and _is_loopback(host)
        return True


def _is_loopback(host: object) -> bool:
    if isinstance(host, bytes):
        host = host.decode("ascii", "replace")
    if host == "localhost":
        return True
    try:
        return ip_address(str(host)).is_loopback
    except ValueError:
        return False


_WATCH = _SocketWatch()


@pytest.fixture(autouse=True)
def socket_watch(request: pytest.FixtureRequest) -> Iterator[None]:
    """Refuse every network socket; a test marked `loopback` may use 127.0.0.1 and ::1.

    A refusal that the code under test swallowed fails the test all the same.
    """
    _WATCH.loopback = request.node.get_closest_marker("loopback") is not None
    _WATCH.refused.clear()
    yield
    _WATCH.loopback = False
    if _WATCH.refused and not request.node.get_closest_marker("refused_sockets"):
        pytest.fail(f"the test used the network: {_WATCH.refused}")


def pytest_make_parametrize_id(config: pytest.Config, val: object, argname: str) -> str | None:
    """Name cases of bytes by their number: fresh keys make other bytes in every process, and names must agree."""
    return argname if isinstance(val, bytes) else None


def _required() -> bool:
    return os.environ.get("EDOC_REQUIRE_ORACLES") == "1"


def absent(message: str) -> NoReturn:
    """Skip the test with one line, or fail it where oracles and corpora are required."""
    if _required():
        pytest.fail(message)
    pytest.skip(message)


@pytest.fixture(scope="session")
def corpus() -> Path:
    """The folder of documents that others signed or attacked (`EDOC_CORPUS`)."""
    place = Path(os.environ.get("EDOC_CORPUS", ROOT.parent / "shared" / "corpus"))
    if not place.is_dir():
        absent(f"no corpus at {place}: set EDOC_CORPUS")
    return place


@pytest.fixture(scope="session")
def oracle() -> Callable[[str], str]:
    """Return a function that finds an external program, or skips (fails where oracles are required)."""

    def find(name: str) -> str:
        found = shutil.which(name)
        if found is None:
            absent(f"{name} is not installed")
        return str(found)

    return find
