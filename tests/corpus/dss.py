"""The rows of another validator's own tests, scored key by key for every format.

`KEYS` is the map from a manifest key to what the report must say; a test of one format takes its rows
with `dss_rows`, asks with `ask_row` and compares with `score`.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import edoc
from edoc.result.report import EvidenceResult, SignatureResult, TimestampResult
from tests.corpus.harness import Answer, Miss, Row


def dss_rows(corpus: Path, **wanted: object) -> list[Row]:
    """Return the rows whose keys have certain values."""
    text = (corpus / "dss" / "manifest.jsonl").read_text(encoding="utf-8")
    rows: list[Row] = [json.loads(line) for line in text.splitlines() if line]
    return [row for row in rows if all(row.get(key) == value for key, value in wanted.items())]


def ask_row(corpus: Path, row: Row, *, policy: str = "default") -> Answer:
    """Return what the verifier says of a row's document, with the row's anchors and originals."""
    folder = corpus / "dss"
    try:
        report = edoc.verify_document(
            folder / str(row["file"]),
            policy=policy,
            trust=edoc.TrustStore.of(list(_anchors(folder, row)), end_entity=True),
            detached=list(originals(folder, row)),
            validation_data=[*(Path(item) for item in _offered(folder, row)), *_records(folder, row)],
        )
    except edoc.EdocError as problem:
        return Answer(report=None, error=problem.code)
    return Answer(report=report)


def originals(folder: Path, row: Row) -> Iterator[edoc.Document | edoc.Digest]:
    """Yield the originals of a row, as the manifest describes them."""
    given = row.get("detached") or []
    assert isinstance(given, list)
    for item in given:
        if isinstance(item, str):
            yield edoc.Document.from_bytes((folder / item).read_bytes(), name=Path(item).name)
        elif "digest" in item:
            yield edoc.Digest(_digest_name(item["digest"]), base64.b64decode(item["value"]))
        elif "digests" in item:
            for name, value in item["digests"].items():
                yield edoc.Digest(_digest_name(name), base64.b64decode(value))
        else:
            yield edoc.Document.from_bytes(_octets(folder, item), name=item.get("name") or "")


def _octets(folder: Path, item: dict[str, str]) -> bytes:
    if "path" in item:
        return (folder / item["path"]).read_bytes()
    if "base64" in item:
        return base64.b64decode(item["base64"])
    return item.get("text", item.get("http_header", "")).encode()


def _digest_name(name: str) -> str:
    return name.lower().replace("-", "") if not name.upper().startswith("SHA3") else name.lower().replace("-", "_")


def _anchors(folder: Path, row: Row) -> Iterator[bytes]:
    given = row.get("trusted") or []
    assert isinstance(given, list)
    for item in given:
        path = folder / item if len(item) < 200 else None
        yield path.read_bytes() if path is not None and path.is_file() else base64.b64decode(item)


def _offered(folder: Path, row: Row) -> Iterator[str]:
    given = row.get("signing_certs") or []
    assert isinstance(given, list)
    for item in given:
        if len(item) < 200 and (folder / item).is_file():
            yield str(folder / item)


def _records(folder: Path, row: Row) -> Iterator[Path]:
    given = row.get("detached_er") or []
    assert isinstance(given, list)
    for item in given:
        yield folder / (item if isinstance(item, str) else item["path"])


def _every(answer: Answer) -> list[SignatureResult]:
    found = list(answer.report.signatures) if answer.report is not None else []
    for item in found:
        # Counter-signatures are counted, as the manifest says.
        found.extend(item.counter_signatures)
    return found


def _all(field: str) -> Callable[[Answer, Row], object]:
    """True when the field is true of every signature, as `intact: true` means of all of them."""

    def read(answer: Answer, row: Row) -> object:
        found = _every(answer)
        return bool(found) and all(getattr(item, field) is True for item in found)

    return read


def _intact(answer: Answer, row: Row) -> object:
    # Of a record or a token alone the manifest says it of the record, or of the token.
    return _er_valid(answer, row) if row["format"] in ("ER", "TST") and "er_valid" in row else _all("intact")(answer, row)


def _at_least(answer: Answer, row: Row) -> object:
    wanted = row["signatures_min"]
    assert isinstance(wanted, int)
    return min(wanted, len(_every(answer)))


def _levels(answer: Answer, row: Row) -> object:
    found = [item.level for item in _every(answer)]
    return found[:1] if row.get("levels_scope") == "first" else found


def _levels_set(answer: Answer, row: Row) -> object:
    wanted = row["levels_set"]
    assert isinstance(wanted, list)
    found = {item.level for item in _every(answer)}
    return [level for level in wanted if level in found]


def _stamps(answer: Answer) -> list[TimestampResult]:
    if answer.report is None:
        return []
    return [*(stamp for item in _every(answer) for stamp in item.timestamps), *answer.report.timestamps]


def _timestamps(answer: Answer, row: Row) -> object:
    if row.get("timestamps_scope") == "first":
        found = answer.report.signatures if answer.report is not None else ()
        return len(found[0].timestamps) if found else 0
    return len(_stamps(answer))


def _timestamps_valid(answer: Answer, row: Row) -> object:
    found = _stamps(answer)
    if row["format"] == "ER":
        found += [stamp for item in _evidence(answer) for stamp in item.timestamps]
    return answer.report is not None and all(item.intact is True for item in found)


def _of_first(kinds: tuple[str, ...]) -> Callable[[Answer, Row], object]:
    def read(answer: Answer, row: Row) -> object:
        if answer.report is None or not answer.report.signatures:
            return False
        found = [item for item in (*answer.report.signatures[0].timestamps, *answer.report.timestamps) if item.kind in kinds]
        return bool(found) and all(item.intact is True for item in found)

    return read


def _signing_time(answer: Answer, row: Row) -> object:
    found = answer.report.signatures if answer.report is not None else ()
    return bool(found) and found[0].claimed_signing_time is not None


def _scopes(answer: Answer, row: Row) -> object:
    if answer.report is None or not answer.report.signatures:
        return 0
    first = answer.report.signatures[0]
    return len(first.scope) if first.intact else 0


def _scope_types(answer: Answer, row: Row) -> object:
    wanted = row["scope_types"]
    assert isinstance(wanted, list)
    if answer.report is None or not answer.report.signatures:
        return []
    found = {item.kind.value for item in answer.report.signatures[0].scope}
    return [kind for kind in wanted if kind in found]


def _evidence(answer: Answer) -> tuple[EvidenceResult, ...]:
    return answer.report.evidence_records if answer.report is not None else ()


def _er_valid(answer: Answer, row: Row) -> object:
    found = _evidence(answer)
    return bool(found) and all(item.intact is True for item in found)


def _er_complete(answer: Answer, row: Row) -> object:
    # Whether anything of the first hash list belongs to data that is not at hand.
    found = _evidence(answer)
    return not any(finding.code == "EVIDENCE_OTHER_DATA" for item in found for finding in item.findings)


def _er_result(field: str) -> Callable[[Answer, Row], object]:
    def read(answer: Answer, row: Row) -> object:
        values = [getattr(item, field) for item in _evidence(answer)]
        words = [item.value if item is not None else None for item in values]
        # The manifest tells one result: that of the record which is not as it should be.
        return row[f"er_{field.replace('_', '')}"] if row[f"er_{field.replace('_', '')}"] in words else (words or [None])[0]

    return read


def _throws(answer: Answer, row: Row) -> object:
    # A clean refusal: an error with a code, or one entry that says what cannot be read.
    refused = answer.error is not None or (
        answer.report is not None and answer.report.verdict in (edoc.Verdict.FAILED, edoc.Verdict.NO_SIGNATURE)
    )
    return row["throws"] if refused else "accepted"


KEYS: dict[str, Callable[[Answer, Row], object]] = {
    "signatures": lambda answer, row: len(_every(answer)),
    "signatures_min": _at_least,
    "intact": _intact,
    "sig_valid": _all("signature_value_valid"),
    "refs_intact": _all("references_intact"),
    "levels": _levels,
    "levels_set": _levels_set,
    "timestamps": _timestamps,
    "timestamps_valid": _timestamps_valid,
    "t_level_valid": _of_first(("signature",)),
    "a_level_valid": _of_first(("archive", "container", "document")),
    "evidence_records": lambda answer, row: len(_evidence(answer)),
    "er_valid": _er_valid,
    "er_data_complete": _er_complete,
    "er_indication": _er_result("indication"),
    "er_subindication": _er_result("sub_indication"),
    "has_signing_time": _signing_time,
    "scopes": _scopes,
    "scope_types": _scope_types,
    "throws": _throws,
}
"""Manifest key to what the report says; `levels` are those with the row's anchors."""


