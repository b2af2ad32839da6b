"""One signer of a CMS (RFC 5652 5.3): identifier, algorithms, attributes, and the octets under its value."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache

from edoc.facts.findings import Finding, error, info, warning
from edoc.facts.signature import CertificateReference, SignatureAlgorithm, SignerIdentifier
from edoc.pki import cms_attributes as read
from edoc.pki import oids
from edoc.pki.algorithms import digest_name, digest_size, signature_algorithm
from edoc.pki.cms_attributes import AlgorithmProtection, Attribute
from edoc.pki.der import DerError, Reader, decode_oid, strict

Part = tuple[int, int, int, int, int]
"""(tag, position, content start, content end, next), as `Reader.children` gives them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignerInfo:
    """One signer: identifier, algorithms, attributes, and the exact octets under the signature value."""

    der: bytes = field(repr=False)
    """The whole element as found."""
    signer_identifier: SignerIdentifier
    digest_algorithm: str
    """hashlib name, or `unknown:<oid>`."""
    signature_algorithm: SignatureAlgorithm
    signed_attributes: tuple[Attribute, ...]
    """In stored order; empty when there are none (see `signed_octets`)."""
    signed_octets: bytes | None = field(repr=False)
    """The signed attributes as found under the tag SET OF; null: the value stands over the content itself."""
    alternative_octets: bytes | None = field(repr=False)
    """The signed attributes re-encoded as DER, when they were not found so (RFC 5652 5.4)."""
    message_digest: bytes | None
    content_type: str | None
    claimed_signing_time: datetime | None
    certificate_references: tuple[CertificateReference, ...]
    signature_value: bytes = field(repr=False)
    unsigned_attributes: tuple[Attribute, ...] = field(repr=False)
    findings: tuple[Finding, ...]

    def signed(self, oid: str) -> bytes | None:
        """Return the first value of a signed attribute, null when it is absent."""
        return next((values[0] for kind, values in self.signed_attributes if kind == oid and values), None)

    def unsigned(self, oid: str) -> tuple[bytes, ...]:
        """Return all values of all unsigned attributes of a type, in stored order."""
        return tuple(value for kind, values in self.unsigned_attributes if kind == oid for value in values)


def read_signer_info(reader: Reader, part: Part, content_type: str | None) -> SignerInfo:
    """Read one SignerInfo; `content_type` is what its attribute must name (null: a counter-signature, which has none)."""
    tag, start, stop, end, following = part
    if tag != 0x30:
        raise DerError("signer info")
    data = reader.data
    parts = reader.children(stop, end, limit=7)
    tags = [item[0] for item in parts]
    signed = parts.pop(3) if len(tags) > 3 and tags[3] == 0xA0 else None
    unsigned = parts.pop() if tags[-1:] == [0xA1] else None
    tags = [item[0] for item in parts]
    if len(parts) != 5 or tags[0] != 0x02 or tags[2:4] != [0x30, 0x30] or tags[4] not in (0x04, 0x24):
        raise DerError("signer info")
    findings: list[Finding] = []
    digest_oid, digest_parameters = read_algorithm(reader, parts[2])
    value_oid, value_parameters = read_algorithm(reader, parts[3])
    digest = digest_name(digest_oid, digest_parameters)
    algorithm = signature_algorithm(value_oid, value_parameters, digest)
    attributes, octets, alternative = _signed_attributes(reader, signed, findings)
    known = _Known(attributes, findings)
    _judge_algorithms(algorithm, digest, findings)
    if octets is not None:
        known.judge_content(content_type, digest)
        known.judge_protection((digest_oid, digest_parameters), (value_oid, value_parameters))
    return SignerInfo(
        der=data[start:following],
        signer_identifier=_identifier(reader, parts[1]),
        digest_algorithm=digest,
        signature_algorithm=algorithm,
        signed_attributes=attributes,
        signed_octets=octets,
        alternative_octets=alternative,
        message_digest=known.message_digest,
        content_type=known.content_type,
        claimed_signing_time=known.claimed_signing_time,
        certificate_references=known.certificate_references,
        signature_value=reader.octets(parts[4][:1] + parts[4][2:]),
        unsigned_attributes=_unsigned_attributes(reader, unsigned, findings),
        findings=tuple(findings),
    )


