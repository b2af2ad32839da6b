"""Writes JAdES signatures (TS 119 182-1): flattened, general and compact; enveloping and detached."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from edoc.errors import InputError
from edoc.facts.document import Document
from edoc.formats.jws.algorithms import value_octets
from edoc.formats.jws.editor import JwsEditor
from edoc.formats.jws.header_write import protected_header
from edoc.formats.jws.payload import payload_of
from edoc.formats.jws.strict_json import Json, to_base64url
from edoc.formats.kind import Kind, kind_of
from edoc.formats.originals import Originals
from edoc.formats.writing import Packaging, Placement, Prepared, SignatureOrder, SignerParameters
from edoc.pki.algorithms import digest_of


class JadesWriter:
    """Signs documents as JWS with the headers of JAdES."""

    def content_digest(self, documents: Sequence[Document], *, order: SignatureOrder, algorithm: str) -> bytes:
        """Return the digest of what is signed, for a content time-stamp (ades.md 4.4)."""
        encoded = order.options.get("payload_encoding") != "none"
        parts = [bytes(item.data[:]) for item in self._data(documents, order)]
        text = "".join(map(to_base64url, parts)).encode() if encoded else b"".join(parts)
        digest = digest_of(algorithm, text)
        assert digest is not None
        return digest

    def prepare(self, documents: Sequence[Document], *, order: SignatureOrder, signer: SignerParameters) -> Prepared:
        """Return the signing input (RFC 7515 5.1); `ConfigError` and `InputError` for what JAdES cannot do."""
        serialization = _serialization(order)
        signed = _signed(documents, order)
        data = self._data(documents, order)
        header = protected_header(order, signer, data)
        text = to_base64url(json.dumps(header, separators=(",", ":"), ensure_ascii=False).encode())
        state = {
            "protected": text,
            "serialization": serialization,
            "alg": header["alg"],
            "packaging": order.packaging.value,
            "b64": header.get("b64", True),
            "target": order.target if order.placement is Placement.COUNTER else None,
            "signed": signed is not None,
        }
        octets = text.encode() + b"." + self._payload(documents, order, signed)
        return Prepared(octets=octets, state=json.dumps(state, sort_keys=True).encode())

    def finish(self, documents: Sequence[Document], prepared: Prepared, signature_value: bytes) -> JwsEditor:
        """Return the document with its signature at B-B."""
        state = _state(prepared.state)
        value = to_base64url(_joined(signature_value, value_octets(str(state["alg"]))))
        entry: dict[str, Json] = {"protected": state["protected"], "signature": value}
        if state["target"] is not None:
            editor = JwsEditor.open(documents[0], documents[1:])
            editor.countersign(str(state["target"]), entry)
            return editor
        if state["signed"]:
            editor = JwsEditor.open(documents[0], documents[1:])
            editor.add(entry)
            return editor
        if state["packaging"] == Packaging.DETACHED.value:
            return JwsEditor({**entry}, documents, serialization=str(state["serialization"]), newest="S1")
        data = bytes(documents[0].data[:])
        payload = to_base64url(data) if state["b64"] else data.decode("utf-8")
        members: dict[str, Json] = {"payload": payload, **entry}
        return JwsEditor(members, (), serialization=str(state["serialization"]), newest="S1")

    def open(self, document: Document, originals: Sequence[Document]) -> JwsEditor:
        """Return a signed document for extension; raises `InputError` JWS_NOT_EXTENDABLE."""
        return JwsEditor.open(document, originals)

    def _data(self, documents: Sequence[Document], order: SignatureOrder) -> Sequence[Document]:
        """Return what is signed: the originals behind a document that is signed already, else everything."""
        return documents[1:] if _signed(documents, order) is not None else documents

    def _payload(self, documents: Sequence[Document], order: SignatureOrder, signed: JwsEditor | None) -> bytes:
        encoded = order.options.get("payload_encoding") != "none"
        if order.placement is Placement.COUNTER:
            if signed is None:
                raise InputError("JWS_NOT_SIGNED", subject=documents[0].name)
            return signed.signature_text(order.target or "").encode()
        if order.packaging is Packaging.DETACHED:
            return b""
        if signed is not None:
            first = signed.part("S1")
            payload = payload_of(first, Originals(documents[1:]))
            if payload.signed is None or first.encoded is not encoded or "sigD" in first.protected:
                raise InputError("JWS_NOT_EXTENDABLE", subject=documents[0].name)
            return payload.signed
        data = bytes(documents[0].data[:])
        if encoded:
            return to_base64url(data).encode()
        _refuse_unencodable(data, order, documents[0].name)
        return data


WRITER = JadesWriter()


def _serialization(order: SignatureOrder) -> str:
    return order.options.get("serialization", "flattened")


def _signed(documents: Sequence[Document], order: SignatureOrder) -> JwsEditor | None:
    """Return the first document if it is a JWS already, which then gets one more signature.

    One that carries its data, and is to be signed from beside, is data itself.
    """
    if kind_of(documents[0]) not in (Kind.JSON, Kind.JWS_COMPACT):
        return None
    try:
        found = JwsEditor.open(documents[0], documents[1:])
    except InputError:
        return None
    beside = order.packaging is Packaging.DETACHED and order.placement is not Placement.COUNTER
    return None if beside and found.carries_data else found


def _refuse_unencodable(data: bytes, order: SignatureOrder, name: str) -> None:
    """RFC 7797 5: what is not encoded must be text, without a dot where dots separate."""
    compact = order.options.get("serialization") == "compact"
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as problem:
        raise InputError("JWS_PAYLOAD_NOT_TEXT", subject=name) from problem
    if compact and not all(0x20 <= ord(char) <= 0x7E and char != "." for char in text):
        raise InputError("JWS_PAYLOAD_NOT_TEXT", subject=name)


def _joined(value: bytes, octets: int | None) -> bytes:
    """Return an ECDSA value (DER r, s) as r || s (RFC 7518 3.4); any other as it is."""
    if octets is None:
        return value
    try:
        r, s = decode_dss_signature(value)
        return r.to_bytes(octets // 2, "big") + s.to_bytes(octets // 2, "big")
    except (ValueError, OverflowError):
        # What is no value of such a key does not verify: the self-check says so.
        return value


def _state(data: bytes) -> Mapping[str, Json]:
    value: Json = json.loads(data)
    if not isinstance(value, Mapping) or not {"protected", "serialization", "alg", "packaging", "b64", "target"} <= set(value):
        raise InputError("DRAFT_UNREADABLE", subject="draft")
    return value