@dataclass(frozen=True)
class Scored:
    """How many assertions of each key there are, and which are not met."""

    asserted: dict[str, int]
    misses: tuple[Miss, ...]

    @property
    def share(self) -> float:
        """The share of assertions that are met."""
        total = sum(self.asserted.values())
        return (total - len(self.misses)) / total if total else 0.0

    def table(self) -> str:
        """Return the score of each key as text."""
        lines = [f"{'key':18}{'asserted':>9}{'edoc':>7}"]
        for key, total in self.asserted.items():
            if total:
                lines.append(f"{key:18}{total:9}{total - sum(miss.name.endswith(' ' + key) for miss in self.misses):7}")
        return "\n".join([*lines, f"share {self.share:.3f}"])


def score(rows: Iterable[Row], answers: dict[str, Answer]) -> Scored:
    """Compare every asserted key of every row with what was answered, by the rows' ids."""
    asserted = {key: 0 for key in KEYS}
    misses = []
    for row in rows:
        for key, read in KEYS.items():
            expected = row.get(key)
            if expected is None:
                continue
            asserted[key] += 1
            actual = read(answers[str(row["id"])], row)
            if actual != expected:
                misses.append(Miss(name=f"{row['id']} {key}", expected=expected, actual=actual))
    return Scored(asserted=asserted, misses=tuple(misses))
