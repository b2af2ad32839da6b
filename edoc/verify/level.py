"""The level of a signature: what it carries, weighed against the anchors (ades.md 0.4, 1.4, 2.4, 3.4 and 4.5).

A level tells what is there, not whether it convinces: that is the indication.  A time-stamp counts when it
can be read; one over other data is one that does not convince.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from edoc.facts.signature import DocumentFacts, SignatureFacts, SignatureFormat, TimestampFacts, TimestampKind
from edoc.pki.certificate import Certificate
from edoc.trust.store import TrustStore
from edoc.verify.carried import Carried
from edoc.verify.poe import covers_signature

_PDF = {SignatureFormat.PADES: "PAdES-BASELINE", SignatureFormat.PDF: "PKCS7"}
_FAMILY = {
    SignatureFormat.CADES: "CAdES",
    SignatureFormat.CMS: "CAdES",
    SignatureFormat.XADES: "XAdES",
    SignatureFormat.XMLDSIG: "XAdES",
    SignatureFormat.JADES: "JAdES",
    SignatureFormat.JWS: "JAdES",
}
_NONE = {"CAdES": "CMS-NOT-ETSI", "XAdES": "XML-NOT-ETSI", "JAdES": "JSON-NOT-ETSI"}


def signature_level(
    facts: SignatureFacts,
    *,
    document: DocumentFacts | None = None,
    trust: TrustStore | None = None,
    certificates: Mapping[str, Certificate] | None = None,
) -> str:
    """Return the ETSI name of the level, such as `PAdES-BASELINE-LT`, or the name of what it is instead.

    `document` is where the signature stands, for its store and time-stamps; `trust` whose anchors end paths;
    `certificates` are those of the signature and the tokens, by the ids of their facts.
    """
    if any(item.imprint is None for item in facts.timestamps):
        facts = replace(facts, timestamps=tuple(item for item in facts.timestamps if item.imprint is not None))
    stamps = tuple(item for item in _document_stamps(facts, document) if item.imprint is not None)
    leaves = certificates or {}

    def carried() -> Carried:
        # Loading everything that is carried costs; most signatures are named without.
        return Carried(facts, stamps, document, trust=trust or TrustStore.empty(), leaves=leaves)

    if facts.format in _PDF:
        return _pdf_level(facts, carried, sealed=bool(stamps), stored=document is not None)
    family = _FAMILY[facts.format]
    timed = _timed(facts, leaves.get(facts.id))
    # A time-stamp over a container archives the CMS in it; XAdES has its own property for that (EN 319 162-1 A.7).
    sealed = bool(stamps) and family == "CAdES"
    return _ades_level(facts, carried, family, sealed=sealed) if timed else _untimed(facts, family)


def _pdf_level(facts: SignatureFacts, load: Callable[[], Carried], *, sealed: bool, stored: bool) -> str:
    """EN 319 142-1 6.3 and the older forms (ades.md 2.4)."""
    has = facts.predicates.get
    if not has("bes" if facts.format is SignatureFormat.PADES else "pkcs7", False):
        return "PDF-NOT-ETSI"
    timed = _stamped(facts) or (has("doc_timestamp_after", False) and sealed)
    carried = load() if timed and stored and has("dss", False) else None
    long_term = carried is not None and carried.complete()
    archived = long_term and carried is not None and carried.archived()
    if facts.format is SignatureFormat.PADES and not has("b", False):
        return "PAdES-LTV" if long_term else "PAdES-EPES" if has("epes", False) else "PAdES-BES"
    suffix = "LTA" if archived else "LT" if long_term else "T" if timed else "B"
    return f"{_PDF[facts.format]}-{suffix}"


def _untimed(facts: SignatureFacts, family: str) -> str:
    """Return the level of a signature whose time nothing shows."""
    has = facts.predicates.get
    if not has("bes", False) or (family == "JAdES" and not has("b", False)):
        return _NONE[family]
    if has("b", False):
        return f"{family}-BASELINE-B"
    return f"{family}-EPES" if has("epes", False) else f"{family}-BES"


def _ades_level(facts: SignatureFacts, load: Callable[[], Carried], family: str, *, sealed: bool) -> str:
    """EN 319 122-1, 132-1 6.3, TS 119 182-1 6.3, and the extended forms of CAdES and XAdES (ades.md 1.4, 3.4, 4.5)."""
    has = {name for name, holds in facts.predicates.items() if holds}
    if "bes" not in has or (family == "JAdES" and "b" not in has):
        return _NONE[family]
    carried = load()
    baseline = "b" in has and "t" in has
    complete = carried.complete() and ("lt_container" in has or not carried.self_contained())
    if baseline and complete and "lt_shape" in has:
        suffix = "ERS" if "ers" in has else "LTA" if "lta" in has or sealed else "LT"
        return f"{family}-{suffix}" if suffix == "ERS" else f"{family}-BASELINE-{suffix}"
    if family == "JAdES":
        return "JAdES-BASELINE-T" if baseline else "JAdES-BASELINE-B"
    extended = _extended(has, complete=complete, archived="a" in has or sealed)
    return f"{family}-{extended}" if extended else f"{family}-BASELINE-T" if baseline else f"{family}-T"


def _extended(has: set[str], *, complete: bool, archived: bool) -> str | None:
    """Return the suffix of an extended form (EN 319 122-2, 132-2), null for none."""
    if complete and "ers" in has:
        return "ERS"
    if complete and archived:
        return "A"
    if "c" not in has:
        return "LT" if complete else None
    if "x" in has:
        return "XL" if complete else "X"
    return "C"


def _timed(facts: SignatureFacts, signer: Certificate | None) -> bool:
    """Tell whether there are time-stamps over the value, all from before the certificate ended (ades.md 0.6)."""
    times = [item.gen_time for item in facts.timestamps if item.kind is TimestampKind.SIGNATURE]
    return bool(times) and all(
        time is not None and (signer is None or time < signer.not_after) for time in times
    )


def _stamped(facts: SignatureFacts) -> bool:
    return facts.predicates.get("t", False) and any(item.kind is TimestampKind.SIGNATURE for item in facts.timestamps)


def _document_stamps(facts: SignatureFacts, document: DocumentFacts | None) -> tuple[TimestampFacts, ...]:
    """Return the time-stamps of the document over a signature; one of another type is told and does not count."""
    if document is None:
        return ()
    return tuple(
        item
        for item in document.timestamps
        if covers_signature(item, facts) and not any(one.code == "PDF_TIMESTAMP_TYPE" for one in item.findings
                                                     if one.params.get("type"))
    )  # fmt: skip
