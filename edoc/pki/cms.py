"""CMS SignedData (RFC 5652, also PKCS #7): one bounded reader for signatures, time-stamps and counter-signatures.

BER is read where the wild needs it; what is signed is read as DER.  The reader keeps the octets as
they were found and notes what breaks a rule as a finding; it verifies nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from edoc.facts.findings import Finding, error, info, warning
from edoc.facts.signature import CertificateReference, SignatureAlgorithm, SignerIdentifier
from edoc.limits import DEFAULT_LIMITS, Limits
from edoc.pki import cms_attributes as read
from edoc.pki import oids
from edoc.pki.algorithms import digest_name, digest_size, signature_algorithm
from edoc.pki.cms_attributes import Attribute
from edoc.pki.der import DerError, Element, Reader, decode_oid, strict, tlv

_REVOCATION_OBJECTS = 1_000
"""CRLs and OCSP responses of one CMS; archives of many renewals carry some dozens."""
_DIGEST_ALGORITHMS = 64
_SIGNERS = 500
"""SignerInfos of one CMS; parallel signatures of a whole court stay far below."""


class CmsError(ValueError):
    """The octets cannot be read as SignedData; `code` has a catalogue entry (`CMS_LIMIT`: a budget was exceeded)."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


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


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedData:
    """What one SignedData holds; certificates and revocation data are as found and trusted by nobody."""

    content_type: str
    content: bytes | None = field(repr=False)
    """The encapsulated octets; null when the content is elsewhere."""
    certificates: tuple[bytes, ...] = field(repr=False)
    crls: tuple[bytes, ...] = field(repr=False)
    ocsps: tuple[bytes, ...] = field(repr=False)
    """Whole OCSPResponses (a bare BasicOCSPResponse is wrapped into one)."""
    digest_algorithms: tuple[str, ...]
    signer_infos: tuple[SignerInfo, ...]
    encoded_length: int
    """Length of the ContentInfo; what follows it is padding."""
    findings: tuple[Finding, ...]


def parse_signed_data(der: bytes, *, limits: Limits = DEFAULT_LIMITS) -> SignedData:
    """Read a ContentInfo that holds SignedData; zero octets may follow it.

    Raises CmsError(CMS_MALFORMED | CMS_NOT_SIGNED_DATA | CMS_LIMIT) and nothing else (RFC 5652 3, 5.1).
    """
    if len(der) > limits.document_bytes:
        raise CmsError("CMS_LIMIT")
    try:
        return _content_info(der, limits)
    except DerError as problem:
        raise CmsError("CMS_LIMIT" if problem.args == ("limit",) else "CMS_MALFORMED") from problem


def parse_signer_info(der: bytes, *, counter_signature: bool = False) -> SignerInfo:
    """Read one bare SignerInfo, as counter-signatures carry it (RFC 5652 11.4); raises CmsError."""
    reader = Reader(der)
    try:
        element = reader.read(0, len(der))
        if element[3] != len(der):
            raise DerError("trailing")
        return _signer_info(reader, (element[0], 0, *element[1:]), None if counter_signature else oids.DATA)
    except DerError as problem:
        raise CmsError("CMS_LIMIT" if problem.args == ("limit",) else "CMS_MALFORMED") from problem


def _content_info(der: bytes, limits: Limits) -> SignedData:
    reader = Reader(der)
    tag, start, end, length = reader.read(0, len(der))
    if tag != 0x30:
        raise DerError("content info")
    kind, first, last, pos = reader.read(start, end)
    if kind != 0x06:
        raise DerError("content info")
    if decode_oid(der[first:last]) != oids.SIGNED_DATA:
        raise CmsError("CMS_NOT_SIGNED_DATA")
    tag, first, last, pos = reader.read(pos, end)
    if tag != 0xA0 or pos != end:
        raise DerError("content")
    tag, start, end, pos = reader.read(first, last)
    if tag != 0x30 or pos != last:
        raise DerError("signed data")
    findings: list[Finding] = []
    if len(der) > length and der.count(0, length) != len(der) - length:
        findings.append(error("CMS_TRAILING_DATA", count=len(der) - length))
    return _signed_data(reader, (start, end), length, findings, limits)


