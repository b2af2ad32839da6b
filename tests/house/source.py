"""The package's own source, parsed once for every house test."""

from __future__ import annotations

import ast
import json
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tests.conftest import ROOT

HOUSE = ROOT / "tests" / "house"

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True, kw_only=True)
class Module:
    """One source file of the package."""

    path: Path
    name: str
    """As in the checkout: `edoc/pki/der.py`."""
    room: str
    """The folder or file right below the package: `pki`, `errors`, `__init__` for the front door."""
    tree: ast.Module
    lines: int


@cache
def modules() -> tuple[Module, ...]:
    """Return every module of the package."""
    found = []
    for path in sorted((ROOT / "edoc").rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        relative = path.relative_to(ROOT)
        found.append(
            Module(
                path=path,
                name=relative.as_posix(),
                room=relative.parts[1].removesuffix(".py"),
                tree=ast.parse(text, filename=str(relative)),
                lines=text.count("\n"),
            )
        )
    assert len(found) > 50, "the package was not found"
    return tuple(found)


def functions(module: Module) -> Iterator[tuple[str, Function, ast.ClassDef | None]]:
    """Yield every function with its qualified name and the class it belongs to."""
    yield from _functions(module.tree, "", None)


def _functions(node: ast.AST, prefix: str, owner: ast.ClassDef | None) -> Iterator[tuple[str, Function, ast.ClassDef | None]]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, Function):
            yield prefix + child.name, child, owner
            yield from _functions(child, f"{prefix}{child.name}.", None)
        elif isinstance(child, ast.ClassDef):
            yield from _functions(child, f"{prefix}{child.name}.", child)
        else:
            yield from _functions(child, prefix, owner)


def imports(module: Module) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield (module imported, names taken from it) of every import, at whatever depth and for whatever use."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, ()) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0 and node.module, f"{module.name}:{node.lineno}: relative import"
            yield node.module, tuple(alias.name for alias in node.names)
        elif isinstance(node, ast.Call) and _called(node) in ("import_module", "__import__"):
            target = node.args[0] if node.args else None
            if isinstance(target, ast.Constant) and isinstance(target.value, str):
                yield target.value, ()


def _called(node: ast.Call) -> str:
    function = node.func
    return function.attr if isinstance(function, ast.Attribute) else function.id if isinstance(function, ast.Name) else ""


def exceptions(name: str) -> dict[str, str]:
    """Return what is excepted from one rule, with its reason (`exceptions.json`)."""
    table: dict[str, dict[str, str]] = json.loads((HOUSE / "exceptions.json").read_text(encoding="utf-8"))
    return table[name]


@cache
def tracked_files() -> tuple[Path, ...]:
    """Return the project's files: what git tracks, or in an unpacked archive everything but build products."""
    answer = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
    names = [name for name in answer.stdout.decode("utf-8").split("\0") if name]
    if answer.returncode == 0 and names:
        return tuple(path for path in (ROOT / name for name in names) if path.is_file())
    skipped = {".git", ".venv", "build", "dist", "__pycache__", ".mypy_cache", ".ruff_cache", ".pytest_cache", ".hypothesis"}
    found = (path for path in sorted(ROOT.rglob("*")) if path.is_file())
    return tuple(path for path in found if not skipped & set(path.relative_to(ROOT).parts))
