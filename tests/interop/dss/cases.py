"""Documents that must pass, each with a twin in which one fact is different and which must be refused.

Trust is asked to accept, too: a verifier that refuses everything is safe and useless.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID as Purpose

from tests.interop.dss.makers import Work, sign_with_dss, sign_with_edoc, sign_with_pyhanko
from tests.interop.dss.oracle import Dss
from tests.interop.dss.pki import (
    BEGIN,
    JUDGED,
    LATE,
    LIST_LIFE,
    LISTED,
    RENEWED,
    SIGNED,
    STAMPED,
    Party,
    Plan,
    Revoked,
    Role,
    make,
)
from tests.interop.dss.scenes import PATHS, Material, Members, Scene, material

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@dataclass(frozen=True)
class Facts:
    """Everything that a verdict hangs on, beside the case."""

    level: str
    signer: dict[str, Any] = field(default_factory=dict)
    """How the signer's certificate differs from a plain one; likewise the others."""
    tsa: dict[str, Any] = field(default_factory=dict)
    issuing: dict[str, Any] = field(default_factory=dict)
    responder: dict[str, Any] = field(default_factory=dict)
    revoked: tuple[tuple[str, Revoked], ...] = ()
    """Which member, and since when."""
    listed: datetime = LISTED
    life: timedelta = LIST_LIFE
    forged: bool = False
    """Lists and responses are signed by somebody else."""
    given: bool = True
    """The status of the certificates is in the document, or beside it below B-LT."""
    renewed: bool = False
    """The archive was stamped once more, seven years later."""
    again: datetime | None = None
    """Fresh lists of this time lie beside a document that has its own."""
    news: tuple[tuple[str, Revoked], ...] = ()
    """What only the fresh lists know."""
    wrong_key: bool = False
    """Signed by a key that is not the certificate's."""
    other_anchor: bool = False
    """Another root of the same name is trusted."""
    tampered: bool = False
    stamped: datetime = STAMPED
    time: datetime = JUDGED


@dataclass(frozen=True)
class Case:
    """A document that must pass, and the name of its twin."""

    maker: str
    level: str
    twin: str
    path: str = "issuing"
    kind: str = "p256"
    style: str = "crl"
    digest: str | None = None
    pss: bool = False
    facts: dict[str, Any] = field(default_factory=dict)
    """What is unusual about the positive, in the words of `Facts`."""
    options: dict[str, Any] = field(default_factory=dict)
    """Of a request to DSS."""
    dss_passes: bool = True
    """Whether DSS knows enough to pass it too."""

    @property
    def name(self) -> str:
        algorithm = "-".join([self.kind, *(["pss"] if self.pss else []), *([self.digest] if self.digest else [])])
        special = "".join(f"-{word}" for word in self.options)
        return f"{self.maker}-{self.level}-{self.path}-{algorithm}-{self.style}{special}-{self.twin}"


@dataclass(frozen=True)
class Twin:
    """What is different, and how that must be refused."""

    changed: dict[str, Any]
    sub_indication: str
    code: str
    """The finding that names the cause."""
    dss: str | None = None
    """The words of DSS where they are others; `passes` where its default policy does not look."""
    also: str | None = None
    """Another sub-indication that is as right."""


def _revoked(member: str, since: datetime, reason: str = "key_compromise") -> dict[str, Any]:
    return {"revoked": ((member, Revoked(since, x509.ReasonFlags[reason])),)}


_CHAIN = "CERTIFICATE_CHAIN_GENERAL_FAILURE"

