"""The six questions that a clerk asks, answered for one signature from what the report says of it.

Nothing is judged here: an answer is yes only where the report says so, and undecided where it says nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

from edoc.report.sheet.model import Answer, Answers, Mark
from edoc.report.sheet.runs import Tongue, common_name
from edoc.report.summary import signer_name
from edoc.result.enums import Indication, SubIndication, Verdict
from edoc.result.report import PathCertificate, ReportData, SignatureResult

_WORDS = {Mark.YES: "sheet_yes", Mark.NO: "sheet_no", Mark.OPEN: "sheet_open", Mark.NONE: "sheet_not_judged"}
_NO_CHAIN = frozenset(
    {
        SubIndication.NO_CERTIFICATE_CHAIN_FOUND,
        SubIndication.NO_CERTIFICATE_CHAIN_FOUND_NO_POE,
        SubIndication.NO_SIGNING_CERTIFICATE_FOUND,
        SubIndication.CHAIN_CONSTRAINTS_FAILURE,
    }
)
_OUT_OF_BOUNDS = frozenset({SubIndication.OUT_OF_BOUNDS_NO_POE, SubIndication.OUT_OF_BOUNDS_NOT_REVOKED})
_STALE = frozenset({SubIndication.TRY_LATER, SubIndication.REVOCATION_OUT_OF_BOUNDS_NO_POE})
_HOLDS = ("good", "not_needed", "anchor")
_SHOWN_SCOPES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """An answer before it is put into words: its mark, sentences, and a word other than the mark's own."""

    mark: Mark
    details: tuple[str, ...]
    word: str = ""


def six_answers(data: ReportData, item: SignatureResult, say: Tongue) -> Answers:
    """Return the table for one signature."""
    asked = (
        ("unchanged", _unchanged(item, say)),
        ("signer", _signer(data, item, say)),
        ("time", _time(data, item, say)),
        ("in_force", _in_force(data, item, say)),
        ("issuer", _issuer(data, item, say)),
        ("whole", _whole(data, item, say)),
    )
    rows = tuple(
        Answer(
            question=say.text(f"sheet_q_{key}"),
            mark=said.mark,
            word=say.text(said.word or _WORDS[said.mark]),
            details=tuple(say.runs(detail) for detail in said.details),
        )
        for key, said in asked
    )
    head = tuple(say.text(key) for key in ("sheet_question", "sheet_result", "sheet_detail"))
    return Answers(head=head, rows=rows)


def anchored(item: SignatureResult) -> bool:
    """Tell whether the path reaches an accepted anchor, and nothing is wrong with it as a path."""
    if not item.path or item.path[-1].status != "anchor" or item.sub_indication in _NO_CHAIN:
        return False
    # A path whose only trouble is a missing status is a path all the same.
    general = item.sub_indication is SubIndication.CERTIFICATE_CHAIN_GENERAL_FAILURE
    return not general or any(link.status == "unknown" for link in item.path)


def _unchanged(item: SignatureResult, say: Tongue) -> Said:
    if item.unchanged_since_signing is True:
        return Said(mark=Mark.YES, details=(say.phrase("sheet_unchanged_yes"),))
    if item.references_intact is False:
        return Said(mark=Mark.NO, details=(say.phrase("sheet_unchanged_digest"),))
    if item.signature_value_valid is False:
        return Said(mark=Mark.NO, details=(say.phrase("sheet_unchanged_value"),))
    if item.unchanged_since_signing is False:
        return Said(mark=Mark.NO, details=(say.phrase("sheet_unchanged_later"),))
    key = "sheet_unchanged_open" if item.intact else "sheet_unchanged_unknown"
    return Said(mark=Mark.OPEN, details=(say.phrase(key),))


def _signer(data: ReportData, item: SignatureResult, say: Tongue) -> Said:
    name = signer_name(item)
    if item.signer is None or name is None:
        return Said(mark=Mark.NO, details=(say.phrase("sheet_signer_nobody"),))
    parts = [say.value(name)]
    parts += [say.value(part) for part in (item.signer.title, item.signer.organization) if part is not None]
    if item.signer.serial_number is not None:
        parts.append(say.phrase("sheet_identifier", value=say.code(item.signer.serial_number)))
    who = say.listed(parts)
    kind = item.signing_certificate.kind if item.signing_certificate is not None else None
    if kind is not None:
        who = say.phrase(f"sheet_kind_{kind}", who=who)
    details = [who]
    if not data.trust_judged:
        return Said(mark=Mark.NONE, details=(say.phrase("sheet_calls_itself", who=who), *_claims(item, say)))
    mark = Mark.YES
    if item.signature_value_valid is not True:
        mark, details = Mark.OPEN, [say.phrase("sheet_signer_unmatched", who=who)]
    elif not anchored(item):
        mark, details = Mark.OPEN, [say.phrase("sheet_signer_unvouched", who=who)]
    return Said(mark=mark, details=(*details, *_claims(item, say)))


