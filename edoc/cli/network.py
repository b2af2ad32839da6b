"""What the options allow of the network, and what it means for the exit code."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from edoc.errors import ConfigError

if TYPE_CHECKING:
    from edoc.net.policy import FetchPolicy
    from edoc.report.model import Report
    from edoc.result.report import Want

_STATUS = frozenset({"crl", "ocsp"})


def permission(
    *, online: bool, hosts: tuple[str, ...], environment: Mapping[str, str], batch: bool = False
) -> bool | FetchPolicy:
    """Return what may be fetched, false without `--online`; raises `ConfigError` for hosts without it.

    In a `batch` lists come before OCSP: one serves many documents, and tells nobody which of them is verified.
    """
    if not online:
        if hosts:
            raise ConfigError("ONLINE_HOST_UNUSED", subject=", ".join(hosts))
        return False
    from edoc.drivers.configuration import cache_folder
    from edoc.net.policy import FetchPolicy

    kinds = ("crl", "ocsp") if batch else ("ocsp", "crl")
    return FetchPolicy(kinds=kinds, hosts=hosts, cache=str(cache_folder(environment)))


def unreachable(report: Report) -> bool:
    """Tell whether an undecided verdict hangs on nothing but services that were asked and gave no usable answer.

    Every want must be of that kind, and they must explain every error of every signature that is not passed.
    """
    wants = report.wants
    if not wants or not all(_asked_in_vain(item, wants) for item in wants):
        return False
    causes = {item.why for item in wants}
    open_errors = [
        finding.code
        for signature in report.signatures
        if signature.indication is None or signature.indication.value != "TOTAL-PASSED"
        for finding in signature.findings
        if finding.severity.value == "error"
    ]
    own = [finding.code for finding in report.findings if finding.severity.value != "info"]
    return bool(open_errors) and not own and set(open_errors) <= causes


def _asked_in_vain(want: Want, wants: Iterable[Want]) -> bool:
    """A list without an address counts for nothing where the responder for the same certificate was asked."""
    if want.unavailable == "unreachable":
        return True
    other_ways = (
        item.unavailable == "unreachable" and item.subject == want.subject
        for item in wants
        if item.kind.value in _STATUS
    )
    return want.kind.value in _STATUS and not want.uris and any(other_ways)
