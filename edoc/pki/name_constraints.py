"""Name constraints of a path (RFC 5280 4.2.1.10 and 6.1): what may stand below an authority.

Each authority's permitted list must be met on its own; excluded lists add up.  A form that is
constrained and cannot be judged fails: NAME_CONSTRAINT_UNSUPPORTED, never silence.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable

from edoc.pki import names
from edoc.pki.certificate import Certificate
from edoc.pki.extension_values import NameConstraints
from edoc.pki.extensions import SUBJECT_ALT_NAME
from edoc.pki.names import EMAIL_ADDRESS, GeneralName, Name

_HOST = re.compile(r"[A-Za-z0-9_*-]+(?:\.[A-Za-z0-9_*-]+)*\.?")
_AUTHORITY = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://(?:[^/?#@]*@)?([^/?#@:\[\]]*)(?::[0-9]*)?(?:[/?#].*)?", re.DOTALL)


class UnsupportedError(Exception):
    """A name or a constraint of a form that cannot be compared."""


class BudgetError(Exception):
    """More comparisons than the budget allows."""


class ConstraintState:
    """The constraints met so far, from the anchor downwards, and the comparisons spent."""

    __slots__ = ("_excluded", "_left", "_permitted", "_unsupported")

    def __init__(self, budget: int) -> None:
        self._permitted: list[dict[int, list[GeneralName]]] = []
        self._excluded: dict[int, list[GeneralName]] = {}
        self._unsupported = False
        self._left = budget

    def add(self, constraints: NameConstraints) -> None:
        """Take an authority's constraints (6.1.4 g)."""
        self._unsupported = self._unsupported or constraints.unsupported
        if constraints.permitted:
            level: dict[int, list[GeneralName]] = {}
            for base in constraints.permitted:
                level.setdefault(base.form, []).append(base)
            self._permitted.append(level)
        for base in constraints.excluded:
            self._excluded.setdefault(base.form, []).append(base)

    def check(self, certificate: Certificate) -> str | None:
        """Return the code of the first constraint that a certificate's names break, null when none."""
        if self._unsupported:
            return "NAME_CONSTRAINT_UNSUPPORTED"
        if not self._permitted and not self._excluded:
            return None
        try:
            for name in _names(certificate):
                code = self._judge(name)
                if code is not None:
                    return code
        except UnsupportedError:
            return "NAME_CONSTRAINT_UNSUPPORTED"
        except BudgetError:
            return "NAME_CONSTRAINT_LIMIT"
        return None

    def _judge(self, name: GeneralName) -> str | None:
        excluded = self._excluded.get(name.form, ())
        levels = [level[name.form] for level in self._permitted if name.form in level]
        if not excluded and not levels:
            return None
        within = _WITHIN.get(name.form)
        if within is None:
            raise UnsupportedError
        for base in excluded:
            self._spend()
            if within(name, base, True):
                return "NAME_EXCLUDED"
        for level in levels:
            for base in level:
                self._spend()
                if within(name, base, False):
                    break
            else:
                return "NAME_NOT_PERMITTED"
        return None

    def _spend(self) -> None:
        self._left -= 1
        if self._left < 0:
            raise BudgetError


def _names(certificate: Certificate) -> list[GeneralName]:
    subject = certificate.subject
    if not subject.readable or SUBJECT_ALT_NAME in certificate.extensions.malformed:
        # What cannot be read may hold any name.
        raise UnsupportedError
    found = list(certificate.extensions.subject_alt_names)
    if not subject.empty:
        found.append(GeneralName(names.DIRECTORY_NAME, subject.der))
    # The legacy place of a mail address; OpenSSL judges it beside the alternative names too.
    for attribute in (one for rdn in subject.rdns for one in rdn if one.oid == EMAIL_ADDRESS):
        text = attribute.text if attribute.text is not None else "\ufffd"
        found.append(GeneralName(names.RFC822_NAME, text.encode("utf-8", "surrogatepass")))
    return found


