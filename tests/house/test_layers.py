"""Imports go only downward, whether at the top of a file, in a function or for types alone."""

from __future__ import annotations

import pytest

from tests.house.source import Module, imports, modules

LAYERS: tuple[tuple[str, ...], ...] = (
    ("__init__",),
    ("__main__",),
    ("cli",),
    ("lab", "testing"),
    ("aio",),
    ("bulk",),
    ("api", "api_pictures", "api_records", "api_show", "api_sign"),
    ("drivers",),
    ("keys",),
    ("net",),
    ("report",),
    ("legal", "records"),
    ("sign",),
    ("verify",),
    ("policy",),
    ("trust",),
    ("formats",),
    ("pki",),
    ("result",),
    ("facts",),
    ("limits",),
    ("errors",),
    ("catalogue",),
)
"""From the top down; rooms of one layer may import one another."""

APART: dict[str, set[str]] = {
    "verify": {"formats"},
    "report": {"sign", "verify", "formats", "trust", "policy"},
    "legal": {"sign", "verify", "formats", "trust", "policy", "pki"},
    "records": {"sign", "verify", "formats", "trust", "policy", "pki", "legal"},
    "limits": {"errors", "catalogue"},
}
"""Rooms that do not know one another although the layers would allow it.

The engine knows no format, and renderers compute nothing: they see results only.
"""

_RANK = {room: rank for rank, layer in enumerate(LAYERS) for room in layer}


def _rooms_imported(module: Module) -> set[tuple[str, str]]:
    """Return (room, name of the import) of every import from the package."""
    found = set()
    for name, taken in imports(module):
        parts = name.split(".")
        if parts[0] != "edoc":
            continue
        if len(parts) > 1:
            found.add((parts[1], name))
        for item in taken if len(parts) == 1 else ():
            # The version is a plain value of the package itself; every other name comes from a room.
            if item != "__version__":
                found.add((item if item in _RANK else "__init__", f"edoc.{item}"))
    return found


def test_every_room_has_a_layer() -> None:
    unknown = {module.room for module in modules()} - set(_RANK)
    assert not unknown, f"rooms without a layer: {unknown}"


@pytest.mark.parametrize("module", modules(), ids=lambda module: module.name)
def test_imports_go_downward(module: Module) -> None:
    if module.room == "__init__":
        return
    for room, name in _rooms_imported(module):
        if room == module.room:
            continue
        assert _RANK[module.room] <= _RANK[room], f"{module.name} imports {name} from a higher layer"
        assert room not in APART.get(module.room, ()), f"{module.name} must not know {name}"


def test_the_front_door_loads_nothing() -> None:
    front = next(module for module in modules() if module.name == "edoc/__init__.py")
    loaded = {name for node in front.tree.body for name in _names_at_top(node)}
    assert loaded <= {"__future__", "importlib", "typing"}, f"importing edoc loads {loaded}"


def _names_at_top(node: object) -> set[str]:
    import ast

    if isinstance(node, ast.ImportFrom):
        return {node.module or ""}
    if isinstance(node, ast.Import):
        return {alias.name for alias in node.names}
    return set()


def test_the_rule_can_fail() -> None:
    import ast

    bad = Module(
        path=modules()[0].path,
        name="edoc/pki/bad.py",
        room="pki",
        tree=ast.parse("def late():\n    from edoc.verify.engine import validate\n    import edoc.cli\n"),
        lines=3,
    )
    assert {room for room, _ in _rooms_imported(bad)} == {"verify", "cli"}
    with pytest.raises(AssertionError):
        test_imports_go_downward(bad)
