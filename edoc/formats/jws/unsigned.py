"""The unsigned part of a JAdES signature: `etsiU` (TS 119 182-1 5.3), and what its time-stamps stand over (ades.md 4.4)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from edoc.facts.findings import Finding, info, warning
from edoc.facts.material import EmbeddedObject, MaterialKind, Origin
from edoc.facts.signature import TimestampFacts, TimestampKind
from edoc.formats.jws.parts import Jws
from edoc.formats.jws.strict_json import Json, JsonError, base64_standard, base64url, canonical, parse_json
from edoc.formats.tst import timestamp_facts
from edoc.pki.algorithms import digest_of
from edoc.pki.cms import wrap_basic_response
from edoc.pki.der import DerError, Reader

_ELEMENTS = 2_000
"""Elements of one etsiU; each renewal adds two."""
_TOKENS = 200
_OBJECTS = 1_000
KINDS = {
    "sigTst": TimestampKind.SIGNATURE,
    "arcTst": TimestampKind.ARCHIVE,
    "sigRTst": TimestampKind.SIG_AND_REFS,
    "rfsTst": TimestampKind.REFS_ONLY,
}
_REFS = ("xRefs", "rRefs", "axRefs", "arRefs")


@dataclass(frozen=True, slots=True, kw_only=True)
class Element:
    """One element of etsiU."""

    name: str
    value: Json = field(repr=False)
    components: tuple[bytes, ...] = field(repr=False)
    """What an imprint takes for it: the text as received, or the readings of a clear element."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsigned:
    """Everything that stands in etsiU."""

    elements: tuple[Element, ...] = ()
    findings: tuple[Finding, ...] = ()

    def named(self, *names: str) -> list[Element]:
        """Return the elements of some names, in order."""
        return [item for item in self.elements if item.name in names]


def read_unsigned(jws: Jws) -> Unsigned:
    """Return the elements of etsiU; what cannot be read leaves the signature undecided, for it may hold its proof."""
    if "etsiU" not in jws.unprotected:
        return Unsigned()
    value = jws.unprotected["etsiU"]
    if not isinstance(value, Sequence) or isinstance(value, str) or not 0 < len(value) <= _ELEMENTS:
        return Unsigned(findings=(warning("JWS_ETSIU_MALFORMED"),))
    kinds = {type(item) for item in value}
    if len(kinds) != 1:
        return Unsigned(findings=(warning("JWS_ETSIU_MIXED"),))
    found = [_element(item) for item in value]
    known = tuple(item for item in found if item is not None)
    return Unsigned(elements=known, findings=() if len(known) == len(found) else (warning("JWS_ETSIU_MALFORMED"),))


def _element(item: Json) -> Element | None:
    try:
        value = parse_json(base64url(item)) if isinstance(item, str) else item
    except (JsonError, ValueError):
        return None
    if not isinstance(value, Mapping) or len(value) != 1:
        return None
    name, inner = next(iter(value.items()))
    if isinstance(item, str):
        return Element(name=name, value=inner, components=(item.encode("ascii"),))
    plain = canonical(value)
    # Seen in the field: members in the order received, the solidus escaped.
    as_received = json.dumps(value, ensure_ascii=False, separators=(",", ":")).replace("/", "\\/").encode()
    return Element(name=name, value=inner, components=(as_received,) if plain is None else (plain, as_received))


def material_of(unsigned: Unsigned) -> tuple[EmbeddedObject, ...]:
    """Return certificates, CRLs and OCSP responses of the elements, in order."""
    return tuple(one for element in unsigned.elements for one in objects_of(element))


def objects_of(element: Element) -> list[EmbeddedObject]:
    """Return what one element holds."""
    value = element.value
    if element.name in ("xVals", "axVals"):
        return _certificates(value)
    if element.name in ("rVals", "arVals"):
        return _revocation(value)
    if element.name in ("tstVD", "anyValData") and isinstance(value, Mapping):
        return [*_certificates(value.get("xVals")), *_revocation(value.get("rVals"))]
    return []


def _certificates(value: Json) -> list[EmbeddedObject]:
    found = []
    for item in _items(value):
        der = _encapsulated(item.get("x509Cert")) if isinstance(item, Mapping) else None
        if der is not None:
            found.append(EmbeddedObject(kind=MaterialKind.CERTIFICATE, der=der, origin=Origin.SIGNATURE))
    return found


def _revocation(value: Json) -> list[EmbeddedObject]:
    if not isinstance(value, Mapping):
        return []
    found = []
    for item in _items(value.get("crlVals")):
        der = _encapsulated(item)
        if der is not None:
            found.append(EmbeddedObject(kind=MaterialKind.CRL, der=der, origin=Origin.SIGNATURE))
    for item in _items(value.get("ocspVals")):
        der = _encapsulated(item)
        if der is not None:
            found.append(EmbeddedObject(kind=MaterialKind.OCSP, der=_whole_response(der), origin=Origin.SIGNATURE))
    return found


def _whole_response(der: bytes) -> bytes:
    """Return an OCSPResponse; a bare BasicOCSPResponse is wrapped into one."""
    reader = Reader(der)
    try:
        _, start, end, _ = reader.read(0, len(der))
        first = reader.read(start, end)[0]
    except DerError:
        return der
    return der if first == 0x0A else wrap_basic_response(der)


