"""Documents with a past: certificates, revocation data and time-stamps of chosen years, judged in 2026."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

from edoc.facts.material import EmbeddedObject, MaterialKind, Origin
from edoc.facts.signature import (
    CertificateReference,
    DocumentFacts,
    EvidenceChain,
    EvidenceFacts,
    EvidenceReach,
    Reference,
    SignatureAlgorithm,
    SignatureFacts,
    SignatureFormat,
    TimestampFacts,
    TimestampKind,
)  # fmt: skip
from edoc.pki.certificate import Certificate
from edoc.pki.crl import RevocationList
from edoc.pki.ocsp import OcspResponse
from edoc.policy.model import Policy
from edoc.policy.suite import SuiteRow, default_suite
from edoc.result.report import Outcome
from edoc.trust.store import TrustStore
from edoc.verify.context import Context, ValidationData
from edoc.verify.engine import EngineIdentity, validate
from edoc.verify.memo import PathMemo
from tests.pki.ocsp_maker import Response, Single
from tests.verify.world import CONTENT, Issue, Listed, crl, distinguished, key

NOW = datetime(2026, 6, 1, tzinfo=UTC)
WEAK_UNTIL = datetime(2012, 8, 1, tzinfo=UTC)
DAY = timedelta(days=1)
EXPIRED_ON_CRL = x509.ObjectIdentifier("2.5.29.60")
Evidence = RevocationList | OcspResponse | Certificate


def year(number: int, month: int = 1, day: int = 1) -> datetime:
    return datetime(number, month, day, tzinfo=UTC)


def weak_suite_policy(**changes: object) -> Policy:
    """The default rules, freshness off, and a suite in which SHA-384 ended in 2012 (so that old keys can be made)."""
    suite = default_suite()
    digests = [row for row in suite.digests if row.name != "sha384"]
    weak = replace(suite, digests=(*digests, SuiteRow(name="sha384", until=WEAK_UNTIL)))
    made = replace(Policy.named("default"), id="P0", max_status_age=timedelta(days=36_500), suite=weak)
    return replace(made, **changes)  # type: ignore[arg-type]


P0 = weak_suite_policy()
WINDOW = weak_suite_policy(id="window", max_status_age=None)
ZERO = weak_suite_policy(id="zero", max_status_age=timedelta(0))


@cache
def root() -> Certificate:
    return Issue(subject="Old Root", issuer="Old Root", ca=True, start=year(2000), end=year(2060)).make()


@cache
def ca(end: int = 2050) -> Certificate:
    return Issue(subject="Old CA", issuer="Old Root", ca=True, start=year(2001), end=year(end)).make()


@cache
def signer(end: int = 2028, start: int = 2010) -> Certificate:
    return Issue(subject="Old Signer", issuer="Old CA", start=year(start), end=year(end)).make()


@cache
def exempt_signer(end: int) -> Certificate:
    assured = x509.UnrecognizedExtension(x509.ObjectIdentifier("0.4.0.194121.2.1"), b"\x05\x00")
    issue = Issue(
        subject="Old Signer", issuer="Old CA", start=year(2010), end=year(end), extensions=((assured, False),)
    )
    return issue.make()


@cache
def responder(end: int = 2050) -> Certificate:
    signing = x509.ExtendedKeyUsage([x509.oid.ExtendedKeyUsageOID.OCSP_SIGNING])
    return Issue(
        subject="Old Responder", issuer="Old CA", start=year(2009), end=year(end),
        extensions=((signing, False), (x509.OCSPNoCheck(), False)),
    ).make()  # fmt: skip


@cache
def tsa(name: str = "Old TSA", end: int = 2050) -> Certificate:
    stamping = x509.ExtendedKeyUsage([x509.oid.ExtendedKeyUsageOID.TIME_STAMPING])
    issue = Issue(
        subject=name, issuer="Old Root", start=year(2005), end=year(end), extensions=((stamping, True),)
    )
    return issue.make()


@cache
def weakly_signed(subject: str = "Old Signer") -> Certificate:
    """A certificate whose signature was made with the digest that ended."""
    sound = signer()
    builder = (
        x509.CertificateBuilder()
        .subject_name(distinguished(subject)).issuer_name(distinguished("Old CA"))
        .public_key(key(subject).public_key()).serial_number(sound.serial_number + 2)
        .not_valid_before(sound.not_before).not_valid_after(sound.not_after)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.KeyUsage(True, True, *[False] * 7), critical=True)
    )  # fmt: skip
    return Certificate.load(builder.sign(key("Old CA"), hashes.SHA384()).public_bytes(Encoding.DER))


def crl_at(issuer: str, at: datetime, *entries: Listed, until: datetime | None = None) -> RevocationList:
    return crl(issuer, *entries, this_update=at, next_update=until or at + 30 * DAY)


def crl_keeping(issuer: str, at: datetime, since: datetime) -> RevocationList:
    """A list that still lists what expired since a time."""
    value = b"\x18\x0f" + since.strftime("%Y%m%d%H%M%SZ").encode()
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(distinguished(issuer)).last_update(at).next_update(at + 30 * DAY)
        .add_extension(x509.UnrecognizedExtension(EXPIRED_ON_CRL, value), critical=False)
    )  # fmt: skip
    return RevocationList.load(builder.sign(key(issuer), hashes.SHA256()).public_bytes(Encoding.DER))


def ocsp_at(
    at: datetime, certificate: Certificate, *, by: Certificate | None = None, **answer: object
) -> OcspResponse:
    delegate = by or responder()
    single = Single(certificate=certificate, issuer=ca(), this_update=at, next_update=at + 30 * DAY)
    made = Response(
        answers=(replace(single, **answer),), key=key("Old Responder"), responder=delegate,  # type: ignore[arg-type]
        produced_at=at, certificates=(delegate,),
    )  # fmt: skip
    return OcspResponse.load(made.der())


def signed(
    certificate: Certificate, *, id: str, octets: bytes, carried: tuple[Certificate, ...] = (), digest: str = "sha256"
) -> SignatureFacts:
    """A sound signature of a certificate's subject over some octets; `digest` is that of the content."""
    value = key(certificate.subject.get("2.5.4.3") or "").sign(octets, ec.ECDSA(hashes.SHA256()))
    found = hashlib.new(digest, CONTENT).digest()
    return SignatureFacts(
        id=id,
        format=SignatureFormat.PADES,
        references=(Reference(name="content", digest_algorithm=digest, expected=found, actual=found, octets=lambda: CONTENT),),
        signed_octets=octets,
        signature_value=value,
        algorithm=SignatureAlgorithm(name="ecdsa", digest="sha256"),
        certificate_references=(CertificateReference(digest_algorithm="sha256", digest=certificate.sha256),),
        material=tuple(embedded(item) for item in (certificate, *carried)),
        predicates={"bes": True, "b": True, "dss": True},
    )