def _directory(name: GeneralName, base: GeneralName, excluding: bool) -> bool:
    inner, outer = name.name, base.name
    if not inner.readable or not outer.readable:
        raise UnsupportedError
    return _covers(outer, inner) if excluding else inner.starts_with(outer)


def _covers(base: Name, name: Name) -> bool:
    # An RDN with one attribute more than the excluded one must not slip through.
    if len(name.canonical_rdns) < len(base.canonical_rdns):
        return False
    pairs = zip(base.canonical_rdns, name.canonical_rdns, strict=False)
    return all(wanted == own or _attributes(wanted) <= _attributes(own) for wanted, own in pairs)


def _attributes(rdn: bytes) -> set[bytes]:
    found, position = set(), 0
    while position < len(rdn):
        size = int.from_bytes(rdn[position : position + 4], "big")
        found.add(rdn[position + 4 : position + 4 + size])
        position += 4 + size
    return found


def _text(name: GeneralName) -> str:
    if name.text is None:
        raise UnsupportedError
    return name.text


def _host(text: str) -> str:
    if not _HOST.fullmatch(text):
        raise UnsupportedError
    return text.rstrip(".").lower()


def _below(host: str, base: str, *, itself: bool) -> bool:
    return (itself and host == base) or host.endswith("." + base)


def _dns(name: GeneralName, base: GeneralName, excluding: bool) -> bool:
    host, wanted = _host(_text(name)), _text(base)
    if not wanted:
        return True
    apex = _host(wanted.removeprefix("."))
    if _below(host, apex, itself=not wanted.startswith(".")):
        return True
    # A wildcard stands for names that may be excluded ones.
    return excluding and host.startswith("*.") and _below(apex, host[2:], itself=False)


def _mail(name: GeneralName, base: GeneralName, excluding: bool) -> bool:
    local, at, domain = _text(name).rpartition("@")
    if not at or not local:
        raise UnsupportedError
    host, wanted = _host(domain), _text(base)
    if "@" in wanted:
        wanted_local, _, wanted_domain = wanted.rpartition("@")
        same = local == wanted_local or (excluding and local.lower() == wanted_local.lower())
        return same and host == _host(wanted_domain)
    if not wanted:
        return True
    if wanted.startswith("."):
        return _below(host, _host(wanted[1:]), itself=False)
    return host == _host(wanted)


def _uri(name: GeneralName, base: GeneralName, excluding: bool) -> bool:
    matched = _AUTHORITY.fullmatch(_text(name))
    if matched is None:
        raise UnsupportedError
    host, wanted = _host(matched.group(1)), _text(base)
    if host.replace(".", "").isdigit() or not wanted:
        raise UnsupportedError
    if wanted.startswith("."):
        return _below(host, _host(wanted[1:]), itself=False)
    return host == _host(wanted)


def _address(name: GeneralName, base: GeneralName, excluding: bool) -> bool:
    size = len(base.value) // 2
    if len(name.value) not in (4, 16) or size not in (4, 16):
        raise UnsupportedError
    mask = int.from_bytes(base.value[size:], "big")
    inverted = mask ^ ((1 << 8 * size) - 1)
    if inverted & (inverted + 1):
        raise UnsupportedError
    address = name.value
    if len(address) == 16 and size == 4:
        # An IPv4 address in IPv6 clothes must not slip past an IPv4 constraint.
        mapped = ipaddress.IPv6Address(address).ipv4_mapped
        if mapped is None:
            return False
        address = mapped.packed
    if len(address) != size:
        return False
    return int.from_bytes(address, "big") & mask == int.from_bytes(base.value[:size], "big") & mask


_WITHIN: dict[int, Callable[[GeneralName, GeneralName, bool], bool]] = {
    names.DIRECTORY_NAME: _directory,
    names.DNS_NAME: _dns,
    names.RFC822_NAME: _mail,
    names.URI: _uri,
    names.IP_ADDRESS: _address,
}
