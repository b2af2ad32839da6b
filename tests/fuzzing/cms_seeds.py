"""The seed files of CMS: signatures at every level and in every form, and tokens that stand alone."""

from __future__ import annotations

import hashlib

from edoc.formats.writing import Placement, SignaturePolicy, SignerLocation
from tests.formats.cades import maker
from tests.formats.cades.maker import BESIDE, DATA, document, octets, pki, streamed


def make_seeds() -> dict[str, bytes]:
    """Return the seed files by name; each is INTACT with its data beside it, tokens apart."""
    lta = maker.signed("B-LTA")
    both = octets(maker.raised(maker.editor([document(maker.signed("B-T"))], "person"), "B-LTA", name="person"))
    counter = maker.editor([document(maker.signed("B-T"))], "person-ed", placement=Placement.COUNTER, target="S1")
    maker.archive(counter, "S1")
    policy = SignaturePolicy(id="1.2.3.4", digest_algorithm="sha256", digest=hashlib.sha256(b"rules").digest())
    claims = maker.editor(
        [DATA], policy=policy, commitments=("1.2.840.113549.1.9.16.6.1",), roles=("Judge",),
        location=SignerLocation(country="IR", locality="Tehran"), media_types={DATA.name: "text/plain"},
        content_timestamps=(pki().timestamp(DATA.sha256()),),
    )  # fmt: skip
    return {
        "b-b.p7m": maker.signed(),
        "b-t.p7m": maker.signed("B-T", name="person"),
        "b-lt.p7m": maker.signed("B-LT", name="person-ed"),
        "b-lta.p7m": lta,
        "detached-b-lta.p7s": maker.signed("B-LTA", packaging=BESIDE),
        "two-signers.p7m": both,
        "countersigned.p7m": octets(counter),
        "claims.p7m": octets(claims),
        "streamed.p7m": streamed(lta),
        "streamed-inside.p7m": streamed(lta, inside=True),
        "text.pem": maker.pem(maker.signed("B-T")),
        "token.tst": pki().timestamp(DATA.sha256()),
    }
