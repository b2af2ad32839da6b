"""Whether a signature keeps what an existing field demands of it: asked before any key is used (ISO 32000-2 12.7.5.5)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from edoc.errors import ConfigError
from edoc.formats.cms_write import SignerTemplate
from edoc.formats.pdf.append_permission import lock_of
from edoc.formats.pdf.document import Pdf
from edoc.formats.pdf.errors import PdfError
from edoc.formats.pdf.seed_values import CertificateSeeds, SeedValues, seed_values
from edoc.pki.algorithms import verify_value
from edoc.pki.certificate import Certificate, CertificateError
from edoc.sign.request import Level, Permission, SignatureRequest, SubFilter

_FILTER = "Adobe.PPKLite"
_VERSION = 3
"""Seed values of PDF 2.0 (table 237)."""
_USAGES = ("digitalSignature", "nonRepudiation", "keyEncipherment", "dataEncipherment", "keyAgreement", "keyCertSign",
           "cRLSign", "encipherOnly", "decipherOnly")  # fmt: skip
"""The bits of keyUsage in their order (RFC 5280 4.2.1.3)."""
_ATTRIBUTES = {
    "CN": "2.5.4.3", "SN": "2.5.4.4", "SERIALNUMBER": "2.5.4.5", "C": "2.5.4.6", "L": "2.5.4.7", "ST": "2.5.4.8",
    "S": "2.5.4.8", "STREET": "2.5.4.9", "O": "2.5.4.10", "OU": "2.5.4.11", "T": "2.5.4.12", "TITLE": "2.5.4.12",
    "GN": "2.5.4.42", "GIVENNAME": "2.5.4.42", "DC": "0.9.2342.19200300.100.1.25", "UID": "0.9.2342.19200300.100.1.1",
    "E": "1.2.840.113549.1.9.1", "EMAIL": "1.2.840.113549.1.9.1", "EMAILADDRESS": "1.2.840.113549.1.9.1",
}  # fmt: skip
"""Short names of attributes in a subject, upper case."""


def refuse_unmet_demands(pdf: Pdf, request: SignatureRequest, *, template: SignerTemplate, level: Level) -> None:
    """Raise `ConfigError` for the first demand of the named field that the signature would not keep.

    A field that is not there, or is no empty signature field, demands nothing here.
    """
    try:
        target = next((item for item in pdf.fields() if item.name == request.field), None)
        if target is None or target.type != "Sig" or pdf.resolve(target.value) is not None:
            return
        held = lock_of(pdf, target)
    except PdfError:
        # Whoever writes the update meets the same, and says it.
        return
    try:
        seeds = seed_values(pdf, target)
    except PdfError as problem:
        raise ConfigError("FIELD_SEED_VALUE_UNREADABLE", subject=target.name, params={"entry": "SV"}) from problem
    if seeds is not None:
        refuse_unmet(seeds, _Offer.of(request, template, level, held.permission if held is not None else None))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Offer:
    """What the signature would be."""

    request: SignatureRequest
    level: Level
    digest: str
    permission: int | None
    """The narrowest /P that the signature states."""
    signer: Certificate
    chain: tuple[Certificate, ...]

    @classmethod
    def of(cls, request: SignatureRequest, template: SignerTemplate, level: Level, held: int | None) -> _Offer:
        """Return the offer of a request; `held` is the /P of the field's own lock."""
        asked = request.lock.permission if request.lock is not None else None
        stated = [item.level for item in (request.certify, asked) if item is not None]
        stated += [held] if held is not None else []
        return cls(
            request=request,
            level=level,
            digest=template.digest_algorithm,
            permission=min(stated, default=None),
            signer=Certificate.load(template.certificate_der),
            chain=tuple(Certificate.load(der) for der in template.chain_ders),
        )


def refuse_unmet(seeds: SeedValues, offer: _Offer) -> None:
    """Raise `ConfigError` for the first demand of a field that is not kept."""
    refuse = partial(_refuse, seeds.name)
    _refuse_unknown(seeds, refuse)
    _refuse_encoding(seeds, offer, refuse)
    _refuse_claims(seeds, offer, refuse)
    _refuse_permission(seeds, offer, refuse)
    _refuse_certificate(seeds.certificate, offer, refuse)


_Refuse = partial[None]


def _refuse(field: str, code: str, **params: str) -> None:
    raise ConfigError(code, subject=field, params=params)


def _refuse_unknown(seeds: SeedValues, refuse: _Refuse) -> None:
    """Refuse what edoc never does, whatever the options."""
    unsupported = {
        "Filter": seeds.filter not in (None, _FILTER),
        "V": seeds.version is not None and seeds.version > _VERSION,
        "LegalAttestation": bool(seeds.attestations),
        "AddRevInfo": seeds.add_revocation is True,
        "AppearanceFilter": seeds.appearance is not None,
        "Cert/SignaturePolicyOID": seeds.policy,
        "LockDocument": seeds.lock_document not in (None, "true", "false", "auto"),
    }
    for entry, demanded in unsupported.items():
        if demanded:
            refuse("FIELD_SEED_VALUE_UNSUPPORTED", entry=f"SV/{entry}")