def _claims(item: SignatureResult, say: Tongue) -> tuple[str, ...]:
    """Roles and place as the signer states them: nothing proves them."""
    parts = []
    for key, values in (("sheet_claims_role", item.claims.roles), ("sheet_claims_place", item.claims.location)):
        if values:
            shown = say.listed([say.value(value) for value in values[:_SHOWN_SCOPES]])
            parts.append(say.phrase(key, values=shown))
    return (say.phrase("sheet_claims", claims=say.listed(parts)),) if parts else ()


def _time(data: ReportData, item: SignatureResult, say: Tongue) -> Said:
    claimed = item.claimed_signing_time
    told = say.phrase("sheet_time_claims", time=say.near(claimed)) if claimed else say.phrase("sheet_time_no_claim")
    if not data.trust_judged:
        return Said(mark=Mark.NONE, details=(told,))
    if item.best_signature_time is not None:
        best = say.near(item.best_signature_time)
        return Said(mark=Mark.YES, details=(say.phrase("sheet_time_proved", time=best), told))
    if item.timestamps:
        return Said(mark=Mark.OPEN, details=(say.phrase("sheet_time_unused"), told))
    word = "sheet_claimed_only" if claimed else "sheet_none"
    return Said(mark=Mark.NONE, word=word, details=(say.phrase("sheet_time_none"), told))


def _in_force(data: ReportData, item: SignatureResult, say: Tongue) -> Said:
    if not data.trust_judged:
        return Said(mark=Mark.NONE, details=(say.phrase("sheet_force_not_judged"),))
    leaf, sub = (item.path[0] if item.path else None), item.sub_indication
    certificate = item.signing_certificate
    if item.indication is Indication.TOTAL_PASSED:
        return Said(mark=Mark.YES, details=_held(item, leaf, say))
    if sub is SubIndication.REVOKED and leaf is not None and leaf.revoked_at is not None:
        return Said(mark=Mark.NO, details=(say.phrase("sheet_force_revoked", time=say.near(leaf.revoked_at)),))
    if sub is SubIndication.EXPIRED and certificate is not None and certificate.not_after is not None:
        return Said(mark=Mark.NO, details=(say.phrase("sheet_force_ended", time=say.near(certificate.not_after)),))
    if sub is SubIndication.NOT_YET_VALID and certificate is not None and certificate.not_before is not None:
        return Said(mark=Mark.NO, details=(say.phrase("sheet_force_begins", time=say.near(certificate.not_before)),))
    if sub in (SubIndication.REVOKED, SubIndication.EXPIRED, SubIndication.NOT_YET_VALID):
        return Said(mark=Mark.NO, details=(say.phrase("sheet_force_findings"),))
    open_ = _force_open(item, leaf, say)
    if open_ is not None:
        return Said(mark=Mark.OPEN, details=(open_,))
    if item.signature_value_valid is True and anchored(item) and all(link.status in _HOLDS for link in item.path):
        return Said(mark=Mark.YES, details=_held(item, leaf, say))
    return Said(mark=Mark.OPEN, details=(say.phrase("sheet_force_not_examined"),))


def _force_open(item: SignatureResult, leaf: PathCertificate | None, say: Tongue) -> str | None:
    """Why it is undecided whether the certificate was in force, null when that is not what is undecided."""
    sub, certificate = item.sub_indication, item.signing_certificate
    if leaf is not None and leaf.status == "on_hold":
        return say.phrase("sheet_force_on_hold")
    if sub is SubIndication.REVOKED_NO_POE and leaf is not None and leaf.revoked_at is not None:
        return say.phrase("sheet_force_revoked_open", time=say.near(leaf.revoked_at))
    if sub is SubIndication.REVOKED_CA_NO_POE:
        return say.phrase("sheet_force_authority_revoked")
    if sub in _OUT_OF_BOUNDS and certificate is not None and certificate.not_after is not None:
        return say.phrase("sheet_force_ended_open", time=say.near(certificate.not_after))
    if sub in _STALE and leaf is not None and leaf.evidence_time is not None:
        return say.phrase("sheet_force_stale", evidence=_evidence(leaf, say))
    if sub in _STALE or (leaf is not None and leaf.status == "unknown"):
        return say.phrase("sheet_force_no_status")
    if any(link.status == "unknown" for link in item.path):
        return say.phrase("sheet_force_authority_unknown")
    return None


