"""A large document costs no more memory than a small one: what is not file-backed stays below a fixed size."""

from __future__ import annotations

import filecmp
import os
import subprocess
import sys
from pathlib import Path

from tests.conftest import ROOT
from tests.sign.makers import open_key
from tests.sign.shapes import PAGE, Maker

SIZE = 100 << 20
ANONYMOUS = 70 << 20
"""Octets; the interpreter and its libraries take some 35 MB of it."""

_WATCHED = """
import sys, threading, edoc
from datetime import datetime, UTC
from edoc.api_show import write_revision
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
for turn, name in enumerate(("in", "out1"), 1):
    edoc.sign_document(f"{folder}/{name}.pdf", key, output=f"{folder}/out{turn}.pdf", signing_time=datetime(2026, 6, 1, tzinfo=UTC))
report = edoc.verify_document(f"{folder}/out2.pdf", policy="integrity")
write_revision(f"{folder}/out2.pdf", "S1", output=f"{folder}/as-signed.pdf")
done.set()
watcher.join()
print(report.verdict.value, len(report.signatures), max(peak, anonymous()))
"""


def test_a_large_document_is_signed_twice_and_verified_in_little_memory(tmp_path: Path) -> None:
    (tmp_path / "keys").mkdir()
    open_key("rsa", tmp_path / "keys")
    bulk = b"<</Length %d>>\nstream\n" % SIZE + os.urandom(1 << 20) * (SIZE >> 20) + b"\nendstream"
    document = Maker().table({**PAGE, 6: bulk, 3: PAGE[3][:-2] + b"/Bulk 6 0 R>>"}, size=7).data
    (tmp_path / "in.pdf").write_bytes(document)
    done = subprocess.run(
        [sys.executable, "-c", _WATCHED, str(tmp_path), str(tmp_path / "keys")], cwd=ROOT,
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    same = done.returncode == 0 and filecmp.cmp(tmp_path / "out1.pdf", tmp_path / "as-signed.pdf", shallow=False)
    for place in tmp_path.glob("*.pdf"):
        place.unlink()
    assert done.returncode == 0, done.stderr
    assert same
    verdict, count, peak = done.stdout.split()
    assert (verdict, count) == ("INTACT", "2") and 0 < int(peak) <= ANONYMOUS, done.stdout
