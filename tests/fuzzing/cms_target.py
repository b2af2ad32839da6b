"""The oracle of CMS: what edoc may say of a changed signature or token."""

from __future__ import annotations

import re
from datetime import timedelta
from functools import lru_cache

import edoc
from edoc.formats.cades.source import is_signed_cms
from tests.formats.cades.maker import AT, DATA, pki
from tests.fuzzing.cms_mutators import MUTATORS
from tests.fuzzing.cms_seeds import make_seeds
from tests.fuzzing.harness import Answer, Seeds, Target

_TEXT = re.compile(rb"\s*-----BEGIN ")


def judge(origin: str, data: bytes, seeds: Seeds) -> Answer:
    """Ask about one mutant under both policies, with the data beside it, and hold the answers against what is certain.

    Whatever is called intact stands over the data that was signed; PASSED needs INTACT; a time that is said to be
    proved is that of a token that was made; nothing but `edoc.EdocError` escapes, and no signature is overlooked.
    """
    given = edoc.Document.from_bytes(data, name=origin)
    beside = [] if origin.endswith((".p7m", ".pem")) else [DATA]
    expect = "timestamp" if origin.endswith(".tst") else "signature"
    try:
        report = edoc.verify_document(given, policy="integrity", detached=beside, expect=expect)
    except edoc.EdocError as problem:
        wrong = "INTERNAL error" if problem.code == "INTERNAL" else None
        return Answer("error", wrong or ("the signature is overlooked" if _marked(given) else None))
    word = report.verdict.value
    if report.verdict is edoc.Verdict.NO_SIGNATURE and not report.timestamps:
        wrong = "the signature is overlooked" if _has_signers(data) else None
        return Answer(word, wrong)
    if '"INTERNAL"' in report.to_json(indent=None):
        return Answer(word, "INTERNAL finding")
    for entry in report.signatures:
        if entry.intact and bytes(entry.signed_data(0)) != DATA.data:
            return Answer(word, f"{entry.id} is intact over octets that nobody signed")
    believed = _believer().verify(given, detached=beside)
    if believed.verdict is edoc.Verdict.PASSED and report.verdict is not edoc.Verdict.INTACT:
        return Answer(word, "PASSED although not INTACT")
    for entry in believed.signatures:
        if entry.best_signature_time is not None and entry.best_signature_time != AT:
            return Answer(word, f"{entry.id} is said to be of a time that no token tells")
    return Answer("PASSED" if believed.verdict is edoc.Verdict.PASSED else word)


def _marked(given: edoc.Document) -> bool:
    return is_signed_cms(given) and _TEXT.match(given.data[:64]) is None


def _has_signers(data: bytes) -> bool:
    """Tell whether a SignerInfo with a value is there for anybody who looks, whatever stands around it."""
    from tests.fuzzing.der import parse

    try:
        (root,) = parse(data)
        return bool(root.kids[1].kids[0].kids[-1].kids) and root.kids[1].kids[0].kids[-1].tag == 0x31
    except (ValueError, IndexError):
        return False


@lru_cache(maxsize=1)
def _believer() -> edoc.Verifier:
    time = AT + timedelta(minutes=1)
    return edoc.Verifier(trust=pki().trust, validation_data=pki().validation_data(), validation_time=time)


CMS = Target(name="cms", make_seeds=make_seeds, mutators=MUTATORS, judge=judge)
