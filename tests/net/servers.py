"""Servers on loopback that answer as a test wants, well or badly."""

from __future__ import annotations

import contextlib
import gzip
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

Way = Callable[["Handler", bytes], None]


class Handler(BaseHTTPRequestHandler):
    """Hands every request to the way that the server's table has for its path."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: Server

    def do_GET(self) -> None:
        self.server.seen.append(self)
        self.answer(b"")

    def do_POST(self) -> None:
        self.server.seen.append(self)
        self.answer(self.rfile.read(int(self.headers.get("Content-Length", "0"))))

    def answer(self, body: bytes) -> None:
        ways = self.server.ways
        way = ways.get(self.path.split("?")[0], ways.get("*", status(404)))
        with contextlib.suppress(OSError):
            way(self, body)

    def log_message(self, format: str, *args: object) -> None:
        pass

    def send(self, body: bytes, *, code: int = 200, **headers: str) -> None:
        self.send_response(code)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)


class Server(ThreadingHTTPServer):
    """What was asked is in `seen`."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, ways: dict[str, Way]) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.ways = ways
        self.seen: list[Handler] = []

    def handle_error(self, request: object, client_address: object) -> None:
        pass

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        return f"http://{self.host}"


@contextlib.contextmanager
def serving(ways: dict[str, Way], *, tls: ssl.SSLContext | None = None) -> Iterator[Server]:
    """Serve a table of ways by path; `*` stands for every other path."""
    server = Server(ways)
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()


def closed_port() -> int:
    """A port at which nobody answers."""
    with socket.create_server(("127.0.0.1", 0)) as place:
        return int(place.getsockname()[1])


def body(data: bytes, **headers: str) -> Way:
    return lambda handler, _: handler.send(data, **headers)


def status(code: int) -> Way:
    return lambda handler, _: handler.send(b"", code=code)


def moved(location: str, *, code: int = 302) -> Way:
    return lambda handler, _: handler.send(b"", code=code, Location=location)


def slow(handler: Handler, _: bytes) -> None:
    """One octet now and then, for ever."""
    handler.send_response(200)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    while True:
        handler.wfile.write(b"x")
        time.sleep(0.05)


def slow_head(handler: Handler, _: bytes) -> None:
    """A head that never ends: each octet comes in time, the whole does not."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-Wait: ")
    while True:
        handler.wfile.write(b"x")
        time.sleep(0.05)


def silent(handler: Handler, _: bytes) -> None:
    time.sleep(5)


def endless(handler: Handler, _: bytes) -> None:
    """An answer that never ends."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    while True:
        handler.wfile.write(b"10000\r\n" + bytes(65536) + b"\r\n")


def endless_head(handler: Handler, _: bytes) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
    while True:
        handler.wfile.write(b"X-More: " + b"y" * 1000 + b"\r\n")


def huge(handler: Handler, _: bytes) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", str(1 << 40))
    handler.end_headers()
    handler.wfile.write(b"x")


def bomb(handler: Handler, _: bytes) -> None:
    """A few octets that would become ten million."""
    handler.send(gzip.compress(bytes(10 << 20)), Content_Encoding="gzip")


def garbage(handler: Handler, _: bytes) -> None:
    handler.wfile.write(b"\x00\xff\x00\xff not HTTP\r\n\r\n")
    handler.close_connection = True


def cut_short(handler: Handler, _: bytes) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")
    handler.close_connection = True


@dataclass
class Resolver:
    """Gives prepared addresses, the next list at each question, and counts."""

    answers: list[tuple[str, ...]]
    asked: list[tuple[str, int]] = field(default_factory=list)

    def __call__(self, host: str, port: int) -> tuple[str, ...]:
        self.asked.append((host, port))
        answer = self.answers[min(len(self.asked), len(self.answers)) - 1]
        if not answer:
            raise OSError("no such name")
        return answer
