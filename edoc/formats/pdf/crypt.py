"""Opens encrypted PDFs with a password: the standard security handler, revisions 2 to 6 (7.6).

Digests are always over the file's own octets; a key serves only to read strings and streams.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from edoc.formats.pdf.errors import PdfError
from edoc.formats.pdf.values import Name, PdfString, Ref, RepeatedKeys, Stream, Value

if TYPE_CHECKING:
    from edoc.formats.pdf.document import Pdf

_PADDING = bytes.fromhex("28BF4E5E4E758A4164004E56FFFA01082E2E00B6D0683E802F0CA9FE6453697A")
_METHODS = {"None": "identity", "V2": "rc4", "AESV2": "aes128", "AESV3": "aes256"}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Settings:
    version: int
    revision: int
    length: int
    owner: bytes
    user: bytes
    owner_key: bytes
    user_key: bytes
    permissions: int
    identifier: bytes
    metadata: bool
    string_method: str
    stream_method: str
    number: int


@dataclass(slots=True, eq=False)
class Decryptor:
    """Decrypts strings and streams with a key that has been proved right."""

    key: bytes = field(repr=False)
    settings: _Settings
    as_owner: bool = False
    """True when the owner's password opened the document: then nothing is forbidden (7.6.4.1)."""

    def strings(self, value: Value, ref: Ref) -> Value:
        """Return a value whose strings are decrypted; /Contents of a signature is never encrypted."""
        if self.settings.string_method == "identity" or ref.number == self.settings.number:
            return value
        if isinstance(value, PdfString):
            return self._string(value, ref)
        todo: list[Value] = [value]
        while todo:
            node = todo.pop()
            if isinstance(node, dict):
                signature = "ByteRange" in node
                for key, item in node.items():
                    if isinstance(item, PdfString):
                        if not (signature and key == "Contents"):
                            node[key] = self._string(item, ref)
                    elif isinstance(item, dict | list):
                        todo.append(item)
            elif isinstance(node, list):
                for index, item in enumerate(node):
                    if isinstance(item, PdfString):
                        node[index] = self._string(item, ref)
                    elif isinstance(item, dict | list):
                        todo.append(item)
        return value

    def _string(self, value: PdfString, ref: Ref) -> PdfString:
        plain = PdfString(self._decrypt(value, ref, self.settings.string_method))
        plain.is_hex, plain.span, plain.sealed = value.is_hex, value.span, (ref, bytes(value))
        return plain

    def stream(self, raw: bytes, stream: Stream) -> bytes:
        """Return a stream's octets, decrypted but still filtered."""
        kind = stream.dictionary.get("Type")
        if kind == "XRef" or (kind == "Metadata" and not self.settings.metadata):
            return raw
        filters = stream.dictionary.get("Filter")
        if filters == "Crypt" or (isinstance(filters, list) and "Crypt" in filters):
            return raw
        return self._decrypt(raw, stream.ref, self.settings.stream_method)

    def _decrypt(self, data: bytes, ref: Ref, method: str) -> bytes:
        if method == "identity":
            return data
        key = self._object_key(ref, method)
        return _rc4(key, data) if method == "rc4" else _aes_cbc(key, data)

    def encrypt(self, data: bytes, ref: Ref, method: str) -> bytes:
        """Return octets as they stand in the file within an object (7.6.3)."""
        if method == "identity":
            return data
        key = self._object_key(ref, method)
        if method == "rc4":
            return _rc4(key, data)
        # Derived, so that equal inputs give equal octets: nobody without the key can tell it from chance,
        # and another text, or another object, has another one.
        place = b"%d %d " % (ref.number, ref.generation)
        vector = hmac.new(self.key, place + data, "sha256").digest()[:16]
        return vector + _aes_cbc_seal(key, vector, data)

    def sealed(self, value: Value, ref: Ref) -> Value:
        """Return a value as it stands in an object: strings encrypted, but /Contents of a signature.

        A string that stood in this very object keeps its octets, so that who has no key sees that it is the same.
        """
        if isinstance(value, dict) and not isinstance(value, RepeatedKeys):
            clear = "Contents" if "ByteRange" in value else None
            return {key: item if key == clear else self.sealed(item, ref) for key, item in value.items()}
        if isinstance(value, list):
            return [self.sealed(item, ref) for item in value]
        if isinstance(value, PdfString) and value.sealed is not None and value.sealed[0] == ref:
            return value.sealed[1]
        return self.encrypt(bytes(value), ref, self.settings.string_method) if isinstance(value, bytes) else value

    def _object_key(self, ref: Ref, method: str) -> bytes:
        """Algorithm 1 (7.6.3.2); AES-256 has one key for all (7.6.3.3)."""
        if method == "aes256":
            return self.key
        salted = self.key + ref.number.to_bytes(4, "little")[:3] + ref.generation.to_bytes(4, "little")[:2]
        salted += b"" if method == "rc4" else b"sAlT"
        return _md5(salted)[: min(16, len(self.key) + 5)]


