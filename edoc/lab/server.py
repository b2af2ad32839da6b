"""The practice PKI over HTTP: revocation lists, OCSP, time-stamps and issuer certificates, on loopback only."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path
from threading import Thread
from types import TracebackType
from typing import TYPE_CHECKING, Self

from werkzeug.serving import WSGIRequestHandler, make_server

from edoc.drivers.clock import now
from edoc.errors import ConfigError
from edoc.lab.architecture import ARCHITECTURE
from edoc.lab.keys import KeyRing
from edoc.lab.members import AUTHORITIES, RESPONDERS, TIME_STAMPERS
from edoc.lab.pki import Pki

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

HOST = "127.0.0.1"
_REQUEST_BYTES = 64 << 10
"""An OCSP or time-stamp request has some hundred octets."""

_Answer = tuple[str, str, bytes]
"""Status line, content type, body."""


class _QuietHandler(WSGIRequestHandler):
    """Serves without a line on stderr for every request."""

    def log(self, type: str, message: str, *args: object) -> None:
        """Leave the request unlogged."""


class LabServer:
    """Answers for the practice PKI on 127.0.0.1 while it is open: `with LabServer(...) as lab: lab.url`."""

    def __init__(self, *, keys: KeyRing, port: int = 0, at: datetime | None = None) -> None:
        """Take a port (0: a free one).  `at` freezes all answers at a time; null follows the clock.

        Raises `ConfigError` LAB_PORT_TAKEN.
        """
        self._at = at
        try:
            place = socket.create_server((HOST, port))
        except (OSError, OverflowError) as problem:
            raise ConfigError("LAB_PORT_TAKEN", subject=f"{HOST}:{port}") from problem
        with place:
            self._server = make_server(
                HOST, port, self._application, threaded=True, request_handler=_QuietHandler, fd=place.fileno()
            )
        self.url = f"http://{HOST}:{self._server.port}"
        self.pki = Pki(at=at or now(), base_url=self.url, keys=keys)
        self._thread = Thread(target=self._server.serve_forever, name="edoc-lab", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def wait(self) -> None:
        """Wait until the server ends; Ctrl-C raises `KeyboardInterrupt` here."""
        while self._thread.is_alive():
            self._thread.join(0.5)

    def addresses(self) -> tuple[tuple[str, str], ...]:
        """Return (what, address) of every service."""
        listed = [("CRL", "crls", label) for label in AUTHORITIES]
        listed += [("OCSP", "ocsp", label) for label in RESPONDERS]
        listed += [("TSA", "tsa", label) for label in TIME_STAMPERS]
        listed += [("CA", "certs", label) for label in AUTHORITIES]
        return tuple((f"{what} {label}", self.pki.address(service, label)) for what, service, label in listed)

    def _application(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        status, media_type, body = self._answer(environ)
        start_response(status, [("Content-Type", media_type), ("Content-Length", str(len(body)))])
        return [body]

    def _answer(self, environ: WSGIEnvironment) -> _Answer:
        method, path = str(environ["REQUEST_METHOD"]), str(environ["PATH_INFO"])
        if path == "/" and method == "GET":
            lines = "".join(f"{what}\t{address}\n" for what, address in self.addresses())
            return "200 OK", "text/plain; charset=utf-8", lines.encode()
        parts = path.strip("/").split("/")
        if len(parts) < 3 or parts[0] != ARCHITECTURE:
            return _NOT_FOUND
        try:
            if method == "GET":
                return self._file("/".join(parts[1:2] + parts[3:]), parts[2])
            if method == "POST" and len(parts) == 3:
                return self._service(parts[1], parts[2], _body(environ))
        except ConfigError:
            return _NOT_FOUND
        except ValueError:
            return "400 Bad Request", "text/plain", b"the request could not be read\n"
        return _NOT_FOUND

    def _file(self, kind: str, label: str) -> _Answer:
        if kind == "crls/latest.crl":
            return "200 OK", "application/pkix-crl", self.pki.revocation_list(label, at=self._time())
        if kind == "certs/ca.crt" and label in AUTHORITIES:
            return "200 OK", "application/pkix-cert", self.pki.certificate(label)
        return _NOT_FOUND

    def _service(self, kind: str, label: str, request: bytes) -> _Answer:
        if kind == "ocsp":
            return "200 OK", "application/ocsp-response", self.pki.answer_ocsp(label, request, at=self._time())
        if kind == "tsa":
            return "200 OK", "application/timestamp-reply", self.pki.answer_time_stamp(label, request, at=self._time())
        return _NOT_FOUND

    def _time(self) -> datetime:
        return self._at or now()


_NOT_FOUND: _Answer = ("404 Not Found", "text/plain", b"nothing here; see /\n")


def _body(environ: WSGIEnvironment) -> bytes:
    length = int(environ.get("CONTENT_LENGTH") or 0)
    if not 0 < length <= _REQUEST_BYTES:
        raise ValueError("length")
    read: Callable[[int], bytes] = environ["wsgi.input"].read
    return read(length)


def open_server(*, folder: Path, port: int, at: datetime | None) -> LabServer:
    """Return a server whose keys are kept in `folder`/keys."""
    return LabServer(keys=KeyRing(folder / "keys"), port=port, at=at)
