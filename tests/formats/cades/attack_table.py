"""Every known class of attacks on CMS and time-stamps with its fixtures; `python -m tests.formats.cades.attack_table` writes it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tests.conftest import ROOT
from tests.formats.cades.attacks import ATTACKS, STAMPS

PLACE = ROOT / "docs" / "attack-table-cms.md"
OTHERS = {
    "cms-14 moved to another signature": "the countersigned one passes; the counter-signature is told as broken",
    "tst-11 a named list taken out": "`CADES_HASH_INDEX_UNMATCHED`",
}
"""Fixtures with tests of their own, and what is said of them."""


@dataclass(frozen=True)
class Class:
    """One class of attacks, and what else is to be said of it, or why it has no fixture here."""

    title: str
    remark: str = ""


CLASSES = {
    "cms-01": Class("Signed attributes presented as content, or content as signed attributes"),
    "cms-02": Class("message-digest missing, doubled, of several values, or another"),
    "cms-03": Class("content-type missing or another"),
    "cms-04": Class("One signed attribute twice"),
    "cms-05": Class("The signed reference to the certificate is missing, another, or two disagree",
                    "A signature without a reference is told by `CERT_REFERENCE_MISSING` (tests of the engine)."),
    "cms-06": Class("Another certificate in the place of the signer's"),
    "cms-07": Class("Certificates of others that steer names or paths", "The bag is a hint only."),
    "cms-08": Class("The digest algorithms of signer, value and list disagree"),
    "cms-09": Class("Parameters of RSA-PSS"),
    "cms-10": Class("cms-algorithm-protection names other algorithms"),
    "cms-11": Class("BER where DER is signed, lengths too long, octets behind the end",
                    "Sets in another order are told by `CMS_SIGNED_ATTRIBUTES_UNSORTED`: undecided."),
    "cms-12": Class("Several signers, one of them broken; none at all"),
    "cms-13": Class("Content of another, none, or two that differ"),
    "cms-14": Class("A counter-signature over something else, or moved"),
    "cms-15": Class("Unsigned attributes put in", "They are hints only: nothing unsigned raises what is proved."),
    "cms-16": Class("Algorithms that nobody knows"),
    "cms-17": Class("Weak algorithms", "By which date they may be relied on is the policy's; *integrity* warns."),
    "cms-18": Class("A signer's identifier that fits nobody, or several",
                    "Several are told by `SIGNING_CERTIFICATE_AMBIGUOUS` (tests of the engine)."),
    "cms-19": Class("Signature policies",
                    "None is ever fetched; one that is handed over must have the digest that was signed"
                    " (`SIGNATURE_POLICY_MISMATCH`, tests of the engine, for all formats alike)."),
    "tst-01": Class("A time-stamp over something else"),
    "tst-02": Class("The time-stamp of another signature"),
    "tst-03": Class("A time-stamp whose own value is broken"),
    "tst-04": Class("A time-stamp with another time"),
    "tst-05": Class("A certificate that is not for time-stamps", "`TSA_EKU`: tests of the engine and of the interoperability bench."),
    "tst-06": Class("Certificates of others in the token", "The signed reference names the authority's: as cms-05 to cms-07."),
    "tst-07": Class("Backdating by an authority that was revoked or is one's own", "docs/attacks.md, Time."),
    "tst-08": Class("An authority that has expired since, or had before", "docs/attacks.md, Time."),
    "tst-09": Class("Weak imprints, times in the future", "docs/attacks.md, Time."),
    "tst-10": Class("Answers to another request, or refusals",
                    "The client of the network asks for its nonce back; an answer that refuses and carries a token is told by"
                    " `TST_NOT_GRANTED`."),
    "tst-11": Class("Archive time-stamps that leave something out, hash indexes that were changed"),
    "tst-12": Class("Evidence records", "docs/attack-table-evidence.md: one that does not hold neither helps nor harms."),
    "tst-13": Class("A claimed time taken for a proof", "`best_signature_time` is null without a time-stamp (tests of the engine)."),
}  # fmt: skip
"""By the name that fixtures begin with."""


def fixtures(known: str) -> list[str]:
    """Return the names of the fixtures of a class."""
    return [name for name in (*ATTACKS, *STAMPS, *OTHERS) if name.startswith(known + " ")]


def lines() -> Iterator[str]:
    yield "# Classes of attacks on CMS and time-stamps and the fixtures that stand for them"
    yield ""
    yield "Written by `python -m tests.formats.cades.attack_table`; a test holds it. *Verdict* is that of the policy"
    yield "`default` with the practice PKI trusted; *told* is a code that the report must hold. A time-stamp that is not"
    yield "intact proves nothing; the signature that bears it is judged without it."
    for name, known in CLASSES.items():
        yield ""
        yield f"## {name.upper()}: {known.title}"
        found = fixtures(name)
        if found:
            yield ""
            yield "| fixture | verdict | told |"
            yield "|---|---|---|"
        for item in found:
            yield f"| {item.partition(' ')[2]} | {_answer(item)} |"
        if known.remark:
            yield ""
            yield known.remark


def _answer(name: str) -> str:
    if name in ATTACKS:
        attack = ATTACKS[name]
        return f"{attack.verdict} | {f'`{attack.code}`' if attack.code else '-'}"
    return "not intact | -" if name in STAMPS else f"- | {OTHERS[name]}"


if __name__ == "__main__":
    PLACE.write_text("\n".join(lines()) + "\n", encoding="utf-8")
