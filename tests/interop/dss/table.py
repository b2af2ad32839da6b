"""The table of positives, each with its twin."""

from __future__ import annotations

from datetime import timedelta

from cryptography import x509

from tests.interop.dss.cases import TWINS, Case
from tests.interop.dss.pki import LATE, OLD, SIGNED, Revoked

_LATER = {"revoked": (("signer", Revoked(SIGNED + timedelta(hours=1), x509.ReasonFlags.key_compromise)),)}
"""Revoked an hour after the signature: passes where a time-stamp proves that it was there before."""
_AGED = {"time": LATE, "again": LATE - timedelta(days=1)}
"""Judged when the signer's certificate has expired, with fresh lists for the time-stamping authority."""
_RENEWED = {"time": OLD, "again": OLD - timedelta(days=1), "renewed": True}
"""Judged when the first time-stamping authority has expired as well; another one stamped the archive before."""

# In these shapes the path of the document leads nowhere, and DSS looks for no second one.
_ONE_PATH = ("renewed", "crossed")

_ALGORITHMS: tuple[tuple[str, str | None, bool], ...] = (
    ("rsa", None, False), ("rsa", "sha384", False), ("rsa", "sha512", False), ("rsa", None, True),
    ("rsa", "sha512", True), ("p256", None, False), ("p256", "sha512", False), ("p384", None, False),
    ("p521", None, False), ("brainpool", None, False), ("ed25519", None, False), ("ed448", None, False),
)  # fmt: skip
_TIMED_LEVELS = ("B-T", "B-LT", "B-LTA")
_UNKNOWN_TO_DSS = ("ed25519", "ed448")

_BASIC = ("revoked", "stripped", "tampered", "other-anchor", "on-hold", "expired", "forged-list", "stale",
          "wrong-usage", "not-yet-valid", "superseded", "wrong-purpose", "ca-expired")  # fmt: skip
_TIMED = ("stamped-late", "no-stamp", "tsa-expired")


def _algorithms() -> list[Case]:
    found = []
    for maker in ("dss", "pyhanko"):
        for number, (kind, digest, pss) in enumerate(_ALGORITHMS):
            twin = _BASIC[(number + (maker == "dss") * 5) % len(_BASIC)]
            passes = kind not in _UNKNOWN_TO_DSS
            found.append(Case(maker, "B-B", twin, kind=kind, digest=digest, pss=pss, dss_passes=passes))
    # Only DSS signs with a key that is not its certificate's.
    found.append(Case("dss", "B-B", "wrong-key"))
    return found


def _paths(level: str, style: str) -> list[Case]:
    found = []
    shapes = {
        "direct": "revoked", "issuing": "ca-revoked", "long": "no-cert-sign", "recertified": "not-a-ca",
        "renewed": "ca-expired", "crossed": "other-anchor", "anchored": "stripped", "sha1-root": "no-crl-sign",
        "namesakes": "forged-list", "rsa-root": "revoked-since", "self-answering": "on-hold",
    }  # fmt: skip
    if style == "ocsp":
        shapes |= {"sha1-root": "unauthorised"}
    if level != "B-B":
        # Revoked after the time-stamp would be no reason to refuse.
        shapes |= {"rsa-root": "revoked"}
    for number, (path, twin) in enumerate(shapes.items()):
        maker = ("dss", "pyhanko")[number % 2]
        found.append(Case(maker, level, twin, path=path, style=style, dss_passes=path not in _ONE_PATH))
    return found


def _timed() -> list[Case]:
    found = []
    for number, (level, style) in enumerate((level, style) for level in _TIMED_LEVELS for style in ("crl", "ocsp")):
        for turn in range(2):
            found.append(Case("dss", level, _TIMED[(number + turn) % 3], style=style, facts=dict(_LATER)))
        for maker in ("dss", "pyhanko"):
            twin = ("tampered", "other-anchor", "stripped")[(number + (maker == "dss")) % 3]
            found.append(Case(maker, level, twin, style=style, kind="rsa" if number % 2 else "p384"))
    for style in ("crl", "ocsp"):
        # At higher levels pyHanko embeds nothing about a signer that is revoked.
        found.extend(Case("pyhanko", "B-T", twin, style=style, facts=dict(_LATER)) for twin in ("tsa-purpose", *_TIMED))
        found.extend(Case(maker, "B-LTA", "no-archive", style=style, facts=dict(_AGED)) for maker in ("dss", "pyhanko"))
    found.extend(
        Case("dss", "B-LTA", "no-renewal", style=style, facts=dict(_RENEWED))
        for style in ("crl", "ocsp")
    )
    return found


def _special() -> list[Case]:
    """What else a signature may carry."""
    content = {"content_time": SIGNED - timedelta(hours=1)}
    return [
        Case("dss", "B-B", "claimed-after", options=content),
        Case("dss", "B-T", "stripped", options=content),
        Case("dss", "B-LT", "revoked", options={"vri": True}),
        Case("dss", "B-LTA", "other-anchor", options={"vri": True}),
        Case("dss", "B-LTA", "tampered", options={"imprint": "SHA512"}),
        Case("dss", "B-LTA", "tampered", options={"permission": "MINIMAL_CHANGES_PERMITTED"}),
        Case("dss", "B-LTA", "revoked", options={"permission": "NO_CHANGE_PERMITTED"}),
    ]


def _ours() -> list[Case]:
    """What edoc signs; it puts no list into a document that says that the signature is worthless."""
    found = []
    news = ("revoked-news", "tampered", "other-anchor", "stripped")
    kinds = [item for item in _ALGORITHMS if item[0] not in _UNKNOWN_TO_DSS]
    for number, level in enumerate(("B-B", *_TIMED_LEVELS)):
        for turn, (kind, digest, pss) in enumerate(kinds):
            style = ("crl", "ocsp")[(number + turn) % 2]
            twin = news[(number + turn) % 4]
            found.append(Case("edoc", level, twin, kind=kind, digest=digest, pss=pss, style=style))
    found.extend(Case("edoc", "B-T", twin, facts=dict(_LATER)) for twin in _TIMED[:2])
    for number, path in enumerate(("direct", "long", "recertified", "anchored", "self-answering", "sha1-root")):
        found.append(Case("edoc", "B-LTA", news[1 + number % 3], path=path, style=("ocsp", "crl")[number % 2]))
    found.extend(Case("edoc", "B-LTA", "no-archive", style=style, facts=dict(_AGED)) for style in ("crl", "ocsp"))
    found.append(Case("edoc", "B-LTA", "no-renewal", facts=dict(_RENEWED)))
    return found


CASES = {
    case.name: case
    for case in (*_algorithms(), *_paths("B-B", "crl"), *_paths("B-B", "ocsp"), *_paths("B-T", "crl"), *_timed(), *_special(), *_ours())
}

assert {case.twin for case in CASES.values()} == TWINS.keys(), "a twin that nobody has"
