"""One signature in a format other than PDF, from what is asked to its place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from edoc.api_sign.format_archive import Augmenter
from edoc.api_sign.settings import Services, Settings
from edoc.api_sign.work import SignResult, deliver
from edoc.drivers.output import Output
from edoc.errors import ConfigError, InputError
from edoc.facts.document import Document
from edoc.facts.signature import DocumentFacts
from edoc.formats import read_document
from edoc.formats.kind import Kind, kind_of
from edoc.formats.originals import Originals
from edoc.formats.writing import Editor, Packaging, SignerParameters
from edoc.pki.certificate import Certificate
from edoc.sign.checks import Expected
from edoc.sign.format_checks import check_format
from edoc.sign.format_draft import FormatDraft
from edoc.sign.formats import Format, writer_of
from edoc.sign.request import Level
from edoc.sign.timestamp import imprint_algorithm

_SIGNED = (Kind.CMS, Kind.CMS_PEM, Kind.JWS_COMPACT, Kind.JSON, Kind.XML, Kind.ZIP)


@dataclass(frozen=True, slots=True, kw_only=True)
class Inputs:
    """The documents of one signature, and what the first says of the signatures it has."""

    documents: tuple[Document, ...]
    before: DocumentFacts | None = field(repr=False)

    @property
    def name(self) -> str:
        """The name of the first."""
        return self.documents[0].name

    def beside(self, packaging: Packaging) -> tuple[Document, ...]:
        """Return what has to be at hand to read the result: the originals of a detached signature."""
        if self.before is not None:
            return self.documents[1:]
        return self.documents if packaging is Packaging.DETACHED else ()


def inputs_of(documents: Sequence[Document], format: Format) -> Inputs:
    """Return the inputs; what is signed already in this format is read, so that nothing of it becomes worse."""
    first = documents[0]
    before = None
    if kind_of(first) in _SIGNED and not (format is Format.CADES and kind_of(first) not in (Kind.CMS, Kind.CMS_PEM)):
        before = _signed(first, documents[1:])
    return Inputs(documents=tuple(documents), before=before)


def _signed(first: Document, others: Sequence[Document]) -> DocumentFacts | None:
    try:
        facts = read_document(first, originals=Originals(others))
    except InputError:
        # No signed document of any kind: something to be signed.
        return None
    return facts if facts.signatures else None


def prepare_format(documents: Sequence[Document], settings: Settings, services: Services) -> FormatDraft:
    """Return the draft of a signature over some documents; raises `InputError` or `ConfigError` for what cannot be."""
    statement = settings.statement
    format = statement.format_for(documents)
    if statement.options.get("serialization") == "compact" and settings.level is not Level.B_B:
        raise ConfigError("JWS_COMPACT_LEVEL", subject=settings.level.value)
    if statement.countersign is not None and settings.level is not Level.B_B:
        # Its proof of time is the next time-stamp over the signature that it stands on.
        raise ConfigError("SIGN_COUNTER_LEVEL", subject=settings.level.value)
    writer = writer_of(format)
    template = settings.template
    signer = SignerParameters(
        certificate_der=template.certificate_der,
        chain_ders=template.chain_ders,
        algorithm=template.algorithm,
        digest_algorithm=template.digest_algorithm,
    )
    time = settings.request(None).signing_time
    order = statement.order(documents, time=time)
    if statement.content_timestamp:
        assert services.source is not None
        name = imprint_algorithm(template.digest_algorithm)
        digest = writer.content_digest(documents, order=order, algorithm=name)
        order = statement.order(documents, time=time, tokens=(services.source.timestamp(digest, algorithm=name),))
    prepared = writer.prepare(documents, order=order, signer=signer)
    return FormatDraft(
        octets=prepared.octets,
        state=prepared.state,
        algorithm=template.algorithm,
        digest_algorithm=template.digest_algorithm,
        certificates=(template.certificate_der, *template.chain_ders),
        format=format,
        packaging=order.packaging,
        level=settings.level,
        document_names=tuple(item.name for item in documents),
        documents=tuple(documents),
    )


def finish_format(draft: FormatDraft, value: bytes, *, place: Output, services: Services) -> SignResult:
    """Put the value in, add what the level asks for, read the result back, and let it appear if nothing is wrong."""
    inputs = inputs_of(draft.documents, draft.format)
    editor = writer_of(draft.format).finish(draft.documents, draft.prepared(), value)
    assert editor.newest is not None
    if not editor.joined:
        # The first document is data like any other, whatever signatures stand in it.
        inputs = replace(inputs, before=None)
    augmenter = Augmenter(
        editor=editor,
        services=services,
        digest_algorithm=draft.digest_algorithm,
        chain=tuple(Certificate.load(der) for der in draft.certificates),
        before=inputs.before,
    )
    objects = augmenter.raise_new(editor.newest, draft.level)
    signed = written(editor, place, name=inputs.name)
    check = check_format(
        signed,
        originals=inputs.beside(draft.packaging),
        draft=draft,
        before=inputs.before,
        expected=Expected(level=draft.level, objects=objects),
    )
    deliver(check, place, name=inputs.name)
    return SignResult(output=place.path, document=signed, check=check)


def written(editor: Editor, place: Output, *, name: str) -> Document:
    """Write a document to its place, where nobody sees it yet, and return it as it stands there."""
    for part in editor.parts():
        place.write(part)
    return Document(data=place.content(), name=name)
