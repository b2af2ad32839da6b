"""Which addresses may be asked: pure rules over text and numbers (trust.md 6.2 and 6.3).

Addresses stand in certificates that an attacker may have made.  Only what is plainly a public web
server is followed; a private one only when the caller has named it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import urljoin, urlsplit

from edoc.errors import FetchError

Address = IPv4Address | IPv6Address

_PORTS = {"http": 80, "https": 443}
_HOST = re.compile(r"(?=.{1,253}\.?$)[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)*\.?")
_NUMERIC_LABEL = re.compile(r"0x[0-9a-f]*|[0-9]+")
_TEXT = re.compile(r"[\x21-\x5b\x5d\x5f\x61-\x7e]+")
"""Printable ASCII but space, backslash, caret and backquote: no two programs read those alike."""

# What `is_global` of older Pythons misses, or lets through although another address hides in it.
_REFUSED = tuple(
    ip_network(text)
    for text in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
        "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24", "192.168.0.0/16", "192.175.48.0/24",
        "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
        "::/96", "::ffff:0:0/96", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32",
        "2002::/16", "3fff::/20", "5f00::/16", "fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8",
    )
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """An address that passed the rules for its text: where to connect, and what to ask for there."""

    scheme: str
    host: str
    """A name in lower case, or a number without brackets."""
    port: int
    path: str
    """Path and query, never empty."""

    @property
    def key(self) -> tuple[str, int]:
        """Host and port, as a caller names them."""
        return self.host, self.port

    @property
    def authority(self) -> str:
        """What the Host field says."""
        shown = f"[{self.host}]" if ":" in self.host else self.host
        return shown if self.port == _PORTS[self.scheme] else f"{shown}:{self.port}"

    @property
    def url(self) -> str:
        """The whole address."""
        return f"{self.scheme}://{self.authority}{self.path}"


def shown(url: str) -> str:
    """Return an address as reports name it: without query, fragment and user, printable, at most 200 characters."""
    text = re.split(r"[?#]", url, maxsplit=1)[0]
    text = re.sub(r"^([A-Za-z][A-Za-z0-9+.-]*://)[^/@]*@", r"\1", text)
    return "".join(char if char.isprintable() else "\ufffd" for char in text[:200])


def read_url(url: str, *, longest: int = 2048) -> Target:
    """Return where an address leads; raises `FetchError` for one that is not followed.

    Codes: FETCH_URL_UNREADABLE, FETCH_SCHEME_UNSUPPORTED, FETCH_URL_USERINFO, FETCH_HOST_NUMERIC.
    """
    if len(url) > longest or not _TEXT.fullmatch(url) or "#" in url:
        scheme = url.split(":", 1)[0].lower()
        known = scheme in _PORTS or not re.fullmatch(r"[a-z][a-z0-9+.-]*", scheme)
        raise _refused("FETCH_URL_UNREADABLE" if known else "FETCH_SCHEME_UNSUPPORTED", url)
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError as problem:
        raise _refused("FETCH_URL_UNREADABLE", url) from problem
    if parts.scheme not in _PORTS:
        raise _refused("FETCH_SCHEME_UNSUPPORTED", url)
    if "@" in parts.netloc:
        raise _refused("FETCH_URL_USERINFO", url)
    if not host or port == 0:
        raise _refused("FETCH_URL_UNREADABLE", url)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(scheme=parts.scheme, host=_host(host, url), port=port or _PORTS[parts.scheme], path=path)


def redirected(base: Target, location: str, *, longest: int = 2048) -> Target:
    """Return where a redirection leads, checked like a first address; from https never to http."""
    if not _TEXT.fullmatch(location):
        raise _refused("FETCH_URL_UNREADABLE", location)
    target = read_url(urljoin(base.url, location), longest=longest)
    if base.scheme == "https" and target.scheme == "http":
        raise _refused("FETCH_REDIRECT_DOWNGRADE", location)
    return target


def check_port(target: Target, named: frozenset[tuple[str, int]]) -> None:
    """Raise `FetchError` FETCH_PORT_REFUSED for an unusual port of a host that nobody named."""
    if target.port not in _PORTS.values() and target.key not in named:
        raise _refused("FETCH_PORT_REFUSED", target.url, port=str(target.port))


def check_addresses(target: Target, addresses: tuple[str, ...], named: frozenset[tuple[str, int]]) -> None:
    """Raise `FetchError` FETCH_ADDRESS_PRIVATE unless every address of a host is public, or the host is named.

    One private address among several is enough: whoever answers for the name chooses their order.
    """
    if target.key in named:
        return
    for text in addresses:
        if not is_public(text):
            raise _refused("FETCH_ADDRESS_PRIVATE", target.url, address=text)


def is_public(text: str) -> bool:
    """Tell whether an address is one of the public internet."""
    try:
        address = ip_address(text)
    except ValueError:
        return False
    if isinstance(address, IPv6Address) and address.scope_id is not None:
        return False
    inside = any(address.version == network.version and address in network for network in _REFUSED)
    return address.is_global and not address.is_multicast and not inside


def literal(host: str) -> Address | None:
    """Return the address that a host is written as, null for a name."""
    try:
        return ip_address(host)
    except ValueError:
        return None


def named_host(text: str) -> tuple[str, int]:
    """Return the host and port of `HOST:PORT` (`[::1]:8080` for IPv6); raises `ValueError`."""
    parts = urlsplit(f"//{text}")
    host, port = parts.hostname, parts.port
    if not host or not port or parts.path or parts.query or "@" in parts.netloc or not _TEXT.fullmatch(text) or "#" in text:
        raise ValueError("not HOST:PORT")
    return _host(host, text), port


def _host(host: str, url: str) -> str:
    address = literal(host)
    if address is not None:
        return str(address)
    if not _HOST.fullmatch(host):
        raise _refused("FETCH_URL_UNREADABLE", url)
    # 2130706433, 0x7f.1 and 127.1 are numbers to some resolvers: nobody names a public server so.
    if _NUMERIC_LABEL.fullmatch(host.rstrip(".").rpartition(".")[2]):
        raise _refused("FETCH_HOST_NUMERIC", url)
    return host.rstrip(".")


def _refused(code: str, url: str, **params: str) -> FetchError:
    return FetchError(code, subject=shown(url), params=params)
