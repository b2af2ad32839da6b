"""DSS, pyHanko and edoc as signers of one document at a PAdES level, with the keys of a scene, at frozen times."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from asn1crypto import crl, keys, ocsp, tsp, x509
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers
from pyhanko.sign.timestamps import TimeStamper
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.registry import SimpleCertificateStore

import edoc
from edoc.api_sign import extend_document
from edoc.keys import Key
from edoc.keys.local import LocalKey
from edoc.pki.certificate import Certificate
from tests.interop.dss.oracle import Dss
from tests.interop.dss.pki import ARCHIVED, JUDGED, PASSWORD, RENEWED, SIGNED, STAMPED, Party
from tests.interop.dss.scenes import Material, Scene
from tests.interop.dss.stamps import answer
from tests.sign.shapes import SHAPES

DIGESTS = {"p384": "sha384", "p521": "sha512", "ed25519": "sha512", "ed448": "shake256"}
"""Where SHA-256 is not what goes with a key."""


@dataclass(frozen=True)
class Work:
    """What is to be made."""

    level: str
    scene: Scene
    material: Material
    """What goes into the document at B-LT and B-LTA."""
    kind: str
    digest: str | None = None
    pss: bool = False
    shape: str = "table"
    signer: Party | None = None
    """Signs in the place of the scene's signer, whose certificate stands in the document all the same; DSS only."""
    signed: datetime = SIGNED
    stamped: datetime = STAMPED
    archived: datetime = ARCHIVED
    again: Material | None = None
    """Status of the certificates of later, with which the archive is stamped once more; DSS only."""
    options: dict[str, object] = field(default_factory=dict)
    """Of a request to DSS."""
    old_reference: bool = False
    """Time-stamps name their certificate by SHA-1 (RFC 3161 before RFC 5816); pyHanko only."""

    @property
    def digest_name(self) -> str:
        return self.digest or DIGESTS.get(self.kind, "sha256")


def sign_with_dss(dss: Dss, work: Work) -> bytes:
    """Sign at B-B or B-T at one time, and raise to B-LT or B-LTA at a later one, as archives do."""
    scene = work.scene
    common = _common(work, work.material)
    if "content_time" in common:
        common["content_tsa"] = _tsa(scene.tsa, common.pop("content_time"))
    document = dss.sign(
        SHAPES[work.shape](),
        pkcs12=scene.signer.pkcs12,
        password=PASSWORD,
        signer={"pkcs12": (work.signer or scene.signer).pkcs12, "password": PASSWORD},
        pss=work.pss,
        level=min(work.level, "B-T", key=_ORDER.index),
        signing_time=work.signed,
        tsa=_tsa(scene.tsa, work.stamped),
        **common,
    )
    if work.level in ("B-LT", "B-LTA"):
        document = dss.extend(document, level=work.level, tsa=_tsa(scene.tsa, work.archived), **common)
    if work.again is not None:
        later = _common(work, work.again)
        document = dss.extend(document, level=work.level, tsa=_tsa(scene.renewing, RENEWED), **later)
    return document


def _common(work: Work, material: Material) -> dict[str, Any]:
    name = {"shake256": "SHAKE256_512"}.get(work.digest_name, work.digest_name.upper())
    return {
        "trust": [item.der for item in work.scene.anchors],
        "crls": material.crls,
        "ocsps": material.ocsps,
        "certificates": material.certificates,
        "digest": name,
        **work.options,
    }


_ORDER = ("B-B", "B-T", "B-LT", "B-LTA")


def _tsa(party: Party, time: datetime) -> dict[str, object]:
    return {"pkcs12": party.pkcs12, "password": PASSWORD, "time": time}


class _Source:
    """The time-stamping authority of a scene, as of a time."""

    def __init__(self, tsa: Party, time: datetime) -> None:
        self._tsa = tsa
        self._time = time

    def timestamp(self, digest: bytes, *, algorithm: str = "sha256") -> bytes:
        imprint = tsp.MessageImprint({"hash_algorithm": {"algorithm": algorithm}, "hashed_message": digest})
        request = tsp.TimeStampReq({"version": "v1", "message_imprint": imprint, "cert_req": True})
        return bytes(answer(request, self._tsa, self._time)["time_stamp_token"].dump())


