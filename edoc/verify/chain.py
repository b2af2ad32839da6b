"""The path of a certificate verdict, as the report shows it."""

from __future__ import annotations

from edoc.pki.revocation import CertificateStatus
from edoc.result.report import PathCertificate
from edoc.verify.certificate import CertificateVerdict


def certificate_path(chain: CertificateVerdict | None) -> tuple[PathCertificate, ...]:
    """Return the path of a verdict, from the signer to the anchor, as the report shows it."""
    if chain is None or chain.path is None:
        return ()
    anchor = chain.path.anchor
    found = [
        PathCertificate(
            subject=certificate.subject.rfc4514(),
            sha256=certificate.sha256.hex(),
            status=_status(status),
            evidence=status.evidence_sha256.hex() if status is not None and status.evidence_sha256 else None,
        )
        for certificate, status in zip(chain.path.certificates, chain.statuses, strict=True)
    ]
    digest = anchor.certificate.sha256.hex() if anchor.certificate is not None else ""
    if not found or found[-1].sha256 != digest:
        found.append(PathCertificate(subject=anchor.name.rfc4514(), sha256=digest, status="anchor"))
    return tuple(found)


def _status(status: CertificateStatus | None) -> str:
    return "not_needed" if status is None else status.status.value
