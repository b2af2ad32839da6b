"""What `--legal` asks for: a profile, the classes of PKI that the caller names, the type of the document."""

from __future__ import annotations

import re
from dataclasses import dataclass

from edoc.errors import ConfigError
from edoc.legal.assess import assess
from edoc.legal.model import LegalView, PkiClass, PkiNames
from edoc.legal.profile import Profile, built_in, parse_profile
from edoc.result.report import ReportData
from edoc.trust import TrustStore

_LARGEST = 1 << 20
"""Octets of a profile: the longest that comes with edoc has 20,000."""
_SHA256 = re.compile("[0-9a-f]{64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class LegalOrder:
    """A profile and what the caller states for it."""

    profile: Profile
    pki: PkiNames
    document_type: str | None

    def view(self, data: ReportData) -> LegalView:
        """Return a report seen through the profile."""
        return assess(data, self.profile, pki=self.pki, document_type=self.document_type)


def legal_order(profile: str | None, pki: tuple[str, ...], document_type: str | None) -> LegalOrder | None:
    """Return the order, null when no profile is asked for; raises `ConfigError` for what cannot be used."""
    if profile is None:
        for option, given in (("--pki", bool(pki)), ("--document-type", document_type is not None)):
            if given:
                raise ConfigError("LEGAL_OPTION_ALONE", subject=option)
        return None
    read = _profile(profile)
    types = (*read.excluded_types, "other")
    if document_type is not None and document_type not in types:
        raise ConfigError("LEGAL_TYPE_UNKNOWN", subject=document_type, params={"known": ", ".join(types)})
    return LegalOrder(profile=read, pki=_pki(pki), document_type=document_type)


def _profile(name: str) -> Profile:
    # A built-in name is never looked for in the working directory.
    if not name.endswith(".toml"):
        return built_in(name)
    try:
        with open(name, "rb") as stream:
            octets = stream.read(_LARGEST + 1)
        if len(octets) > _LARGEST:
            raise ConfigError("LEGAL_PROFILE_UNREADABLE", subject=name, params={"reason": "> 1 MiB"})
        return parse_profile(octets.decode("utf-8"), name=name)
    except UnicodeDecodeError as problem:
        raise ConfigError("LEGAL_PROFILE_UNREADABLE", subject=name, params={"reason": "UTF-8"}) from problem
    except OSError as problem:
        reason = problem.strerror or "?"
        raise ConfigError("LEGAL_PROFILE_UNREADABLE", subject=name, params={"reason": reason}) from problem


def _pki(given: tuple[str, ...]) -> PkiNames:
    named: dict[str, PkiClass] = {}
    for item in given:
        word, _, place = item.partition("=")
        if word not in (PkiClass.LICENSED.value, PkiClass.CLOSED.value, PkiClass.FOREIGN.value) or not place:
            raise ConfigError("LEGAL_PKI_MALFORMED", subject=item)
        for digest in _digests(place):
            first = named.setdefault(digest, PkiClass(word))
            if first.value != word:
                raise ConfigError("LEGAL_PKI_TWICE", subject=digest, params={"first": first.value, "second": word})
    return PkiNames(anchors=named)


def _digests(place: str) -> tuple[str, ...]:
    if _SHA256.fullmatch(place.lower()):
        return (place.lower(),)
    return tuple(certificate.sha256.hex() for certificate in TrustStore.load(place).certificates())
