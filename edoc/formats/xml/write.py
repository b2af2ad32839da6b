"""Writes XAdES signatures (EN 319 132-1): prepares the octets to sign, puts the value in, opens what is signed.

The document around a signature is never written again: the signature is put in as text, in the document's own
encoding.  Everything in it is canonicalised exclusively, so that what stands around it does not matter.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace

from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from edoc.errors import ConfigError, InputError
from edoc.facts.document import Document
from edoc.facts.signature import SignatureAlgorithm
from edoc.formats.writing import Packaging, Placement, Prepared, SignatureOrder, SignerParameters
from edoc.formats.xml.algorithms import C14N_EXCLUSIVE, signature_of_uri, signature_uri
from edoc.formats.xml.c14n import canonicalize
from edoc.formats.xml.editor import XadesEditor
from edoc.formats.xml.layout import Datum, Layout, filled, layout_of
from edoc.formats.xml.layout_beside import internally_detached
from edoc.formats.xml.place import adapted, numbered, parsed, property_place
from edoc.formats.xml.qualifying import COUNTERSIGNED_TYPE, is_ds
from edoc.formats.xml.text import Splice, XmlText
from edoc.formats.xml.tree import DS
from edoc.formats.xml.write_properties import Described, b64, digest_name, digest_pair, qualifying_properties, words
from edoc.pki.algorithms import digest_of, key_facts, new_hash
from edoc.pki.certificate import Certificate

_SIGNED_PROPERTIES = "http://uri.etsi.org/01903#SignedProperties"
_EXCLUSIVE = f'<ds:Transforms><ds:Transform Algorithm="{C14N_EXCLUSIVE}"/></ds:Transforms>'
_VALUE = "{value}"
_DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'
_OPTIONS = frozenset({"root", "object", "parent", "elements"})


class XadesWriter:
    """The steps of XAdES.

    `options` of an order: `root` (`asic`: XAdESSignatures around a detached signature), `object` (`xml`: XML
    as such inside an enveloping signature), `parent` (path of local names from below the root to the element
    that an enveloped signature goes into) and `elements` (Ids, with commas between, of what an internally
    detached signature covers).
    """

    def content_digest(self, documents: Sequence[Document], *, order: SignatureOrder, algorithm: str) -> bytes:
        """Return the digest for AllDataObjectsTimeStamp: the octets of all references to data, joined (5.2.8.1)."""
        state = new_hash(algorithm)
        digests = [item.sha256().hex() for item in documents]
        for datum in _layout(documents, order, _tag(digests, order)).data:
            datum.feed(state)
        return state.digest()

    def prepare(
        self, documents: Sequence[Document], *, order: SignatureOrder, signer: SignerParameters
    ) -> Prepared:
        """Return the octets to sign; `ConfigError` and `InputError` for what XAdES cannot do."""
        digest = digest_name(signer.digest_algorithm)
        method = _method(signer.algorithm)
        digests = tuple(item.sha256().hex() for item in documents)
        tag = _tag(digests, order)
        layout = _layout(documents, order, tag)
        described = [
            Described(reference_id=f"r-{tag}-{place}", media_type=item.media_type)
            for place, item in enumerate(layout.data, 1)
        ]
        properties = qualifying_properties(tag, order=order, signer=signer, described=described)
        references = [_reference(item, tag, place, digest) for place, item in enumerate(layout.data, 1)]
        references.append(_own_reference(properties, tag, digest))
        info = (
            f'<ds:SignedInfo><ds:CanonicalizationMethod Algorithm="{C14N_EXCLUSIVE}"/>'
            f'<ds:SignatureMethod Algorithm="{method}"/>{"".join(references)}</ds:SignedInfo>'
        )
        state = State(
            signature=_signature(tag, info, signer=signer, properties=properties, objects=layout.objects),
            before=layout.before,
            after=layout.after,
            splice=layout.splice,
            plain=_plain_size(signer),
            documents=digests,
            newest=layout.newest,
            beside=layout.beside,
        )
        return Prepared(octets=_canonical(info, "SignedInfo"), state=state.frozen())

    def finish(self, documents: Sequence[Document], prepared: Prepared, signature_value: bytes) -> XadesEditor:
        """Return the document with its signature; the value of ECDSA is turned from DER into r || s."""
        state = State.thawed(prepared.state)
        if tuple(item.sha256().hex() for item in documents) != state.documents or not documents:
            raise InputError("DRAFT_OTHER_DOCUMENT", subject=documents[0].name if documents else "")
        value = signature_value
        if state.plain:
            r, s = decode_dss_signature(signature_value)
            value = r.to_bytes(state.plain, "big") + s.to_bytes(state.plain, "big")
        signature = state.signature.replace(_VALUE, b64(value), 1)
        first = documents[0]
        if state.splice is not None:
            text = XmlText.of(bytes(first.data[:]), name=first.name)
            text = replace(text, octets=state.splice.apply(text.octets, signature.encode("ascii")))
        else:
            whole = "".join((_DECLARATION, *filled(f"{state.before}{signature}{state.after}", documents)))
            text = XmlText(octets=whole.encode("utf-8"))
        beside = documents if state.beside == "all" else documents[1:] if state.beside == "others" else ()
        joined = state.splice is not None
        return XadesEditor(text, name=first.name, originals=beside, newest=state.newest, joined=joined)

    def open(self, document: Document, originals: Sequence[Document]) -> XadesEditor:
        """Return a signed document for extension; `InputError` when it cannot be read or extended."""
        return XadesEditor.opened(document, originals)


WRITER = XadesWriter()
"""The one writer; it keeps nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """What `finish` needs of what `prepare` found; the documents themselves are handed over again."""

    signature: str
    before: str
    after: str
    splice: Splice | None
    plain: int
    """Octets of r and of s; 0 where the value stands as it is."""
    documents: tuple[str, ...]
    """SHA-256, in hexadecimal digits."""
    newest: str
    """The id that the signature will have."""
    beside: str
    """Which documents stand beside the signature: `all`, `others` (all but the first) or `none`."""

    def frozen(self) -> bytes:
        """Return the state as JSON."""
        splice = self.splice
        edit = None if splice is None else [splice.start, splice.end, splice.before.decode(), splice.after.decode()]
        parts = {name: getattr(self, name) for name in self.__slots__ if name not in ("splice", "documents")}
        return json.dumps({"v": 1, **parts, "splice": edit, "documents": list(self.documents)}).encode()

    @classmethod
    def thawed(cls, data: bytes) -> State:
        """Return the state that `frozen` wrote; `InputError` DRAFT_UNREADABLE for anything else."""
        try:
            found = json.loads(data)
            if found.pop("v") != 1 or any(not isinstance(found[name], str) for name in _TEXTS):
                raise ValueError("state")
            edit = found.pop("splice")
            splice = None if edit is None else _splice(*edit)
            documents = tuple(str(item) for item in found.pop("documents"))
            return cls(splice=splice, documents=documents, plain=int(found.pop("plain")), **found)
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as problem:
            raise InputError("DRAFT_UNREADABLE", subject="draft") from problem


