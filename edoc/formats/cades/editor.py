"""Adds proof of time and validation data to CMS signatures (EN 319 122-1 5.3, 5.5, 6.3)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from edoc.errors import ConfigError, InputError
from edoc.facts.material import MaterialKind
from edoc.formats.cades.archive import plain_revocation
from edoc.formats.cades.content import SignedContent
from edoc.formats.cades.hash_index import Bags, attribute_values, make_index
from edoc.formats.cades.model import Model, Signer
from edoc.formats.cades.parts import SignerParts
from edoc.formats.cms_signer import carried
from edoc.formats.cms_write import attribute, digest_identifier
from edoc.formats.tst import read_tst_info
from edoc.pki import oids
from edoc.pki.algorithms import digest_of
from edoc.pki.cms import CmsError, SignedData, parse_signed_data
from edoc.pki.der import DerError, Reader, encode_oid, tlv

_COUNTER = encode_oid(oids.COUNTER_SIGNATURE)
_ARCHIVES = tuple(encode_oid(oid) for oid in (oids.ARCHIVE_TIMESTAMP_V2, oids.ARCHIVE_TIMESTAMP_V3))
_ARCHIVE_V2 = (encode_oid(oids.ARCHIVE_TIMESTAMP), encode_oid(oids.ARCHIVE_TIMESTAMP_V2))
_EVIDENCE = (encode_oid(oids.EVIDENCE_RECORD_INTERNAL), encode_oid(oids.EVIDENCE_RECORD_EXTERNAL))
_TOKENS = tuple(
    encode_oid(oid)
    for oid in (oids.SIGNATURE_TIMESTAMP, oids.ESC_TIMESTAMP, oids.CERT_CRL_TIMESTAMP, oids.ARCHIVE_TIMESTAMP_V2,
                oids.ARCHIVE_TIMESTAMP_V3)
)  # fmt: skip


@dataclass(slots=True)
class CmsEditor:
    """A signed CMS that is being raised; signatures are `S1`, `S2`, ... and `S1.C1` for a counter-signature."""

    model: Model
    content: SignedContent
    """What is signed; without it no archive time-stamp can be made."""
    name: str
    newest: str | None = None
    joined: bool = False
    """True when a signature was put in beside those that were there."""
    _pending: dict[str, bytes] = field(default_factory=dict, repr=False)

    @property
    def signatures(self) -> tuple[str, ...]:
        """Ids of the top-level signatures."""
        return tuple(f"S{number}" for number in range(1, len(self.model.signers) + 1))

    @property
    def archives_together(self) -> bool:
        """Each signature has archive time-stamps of its own."""
        return False

    def signature_imprint(self, signature: str, algorithm: str) -> bytes:
        """Return the digest of the octets of a signature value (5.3)."""
        return _digest(algorithm, _value(self._signer(signature).parts))

    def put_signature_timestamp(self, signature: str, token: bytes) -> None:
        """Add a signature time-stamp: an attribute of its own, with one value."""
        self.refuse_sealed(self._top(signature))
        signer = self._signer(signature)
        signer.add(attribute(oids.SIGNATURE_TIMESTAMP, _readable(token, signature)))
        self._store(signature, signer)

    def put_validation_data(self, signature: str, objects: Sequence[tuple[MaterialKind, bytes]]) -> None:
        """Add certificates, lists and responses to the CMS, or to its latest archive token where an older kind seals it.

        `InputError` CADES_SEALED when the place they belong to is sealed.
        """
        top = self._top(signature)
        held = self._held(top)
        fresh = [item for item in dict.fromkeys(objects) if item not in held]
        if not fresh:
            return
        if not self._old_archives():
            self._add(self.model, fresh)
            return
        # TS 101 733 6.4.1: such a time-stamp stands over both sets as they are.
        place = _latest(top.parts)
        if place is None or _kinds(top.parts) & set(_EVIDENCE):
            raise InputError("CADES_SEALED", subject=self.name)
        kind, values = attribute_values(top.parts.unsigned[place])
        token = Model.of(parse_signed_data(values[0]))
        self._add(token, fresh)
        changed = tlv(0x30, kind, tlv(0x31, token.encode(), *values[1:]))
        unsigned = top.parts.unsigned
        top.replace((*unsigned[:place], changed, *unsigned[place + 1 :]))

    def archive_imprint(self, signature: str, algorithm: str) -> bytes:
        """Return the digest for an archive-time-stamp-v3 over a signature and all that it carries (5.5.3)."""
        top = self._top(signature)
        self.refuse_evidence(top)
        bags = Bags(tuple(self.model.certificates.items), tuple(self.model.revocation.items), top.parts.unsigned)
        index = make_index(bags, algorithm=algorithm, identifier=digest_identifier(algorithm))
        head = encode_oid(self.model.encapsulated.content_type)
        digest = self.content.digest(algorithm)
        if digest is None:
            raise InputError("CADES_ORIGINAL_NEEDED", subject=self.name)
        self._pending[signature] = index
        return _digest(algorithm, head + digest + top.parts.signed_parts + index)

    def put_archive_timestamp(self, signature: str, token: bytes) -> None:
        """Add the archive time-stamp whose imprint was asked for, with its hash index inside."""
        index = self._pending.pop(signature)
        top = self._top(signature)
        model = Model.of(parse_signed_data(_readable(token, signature)))
        model.signers[0].add(attribute(oids.ATS_HASH_INDEX_V3, index))
        for identifier in model.digests:
            self.model.add_digest(identifier)
        top.add(attribute(oids.ARCHIVE_TIMESTAMP_V3, model.encode()))

    def parts(self) -> Iterable[bytes | memoryview]:
        """Yield the octets of the document as it is now."""
        return self.model.parts()

    def add_signer(self, der: bytes, *, digest: bytes, certificates: Iterable[bytes]) -> None:
        """Add a SignerInfo beside those that are there, and what it brings along (RFC 5652 5.1)."""
        self._bring(digest, certificates)
        self.model.signers.append(Signer(der))
        self.newest, self.joined = self.signatures[-1], True

    def add_counter(self, target: str, der: bytes, *, digest: bytes, certificates: Iterable[bytes]) -> None:
        """Add a counter-signature over the value of a signature (5.2.7)."""
        self._bring(digest, certificates)
        signer = self._top(target)
        signer.add(attribute(oids.COUNTER_SIGNATURE, der))
        self.newest, self.joined = f"{target}.C{len(_counters(signer.parts))}", True

    def _bring(self, digest: bytes, certificates: Iterable[bytes]) -> None:
        for certificate in certificates:
            if certificate not in self.model.certificates.items and self._old_archives():
                raise InputError("CADES_SEALED", subject=self.name)
            self.model.certificates.add(certificate)
        self.model.add_digest(digest)

    def refuse_sealed(self, signer: Signer) -> None:
        """Raise `InputError` CADES_SEALED where an attribute without a time of its own would break a proof."""
        if _kinds(signer.parts) & {*_ARCHIVE_V2, *_EVIDENCE}:
            raise InputError("CADES_SEALED", subject=self.name)

    def refuse_evidence(self, signer: Signer) -> None:
        """Raise `InputError` CADES_SEALED when an evidence record stands over the whole (TS 119 122-3)."""
        if _kinds(signer.parts) & set(_EVIDENCE):
            raise InputError("CADES_SEALED", subject=self.name)

    def top_level(self, signature: str) -> Signer:
        """Return a signature by its id; `ConfigError` CADES_NO_SUCH_SIGNATURE."""
        return self._top(signature)

    def _old_archives(self) -> bool:
        return any(_kinds(signer.parts) & set(_ARCHIVE_V2) for signer in self.model.signers)

    def _top(self, signature: str) -> Signer:
        name = signature.partition(".")[0]
        if name not in self.signatures:
            params = {"target": signature, "known": ", ".join(self.signatures)}
            raise ConfigError("CADES_NO_SUCH_SIGNATURE", subject=self.name, params=params)
        return self.model.signers[self.signatures.index(name)]

    def _signer(self, signature: str) -> Signer:
        top = self._top(signature)
        _, dot, counter = signature.partition(".C")
        if not dot:
            return top
        places = _counters(top.parts)
        if not counter.isdigit() or not 0 < int(counter) <= len(places):
            params = {"target": signature, "known": ", ".join(self.signatures)}
            raise ConfigError("CADES_NO_SUCH_SIGNATURE", subject=self.name, params=params)
        place, number = places[int(counter) - 1]
        return Signer(attribute_values(top.parts.unsigned[place])[1][number])

    def _store(self, signature: str, signer: Signer) -> None:
        """Put a changed counter-signature back to its place."""
        _, dot, counter = signature.partition(".C")
        if not dot:
            return
        top = self._top(signature)
        place, number = _counters(top.parts)[int(counter) - 1]
        kind, values = attribute_values(top.parts.unsigned[place])
        changed = tlv(0x30, kind, tlv(0x31, *values[:number], signer.encode(), *values[number + 1 :]))
        unsigned = top.parts.unsigned
        top.replace((*unsigned[:place], changed, *unsigned[place + 1 :]))

    def _held(self, signer: Signer) -> set[tuple[MaterialKind, bytes]]:
        """Return what the CMS and the tokens of a signature carry already."""
        found = {(MaterialKind.CERTIFICATE, item) for item in self.model.certificates.items}
        for item in self.model.revocation.items:
            kind = MaterialKind.OCSP if item[:1] == b"\xa1" else MaterialKind.CRL
            found.add((kind, plain_revocation(item)))
        for item in signer.parts.unsigned:
            oid, values = attribute_values(item)
            for value in values if oid in _TOKENS else ():
                try:
                    found |= set(_carried(parse_signed_data(value)))
                except CmsError:
                    continue
        return found

    @staticmethod
    def _add(model: Model, objects: Iterable[tuple[MaterialKind, bytes]]) -> None:
        for kind, der in objects:
            if kind is MaterialKind.CERTIFICATE:
                model.certificates.add(der)
            elif kind is MaterialKind.CRL:
                model.revocation.add(der)
            else:
                # RFC 5940 2: OtherRevocationInfoFormat [1] IMPLICIT, a whole OCSPResponse.
                model.revocation.add(tlv(0xA1, encode_oid(oids.OCSP_RESPONSE), der))


def _carried(signed: SignedData) -> Iterable[tuple[MaterialKind, bytes]]:
    return [(item.kind, item.der) for item in carried(signed, None)]


def _kinds(parts: SignerParts) -> set[bytes]:
    return {attribute_values(item)[0] for item in parts.unsigned}


def _counters(parts: SignerParts) -> list[tuple[int, int]]:
    return [
        (place, number)
        for place, item in enumerate(parts.unsigned)
        if attribute_values(item)[0] == _COUNTER
        for number in range(len(attribute_values(item)[1]))
    ]


def _latest(parts: SignerParts) -> int | None:
    """Return the place of the archive time-stamp of the latest genTime, null when there is none that can be read."""
    found = []
    for place, item in enumerate(parts.unsigned):
        kind, values = attribute_values(item)
        if kind in _ARCHIVES and values:
            try:
                info = read_tst_info(parse_signed_data(values[0]).content or b"")
            except (CmsError, DerError):
                continue
            found.append((info.gen_time, place))
    return max(found)[1] if found else None


def _value(parts: SignerParts) -> bytes:
    reader = Reader(parts.signature)
    return reader.octets(reader.read(0, len(reader.data)))


def _digest(algorithm: str, octets: bytes) -> bytes:
    digest = digest_of(algorithm, octets)
    if digest is None:
        raise ValueError(algorithm)
    return digest


def _readable(token: bytes, signature: str) -> bytes:
    try:
        signed = parse_signed_data(token)
    except CmsError as problem:
        raise InputError("CADES_TOKEN_UNREADABLE", subject=signature) from problem
    if len(signed.signer_infos) != 1 or signed.encoded_length != len(token):
        raise InputError("CADES_TOKEN_UNREADABLE", subject=signature)
    return token
