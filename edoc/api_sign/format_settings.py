"""What a signature in a format other than PDF says and looks like, checked before any key is used."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from edoc.errors import ConfigError
from edoc.facts.document import Document
from edoc.formats.writing import Packaging, Placement, SignatureOrder, SignaturePolicy, SignerLocation
from edoc.sign.formats import Format, format_of, is_signed, natural_format, packaging_of

_COMMITMENTS = {
    "proof-of-origin": "1.2.840.113549.1.9.16.6.1",
    "proof-of-receipt": "1.2.840.113549.1.9.16.6.2",
    "proof-of-delivery": "1.2.840.113549.1.9.16.6.3",
    "proof-of-sender": "1.2.840.113549.1.9.16.6.4",
    "proof-of-approval": "1.2.840.113549.1.9.16.6.5",
    "proof-of-creation": "1.2.840.113549.1.9.16.6.6",
}
"""EN 319 122-1 5.2.3."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """What the signer states beside the data, and how the signature is put together."""

    format: Format | None = None
    """Null: the one that suits each document."""
    packaging: str | None = None
    countersign: str | None = None
    """Id of the signature to be countersigned."""
    policy: SignaturePolicy | None = None
    commitments: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    location: SignerLocation | None = None
    content_timestamp: bool = False
    media_types: Mapping[str, str] = field(default_factory=dict)
    """Media type by document name; that of the empty name is meant for every other document."""
    options: Mapping[str, str] = field(default_factory=dict)

    def foreign_to_pdf(self) -> dict[str, object | None]:
        """Return, by the names of the options, what a signature in a PDF has no place for."""
        return {
            "packaging": self.packaging,
            "countersign": self.countersign,
            "media_types": "" if self.media_types else None,
            **self.options,
        }

    @property
    def states_something(self) -> bool:
        """Whether there is a policy, a commitment or a role."""
        return bool(self.policy is not None or self.commitments or self.roles)

    def foreign_to(self, format: Format) -> dict[str, object | None]:
        """Return the options of one format only that another cannot take."""
        own = {
            "jades": ("serialization", "payload_encoding"), "xades": ("parent", "elements"),
            "asic-s": ("inner",), "asic-e": ("inner",),
        }  # fmt: skip
        return {name: value for name, value in self.options.items() if name not in own.get(format.value, ())}

    def format_for(self, documents: Sequence[Document]) -> Format:
        """Return the format of a signature over some documents; raises `ConfigError` for one that cannot be."""
        if self.format is not None:
            return self.format
        if len(documents) > 1 and not is_signed(documents[0], documents[1:]):
            return Format.ASIC_E
        return natural_format(documents[0])

    def order(self, documents: Sequence[Document], *, time: datetime, tokens: tuple[bytes, ...] = ()) -> SignatureOrder:
        """Return what is asked of the format's writer."""
        format = self.format_for(documents)
        return SignatureOrder(
            signing_time=time,
            packaging=packaging_of(self.packaging, format, documents),
            placement=Placement.COUNTER if self.countersign is not None else Placement.PARALLEL,
            target=self.countersign,
            policy=self.policy,
            commitments=self.commitments,
            roles=self.roles,
            location=self.location,
            media_types=self._types(documents),
            content_timestamps=tokens,
            options={_WRITERS.get(name, name): value for name, value in self.options.items()},
        )


    def _types(self, documents: Sequence[Document]) -> dict[str, str]:
        found = {item.name: self.media_types.get(item.name, self.media_types.get("", "")) for item in documents}
        return {name: kind for name, kind in found.items() if kind}


def make_statement(
    *,
    format: str | None,
    packaging: str | None,
    countersign: str | None,
    signature_policy: SignaturePolicy | None,
    commitments: Sequence[str],
    roles: Sequence[str],
    location: str | None,
    content_timestamp: bool,
    serialization: str | None,
    payload_encoding: str | None,
    inner: str | None,
    parent: str | None,
    elements: Sequence[str],
    media_types: Mapping[str, str],
) -> Statement:
    """Return the statement; raises `ConfigError` for a format, packaging, commitment or media type that cannot be."""
    wanted = format_of(format) if format is not None else None
    known = [item.value for item in Packaging]
    if packaging is not None and packaging not in known:
        params = {"format": wanted.value if wanted is not None else "-", "known": ", ".join(known)}
        raise ConfigError("SIGN_PACKAGING", subject=packaging, params=params)
    ids = ",".join(_listed(elements)) or None
    places = {"parent": (parent, Packaging.ENVELOPED), "elements": (ids, Packaging.INTERNALLY_DETACHED)}
    if wanted is None and any(value is not None for value, _ in places.values()):
        # Only XML has such places.
        wanted = Format.XADES
    return Statement(
        format=wanted,
        packaging=_packaging(packaging, places, countersign=countersign),
        countersign=countersign,
        policy=signature_policy,
        commitments=tuple(_commitment(item) for item in _listed(commitments)),
        roles=_listed(roles),
        location=SignerLocation(locality=location) if location else None,
        content_timestamp=content_timestamp,
        media_types=_media_types(media_types),
        options=_options(
            serialization=serialization, payload_encoding=payload_encoding, inner=inner, parent=parent, elements=ids
        ),
    )


def _packaging(
    asked: str | None, places: Mapping[str, tuple[str | None, Packaging]], *, countersign: str | None
) -> str | None:
    """Return the packaging that options about a place ask for; raises `ConfigError` SIGN_OPTION_PACKAGING for another."""
    for name, (value, packaging) in places.items():
        if value is not None and (countersign is not None or asked not in (None, packaging.value)):
            other = "countersign" if countersign is not None else asked or ""
            raise ConfigError("SIGN_OPTION_PACKAGING", subject=name, params={"packaging": other, "known": packaging.value})
        asked = packaging.value if value is not None else asked
    return asked


def _media_types(given: Mapping[str, str]) -> dict[str, str]:
    for value in given.values():
        if _MEDIA_TYPE.fullmatch(value) is None:
            raise ConfigError("SIGN_OPTION_VALUE", subject=value, params={"option": "media_types", "known": "text/plain, …"})
    return dict(given)


_MEDIA_TYPE = re.compile(r"[A-Za-z0-9!#$&^_.+-]{1,127}/[A-Za-z0-9!#$&^_.+-]{1,127}(?:[ -~]{0,200})")
"""RFC 6838 4.2: type and subtype; parameters may follow."""


_CHOICES = {
    "serialization": ("flattened", "general", "compact"),
    "payload_encoding": ("base64url", "none"),
    "inner": ("xades", "cades"),
}


_WRITERS = {"inner": "signature"}
"""What the writers call an option that is called otherwise here."""


def _options(**given: str | None) -> dict[str, str]:
    """Return what only one format knows; raises `ConfigError` SIGN_OPTION_VALUE for a value that it does not have."""
    for name, value in given.items():
        if value is not None and name in _CHOICES and value not in _CHOICES[name]:
            params = {"option": name, "known": ", ".join(_CHOICES[name])}
            raise ConfigError("SIGN_OPTION_VALUE", subject=value, params=params)
    return {name: value for name, value in given.items() if value is not None}


def _listed(items: Sequence[str]) -> tuple[str, ...]:
    return (items,) if isinstance(items, str) else tuple(items)


def _commitment(name: str) -> str:
    found = _COMMITMENTS.get(name, name)
    if not all(part.isdigit() for part in found.split(".")):
        params = {"known": ", ".join(_COMMITMENTS)}
        raise ConfigError("SIGN_COMMITMENT_UNKNOWN", subject=name, params=params)
    return found
