"""The public surface is what `api.txt` says: a change of it is seen and meant.

To renew the file after a change that is meant: python -m tests.house.test_public_api
"""

from __future__ import annotations

import inspect
from dataclasses import fields
from enum import Enum

import edoc
from edoc.api_sign.options import Options, SignerOptions
from tests.house.source import HOUSE

SNAPSHOT = HOUSE / "api.txt"


def surface() -> str:
    """Return every public name with its signature, members and values, one a line."""
    lines = []
    for name in edoc.__all__:
        value = getattr(edoc, name)
        if not inspect.isclass(value):
            lines.append(f"{name}{_signature(value)}" if callable(value) else f"{name}: {type(value).__name__}")
        elif issubclass(value, Enum):
            lines.append(f"class {name}: {', '.join(str(item.value) for item in value)}")
        else:
            bases = ", ".join(base.__name__ for base in value.__bases__ if base is not object)
            lines.append(f"class {name}({bases})")
            lines.extend(f"    {line}" for line in _members(value))
    lines.append("options of Signer")
    lines.extend(f"    {item.name}: {item.type} = {_value(item.default)}" for item in fields(Options))
    return "\n".join(lines) + "\n"


def _members(owner: type) -> list[str]:
    names = {name for base in owner.__mro__ if base.__module__.startswith("edoc") for name in base.__dict__}
    fields = {name for base in owner.__mro__ if base.__module__.startswith("edoc") for name in inspect.get_annotations(base)}
    lines = []
    if "__init__" in names:
        lines.append(f"__init__{_signature(owner.__init__)}")  # type: ignore[misc]
    for name in sorted(names | fields):
        if name.startswith("_"):
            continue
        value = inspect.getattr_static(owner, name, None)
        if isinstance(value, property):
            lines.append(f"{name} -> {inspect.get_annotations(value.fget).get('return')}" if value.fget else name)
        elif isinstance(value, classmethod | staticmethod):
            lines.append(f"{type(value).__name__} {name}{_signature(value.__func__)}")
        elif inspect.isfunction(value):
            lines.append(f"{name}{_signature(value)}")
        else:
            notes = [inspect.get_annotations(base).get(name) for base in owner.__mro__]
            lines.append(f"{name}: {next((note for note in notes if note), 'attribute')}")
    return lines


def _signature(value: object) -> str:
    """Return a signature as it is written in the source; the same under every version of Python."""
    signature = inspect.signature(value)  # type: ignore[arg-type]
    parts: list[str] = []
    named = False
    for item in signature.parameters.values():
        if item.name in ("self", "cls"):
            continue
        if item.kind is item.KEYWORD_ONLY and not named:
            parts.append("*")
        named = named or item.kind in (item.KEYWORD_ONLY, item.VAR_POSITIONAL)
        star = {item.VAR_POSITIONAL: "*", item.VAR_KEYWORD: "**"}.get(item.kind, "")
        note = f": {item.annotation}" if item.annotation is not item.empty else ""
        default = "" if item.default is item.empty else f" = {_value(item.default)}"
        parts.append(f"{star}{item.name}{note}{default}")
    returns = f" -> {signature.return_annotation}" if signature.return_annotation is not signature.empty else ""
    return f"({', '.join(parts)}){returns}"


def _value(default: object) -> str:
    plain = default is None or isinstance(default, str | bytes | int | float | tuple)
    return f"{type(default).__name__}.{default.name}" if isinstance(default, Enum) else repr(default) if plain else "..."


def test_the_surface_is_the_one_agreed() -> None:
    assert surface() == SNAPSHOT.read_text(encoding="utf-8")


def test_the_surface_stays_small() -> None:
    assert len(edoc.__all__) <= 30


def test_every_public_name_is_there_and_no_other() -> None:
    assert all(hasattr(edoc, name) for name in edoc.__all__)
    assert set(edoc.__all__) == set(edoc._HOME)
    assert not hasattr(edoc, "no_such_name")


if __name__ == "__main__":
    SNAPSHOT.write_text(surface(), encoding="utf-8")


def test_the_options_for_callers_are_those_that_are_taken() -> None:
    assert set(inspect.get_annotations(SignerOptions)) == {item.name for item in fields(Options)}
    noted = {name: note.__forward_arg__ for name, note in SignerOptions.__annotations__.items()}
    assert noted == {item.name: item.type for item in fields(Options)}
