"""Shows a file in the program that the system has for it; no shell ever reads its name."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

_OPENERS = ("xdg-open", "wslview")
"""What opens a file on a desktop that is not Windows or macOS; the first one that takes it."""
_PATIENCE_SECONDS = 5.0
"""How long to wait for an opener's answer; one that still runs by then is showing the file."""
_CONFINED = ("/snap/bin/firefox", "/snap/bin/chromium")
"""Browsers of Ubuntu that see neither the temporary folder nor a hidden one."""


def private_folder(environment: Mapping[str, str], *, confined: tuple[str, ...] = _CONFINED) -> str:
    """Make and return a new folder that only this user can look into; nobody but the system or the user clears it."""
    home = environment.get("HOME")
    if home and any(map(os.path.exists, confined)):
        try:
            return tempfile.mkdtemp(prefix="edoc-", dir=home)
        except OSError:
            # The temporary folder will do for browsers that see it; which one is asked is not known.
            pass
    return tempfile.mkdtemp(prefix="edoc-")


def show_file(
    path: str, *, environment: Mapping[str, str], platform: str = sys.platform, patience: float = _PATIENCE_SECONDS
) -> bool:
    """Ask the system to show a file, and return whether it took it; never raises for a desktop that cannot."""
    place = os.path.abspath(path)
    if platform == "win32":
        return _start(place)
    if platform == "darwin":
        return _run(["open", place], environment, patience)
    if not (environment.get("DISPLAY") or environment.get("WAYLAND_DISPLAY") or environment.get("WSL_DISTRO_NAME")):
        # Without a screen an opener may start a browser within this terminal.
        return False
    return any(_run([opener, Path(place).as_uri()], environment, patience) for opener in _OPENERS)


def _start(place: str) -> bool:
    start = getattr(os, "startfile", None)
    if start is None:
        return False
    try:
        start(place)
    except OSError:
        return False
    return True


def _run(command: list[str], environment: Mapping[str, str], patience: float) -> bool:
    program = shutil.which(command[0], path=environment.get("PATH"))
    if program is None:
        return False
    quiet = subprocess.DEVNULL
    try:
        process = subprocess.Popen(
            [program, *command[1:]], env=dict(environment), stdin=quiet, stdout=quiet, stderr=quiet, start_new_session=True
        )
    except OSError:
        return False
    try:
        return process.wait(timeout=patience) == 0
    except subprocess.TimeoutExpired:
        return True
