"""Evidence records: each judged with its time-stamps, then what it proves (EN 319 102-1 5.6.3.4, step 1).

A record that does not hold proves nothing, and says nothing against the document that it hangs on.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from edoc.facts.findings import Finding, Severity, error, info, warning
from edoc.facts.signature import DocumentFacts, EvidenceFacts, Reference, SignatureFacts
from edoc.policy.model import Judgement
from edoc.result.enums import SubIndication
from edoc.result.report import EvidenceResult, Scope, Want
from edoc.verify.archival import imprint_reliable_then, judge_token
from edoc.verify.basic import unique_findings
from edoc.verify.context import CLOCK_SKEW, PASSED, Conclusion, Context, failed, undecided
from edoc.verify.memo import PathMemo
from edoc.verify.path_judge import moment_text
from edoc.verify.poe import Inventory, Proofs
from edoc.verify.timestamp import JudgedToken, check_timestamp


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedRecord:
    """One evidence record, its time-stamps, and what is said of it."""

    facts: EvidenceFacts
    bearer: SignatureFacts | None
    """The signature that it stands in; null for one beside the document."""
    tokens: tuple[JudgedToken, ...]
    conclusion: Conclusion
    intact: bool | None
    findings: tuple[Finding, ...]

    @property
    def time(self) -> datetime | None:
        """When the data existed, if the record holds."""
        return self.facts.timestamps[0].gen_time if self.facts.timestamps else None

    @property
    def wants(self) -> tuple[Want, ...]:
        """What would help to rely on it; nothing helps one whose data is not at hand."""
        if self.conclusion.passed or self.intact is not True:
            return ()
        return tuple(want for token in self.tokens for want in token.wants)

    def result(self, context: Context) -> EvidenceResult:
        """Return its entry in the report."""
        full = context.policy.judgement is Judgement.FULL
        return EvidenceResult(
            id=self.facts.id,
            kind=self.facts.kind,
            intact=self.intact,
            time=self.time,
            indication=self.conclusion.indication if full else None,
            sub_indication=self.conclusion.sub_indication if full else None,
            name=self.facts.name,
            scope=tuple(_scope(item) for item in self.facts.references),
            timestamps=tuple(token.result(context) for token in self.tokens),
            findings=self.findings,
        )


def judge_records(
    document: DocumentFacts, proofs: Proofs, *, context: Context, memo: PathMemo
) -> tuple[JudgedRecord, ...]:
    """Judge every evidence record of a document, and add to `proofs` what those prove that hold."""
    every = tuple(_every(document))
    if not every:
        return ()
    judge = _Judge(document, proofs, context=context, memo=memo)
    return tuple(judge.record(facts, bearer) for facts, bearer in every)


def record_warnings(records: tuple[JudgedRecord, ...], context: Context) -> tuple[Finding, ...]:
    """Return what the document is told of records that do not hold: a warning that leaves it as it is."""
    full = context.policy.judgement is Judgement.FULL
    found = []
    for item in records:
        if item.conclusion.passed if full else item.intact is True:
            continue
        sub = item.conclusion.sub_indication
        found.append(warning("EVIDENCE_NOT_COUNTED", item.facts.id, name=item.facts.name or item.facts.id,
                             why=sub.value if sub is not None else "-"))  # fmt: skip
    return tuple(found)


def _every(document: DocumentFacts) -> Iterator[tuple[EvidenceFacts, SignatureFacts | None]]:
    for signature in document.signatures:
        for facts in signature.evidence_records:
            yield facts, signature
    for facts in document.evidence_records:
        yield facts, None


class _Judge:
    """Judges the records of one document, one after the other: what one has proved counts for the next."""

    def __init__(self, document: DocumentFacts, proofs: Proofs, *, context: Context, memo: PathMemo) -> None:
        self._document = document
        self._proofs = proofs
        self._context = context
        self._memo = memo
        self._inventory = Inventory(document, context=context)

    def record(self, facts: EvidenceFacts, bearer: SignatureFacts | None) -> JudgedRecord:
        """Return one record as it is judged; one that holds adds to the proofs."""
        tokens = self._tokens(facts, bearer)
        conclusion, notes = _of_data(facts, tokens), tuple[Finding, ...]()
        intact = _intact(facts, tokens)
        if conclusion.passed and self._context.policy.judgement is Judgement.FULL:
            tokens, conclusion, notes = self._of_tokens(facts, tokens)
        findings = unique_findings((*facts.findings, *conclusion.findings, *notes))
        made = JudgedRecord(
            facts=facts, bearer=bearer, tokens=tokens, conclusion=conclusion, intact=intact, findings=findings
        )
        if conclusion.passed and made.time is not None:
            for key in self._inventory.archived(facts, bearer):
                self._proofs.add(key, made.time)
        return made

    def _tokens(self, facts: EvidenceFacts, bearer: SignatureFacts | None) -> tuple[JudgedToken, ...]:
        inside = (one for stamp in facts.timestamps for one in stamp.token.material)
        around = bearer.material if bearer is not None else ()
        material, _ = self._context.material((*facts.material, *inside, *around, *self._document.material))
        return tuple(
            check_timestamp(stamp, material=material, context=self._context, memo=self._memo)
            for stamp in facts.timestamps
        )

    def _of_tokens(
        self, facts: EvidenceFacts, tokens: tuple[JudgedToken, ...]
    ) -> tuple[tuple[JudgedToken, ...], Conclusion, tuple[Finding, ...]]:
        """Judge the time-stamps, each with the next one as the proof that it existed; one that fails fails all."""
        known = tuple(token for token in tokens if token.in_time)
        # As of the time of the check there was no more than this.
        later = info("EVIDENCE_STAMPS_LATER", facts.id, count=len(tokens) - len(known))
        notes = (later,) if len(known) < len(tokens) else ()
        disordered = _disorder(tokens)
        if disordered is not None:
            finding = error("EVIDENCE_STAMPS_DISORDER", facts.id, name=disordered)
            return tokens, undecided(SubIndication.TIMESTAMP_ORDER_FAILURE, finding), notes
        if not known:
            return tokens, undecided(SubIndication.NO_POE), notes
        judged = list(tokens)
        for place, token in enumerate(known):
            assumed = self._assumed(token, known[place + 1] if place + 1 < len(known) else None)
            judged[place] = judge_token(token, assumed, context=self._context)
            conclusion = _relied_on(judged[place], assumed, facts.id, context=self._context)
            if not conclusion.passed:
                return tuple(judged), conclusion, notes
        proof = info("EVIDENCE_PROVES", facts.id, time=moment_text(known[0].facts.gen_time), name=_names(facts))
        return tuple(judged), PASSED, (*notes, proof)

    def _assumed(self, token: JudgedToken, following: JudgedToken | None) -> Proofs:
        """Return the proofs with what the next time-stamp covers: this one, and all that it carries (5.6.2.3.4)."""
        if following is None or following.facts.gen_time is None:
            return self._proofs
        made = self._proofs.branch()
        for key in self._inventory.carried_by(token.facts):
            made.add(key, following.facts.gen_time)
        return made


def _intact(facts: EvidenceFacts, tokens: tuple[JudgedToken, ...]) -> bool | None:
    if any(item.severity is Severity.ERROR for item in facts.findings):
        return False
    found = [*(item.intact for item in facts.references), *(token.intact for token in tokens)]
    if False in found:
        return False
    open_question = any(item.severity is Severity.WARNING for item in facts.findings)
    return True if facts.references and tokens and None not in found and not open_question else None


def _of_data(facts: EvidenceFacts, tokens: tuple[JudgedToken, ...]) -> Conclusion:
    """Return what form and digests come to: they do not depend on trust or time (RFC 4998 5.3, RFC 6283 4.3)."""
    id = facts.id
    if any(item.severity is Severity.ERROR for item in facts.findings):
        return failed(SubIndication.FORMAT_FAILURE)
    changed = [item for item in facts.references if item.intact is False]
    if changed:
        told = tuple(error("EVIDENCE_DATA_OTHER", id, name=item.name) for item in changed)
        return failed(SubIndication.HASH_FAILURE, *told)
    broken = next((token for token in tokens if token.intact is False), None)
    if broken is not None:
        sub = broken.conclusion.sub_indication
        return failed(sub if sub is not None else SubIndication.HASH_FAILURE, error("EVIDENCE_STAMP_BROKEN", id, name=broken.facts.id))
    if any(item.severity is Severity.WARNING for item in facts.findings):
        return undecided(SubIndication.CUSTOM)
    missing = [item.name for item in facts.references if item.intact is None]
    if missing or not facts.references:
        return undecided(SubIndication.SIGNED_DATA_NOT_FOUND, warning("EVIDENCE_DATA_NOT_FOUND", id, count=facts.others))
    if not tokens or any(token.intact is None for token in tokens):
        return undecided(SubIndication.SIGNED_DATA_NOT_FOUND, warning("EVIDENCE_STAMP_OPEN", id))
    return PASSED


def _relied_on(token: JudgedToken, proofs: Proofs, subject: str, *, context: Context) -> Conclusion:
    id = token.facts.id
    if not token.usable:
        why = token.conclusion.sub_indication
        finding = error("EVIDENCE_STAMP_NOT_PASSED", subject, name=id, why=why.value if why is not None else "-")
        return replace(token.conclusion, findings=(finding,))
    if not imprint_reliable_then(token, proofs, context=context):
        # Nobody may have been able to make other data for the tree before it was hashed anew.
        digest = token.facts.imprint.digest_algorithm if token.facts.imprint is not None else "-"
        finding = error("EVIDENCE_DIGEST_WEAK", subject, name=id, digest=digest)
        return undecided(SubIndication.CRYPTO_CONSTRAINTS_FAILURE_NO_POE, finding)
    return PASSED


def _disorder(tokens: tuple[JudgedToken, ...]) -> str | None:
    """Return the first time-stamp that is not newer than those before it; clocks may differ by some minutes."""
    newest: datetime | None = None
    for token in tokens:
        time = token.facts.gen_time
        if time is None or (newest is not None and time + CLOCK_SKEW < newest):
            return token.facts.id
        newest = time if newest is None else max(newest, time)
    return None


def _names(facts: EvidenceFacts) -> str:
    named = [item.name for item in facts.references]
    return ", ".join((*named[:_NAMED], f"+{len(named) - _NAMED}") if len(named) > _NAMED else named)


_NAMED = 5
"""Data objects that a sentence names."""


def _scope(reference: Reference) -> Scope:
    digest = reference.actual or reference.expected
    shown = {reference.digest_algorithm: digest.hex()} if digest else {}
    return Scope(name=reference.name, kind=reference.scope, digest=shown)
