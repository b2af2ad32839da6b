"""Time-stamps and validation data for signatures in formats other than PDF, new ones and those that are there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from edoc.api_sign.archive import carried_by, refuse_missing, stored_in, subject_of, subjects
from edoc.api_sign.settings import ARCHIVED, Services
from edoc.drivers.chains import Subject
from edoc.facts.material import MaterialKind
from edoc.facts.signature import DocumentFacts, SignatureFacts, TimestampKind
from edoc.formats.tst import timestamp_facts
from edoc.formats.writing import Editor
from edoc.pki.certificate import Certificate
from edoc.sign.checks import signers_of
from edoc.sign.request import Level
from edoc.sign.timestamp import imprint_algorithm
from edoc.trust.store import Purpose
from edoc.verify.context import ValidationData

Objects = tuple[tuple[MaterialKind, bytes], ...]


@dataclass(slots=True, kw_only=True)
class Augmenter:
    """Raises the signatures of one document that is being put together."""

    editor: Editor
    services: Services
    digest_algorithm: str
    chain: tuple[Certificate, ...] = ()
    """Of the new signature, the signer's first."""
    before: DocumentFacts | None = field(default=None, repr=False)
    """What the input said of its own signatures."""
    tokens: list[bytes] = field(default_factory=list, repr=False)
    """Those that were added."""

    def raise_new(self, signature: str, level: Level) -> Objects:
        """Raise the new signature to a level, and return what was put in for the long term.

        Raises `FetchError` or `ConfigError` when a time-stamp or the status of a certificate cannot be had.
        """
        if level is Level.B_B:
            return ()
        self._stamp(signature)
        if level not in ARCHIVED:
            return ()
        time = self.services.moment()
        found = [Subject(certificate=self.chain[0], purpose=Purpose.SIGNER, time=time), *self._token_subjects()]
        objects = self._store((signature,), found, carried=self.chain)
        if level is Level.B_LTA:
            self._archive(signature)
        return objects

    def raise_all(self, level: Level) -> tuple[Objects, bool]:
        """Raise every signature to a level; returns what was put in, and whether anything was added at all."""
        assert self.before is not None
        added = False
        for item in self.before.signatures:
            stamped = any(stamp.kind is TimestampKind.SIGNATURE for stamp in item.timestamps)
            if not stamped and level is not Level.B_B:
                self._stamp(item.id)
                added = True
        objects: Objects = ()
        if level in ARCHIVED:
            time = self.services.moment()
            found = [*subjects(self.before, time=time), *self._token_subjects()]
            objects = self._store(self.editor.signatures, found, carried=())
            added = added or bool(objects)
        if level is Level.B_LTA:
            targets = self.editor.signatures[:1] if self.editor.archives_together else self.editor.signatures
            for signature in targets:
                self._archive(signature)
            added = True
        return objects, added

    def _stamp(self, signature: str) -> None:
        name = imprint_algorithm(self.digest_algorithm)
        self.editor.put_signature_timestamp(signature, self._token(name, self.editor.signature_imprint(signature, name)))

    def _archive(self, signature: str) -> None:
        name = imprint_algorithm(self.digest_algorithm)
        self.editor.put_archive_timestamp(signature, self._token(name, self.editor.archive_imprint(signature, name)))

    def _token(self, algorithm: str, digest: bytes) -> bytes:
        assert self.services.source is not None
        token = self.services.source.timestamp(digest, algorithm=algorithm)
        self.tokens.append(token)
        return token

    def _token_subjects(self) -> list[Subject]:
        time = self.services.moment()
        return [subject_of(facts, later=[], purpose=Purpose.TSA, time=time) for facts in self._new_tokens()]

    def _new_tokens(self) -> list[SignatureFacts]:
        return [
            timestamp_facts(token, id="T", kind=TimestampKind.SIGNATURE, imprint_of=lambda name: None).token
            for token in self.tokens
        ]

    def _store(
        self, signatures: Sequence[str], found: Sequence[Subject], *, carried: tuple[Certificate, ...]
    ) -> Objects:
        collector = self.services.collector
        assert collector is not None
        held = [*carried, *(one for token in self._new_tokens() for one in signers_of(token))]
        stored = ValidationData()
        if self.before is not None:
            held += carried_by(self.before)
            stored = stored_in(self.before)
        collected = collector.collect(found, carried=held, stored=stored)
        refuse_missing(collected.missing, online=collector.online)
        for signature in signatures:
            self.editor.put_validation_data(signature, collected.objects)
        return collected.objects