TWINS: dict[str, Twin] = {
    "revoked": Twin(_revoked("signer", SIGNED - DAY), "REVOKED_NO_POE", "CERTIFICATE_REVOKED"),
    "superseded": Twin(_revoked("signer", SIGNED - DAY, "superseded"), "REVOKED_NO_POE", "CERTIFICATE_REVOKED"),
    "revoked-news": Twin({"again": JUDGED - HOUR, "news": _revoked("signer", SIGNED - DAY)["revoked"]},
                         "REVOKED_NO_POE", "CERTIFICATE_REVOKED"),
    "on-hold": Twin(_revoked("signer", SIGNED - DAY, "certificate_hold"), "TRY_LATER", "CERTIFICATE_ON_HOLD"),
    "ca-revoked": Twin(_revoked("issuing", SIGNED - DAY), "REVOKED_CA_NO_POE", "CA_REVOKED"),
    "revoked-since": Twin(_revoked("signer", SIGNED + HOUR), "REVOKED_NO_POE", "CERTIFICATE_REVOKED"),
    "expired": Twin({"time": LATE, "listed": LATE - DAY}, "OUT_OF_BOUNDS_NO_POE", "CERTIFICATE_EXPIRED", dss=_CHAIN),
    "not-yet-valid": Twin({"signer": {"begin": JUDGED + DAY, "end": LATE}}, "OUT_OF_BOUNDS_NOT_REVOKED",
                          "CERTIFICATE_NOT_YET_VALID", dss=_CHAIN),
    "ca-expired": Twin({"issuing": {"end": SIGNED - DAY}}, _CHAIN, "EXPIRED"),
    "wrong-key": Twin({"wrong_key": True}, "SIG_CRYPTO_FAILURE", "SIGNATURE_VALUE_INVALID"),
    "tampered": Twin({"tampered": True}, "HASH_FAILURE", "HASH_MISMATCH"),
    "other-anchor": Twin({"other_anchor": True}, "NO_CERTIFICATE_CHAIN_FOUND", "NO_TRUSTED_PATH"),
    "stripped": Twin({"given": False}, _CHAIN, "REVOCATION_DATA_MISSING"),
    "forged-list": Twin({"forged": True}, _CHAIN, "REVOCATION_DATA_MISSING"),
    "stale": Twin({"listed": SIGNED - 30 * DAY}, "TRY_LATER", "REVOCATION_DATA_STALE", dss="passes"),
    "wrong-purpose": Twin({"signer": {"purposes": (Purpose.SERVER_AUTH,)}}, "CHAIN_CONSTRAINTS_FAILURE", "EKU",
                          dss="passes"),
    "wrong-usage": Twin({"signer": {"usage": ("key_encipherment",)}}, "CHAIN_CONSTRAINTS_FAILURE", "KEY_USAGE",
                        dss="passes"),
    "not-a-ca": Twin({"issuing": {"is_ca": False}}, _CHAIN, "NOT_A_CA"),
    "no-cert-sign": Twin({"issuing": {"usage": ("crl_sign",)}}, _CHAIN, "NO_KEYCERTSIGN"),
    "no-crl-sign": Twin({"issuing": {"usage": ("key_cert_sign",)}}, _CHAIN, "REVOCATION_DATA_MISSING"),
    "unauthorised": Twin({"responder": {"purposes": (Purpose.CODE_SIGNING,)}}, _CHAIN, "REVOCATION_DATA_MISSING",
                         dss="passes"),
    # Twins of documents whose signer was revoked, or expired, after the time-stamp: all hangs on the time.
    "stamped-late": Twin({"stamped": SIGNED + 2 * HOUR}, "REVOKED_NO_POE", "CERTIFICATE_REVOKED"),
    "no-stamp": Twin({"level": "B-B"}, "REVOKED_NO_POE", "CERTIFICATE_REVOKED"),
    "tsa-purpose": Twin({"tsa": {"purposes": (Purpose.SERVER_AUTH,)}}, "REVOKED_NO_POE", "TSA_EKU"),
    "tsa-expired": Twin({"tsa": {"end": SIGNED - DAY}}, "REVOKED_NO_POE", "TIMESTAMP_UNTRUSTED"),
    # No list of its time tells about a certificate that has expired, and nothing proves how old the one inside is.
    "no-archive": Twin({"level": "B-LT"}, "OUT_OF_BOUNDS_NO_POE", "CERTIFICATE_EXPIRED", dss="passes"),
    # The newest list that knows the signer is stale by then, which EN 319 102-1 5.2.6.4 says first (4a before 7).
    "no-renewal": Twin({"renewed": False}, "OUT_OF_BOUNDS_NO_POE", "CERTIFICATE_EXPIRED",
                       dss="OUT_OF_BOUNDS_NOT_REVOKED", also="TRY_LATER"),
    # A time-stamp over the content says that the signature is later, here than the revocation.
    "claimed-after": Twin(_revoked("signer", SIGNED - 3 * HOUR), "REVOKED", "CERTIFICATE_REVOKED"),
}  # fmt: skip