def read_algorithm(reader: Reader, part: Part) -> tuple[str, bytes | None]:
    """Return (oid, parameters element or null) of an AlgorithmIdentifier; DerError otherwise.

    The tag of `part` is what the caller says that it stands for, also where the element bears an implicit one.
    """
    tag, _, start, end, _ = part
    if tag != 0x30:
        raise DerError("algorithm")
    content = reader.data[start:end]
    return _known_algorithm(content) if len(content) <= _REMEMBERED else _algorithm(content)


def _algorithm(content: bytes) -> tuple[str, bytes | None]:
    reader, end = Reader(content), len(content)
    kind, first, last, pos = reader.read(0, end)
    if kind != 0x06:
        raise DerError("algorithm")
    if pos == end:
        return decode_oid(content[first:last]), None
    if reader.read(pos, end)[3] != end or end - pos > 4096:
        raise DerError("algorithm")
    return decode_oid(content[first:last]), content[pos:end]


def _identifier(reader: Reader, part: Part) -> SignerIdentifier:
    der = reader.data[part[1] : part[4]]
    return _known_identifier(der) if len(der) <= _REMEMBERED else _read_identifier(der)


def _read_identifier(der: bytes) -> SignerIdentifier:
    reader = Reader(der)
    tag, start, end, following = reader.read(0, len(der))
    if tag in (0x80, 0xA0):
        return SignerIdentifier(subject_key_identifier=reader.octets((tag, start, end, following)))
    if tag != 0x30:
        raise DerError("signer identifier")
    names = reader.children(start, end, limit=2)
    if [item[0] for item in names] != [0x30, 0x02]:
        raise DerError("signer identifier")
    issuer, number = names
    if not 0 < number[3] - number[2] <= 64:
        raise DerError("serial")
    serial = int.from_bytes(der[number[2] : number[3]], "big", signed=True)
    return SignerIdentifier(issuer_der=der[issuer[1] : issuer[4]], serial=serial)


_REMEMBERED = 512
"""Octets of an element whose reading is remembered: it is the same in every document of a signer."""
_known_algorithm = lru_cache(maxsize=256)(_algorithm)
_known_identifier = lru_cache(maxsize=1024)(_read_identifier)


def _signed_attributes(
    reader: Reader, part: Part | None, findings: list[Finding]
) -> tuple[tuple[Attribute, ...], bytes | None, bytes | None]:
    if part is None:
        findings.append(error("CMS_NO_SIGNED_ATTRIBUTES"))
        return (), None, None
    _, pos, start, end, following = part
    data = reader.data
    try:
        strict(data, pos, following)
        attributes, ordered = read.strict_attributes(data, start, end)
        is_der = True
    except DerError:
        attributes, ordered, is_der = read.read_attributes(reader, start, end), False, False
    if not attributes:
        findings.append(error("CMS_NO_SIGNED_ATTRIBUTES"))
    findings += read.repeated(attributes)
    octets = b"\x31" + data[pos + 1 : following]
    if ordered:
        return attributes, octets, None
    if is_der:
        # Every element is DER and only their order is not: the value may stand over either order.
        findings.append(warning("CMS_SIGNED_ATTRIBUTES_UNSORTED"))
    else:
        findings.append(error("CMS_SIGNED_ATTRIBUTES_NOT_DER"))
    return attributes, octets, read.encode_attributes(attributes)


def _unsigned_attributes(reader: Reader, part: Part | None, findings: list[Finding]) -> tuple[Attribute, ...]:
    if part is None:
        return ()
    try:
        return read.read_attributes(reader, part[2], part[3])
    except DerError:
        # Nobody signed them: they can neither help nor hurt, so they are only told.
        findings.append(info("CMS_UNSIGNED_ATTRIBUTES_MALFORMED"))
        return ()


def _judge_algorithms(algorithm: SignatureAlgorithm, digest: str, findings: list[Finding]) -> None:
    if algorithm.name.startswith("unknown:") or digest.startswith("unknown:"):
        findings.append(warning("CMS_ALGORITHM_UNKNOWN", algorithm=algorithm.name, digest=digest))
    elif not algorithm.parameters_ok:
        findings.append(error("CMS_ALGORITHM_PARAMETERS", algorithm=algorithm.name))
    elif algorithm.digest is not None and algorithm.digest != digest:
        findings.append(error("CMS_ALGORITHM_MISMATCH", algorithm=algorithm.digest, digest=digest))