def _refuse_encoding(seeds: SeedValues, offer: _Offer, refuse: _Refuse) -> None:
    if seeds.sub_filters is not None:
        known = [item.value for item in SubFilter]
        # The first that the signer can make is the one to be used (table 237).
        wanted = next((item for item in seeds.sub_filters if item in known), None)
        if wanted is None:
            refuse("FIELD_SEED_VALUE_UNSUPPORTED", entry="SV/SubFilter")
        elif wanted != offer.request.sub_filter.value:
            refuse("FIELD_WANTS_SUB_FILTER", wanted=wanted, given=offer.request.sub_filter.value)
    if seeds.digests is not None and _plain(offer.digest) not in {_plain(item) for item in seeds.digests}:
        refuse("FIELD_WANTS_DIGEST", wanted=", ".join(seeds.digests) or "-", given=offer.digest)
    if seeds.timestamp and offer.level is Level.B_B:
        refuse("FIELD_WANTS_TIMESTAMP", given=offer.level.value)


def _refuse_claims(seeds: SeedValues, offer: _Offer, refuse: _Refuse) -> None:
    given = offer.request.reason
    if seeds.reasons == () and given is not None:
        refuse("FIELD_WANTS_NO_REASON", given=given)
    if seeds.reasons and given not in seeds.reasons:
        refuse("FIELD_WANTS_REASON", wanted="; ".join(seeds.reasons), given=given or "-")


def _refuse_permission(seeds: SeedValues, offer: _Offer, refuse: _Refuse) -> None:
    given = offer.request.certify
    if seeds.certify == 0 and given is not None:
        refuse("FIELD_WANTS_APPROVAL")
    if seeds.certify and (given is None or given.level != seeds.certify):
        wanted = list(Permission)[seeds.certify - 1].value
        refuse("FIELD_WANTS_CERTIFICATION", wanted=wanted, given=given.value if given is not None else "-")
    if seeds.lock_document == "true" and offer.permission != Permission.NO_CHANGES.level:
        refuse("FIELD_WANTS_LOCK")
    if seeds.lock_document == "false" and offer.permission == Permission.NO_CHANGES.level:
        refuse("FIELD_WANTS_NO_LOCK")


def _refuse_certificate(seeds: CertificateSeeds, offer: _Offer, refuse: _Refuse) -> None:
    signer = offer.signer
    who = signer.subject.rfc4514()
    if seeds.subjects is not None and signer.der not in seeds.subjects:
        refuse("FIELD_WANTS_SIGNER", given=who, wanted=_named(seeds.subjects))
    if seeds.issuers is not None and not any(_stands_under(offer, der) for der in seeds.issuers):
        refuse("FIELD_WANTS_ISSUER", given=who, wanted=_named(seeds.issuers))
    missing = ", ".join(f"{key}={value}" for key, value in seeds.names or () if value not in _values(signer, key))
    if missing:
        refuse("FIELD_WANTS_NAME", given=who, wanted=missing)
    if seeds.key_usages is not None and not any(_fits(signer, pattern) for pattern in seeds.key_usages):
        refuse("FIELD_WANTS_KEY_USAGE", given=who, wanted=", ".join(seeds.key_usages) or "-")
    lacking = ", ".join(item for item in seeds.policies or () if item not in signer.policies)
    if lacking:
        refuse("FIELD_WANTS_POLICY", given=who, wanted=lacking)


def _stands_under(offer: _Offer, der: bytes) -> bool:
    """Tell whether a certificate is in the signer's chain, or issued a member of it."""
    if any(item.der == der for item in offer.chain):
        return True
    try:
        issuer = Certificate.load(der)
    except CertificateError:
        return False
    return any(_issued(issuer, item) for item in (offer.signer, *offer.chain))


def _issued(issuer: Certificate, item: Certificate) -> bool:
    return item.issuer.canonical == issuer.subject.canonical and verify_value(
        issuer.spki_der, item.signature_algorithm, item.tbs_der, item.signature_value
    )


def _values(certificate: Certificate, key: str) -> Iterator[str]:
    oid = _ATTRIBUTES.get(key.upper(), key)
    for part in certificate.subject.rdns:
        yield from (item.text for item in part if item.oid == oid and item.text is not None)


def _fits(certificate: Certificate, pattern: str) -> bool:
    """Tell whether keyUsage has every bit marked 1 and none marked 0; bits that are not mentioned are free."""
    used = certificate.key_usage or frozenset()
    if set(pattern[: len(_USAGES)]) - set("01X"):
        return False
    return all(mark == "X" or (mark == "1") == (usage in used) for mark, usage in zip(pattern, _USAGES, strict=False))


def _named(certificates: tuple[bytes, ...]) -> str:
    found = []
    for der in certificates:
        try:
            certificate = Certificate.load(der)
            found.append(f"{certificate.subject.rfc4514()} ({certificate.serial_number:x})")
        except CertificateError:
            found.append("?")
    return "; ".join(found) or "-"


def _plain(digest: str) -> str:
    """Write `SHA-256`, `SHA256` and `sha256` alike; SHAKE256 is named without its length (ISO/TS 32001)."""
    name = digest.upper().replace("-", "").replace("_", "")
    return "SHAKE256" if name.startswith("SHAKE256") else name
