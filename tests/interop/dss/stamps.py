"""Time-stamps of a party of any key, over any octets, at any time (RFC 3161)."""

from __future__ import annotations

import hashlib
from datetime import datetime

from asn1crypto import cms, tsp, x509
from cryptography.hazmat.primitives.asymmetric import rsa

from edoc.lab.signing import sign
from tests.interop.dss.pki import Party


def answer(request: tsp.TimeStampReq, tsa: Party, time: datetime, *, old_reference: bool = False) -> tsp.TimeStampResp:
    """Grant a request; `old_reference` names the certificate by SHA-1, as before RFC 5816."""
    nonce = {"nonce": request["nonce"]} if request["nonce"].native is not None else {}
    info = tsp.TSTInfo({
        "version": "v1",
        "policy": "1.3.6.1.4.1.7.8.1",
        "message_imprint": request["message_imprint"],
        "serial_number": int.from_bytes(hashlib.sha256(request.dump()).digest()[:8], "big"),
        "gen_time": time,
        **nonce,
    })  # fmt: skip
    status = tsp.PKIStatusInfo({"status": "granted"})
    return tsp.TimeStampResp({"status": status, "time_stamp_token": _token(info.dump(), tsa, old_reference)})


def _token(info: bytes, tsa: Party, old_reference: bool) -> cms.ContentInfo:
    certificate = x509.Certificate.load(tsa.der)
    attributes = cms.CMSAttributes([
        cms.CMSAttribute({"type": "content_type", "values": ["tst_info"]}),
        cms.CMSAttribute({"type": "message_digest", "values": [hashlib.sha256(info).digest()]}),
        _old(tsa.der) if old_reference else _modern(tsa.der),
    ])  # fmt: skip
    algorithm = "sha256_rsa" if isinstance(tsa.key, rsa.RSAPrivateKey) else "sha256_ecdsa"
    signer = cms.SignerInfo({
        "version": "v1",
        "sid": cms.SignerIdentifier({
            "issuer_and_serial_number": cms.IssuerAndSerialNumber({
                "issuer": certificate.issuer, "serial_number": certificate.serial_number,
            })
        }),
        "digest_algorithm": {"algorithm": "sha256"},
        "signed_attrs": attributes,
        "signature_algorithm": {"algorithm": algorithm},
        "signature": sign(tsa.key, attributes.dump()),
    })  # fmt: skip
    content = cms.SignedData({
        "version": "v3",
        "digest_algorithms": [{"algorithm": "sha256"}],
        "encap_content_info": {"content_type": "tst_info", "content": cms.ParsableOctetString(info)},
        "certificates": [x509.Certificate.load(item.der) for item in (tsa, *tsa.chain)],
        "signer_infos": [signer],
    })  # fmt: skip
    return cms.ContentInfo({"content_type": "signed_data", "content": content})


def _modern(der: bytes) -> cms.CMSAttribute:
    reference = tsp.SigningCertificateV2({"certs": [{"cert_hash": hashlib.sha256(der).digest()}]})
    return cms.CMSAttribute({"type": "signing_certificate_v2", "values": [reference]})


def _old(der: bytes) -> cms.CMSAttribute:
    digest = hashlib.sha1(der, usedforsecurity=False).digest()
    reference = tsp.SigningCertificate({"certs": [{"cert_hash": digest}]})
    return cms.CMSAttribute({"type": "signing_certificate", "values": [reference]})
