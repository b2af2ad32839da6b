"""Names: one canonical form for chaining, one readable form for people, and general names.

RFC 5280 7.1 asks for the string preparation of RFC 4518: case folded, inner spaces collapsed,
string types ignored.  That form is for comparing only; what people read is never folded.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from edoc.pki.cache import BoundedCache
from edoc.pki.der import DerError, Reader, decode_oid, strict, tlv

_SHORT = {
    "2.5.4.3": "CN", "2.5.4.4": "SN", "2.5.4.5": "serialNumber", "2.5.4.6": "C", "2.5.4.7": "L", "2.5.4.8": "ST",
    "2.5.4.9": "STREET", "2.5.4.10": "O", "2.5.4.11": "OU", "2.5.4.12": "title", "2.5.4.42": "GN",
    "2.5.4.46": "dnQualifier", "2.5.4.65": "pseudonym", "2.5.4.97": "organizationIdentifier",
    "1.2.840.113549.1.9.1": "emailAddress", "0.9.2342.19200300.100.1.25": "DC", "0.9.2342.19200300.100.1.1": "UID",
}  # fmt: skip
EMAIL_ADDRESS = "1.2.840.113549.1.9.1"
_ENCODINGS = {
    0x0C: "utf-8", 0x13: "ascii", 0x16: "ascii", 0x12: "ascii", 0x1A: "ascii", 0x14: "latin-1", 0x1E: "utf-16-be",
    0x1C: "utf-32-be",
}  # fmt: skip
_ATTRIBUTES = 500
"""Attributes of one name; real names have fewer than 20."""
_HIDDEN = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c")
"""Direction marks: they reorder what a reader sees around a name."""
_TO_ESCAPE = re.compile(r'["+,;<>\\]|\A[ #]| \Z')
"""Of the printable characters: what RFC 4514 2.4 wants escaped."""
_MAPPED_TO_NOTHING = frozenset(
    "\u00ad\u034f\u06dd\u070f\u1806\u180b\u180c\u180d\u180e\ufeff\ufffc\U000e0001"
    + "".join(
        chr(code)
        for first, last in (
            (0x200B, 0x200F), (0x202A, 0x202E), (0x2060, 0x2063), (0x206A, 0x206F), (0xFE00, 0xFE0F),
            (0xFFF9, 0xFFFB), (0x1D173, 0x1D17A), (0xE0020, 0xE007F),
        )
        for code in range(first, last + 1)
    )
)  # fmt: skip
"""RFC 4518 2.2: joiners, direction marks and selectors say nothing about whether two names are the same."""


@dataclass(frozen=True, slots=True)
class Attribute:
    """One attribute of a name: type, the DER of its value, and its text where it is a string."""

    oid: str
    value_der: bytes
    text: str | None


class Name:
    """A distinguished name: its DER, a canonical form to compare by, and a form to read.

    `canonical` is null-safe bytes: equal exactly when RFC 5280 7.1 calls two names the same.  A name
    that cannot be read compares by its DER.
    """

    __slots__ = ("_text", "canonical", "canonical_rdns", "der", "rdns", "readable")

    der: bytes
    rdns: tuple[tuple[Attribute, ...], ...]
    canonical_rdns: tuple[bytes, ...]
    canonical: bytes
    readable: bool

    def __init__(self, der: bytes) -> None:
        self.der = der
        self._text: str | None = None
        try:
            self.rdns = _rdns(der)
            self.readable = True
            self.canonical_rdns = tuple(_canonical_rdn(rdn) for rdn in self.rdns)
        except DerError:
            self.rdns = ()
            self.readable = False
            self.canonical_rdns = (b"\x00" + der,)
        self.canonical = b"".join(len(rdn).to_bytes(4, "big") + rdn for rdn in self.canonical_rdns)

    @classmethod
    def load(cls, der: bytes) -> Name:
        """Return the name for a DER Name, interned; never raises."""
        known = _NAMES.get(der)
        return known if known is not None else _NAMES.put(der, cls(der), weight=6 * len(der) + 500)

    @property
    def empty(self) -> bool:
        """True for the name without attributes, which equals nothing in a path."""
        return not self.canonical_rdns

    def get(self, oid: str) -> str | None:
        """Return the text of the last attribute of a type, null when there is none."""
        for rdn in reversed(self.rdns):
            for attribute in rdn:
                if attribute.oid == oid:
                    return attribute.text
        return None

    def rfc4514(self) -> str:
        """Return the readable form (RFC 4514): last RDN first, special characters escaped."""
        if self._text is None:
            if self.readable:
                self._text = ",".join("+".join(_attribute_text(a) for a in rdn) for rdn in reversed(self.rdns))
            else:
                self._text = "#" + self.der.hex()
        return self._text

    def starts_with(self, other: Name) -> bool:
        """Tell whether this name lies in the subtree of another (RFC 5280 4.2.1.10)."""
        return self.canonical_rdns[: len(other.canonical_rdns)] == other.canonical_rdns

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Name) and self.canonical == other.canonical

    def __hash__(self) -> int:
        return hash(self.canonical)

    def __repr__(self) -> str:
        return f"Name({self.rfc4514()!r})"

    def __reduce__(self) -> tuple[object, ...]:
        return Name.load, (self.der,)


_NAMES: BoundedCache[bytes, Name] = BoundedCache(max_entries=8192, max_weight=8 << 20)


def _rdns(der: bytes) -> tuple[tuple[Attribute, ...], ...]:
    reader = Reader(der)
    tag, start, end, following = reader.read(0, len(der))
    if tag != 0x30 or following != len(der):
        raise DerError("name")
    return tuple(
        _rdn(reader, rdn_tag, first, last)
        for rdn_tag, _, first, last, _ in reader.children(start, end, limit=_ATTRIBUTES)
    )


def _rdn(reader: Reader, tag: int, start: int, end: int) -> tuple[Attribute, ...]:
    if tag != 0x31 or start == end:
        raise DerError("rdn")
    found = []
    for inner, _, first, last, _ in reader.children(start, end, limit=_ATTRIBUTES):
        parts = reader.children(first, last, limit=2)
        if inner != 0x30 or len(parts) != 2 or parts[0][0] != 0x06:
            raise DerError("attribute")
        oid = decode_oid(reader.data[parts[0][2] : parts[0][3]])
        value_tag, position, value_start, value_end, value_next = parts[1]
        text = string_text(value_tag, reader.data[value_start:value_end])
        found.append(Attribute(oid, reader.data[position:value_next], text))
    return tuple(found)


def string_text(tag: int, content: bytes) -> str | None:
    """Return the text of a string element, null when it is no string or its octets are not of its type."""
    encoding = _ENCODINGS.get(tag)
    if encoding is None:
        return None
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        return None


def _canonical_rdn(rdn: tuple[Attribute, ...]) -> bytes:
    parts = []
    for attribute in rdn:
        text = attribute.text
        value = (
            b"\x01" + attribute.value_der if text is None else b"\x02" + prepare(text).encode("utf-8", "surrogatepass")
        )
        parts.append(attribute.oid.encode() + b"=" + value)
    parts.sort()
    return b"".join(len(part).to_bytes(4, "big") + part for part in parts)


def prepare(text: str) -> str:
    """Return a string as RFC 4518 prepares it for caseIgnoreMatch: folded, mapped, spaces collapsed."""
    if text.isascii():
        return " ".join("".join(c if c > "\x1f" and c != "\x7f" else _mapped(c) for c in text).lower().split())
    kept = "".join(_mapped(c) for c in text)
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", kept).casefold())
    return " ".join(folded.split())


def _mapped(character: str) -> str:
    if character in "\t\n\v\f\r\x85":
        return " "
    if character in _MAPPED_TO_NOTHING:
        return ""
    category = unicodedata.category(character)
    if category == "Cc":
        return ""
    return " " if category in ("Zs", "Zl", "Zp") else character


def _attribute_text(attribute: Attribute) -> str:
    label = _SHORT.get(attribute.oid, attribute.oid)
    if attribute.text is None:
        return f"{label}=#{attribute.value_der.hex()}"
    return f"{label}={_escaped(attribute.text)}"


def _escaped(text: str) -> str:
    if text.isprintable() and not _TO_ESCAPE.search(text):
        return text
    out = []
    for position, character in enumerate(text):
        edge = position == 0 or position == len(text) - 1
        if character in '"+,;<>\\' or (character == " " and edge) or (character == "#" and position == 0):
            out.append("\\" + character)
        elif character in _HIDDEN or unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp"):
            out.append("".join(f"\\{octet:02X}" for octet in character.encode("utf-8", "surrogatepass")))
        else:
            out.append(character)
    return "".join(out)


OTHER_NAME, RFC822_NAME, DNS_NAME, X400_ADDRESS, DIRECTORY_NAME, EDI_PARTY_NAME, URI, IP_ADDRESS, REGISTERED_ID = range(
    9
)


@dataclass(frozen=True, slots=True)
class GeneralName:
    """One GeneralName: the number of its form (RFC 5280 4.2.1.6) and the octets of its value.

    For a directoryName the value is the DER Name.
    """

    form: int
    value: bytes

    @property
    def name(self) -> Name:
        """The name of a directoryName."""
        return Name.load(self.value)

    @property
    def text(self) -> str | None:
        """The text of a mail address, host name or URI, null when it is not ASCII."""
        return self.value.decode("ascii") if self.value.isascii() else None

    @property
    def key(self) -> tuple[int, bytes]:
        """A key that is equal for equal names."""
        return (self.form, self.name.canonical if self.form == DIRECTORY_NAME else self.value)


_CONSTRUCTED = {OTHER_NAME, X400_ADDRESS, DIRECTORY_NAME, EDI_PARTY_NAME}


def general_name(data: bytes, pos: int, end: int) -> tuple[GeneralName, int]:
    """Return the GeneralName at a position and where it ends; DerError when it is none."""
    tag, start, stop, following = strict(data, pos, end)
    form = tag & 0x1F
    if tag & 0xC0 != 0x80 or form > REGISTERED_ID or bool(tag & 0x20) != (form in _CONSTRUCTED):
        raise DerError("general name")
    if form == DIRECTORY_NAME:
        inner, _, _, inner_end = strict(data, start, stop)
        if inner != 0x30 or inner_end != stop:
            raise DerError("directory name")
    if form == IP_ADDRESS and stop - start not in (4, 8, 16, 32):
        raise DerError("address")
    return GeneralName(form, data[start:stop]), following


def general_names(data: bytes, start: int, end: int) -> tuple[GeneralName, ...]:
    """Return the GeneralNames between two positions; DerError when something else is there."""
    found = []
    while start < end:
        name, start = general_name(data, start, end)
        found.append(name)
    return tuple(found)


def relative_name(issuer: Name, rdn_content: bytes) -> Name:
    """Return an issuer's name with one RDN appended (nameRelativeToCRLIssuer)."""
    reader = Reader(issuer.der)
    _, start, end, _ = reader.read(0, len(issuer.der))
    return Name.load(tlv(0x30, issuer.der[start:end], tlv(0x31, rdn_content)))
