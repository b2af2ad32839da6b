"""Peak anonymous memory of one process, read from outside while it works (Linux)."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks.inputs import Material

_SIGN = """
import sys, edoc
from benchmarks.inputs import MOMENT
key, certificate, authority, source, target = sys.argv[1:]
signer = edoc.Signer(edoc.Key.open("file:" + key, certificates=[certificate, authority]), signing_time=MOMENT)
assert signer.sign(source, output=target).check.passed
"""

_VERIFY = """
import sys, edoc
from benchmarks.inputs import MOMENT
root, target, *crls = sys.argv[1:]
trust = edoc.TrustStore.load(root)
report = edoc.verify_document(target, trust=trust, validation_data=crls, validation_time=MOMENT)
report.to_json()
assert report.verdict is edoc.Verdict.PASSED, report.to_json()
"""


def peak_of_signing(material: Material, source: Path, target: Path) -> float:
    """Return the peak in MB of a process that signs `source`."""
    signer = material.signers[0]
    return peak_of(_SIGN, [signer.key, signer.certificate, material.authority, source, target])


def peak_of_verifying(material: Material, target: Path) -> float:
    """Return the peak in MB of a process that verifies `target`."""
    return peak_of(_VERIFY, [material.root, target, *material.crls])


def peak_of(script: str, arguments: Sequence[str | Path]) -> float:
    """Return the peak in MB of a process that runs some source; `RuntimeError` when it fails."""
    process = subprocess.Popen([sys.executable, "-c", script, *map(str, arguments)])
    status, peak = Path(f"/proc/{process.pid}/status"), 0
    while process.poll() is None:
        found = re.search(r"RssAnon:\s+(\d+) kB", status.read_text(encoding="ascii", errors="replace"))
        peak = max(peak, int(found.group(1)) if found else 0)
        time.sleep(0.001)
    if process.returncode != 0:
        raise RuntimeError("the measured process failed: its words stand above")
    return peak * 1024 / 1e6
