"""Writes CAdES signatures: around the data or beside it, beside other signatures or over them (EN 319 122-1 5, 6.3)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache

from edoc.errors import ConfigError, InputError
from edoc.facts.document import Document
from edoc.facts.signature import SignatureAlgorithm
from edoc.formats.cades.attributes import claim_attributes
from edoc.formats.cades.content import SignedContent
from edoc.formats.cades.editor import CmsEditor
from edoc.formats.cades.model import Bag, Encapsulated, Model, Signer
from edoc.formats.cades.source import cms_octets, is_signed_cms
from edoc.formats.cms_write import SignerTemplate
from edoc.formats.originals import Found, Originals, Request
from edoc.formats.writing import Packaging, Placement, Prepared, SignatureOrder, SignerParameters
from edoc.pki import oids
from edoc.pki.algorithms import digest_of
from edoc.pki.certificate import CertificateError
from edoc.pki.cms import CmsError, SignedData, parse_signed_data
from edoc.pki.der import DerError

_MAGIC = b"edoc/cades/1"
_NEW, _BESIDE = "new", "beside"
"""A first signature, and one beside others; one over another is named by the id of that."""
_PACKAGINGS = (Packaging.DETACHED, Packaging.ENVELOPING)
_FIELDS = 64
_STATE_BYTES = 16 << 20


@dataclass(frozen=True, slots=True)
class _Signed:
    """A CMS that is signed already, and its data."""

    document: Document
    signed: SignedData
    content: SignedContent


class CadesWriter:
    """The steps of CAdES; a document that is CMS already gets one more signature."""

    def content_digest(self, documents: Sequence[Document], *, order: SignatureOrder, algorithm: str) -> bytes:
        """Return the digest of what is signed: the data, or the value of the signature to be countersigned."""
        digest = self._target(documents, order)[0].digest(algorithm)
        if digest is None:
            raise InputError("CADES_ORIGINAL_NEEDED", subject=documents[0].name)
        return digest

    def prepare(self, documents: Sequence[Document], *, order: SignatureOrder, signer: SignerParameters) -> Prepared:
        """Return the octets to sign: the signed attributes as a DER SET.

        Raises `InputError` CADES_ORIGINAL_NEEDED, CADES_ORIGINAL_OTHER, CADES_SEALED; `ConfigError`
        CADES_IDENTIFIER, CADES_PACKAGING, CADES_NO_SUCH_SIGNATURE, CADES_COUNTER_WITHOUT_CMS.
        """
        if order.packaging not in _PACKAGINGS:
            params = {"packaging": order.packaging.value}
            raise ConfigError("CADES_PACKAGING", subject=documents[0].name, params=params)
        content, content_type, name = self._target(documents, order)
        target = (order.target or "S1") if order.placement is Placement.COUNTER else ""
        place = _NEW if not target and content.document is documents[0] else target or _BESIDE
        state, template = _state(order.packaging, place, signer.algorithm, (signer.certificate_der, *signer.chain_ders))
        digest = content.digest(template.digest_algorithm)
        if digest is None:
            raise InputError("CADES_ORIGINAL_NEEDED", subject=documents[0].name)
        octets = template.signed_attributes(
            digest, signing_time=order.signing_time, content_type=content_type, others=claim_attributes(order, name=name)
        )
        return Prepared(octets=octets, state=state)

    def finish(self, documents: Sequence[Document], prepared: Prepared, signature_value: bytes) -> CmsEditor:
        """Return the CMS with its signature at B-B; `InputError` DRAFT_UNREADABLE for a state that is none."""
        try:
            packaging, place, template = _read_state(prepared.state)
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError, CertificateError) as problem:
            # Hostile octets show as one of these: a state has no other way to be wrong.
            raise InputError("DRAFT_UNREADABLE", subject="draft") from problem
        info = template.signer_info(prepared.octets, signature_value)
        certificates = (template.certificate_der, *template.chain_ders)
        digest = template.digest_identifier
        if place == _NEW:
            return _new(documents[0], packaging, template, info)
        editor = self.open(documents[0], documents[1:])
        if place != _BESIDE:
            editor.add_counter(place, info, digest=digest, certificates=certificates)
        else:
            editor.add_signer(info, digest=digest, certificates=certificates)
        return editor

    def open(self, document: Document, originals: Sequence[Document]) -> CmsEditor:
        """Return a signed CMS for extension; `InputError` when it cannot be read or taken apart."""
        found = _opened(document, originals)
        try:
            model = Model.of(found.signed)
        except DerError as problem:
            raise InputError("CMS_MALFORMED", subject=document.name) from problem
        return CmsEditor(model, found.content, document.name)

    def _target(self, documents: Sequence[Document], order: SignatureOrder) -> tuple[SignedContent, str | None, str]:
        """Return what the message digest stands over, its content type (null over a signature value) and its name."""
        first = documents[0]
        counter = order.placement is Placement.COUNTER
        found = _opened(first, documents[1:]) if is_signed_cms(first) else None
        if found is None or found.signed.content_type == oids.TST_INFO:
            # A time-stamp token takes no signer beside its authority (RFC 3161 2.4.2): it is data.
            if counter:
                raise ConfigError("CADES_COUNTER_WITHOUT_CMS", subject=first.name)
            return _content_of(first), oids.DATA, first.name
        editor = self.open(first, documents[1:])
        if not counter:
            for place in range(len(found.signed.signer_infos)):
                editor.refuse_evidence(editor.top_level(f"S{place + 1}"))
            name = found.content.document.name if found.content.document is not None else first.name
            return found.content, found.signed.content_type, name
        target = order.target or "S1"
        signer = editor.top_level(target)
        editor.refuse_sealed(signer)
        value = found.signed.signer_infos[int(target.partition(".")[0][1:]) - 1].signature_value
        return _content_of(Document.from_bytes(value, name=target)), None, target


WRITER = CadesWriter()


def _content_of(document: Document) -> SignedContent:
    return SignedContent(None, Found(name=document.name, actual=None, document=document))


def _opened(document: Document, originals: Sequence[Document]) -> _Signed:
    try:
        signed = parse_signed_data(cms_octets(document))
    except CmsError as problem:
        code = "CADES_OTHER_KIND" if problem.code == "CMS_NOT_SIGNED_DATA" else problem.code
        raise InputError(code, subject=document.name) from problem
    if signed.encapsulated is not None:
        return _Signed(document, signed, SignedContent(signed.encapsulated, None))
    return _Signed(document, signed, _beside(document, signed, originals))


def _beside(document: Document, signed: SignedData, originals: Sequence[Document]) -> SignedContent:
    """Return the data of a detached CMS: one that every signature there stands over, or none."""
    chosen: Found | None = None
    for signer in signed.signer_infos:
        if not originals or digest_of(signer.digest_algorithm, b"") is None:
            continue
        request = Request(algorithm=signer.digest_algorithm, expected=signer.message_digest or b"")
        chosen = Originals(originals).resolve([request])[0]
        if chosen is None or chosen.actual != request.expected:
            params = {"original": originals[0].name}
            raise InputError("CADES_ORIGINAL_OTHER", subject=document.name, params=params)
    if chosen is None and originals and not signed.signer_infos:
        return _content_of(originals[0])
    return SignedContent(None, chosen)


def _new(document: Document, packaging: Packaging, template: SignerTemplate, info: bytes) -> CmsEditor:
    around = packaging is Packaging.ENVELOPING
    model = Model(
        version=1,
        digests=[template.digest_identifier],
        encapsulated=Encapsulated.around(document) if around else Encapsulated.detached(),
        certificates=Bag(0xA0, list(template.certificates), template.bag),
        revocation=Bag(0xA1, []),
        signers=[Signer(info)],
    )
    return CmsEditor(model, _content_of(document), document.name, newest="S1")


@lru_cache(maxsize=64)
def _state(
    packaging: Packaging, place: str, algorithm: SignatureAlgorithm, certificates: tuple[bytes, ...]
) -> tuple[bytes, SignerTemplate]:
    """Return the state of a prepared signature and the frame of its signer: both are the same for every document."""
    known = json.dumps(asdict(algorithm), sort_keys=True).encode()
    fields = (packaging.value.encode(), place.encode(), known, *certificates)
    state = _MAGIC + b"".join(len(item).to_bytes(4, "big") + item for item in fields)
    return state, SignerTemplate(certificates[0], certificates[1:], algorithm)


@lru_cache(maxsize=64)
def _read_state(state: bytes) -> tuple[Packaging, str, SignerTemplate]:
    packaging, place, algorithm, certificate, *chain = _fields(state)
    template = SignerTemplate(certificate, tuple(chain), SignatureAlgorithm(**json.loads(algorithm)))
    return Packaging(packaging.decode()), place.decode(), template


def _fields(state: bytes) -> list[bytes]:
    if not state.startswith(_MAGIC) or len(state) > _STATE_BYTES:
        raise ValueError("state")
    found, place = [], len(_MAGIC)
    while place < len(state):
        size = int.from_bytes(state[place : place + 4], "big")
        found.append(state[place + 4 : place + 4 + size])
        place += 4 + size
        if len(found) > _FIELDS:
            raise ValueError("state")
    if place != len(state):
        raise ValueError("state")
    return found
