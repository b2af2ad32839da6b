"""Reports written by hand: what renderers and the door have to deal with."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from edoc.facts.findings import error, info, warning
from edoc.facts.signature import Change, ScopeKind
from edoc.report.model import Report
from edoc.result.enums import Indication, SubIndication, Verdict, WantKind
from edoc.result.report import (
    CertificateId,
    DocumentId,
    EvidenceResult,
    PathCertificate,
    PolicyId,
    ReportData,
    Scope,
    SignatureResult,
    Signer,
    TimestampResult,
    Want,
)

CHECKED = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
SIGNED = datetime(2026, 11, 21, 6, 42, 31, tzinfo=UTC)
HEX = "ab" * 32


def signature(number: int = 1, **given: object) -> SignatureResult:
    """A signature that passed, with whatever is given changed."""
    name = f"S{number}"
    base = SignatureResult(
        id=name,
        name=f"Signature{number}",
        format="PAdES",
        container=None,
        level="PAdES-BASELINE-B",
        indication=Indication.TOTAL_PASSED,
        sub_indication=None,
        intact=True,
        references_intact=True,
        signature_value_valid=True,
        unchanged_since_signing=True,
        changes_since_signing="none",
        changes=(),
        scope=(Scope(name="ruling.pdf", kind=ScopeKind.FULL, digest={"sha256": HEX}),),
        signer=person(),
        signing_certificate=CertificateId(sha256=HEX, issuer="CN=Practice CA,C=IR", serial="1f"),
        path=(
            PathCertificate(subject="CN=x", sha256=HEX, status="good", evidence=HEX),
            PathCertificate(subject="CN=Root", sha256=HEX, status="anchor"),
        ),
        algorithm="rsa with sha256",
        claimed_signing_time=SIGNED,
        best_signature_time=None,
        timestamps=(),
        counter_signatures=(),
        findings=(info("TIME_NOT_PROVEN", name),),
    )
    return replace(base, **given)  # type: ignore[arg-type]


def person(code: str | None = "9990000018", name: str | None = "مریم حسینی نمونه", **given: str) -> Signer:
    """A signer as its certificate names it."""
    organization = given.get("organization")
    return Signer(subject=f"CN={name},serialNumber={code}", common_name=name, serial_number=code, organization=organization)


def data(*signatures: SignatureResult, **given: object) -> ReportData:
    """A report that passed, with whatever is given changed."""
    base = ReportData(
        tool_version="0.1.0",
        policy=PolicyId(id="default", digest=f"sha256:{HEX}"),
        trust_digest=f"sha256:{HEX}",
        trust_judged=True,
        process="basic",
        validation_time=CHECKED,
        validation_time_source="given",
        document=DocumentId(name="ruling.pdf", media_type="application/pdf", size=52011, sha256=HEX),
        verdict=Verdict.PASSED,
        reservations=(),
        signatures=signatures or (signature(),),
        timestamps=(),
        evidence_records=(),
        wants=(),
        findings=(),
    )
    return replace(base, **given)  # type: ignore[arg-type]


def report(*signatures: SignatureResult, **given: object) -> Report:
    """`data` as a report."""
    return Report.of(data(*signatures, **given))


def timestamp(**given: object) -> TimestampResult:
    """A time-stamp that passed."""
    base = TimestampResult(
        id="S1.T1",
        kind="signature",
        time=SIGNED,
        intact=True,
        indication=Indication.PASSED,
        sub_indication=None,
        tsa="CN=Practice TSA",
    )
    return replace(base, **given)  # type: ignore[arg-type]


def failed() -> ReportData:
    """The content was changed."""
    entry = signature(
        indication=Indication.TOTAL_FAILED,
        sub_indication=SubIndication.HASH_FAILURE,
        intact=False,
        references_intact=False,
        unchanged_since_signing=False,
        findings=(error("HASH_MISMATCH", "S1", name="ruling.pdf"), info("TIME_NOT_PROVEN", "S1")),
    )
    return data(entry, verdict=Verdict.FAILED)


def undecided() -> ReportData:
    """The certificate was revoked, and no proof of time helps."""
    finding = error(
        "CERTIFICATE_REVOKED", "S1", name="CN=مریم حسینی نمونه", time="2026-11-01T06:42:31Z", reason="keyCompromise"
    )
    entry = signature(
        indication=Indication.INDETERMINATE, sub_indication=SubIndication.REVOKED_NO_POE, findings=(finding,)
    )
    want = Want(kind=WantKind.TIMESTAMP, subject="S1", why="TIME_NOT_PROVEN", uris=("http://tsa.example/",))
    return data(entry, verdict=Verdict.INDETERMINATE, wants=(want,))


def unsigned() -> ReportData:
    """No signature."""
    return replace(data(verdict=Verdict.NO_SIGNATURE, findings=(info("NO_SIGNATURE", "ruling.pdf"),)), signatures=())


def intact() -> ReportData:
    """Policy integrity: nothing is judged but the file itself."""
    policy = PolicyId(id="integrity", digest=f"sha256:{HEX}", disabled=("trust", "revocation"))
    entry = signature(indication=None, path=(), findings=(warning("ALGORITHM_WEAK", "S1", algorithm="sha1", time="-"),))
    return data(
        entry, verdict=Verdict.INTACT, policy=policy, trust_judged=False, reservations=("ALGORITHM_WEAK",)
    )


def everything() -> ReportData:
    """A report in which every kind of entry stands."""
    changes = (
        Change(code="CLOCK_BEHIND", permitted=False, page=2, box=(1.0, 2.0, 3.5, 4.0), shown=True, params={"time": "x"}),
        Change(code="CLOCK_BEHIND", permitted=None),
    )
    token = timestamp(findings=(warning("TIMESTAMP_UNTRUSTED", "S1.T1", name="S1.T1", why="NO_CERTIFICATE_CHAIN_FOUND"),))
    counter = signature(2, indication=None, signer=None, signing_certificate=None, path=(), findings=())
    entry = signature(
        indication=Indication.INDETERMINATE,
        sub_indication=SubIndication.CUSTOM,
        changes_since_signing=None,
        unchanged_since_signing=None,
        changes=changes,
        timestamps=(token, timestamp(id="S1.T2", time=None, intact=None, indication=None, tsa=None)),
        counter_signatures=(counter,),
        container="ASiC-E",
        best_signature_time=SIGNED,
    )
    record = EvidenceResult(id="E1", kind="RFC4998", intact=None, time=None, indication=None)
    wants = tuple(Want(kind=kind, subject="CN=x", why="NO_TRUSTED_PATH", certificate=b"\x00") for kind in WantKind)
    return data(
        entry,
        verdict=Verdict.INDETERMINATE,
        timestamps=(timestamp(id="T1", kind="document"),),
        evidence_records=(record,),
        wants=wants,
        findings=(warning("CLOCK_BEHIND", "ruling.pdf", time="2026-11-23T10:00:00+00:00"),),
    )


EVERY = {
    "passed": data(),
    "failed": failed(),
    "undecided": undecided(),
    "unsigned": unsigned(),
    "intact": intact(),
    "everything": everything(),
}
