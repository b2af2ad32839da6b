"""What the user has set up: environment variables and the user's configuration folder.

The working directory is never looked at: a folder of documents must not bring its own trust.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

VARIABLES: dict[str, tuple[str, ...]] = {
    "EDOC_LANG": ("en", "fa"),
    "EDOC_DIRECTION": ("auto", "logical", "visual"),
    "EDOC_TRUST": (),
    "EDOC_PIN": (),
    "EDOC_PASSWORD": (),
    "EDOC_DEBUG": ("0", "1"),
    "EDOC_CORPUS": (),
    "EDOC_REQUIRE_ORACLES": ("0", "1"),
}
"""Every variable of our own, with the values that it may have where they are few; the last two are the tests' own."""

CONFIGURATION = ("trust",)
"""What is read in the user's folder."""


def configuration_folder(environment: Mapping[str, str]) -> Path:
    """Return the user's folder for edoc: `$XDG_CONFIG_HOME/edoc`, by default `~/.config/edoc`."""
    base = environment.get("XDG_CONFIG_HOME", "")
    # The XDG specification: a relative path is to be ignored.
    home = Path(base) if os.path.isabs(base) else Path(environment.get("HOME") or Path.home()) / ".config"
    return home / "edoc"


def trust_paths(environment: Mapping[str, str]) -> tuple[Path, ...]:
    """Return where the anchors are when no option says so: EDOC_TRUST, else `trust/` of the user's folder.

    EDOC_TRUST may hold several paths, separated as PATH is.  Nothing set up is an empty answer.
    """
    named = [item for item in environment.get("EDOC_TRUST", "").split(os.pathsep) if item]
    if named:
        return tuple(Path(item) for item in named)
    folder = configuration_folder(environment) / "trust"
    return (folder,) if folder.is_dir() else ()


def cache_folder(environment: Mapping[str, str]) -> Path:
    """Return where answers from the network are kept: `$XDG_CACHE_HOME/edoc/net`, by default `~/.cache/edoc/net`."""
    base = environment.get("XDG_CACHE_HOME", "")
    home = Path(base) if os.path.isabs(base) else Path(environment.get("HOME") or Path.home()) / ".cache"
    return home / "edoc" / "net"
