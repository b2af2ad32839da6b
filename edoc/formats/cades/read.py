"""Reads CMS and CAdES documents into facts: in DER, BER or PEM, with the data inside or beside them."""

from __future__ import annotations

from dataclasses import replace

from edoc.errors import InputError
from edoc.facts.document import Buffer, Document
from edoc.facts.findings import Finding, error, info, warning
from edoc.facts.signature import (
    DocumentFacts,
    EvidenceFacts,
    Reference,
    ScopeKind,
    SignatureFacts,
    SignatureFormat,
)
from edoc.formats.cades.archive import Work
from edoc.formats.cades.content import SignedContent
from edoc.formats.cades.evidence import EVIDENCE, Bearer, evidence_records, places_of
from edoc.formats.cades.levels import Shapes, is_ades
from edoc.formats.cades.source import cms_octets, has_marks
from edoc.formats.cades.stamps import Stamps
from edoc.formats.cms import count_counter_signatures, counter_signatures
from edoc.formats.cms_signer import Beside, about, carried, carried_by, signer_facts
from edoc.formats.originals import Found, Originals, Request
from edoc.limits import DEFAULT_LIMITS, Limits
from edoc.pki import oids
from edoc.pki.algorithms import digest_size
from edoc.pki.cms import CmsError, SignedData, parse_signed_data
from edoc.pki.signer_info import SignerInfo

MEDIA_TYPE = "application/pkcs7-mime"
_DIRECT = 64 << 20
"""A value without signed attributes stands over the content itself, which is then handed over whole."""
_TOKENS, _ONE = 1_000, 100
"""Time-stamps of a document and of one signature; decades of renewals stay below 20."""
_COUNTERS, _ONE_COUNTERS = 200, 50
"""Counter-signatures of a document and of one signature."""


def read_cms(
    document: Document, *, originals: Originals | None = None, limits: Limits = DEFAULT_LIMITS
) -> DocumentFacts:
    """Return the facts of a CMS or CAdES document, or of a time-stamp token that stands alone.

    `originals` is what stands beside it.  Raises `InputError` UNSUPPORTED_TYPE for DER that is no CMS and
    CADES_OTHER_KIND for CMS of another kind, such as an encrypted one.
    """
    from edoc.formats.cades.token import read_response, read_token

    beside = originals if originals is not None else Originals()
    data = cms_octets(document, limits=limits)
    try:
        signed = parse_signed_data(data, limits=limits)
    except CmsError as problem:
        if problem.code == "CMS_NOT_SIGNED_DATA":
            raise InputError("CADES_OTHER_KIND", subject=document.name) from problem
        response = read_response(document, data, beside, limits=limits) if problem.code == "CMS_MALFORMED" else None
        return response or _refused(document, data, problem.code)
    if signed.content_type == oids.TST_INFO:
        return read_token(document, signed, beside)
    findings = signed.findings
    if not signed.signer_infos:
        findings = (*findings, info("CADES_NO_SIGNER", document.name))
    signatures = signatures_of(signed, name=document.name, originals=beside, limits=limits)
    return DocumentFacts(
        name=document.name,
        media_type=MEDIA_TYPE,
        size=document.size,
        sha256=document.sha256(),
        signature_marks=bool(signatures),
        signatures=signatures,
        findings=about(document.name, findings) if not signatures else (),
    )


def _refused(document: Document, data: Buffer, code: str) -> DocumentFacts:
    if not has_marks(data):
        raise InputError("UNSUPPORTED_TYPE", subject=document.name)
    make = warning if code == "CMS_LIMIT" else error
    return DocumentFacts(
        name=document.name,
        media_type=MEDIA_TYPE,
        size=document.size,
        sha256=document.sha256(),
        complete=False,
        signature_marks=True,
        marks_format=SignatureFormat.CMS,
        findings=(make(code, document.name),),
    )


def signatures_of(
    signed: SignedData, *, name: str, originals: Originals, limits: Limits = DEFAULT_LIMITS, container: str | None = None
) -> tuple[SignatureFacts, ...]:
    """Return the facts of every signer of a CMS, in stored order, as `S1`, `S2`, ...

    `name` is that of the document, for what is signed inside it; `originals` gives what is signed beside it.
    """
    reader = _Reader(signed, name, originals, limits)
    facts = tuple(reader.one(signer, f"S{number}") for number, signer in enumerate(signed.signer_infos, 1))
    return tuple(replace(item, container=container) for item in facts) if container is not None else facts


