"""Signing with a key at hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import count
from typing import Unpack

from edoc.api_sign.growing import is_small
from edoc.api_sign.naming import signed_name
from edoc.api_sign.options import Options, SignerOptions
from edoc.api_sign.permits import make_place
from edoc.api_sign.settings import Settings, durability_of
from edoc.api_sign.work import Room, SignResult, complete, hand_over, open_all, prepare
from edoc.drivers.files import Source
from edoc.drivers.output import Durability, Output, Target, open_output
from edoc.facts.document import Document
from edoc.keys.key import Key
from edoc.sign.formats import Format
from edoc.sign.request import FieldPlace, Level
from edoc.sign.step import RoomError


class Signer:
    """Signs documents with one key under one configuration; thread-safe, kept for many documents.

    The key is opened and checked once, the frame of the CMS is built once.

    `level` is B-B, B-T, B-LT or B-LTA. `tsa` is the address of a time-stamping authority, a list of them to
    fall back on, or a source of time-stamps. `validation_data` are certificates, CRLs and OCSP responses, in
    which the certificate must not be revoked; at B-LT and B-LTA they go into the document, and what is
    missing is fetched where `online` is true or a `FetchPolicy`. `trust` says where chains end (default:
    where the certificates at hand do). `digest` is a hashlib name (default: the sound one for the key), `pss`
    asks for RSASSA-PSS, `signing_time` is an aware datetime to claim (default: now, for each document);
    certificates are then judged as of that time. `certify` makes the signature a certification and says what
    may come after it: `no-changes`, `fill-forms` or `annotate`. `lock` locks form fields: `all`, `include`
    (those in `lock_fields`, full names) or `exclude` (all others); `lock_permission` says the same of the
    document as `certify`, for a signature that is no certification. `durability` says when an output file is
    safe from a power cut: `document`, when `sign` returns, or `system`, some seconds later, which spares a
    batch that can be repeated the waiting.

    `format` is pades, cades, xades, jades, asic-s or asic-e (default: the one that suits each document),
    `packaging` enveloped, enveloping, detached or internally-detached, `countersign` the id of a signature to
    sign in its turn. `signature_policy`, `commitments` (names such as `proof-of-approval`, or OIDs) and `roles`
    are what the signer states; `content_timestamp` lets the authority say that the data existed before the
    signature. `serialization` is how JAdES is written: `flattened`, `general` or `compact`; `payload_encoding`
    `base64url` or `none` (RFC 7797). `inner` is what a container holds: `xades` or `cades`. For XAdES, `parent` is
    the element that the signature goes into (local names from below the root, such as
    `UBLExtensions/UBLExtension/ExtensionContent`), and `elements` are the Ids of what is signed alone.
    `media_types` gives the type that the signature says of a file, by its name; the empty name means every other.
    """

    __slots__ = ("_durability", "_key", "_room", "_services", "_settings")

    def __init__(self, key: Key, **options: Unpack[SignerOptions]) -> None:
        """Prepare a signer; the options are those of the class.

        Raises `ConfigError` for what cannot be used, `KeyAccessError` when the certificate may not sign any
        more and `allow_invalid_certificate` is not set, `ValueError` for a naive time.
        """
        given = Options(**options)
        # Handed over once, read by several: a generator would be empty for the second.
        given = replace(given, validation_data=tuple(given.validation_data))
        self._key = key
        self._durability = durability_of(given.durability)
        self._settings = given.settings((key.certificate, *key.chain))
        self._services = given.services(self._settings)
        self._room = Room()
        self._settings.request(None)

    def __reduce__(self) -> tuple[object, ...]:
        raise TypeError("a Signer holds a private key, which does not leave its process: make one where it signs")

    def __repr__(self) -> str:
        return f"Signer({self._key!r})"

    @property
    def level(self) -> Level:
        """The level that every document gets."""
        return self._settings.level

    def output_name(self, document: Source | Sequence[Source]) -> str:
        """Return where the signed form of a file goes when nobody says: beside it, under a name that tells the format.

        Raises `InputError` when it cannot be read, `ConfigError` as `sign`.
        """
        documents, path = open_all(document)
        return signed_name(path or documents[0].name, documents, self._settings.statement)

    def _asks(self) -> bool:
        """For `sign_many`: whether an authority is asked while signing."""
        return self._services.source is not None

    def _parts(self) -> tuple[Key, Settings, Durability]:
        """For `sign_many`, whose workers prepare and finish without the key."""
        return self._key, self._settings, self._durability

    def sign(
        self,
        document: Source | Sequence[Source],
        *,
        output: Target = None,
        overwrite: bool = False,
        field: str | None = None,
        page: int | None = None,
        box: Sequence[float] | None = None,
        password: str | None = None,
    ) -> SignResult:
        """Sign a document, check the result, and only then let it appear at its place.

        Several documents get one signature together, where the format can do that; a signed document gets one
        more, and the originals of a detached one follow it.  `output` is a path, a writable binary file, `-` (standard output) or null for memory.  `field`
        names the signature field: an empty one is filled, and what it demands must be kept; a missing one is
        made, invisible on the first page unless `page` (from 1) and `box` (left, bottom, right, top in units
        of the page) say where a frame is to be seen.  `password` opens an encrypted document, which stays encrypted.  Raises `InputError` when the document cannot be signed,
        `ConfigError` when the field demands something else or the output cannot be written (an existing file
        is refused unless `overwrite`, the input always), `FetchError` when a time-stamp or the status of a certificate cannot be had,
        `VerificationFailed` when the result fails its own check; then nothing is left behind.
        """
        at = make_place(page, box)
        documents, source = open_all(document, password=password)
        format = self._settings.format_for(documents, field=field, place=at)
        with open_output(output, overwrite=overwrite, source=source, durability=self._durability) as place:
            if format is Format.PADES:
                return self._sign_pdf(documents[0], place, (field, at))
            from edoc.api_sign.format_work import finish_format, prepare_format

            draft = prepare_format(documents, self._settings, self._services)
            self._refuse_worthless()
            value = self._key.sign(draft.octets, draft.algorithm)
            return finish_format(draft, value, place=place, services=self._services)

    def _sign_pdf(self, opened: Document, place: Output, field: tuple[str | None, FieldPlace]) -> SignResult:
        early = None if is_small(opened) else place
        draft = prepare(
            opened, self._settings, field=field[0], at=field[1], room=self._room, place=early,
            source=self._services.source,
        )
        self._refuse_worthless()
        for attempt in count(1):
            value = self._key.sign(draft.octets, draft.algorithm)
            try:
                done = complete(draft, value, self._services)
                break
            except RoomError as problem:
                # The hole is part of what is signed: with a larger one it is signed anew.
                self._room.grow(problem.octets, attempt=attempt)
                draft = prepare(
                    opened, self._settings, field=field[0], at=field[1], room=self._room, source=self._services.source
                )
        return hand_over(done, place, self._services, copied=early is not None, room=self._room)

    def _refuse_worthless(self) -> None:
        """Raise before the key is used when the status of the signer's chain is bad, or cannot be had where it must."""
        if self._services.collector is None:
            return
        from edoc.api_sign.archive import before_signing

        before_signing(
            self._services.collector,
            self._settings.chain,
            time=self._services.moment(),
            allow_revoked=self._settings.allow_invalid_certificate,
        )


def sign_document(
    document: Source | Sequence[Source],
    key: Key,
    *,
    output: Target = None,
    overwrite: bool = False,
    field: str | None = None,
    page: int | None = None,
    box: Sequence[float] | None = None,
    password: str | None = None,
    **options: Unpack[SignerOptions],
) -> SignResult:
    """Sign one document, check the result, and only then let it appear at its place.

    Returns the place, the signed document and the self-check; options as in `Signer` and
    `Signer.sign`, errors too.
    """
    return Signer(key, **options).sign(
        document, output=output, overwrite=overwrite, field=field, page=page, box=box, password=password
    )