def open_encryption(pdf: Pdf, password: str | None) -> Decryptor | None:
    """Return a decryptor, null when no password was given and the empty one does not open the file.

    Raises PdfError: PDF_PASSWORD_WRONG; PDF_ENCRYPTION for a security handler that is not supported.
    """
    try:
        settings = _settings(pdf)
        tries = [""] if password is None else [password, ""]
        for word in tries:
            key = _open(settings, word)
            if key is not None:
                if password and word != password:
                    break
                return Decryptor(key, settings, _is_owner(settings, word))
    except PdfError:
        if password is None:
            return None
        raise
    if password:
        raise PdfError("PDF_PASSWORD_WRONG")
    return None


def _settings(pdf: Pdf) -> _Settings:
    places = (revision.trailer.get("Encrypt") for revision in reversed(pdf.revisions))
    place = next(place for place in places if place is not None)
    entry = pdf.resolve(place)
    identifiers = pdf.resolve(pdf.trailer.get("ID"))
    if not isinstance(entry, dict) or entry.get("Filter") != "Standard":
        raise PdfError("PDF_ENCRYPTION")
    values = {key: pdf.resolve(value) for key, value in entry.items()}
    version, revision = values.get("V"), values.get("R")
    owner, user, permissions = values.get("O"), values.get("U"), values.get("P")
    if (
        type(version) is not int or type(revision) is not int or type(permissions) is not int
        or version not in (1, 2, 4, 5) or revision not in (2, 3, 4, 5, 6)
        or not isinstance(owner, bytes) or not isinstance(user, bytes)
    ):  # fmt: skip
        raise PdfError("PDF_ENCRYPTION")
    least = 48 if revision >= 5 else 32
    if len(owner) < least or len(user) < least:
        raise PdfError("PDF_ENCRYPTION")
    length = values.get("Length", 40)
    bits = 256 if version == 5 else 128 if version == 4 else length if type(length) is int and version == 2 else 40
    if bits % 8 or not 40 <= bits <= 256:
        raise PdfError("PDF_ENCRYPTION")
    first = identifiers[0] if isinstance(identifiers, list) and identifiers else b""
    return _Settings(
        version=version, revision=revision, length=bits // 8, owner=bytes(owner[:least]), user=bytes(user[:least]),
        owner_key=_octets(values.get("OE")), user_key=_octets(values.get("UE")), permissions=permissions & 0xFFFFFFFF,
        identifier=_octets(first), metadata=values.get("EncryptMetadata") is not False,
        string_method=_method(pdf, values, "StrF"), stream_method=_method(pdf, values, "StmF"),
        number=place.number if isinstance(place, Ref) else 0,
    )  # fmt: skip


def _octets(value: Value) -> bytes:
    return bytes(value) if isinstance(value, bytes) else b""


def _method(pdf: Pdf, values: dict[str, Value], key: str) -> str:
    if values.get("V") not in (4, 5):
        return "rc4"
    name = values.get(key, Name("Identity"))
    if name == "Identity":
        return "identity"
    filters = values.get("CF")
    chosen = pdf.resolve(filters.get(str(name))) if isinstance(filters, dict) else None
    method = pdf.resolve(chosen.get("CFM")) if isinstance(chosen, dict) else None
    if not isinstance(method, Name) or method not in _METHODS:
        raise PdfError("PDF_ENCRYPTION")
    return _METHODS[method]


def _open(settings: _Settings, password: str) -> bytes | None:
    if settings.revision >= 5:
        return _open_256(settings, password.encode("utf-8")[:127])
    word = password.encode("latin-1", "replace")
    key = _user_key(settings, word)
    if _proves_user(settings, key):
        return key
    key = _user_key(settings, _user_password(settings, word))
    return key if _proves_user(settings, key) else None


def _is_owner(settings: _Settings, password: str) -> bool:
    """Tell whether a password is the owner's (algorithms 7 and 2.A)."""
    if settings.revision >= 5:
        digest: Callable[[bytes, bytes, bytes], bytes] = _hash_r6 if settings.revision == 6 else _hash_r5
        return digest(password.encode("utf-8")[:127], settings.owner[32:40], settings.user) == settings.owner[:32]
    word = password.encode("latin-1", "replace")
    return _proves_user(settings, _user_key(settings, _user_password(settings, word)))


def _user_key(settings: _Settings, password: bytes) -> bytes:
    """Algorithm 2 (7.6.4.3.2)."""
    seed = (password + _PADDING)[:32] + settings.owner + settings.permissions.to_bytes(4, "little")
    seed += settings.identifier
    if settings.revision >= 4 and not settings.metadata:
        seed += b"\xff\xff\xff\xff"
    digest = _md5(seed)
    size = settings.length if settings.revision >= 3 else 5
    if settings.revision >= 3:
        for _ in range(50):
            digest = _md5(digest[:size])
    return digest[:size]


