"""Runs a target from the command line; ends with 1 when a mutant went wrong."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from tests.fuzzing.harness import mutant, run, seeds_of
from tests.fuzzing.targets import TARGETS

BUILD = Path("build") / "soak"


def main() -> int:
    """Run, or write one mutant; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzzing", description="Change documents and watch the answers.")
    parser.add_argument("target", choices=["all", *TARGETS])
    parser.add_argument("--count", type=int, default=50_000, help="mutants of each target")
    parser.add_argument("--seed", type=int, default=1, help="another seed makes other mutants")
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--show", metavar="NAME", help="write this mutant and end")
    parser.add_argument("-o", "--output", type=Path, default=Path("mutant"))
    given = parser.parse_args()
    names = list(TARGETS) if given.target == "all" else [given.target]
    if given.show:
        target = TARGETS[names[0]]
        seeds = seeds_of(target, BUILD / target.name / "seeds")
        given.output.write_bytes(mutant(target, seeds, seed=given.seed, name=given.show))
        return 0
    wrong = 0
    for name in names:
        target, folder = TARGETS[name], BUILD / name
        seeds = seeds_of(target, folder / "seeds")
        tally = run(
            target, seeds, count=given.count, seed=given.seed, processes=given.processes, folder=folder / "failures"
        )
        print(f"{name}, seed {given.seed}: {len(seeds)} seed files, " + "\n".join(tally.lines()))
        wrong += len(tally.wrong)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
