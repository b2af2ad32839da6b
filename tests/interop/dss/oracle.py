"""The European Commission's DSS in a Java process of its own: it judges documents and signs them.

Maven builds it once for each state of its sources, under `build/dss`; one process answers many requests, one
line each way.  It opens no socket unless a request says `online` or names the address of a time-stamp service.
"""

from __future__ import annotations

import base64
import fcntl
import hashlib
import json
import select
import subprocess
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.conftest import ROOT

SOURCES = Path(__file__).parent
BUILDS = ROOT / "build" / "dss"

# Most of the work is done once: compiling it to the best code costs more than running it.
_FLAGS = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx1g", "-Xshare:auto", "-Duser.timezone=UTC",
          "-Djava.awt.headless=true", "-Dorg.slf4j.simpleLogger.defaultLogLevel=off")  # fmt: skip


_PATIENCE = 120
"""Seconds that an answer may take; the first one, on a busy machine, takes some."""


class DssError(Exception):
    """What DSS says when it cannot do what it was asked."""


@dataclass(frozen=True)
class Judged:
    """What DSS says of a signature or a time-stamp."""

    indication: str
    sub_indication: str | None
    errors: tuple[str, ...]
    level: str | None = None
    """Of a signature."""
    kind: str | None = None
    """Of a time-stamp."""
    timestamps: tuple[Judged, ...] = ()

    @property
    def passed(self) -> bool:
        return self.indication in ("TOTAL_PASSED", "PASSED") and self.sub_indication is None


class Dss:
    """One Java process; `with Dss(...) as dss: dss.validate(...)`."""

    def __init__(self, java: str, place: Path) -> None:
        options = (*_FLAGS, f"-Dpdfbox.fontcache={place}")
        self._process = subprocess.Popen(
            [java, *options, "-cp", f"{place / 'lib'}/*", "edoc.interop.Main"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, encoding="utf-8",
        )  # fmt: skip

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(timeout=30)

    def ask(self, op: str, **parts: object) -> dict[str, object]:
        """Send one request; octets and times inside are written as the process reads them."""
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.write(json.dumps({"op": op, **_plain_map(parts)}) + "\n")
        self._process.stdin.flush()
        ready, _, _ = select.select([self._process.stdout], [], [], _PATIENCE)
        if not ready:
            self._process.kill()
        line = self._process.stdout.readline()
        if not line:
            raise DssError(f"the process ended with {self._process.wait()}")
        answer: dict[str, object] = json.loads(line)
        if "error" in answer:
            raise DssError(str(answer["error"]))
        return answer

    def validate(
        self,
        document: bytes,
        *,
        trust: Iterable[bytes],
        time: datetime,
        certificates: Iterable[bytes] = (),
        crls: Iterable[bytes] = (),
        ocsps: Iterable[bytes] = (),
        detached: Iterable[bytes | Mapping[str, object]] = (),
        name: str = "document.pdf",
    ) -> tuple[Judged, ...]:
        """Return what DSS says of each signature under its own default policy as of a time.

        `detached` are octets, or maps of `name` and `data`.
        """
        answer = self.ask("validate", document=document, trust=trust, time=time, certificates=certificates,
                          crls=crls, ocsps=ocsps, detached=detached, name=name)  # fmt: skip
        return tuple(_judged(item) for item in answer["signatures"])  # type: ignore[attr-defined]

    def sign(self, document: bytes, **parts: object) -> bytes:
        """Return a PDF signed at a level; `pkcs12`, `level` and `signing_time` are needed, see Signing.java."""
        return base64.b64decode(str(self.ask("sign", document=document, **parts)["document"]))

    def sign_format(self, format: str, *documents: tuple[str, bytes], **parts: object) -> bytes:
        """Return documents signed as `cades`, `xades`, `jades`, `asic-cades` or `asic-xades`, see FormatSigning.java."""
        named = [{"name": name, "data": data} for name, data in documents]
        return base64.b64decode(str(self.ask("sign", format=format, documents=named, **parts)["document"]))

    def extend(self, document: bytes, **parts: object) -> bytes:
        """Return a signed document raised to a `level`; a `format` names any other than PDF."""
        return base64.b64decode(str(self.ask("extend", document=document, **parts)["document"]))


def build(find: Callable[[str], str]) -> Path:
    """Return where the built oracle lies; builds it when it does not, one process at a time."""
    find("java")
    maven = find("mvn")
    place = BUILDS / _state()
    BUILDS.mkdir(parents=True, exist_ok=True)
    with (BUILDS / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (place / "built").exists():
            command = [maven, "-q", "-B", "-f", str(SOURCES / "pom.xml"), f"-Dplace={place}", "-Dmaven.test.skip=true"]
            done = subprocess.run([*command, "package"], capture_output=True, text=True, timeout=900, check=False)
            if done.returncode != 0:
                raise DssError(" ".join((done.stdout + done.stderr).split())[:2000])
            (place / "built").touch()
    return place


def _state() -> str:
    state = hashlib.sha256()
    for path in (SOURCES / "pom.xml", *sorted((SOURCES / "src").rglob("*.java"))):
        state.update(path.read_bytes())
    return state.hexdigest()[:16]


def _plain(value: object) -> object:
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    if isinstance(value, Mapping):
        return _plain_map(value)
    return value if isinstance(value, str | bool | int) or value is None else [_plain(item) for item in value]  # type: ignore[attr-defined]


def _plain_map(parts: Mapping[str, object]) -> dict[str, object]:
    return {name: _plain(value) for name, value in parts.items()}


def _judged(item: dict[str, object]) -> Judged:
    return Judged(
        indication=str(item["indication"]),
        sub_indication=_text(item.get("sub_indication")),
        errors=tuple(item["errors"]),  # type: ignore[arg-type]
        level=_text(item.get("level")),
        kind=_text(item.get("kind")),
        timestamps=tuple(_judged(token) for token in item.get("timestamps", ())),  # type: ignore[attr-defined]
    )


def _text(value: object) -> str | None:
    return None if value is None else str(value)