def _encapsulated(value: Json) -> bytes | None:
    text = value.get("val") if isinstance(value, Mapping) else None
    try:
        return base64_standard(text) if isinstance(text, str) else None
    except ValueError:
        return None


def tokens_of(container: Json) -> list[bytes]:
    """Return the tokens of a tstContainer; null octets for one that cannot be read."""
    if not isinstance(container, Mapping):
        return [b""]
    found = [_encapsulated(item) or b"" for item in _items(container.get("tstTokens"))]
    return found or [b""]


def _items(value: Json) -> Sequence[Json]:
    return value[:_OBJECTS] if isinstance(value, Sequence) and not isinstance(value, str) else ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """What time-stamps of one signature stand over beside its unsigned elements."""

    id: str
    jws: Jws
    data: bytes | None
    """The common start of imprints over the data; null when the data is missing."""
    carried: tuple[EmbeddedObject, ...]
    """The certificates of the header."""


def timestamps_of(unsigned: Unsigned, around: Around, *, first: int) -> tuple[tuple[TimestampFacts, ...], list[Finding]]:
    """Return the time-stamps of the elements with their imprints, numbered from `first`."""
    found: list[TimestampFacts] = []
    notes: list[Finding] = []
    for place, element in enumerate(unsigned.elements):
        kind = KINDS.get(element.name)
        if kind is None:
            continue
        before = unsigned.elements[:place]
        for token in tokens_of(element.value):
            if len(found) >= _TOKENS:
                notes.append(warning("JWS_TIMESTAMPS_LIMIT", limit=_TOKENS))
                return tuple(found), notes
            id = f"{around.id}.T{first + len(found)}"
            facts = _timestamp(token, id, kind, before, around)
            found.append(replace(facts, covers=_covers(kind, found, around, before), protects=_protects(kind, before, around)))
    return tuple(found), notes


def _timestamp(
    token: bytes, id: str, kind: TimestampKind, before: Sequence[Element], around: Around
) -> TimestampFacts:
    found = [
        timestamp_facts(token, id=id, kind=kind, imprint_of=_digests(octets))
        for octets in imprint_inputs(kind, before, around)
    ]
    return next((facts for facts in found if facts.imprint is not None and facts.imprint.intact), found[0])


def _digests(octets: bytes | None) -> Callable[[str], bytes | None]:
    return lambda name: digest_of(name, octets) if octets is not None else None


def imprint_inputs(kind: TimestampKind, before: Sequence[Element], around: Around) -> list[bytes | None]:
    """Return the octets that a time-stamp of a kind stands over, one for each reading of clear elements."""
    jws = around.jws
    value = jws.signature_text.encode("ascii", "replace")
    if kind is TimestampKind.SIGNATURE:
        return [value]
    readings = max((len(item.components) for item in before), default=1)
    found: list[bytes | None] = []
    for reading in range(readings):
        if kind is TimestampKind.ARCHIVE:
            if around.data is None:
                return [None]
            protected = jws.protected_text.encode("ascii", "replace")
            parts = _joined(before, None, reading)
            found.append(b".".join((around.data, protected, value, parts)))
        elif kind is TimestampKind.SIG_AND_REFS:
            found.append(value + b"." + _joined(before, ("sigTst", *_REFS), reading))
        else:
            found.append(_joined(before, _REFS, reading))
    return found


def _joined(elements: Sequence[Element], names: Sequence[str] | None, reading: int) -> bytes:
    return b"".join(
        item.components[min(reading, len(item.components) - 1)]
        for item in elements
        if names is None or item.name in names
    )


def _covers(
    kind: TimestampKind, earlier: Sequence[TimestampFacts], around: Around, before: Sequence[Element]
) -> tuple[str, ...]:
    if kind is TimestampKind.REFS_ONLY:
        return ()
    ids = [around.id]
    if kind is TimestampKind.SIG_AND_REFS:
        ids += [item.id for item in earlier if item.kind is TimestampKind.SIGNATURE]
    elif kind is TimestampKind.ARCHIVE:
        ids += [item.id for item in earlier]
        counters = sum(item.name == "cSig" for item in before)
        ids += [f"{around.id}.C{number}" for number in range(1, counters + 1)]
    return tuple(ids)


def _protects(kind: TimestampKind, before: Sequence[Element], around: Around) -> frozenset[bytes]:
    if kind is TimestampKind.ARCHIVE:
        ders = [item.der for item in around.carried]
        ders += [one.der for element in before for one in objects_of(element)]
        return frozenset(hashlib.sha256(der).digest() for der in ders)
    return frozenset()


def counted(unsigned: Unsigned) -> list[Finding]:
    """Return notes about elements that are not known: they prove nothing and harm nobody."""
    known = {*KINDS, *_REFS, "cSig", "sigPSt", "xVals", "rVals", "axVals", "arVals", "tstVD", "anyValData"}
    return [info("JWS_ETSIU_UNKNOWN", name=item.name) for item in unsigned.elements if item.name not in known]