def sign_with_edoc(work: Work) -> bytes:
    """Sign at B-B or B-T, and raise to B-LT or B-LTA when the lists are there."""
    scene = work.scene
    certificates = [Certificate.load(item.der) for item in (scene.signer, *scene.signer.chain)]
    key = Key(
        backend=LocalKey(scene.signer.key), certificate=certificates[0], chain=tuple(certificates[1:]), uri="scene:signer"
    )
    result = edoc.sign_document(
        SHAPES[work.shape](),
        key,
        level=min(work.level, "B-T", key=_ORDER.index),
        tsa=_Source(scene.tsa, work.stamped) if work.level != "B-B" else None,
        signing_time=work.signed,
        digest=work.digest,
        pss=work.pss,
        allow_invalid_certificate=True,
    )
    if work.level in ("B-LT", "B-LTA"):
        result = extend_document(
            result.document,
            level=work.level,
            tsa=_Source(scene.tsa, work.archived) if work.level == "B-LTA" else None,
            validation_data=_data(work.material),
            trust=_trust(scene),
            validation_time=work.archived,
        )
    if work.again is not None:
        result = extend_document(
            result.document,
            level=work.level,
            tsa=_Source(scene.renewing, RENEWED),
            validation_data=_data(work.again),
            trust=_trust(scene),
            validation_time=RENEWED,
        )
    return bytes(result.document.data[:])


def _data(material: Material) -> tuple[bytes, ...]:
    return (*material.crls, *material.ocsps, *material.certificates)


def _trust(scene: Scene) -> edoc.TrustStore:
    return edoc.TrustStore.of([item.der for item in scene.anchors])


class _Signer(signers.PdfSigner):
    """Claims a time that is given."""

    claimed: datetime = SIGNED

    def init_signing_session(self, *args: Any, **named: Any) -> Any:
        session = super().init_signing_session(*args, **named)
        session.system_time = self.claimed
        return session


class _Stamper(TimeStamper):
    """Stamps the signature at one time, and everything after it at a later one."""

    def __init__(self, work: Work) -> None:
        super().__init__()
        self._work = work
        self._times = [work.stamped, work.stamped, work.archived]
        """Of the answer that only measures, the signature's, the document's."""

    async def async_request_tsa_response(self, req: tsp.TimeStampReq) -> tsp.TimeStampResp:
        time = self._times.pop(0) if len(self._times) > 1 else self._times[0]
        return answer(req, self._work.scene.tsa, time, old_reference=self._work.old_reference)


def sign_with_pyhanko(work: Work) -> bytes:
    """Sign at a level in one go."""
    scene = work.scene
    lasting = work.level in ("B-LT", "B-LTA")
    settings: dict[str, Any] = {"embed_validation_info": True, "validation_context": _context(work)} if lasting else {}
    if work.kind not in ("ed25519", "ed448"):
        settings["md_algorithm"] = work.digest_name
    metadata = signers.PdfSignatureMetadata(
        field_name="Signature1", subfilter=fields.SigSeedSubFilter.PADES, use_pades_lta=work.level == "B-LTA", **settings
    )
    signer = signers.SimpleSigner(
        signing_cert=_certificate(scene.signer.der),
        signing_key=keys.PrivateKeyInfo.load(scene.signer.private),
        cert_registry=_store(scene.signer.chain),
        prefer_pss=work.pss,
        embed_roots=True,
    )
    stamper = _Stamper(work) if work.level != "B-B" else None
    out = io.BytesIO()
    pdf_signer = _Signer(metadata, signer, timestamper=stamper)
    pdf_signer.claimed = work.signed
    pdf_signer.sign_pdf(IncrementalPdfFileWriter(io.BytesIO(SHAPES[work.shape]())), output=out)
    return out.getvalue()


def _context(work: Work) -> ValidationContext:
    return ValidationContext(
        trust_roots=[_certificate(item.der) for item in work.scene.anchors],
        other_certs=[_certificate(item) for item in work.material.certificates],
        crls=[crl.CertificateList.load(item) for item in work.material.crls],
        ocsps=[ocsp.OCSPResponse.load(item) for item in work.material.ocsps],
        moment=JUDGED,
        best_signature_time=JUDGED,
        allow_fetching=False,
        revocation_mode="require",
    )


def _certificate(der: bytes) -> x509.Certificate:
    return x509.Certificate.load(der)


def _store(parties: Any) -> SimpleCertificateStore:
    store = SimpleCertificateStore()
    store.register_multiple([_certificate(item.der) for item in parties])
    return store
