"""Time-stamp tokens that name their certificate by SHA-256 (RFC 5816), which certomancer's do by SHA-1."""

from __future__ import annotations

import hashlib

from asn1crypto import cms, tsp

from edoc.lab.keys import PrivateKey
from edoc.lab.signing import sign


def with_modern_reference(response: tsp.TimeStampResp, *, certificate: bytes, key: PrivateKey) -> bytes:
    """Return a response (DER) whose token refers to its certificate with ESSCertIDv2, signed anew."""
    reference = tsp.SigningCertificateV2({"certs": [{"cert_hash": hashlib.sha256(certificate).digest()}]})
    signer = response["time_stamp_token"]["content"]["signer_infos"][0]
    kept = [item for item in signer["signed_attrs"] if item["type"].native != "signing_certificate"]
    attributes = cms.CMSAttributes([*kept, cms.CMSAttribute({"type": "signing_certificate_v2", "values": [reference]})])
    # RFC 5652 5.4: the signature is over the attributes as a SET OF, not under their tag [0].
    signer["signature"] = sign(key, attributes.dump())
    signer["signed_attrs"] = attributes
    return bytes(response.dump(force=True))
