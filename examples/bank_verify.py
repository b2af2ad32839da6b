"""Verify a folder (or a list) of PDFs, offline, one JSON line each:

    python examples/bank_verify.py INBOX --trust anchors/ --validation-data ca.crl --log verdicts.jsonl --jobs 8

INBOX is a folder, or a text file with one path a line.  Lines come in input order and are flushed one by
one; run it again after a crash or a power cut, and it goes on where the log ends.  Nothing here opens a
connection.  The exit code is the gravest of all lines:

    0 all passed · 1 one failed · 3 one undecided · 4 one without signature · 5 one unreadable · 2 wrong usage
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path

import edoc

EXIT = {"PASSED": 0, "FAILED": 1, "INDETERMINATE": 3, "NO_SIGNATURE": 4}
GRAVEST_FIRST = (70, 2, 1, 5, 4, 3, 0)
"""An internal error outranks everything; a failed signature outranks an unreadable file; then the undecided."""


def inputs(place: Path) -> list[str]:
    """Return the documents in a fixed order: resuming depends on it."""
    if place.is_dir():
        return sorted(str(path) for path in place.rglob("*.pdf"))
    return [line for line in place.read_text(encoding="utf-8").splitlines() if line.strip()]


def record(item: edoc.BulkResult) -> dict[str, object]:
    """Return the line of one document: its report, or the error that kept it from being judged."""
    if item.report is not None:
        return {"input": item.input, **item.report.to_dict()}
    problem = item.error
    assert problem is not None  # a result is a report or an error
    words = {"code": problem.code, "text": problem.text(), "hint": problem.hint(), "exit": problem.exit_code}
    return {"input": item.input, "schema": "edoc/error/1", "document": {"name": Path(item.input).name}, "error": words}


def exit_of(line: dict[str, object]) -> int:
    """Return the exit code of one line; whatever is not known counts as internal error, never as passed."""
    error = line.get("error")
    code = error.get("exit") if isinstance(error, dict) else EXIT.get(str(line.get("verdict")))
    return code if code in GRAVEST_FIRST else 70


def finished_lines(log: Path) -> Iterator[dict[str, object]]:
    """Yield the lines of an earlier run, and cut off one that was being written when it ended."""
    if not log.exists():
        return
    data = log.read_bytes()
    whole = data[: data.rfind(b"\n") + 1]
    if whole != data:
        log.write_bytes(whole)
    for line in whole.splitlines():
        yield json.loads(line)


def same_rules(line: dict[str, object], verifier: edoc.Verifier) -> bool:
    """Tell whether a line was made under the same policy and the same anchors as this run."""
    if "error" in line:
        return True
    policy, trust = line.get("policy"), line.get("trust")
    told = (policy.get("digest"), trust.get("digest")) if isinstance(policy, dict) and isinstance(trust, dict) else ()
    return told == verifier.rules()


def run(options: argparse.Namespace) -> int:
    """Verify what is left to do, append it to the log, and return the gravest exit code of the whole log."""
    verifier = edoc.Verifier(trust=edoc.TrustStore.load(options.trust), validation_data=options.validation_data)
    todo, codes, done = inputs(options.inbox), {0}, set()
    for line in finished_lines(options.log):
        if not same_rules(line, verifier):
            print(f"{options.log} was made under other rules or anchors: start a new log", file=sys.stderr)
            return 2
        done.add(line["input"])
        codes.add(exit_of(line))
    with options.log.open("a", encoding="utf-8") as log:
        left = (path for path in todo if path not in done)
        # One bad file costs its own line only; results come in input order whatever the number of processes.
        for item in edoc.verify_many(left, verifier=verifier, jobs=options.jobs):
            line = record(item)
            log.write(json.dumps(line, ensure_ascii=False, sort_keys=True) + "\n")
            log.flush()
            codes.add(exit_of(line))
    return next(code for code in GRAVEST_FIRST if code in codes)


def main(arguments: list[str] | None = None) -> int:
    """Parse the options and run."""
    parser = argparse.ArgumentParser(description="Verify many PDFs offline, one JSON line each.")
    parser.add_argument("inbox", type=Path, help="a folder, or a text file with one path a line")
    parser.add_argument("--trust", type=Path, required=True, help="the CA certificates to trust: a file or a folder")
    parser.add_argument("--validation-data", type=Path, nargs="*", default=[], help="revocation lists, certificates")
    parser.add_argument("--log", type=Path, default=Path("verdicts.jsonl"))
    parser.add_argument("--jobs", type=int, default=1, help="processes")
    try:
        return run(parser.parse_args(arguments))
    except edoc.EdocError as problem:
        print(problem, file=sys.stderr)
        return problem.exit_code
    except OSError as problem:
        print(problem, file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
