"""The parts of a SignerInfo as they were found: archive time-stamps stand over these very octets (RFC 5652 5.3)."""

from __future__ import annotations

from typing import NamedTuple

from edoc.pki.der import DerError, Reader, as_der

_ATTRIBUTES = 1_000


class SignerParts(NamedTuple):
    """Whole elements in their order; `signed` is empty when there are no signed attributes."""

    version: bytes
    signer_identifier: bytes
    digest_algorithm: bytes
    signed: bytes
    """With the tag [0]."""
    signature_algorithm: bytes
    signature: bytes
    unsigned: tuple[bytes, ...]
    """Whole attributes, without the set around them."""

    @classmethod
    def of(cls, der: bytes) -> SignerParts:
        """Return the parts of a SignerInfo; DerError when it is none."""
        reader = Reader(der)
        _, start, end, _ = reader.read(0, len(der))
        parts = reader.children(start, end, limit=7)
        unsigned: tuple[bytes, ...] = ()
        if parts and parts[-1][0] == 0xA1:
            _, _, first, last, _ = parts.pop()
            inside = reader.children(first, last, limit=_ATTRIBUTES)
            unsigned = tuple(der[pos:following] for _, pos, _, _, following in inside)
        found = [der[pos:following] for _, pos, _, _, following in parts]
        if len(found) == 5:
            found.insert(3, b"")
        if len(found) != 6:
            raise DerError("signer info")
        version, identifier, digest, signed, algorithm, value = found
        return cls(version, identifier, digest, signed, algorithm, value, unsigned)

    @property
    def signed_parts(self) -> bytes:
        """Everything but the unsigned attributes."""
        head = self.version + self.signer_identifier + self.digest_algorithm
        return head + self.signed + self.signature_algorithm + self.signature

    def as_der(self) -> SignerParts:
        """Return the same parts in DER: what producers digested that read BER into objects first."""
        signed = as_der(self.signed) if self.signed else b""
        return SignerParts(
            as_der(self.version),
            as_der(self.signer_identifier),
            as_der(self.digest_algorithm),
            signed,
            as_der(self.signature_algorithm),
            as_der(self.signature),
            tuple(as_der(item) for item in self.unsigned),
        )