_TEXTS = ("signature", "before", "after", "newest", "beside")


def _splice(start: int, end: int, before: str, after: str) -> Splice:
    if not 0 <= int(start) <= int(end):
        raise ValueError("splice")
    return Splice(start=int(start), end=int(end), before=before.encode(), after=after.encode())


def _layout(documents: Sequence[Document], order: SignatureOrder, tag: str) -> Layout:
    unknown = min(set(order.options) - _OPTIONS, default=None)
    if unknown is not None:
        raise ConfigError("XADES_OPTION", subject=unknown, params={"known": ", ".join(sorted(_OPTIONS))})
    if not documents:
        raise ConfigError("XADES_ONE_DOCUMENT", subject="-", params={"count": "0", "packaging": order.packaging.value})
    if order.placement is Placement.COUNTER:
        return _counter(documents, order)
    if order.packaging is Packaging.INTERNALLY_DETACHED:
        return internally_detached(documents, order)
    return layout_of(documents, order, tag=tag)


def _tag(digests: Sequence[str], order: SignatureOrder) -> str:
    """Return what makes the Ids of a signature its own: two signatures of one document have different inputs."""
    parts = (order.signing_time.isoformat(), order.packaging.value, order.target or "", *digests)
    return hashlib.sha256(" ".join(parts).encode()).hexdigest()[:32]


