"""Time-stamp tokens as practice wants them, made of certomancer's.

They name their certificate by SHA-256 (RFC 5816), not by SHA-1; and the same question at the same time gets
the same token, so that what is signed with them can be compared octet by octet.
"""

from __future__ import annotations

import hashlib

from asn1crypto import cms, tsp

from edoc.lab.keys import PrivateKey
from edoc.lab.signing import sign


def with_modern_reference(response: tsp.TimeStampResp, *, certificate: bytes, key: PrivateKey) -> bytes:
    """Return a response (DER) whose token refers to its certificate with ESSCertIDv2, signed anew."""
    reference = tsp.SigningCertificateV2({"certs": [{"cert_hash": hashlib.sha256(certificate).digest()}]})
    content = response["time_stamp_token"]["content"]
    signer = content["signer_infos"][0]
    info = content["encap_content_info"]["content"].parsed.copy()
    info["serial_number"] = _serial(info)
    content["encap_content_info"]["content"] = cms.ParsableOctetString(info.dump(force=True))
    digest = hashlib.new(signer["digest_algorithm"]["algorithm"].native, info.dump()).digest()
    replaced = ("signing_certificate", "message_digest")
    kept = [item for item in signer["signed_attrs"] if item["type"].native not in replaced]
    kept.append(cms.CMSAttribute({"type": "message_digest", "values": [digest]}))
    attributes = cms.CMSAttributes([*kept, cms.CMSAttribute({"type": "signing_certificate_v2", "values": [reference]})])
    # RFC 5652 5.4: the signature is over the attributes as a SET OF, not under their tag [0].
    signer["signature"] = sign(key, attributes.dump())
    signer["signed_attrs"] = attributes
    return bytes(response.dump(force=True))


def _serial(info: tsp.TSTInfo) -> int:
    """Return a number that stands for what is stamped, when, and the question's nonce (RFC 3161 2.4.2: unique)."""
    parts = (info["message_imprint"].dump(), info["gen_time"].dump(), info["nonce"].dump())
    return int.from_bytes(hashlib.sha256(b"".join(parts)).digest()[:8], "big")
