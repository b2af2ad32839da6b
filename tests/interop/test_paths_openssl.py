"""Random small PKIs, most of them broken somewhere: OpenSSL and the path engine must say the same.

Self-issued certificates are left out: OpenSSL takes the first issuer by name and does not turn back.
"""

from __future__ import annotations

import base64
import random
import subprocess
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from edoc.pki import extensions as ext
from edoc.pki.certificate import Certificate
from edoc.pki.crl import RevocationList
from edoc.pki.der import tlv
from edoc.pki.path import build_paths
from edoc.pki.pool import Pool
from edoc.pki.revocation import Evidence, Status, certificate_status
from edoc.pki.rfc5280 import check_path
from edoc.verify.freshness import fresh
from tests.pki import forge
from tests.pki.forge import CA, TIME, Extension, Plan, anchor, attribute, dn, general, rdn

WORLDS = 120
DAY = timedelta(days=1)
HOST = [general(2, text.encode()) for text in ("a.test", "c.a.test", "b.a.test", "z.test")]
MAIL = [general(1, b"x@a.test"), general(1, b"y@a.test")]
ADDRESS = [general(7, bytes([10, 1, 1, 1])), general(7, bytes([11, 1, 1, 1]))]
LINK = [general(6, b"http://evil.test/"), general(6, b"http://ok.test/")]


