"""Fuzzing: documents changed by mutators that know their structure, each answer judged by an oracle.

How to run it
    make soak COUNT=50000 SEED=1            the long run, after the other long-running tests
    python -m tests.fuzzing pdf --count 50000 --seed 1 --processes 1
    python -m tests.fuzzing pdf --show three-signatures/append-redefine/1234 -o mutant.pdf

A mutant is named `seed file/mutator/number`: the same name over the same seed files and run seed is the same
document again.  Keys are fresh in every process, so a run writes its seed files to a folder (`build/soak/<target>/seeds`)
and reads them from there the next time; those that went wrong are kept beside them, in `failures`, with what was wrong.

How to add a format
    A target (`harness.Target`) is a name, a function that makes the seed files (name to octets), a table of mutators
    (name to `Callable[[random.Random, bytes, Seeds], bytes]`), and an oracle (`Callable[[str, bytes, Seeds], Answer]`) that
    asks the library about one mutant.  Register it in `targets.py`.  What suits every format is at hand: `octets.py`
    (flip, insert, cut, splice, repeat) and `der.py` (elements of DER changed with their lengths kept right).

What is watched
    Each mutant is asked about in a process of its own pool with a limit on its address space; the parent ends the process
    when an answer does not come.  A mutant goes wrong when the oracle says so, when the answer takes more than
    `harness.SECONDS` of processor time, more than `harness.MEGABYTES` of memory, or ends the process.
"""