class _Reader:
    """Reads the signers of one CMS; what they share is digested once."""

    def __init__(self, signed: SignedData, name: str, originals: Originals, limits: Limits) -> None:
        self._signed = signed
        self._name = name
        self._originals = originals
        self._limits = limits
        self._tokens, self._counters = _TOKENS, _COUNTERS
        self._shapes = Shapes(signed)
        self._material = carried(signed, None)
        self._inside = SignedContent(signed.encapsulated, None)
        if signed.encapsulated is not None:
            self._inside.prepare(signer.digest_algorithm for signer in signed.signer_infos)
        self._beside: dict[int, SignedContent] = {}
        size = self._inside.size + sum(item.size for item in originals.documents)
        self._work = Work.of(size)

    def one(self, signer: SignerInfo, id: str) -> SignatureFacts:
        """Return the facts of one signer."""
        signed = self._signed
        findings: list[Finding] = list(signed.findings)
        content, references = self._references(signer)
        material = (*self._material, *carried_by(signer))
        notes: list[Finding] = []
        maker = Stamps(signed, signer, content, id=id, work=self._work, limits=self._limits)
        stamps = maker.facts(notes, limit=min(_ONE, self._tokens)) if _carries_tokens(signer) else ()
        counters = counter_signatures(
            signer, id, material=material, notes=notes, place=(1, min(_ONE_COUNTERS, self._counters)),
            shape=lambda counter, stamps: self._shapes.predicates(counter, stamps, counter=True),
        )  # fmt: skip
        self._tokens -= len(stamps)
        self._counters -= sum(1 + count_counter_signatures(item) for item in counters)
        beside = Beside(references[0].name, references, stamps, counters, (*findings, *notes))
        format = SignatureFormat.CADES if is_ades(signer) else SignatureFormat.CMS
        facts = signer_facts(signer, id=id, format=format, material=material, beside=beside)
        if facts.signed_octets is None and content.size <= _DIRECT:
            # No signed attributes: the value stands over the content itself (RFC 5652 5.4).
            facts = replace(facts, signed_octets=content.octets())
        records: tuple[EvidenceFacts, ...] = ()
        if any(oid in EVIDENCE for oid, _ in signer.unsigned_attributes):
            records = self._evidence(signer, id, content, references[0].name)
        return replace(facts, name="", predicates=self._shapes.predicates(signer, stamps), evidence_records=records)

    def _evidence(self, signer: SignerInfo, id: str, content: SignedContent, name: str) -> tuple[EvidenceFacts, ...]:
        place = next(at for at, item in enumerate(self._signed.signer_infos) if item is signer)
        places = places_of(signer, id)
        bearer = Bearer(signed=self._signed, place=place, id=id, content=content, name=name, places=places)
        return evidence_records(bearer, limits=self._limits)

    def _references(self, signer: SignerInfo) -> tuple[SignedContent, tuple[Reference, ...]]:
        found = self._found(signer)
        if self._signed.encapsulated is None:
            content = self._content(found, signer.digest_algorithm)
            return content, (self._reference(signer, content, found.name if found is not None else self._name),)
        inside = self._reference(signer, self._inside, self._name)
        if found is None or found.actual == inside.actual:
            return self._inside, (inside,)
        # Data inside and other data beside it: whoever reads the one must not be told of the other.
        other = self._content(found, signer.digest_algorithm)
        return self._inside, (inside, self._reference(signer, other, found.name))

    def _found(self, signer: SignerInfo) -> Found | None:
        if not len(self._originals) or digest_size(signer.digest_algorithm) is None:
            return None
        expected = signer.message_digest or b""
        return self._originals.resolve([Request(algorithm=signer.digest_algorithm, expected=expected)])[0]

    def _content(self, found: Found | None, algorithm: str) -> SignedContent:
        if found is None:
            return SignedContent(None, None)
        key = id(found.document) if found.document is not None else -1
        content = self._beside.get(key) if key != -1 else None
        if content is None:
            content = SignedContent(None, found)
            if key != -1:
                self._beside[key] = content
        content.know(algorithm, found.actual)
        return content

    def _reference(self, signer: SignerInfo, content: SignedContent, name: str) -> Reference:
        actual = content.digest(signer.digest_algorithm)
        at_hand = content.inside is not None or content.document is not None
        return Reference(
            name=name,
            scope=ScopeKind.FULL if at_hand or actual is None else ScopeKind.DIGEST,
            digest_algorithm=signer.digest_algorithm,
            expected=signer.message_digest if signer.signed_octets is not None else actual,
            actual=actual,
            octets=content.octets if at_hand else None,
        )


def _carries_tokens(signer: SignerInfo) -> bool:
    return bool(signer.unsigned_attributes) or any(oid == oids.CONTENT_TIMESTAMP for oid, _ in signer.signed_attributes)
