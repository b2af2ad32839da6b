"""Fetching from servers that behave badly: each ends in its own code, in time and within bounds."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest

from edoc.errors import FetchError
from edoc.net.fetch import Fetcher
from edoc.net.policy import FetchLimits, FetchPolicy
from edoc.net.transport import Request, wait
from tests.net import servers
from tests.net.servers import Resolver, Server, Way, serving

QUICK = FetchLimits(connect_seconds=0.5, total_seconds=0.5)
PATIENT = FetchLimits()
"""For what must end by itself, however busy this machine is."""
LONGEST = 100_000


def fetched(
    url: str, *, hosts: tuple[str, ...] = (), limits: FetchLimits = PATIENT, resolver: Resolver | None = None, post: bool = False
) -> bytes:
    policy = FetchPolicy(hosts=hosts, limits=limits)
    fetcher = Fetcher(policy, resolver=resolver) if resolver is not None else Fetcher(policy)
    request = Request(longest=LONGEST, body=b"question" if post else None)
    return wait(fetcher.fetch(url, request, fetcher.budget()))


def refusal(url: str, **options: object) -> FetchError:
    with pytest.raises(FetchError) as caught:
        fetched(url, **options)  # type: ignore[arg-type]
    assert caught.value.exit_code == 6
    return caught.value


def asked(server: Server) -> list[str]:
    return [f"{handler.command} {handler.path}" for handler in server.seen]


@pytest.mark.loopback
def test_an_answer_arrives_and_the_question_says_little() -> None:
    with serving({"/a": servers.body(b"data", Set_Cookie="id=1")}) as server:
        policy = FetchPolicy(hosts=[server.host])
        fetcher = Fetcher(policy)
        for _ in range(2):
            assert wait(fetcher.fetch(f"{server.url}/a?b=%2F", Request(longest=9), fetcher.budget())) == b"data"
        first, second = (handler.headers for handler in server.seen)
        assert dict(first) == {"Host": server.host, "User-Agent": "edoc", "Accept-Encoding": "identity"}
        assert "Cookie" not in second
        assert asked(server) == ["GET /a?b=%2F"] * 2


@pytest.mark.loopback
def test_proxies_of_the_environment_are_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY", "https_proxy"):
        monkeypatch.setenv(name, "http://192.0.2.1:3128")
    with serving({"/a": servers.body(b"data")}) as server:
        assert fetched(f"{server.url}/a", hosts=(server.host,)) == b"data"


BAD: dict[str, tuple[Way, str]] = {
    "slow": (servers.slow, "FETCH_TIMEOUT"),
    "slow-head": (servers.slow_head, "FETCH_TIMEOUT"),
    "silent": (servers.silent, "FETCH_TIMEOUT"),
    "endless": (servers.endless, "FETCH_TOO_LARGE"),
    "endless-head": (servers.endless_head, "FETCH_BROKEN"),
    "huge": (servers.huge, "FETCH_TOO_LARGE"),
    "bomb": (servers.bomb, "FETCH_ENCODED"),
    "garbage": (servers.garbage, "FETCH_BROKEN"),
    "cut-short": (servers.cut_short, "FETCH_BROKEN"),
    "missing": (servers.status(404), "FETCH_STATUS"),
    "broken": (servers.status(500), "FETCH_STATUS"),
    "empty": (servers.status(204), "FETCH_STATUS"),
    "partial": (servers.status(206), "FETCH_STATUS"),
    "redirect-nowhere": (servers.status(302), "FETCH_STATUS"),
    "redirect-file": (servers.moved("file:///etc/passwd"), "FETCH_REDIRECT_REFUSED"),
    "redirect-metadata": (servers.moved("http://169.254.169.254/latest/"), "FETCH_REDIRECT_REFUSED"),
    "redirect-loopback": (servers.moved("http://127.0.0.1/"), "FETCH_REDIRECT_REFUSED"),
    "redirect-mapped": (servers.moved("http://[::ffff:10.0.0.1]/"), "FETCH_REDIRECT_REFUSED"),
    "redirect-port": (servers.moved("http://8.8.8.8:25/"), "FETCH_REDIRECT_REFUSED"),
    "redirect-number": (servers.moved("http://2130706433/"), "FETCH_REDIRECT_REFUSED"),
    "redirect-user": (servers.moved("http://a:b@8.8.8.8/"), "FETCH_REDIRECT_REFUSED"),
    "redirect-round": (servers.moved("/bad"), "FETCH_REDIRECTS"),
}


@pytest.mark.loopback
@pytest.mark.parametrize("name", BAD)
def test_a_bad_server_ends_in_its_code(name: str) -> None:
    way, code = BAD[name]
    with serving({"/bad": way}) as server:
        started = time.monotonic()
        limits = QUICK if code == "FETCH_TIMEOUT" else PATIENT
        problem = refusal(f"{server.url}/bad?secret=1", hosts=(server.host,), limits=limits)
        assert time.monotonic() - started < 5
    assert problem.code == code
    assert problem.subject == f"{server.url}/bad"
    assert "secret" not in str(problem)


@pytest.mark.loopback
def test_redirections_are_followed_three_times_and_not_four() -> None:
    ways = {f"/{n}": servers.moved(f"/{n + 1}") for n in range(4)}
    with serving({**ways, "/4": servers.body(b"there")}) as server:
        assert fetched(f"{server.url}/1", hosts=(server.host,)) == b"there"
        server.seen.clear()
        assert refusal(f"{server.url}/0", hosts=(server.host,)).code == "FETCH_REDIRECTS"
        assert asked(server) == [f"GET /{n}" for n in range(4)]


@pytest.mark.loopback
def test_what_is_posted_is_not_sent_on() -> None:
    with serving({"/a": servers.moved("/b", code=307), "/b": servers.body(b"there")}) as server:
        assert refusal(f"{server.url}/a", hosts=(server.host,), post=True).code == "FETCH_POST_REDIRECTED"
        assert asked(server) == ["POST /a"]


@pytest.mark.loopback
def test_nobody_listens() -> None:
    port = servers.closed_port()
    assert refusal(f"http://127.0.0.1:{port}/", hosts=(f"127.0.0.1:{port}",)).code == "FETCH_UNREACHABLE"


def test_an_address_that_is_refused_opens_no_socket() -> None:
    for url in ("http://127.0.0.1/", "http://[::1]/", "http://10.0.0.1/", "file:///etc/passwd", "http://8.8.8.8:22/"):
        refusal(url)


def test_a_name_is_refused_when_one_of_its_addresses_is_private() -> None:
    resolver = Resolver([("8.8.8.8", "127.0.0.1")])
    problem = refusal("http://ca.example/", resolver=resolver)
    assert (problem.code, problem.params["address"]) == ("FETCH_ADDRESS_PRIVATE", "127.0.0.1")
    assert resolver.asked == [("ca.example", 80)]


def test_a_name_that_nobody_knows() -> None:
    problem = refusal("http://ca.example/", resolver=Resolver([()]))
    assert (problem.code, problem.params["host"]) == ("FETCH_NAME_UNKNOWN", "ca.example")


def test_a_name_server_that_hangs_is_not_waited_for() -> None:
    class Hanging(Resolver):
        def __call__(self, host: str, port: int) -> tuple[str, ...]:
            time.sleep(2)
            return ("8.8.8.8",)

    started = time.monotonic()
    assert refusal("http://ca.example/", resolver=Hanging([]), limits=QUICK).code == "FETCH_TIMEOUT"
    assert time.monotonic() - started < 1.5


@pytest.mark.loopback
def test_a_name_is_looked_up_once_and_the_checked_address_is_used() -> None:
    """A name server that changes its mind between check and connect changes nothing."""
    with serving({"/a": servers.body(b"data")}) as server:
        resolver = Resolver([("127.0.0.1",), ("192.0.2.7",)])
        host = f"ca.example:{server.port}"
        assert fetched(f"http://{host}/a", hosts=(host,), resolver=resolver) == b"data"
        assert resolver.asked == [("ca.example", server.port)]
        assert server.seen[0].headers["Host"] == host


@pytest.mark.loopback
def test_a_redirection_to_a_name_with_a_private_address_is_refused() -> None:
    with serving({"/a": servers.moved("http://inner.example/")}) as server:
        resolver = Resolver([("10.0.0.1",)])
        problem = refusal(f"{server.url}/a", hosts=(server.host,), resolver=resolver)
    assert (problem.code, problem.params["cause"]) == ("FETCH_REDIRECT_REFUSED", "FETCH_ADDRESS_PRIVATE")
    assert resolver.asked == [("inner.example", 80)]


@pytest.mark.loopback
def test_the_second_address_is_tried_when_the_first_does_not_answer() -> None:
    with serving({"/a": servers.body(b"data")}) as server:
        host = f"ca.example:{server.port}"
        resolver = Resolver([("127.0.0.9", "127.0.0.1")])
        assert fetched(f"http://{host}/a", hosts=(host,), resolver=resolver) == b"data"


@pytest.mark.loopback
def test_a_document_may_ask_so_often_and_so_long() -> None:
    with serving({"*": servers.body(b"data")}) as server:
        limits = replace(PATIENT, document_urls=2)
        fetcher = Fetcher(FetchPolicy(hosts=[server.host], limits=limits))
        budget = fetcher.budget()
        request = Request(longest=9)
        for _ in range(2):
            wait(fetcher.fetch(server.url, request, budget))
        with pytest.raises(FetchError) as caught:
            wait(fetcher.fetch(server.url, request, budget))
        assert caught.value.code == "FETCH_BUDGET"
        assert len(server.seen) == 2


@pytest.mark.loopback
def test_many_threads_may_fetch_at_once() -> None:
    from concurrent.futures import ThreadPoolExecutor

    with serving({"*": servers.body(b"data")}) as server:
        fetcher = Fetcher(FetchPolicy(hosts=[server.host]))
        request = Request(longest=9)

        def one(number: int) -> bytes:
            return wait(fetcher.fetch(f"{server.url}/{number}", request, fetcher.budget()))

        with ThreadPoolExecutor(8) as pool:
            assert set(pool.map(one, range(40))) == {b"data"}
        assert len(server.seen) == 40