def embedded(item: Evidence, end: int | None = None) -> EmbeddedObject:
    kind = (
        MaterialKind.CRL if isinstance(item, RevocationList)
        else MaterialKind.OCSP if isinstance(item, OcspResponse) else MaterialKind.CERTIFICATE
    )  # fmt: skip
    return EmbeddedObject(kind=kind, der=item.der, origin=Origin.DSS if end is not None else Origin.SIGNATURE, end=end)


@dataclass(frozen=True, kw_only=True)
class Stamp:
    """One time-stamp: when, by whom, and what is wrong with it."""

    time: datetime
    tsa: Certificate = field(default_factory=tsa)
    digest: str = "sha256"
    wrong: bool = False
    end: int = 0
    """Where a time-stamp of the document ends in the file."""

    def facts(self, id: str, kind: TimestampKind, covers: tuple[str, ...]) -> TimestampFacts:
        token = signed(self.tsa, id=f"{id}.token", octets=f"{id} {self.time}".encode())
        token = replace(token, format=SignatureFormat.CMS, covered_until=self.end or None)
        imprint = hashlib.new(self.digest, id.encode()).digest()
        actual = b"other" if self.wrong else imprint
        return TimestampFacts(
            id=id, kind=kind, token=token, gen_time=self.time, covers=covers,
            imprint=Reference(name=id, digest_algorithm=self.digest, expected=imprint, actual=actual),
        )  # fmt: skip


