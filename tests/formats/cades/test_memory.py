"""CMS around and beside large data costs no more memory than small: nothing of the data is ever copied whole."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from edoc.pki import oids
from edoc.pki.der import encode_oid, tlv
from tests.conftest import ROOT
from tests.formats.cades import maker
from tests.fuzzing.der import Node, parse
from tests.sign.makers import open_key

SIZE = 100 << 20
ANONYMOUS = 70 << 20
"""Octets; the interpreter and its libraries take some 35 MB of it."""

_WATCHED = """
import sys, threading, edoc
from datetime import datetime, UTC
folder, keys = sys.argv[1:]
peak, done = 0, threading.Event()
def anonymous():
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) << 10 for line in status if line.startswith("RssAnon"))
def watch():
    global peak
    while not done.wait(0.002):
        peak = max(peak, anonymous())
key = edoc.Key.open(f"file:{keys}/key.pem", certificates=[f"{keys}/signer.pem"])
watcher = threading.Thread(target=watch)
watcher.start()
words = []
for packaging in ("detached", "enveloping"):
    edoc.sign_document(f"{folder}/data", key, format="cades", packaging=packaging, output=f"{folder}/{packaging}",
                       signing_time=datetime(2026, 6, 1, tzinfo=UTC))
for name, beside in (("detached", [f"{folder}/data"]), ("enveloping", []), ("streamed", [])):
    words.append(edoc.verify_document(f"{folder}/{name}", policy="integrity", detached=beside).verdict.value)
done.set()
watcher.join()
print(*words, max(peak, anonymous()))
"""


def _streamed(place: Path, data: Path) -> None:
    """Write a CMS around the data as OpenSSL streams it: indefinite lengths, segments of 4096 octets."""
    digest = maker.digest("sha256", data.read_bytes())
    certificate = maker.pki().certificate("person-ec")

    def change(signer: Node) -> None:
        inside = maker.attributes_of(signer, tag=0xA0)
        found = next(item for item in inside.kids if item.kids[0].encode() == encode_oid(oids.MESSAGE_DIGEST))
        found.kids[1].kids[0].content = digest

    (root,) = parse(maker.resigned(maker.signed(), change))
    signers = root.kids[1].kids[0].kids[-1].encode()
    head = b"\x30\x80" + encode_oid(oids.SIGNED_DATA) + b"\xa0\x80\x30\x80\x02\x01\x01"
    head += b"".join(kid.encode() for kid in root.kids[1].kids[0].kids[1:2])
    head += b"\x30\x80" + encode_oid(oids.DATA) + b"\xa0\x80\x24\x80"
    with place.open("wb") as file, data.open("rb") as source:
        file.write(head)
        while block := source.read(4096):
            file.write(b"\x04\x82" + len(block).to_bytes(2, "big") + block)
        file.write(b"\0\0" * 3 + tlv(0xA0, certificate) + signers + b"\0\0" * 3)


def test_large_data_is_signed_and_verified_in_little_memory(tmp_path: Path) -> None:
    (tmp_path / "keys").mkdir()
    open_key("rsa", tmp_path / "keys")
    data = tmp_path / "data"
    with data.open("wb") as file:
        file.truncate(SIZE)
    _streamed(tmp_path / "streamed", data)
    done = subprocess.run(
        [sys.executable, "-c", _WATCHED, str(tmp_path), str(tmp_path / "keys")], cwd=ROOT,
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    for name in ("data", "detached", "enveloping", "streamed"):
        (tmp_path / name).unlink(missing_ok=True)
    assert done.returncode == 0, done.stderr
    *verdicts, peak = done.stdout.split()
    assert verdicts == ["INTACT"] * 3
    assert int(peak) < ANONYMOUS
