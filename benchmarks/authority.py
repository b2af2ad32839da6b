"""One time-stamping authority (RSA-2048) for both libraries, within the process: no socket, its work counted apart."""

from __future__ import annotations

import secrets
import time

from asn1crypto import keys, pem, tsp
from pyhanko.keys import load_cert_from_pemder
from pyhanko.sign.timestamps.dummy_client import DummyTimeStamper

from benchmarks.inputs import MOMENT, Material
from edoc.net.tsa_wire import read_response, time_stamp_request


class Authority(DummyTimeStamper):
    """pyHanko's practice authority, which edoc asks too; `spent` is the CPU seconds that its answers took."""

    def __init__(self, material: Material) -> None:
        _, _, key = pem.unarmor(material.stamper.key.read_bytes())
        super().__init__(
            load_cert_from_pemder(str(material.stamper.certificate)),
            keys.PrivateKeyInfo.load(key),
            certs_to_embed=[load_cert_from_pemder(str(material.authority))],
            fixed_dt=MOMENT,
        )
        self.spent = 0.0

    def request_tsa_response(self, req: tsp.TimeStampReq) -> tsp.TimeStampResp:
        """Answer a request in the form in which a client finds it: octets, not yet read."""
        start = time.process_time()
        answer = tsp.TimeStampResp.load(super().request_tsa_response(req).dump())
        self.spent += time.process_time() - start
        return answer


class Source:
    """The same authority as edoc's signers ask it (`tsa=`): request and answer are octets."""

    def __init__(self, authority: Authority) -> None:
        self._authority = authority

    def timestamp(self, digest: bytes, *, algorithm: str = "sha256") -> bytes:
        """Return a token (DER)."""
        request = time_stamp_request(digest, algorithm=algorithm, nonce=secrets.randbits(63), policy=None)
        start = time.process_time()
        asked = tsp.TimeStampReq.load(request)
        self._authority.spent += time.process_time() - start
        answer = self._authority.request_tsa_response(asked).dump()
        token = read_response(answer).token
        assert token is not None
        return token
