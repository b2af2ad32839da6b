"""The watch over sockets refuses, and a refusal cannot be hidden."""

from __future__ import annotations

import socket

import pytest


@pytest.mark.refused_sockets
def test_an_unmarked_test_gets_no_socket() -> None:
    with pytest.raises(RuntimeError):
        socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    with pytest.raises(RuntimeError):
        socket.getaddrinfo("localhost", 80)


@pytest.mark.loopback
@pytest.mark.refused_sockets
def test_a_loopback_test_reaches_this_machine_only() -> None:
    server = socket.create_server(("127.0.0.1", 0))
    with server, socket.create_connection(server.getsockname(), timeout=5) as client:
        assert client.getpeername() == server.getsockname()
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as outside, pytest.raises(RuntimeError):
        outside.connect(("192.0.2.1", 80))
    with pytest.raises(RuntimeError):
        socket.getaddrinfo("example.invalid", 80)