def record(*stamps: Stamp, id: str = "E1", data: tuple[Evidence, ...] = (), changed: bool = False) -> EvidenceFacts:
    """An evidence record over the whole document; each time-stamp carries `data`, so that the next one covers it."""
    made = []
    for number, stamp in enumerate(stamps, 1):
        facts = stamp.facts(f"{id}.T{number}", TimestampKind.EVIDENCE, ())
        carried = (*facts.token.material, *(embedded(item) for item in data))
        made.append(replace(facts, token=replace(facts.token, material=carried)))
    digest = hashlib.sha256(CONTENT).digest()
    actual = b"other" if changed else digest
    return EvidenceFacts(
        id=id, kind="RFC4998", name="ruling.ers", reach=EvidenceReach.DOCUMENT,
        chains=tuple(EvidenceChain(digest_algorithm="sha256", timestamps=(item,)) for item in made),
        references=(Reference(name="ruling.pdf", digest_algorithm="sha256", expected=digest, actual=actual),),
    )  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Case:
    """A document: who signed, which data it carries and where, which time-stamps stand over it."""

    signer: Certificate = field(default_factory=signer)
    above: tuple[Certificate, ...] = field(default_factory=lambda: (ca(),))
    data: tuple[Evidence, ...] = ()
    """Before the first time-stamp of the document."""
    later_data: tuple[Evidence, ...] = ()
    """After the last one: covered by none."""
    between: tuple[Evidence, ...] = ()
    """Between the first and the second."""
    stamps: tuple[Stamp, ...] = ()
    content: tuple[Stamp, ...] = ()
    archive: tuple[Stamp, ...] = ()
    records: tuple[EvidenceFacts, ...] = ()
    policy: Policy = P0
    claimed: datetime | None = field(default_factory=lambda: year(2012))
    digest: str = "sha256"
    trust: TrustStore = field(default_factory=lambda: TrustStore.of([root().der]))
    change: dict[str, object] = field(default_factory=dict)
    """Fields of the signature facts that differ."""

    def document(self) -> DocumentFacts:
        """Return the facts: the signature ends at 100, the store at 200, time-stamps at 1000, 2000, ..."""
        facts = signed(self.signer, id="S1", octets=b"signed attributes", carried=self.above, digest=self.digest)
        own = [
            stamp.facts(f"S1.T{number}", kind, ("S1",) if kind is TimestampKind.SIGNATURE else ())
            for number, (kind, stamp) in enumerate(self._own(), 1)
        ]
        facts = replace(facts, timestamps=tuple(own), covered_until=100, claimed_signing_time=self.claimed)
        facts = replace(facts, **self.change)  # type: ignore[arg-type]
        covers: tuple[str, ...] = ("S1",)
        archive = []
        for number, stamp in enumerate(self.archive, 1):
            archive.append(replace(stamp, end=1000 * number).facts(f"T{number}", TimestampKind.DOCUMENT, covers))
            covers = (*covers, f"T{number}")
        places = ((self.data, 200), (self.between, 1500), (self.later_data, 90_000))
        material = tuple(embedded(item, end) for items, end in places for item in items)
        return DocumentFacts(
            name="ruling.pdf", media_type="application/pdf", size=1, sha256=b"\0" * 32, signatures=(facts,),
            timestamps=tuple(archive), evidence_records=self.records, material=material,
        )  # fmt: skip

    def _own(self) -> list[tuple[TimestampKind, Stamp]]:
        content = [(TimestampKind.CONTENT, item) for item in self.content]
        return [*content, *((TimestampKind.SIGNATURE, item) for item in self.stamps)]

    def basic(self) -> Case:
        """Return the document without what proves time."""
        return replace(self, stamps=(), archive=(), records=())

    def timed(self) -> Case:
        """Return the document without archival time-stamps and evidence records."""
        return replace(self, archive=(), records=())

    def judge(self, *, data: ValidationData | None = None, at: datetime = NOW, facts: DocumentFacts | None = None) -> Outcome:
        """Validate under the case's policy and anchors (default: the one root, trusted for everything)."""
        trust = self.trust
        context = Context(
            policy=self.policy, trust=trust, time=at, data=data or ValidationData(), basis=self.policy.id + trust.digest(),
            time_source="given",
        )  # fmt: skip
        identity = EngineIdentity(tool_version="0", policy=self.policy.identity(), trust_digest=trust.digest())
        return validate(facts or self.document(), context=context, identity=identity, memo=PathMemo())


def answer(outcome: Outcome) -> str:
    """Return the answer in short: PASSED, or the sub-indication, a FAILED one marked."""
    entry = outcome.report.signatures[0]
    assert entry.indication is not None
    if entry.sub_indication is None:
        return entry.indication.value.removeprefix("TOTAL-")
    return ("FAILED " if entry.indication.value == "TOTAL-FAILED" else "") + entry.sub_indication.value


def lists(at: datetime = NOW - DAY) -> tuple[RevocationList, ...]:
    """Lists of both authorities that say good."""
    return crl_at("Old CA", at), crl_at("Old Root", at)