def _proves_user(settings: _Settings, key: bytes) -> bool:
    """Algorithms 4 to 6 (7.6.4.4)."""
    if settings.revision == 2:
        return _rc4(key, _PADDING) == settings.user
    value = _rc4(key, _md5(_PADDING + settings.identifier))
    for turn in range(1, 20):
        value = _rc4(bytes(octet ^ turn for octet in key), value)
    return value == settings.user[:16]


def _user_password(settings: _Settings, owner: bytes) -> bytes:
    """Algorithm 7: what the owner password says the user password is."""
    digest = _md5((owner + _PADDING)[:32])
    size = settings.length if settings.revision >= 3 else 5
    if settings.revision == 2:
        return _rc4(digest[:5], settings.owner)
    for _ in range(50):
        digest = _md5(digest)
    value = settings.owner
    for turn in range(19, -1, -1):
        value = _rc4(bytes(octet ^ turn for octet in digest[:size]), value)
    return value


def _open_256(settings: _Settings, password: bytes) -> bytes | None:
    """Algorithm 2.A (7.6.4.3.3)."""
    digest: Callable[[bytes, bytes, bytes], bytes] = _hash_r6 if settings.revision == 6 else _hash_r5
    user, owner = settings.user, settings.owner
    if digest(password, owner[32:40], user) == owner[:32]:
        return _aes_cbc_raw(digest(password, owner[40:48], user), bytes(16), settings.owner_key[:32])
    if digest(password, user[32:40], b"") == user[:32]:
        return _aes_cbc_raw(digest(password, user[40:48], b""), bytes(16), settings.user_key[:32])
    return None


def _hash_r5(password: bytes, salt: bytes, extra: bytes) -> bytes:
    return hashlib.sha256(password + salt + extra).digest()


def _hash_r6(password: bytes, salt: bytes, extra: bytes) -> bytes:
    """Algorithm 2.B; the standard bounds the rounds only by chance, some 64 to 300 in practice."""
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    key = hashlib.sha256(password + salt + extra).digest()
    for turn in range(1 << 12):
        encryptor = Cipher(algorithms.AES(key[:16]), modes.CBC(key[16:32])).encryptor()
        block = encryptor.update((password + key + extra) * 64)
        name = ("sha256", "sha384", "sha512")[sum(block[:16]) % 3]
        key = hashlib.new(name, block).digest()
        if turn >= 63 and block[-1] <= turn - 31:
            return key[:32]
    raise PdfError("PDF_ENCRYPTION")


def _md5(data: bytes) -> bytes:
    return hashlib.md5(data, usedforsecurity=False).digest()


def _rc4(key: bytes, data: bytes) -> bytes:
    from cryptography.hazmat.decrepit.ciphers.algorithms import ARC4
    from cryptography.hazmat.primitives.ciphers import Cipher

    try:
        return Cipher(ARC4(key), mode=None).decryptor().update(data)
    except ValueError:
        return _rc4_plain(key, data)


def _rc4_plain(key: bytes, data: bytes) -> bytes:
    """RC4 for key sizes that the library refuses (6 to 15 octets)."""
    state, other = list(range(256)), 0
    for index in range(256):
        other = (other + state[index] + key[index % len(key)]) & 0xFF
        state[index], state[other] = state[other], state[index]
    out, first, second = bytearray(len(data)), 0, 0
    for index, octet in enumerate(data):
        first = (first + 1) & 0xFF
        second = (second + state[first]) & 0xFF
        state[first], state[second] = state[second], state[first]
        out[index] = octet ^ state[(state[first] + state[second]) & 0xFF]
    return bytes(out)


def _aes_cbc(key: bytes, data: bytes) -> bytes:
    if len(data) < 32 or len(data) % 16:
        # A string that was never encrypted, or a damaged one: nothing to read in it.
        return b""
    plain = _aes_cbc_raw(key, data[:16], data[16:])
    pad = plain[-1]
    return plain[:-pad] if 1 <= pad <= 16 else plain


def _aes_cbc_seal(key: bytes, vector: bytes, data: bytes) -> bytes:
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    pad = 16 - len(data) % 16
    return Cipher(algorithms.AES(key), modes.CBC(vector)).encryptor().update(data + bytes([pad]) * pad)


def _aes_cbc_raw(key: bytes, vector: bytes, data: bytes) -> bytes:
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    if len(data) % 16 or not data:
        raise PdfError("PDF_ENCRYPTION")
    return Cipher(algorithms.AES(key), modes.CBC(vector)).decryptor().update(data)
