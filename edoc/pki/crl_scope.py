"""The scope of a revocation list: its issuing distribution point, held against a certificate's points."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from edoc.pki import extension_values as values
from edoc.pki.certificate import Certificate
from edoc.pki.der import DerError, strict_children
from edoc.pki.extension_values import ALL_REASONS, DistributionPoint
from edoc.pki.names import DIRECTORY_NAME, GeneralName, Name, relative_name


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuingDistributionPoint:
    """What a list covers (RFC 5280 5.2.5); `reasons` is a mask of ReasonFlags bits, null for all."""

    full_names: tuple[GeneralName, ...] = ()
    relative: bytes | None = None
    only_user: bool = False
    only_ca: bool = False
    only_attribute: bool = False
    indirect: bool = False
    reasons: int | None = None

    @property
    def named(self) -> bool:
        """Whether the list names the point it belongs to."""
        return bool(self.full_names) or self.relative is not None


def read_scope(der: bytes) -> IssuingDistributionPoint:
    """Return the issuing distribution point in some DER; DerError when it breaks RFC 5280 5.2.5."""
    start, end = values.sequence(der)
    names: tuple[GeneralName, ...] = ()
    relative: bytes | None = None
    reasons: int | None = None
    flags: set[int] = set()
    previous = -1
    for tag, _, first, last in strict_children(der, start, end, limit=6):
        number = tag & 0x1F
        if tag not in (0xA0, 0x81, 0x82, 0x83, 0x84, 0x85) or number <= previous:
            raise DerError("issuing distribution point")
        previous = number
        if tag == 0xA0:
            names, relative = values.distribution_point_name(der, first, last)
        elif tag == 0x83:
            reasons = values.bits(der[first:last]) & ALL_REASONS
        elif values.boolean(der[first:last]):
            flags.add(number)
    if previous < 0 or len(flags & {1, 2, 5}) > 1:
        # An empty point says nothing and must not be there; at most one `only` may hold.
        raise DerError("issuing distribution point")
    return IssuingDistributionPoint(
        full_names=names, relative=relative, reasons=reasons,
        only_user=1 in flags, only_ca=2 in flags, indirect=4 in flags, only_attribute=5 in flags,
    )  # fmt: skip


def covered_reasons(certificate: Certificate, scope: IssuingDistributionPoint, crl_issuer: Name) -> int:
    """Return the mask of reasons that a list answers for a certificate, 0 when it does not apply (6.3.3 b).

    The list must come from the certificate's issuer, or be an indirect one from an issuer that a
    distribution point of the certificate names.
    """
    if scope.only_attribute or (scope.only_user and certificate.is_ca) or (scope.only_ca and not certificate.is_ca):
        return 0
    own = crl_issuer.canonical == certificate.issuer.canonical
    mask = 0
    for point in _points(certificate):
        if _fits(point, scope, crl_issuer, certificate, own):
            mask |= ALL_REASONS if point.reasons is None else point.reasons
    return mask if scope.reasons is None else mask & scope.reasons


def _points(certificate: Certificate) -> Iterator[DistributionPoint]:
    points = certificate.extensions.distribution_points
    yield from points
    # 6.3.3, last paragraph: lists of the issuer that no distribution point mentions count for all reasons,
    # unless the certificate sends every question to another issuer's lists.
    if not points or not all(point.crl_issuers for point in points):
        yield DistributionPoint(full_names=(GeneralName(DIRECTORY_NAME, certificate.issuer.der),))


def _fits(
    point: DistributionPoint, scope: IssuingDistributionPoint, crl_issuer: Name, certificate: Certificate, own: bool
) -> bool:
    issuers = {name.name.canonical for name in point.crl_issuers if name.form == DIRECTORY_NAME}
    if point.crl_issuers:
        if not scope.indirect or crl_issuer.canonical not in issuers:
            return False
    elif not own:
        return False
    if not scope.named:
        return True
    stated = _names(scope.full_names, scope.relative, crl_issuer)
    if point.full_names or point.relative is not None:
        base = point.crl_issuers[0].name if issuers and point.relative is not None else certificate.issuer
        return bool(stated & _names(point.full_names, point.relative, base))
    return bool(stated & {name.key for name in point.crl_issuers})


def _names(full: tuple[GeneralName, ...], relative: bytes | None, issuer: Name) -> set[tuple[int, bytes]]:
    if relative is not None:
        return {(DIRECTORY_NAME, relative_name(issuer, relative).canonical)}
    return {name.key for name in full}
