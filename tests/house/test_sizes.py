"""A reader is lost past 500 lines a module, 60 a function, 6 parameters; what is excepted may only shrink."""

from __future__ import annotations

import ast

from tests.house.source import Function, exceptions, functions, modules

MODULE_LINES = 500
FUNCTION_LINES = 60
PARAMETERS = 6
UNNAMED = 3

FRONT_DOOR = ("edoc/aio.py", "edoc/api.py", "edoc/api_seal.py", "edoc/api_sign/", "edoc/bulk/", "edoc/cli/", "edoc/testing")
"""Calls that people write by name; a command's parameters are its options."""


def _parameters(function: Function, owner: ast.ClassDef | None) -> int:
    names = [item.arg for item in (*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs)]
    return len(names) - (owner is not None and names[:1] in (["self"], ["cls"]))


def _is_front_door(name: str) -> bool:
    return name.startswith(FRONT_DOOR)


def _oversize() -> dict[str, int]:
    """Return everything past its limit, with its size."""
    found = {}
    for module in modules():
        if module.lines > MODULE_LINES:
            found[f"{module.name} lines"] = module.lines
        for name, function, owner in functions(module):
            lines = (function.end_lineno or function.lineno) - function.lineno + 1
            if lines > FUNCTION_LINES:
                found[f"{module.name}:{name} lines"] = lines
            count = _parameters(function, owner)
            if count > PARAMETERS and not _is_front_door(module.name):
                found[f"{module.name}:{name} parameters"] = count
    return found


def _allowed() -> dict[str, int]:
    """Return the sizes excepted; each entry reads `size: reason`."""
    return {name: int(entry.split(":")[0]) for name, entry in exceptions("sizes").items()}


def test_nothing_is_too_large() -> None:
    allowed = _allowed()
    grown = {name: size for name, size in _oversize().items() if size > allowed.get(name, 0)}
    assert not grown, "split what a reader cannot take in at once"


def test_the_exceptions_only_shrink() -> None:
    sizes = _oversize()
    loose = {name: size for name, size in _allowed().items() if sizes.get(name, 0) != size}
    assert not loose, "an exception names the very size, and goes when it is no longer needed"


def test_the_arguments_of_a_call_are_named() -> None:
    """Public functions take at most three unnamed arguments, such as data, start and end."""
    loose = []
    for module in modules():
        if module.room == "cli":
            continue  # its callbacks are called by name, from the options
        for name, function, owner in functions(module):
            positional = len(function.args.posonlyargs) + len(function.args.args)
            own = owner is not None and "staticmethod" not in [ast.unparse(item) for item in function.decorator_list]
            if positional - own > UNNAMED and not any(part.startswith("_") for part in name.split(".")):
                loose.append(f"{module.name}:{name}")
    excepted = set(exceptions("unnamed"))
    assert sorted(set(loose) - excepted) == [], "arguments without names cannot be told apart at the call"
    assert sorted(excepted - set(loose)) == [], "an exception is no longer needed: remove it"
