"""Turns found signature dictionaries into facts: CMS, digests, level predicates, time-stamps."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING

from edoc.facts.copies import changed
from edoc.facts.findings import Finding, error, info, warning
from edoc.facts.octets import Spans
from edoc.facts.signature import (
    Reference,
    ScopeKind,
    SignatureFacts,
    SignatureFormat,
    TimestampFacts,
    TimestampKind,
)
from edoc.formats.pdf.coverage import Found
from edoc.formats.pdf.digest import Digester, Range
from edoc.formats.pdf.document import Pdf
from edoc.formats.pdf.fields import text
from edoc.limits import Limits
from edoc.pki import oids
from edoc.pki.algorithms import digest_of

if TYPE_CHECKING:
    from edoc.formats.pdf.changes import Later
    from edoc.pki.cms import SignedData
    from edoc.pki.signer_info import SignerInfo

CADES, PKCS7, PKCS7_SHA1 = "ETSI.CAdES.detached", "adbe.pkcs7.detached", "adbe.pkcs7.sha1"
RSA_SHA1, TIMESTAMP = "adbe.x509.rsa_sha1", "ETSI.RFC3161"
_DATE = re.compile(r"D:(\d{4})(\d\d)?(\d\d)?(\d\d)?(\d\d)?(\d\d)?(?:(Z)(?:00'?(?:00'?)?)?|([+-])(\d\d)'?(?:(\d\d)'?)?)?")
_NO_PREDICATES: Mapping[str, bool] = MappingProxyType({})
_TOKENS, _COUNTERS = 1_000, 200
"""Time-stamps and counter-signatures beside all signatures of a document together."""
_FORBIDDEN = (
    oids.SIGNING_TIME, oids.MIME_TYPE, oids.CONTENT_HINTS, oids.CONTENT_IDENTIFIER, oids.CONTENT_REFERENCE,
    oids.SIGNER_LOCATION,
)  # fmt: skip
"""Attributes that a PAdES baseline signature leaves out (EN 319 142-1 6.3)."""


def is_timestamp(one: Found) -> bool:
    """Tell whether a dictionary is a document time-stamp; its /Type may be missing or wrong (ades.md 2.1)."""
    return one.sub_filter == TIMESTAMP


class Builder:
    """Makes the facts of all signatures of a document, with one pass over its octets."""

    def __init__(self, pdf: Pdf, found: list[Found], later: Later, *, has_store: bool, limits: Limits) -> None:
        self._pdf = pdf
        self._found = found
        self._later = later
        self._has_store = has_store
        self._limits = limits
        self._digester = Digester(pdf.document.data)
        self._parsed: dict[int, SignedData | Finding] = {}
        self._tokens, self._counters = _TOKENS, _COUNTERS

    def want_document_digest(self) -> None:
        """Let the pass over what is signed also digest the whole document."""
        self._digester.want(self._all(), ("sha256",))

    def document_digest(self) -> bytes:
        """Return the SHA-256 digest of the whole document."""
        # The budget is one of the signatures: whatever they cost, a report names its document.
        return self._digester.digest(self._all(), "sha256") or self._pdf.document.sha256()

    def _all(self) -> Range:
        size = self._pdf.document.size
        return size, size, size

    def build(self) -> tuple[tuple[SignatureFacts, ...], tuple[TimestampFacts, ...]]:
        """Return signatures and document time-stamps, each in order of coverage."""
        self._prepare()
        signatures: list[SignatureFacts] = []
        timestamps: list[TimestampFacts] = []
        covered: list[str] = []
        for one in self._found:
            if is_timestamp(one):
                stamp = self._timestamp(one, f"T{len(timestamps) + 1}", tuple(covered))
                timestamps.append(stamp)
                covered.append(stamp.id)
            else:
                facts = self._signature(one, f"S{len(signatures) + 1}")
                signatures.append(facts)
                covered.append(facts.id)
        return tuple(signatures), tuple(timestamps)

    def _prepare(self) -> None:
        """Read every CMS first, so that one pass digests for all."""
        from edoc.pki.cms import CmsError, parse_signed_data

        for one in self._found:
            if not one.contents or len(one.contents) > self._limits.cms_bytes:
                code = "PDF_SIGNATURE_KEY_MISSING" if not one.contents else "CMS_LIMIT"
                self._parsed[id(one)] = _unread(code, one)
                continue
            try:
                signed = parse_signed_data(one.contents, limits=self._limits)
            except CmsError as problem:
                self._parsed[id(one)] = _unread(problem.code, one)
                continue
            self._parsed[id(one)] = signed
            covered = _range(one)
            if covered is not None:
                self._digester.want(covered, _algorithms(one, signed))

    def _signature(self, one: Found, identifier: str) -> SignatureFacts:
        from edoc.formats.cms import count_counter_signatures

        findings = list(one.findings)
        signed = self._parsed[id(one)]
        kind = SignatureFormat.PADES if one.sub_filter == CADES else SignatureFormat.PDF
        if one.sub_filter == RSA_SHA1:
            findings.append(error("PDF_SUBFILTER", identifier, field=one.field.name, sub_filter=one.sub_filter))
            facts = self._empty(one, identifier, kind)
        elif isinstance(signed, Finding):
            if not any(item.code == signed.code for item in findings):
                findings.append(signed)
            facts = self._empty(one, identifier, kind)
        else:
            findings.extend(_shape_findings(one, signed, identifier))
            signed = self._bounded(signed, findings, identifier)
            facts = self._from_cms(one, signed, identifier, kind)
            self._tokens -= len(facts.timestamps)
            self._counters -= count_counter_signatures(facts)
            return self._finish(one, facts, findings, self._predicates(one, signed, facts))
        return self._finish(one, facts, findings)

    def _bounded(self, signed: SignedData, findings: list[Finding], identifier: str) -> SignedData:
        """Leave out what stands beside a signature when the document has carried too much of it already."""
        signer = _signer(signed)
        if signer is None or not signer.unsigned_attributes or (self._tokens > 0 and self._counters > 0):
            return signed
        # A time-stamp that was not looked at leaves the signature undecided.
        findings.append(warning("CMS_TIMESTAMPS_LIMIT", identifier, limit=_TOKENS))
        return replace(signed, signer_infos=(replace(signer, unsigned_attributes=()), *signed.signer_infos[1:]))

    def _finish(
        self, one: Found, facts: SignatureFacts, findings: list[Finding], predicates: Mapping[str, bool] = _NO_PREDICATES
    ) -> SignatureFacts:
        judged = self._later.of(one)
        whole = one.gap is not None and one.revision is not None
        if self._digester.exhausted and any(item.actual is None for item in facts.references):
            findings.append(warning("PDF_LIMIT", one.field.name, limit="digested_bytes"))
        return changed(
            facts,
            name=one.field.name,
            findings=tuple(_about(item, facts.id) for item in (*findings, *judged.findings)) + facts.findings,
            claimed_signing_time=facts.claimed_signing_time or pdf_date(text(self._pdf.resolve(one.dictionary.get("M")))),
            covers_whole_document=whole and not any(item.code == "PDF_GAP" for item in findings),
            changes_since_signing=judged.level,
            changes=judged.changes,
            predicates={**facts.predicates, **predicates},
            covered_until=one.end if one.revision is not None else None,
        )

    def _empty(self, one: Found, identifier: str, kind: SignatureFormat) -> SignatureFacts:
        covered = _range(one)
        if covered is None:
            return SignatureFacts(id=identifier, format=kind)
        reference = self._reference(one, covered, "sha256", None)
        return SignatureFacts(id=identifier, format=kind, references=(replace(reference, actual=None),))

    def _from_cms(self, one: Found, signed: SignedData, identifier: str, kind: SignatureFormat) -> SignatureFacts:
        from edoc.formats.cms import signature_facts

        references = self._references(one, signed)
        covered = _range(one)
        facts = signature_facts(
            signed, id=identifier, name=one.field.name, format=kind, references=references,
            content_digest=lambda name: self._digester.digest(covered, name) if covered is not None else None,
        )  # fmt: skip
        signer = _signer(signed)
        if signer is not None and signer.signed_octets is None and covered is not None:
            # No signed attributes: the value stands over the content itself (RFC 5652 5.4).
            content = signed.content if one.sub_filter == PKCS7_SHA1 else self._octets(covered)()
            facts = replace(facts, signed_octets=content)
        return facts

    def _references(self, one: Found, signed: SignedData) -> tuple[Reference, ...]:
        covered, signer = _range(one), _signer(signed)
        if signer is None:
            return ()
        algorithm, expected = signer.digest_algorithm, signer.message_digest
        if covered is None:
            return (Reference(name=self._pdf.document.name, scope=ScopeKind.PARTIAL, digest_algorithm=algorithm,
                              expected=expected, actual=None),)  # fmt: skip
        if one.sub_filter == PKCS7_SHA1:
            content = signed.content or b""
            inner = Reference(
                name="SHA-1 value", digest_algorithm=algorithm, actual=digest_of(algorithm, content),
                expected=expected if signer.signed_attributes else digest_of(algorithm, content),
                octets=lambda: content,
            )  # fmt: skip
            return (self._reference(one, covered, "sha1", signed.content), inner)
        if not signer.signed_attributes:
            expected = self._digester.digest(covered, algorithm)
        own = self._reference(one, covered, algorithm, expected)
        if signed.content is None:
            return (own,)
        # RFC 5652 5.4: with content inside, that is what the digest is of, whatever the file's octets say.
        inside = signed.content
        encapsulated = Reference(
            name="eContent", digest_algorithm=algorithm, expected=expected, actual=digest_of(algorithm, inside),
            octets=lambda: inside,
        )  # fmt: skip
        return (own, encapsulated)

    def _reference(self, one: Found, covered: Range, algorithm: str, expected: bytes | None) -> Reference:
        whole = covered[2] >= self._pdf.last.content_end and one.revision is self._pdf.last
        return Reference(
            name=self._pdf.document.name,
            scope=ScopeKind.FULL if whole else ScopeKind.PARTIAL,
            digest_algorithm=algorithm,
            expected=expected,
            actual=self._digester.digest(covered, algorithm),
            octets=self._octets(covered),
        )

    def _octets(self, covered: Range) -> Spans:
        start, stop, end = covered
        return Spans(self._pdf.document.data, ((0, start), (stop, end)))

    def _timestamp(self, one: Found, identifier: str, covers: tuple[str, ...]) -> TimestampFacts:
        from edoc.formats.tst import timestamp_facts

        covered = _range(one)
        findings = list(one.findings)
        declared = one.dictionary.get("Type")
        if declared != "DocTimeStamp":
            findings.append(info("PDF_TIMESTAMP_TYPE", identifier, field=one.field.name, type=declared or ""))
        signed = self._parsed[id(one)]
        if isinstance(signed, Finding):
            if not any(item.code == signed.code for item in findings):
                findings.append(signed)
            token = SignatureFacts(id=f"{identifier}.token", format=SignatureFormat.CMS)
            token = self._finish(one, token, findings)
            return TimestampFacts(id=identifier, kind=TimestampKind.DOCUMENT, token=token, gen_time=None, imprint=None,
                                  covers=covers, findings=token.findings)  # fmt: skip
        facts = timestamp_facts(
            one.contents[: signed.encoded_length], id=identifier, kind=TimestampKind.DOCUMENT, covers=covers,
            imprint_of=lambda name: self._digester.digest(covered, name) if covered is not None else None,
            limits=self._limits,
        )  # fmt: skip
        token = self._finish(one, facts.token, findings)
        own = tuple(_about(item, identifier) for item in (*findings, *self._later.of(one).findings))
        return replace(facts, token=token, findings=(*own, *facts.findings))

    def _predicates(self, one: Found, signed: SignedData, facts: SignatureFacts) -> dict[str, bool]:
        """Return the level predicates (ades.md 2.4); trust and validity are weighed elsewhere."""
        signer = _signer(signed)
        entries = one.dictionary
        attributes = [kind for kind, _ in signer.signed_attributes] if signer is not None else []
        reason = "Reason" in entries
        policy = oids.SIGNATURE_POLICY in attributes
        bes = (
            one.sub_filter == CADES
            and len(signed.signer_infos) == 1
            and signed.content is None
            and signed.content_type == oids.DATA
            and all(entries.get(key) is not None for key in ("Filter", "ByteRange", "Contents"))
            and attributes.count(oids.CONTENT_TYPE) == 1
            and attributes.count(oids.MESSAGE_DIGEST) == 1
            and attributes.count(oids.SIGNING_CERTIFICATE) + attributes.count(oids.SIGNING_CERTIFICATE_V2) == 1
            and attributes.count(oids.SIGNER_ATTRIBUTES) + attributes.count(oids.SIGNER_ATTRIBUTES_V2) <= 1
            and not (reason and oids.COMMITMENT_TYPE in attributes)
        )
        carried = _carries_signer(signed, signer)
        baseline = (
            bes
            and "M" in entries
            and "Cert" not in entries
            and carried
            and not any(kind in attributes for kind in _FORBIDDEN)
            and not (reason and policy)
        )
        if one.sub_filter == PKCS7_SHA1:
            profile = signed.content is not None and len(signed.content) == 20
        else:
            profile = one.sub_filter == PKCS7 and signed.content is None and oids.MESSAGE_DIGEST in attributes
        unsigned = signer.unsigned_attributes if signer is not None else ()
        single = all(len(values) == 1 for kind, values in unsigned if kind == oids.SIGNATURE_TIMESTAMP)
        return {
            "bes": bes,
            "b": baseline,
            "epes": bes and policy and not reason,
            "pkcs7": profile and len(signed.signer_infos) == 1 and bool(signed.certificates),
            "dss": self._has_store,
            # EN 319 122-1 5.3: an attribute for each token, with one value.
            "t": any(stamp.kind is TimestampKind.SIGNATURE for stamp in facts.timestamps) and single,
            "doc_timestamp_after": self._stamp_after(one),
        }

    def _stamp_after(self, one: Found) -> bool:
        return any(
            is_timestamp(other) and other.end > one.end and other.dictionary.get("Type") in (None, "DocTimeStamp")
            for other in self._found
        )


def _unread(code: str, one: Found) -> Finding:
    if code == "PDF_SIGNATURE_KEY_MISSING":
        return error(code, one.field.name, key="Contents")
    return (warning if code == "CMS_LIMIT" else error)(code, one.field.name)


def _about(finding: Finding, identifier: str) -> Finding:
    return changed(finding, subject=identifier, params={"field": finding.subject, **finding.params})


def _range(one: Found) -> Range | None:
    return (one.gap[0], one.gap[1], one.end) if one.gap is not None else None


def _signer(signed: SignedData) -> SignerInfo | None:
    return signed.signer_infos[0] if signed.signer_infos else None


def _algorithms(one: Found, signed: SignedData) -> set[str]:
    if one.sub_filter == PKCS7_SHA1:
        return {"sha1"}
    if one.sub_filter == TIMESTAMP:
        return {imprint_algorithm(signed.content or b"")} - {""}
    return {signer.digest_algorithm for signer in signed.signer_infos[:1]}


def imprint_algorithm(tst_info: bytes) -> str:
    """Return the hash name of a TSTInfo's messageImprint, empty when it cannot be read (RFC 3161 2.4.2)."""
    from edoc.pki.algorithms import algorithm_identifier, digest_name
    from edoc.pki.der import DerError, strict

    try:
        _, start, end, _ = strict(tst_info, 0, len(tst_info))
        for _ in range(2):
            start = strict(tst_info, start, end)[3]
        _, first, last, _ = strict(tst_info, start, end)
        inner = strict(tst_info, first, last)
        return digest_name(*algorithm_identifier(tst_info[first : inner[3]]))
    except (DerError, ValueError, IndexError):
        return ""