@lru_cache(maxsize=1024)
def _references_v2(value: bytes) -> tuple[CertificateReference, ...]:
    return read.signing_certificate(value, version=2)


@lru_cache(maxsize=256)
def _protection(value: bytes) -> AlgorithmProtection:
    return read.algorithm_protection(value)


class _Known:
    """The signed attributes that every profile knows, each read strictly or absent with a finding."""

    def __init__(self, attributes: tuple[Attribute, ...], findings: list[Finding]) -> None:
        self._findings = findings
        self._values = {oid: values[0] for oid, values in reversed(attributes) if values}
        self.message_digest: bytes | None = None
        self.content_type: str | None = None
        self.claimed_signing_time: datetime | None = None
        self.certificate_references: tuple[CertificateReference, ...] = ()
        for oid, action in _ACTIONS.items():
            if oid in self._values:
                try:
                    action(self, self._values[oid])
                except DerError:
                    self._malformed(oid)

    def _malformed(self, oid: str) -> None:
        # A claimed time is proof of nothing: an odd form of it leaves it unknown.
        make = info if oid == oids.SIGNING_TIME else error
        self._findings.append(make("CMS_ATTRIBUTE_MALFORMED", attribute=oid))

    def _digest(self, value: bytes) -> None:
        self.message_digest = read.octet_string(value)

    def _type(self, value: bytes) -> None:
        self.content_type = read.object_identifier(value)

    def _time(self, value: bytes) -> None:
        self.claimed_signing_time = read.signing_time(value)

    def _reference_v2(self, value: bytes) -> None:
        small = len(value) <= _REMEMBERED
        known = _references_v2(value) if small else read.signing_certificate(value, version=2)
        self.certificate_references += known

    def _reference_v1(self, value: bytes) -> None:
        self.certificate_references += read.signing_certificate(value, version=1)

    def judge_content(self, content_type: str | None, digest: str) -> None:
        """Note a missing or contradicting content-type and message-digest (RFC 5652 11.1, 11.2)."""
        if self.message_digest is None:
            self._findings.append(error("CMS_MESSAGE_DIGEST_MISSING"))
        elif (digest_size(digest) or len(self.message_digest)) != len(self.message_digest):
            self._findings.append(error("CMS_MESSAGE_DIGEST_LENGTH", digest=digest))
        if content_type is None:
            return
        if self.content_type is None:
            self._findings.append(error("CMS_CONTENT_TYPE_MISSING"))
        elif self.content_type != content_type:
            self._findings.append(error("CMS_CONTENT_TYPE_MISMATCH", attribute=self.content_type, content=content_type))

    def judge_protection(self, digest: tuple[str, bytes | None], signature: tuple[str, bytes | None]) -> None:
        """Note a cms-algorithm-protection that names other algorithms (RFC 6211)."""
        value = self._values.get(oids.ALGORITHM_PROTECTION)
        if value is None:
            return
        try:
            small = len(value) <= _REMEMBERED
            protected = _protection(value) if small else read.algorithm_protection(value)
        except DerError:
            self._malformed(oids.ALGORITHM_PROTECTION)
            return
        if (
            not _same(protected.digest, digest)
            or protected.signature is None
            or not _same(protected.signature, signature)
        ):
            self._findings.append(error("CMS_ALGORITHM_PROTECTION_MISMATCH"))


_ACTIONS = {
    oids.MESSAGE_DIGEST: _Known._digest,
    oids.CONTENT_TYPE: _Known._type,
    oids.SIGNING_TIME: _Known._time,
    oids.SIGNING_CERTIFICATE_V2: _Known._reference_v2,
    oids.SIGNING_CERTIFICATE: _Known._reference_v1,
}


def _same(one: tuple[str, bytes | None], other: tuple[str, bytes | None]) -> bool:
    # RFC 6211 2: absent parameters and NULL are the same.
    null = (None, b"\x05\x00")
    return one == other or (one[0] == other[0] and one[1] in null and other[1] in null)
