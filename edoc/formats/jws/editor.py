"""A JWS that grows: signatures, counter-signatures, time-stamps and validation data (TS 119 182-1 5.3, 6.3)."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Mapping, Sequence

from edoc.errors import InputError
from edoc.facts.document import Document
from edoc.facts.material import MaterialKind
from edoc.facts.signature import TimestampKind
from edoc.formats.jws.header_write import container
from edoc.formats.jws.headers import certificates
from edoc.formats.jws.parts import Jws, read_parts, split_compact
from edoc.formats.jws.payload import payload_of
from edoc.formats.jws.strict_json import Json, JsonError, parse_json, to_base64url
from edoc.formats.jws.unsigned import Around, Element, Unsigned, imprint_inputs, material_of, read_unsigned
from edoc.formats.originals import Originals
from edoc.limits import DEFAULT_LIMITS
from edoc.pki.algorithms import digest_of

_Entry = dict[str, Json]


class JwsEditor:
    """A signed document in memory; entries that are not touched keep their texts."""

    archives_together = False

    def __init__(
        self,
        members: _Entry,
        originals: Sequence[Document],
        *,
        serialization: str,
        newest: str | None = None,
    ) -> None:
        self._members = members
        self._originals = tuple(originals)
        self._serialization = serialization
        self.newest = newest
        self.joined = False
        """True when a signature was put in beside those that were there."""
        several = members.get("signatures")
        self._entries: list[_Entry] = (
            [dict(item) for item in several if isinstance(item, Mapping)]
            if isinstance(several, Sequence) and not isinstance(several, str)
            else [{key: members[key] for key in ("protected", "header", "signature") if key in members}]
        )

    @classmethod
    def open(cls, document: Document, originals: Sequence[Document]) -> JwsEditor:
        """Return a signed document; raises `InputError` JWS_NOT_EXTENDABLE for any other."""
        data = bytes(document.data[:]).removeprefix(b"\xef\xbb\xbf")
        members = split_compact(data.strip(b" \t\r\n"))
        if members is None:
            try:
                value = parse_json(data)
            except JsonError as problem:
                raise InputError("JWS_NOT_EXTENDABLE", subject=document.name) from problem
            members = dict(value) if isinstance(value, Mapping) else {}
        several = members.get("signatures")
        listed = isinstance(several, Sequence) and not isinstance(several, str) and bool(several)
        if not isinstance(members.get("signature"), str) and not listed:
            raise InputError("JWS_NOT_EXTENDABLE", subject=document.name)
        # A compact JWS has no place for what is added: it becomes a flattened one, with the same signature.
        return cls(members, originals, serialization="general" if listed else "flattened")

    @property
    def signatures(self) -> tuple[str, ...]:
        """Ids of the signatures, in order."""
        return tuple(f"S{number}" for number in range(1, len(self._entries) + 1))

    @property
    def carries_data(self) -> bool:
        """True when what is signed stands in the document."""
        return bool(self._members.get("payload"))

    def part(self, signature: str) -> Jws:
        """Return one signature as it stands now."""
        entry = self._entry(signature)
        return read_parts(entry, self._members.get("payload"), compact=False, limit=DEFAULT_LIMITS.jws_header_bytes)

    def signature_text(self, signature: str) -> str:
        """Return the value of a signature as it stands in the document."""
        return self.part(signature).signature_text

    def add(self, entry: _Entry) -> None:
        """Add a signature beside those that are there."""
        self._entries.append(entry)
        self._serialization = "general"
        self.newest, self.joined = f"S{len(self._entries)}", True

    def countersign(self, signature: str, entry: _Entry) -> None:
        """Add a counter-signature (TS 119 182-1 5.3.2)."""
        self._append(signature, "cSig", entry)
        self.newest, self.joined = signature, True

    def signature_imprint(self, signature: str, algorithm: str) -> bytes:
        """Return the digest of the text of a signature's value (TS 119 182-1 5.3.4)."""
        return self._imprint(signature, TimestampKind.SIGNATURE, algorithm)

    def put_signature_timestamp(self, signature: str, token: bytes) -> None:
        """Add a sigTst with one token."""
        self._append(signature, "sigTst", container(token))

    def put_validation_data(self, signature: str, objects: Sequence[tuple[MaterialKind, bytes]]) -> None:
        """Add what is not there yet: xVals and rVals, or tstVD where an archive time-stamp stands already."""
        jws = self.part(signature)
        unsigned = read_unsigned(jws)
        there = {item.der for item in (*certificates(jws, []), *material_of(unsigned))}
        new = [(kind, der) for kind, der in dict.fromkeys(objects) if der not in there]
        values = _values(new)
        if unsigned.named("arcTst"):
            if values:
                self._append(signature, "tstVD", values)
            return
        for name in ("xVals", "rVals"):
            if name in values:
                self._merge(signature, unsigned, name, values[name])

    def archive_imprint(self, signature: str, algorithm: str) -> bytes:
        """Return the digest of the data, the signature and everything in etsiU (TS 119 182-1 5.3.6.2)."""
        return self._imprint(signature, TimestampKind.ARCHIVE, algorithm)

    def put_archive_timestamp(self, signature: str, token: bytes) -> None:
        """Add an arcTst with one token."""
        self._append(signature, "arcTst", container(token))

    def parts(self) -> Iterable[bytes]:
        """Yield the document."""
        if self._serialization == "compact":
            entry = self._entries[0]
            payload = self._members.get("payload", "")
            yield ".".join((str(entry["protected"]), str(payload), str(entry["signature"]))).encode()
            return
        yield json.dumps(self._json(), ensure_ascii=False, separators=(",", ":")).encode()

    def _json(self) -> _Entry:
        payload = {"payload": self._members["payload"]} if "payload" in self._members else {}
        kept = {key: value for key, value in self._members.items()
                if key not in ("payload", "protected", "header", "signature", "signatures")}  # fmt: skip
        if self._serialization == "general":
            return {**payload, "signatures": list(self._entries), **kept}
        return {**payload, **self._entries[0], **kept}

    def _entry(self, signature: str) -> _Entry:
        number = signature.removeprefix("S")
        if not number.isdigit() or not 0 < int(number) <= len(self._entries):
            raise InputError("JWS_NO_SUCH_SIGNATURE", subject=signature, params={"known": ", ".join(self.signatures)})
        return self._entries[int(number) - 1]

    def _imprint(self, signature: str, kind: TimestampKind, algorithm: str) -> bytes:
        jws = self.part(signature)
        data = payload_of(jws, Originals(self._originals)).data if kind is TimestampKind.ARCHIVE else None
        around = Around(id=signature, jws=jws, data=data, carried=())
        octets = imprint_inputs(kind, read_unsigned(jws).elements, around)[0]
        if octets is None:
            raise InputError("EXTEND_ORIGINAL_MISSING", subject=signature)
        digest = digest_of(algorithm, octets)
        assert digest is not None
        return digest

    def _append(self, signature: str, name: str, value: Json) -> None:
        items = self._unsigned(signature)
        items.append(self._element(items, name, value))

    def _merge(self, signature: str, unsigned: Unsigned, name: str, value: Json) -> None:
        """Put more into an element that is there: of each baseline has one (ades.md 4.5)."""
        items = self._unsigned(signature)
        place = next((at for at, element in enumerate(unsigned.elements) if element.name == name), None)
        if place is None:
            items.append(self._element(items, name, value))
        else:
            items[place] = self._element(items, name, _together(unsigned.elements[place], value))

    def _unsigned(self, signature: str) -> list[Json]:
        entry = self._entry(signature)
        header = entry.get("header")
        own = dict(header) if isinstance(header, Mapping) else {}
        value = own.get("etsiU", [])
        if not isinstance(value, Sequence) or isinstance(value, str):
            raise InputError("JWS_NOT_EXTENDABLE", subject=signature)
        items = list(value)
        own["etsiU"] = items
        entry["header"] = own
        return items

    def _element(self, items: Sequence[Json], name: str, value: Json) -> Json:
        """Return an element in the form of those that are there: encoded, unless they are clear."""
        if items and isinstance(items[0], Mapping):
            return {name: value}
        return to_base64url(json.dumps({name: value}, ensure_ascii=False, separators=(",", ":")).encode())


def _values(objects: Sequence[tuple[MaterialKind, bytes]]) -> _Entry:
    def of(kind: MaterialKind) -> list[Json]:
        return [{"val": base64.b64encode(der).decode("ascii")} for own, der in objects if own is kind]

    found: _Entry = {}
    if of(MaterialKind.CERTIFICATE):
        found["xVals"] = [{"x509Cert": item} for item in of(MaterialKind.CERTIFICATE)]
    revocation = {"crlVals": of(MaterialKind.CRL), "ocspVals": of(MaterialKind.OCSP)}
    if any(revocation.values()):
        found["rVals"] = {name: values for name, values in revocation.items() if values}
    return found


def _together(element: Element, value: Json) -> Json:
    old = element.value
    if isinstance(old, Mapping) and isinstance(value, Mapping):
        names = dict.fromkeys((*old, *value))
        return {name: [*_items(old.get(name)), *_items(value.get(name))] for name in names}
    return [*_items(old), *_items(value)]


def _items(value: Json) -> Sequence[Json]:
    return value if isinstance(value, Sequence) and not isinstance(value, str) else ()
