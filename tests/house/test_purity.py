"""The rooms that judge know no clock, socket, environment, file or chance: time and data are arguments."""

from __future__ import annotations

import ast

import pytest

from tests.house.source import Module, exceptions, imports, modules

PURE_ROOMS = ("verify", "sign", "formats", "pki", "policy", "result", "facts", "report", "records", "legal", "catalogue", "errors", "limits")

WORLD = {
    "asyncio", "fcntl", "glob", "http", "httpx", "io", "logging.handlers", "multiprocessing", "os", "pathlib",
    "platform", "random", "requests", "secrets", "select", "selectors", "shutil", "signal", "socket", "ssl", "subprocess",
    "sys", "tempfile", "time", "urllib.request", "urllib3", "uuid",
}  # fmt: skip
"""Modules that touch the world outside the arguments."""

CLOCK = {"now", "utcnow", "today"}
"""Methods of `datetime` and `date` that ask the clock."""

BUILTINS = {"open", "input", "print", "exec", "eval", "compile", "breakpoint"}


def _pure() -> tuple[Module, ...]:
    return tuple(module for module in modules() if module.room in PURE_ROOMS)


def _touches(module: Module) -> set[str]:
    """Return every way in which a module touches the world."""
    found = set()
    for name, taken in imports(module):
        for full in (name, *(f"{name}.{item}" for item in taken)):
            if full in WORLD or full.split(".")[0] in WORLD or ".".join(full.split(".")[:2]) in WORLD:
                found.add(name)
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Attribute) and node.attr in CLOCK and _names_a_date(node.value):
            found.add(f"{ast.unparse(node)}")
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in BUILTINS:
            found.add(f"{node.func.id}()")
    return found


def _names_a_date(node: ast.expr) -> bool:
    return ast.unparse(node).split(".")[-1] in ("datetime", "date")


@pytest.mark.parametrize("module", _pure(), ids=lambda module: module.name)
def test_a_judging_room_touches_nothing(module: Module) -> None:
    excepted = exceptions("world")
    touched = {f"{module.name}: {name}" for name in _touches(module)}
    assert not touched - set(excepted), "time, files and chance are arguments here"


def test_no_exception_is_left_over() -> None:
    touched = {f"{module.name}: {name}" for module in _pure() for name in _touches(module)}
    assert set(exceptions("world")) <= touched, "an exception is no longer needed: remove it"


@pytest.mark.parametrize(
    "text",
    [
        "import os", "from os import environ", "import urllib.request", "from urllib import request",
        "from datetime import datetime\ndatetime.now()", "import datetime\ndatetime.datetime.utcnow()", "open('x')",
        "def late():\n    import socket",
    ],
)  # fmt: skip
def test_the_rule_can_fail(text: str) -> None:
    module = Module(path=modules()[0].path, name="bad.py", room="pki", tree=ast.parse(text), lines=1)
    assert _touches(module)