def _method(algorithm: SignatureAlgorithm) -> str:
    try:
        uri = signature_uri(algorithm)
    except KeyError:
        uri = ""
    known = signature_of_uri(uri)
    pss = (known.mgf_digest, known.salt_length) == (algorithm.mgf_digest, algorithm.salt_length)
    if not uri or (algorithm.name == "rsa-pss" and not pss):
        params = {"digest": algorithm.digest or "-"}
        raise ConfigError("XADES_ALGORITHM_UNSUPPORTED", subject=algorithm.name, params=params)
    return uri


def _plain_size(signer: SignerParameters) -> int:
    if signer.algorithm.name not in ("ecdsa", "plain-ecdsa"):
        return 0
    # XML-DSig 1.1 6.4.3: each as long as the order of the group.
    return (key_facts(Certificate.load(signer.certificate_der).spki_der).bits + 7) // 8


def _canonical(text: str, local: str) -> bytes:
    """Return the exclusive canonical form of an element of the signature."""
    tree = parsed(Document.from_bytes(f'<ds:Signature xmlns:ds="{DS}">{text}</ds:Signature>'.encode(), name="signature"))
    return canonicalize(next(item for item in tree.root.iter("*") if item.tag.endswith(f"}}{local}")), method=C14N_EXCLUSIVE)


def _reference(datum: Datum, tag: str, place: int, digest: str) -> str:
    type = f' Type="{datum.type}"' if datum.type else ""
    transforms = f"<ds:Transforms>{datum.transforms}</ds:Transforms>" if datum.transforms else ""
    return (
        f'<ds:Reference Id="r-{tag}-{place}"{type} URI="{datum.uri}">{transforms}'
        f"{digest_pair(digest, datum.digest(digest))}</ds:Reference>"
    )


def _own_reference(properties: str, tag: str, digest: str) -> str:
    octets = digest_of(digest, _canonical(properties, "SignedProperties"))
    assert octets is not None
    return (
        f'<ds:Reference Type="{_SIGNED_PROPERTIES}" URI="#xades-{tag}">{_EXCLUSIVE}'
        f"{digest_pair(digest, octets)}</ds:Reference>"
    )


def _signature(tag: str, info: str, *, signer: SignerParameters, properties: str, objects: str) -> str:
    certificates = "".join(
        f"<ds:X509Certificate>{b64(der)}</ds:X509Certificate>" for der in (signer.certificate_der, *signer.chain_ders)
    )
    return (
        f'<ds:Signature xmlns:ds="{DS}" Id="id-{tag}">{info}'
        f'<ds:SignatureValue Id="value-id-{tag}">{_VALUE}</ds:SignatureValue>'
        f"<ds:KeyInfo><ds:X509Data>{certificates}</ds:X509Data></ds:KeyInfo>"
        f"<ds:Object>{properties}</ds:Object>{objects}</ds:Signature>"
    )


def _counter(documents: Sequence[Document], order: SignatureOrder) -> Layout:
    """Return the layout of a counter-signature, which stands in a property of the one it confirms (5.2.7)."""
    document = documents[0]
    tree = parsed(document)
    signature = numbered(tree).get(order.target or "")
    if signature is None:
        raise ConfigError("XADES_TARGET_MISSING", subject=order.target or "-", params={"document": document.name})
    value = next((item for item in signature if is_ds(item, "SignatureValue")), None)
    id = value.get("Id") if value is not None else None
    if value is None or id is None or len(tree.by_id(id)) != 1:
        # A reference needs a name to go by, and none can be given to what was signed before.
        raise InputError("XADES_VALUE_WITHOUT_ID", subject=order.target or "-")
    text = XmlText.of(bytes(document.data[:]), name=document.name)
    place = property_place(text, tree, signature, id=order.target or "")
    splice = place.splice
    opened, closed = adapted("<xades:CounterSignature></xades:CounterSignature>", place.parent).split("><")
    datum = Datum(
        uri=f"#{words(id, option='Id')}",
        type=COUNTERSIGNED_TYPE,
        transforms=f'<ds:Transform Algorithm="{C14N_EXCLUSIVE}"/>',
        feed=lambda state: state.update(canonicalize(value, method=C14N_EXCLUSIVE)),
    )
    edit = replace(splice, before=splice.before + f"{opened}>".encode(), after=f"<{closed}".encode() + splice.after)
    known = sum(1 for item in numbered(tree) if item.rpartition(".C")[0] == order.target)
    return Layout(data=(datum,), splice=edit, newest=f"{order.target}.C{known + 1}", beside="others")