def _signed_data(
    reader: Reader, span: tuple[int, int], length: int, findings: list[Finding], limits: Limits
) -> SignedData:
    parts = reader.children(*span, limit=6)
    if len(parts) < 4 or [part[0] for part in parts[:3]] != [0x02, 0x31, 0x30] or parts[-1][0] != 0x31:
        raise DerError("signed data")
    optional = [part[0] for part in parts[3:-1]]
    if optional not in ([], [0xA0], [0xA1], [0xA0, 0xA1]):
        raise DerError("signed data")
    bags = {part[0]: part for part in parts[3:-1]}
    algorithms = _digest_algorithms(reader, parts[1])
    content_type, content = _encapsulated(reader, parts[2], findings)
    if length - len(content or b"") > limits.cms_bytes:
        raise CmsError("CMS_LIMIT")
    certificates = _certificates(reader, bags.get(0xA0), findings, limits)
    crls, ocsps = _revocation(reader, bags.get(0xA1), findings)
    _, _, first, last, _ = parts[-1]
    infos = reader.children(first, last, limit=_SIGNERS)
    signers = tuple(_signer_info(reader, info, content_type) for info in infos)
    for signer in signers:
        if signer.digest_algorithm not in algorithms:
            findings.append(warning("CMS_DIGEST_NOT_LISTED", algorithm=signer.digest_algorithm))
        if signer.signed_octets is None and content is not None and _looks_like_attributes(content):
            findings.append(error("CMS_CONTENT_LOOKS_SIGNED"))
    return SignedData(
        content_type=content_type,
        content=content,
        certificates=certificates,
        crls=crls,
        ocsps=ocsps,
        digest_algorithms=algorithms,
        signer_infos=signers,
        encoded_length=length,
        findings=tuple(findings),
    )


_Part = tuple[int, int, int, int, int]


def _digest_algorithms(reader: Reader, part: _Part) -> tuple[str, ...]:
    items = reader.children(part[2], part[3], limit=_DIGEST_ALGORITHMS)
    return tuple(digest_name(*_algorithm(reader, item)) for item in items)


def _algorithm(reader: Reader, part: _Part) -> tuple[str, bytes | None]:
    tag, _, start, end, _ = part
    data = reader.data
    kind, first, last, pos = reader.read(start, end)
    if tag != 0x30 or kind != 0x06:
        raise DerError("algorithm")
    if pos == end:
        return decode_oid(data[first:last]), None
    if reader.read(pos, end)[3] != end or end - pos > 4096:
        raise DerError("algorithm")
    return decode_oid(data[first:last]), data[pos:end]


def _encapsulated(reader: Reader, part: _Part, findings: list[Finding]) -> tuple[str, bytes | None]:
    _, _, start, end, _ = part
    kind, first, last, pos = reader.read(start, end)
    if kind != 0x06:
        raise DerError("content type")
    content_type = decode_oid(reader.data[first:last])
    if pos == end:
        return content_type, None
    tag, first, last, pos = reader.read(pos, end)
    if tag != 0xA0 or pos != end:
        raise DerError("content")
    if first == last:
        # An explicit tag around nothing: some producers write it for detached content.
        findings.append(info("CMS_EMPTY_CONTENT_TAG"))
        return content_type, None
    element: Element = reader.read(first, last)
    if element[3] != last:
        raise DerError("content")
    if element[0] in (0x04, 0x24):
        return content_type, reader.octets(element)
    # PKCS #7 1.5 allowed any type here and digested its content octets; AdES does not.
    findings.append(error("CMS_CONTENT_NOT_OCTETS"))
    return content_type, reader.data[element[1] : element[2]]