class World:
    """A chain from a root to a leaf and the lists of its authorities, with faults sprinkled in."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)
        root = Plan(subject=self.name("Root"), issuer=b"", subject_key="Root", issuer_key="Root", extensions=CA)
        self.plans = [root.but(issuer=root.subject)]
        for level in range(self.rng.choice((1, 2, 2, 3))):
            self.plans.append(self.authority(level, self.plans[-1]))
        self.plans.append(self.signer(self.plans[-1]))
        pairs = zip(self.plans, self.plans[1:], strict=False)
        self.lists = [self.list_of(above, below) for above, below in pairs if not self.now_and_then(0.03)]

    def now_and_then(self, share: float) -> bool:
        return self.rng.random() < share

    def name(self, text: str) -> bytes:
        organisation = self.rng.choice(("Org", "ORG", " org ", "Evil", "Other"))
        return dn(rdn(attribute("2.5.4.10", organisation)), rdn(attribute("2.5.4.3", text)))

    def authority(self, level: int, above: Plan) -> Plan:
        plan = Plan(
            subject=self.name(f"Authority {level}"), issuer=above.subject, subject_key=f"Key {level}",
            issuer_key="Wrong" if self.now_and_then(0.02) else above.subject_key, serial=10 + level,
            extensions=self.authority_extensions(),
        )  # fmt: skip
        if self.now_and_then(0.03):
            plan = plan.but(start=TIME + DAY)
        if self.now_and_then(0.03):
            plan = plan.but(end=TIME - DAY)
        return plan.but(version=1, extensions=()) if self.now_and_then(0.02) else plan

    def authority_extensions(self) -> tuple[Extension, ...]:
        found: list[Extension] = []
        if not self.now_and_then(0.04):
            length = self.rng.choice((None, None, None, 0, 1))
            found.append(forge.basic_constraints(ca=not self.now_and_then(0.05), length=length))
        usages = [name for name in ("keyCertSign", "cRLSign", "digitalSignature") if not self.now_and_then(0.04)]
        found.append(forge.key_usage(*usages, "digitalSignature"))
        if self.now_and_then(0.25):
            permitted, excluded = self.rng.choice(_PERMITTED), self.rng.choice(_EXCLUDED)
            if permitted or excluded:
                found.append(forge.name_constraints(permitted, excluded))
        if self.now_and_then(0.15):
            found.append(forge.policies(self.rng.choice(("1.2.3", ext.ANY_POLICY))))
        if self.now_and_then(0.08):
            skip = bytes([self.rng.choice((0, 1, 2))])
            found.append((ext.POLICY_CONSTRAINTS, True, tlv(0x30, tlv(0x80, skip))))
        return tuple(found)

    def signer(self, above: Plan) -> Plan:
        found: list[Extension] = [forge.key_usage("digitalSignature")]
        if self.now_and_then(0.6):
            found.append(
                forge.alternative_names(*self.rng.sample([*HOST, *MAIL, *ADDRESS, *LINK], self.rng.choice((1, 2))))
            )
        if self.now_and_then(0.3):
            found.append(forge.policies(self.rng.choice(("1.2.3", "1.2.4"))))
        if self.now_and_then(0.3):
            found.append(forge.distribution_points(forge.distribution_point("http://a/c.crl")))
        if self.now_and_then(0.03):
            found.append(("1.2.3.4.5", True, b"\x05\x00"))
        return Plan(
            subject=self.name("Signer"), issuer=above.subject, subject_key="Signer", issuer_key=above.subject_key,
            serial=1000, extensions=tuple(found),
        )  # fmt: skip

    def list_of(self, above: Plan, below: Plan) -> bytes:
        entries = [forge.revoked(5)]
        if self.now_and_then(0.06):
            entries.append(forge.revoked(below.serial, reason=self.rng.choice((None, 1, 6))))
        extensions = [forge.number(1)]
        if self.now_and_then(0.12):
            uri = self.rng.choice((None, "http://a/c.crl", "http://b"))
            extensions.append(forge.issuing_point(uri, only=self.rng.choice((1, 2, 5))))
        this, following = self.rng.choice([(-2, 2)] * 20 + [(-9, -2), (1, 2)])
        return forge.crl_der(
            above.subject, *entries, signer="Wrong" if self.now_and_then(0.03) else above.subject_key,
            this=TIME + this * DAY, following=TIME + following * DAY, extensions=extensions,
        )  # fmt: skip


_PERMITTED = [
    [],
    HOST[:1],
    [general(4, dn(rdn(attribute("2.5.4.10", "Org"))))],
    [general(1, b"a.test")],
    [general(7, bytes([10, 0, 0, 0, 255, 0, 0, 0]))],
]
_EXCLUDED = [[], HOST[2:3], [general(4, dn(rdn(attribute("2.5.4.10", "Evil"))))], MAIL[:1], [general(6, b"evil.test")]]


def pem(label: str, *ders: bytes) -> bytes:
    return b"".join(
        f"-----BEGIN {label}-----\n".encode() + base64.encodebytes(der) + f"-----END {label}-----\n".encode()
        for der in ders
    )


def theirs(openssl: str, folder: Path, certificates: list[bytes], lists: list[bytes]) -> bool:
    for name, data in (
        ("root.pem", pem("CERTIFICATE", certificates[0])),
        ("pool.pem", pem("CERTIFICATE", *certificates[1:-1])),
        ("leaf.pem", pem("CERTIFICATE", certificates[-1])),
        ("lists.pem", pem("X509 CRL", *lists)),
    ):
        (folder / name).write_bytes(data)
    command = [
        openssl, "verify", "-attime", str(int(TIME.timestamp())), "-CAfile", "root.pem", "-untrusted", "pool.pem",
        "-crl_check_all", "-extended_crl", "-policy_check", "-policy", ext.ANY_POLICY,
    ]  # fmt: skip
    command += ["-CRLfile", "lists.pem"] if lists else []
    return subprocess.run([*command, "leaf.pem"], cwd=folder, capture_output=True, check=False).returncode == 0


def ours(certificates: list[bytes], lists: list[bytes]) -> bool:
    root, *rest = [Certificate.load(der) for der in certificates]
    pool, anchors = Pool(rest), (anchor(root),)
    evidence = Evidence(crls=tuple(RevocationList.load(der) for der in lists), pool=pool)
    for path in build_paths(rest[-1], pool=pool, anchors=anchors, time=TIME).paths:
        found = [
            certificate_status(path, index, evidence=evidence, anchors=anchors, time=TIME)
            for index in range(len(path.certificates))
        ]
        current = all(
            item.status is Status.GOOD
            and fresh(this_update=item.this_update, next_update=item.next_update, time=TIME, max_age=None)
            for item in found
        )
        if current and not check_path(path, time=TIME):
            return True
    return False


def test_random_worlds_are_judged_as_openssl_judges_them(tmp_path: Path, oracle: Callable[[str], str]) -> None:
    openssl = oracle("openssl")
    answers = []
    for seed in range(WORLDS):
        world = World(seed)
        certificates = [plan.der() for plan in world.plans]
        mine = ours(certificates, world.lists)
        assert mine == theirs(openssl, tmp_path, certificates, world.lists), f"world {seed}"
        answers.append(mine)
    # Both answers must occur often, or the comparison says nothing.
    assert WORLDS // 10 < sum(answers) < WORLDS - WORLDS // 10
