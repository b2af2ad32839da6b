"""What `edoc lab` and `edoc demo` do; the command line only parses their options."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path

from edoc.errors import ConfigError
from edoc.report.speech import speech

Talk = Callable[[str], None]


def serve(*, folder: Path, port: int, at: datetime | None, lang: str, talk: Talk) -> int:
    """Write the practice PKI to a folder and answer for it on 127.0.0.1 until Ctrl-C; return 0.

    `port` 0 takes a free one; `at` (aware) freezes the PKI at a time, null follows the clock.  Raises
    `ConfigError` LAB_NOT_INSTALLED, LAB_PORT_TAKEN, LAB_FOLDER_UNUSABLE or LAB_KEY_UNREADABLE.
    """
    _require_parts()
    from edoc.lab.folder import write_folder
    from edoc.lab.server import open_server

    say = speech(lang)
    try:
        with open_server(folder=folder, port=port, at=at) as lab:
            write_folder(lab.pki, folder=folder, lang=lang)
            words = [say.sentence("LAB_SERVING", {"url": lab.url, "folder": folder})]
            if at is not None:
                time = at.astimezone(UTC).isoformat().replace("+00:00", "Z")
                words.append(say.sentence("LAB_FROZEN", {"time": time}))
            for sentence in words:
                talk(sentence.text)
                talk(sentence.hint)
            for what, address in lab.addresses():
                talk(f"  {what:<18} {address}")
            lab.wait()
    except OSError as problem:
        raise _unusable(folder, problem) from problem
    except KeyboardInterrupt:
        pass
    return 0


def demo(*, folder: Path, lang: str, talk: Talk) -> int:
    """Take the tour in a folder; return 0 if everything was found as it should be, else 1.

    Leaves signed and tampered documents, their JSON reports and page texts.  Raises as `serve` does.
    """
    _require_parts()
    from edoc.lab.demo import Tour

    try:
        return Tour(folder=folder, lang=lang, talk=talk).run()
    except OSError as problem:
        raise _unusable(folder, problem) from problem


def _require_parts() -> None:
    for part in ("certomancer", "werkzeug"):
        if find_spec(part) is None:
            raise ConfigError("LAB_NOT_INSTALLED", subject=part)


def _unusable(folder: Path, problem: OSError) -> ConfigError:
    return ConfigError("LAB_FOLDER_UNUSABLE", subject=str(folder), params={"reason": problem.strerror or "?"})
