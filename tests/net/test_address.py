"""Which addresses are followed: every known trick is refused, by text and by number."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edoc.errors import ConfigError, FetchError
from edoc.net.address import check_addresses, check_port, is_public, named_host, read_url, redirected, shown
from edoc.net.policy import FetchKind, FetchPolicy

NOBODY: frozenset[tuple[str, int]] = frozenset()


@pytest.mark.parametrize(
    ("url", "whole"),
    [
        ("http://crl.example/ca.crl", "http://crl.example/ca.crl"),
        ("HTTP://CRL.Example:80", "http://crl.example/"),
        ("https://ocsp.example.:443/a?b=c", "https://ocsp.example/a?b=c"),
        ("http://ca_1.example/x%20y", "http://ca_1.example/x%20y"),
        ("http://8.8.8.8/a", "http://8.8.8.8/a"),
        ("http://[2606:4700::1111]:8080/", "http://[2606:4700::1111]:8080/"),
    ],
)
def test_what_is_plain_is_read(url: str, whole: str) -> None:
    assert read_url(url).url == whole


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("file:///etc/passwd", "FETCH_SCHEME_UNSUPPORTED"),
        ("ldap://directory.example/cn=CA,c=IR?certificateRevocationList", "FETCH_SCHEME_UNSUPPORTED"),
        ("ldap:///CN=A CA,DC=example?certificateRevocationList;binary", "FETCH_SCHEME_UNSUPPORTED"),
        ("gopher://a.example/", "FETCH_SCHEME_UNSUPPORTED"),
        ("ftp://a.example/", "FETCH_SCHEME_UNSUPPORTED"),
        ("data:text/plain,x", "FETCH_SCHEME_UNSUPPORTED"),
        ("//a.example/", "FETCH_SCHEME_UNSUPPORTED"),
        ("", "FETCH_URL_UNREADABLE"),
        ("http:", "FETCH_URL_UNREADABLE"),
        ("http:///x", "FETCH_URL_UNREADABLE"),
        ("http://a.example/#x", "FETCH_URL_UNREADABLE"),
        ("http://a.example/ x", "FETCH_URL_UNREADABLE"),
        ("http://a.example/\r\nHost: b", "FETCH_URL_UNREADABLE"),
        ("http://a.example\t/", "FETCH_URL_UNREADABLE"),
        ("http://a.example\\@b.example/", "FETCH_URL_UNREADABLE"),
        ("http://a.example:0/", "FETCH_URL_UNREADABLE"),
        ("http://a.example:99999/", "FETCH_URL_UNREADABLE"),
        ("http://a.example:8o/", "FETCH_URL_UNREADABLE"),
        ("http://[::1/", "FETCH_URL_UNREADABLE"),
        ("http://a..example/", "FETCH_URL_UNREADABLE"),
        ("http://-a.example/", "FETCH_URL_UNREADABLE"),
        ("http://a.example%2f@b/", "FETCH_URL_USERINFO"),
        ("http://b\u00fccher.example/", "FETCH_URL_UNREADABLE"),
        ("http://\u2460\u2461\u2466.0.0.1/", "FETCH_URL_UNREADABLE"),
        ("http://a.example/" + "x" * 2048, "FETCH_URL_UNREADABLE"),
        ("http://user@a.example/", "FETCH_URL_USERINFO"),
        ("http://127.0.0.1:80@a.example/", "FETCH_URL_USERINFO"),
        ("http://2130706433/", "FETCH_HOST_NUMERIC"),
        ("http://0x7f000001/", "FETCH_HOST_NUMERIC"),
        ("http://0x7f.1/", "FETCH_HOST_NUMERIC"),
        ("http://127.1/", "FETCH_HOST_NUMERIC"),
        ("http://0177.0.0.1/", "FETCH_HOST_NUMERIC"),
        ("http://127.0.0.1./", "FETCH_HOST_NUMERIC"),
        ("http://a.example.0x1/", "FETCH_HOST_NUMERIC"),
    ],
)
def test_what_is_not_plain_is_refused(url: str, code: str) -> None:
    with pytest.raises(FetchError) as caught:
        read_url(url)
    assert caught.value.code == code


PRIVATE = [
    "127.0.0.1", "127.255.255.254", "0.0.0.0", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1",
    "100.64.0.1", "169.254.169.254", "192.0.0.8", "192.0.2.1", "198.51.100.1", "203.0.113.1", "198.18.0.1",
    "192.88.99.1", "224.0.0.1", "255.255.255.255", "240.0.0.1", "::", "::1", "::ffff:10.0.0.1", "::ffff:8.8.8.8",
    "::7f00:1", "64:ff9b::7f00:1", "64:ff9b::808:808", "64:ff9b:1::1", "2002:7f00:1::", "2002:808:808::", "2001::1",
    "2001:db8::1", "3fff::1", "fc00::1", "fd12::1", "fe80::1", "fe80::1%eth0", "2606:4700::1%1", "fec0::1", "ff02::1",
    "100::1", "not a number", "",
]  # fmt: skip


@pytest.mark.parametrize("address", PRIVATE)
def test_what_is_not_public_is_refused(address: str) -> None:
    assert not is_public(address)
    target = read_url("http://ca.example/")
    with pytest.raises(FetchError) as caught:
        check_addresses(target, ("8.8.8.8", address), NOBODY)
    assert caught.value.code == "FETCH_ADDRESS_PRIVATE"
    check_addresses(target, ("8.8.8.8", address), frozenset({("ca.example", 80)}))


@pytest.mark.parametrize("address", ["8.8.8.8", "1.1.1.1", "172.32.0.1", "2606:4700::1111", "2a00:1450::1"])
def test_what_is_public_is_followed(address: str) -> None:
    check_addresses(read_url("http://ca.example/"), (address,), NOBODY)


def test_an_unusual_port_must_be_named() -> None:
    target = read_url("http://ca.example:8080/")
    with pytest.raises(FetchError) as caught:
        check_port(target, NOBODY)
    assert (caught.value.code, caught.value.params["port"]) == ("FETCH_PORT_REFUSED", "8080")
    with pytest.raises(FetchError):
        check_port(target, frozenset({("ca.example", 8081), ("other.example", 8080)}))
    check_port(target, frozenset({("ca.example", 8080)}))
    check_port(read_url("https://ca.example:80/"), NOBODY)


@pytest.mark.parametrize(
    ("location", "whole"),
    [
        ("/b?c", "https://a.example/b?c"),
        ("b", "https://a.example/x/b"),
        ("//b.example/c", "https://b.example/c"),
        ("https://b.example", "https://b.example/"),
    ],
)
def test_a_redirection_is_read_like_a_first_address(location: str, whole: str) -> None:
    assert redirected(read_url("https://a.example/x/y"), location).url == whole


@pytest.mark.parametrize(
    ("location", "code"),
    [
        ("http://a.example/", "FETCH_REDIRECT_DOWNGRADE"),
        ("file:///etc/passwd", "FETCH_SCHEME_UNSUPPORTED"),
        ("https://2130706433/", "FETCH_HOST_NUMERIC"),
        ("/a b", "FETCH_URL_UNREADABLE"),
        ("/a\nb", "FETCH_URL_UNREADABLE"),
        ("", "FETCH_URL_UNREADABLE"),
    ],
)
def test_a_bad_redirection_is_refused(location: str, code: str) -> None:
    with pytest.raises(FetchError) as caught:
        redirected(read_url("https://a.example/x/y"), location)
    assert caught.value.code == code


def test_reports_name_no_query_and_no_password() -> None:
    assert shown("https://user:secret@a.example/b?token=c#d") == "https://a.example/b"
    assert "\n" not in shown("http://a.example/\nx")
    with pytest.raises(FetchError) as caught:
        read_url("http://user:secret@a.example/?token=c")
    assert "secret" not in str(caught.value.params) and "token" not in str(caught.value.params)


@given(st.text(max_size=80) | st.from_regex(r"https?://[0-9a-fx.:\[\]@/\\%]{0,30}", fullmatch=True))
def test_any_text_is_an_address_or_refused(text: str) -> None:
    try:
        target = read_url(text)
    except FetchError:
        return
    assert read_url(target.url) == target
    assert target.scheme in ("http", "https") and 0 < target.port < 65536 and target.path.startswith("/")


@given(st.text(max_size=40))
def test_any_text_is_a_redirection_or_refused(text: str) -> None:
    try:
        assert redirected(read_url("https://a.example/x"), text).scheme == "https"
    except FetchError:
        return


def test_a_policy_says_what_it_allows() -> None:
    policy = FetchPolicy()
    assert [kind.value for kind in FetchKind if policy.allows(kind)] == ["crl", "ocsp", "tsa"]
    assert policy.named() == frozenset()
    policy = FetchPolicy(kinds=["issuer"], hosts=["CA.example:8080", "[::1]:81", "127.0.0.1:82"])
    assert policy.allows(FetchKind.ISSUER) and not policy.allows(FetchKind.CRL)
    assert policy.named() == {("ca.example", 8080), ("::1", 81), ("127.0.0.1", 82)}
    assert FetchPolicy(hosts=policy.hosts) == FetchPolicy(hosts=list(policy.hosts))


@pytest.mark.parametrize("host", ["a.example", "a.example:", "a.example:0", "a:b:1", "u@a.example:80", "a:80/x", "127.1:80", ""])
def test_a_host_without_its_port_is_refused(host: str) -> None:
    with pytest.raises(ConfigError) as caught:
        FetchPolicy(hosts=[host])
    assert caught.value.code == "FETCH_HOST_UNREADABLE"


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(ConfigError) as caught:
        FetchPolicy(kinds=["crl", "x5u"])
    assert (caught.value.code, caught.value.subject) == ("FETCH_KIND_UNKNOWN", "x5u")


def test_a_host_is_named_with_its_port() -> None:
    assert named_host("[2001:db8::1]:8443") == ("2001:db8::1", 8443)
