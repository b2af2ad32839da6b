"""CMS SignedData (RFC 5652, also PKCS #7): one bounded reader for signatures, time-stamps and counter-signatures.

BER is read where the wild needs it; what is signed is read as DER.  The reader keeps the octets as
they were found and notes what breaks a rule as a finding; it verifies nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from edoc.facts.document import Buffer
from edoc.facts.findings import Finding, error, info, warning
from edoc.limits import DEFAULT_LIMITS, Limits
from edoc.pki import cms_attributes as read
from edoc.pki import oids
from edoc.pki.algorithms import digest_name
from edoc.pki.der import DerError, Element, Reader, decode_oid, tlv
from edoc.pki.signer_info import Part, SignerInfo, read_algorithm, read_signer_info

_REVOCATION_OBJECTS = 1_000
"""CRLs and OCSP responses of one CMS; archives of many renewals carry some dozens."""
_DIGEST_ALGORITHMS = 64
_SIGNERS = 200
"""SignerInfos of one CMS; parallel signatures of a whole court stay far below."""
_BLOCK = 1 << 20


class Content:
    """Encapsulated octets where they lie: nothing is copied before it is asked for."""

    __slots__ = ("_element", "_reader", "size")

    def __init__(self, reader: Reader, element: Element) -> None:
        self._reader = reader
        self._element = element
        tag, first, last, _ = element
        self.size = sum(stop - start for start, stop in reader.segments(element)) if tag & 0x20 else last - first
        """Number of octets, without tags and lengths of segments."""

    def octets(self) -> bytes:
        """Return all of them; the caller has looked at the size."""
        return self._reader.octets(self._element)

    def spans(self) -> Iterator[tuple[int, int]]:
        """Yield where they lie in `data`, in order."""
        return self._reader.segments(self._element)

    @property
    def data(self) -> Buffer:
        """The octets in which they lie."""
        return self._reader.data


class Layout(NamedTuple):
    """Where the parts of a SignedData lie, for those who digest or edit them as they were found."""

    reader: Reader
    version: Part
    digest_algorithms: Part
    encapsulated: Part
    certificates: Part | None
    revocation: Part | None
    signers: Part


class CmsError(ValueError):
    """The octets cannot be read as SignedData; `code` has a catalogue entry (`CMS_LIMIT`: a budget was exceeded)."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedData:
    """What one SignedData holds; certificates and revocation data are as found and trusted by nobody."""

    content_type: str
    encapsulated: Content | None = field(repr=False)
    """The content as it lies in the CMS; null when it is elsewhere."""
    certificates: tuple[bytes, ...] = field(repr=False)
    crls: tuple[bytes, ...] = field(repr=False)
    ocsps: tuple[bytes, ...] = field(repr=False)
    """Whole OCSPResponses (a bare BasicOCSPResponse is wrapped into one)."""
    digest_algorithms: tuple[str, ...]
    signer_infos: tuple[SignerInfo, ...]
    encoded_length: int
    """Length of the ContentInfo; what follows it is padding."""
    layout: Layout = field(repr=False)
    findings: tuple[Finding, ...]

    @property
    def content(self) -> bytes | None:
        """The encapsulated octets; null when the content is elsewhere."""
        return self.encapsulated.octets() if self.encapsulated is not None else None


def parse_signed_data(der: Buffer, *, limits: Limits = DEFAULT_LIMITS) -> SignedData:
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
        return read_signer_info(reader, (element[0], 0, *element[1:]), None if counter_signature else oids.DATA)
    except DerError as problem:
        raise CmsError("CMS_LIMIT" if problem.args == ("limit",) else "CMS_MALFORMED") from problem


def _content_info(der: Buffer, limits: Limits) -> SignedData:
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
    if len(der) > length and not _only_zeros(der, length):
        findings.append(error("CMS_TRAILING_DATA", count=len(der) - length))
    return _signed_data(reader, (start, end), length, findings, limits)


def _only_zeros(der: Buffer, start: int) -> bool:
    return not any(der[pos : pos + _BLOCK].strip(b"\x00") for pos in range(start, len(der), _BLOCK))


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
    if length - (content.size if content is not None else 0) > limits.cms_bytes:
        raise CmsError("CMS_LIMIT")
    certificates = _certificates(reader, bags.get(0xA0), findings, limits)
    crls, ocsps = _revocation(reader, bags.get(0xA1), findings)
    _, _, first, last, _ = parts[-1]
    infos = reader.children(first, last, limit=_SIGNERS)
    signers = tuple(read_signer_info(reader, info, content_type) for info in infos)
    for signer in signers:
        if signer.digest_algorithm not in algorithms:
            findings.append(warning("CMS_DIGEST_NOT_LISTED", algorithm=signer.digest_algorithm))
        if signer.signed_octets is None and content is not None and _looks_like_attributes(content, limits):
            findings.append(error("CMS_CONTENT_LOOKS_SIGNED"))
    return SignedData(
        content_type=content_type,
        encapsulated=content,
        certificates=certificates,
        crls=crls,
        ocsps=ocsps,
        digest_algorithms=algorithms,
        signer_infos=signers,
        encoded_length=length,
        layout=Layout(reader, parts[0], parts[1], parts[2], bags.get(0xA0), bags.get(0xA1), parts[-1]),
        findings=tuple(findings),
    )


def _digest_algorithms(reader: Reader, part: Part) -> tuple[str, ...]:
    items = reader.children(part[2], part[3], limit=_DIGEST_ALGORITHMS)
    return tuple(digest_name(*read_algorithm(reader, item)) for item in items)


def _encapsulated(reader: Reader, part: Part, findings: list[Finding]) -> tuple[str, Content | None]:
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
        return content_type, Content(reader, element)
    # PKCS #7 1.5 allowed any type here and digested its content octets; AdES does not.
    findings.append(error("CMS_CONTENT_NOT_OCTETS"))
    return content_type, Content(reader, (0x04, *element[1:]))


def _certificates(reader: Reader, part: Part | None, findings: list[Finding], limits: Limits) -> tuple[bytes, ...]:
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
    reader: Reader, part: Part | None, findings: list[Finding]
) -> tuple[tuple[bytes, ...], tuple[bytes, ...]]:
    crls: list[bytes] = []
    ocsps: list[bytes] = []
    if part is None:
        return (), ()
    for tag, pos, first, last, following in reader.children(part[2], part[3], limit=_REVOCATION_OBJECTS):
        if tag == 0x30:
            crls.append(reader.data[pos:following])
            continue
        response = other_revocation(reader, first, last) if tag == 0xA1 else None
        if response is None:
            findings.append(info("CMS_REVOCATION_SKIPPED"))
        else:
            ocsps.append(response)
    return tuple(crls), tuple(ocsps)


def other_revocation(reader: Reader, start: int, end: int) -> bytes | None:
    """Return the OCSPResponse in the content of an OtherRevocationInfoFormat, null for another kind (RFC 5940 2)."""
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


def _looks_like_attributes(found: Content, limits: Limits) -> bool:
    # Without signed attributes the value stands over the content itself: octets that read as signed
    # attributes could have been signed as such elsewhere (draft-ietf-lamps-cms-euf-cma-signeddata).
    if found.size > limits.cms_bytes:
        return False
    content = found.octets()
    if content[:1] not in (b"\x31", b"\xa0"):
        return False
    try:
        reader = Reader(content)
        _, start, end, _ = reader.read(0, len(content))
        return any(oid == oids.MESSAGE_DIGEST for oid, _ in read.read_attributes(reader, start, end))
    except DerError:
        return False
