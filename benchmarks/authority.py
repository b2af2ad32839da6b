"""A time-stamping authority (RSA-2048) in a process of its own, over a pipe: its work is nobody else's."""

from __future__ import annotations

import secrets
from multiprocessing.connection import Connection

from asn1crypto import keys, pem, tsp
from pyhanko.keys import load_cert_from_pemder
from pyhanko.sign.timestamps import TimeStamper
from pyhanko.sign.timestamps.dummy_client import DummyTimeStamper

from benchmarks.inputs import MOMENT, Material
from edoc.net.tsa_wire import read_response, time_stamp_request


def serve(pipe: Connection, material: Material) -> None:
    """Answer requests until nobody asks any more, as pyHanko's practice authority does."""
    _, _, key = pem.unarmor(material.stamper.key.read_bytes())
    authority = DummyTimeStamper(
        load_cert_from_pemder(str(material.stamper.certificate)),
        keys.PrivateKeyInfo.load(key),
        certs_to_embed=[load_cert_from_pemder(str(material.authority))],
        fixed_dt=MOMENT,
    )
    while True:
        try:
            request = tsp.TimeStampReq.load(pipe.recv_bytes())
        except EOFError:
            return
        pipe.send_bytes(authority.request_tsa_response(request).dump())


class EdocClient:
    """What edoc's signers take as `tsa=`: edoc's own request and answer, but for the socket."""

    def __init__(self, pipe: Connection) -> None:
        self._pipe = pipe

    def timestamp(self, digest: bytes, *, algorithm: str = "sha256") -> bytes:
        """Return a token (DER)."""
        self._pipe.send_bytes(time_stamp_request(digest, algorithm=algorithm, nonce=secrets.randbits(63), policy=None))
        token = read_response(self._pipe.recv_bytes()).token
        assert token is not None
        return token


class PyhankoClient(TimeStamper):
    """pyHanko's own request and answer, but for the socket."""

    def __init__(self, pipe: Connection) -> None:
        super().__init__()
        self._pipe = pipe

    async def async_request_tsa_response(self, req: tsp.TimeStampReq) -> tsp.TimeStampResp:
        """Return the answer, which is read later."""
        self._pipe.send_bytes(req.dump())
        return tsp.TimeStampResp.load(self._pipe.recv_bytes())