def _certificates(reader: Reader, part: _Part | None, findings: list[Finding], limits: Limits) -> tuple[bytes, ...]:
    if part is None:
        return ()
    found: list[bytes] = []
    skipped = 0
    pos, end = part[2], part[3]
    while pos < end:
        following = reader.read(pos, end)[3]
        if len(found) >= limits.certificates:
            findings.append(warning("CMS_CERTIFICATES_LIMIT", limit=limits.certificates))
            break
        if reader.data[pos] == 0x30 and following - pos <= limits.certificate_bytes:
            found.append(reader.data[pos:following])
        else:
            skipped += 1
        pos = following
    if skipped:
        # Attribute certificates and other kinds may lie in the bag; they are no X.509 certificates.
        findings.append(info("CMS_CERTIFICATES_SKIPPED", count=skipped))
    return tuple(found)


def _revocation(
    reader: Reader, part: _Part | None, findings: list[Finding]
) -> tuple[tuple[bytes, ...], tuple[bytes, ...]]:
    crls: list[bytes] = []
    ocsps: list[bytes] = []
    if part is None:
        return (), ()
    for tag, pos, first, last, following in reader.children(part[2], part[3], limit=_REVOCATION_OBJECTS):
        if tag == 0x30:
            crls.append(reader.data[pos:following])
            continue
        response = _other_revocation(reader, first, last) if tag == 0xA1 else None
        if response is None:
            findings.append(info("CMS_REVOCATION_SKIPPED"))
        else:
            ocsps.append(response)
    return tuple(crls), tuple(ocsps)


def _other_revocation(reader: Reader, start: int, end: int) -> bytes | None:
    kind, first, last, pos = reader.read(start, end)
    tag, _, _, following = reader.read(pos, end)
    if kind != 0x06 or tag != 0x30 or following != end:
        return None
    form = decode_oid(reader.data[first:last])
    if form == oids.OCSP_RESPONSE:
        return reader.data[pos:end]
    return wrap_basic_response(reader.data[pos:end]) if form == oids.OCSP_BASIC else None


_BASIC = bytes.fromhex("06092b0601050507300101")


def wrap_basic_response(basic_der: bytes) -> bytes:
    """Return the OCSPResponse (status successful) around a BasicOCSPResponse (RFC 6960 4.2.1)."""
    return tlv(0x30, b"\x0a\x01\x00", tlv(0xA0, tlv(0x30, _BASIC, tlv(0x04, basic_der))))


def _looks_like_attributes(content: bytes) -> bool:
    # Without signed attributes the value stands over the content itself: octets that read as signed
    # attributes could have been signed as such elsewhere (draft-ietf-lamps-cms-euf-cma-signeddata).
    if content[:1] not in (b"\x31", b"\xa0"):
        return False
    try:
        reader = Reader(content)
        _, start, end, _ = reader.read(0, len(content))
        return any(oid == oids.MESSAGE_DIGEST for oid, _ in read.read_attributes(reader, start, end))
    except DerError:
        return False


def _signer_info(reader: Reader, part: _Part, content_type: str | None) -> SignerInfo:
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
    digest_oid, digest_parameters = _algorithm(reader, parts[2])
    value_oid, value_parameters = _algorithm(reader, parts[3])
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


def _identifier(reader: Reader, part: _Part) -> SignerIdentifier:
    tag, _, start, end, _ = part
    data = reader.data
    if tag in (0x80, 0xA0):
        return SignerIdentifier(subject_key_identifier=reader.octets((tag, start, end, end)))
    if tag != 0x30:
        raise DerError("signer identifier")
    names = reader.children(start, end, limit=2)
    if [item[0] for item in names] != [0x30, 0x02]:
        raise DerError("signer identifier")
    issuer, number = names
    if not 0 < number[3] - number[2] <= 64:
        raise DerError("serial")
    serial = int.from_bytes(data[number[2] : number[3]], "big", signed=True)
    return SignerIdentifier(issuer_der=data[issuer[1] : issuer[4]], serial=serial)


def _signed_attributes(
    reader: Reader, part: _Part | None, findings: list[Finding]
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


def _unsigned_attributes(reader: Reader, part: _Part | None, findings: list[Finding]) -> tuple[Attribute, ...]:
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
        self.certificate_references += read.signing_certificate(value, version=2)

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
            protected = read.algorithm_protection(value)
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