@dataclass(frozen=True)
class Question:
    """What a verifier is asked."""

    document: bytes
    trust: tuple[bytes, ...]
    material: Material
    time: datetime


class Bench:
    """Makes documents, each once."""

    def __init__(self, dss: Dss) -> None:
        self._dss = dss
        self._made: dict[str, bytes] = {}

    def question(self, case: Case, *, twin: bool = False) -> Question:
        """Return the document of a case, or its twin, with all that goes with it."""
        facts = Facts(level=case.level, **case.facts)
        if twin:
            facts = replace(facts, **TWINS[case.twin].changed)
        if not facts.given and facts.level in ("B-LT", "B-LTA"):
            facts = replace(facts, level="B-T")
        scene = PATHS[case.path](_members(case, facts))
        status = _status(case, facts, scene)
        lasting = facts.level in ("B-LT", "B-LTA")
        inside = status if lasting else Material(certificates=status.certificates)
        document = self._document(case, facts, scene, inside)
        beside = Material(certificates=status.certificates) if lasting else status
        if facts.again is not None:
            fates = _fates(replace(facts, revoked=facts.revoked + facts.news), scene)
            fresh = material(scene, case.style, fates, at=facts.again)
            beside = replace(beside, crls=beside.crls + fresh.crls, ocsps=beside.ocsps + fresh.ocsps)
        if facts.tampered:
            document = document.replace(b"Ruling 1403", b"Ruling 1404")
        return Question(document, tuple(item.der for item in _anchors(facts, scene)), beside, facts.time)

    def _document(self, case: Case, facts: Facts, scene: Scene, inside: Material) -> bytes:
        work = Work(
            level=facts.level, scene=scene, material=inside, kind=case.kind, digest=case.digest, pss=case.pss,
            signer=_stranger(case.kind) if facts.wrong_key else None, stamped=facts.stamped, options=case.options,
            again=material(scene, case.style, _fates(facts, scene), at=RENEWED - DAY) if facts.renewed else None,
        )  # fmt: skip
        # The material is part of the name only where it is part of the document.
        key = repr((case.maker, case.path, case.kind, case.digest, case.pss, facts.level, facts.signer, facts.tsa,
                    facts.issuing, facts.responder, facts.wrong_key, facts.stamped, facts.renewed, case.options, case.style == "ocsp",
                    inside.crls, inside.ocsps))  # fmt: skip
        if key not in self._made:
            sign = {"pyhanko": sign_with_pyhanko, "edoc": sign_with_edoc}.get(case.maker)
            self._made[key] = sign(work) if sign is not None else sign_with_dss(self._dss, work)
        return self._made[key]


def _members(case: Case, facts: Facts) -> Members:
    answered = case.style == "ocsp"
    tsa = "rsa" if case.kind.startswith("rsa") else "p256"
    return Members(
        signer=replace(Plan(kind=case.kind, answered=answered), **facts.signer),
        tsa=replace(Plan(kind=tsa, answered=answered), **facts.tsa),
        issuing=replace(Plan(), **facts.issuing),
        responder=replace(Plan(), **facts.responder),
    )


def _stranger(kind: str) -> Party:
    return make("Stranger", Role.SIGNER, plan=Plan(kind=kind))


def _fates(facts: Facts, scene: Scene) -> dict[Party, Revoked]:
    members = {"signer": scene.signer, "tsa": scene.tsa, "issuing": scene.issuing}
    return {members[name]: fate for name, fate in facts.revoked}


def _status(case: Case, facts: Facts, scene: Scene) -> Material:
    found = material(
        scene, case.style, _fates(facts, scene), at=facts.listed, life=facts.life, forged=facts.forged
    )
    return found if facts.given else Material(certificates=found.certificates)


def _anchors(facts: Facts, scene: Scene) -> tuple[Party, ...]:
    if not facts.other_anchor:
        return scene.anchors
    name = scene.anchors[-1].name
    return (make(f"{name} of somebody else", Role.CA, plan=Plan(begin=BEGIN, common_name=name)),)