def _held(item: SignatureResult, leaf: PathCertificate | None, say: Tongue) -> tuple[str, ...]:
    """What a certificate in force rests on."""
    then = "proved" if item.best_signature_time is not None else "now"
    if leaf is not None and leaf.revoked_at is not None:
        return (say.phrase("sheet_force_revoked_later", time=say.near(leaf.revoked_at)),)
    if leaf is None or leaf.evidence_time is None:
        return (say.phrase(f"sheet_force_{then}"),)
    return (say.phrase(f"sheet_force_{then}_status", evidence=_evidence(leaf, say)),)


def _evidence(leaf: PathCertificate, say: Tongue) -> str:
    assert leaf.evidence_time is not None
    return say.phrase(f"sheet_evidence_{leaf.evidence_kind or 'crl'}", time=say.near(leaf.evidence_time))


def _issuer(data: ReportData, item: SignatureResult, say: Tongue) -> Said:
    certificate = item.signing_certificate
    issuer = say.value(common_name(certificate.issuer)) if certificate is not None else say.phrase("unknown")
    if not data.trust_judged:
        return Said(mark=Mark.NONE, details=(say.phrase("sheet_issuer_not_judged", issuer=issuer),))
    if anchored(item):
        anchor = say.value(common_name(item.path[-1].subject))
        return Said(mark=Mark.YES, details=(say.phrase("sheet_issuer_yes", issuer=issuer, anchor=anchor),))
    if certificate is None:
        return Said(mark=Mark.OPEN, details=(say.phrase("sheet_issuer_nobody"),))
    if item.path:
        return Said(mark=Mark.OPEN, details=(say.phrase("sheet_issuer_rules", issuer=issuer),))
    return Said(mark=Mark.OPEN, details=(say.phrase("sheet_issuer_none", issuer=issuer),))


def _whole(data: ReportData, item: SignatureResult, say: Tongue) -> Said:
    scopes = _scopes(data, item, say)
    codes = {finding.code for finding in (*item.findings, *data.findings)}
    if "PARTIAL_COVERAGE" in codes:
        return Said(mark=Mark.NO, details=(say.phrase("sheet_whole_partial"),))
    if "DETACHED_UNUSED" in codes:
        return Said(mark=Mark.NO, details=(scopes, say.phrase("sheet_whole_unused")))
    if item.changes_since_signing == "not_permitted":
        return Said(mark=Mark.NO, details=(_changed(item, "sheet_whole_not_permitted", say),))
    if "UNSIGNED_CONTENT_ADDED" in codes:
        return Said(mark=Mark.NO, details=(_changed(item, "sheet_whole_unsigned", say),))
    if item.changes_since_signing is None:
        return Said(mark=Mark.OPEN, details=(_changed(item, "sheet_whole_open", say),))
    if item.intact is not True:
        return Said(mark=Mark.OPEN, details=(say.phrase("sheet_whole_broken"),))
    if item.changes_since_signing == "permitted":
        open_ = data.verdict is Verdict.INDETERMINATE
        return Said(mark=Mark.OPEN if open_ else Mark.YES, details=(scopes, _changed(item, "sheet_whole_permitted", say)))
    return Said(mark=Mark.YES, details=(scopes, say.phrase(f"sheet_whole_{item.changes_since_signing}")))


def _scopes(data: ReportData, item: SignatureResult, say: Tongue) -> str:
    if not item.scope:
        return say.phrase("sheet_covers", things=say.phrase("covers_nothing"))
    pages = data.document.pages
    if len(item.scope) == 1 and pages is not None:
        return say.counted("sheet_covers_pages", count=pages)
    told = [say.say(f"scope_{scope.kind.value}", name=scope.name) for scope in item.scope[:_SHOWN_SCOPES]]
    more = len(item.scope) - len(told)
    if more > 0:
        told.append(say.counted("sheet_more_things", count=more))
    return say.phrase("sheet_covers", things=say.listed(told))


def _changed(item: SignatureResult, key: str, say: Tongue) -> str:
    """A sentence about later changes, with the pages they are on."""
    pages = sorted({change.page for change in item.changes if change.page is not None})
    told = say.phrase(key)
    if not pages:
        return told
    listed = say.listed([say.number(page) for page in pages[:_SHOWN_SCOPES]])
    return f"{told} {say.phrase('sheet_on_pages', pages=listed)}"
