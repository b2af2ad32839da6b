"""Writes signed containers: ASiC-S and ASiC-E with XAdES or CAdES (EN 319 162-1).

Everything in them is deterministic: stored entries in a fixed order, dated with the signing time (UTC); what is
added later bears the time of its time-stamp.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from edoc.errors import ConfigError, InputError
from edoc.facts.document import Document
from edoc.formats.asic.archive import covered_names
from edoc.formats.asic.box import Box
from edoc.formats.asic.composed import Composed
from edoc.formats.asic.editor import ContainerEditor
from edoc.formats.asic.errors import ZipError
from edoc.formats.asic.file_names import free_name, named
from edoc.formats.asic.inner import inner_documents, inner_writer, signature_role
from edoc.formats.asic.kinds import TYPE_E, TYPE_S, Container, recognise
from edoc.formats.asic.manifest_write import CMS_TYPE, Covered, asic_manifest, manifest_algorithm, open_manifest
from edoc.formats.asic.package import Package
from edoc.formats.asic.roles import OPEN_MANIFEST, Contents, Role
from edoc.formats.asic.zip_write import dos_time
from edoc.formats.kind import Kind, kind_of
from edoc.formats.tst import read_tst_info
from edoc.formats.writing import Packaging, Placement, Prepared, SignatureOrder, SignerParameters
from edoc.formats.xml.layout import media_type
from edoc.limits import DEFAULT_LIMITS
from edoc.pki.cms import CmsError, parse_signed_data
from edoc.pki.der import DerError

_OPTION = "signature"
_FORMS = ("xades", "cades")
_FILES = {Role.XADES: "META-INF/signatures{}.xml", Role.CADES: "META-INF/signature{}.p7s"}
_CMS = (Kind.CMS, Kind.CMS_PEM)
_MANIFEST = "META-INF/ASiCManifest{}.xml"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plan:
    """Where a new signature goes, and what it stands over."""

    box: Box
    role: Role
    file: str
    inner: tuple[Document, ...]
    target: str | None = None
    """Of a counter-signature: its parent, as the signature file calls it."""
    put: tuple[tuple[str, bytes], ...] = field(default=(), repr=False)
    """What goes in beside the signature."""


class AsicWriter:
    """The steps of one kind of container.

    `options` of an order: `signature` is `xades` (default for a new container) or `cades`; the others are for
    the format of the signature.
    """

    def __init__(self, container: Container) -> None:
        self._container = container

    def content_digest(self, documents: Sequence[Document], *, order: SignatureOrder, algorithm: str) -> bytes:
        """Return the digest for a content time-stamp: that of what the signature inside stands over."""
        plan = self._plan(documents, order, algorithm)
        return inner_writer(plan.role).content_digest(plan.inner, order=_inner(order, plan), algorithm=algorithm)

    def prepare(
        self, documents: Sequence[Document], *, order: SignatureOrder, signer: SignerParameters
    ) -> Prepared:
        """Return the octets to sign; `ConfigError` and `InputError` for what the container cannot do."""
        algorithm = _stamped_with(order) or manifest_algorithm(signer.digest_algorithm)
        plan = self._plan(documents, order, algorithm)
        prepared = inner_writer(plan.role).prepare(plan.inner, order=_inner(order, plan), signer=signer)
        state = _State(
            algorithm=algorithm,
            time=order.signing_time.astimezone(UTC).isoformat(),
            form=_FORMS[0] if plan.role is Role.XADES else _FORMS[1],
            target=order.target if order.placement is Placement.COUNTER else None,
            media_types=dict(order.media_types),
            inner_digest=_digest(plan),
            inner=prepared.state,
        )
        return Prepared(octets=prepared.octets, state=state.frozen())

    def finish(self, documents: Sequence[Document], prepared: Prepared, signature_value: bytes) -> ContainerEditor:
        """Return the container with its new signature at B-B."""
        state = _State.thawed(prepared.state)
        plan = self._plan(documents, state.order(), state.algorithm)
        if _digest(plan) != state.inner_digest:
            raise InputError("DRAFT_OTHER_DOCUMENT", subject=documents[0].name)
        inner = Prepared(octets=prepared.octets, state=state.inner)
        editor = inner_writer(plan.role).finish(plan.inner, inner, signature_value)
        time = dos_time(datetime.fromisoformat(state.time))
        for name, octets in plan.put:
            plan.box.put(name, octets, time)
        octets = b"".join(bytes(piece) for piece in editor.parts())
        plan.box.put(plan.file, octets, time)
        return ContainerEditor(plan.box, self._container, new=(plan.file, editor))

    def open(self, document: Document, originals: Sequence[Document]) -> ContainerEditor:
        """Return a signed container for extension; all that it signs is inside, so `originals` are not used.

        Raises `InputError` for a package that is refused, or holds no signature that can be read.
        """
        package = _package(document)
        if package is None:
            raise InputError("UNSUPPORTED_TYPE", subject=document.name)
        container = recognise(package, Contents.of(package.entries)).container
        return ContainerEditor(Box.of(package), container)

    def _plan(self, documents: Sequence[Document], order: SignatureOrder, algorithm: str) -> _Plan:
        if order.packaging is not Packaging.DETACHED:
            raise ConfigError("SIGN_PACKAGING", subject=order.packaging.value,
                              params={"format": self._container.value, "known": Packaging.DETACHED.value})  # fmt: skip
        wanted = order.options.get(_OPTION)
        if wanted is not None and wanted not in _FORMS:
            raise ConfigError("ASIC_SIGNATURE_FORM", subject=wanted, params={"known": ", ".join(_FORMS)})
        there = self._existing(documents)
        if order.placement is Placement.COUNTER:
            return self._counter(there, documents, order)
        box = there if there is not None else self._new(documents, order)
        role = signature_role(box, wanted)
        if self._container is Container.ASIC_S:
            return self._beside_one(box, role)
        return self._among_many(box, role, order, algorithm=algorithm, fresh=there is None)

    def _existing(self, documents: Sequence[Document]) -> Box | None:
        """Return the container that a signature is added to: one document that is a container of this kind."""
        if len(documents) != 1 or kind_of(documents[0]) is not Kind.ZIP:
            return None
        package = _package(documents[0])
        if package is None:
            return None
        try:
            found = recognise(package, Contents.of(package.entries))
        except InputError:
            # A package of another kind is a file like any other.
            return None
        return Box.of(package) if found.container is self._container else None

    def _new(self, documents: Sequence[Document], order: SignatureOrder) -> Box:
        if not documents:
            raise ConfigError("SIGN_NOTHING", subject="-")
        time = dos_time(order.signing_time)
        files: Sequence[Document] = named(documents)
        if self._container is Container.ASIC_S:
            # A CMS would be taken for one that is to be signed once more: it goes in wrapped.
            alone = len(files) == 1 and kind_of(files[0]) not in _CMS
            files = files if alone else (Composed(files, time),)
            return Box.new(documents[0].name, TYPE_S, documents=files, time=time)
        return Box.new(documents[0].name, TYPE_E, documents=files, time=time)

    def _beside_one(self, box: Box, role: Role) -> _Plan:
        """ASiC-S: one signature file over the one data file; a further signature goes into the same file."""
        other = Role.CADES if role is Role.XADES else Role.XADES
        there = box.names(role)
        if box.names(other) or box.names(Role.TIMESTAMP) or len(box.names(Role.DATA)) != 1:
            raise InputError("ASIC_S_OCCUPIED", subject=box.name)
        data = box.document(box.names(Role.DATA)[0])
        if not there and kind_of(data) in _CMS:
            raise InputError("ASIC_S_OCCUPIED", subject=box.name)
        if there:
            _refuse_covered(box, there[0])
            return _Plan(box=box, role=role, file=there[0], inner=(box.document(there[0]), data))
        name = "META-INF/signatures.xml" if role is Role.XADES else "META-INF/signature.p7s"
        return _Plan(box=box, role=role, file=name, inner=(data,))

    def _among_many(self, box: Box, role: Role, order: SignatureOrder, *, algorithm: str, fresh: bool) -> _Plan:
        """ASiC-E: a signature file of its own over every data file, with CAdES through a manifest."""
        names = box.names(Role.DATA)
        if not names:
            raise InputError("ASIC_NO_DATA", subject=box.name)
        if role is Role.XADES and len(names) >= DEFAULT_LIMITS.xml_references:
            # One reference is over what the signature says of itself; a manifest has no such bound.
            raise InputError("ASIC_TOO_MANY_FILES", subject=box.name, params={"limit": str(DEFAULT_LIMITS.xml_references)})
        file = free_name(_FILES[role], box)
        documents = tuple(box.document(name) for name in names)
        types = [(item.name, media_type(item, order)) for item in documents]
        if role is Role.XADES:
            put = ((OPEN_MANIFEST, open_manifest(TYPE_E, types)),) if fresh else ()
            return _Plan(box=box, role=role, file=file, inner=documents, put=put)
        name = free_name(_MANIFEST, box)
        covered = [Covered(name=item, digest=box.digest(item, algorithm), media_type=kind) for item, kind in types]
        octets = asic_manifest(file, CMS_TYPE, covered, algorithm=algorithm)
        inner = (Document.from_bytes(octets, name=name),)
        return _Plan(box=box, role=role, file=file, inner=inner, put=((name, octets),))

    def _counter(self, box: Box | None, documents: Sequence[Document], order: SignatureOrder) -> _Plan:
        if box is None:
            raise InputError("EXTEND_NO_SIGNATURE", subject=documents[0].name if documents else "-")
        file, own = ContainerEditor(box, self._container).place_of(order.target or "")
        _refuse_covered(box, file)
        role = Role.CADES if file in box.names(Role.CADES) else Role.XADES
        return _Plan(box=box, role=role, file=file, inner=inner_documents(box, self._container, file), target=own)


ASIC_S = AsicWriter(Container.ASIC_S)
"""The writer of containers with one data file."""
ASIC_E = AsicWriter(Container.ASIC_E)
"""The writer of containers with any number of files."""


def _package(document: Document) -> Package | None:
    try:
        return Package.open(document)
    except ZipError:
        return None


def _inner(order: SignatureOrder, plan: _Plan) -> SignatureOrder:
    """Return the order for the format inside."""
    options = {name: value for name, value in order.options.items() if name != _OPTION}
    if plan.role is Role.XADES:
        options["root"] = "asic"
    return replace(order, packaging=Packaging.DETACHED, options=options, target=plan.target)


def _refuse_covered(box: Box, file: str) -> None:
    if file in covered_names(box):
        raise InputError("ASIC_COVERED", subject=box.name)


def _stamped_with(order: SignatureOrder) -> str | None:
    """Return the digest that a content time-stamp was asked for with: the manifest under it has the same."""
    if not order.content_timestamps:
        return None
    try:
        return read_tst_info(parse_signed_data(order.content_timestamps[0]).content or b"").digest_algorithm
    except (CmsError, DerError) as problem:
        raise InputError("CADES_TOKEN_UNREADABLE", subject="content time-stamp") from problem


def _digest(plan: _Plan) -> str:
    """Return what tells that the same is signed when the value comes; XAdES looks after that by itself."""
    state = hashlib.sha256()
    for item in plan.inner if plan.role is Role.CADES else ():
        state.update(item.name.encode("utf-8", "surrogatepass") + b"\0" + item.sha256())
    return state.hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class _State:
    """What `finish` needs of what `prepare` found."""

    algorithm: str
    time: str
    form: str
    target: str | None
    media_types: dict[str, str]
    inner_digest: str
    inner: bytes = field(repr=False)

    def frozen(self) -> bytes:
        """Return the state as JSON."""
        parts = {name: getattr(self, name) for name in self.__slots__ if name != "inner"}
        return json.dumps({"v": 1, **parts, "inner": base64.b64encode(self.inner).decode()}).encode()

    @classmethod
    def thawed(cls, data: bytes) -> _State:
        """Return the state that `frozen` wrote; `InputError` DRAFT_UNREADABLE for anything else."""
        try:
            found = json.loads(data)
            if found.pop("v") != 1 or found["form"] not in _FORMS or datetime.fromisoformat(found["time"]).tzinfo is None:
                raise ValueError("state")
            manifest_known = manifest_algorithm(found["algorithm"]) == found["algorithm"]
            if not manifest_known or not isinstance(found["target"], str | None):
                raise ValueError("state")
            types = {str(key): str(value) for key, value in found.pop("media_types").items()}
            return cls(inner=base64.b64decode(found.pop("inner"), validate=True), media_types=types, **found)
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as problem:
            raise InputError("DRAFT_UNREADABLE", subject="draft") from problem

    def order(self) -> SignatureOrder:
        """Return as much of the order as tells where the signature goes."""
        return SignatureOrder(
            signing_time=datetime.fromisoformat(self.time),
            packaging=Packaging.DETACHED,
            placement=Placement.COUNTER if self.target is not None else Placement.PARALLEL,
            target=self.target,
            media_types=self.media_types,
            options={_OPTION: self.form},
        )
