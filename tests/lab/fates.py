"""What a verification must say of each signer of the practice PKI, once all revocation lists are at hand."""

from __future__ import annotations

FATES: dict[str, tuple[str, str | None]] = {
    "person": ("PASSED", None),
    "person-ec": ("PASSED", None),
    "person-ed": ("PASSED", None),
    "stamp": ("PASSED", None),
    "revoked": ("INDETERMINATE", "REVOKED_NO_POE"),
    "on-hold": ("INDETERMINATE", "TRY_LATER"),
    "expired": ("INDETERMINATE", "OUT_OF_BOUNDS_NO_POE"),
    "impostor": ("INDETERMINATE", "NO_CERTIFICATE_CHAIN_FOUND"),
}
