"""The path of a certificate verdict, as the report shows it."""

from __future__ import annotations

from edoc.pki.certificate import Certificate
from edoc.pki.status import CertificateStatus, Status
from edoc.result.report import PathCertificate
from edoc.verify.certificate import CertificateVerdict


def certificate_path(chain: CertificateVerdict | None) -> tuple[PathCertificate, ...]:
    """Return the path of a verdict, from the signer to the anchor, as the report shows it."""
    if chain is None or chain.path is None:
        return ()
    anchor = chain.path.anchor
    found = [_entry(*pair) for pair in zip(chain.path.certificates, chain.statuses, strict=True)]
    own = anchor.certificate
    digest = own.sha256.hex() if own is not None else ""
    if not found or found[-1].sha256 != digest:
        found.append(
            PathCertificate(
                subject=anchor.name.rfc4514(),
                sha256=digest,
                status="anchor",
                not_before=own.not_before if own is not None else None,
                not_after=own.not_after if own is not None else None,
            )
        )
    return tuple(found)


def _entry(certificate: Certificate, status: CertificateStatus | None) -> PathCertificate:
    told = status if status is not None else _NO_STATUS
    return PathCertificate(
        subject=certificate.subject.rfc4514(),
        sha256=certificate.sha256.hex(),
        status=_status(status),
        evidence=told.evidence_sha256.hex() if told.evidence_sha256 else None,
        not_before=certificate.not_before,
        not_after=certificate.not_after,
        evidence_kind=told.evidence_kind,
        evidence_time=told.this_update if told.evidence_sha256 else None,
        revoked_at=told.revocation_time,
    )


_NO_STATUS = CertificateStatus(status=Status.UNKNOWN)


def _status(status: CertificateStatus | None) -> str:
    return "not_needed" if status is None else status.status.value
