"""Whoever reads a public name finds a sentence on it, and a type that says what it is."""

from __future__ import annotations

import ast

from tests.house.source import ROOT, Function, exceptions, functions, modules


def _public(name: str) -> bool:
    return not any(part.startswith("_") for part in name.split("."))


def _undocumented() -> set[str]:
    found = set()
    for module in modules():
        if not ast.get_docstring(module.tree):
            found.add(module.name)
        for node in module.tree.body:
            if isinstance(node, ast.ClassDef) and _public(node.name) and not ast.get_docstring(node):
                found.add(f"{module.name}:{node.name}")
        for name, function, owner in functions(module):
            inherited = owner is not None and any(not isinstance(base, ast.Name) or base.id not in _PLAIN for base in owner.bases)
            nested = "." in name and owner is None
            if _public(name) and not nested and not inherited and not ast.get_docstring(function):
                found.add(f"{module.name}:{name}")
    return found


_PLAIN = ("Protocol", "Enum", "StrEnum", "IntEnum")
"""Bases that bring no documented methods; what another class brings is documented there."""


def test_every_public_name_has_a_sentence() -> None:
    excepted = set(exceptions("undocumented"))
    found = _undocumented()
    assert sorted(found - excepted) == []
    assert sorted(excepted - found) == [], "an exception is no longer needed: remove it"


def test_no_public_name_has_the_type_any() -> None:
    loose = []
    for module in modules():
        for name, function, _ in functions(module):
            if _public(name) and any(_is_any(note) for note in _annotations(function)):
                loose.append(f"{module.name}:{name}")
    assert loose == []


def _annotations(function: Function) -> list[ast.expr]:
    arguments = function.args
    every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, arguments.vararg, arguments.kwarg]
    notes = [item.annotation for item in every if item is not None] + [function.returns]
    return [note for note in notes if note is not None]


def _is_any(note: ast.expr) -> bool:
    return any(isinstance(node, ast.Name) and node.id == "Any" for node in ast.walk(note))


def test_the_package_says_that_it_is_typed() -> None:
    assert (ROOT / "edoc" / "py.typed").is_file()
    assert '"py.typed"' in (ROOT / "pyproject.toml").read_text(encoding="utf-8")