def _shape_findings(one: Found, signed: SignedData, identifier: str) -> list[Finding]:
    findings: list[Finding] = []
    if one.sub_filter in (CADES, PKCS7) and signed.content is not None:
        # The digest would be over other octets than the file's (attack PDF-22).
        findings.append(error("PDF_CONTENT_ENCAPSULATED", identifier, field=one.field.name))
    if one.sub_filter not in (CADES, PKCS7, PKCS7_SHA1):
        findings.append(warning("PDF_SUBFILTER", identifier, field=one.field.name, sub_filter=one.sub_filter))
    if not signed.signer_infos:
        findings.append(error("PDF_NO_SIGNER", identifier, field=one.field.name))
    if len(signed.signer_infos) > 1:
        findings.append(warning("PDF_SIGNER_COUNT", identifier, field=one.field.name, count=len(signed.signer_infos)))
    return findings


def _carries_signer(signed: SignedData, signer: SignerInfo | None) -> bool:
    if signer is None or not signer.certificate_references:
        return False
    reference = signer.certificate_references[0]
    if reference.digest_algorithm == "sha256":
        return any(hashlib.sha256(der).digest() == reference.digest for der in signed.certificates)
    return any(digest_of(reference.digest_algorithm, der) == reference.digest for der in signed.certificates)


def pdf_date(value: str) -> datetime | None:
    """Return a date string as UTC, null when it is not one; a missing zone is read as UTC (7.9.4)."""
    found = _DATE.fullmatch(value.strip())
    if found is None:
        return None
    year, month, day, hour, minute, second = (int(part) if part else 0 for part in found.groups()[:6])
    try:
        moment = datetime(year, month or 1, day or 1, hour, minute, second, tzinfo=UTC)
        shift = timedelta(hours=int(found[9] or 0), minutes=int(found[10] or 0))
        return moment - shift if found[8] == "+" else moment + shift if found[8] == "-" else moment
    except (ValueError, OverflowError):
        return None
