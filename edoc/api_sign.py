"""The composition root of signing: wires files, clock and keys to the pure steps."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from os import PathLike
from pathlib import Path

from edoc.drivers.clock import now
from edoc.drivers.copy import copy_and_hash
from edoc.drivers.files import Source, input_path, open_document
from edoc.drivers.output import Durability, Output, Target, open_output
from edoc.errors import ConfigError, InputError, KeyAccessError, VerificationFailed
from edoc.facts.document import Document
from edoc.formats.cms_write import SignerTemplate
from edoc.formats.pdf.append_write import is_text
from edoc.keys.chain import CertificateSource, load_certificates, order_chain
from edoc.keys.key import Key
from edoc.pki.algorithms import new_hash
from edoc.pki.certificate import Certificate
from edoc.sign.algorithm import choose_algorithm, message_digest_name
from edoc.sign.certificate import refuse_outside_validity, refuse_revoked
from edoc.sign.checks import Check, check_signed
from edoc.sign.draft import Draft
from edoc.sign.request import Level, SignatureRequest, SubFilter
from edoc.sign.step import contents, earlier, freeze, plan, template_of

Material = str | PathLike[str] | bytes | Document
"""Validation data as a path, bytes or a document."""

_IN_MEMORY = 8 << 20
"""Up to this size a document is written and read back from memory: faster than any second look at the file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignResult:
    """What signing made: the place it was written to, the signed document, and the self-check."""

    output: Path | None
    """Null when the signed document went to memory, a stream or standard output."""
    document: Document = field(repr=False)
    check: Check


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What is done the same way for every document; holds no key and may travel to a worker."""

    template: SignerTemplate
    sub_filter: SubFilter
    signing_time: datetime | None
    name: str | None
    reason: str | None
    location: str | None
    contact_info: str | None
    allow_invalid_certificate: bool

    def request(self, field: str | None) -> SignatureRequest:
        """Return what is asked for one document; refuses a certificate that is not valid at its time."""
        time = (self.signing_time or now()).replace(microsecond=0)
        if not self.allow_invalid_certificate:
            refuse_outside_validity(Certificate.load(self.template.certificate_der), time=time)
        return SignatureRequest(
            signing_time=time,
            sub_filter=self.sub_filter,
            field=field,
            name=self.name,
            reason=self.reason,
            location=self.location,
            contact_info=self.contact_info,
        )


class Signer:
    """Signs documents with one key under one configuration; thread-safe, kept for many documents.

    The key is opened and checked once, the frame of the CMS is built once.
    """

    __slots__ = ("_durability", "_key", "_settings")

    def __init__(
        self,
        key: Key,
        *,
        level: str = "B-B",
        tsa: str | None = None,
        online: bool = False,
        digest: str | None = None,
        pss: bool = False,
        sub_filter: str = SubFilter.CADES.value,
        signing_time: datetime | None = None,
        name: str | None = None,
        reason: str | None = None,
        location: str | None = None,
        contact_info: str | None = None,
        validation_data: Iterable[Material] = (),
        allow_invalid_certificate: bool = False,
        durability: str = Durability.DOCUMENT.value,
    ) -> None:
        """Prepare a signer.

        `digest` is a hashlib name (default: the sound one for the key), `pss` asks for RSASSA-PSS,
        `signing_time` is an aware datetime to claim (default: now, for each document); `validation_data`
        are CRLs in which the certificate must not stand.  `durability` says when an output file is safe from
        a power cut: `document`, when `sign` returns, or `system`, some seconds later, which spares a batch
        that can be repeated the waiting.  Raises `ConfigError` for what cannot be used,
        `KeyAccessError` when the certificate may not sign any more and `allow_invalid_certificate` is
        not set, `ValueError` for a naive time.
        """
        self._key = key
        self._durability = _durability(durability)
        self._settings = _settings(
            (key.certificate, *key.chain),
            level=level,
            tsa=tsa,
            digest=digest,
            pss=pss,
            sub_filter=sub_filter,
            signing_time=signing_time,
            claims=(name, reason, location, contact_info),
            validation_data=validation_data,
            allow_invalid_certificate=allow_invalid_certificate,
        )
        self._settings.request(None)

    def __reduce__(self) -> tuple[object, ...]:
        raise TypeError("a Signer holds a private key, which does not leave its process: make one where it signs")

    def __repr__(self) -> str:
        return f"Signer({self._key!r})"

    def _parts(self) -> tuple[Key, Settings, Durability]:
        """For `sign_many`, whose workers prepare and finish without the key."""
        return self._key, self._settings, self._durability

    def sign(
        self, document: Source, *, output: Target = None, overwrite: bool = False, field: str | None = None
    ) -> SignResult:
        """Sign a document, check the result, and only then let it appear at its place.

        `output` is a path, a writable binary file, `-` (standard output) or null for memory.  `field`
        names the signature field.  Raises `InputError` when the document cannot be signed, `ConfigError`
        when the output cannot be written (an existing file is refused unless `overwrite`, the input
        always), `VerificationFailed` when the result fails its own check; then nothing is left behind.
        """
        opened = open_document(document)
        source = _path_of(document)
        with open_output(output, overwrite=overwrite, source=source, durability=self._durability) as place:
            early = place if opened.size > _IN_MEMORY else None
            draft = prepare(opened, self._settings, field=field, place=early)
            value = self._key.sign(draft.octets, draft.algorithm)
            return hand_over(draft, value, place, copied=early is not None)


def sign_document(
    document: Source,
    key: Key,
    *,
    output: Target = None,
    overwrite: bool = False,
    field: str | None = None,
    level: str = "B-B",
    tsa: str | None = None,
    online: bool = False,
    digest: str | None = None,
    pss: bool = False,
    sub_filter: str = SubFilter.CADES.value,
    signing_time: datetime | None = None,
    name: str | None = None,
    reason: str | None = None,
    location: str | None = None,
    contact_info: str | None = None,
    validation_data: Iterable[Material] = (),
    allow_invalid_certificate: bool = False,
) -> SignResult:
    """Sign one document, check the result, and only then let it appear at its place.

    Returns the place, the signed document and the self-check; options as in `Signer` and
    `Signer.sign`, errors too.
    """
    signer = Signer(
        key,
        level=level,
        tsa=tsa,
        online=online,
        digest=digest,
        pss=pss,
        sub_filter=sub_filter,
        signing_time=signing_time,
        name=name,
        reason=reason,
        location=location,
        contact_info=contact_info,
        validation_data=validation_data,
        allow_invalid_certificate=allow_invalid_certificate,
    )
    return signer.sign(document, output=output, overwrite=overwrite, field=field)


def prepare_signature(
    document: Source,
    *,
    certificates: Iterable[CertificateSource],
    field: str | None = None,
    level: str = "B-B",
    digest: str | None = None,
    pss: bool = False,
    sub_filter: str = SubFilter.CADES.value,
    signing_time: datetime | None = None,
    name: str | None = None,
    reason: str | None = None,
    location: str | None = None,
    contact_info: str | None = None,
    validation_data: Iterable[Material] = (),
    allow_invalid_certificate: bool = False,
) -> Draft:
    """Return the draft of a signature whose key is elsewhere: sign `draft.octets` with `draft.algorithm`.

    `certificates` are paths, bytes or certificates, the signer's first.  Options and errors as in
    `Signer`.
    """
    if isinstance(certificates, str | bytes | Certificate):
        certificates = (certificates,)
    loaded = load_certificates(certificates)
    if not loaded:
        raise KeyAccessError("KEY_CERTIFICATE_MISSING", subject="certificates")
    settings = _settings(
        (loaded[0], *order_chain(loaded[0], loaded)),
        level=level,
        tsa=None,
        digest=digest,
        pss=pss,
        sub_filter=sub_filter,
        signing_time=signing_time,
        claims=(name, reason, location, contact_info),
        validation_data=validation_data,
        allow_invalid_certificate=allow_invalid_certificate,
    )
    return replace(prepare(open_document(document), settings, field=field), source=_path_of(document))


def finish_signature(
    draft: Draft,
    signature_value: bytes,
    *,
    output: Target = None,
    overwrite: bool = False,
    document: Source | None = None,
) -> SignResult:
    """Put a signature value into a draft, check the result, and hand it over.

    `document` is the input again, needed only when the draft was serialised without it; the output is
    never written over it.  Raises `VerificationFailed` when the value is not one of the signer's key
    over `draft.octets` or the document is another, `InputError` DRAFT_WITHOUT_DOCUMENT when it is missing.
    """
    if document is not None:
        draft = replace(draft, document=open_document(document))
    if draft.document is None:
        raise InputError("DRAFT_WITHOUT_DOCUMENT", subject=draft.document_name)
    if draft.document.size != draft.appended.base_size:
        raise VerificationFailed("DRAFT_OTHER_DOCUMENT", subject=draft.document.name)
    with open_output(output, overwrite=overwrite, source=_path_of(document) or draft.source) as place:
        return hand_over(draft, signature_value, place)


def _path_of(document: Source | None) -> str | None:
    """Return where the input lies on disk, also that of an open file; null when it is not known to lie anywhere."""
    if document is None or isinstance(document, bytes | Document):
        return None
    name = getattr(document, "name", None)
    return input_path(document) or (name if isinstance(name, str) else None)


def _settings(
    chain: tuple[Certificate, ...],
    *,
    level: str,
    tsa: str | None,
    digest: str | None,
    pss: bool,
    sub_filter: str,
    signing_time: datetime | None,
    claims: tuple[str | None, str | None, str | None, str | None],
    validation_data: Iterable[Material],
    allow_invalid_certificate: bool,
) -> Settings:
    _refuse_level(level, tsa)
    if signing_time is not None and signing_time.tzinfo is None:
        raise ValueError("signing_time must be an aware datetime")
    for claim in claims:
        if claim is not None and not is_text(claim):
            raise ConfigError("SIGN_TEXT_UNREADABLE", subject=ascii(claim))
    material = tuple(validation_data)
    if material and not allow_invalid_certificate:
        # Loaded here: most signatures are made without such data, and need no CRL reader.
        from edoc.drivers.material import load_validation_data

        data = load_validation_data(material)
        refuse_revoked(chain, crls=data.crls, others=data.certificates)
    algorithm = choose_algorithm(chain[0].spki_der, digest=digest, pss=pss)
    return Settings(
        template=template_of(tuple(item.der for item in chain), algorithm),
        sub_filter=_sub_filter(sub_filter),
        signing_time=signing_time.astimezone(UTC) if signing_time is not None else None,
        name=claims[0],
        reason=claims[1],
        location=claims[2],
        contact_info=claims[3],
        allow_invalid_certificate=allow_invalid_certificate,
    )


def _refuse_level(level: str, tsa: str | None) -> None:
    if level not in [item.value for item in Level]:
        params = {"known": ", ".join(item.value for item in Level)}
        raise ConfigError("SIGN_LEVEL_UNKNOWN", subject=str(level), params=params)
    if level != Level.B_B.value:
        raise ConfigError("SIGN_LEVEL_NOT_AVAILABLE", subject=level, params={"known": Level.B_B.value})
    if tsa is not None:
        raise ConfigError("SIGN_TSA_NOT_USED", subject=str(tsa))


def _durability(name: str) -> Durability:
    try:
        return Durability(name)
    except ValueError as problem:
        params = {"known": ", ".join(item.value for item in Durability)}
        raise ConfigError("SIGN_DURABILITY_UNKNOWN", subject=str(name), params=params) from problem


def _sub_filter(name: str) -> SubFilter:
    try:
        return SubFilter(name)
    except ValueError as problem:
        params = {"known": ", ".join(item.value for item in SubFilter)}
        raise ConfigError("SIGN_SUB_FILTER_UNKNOWN", subject=str(name), params=params) from problem


def prepare(opened: Document, settings: Settings, *, field: str | None, place: Output | None = None) -> Draft:
    """Plan the update and digest everything but its hole; a place given gets the input's bytes on the way."""
    request = settings.request(field)
    appended = plan(opened, request=request, template=settings.template)
    before = earlier(opened, appended)
    state = new_hash(message_digest_name(settings.template.algorithm))
    copy_and_hash(opened, place, state)
    state.update(appended.before_gap)
    state.update(appended.after_gap)
    digest = state.digest()
    return freeze(
        opened, appended, request=request, template=settings.template, message_digest=digest, before=before
    )


def hand_over(draft: Draft, value: bytes, place: Output, *, copied: bool = False) -> SignResult:
    """Put the value in, read the result back, and let it appear only if nothing is wrong with it."""
    appended = draft.appended
    tail = b"".join((appended.before_gap, contents(draft, value), appended.after_gap))
    opened = draft.document
    assert opened is not None
    if opened.size <= _IN_MEMORY:
        signed = Document(data=bytes(opened.data[:]) + tail, name=opened.name)
        place.write(bytes(signed.data[:]))
    else:
        if not copied:
            copy_and_hash(opened, place, new_hash(draft.digest_algorithm))
        place.write(tail)
        signed = Document(data=place.content(), name=opened.name)
    check = check_signed(signed, draft=draft, before=opened)
    if not check.passed:
        params = {"codes": ", ".join(dict.fromkeys(item.code for item in check.findings)) or "-"}
        raise VerificationFailed("SELF_CHECK_FAILED", subject=opened.name, params=params)
    place.commit()
    return SignResult(output=place.path, document=signed, check=check)
