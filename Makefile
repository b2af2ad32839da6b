# Everything a checkout needs: `make demo` and `make test` work from a clean clone, without root.
# Needed beforehand: make, python3 (3.11 to 3.14) and, on Debian and Ubuntu, python3-venv.

PYTHON ?= python3
PYTEST_ARGS ?=
COUNT ?= 50000
SEED ?= 1
PROCESSES ?= 1
RUN = .venv/bin/python

# Source files and answers are UTF-8 whatever the terminal says.
export PYTHONUTF8 = 1
unexport PYTHONPATH PYTHONHOME

.PHONY: help venv demo test check bench plot soak clean

help:
	@echo 'make demo    sign a Persian ruling with a practice PKI, verify it, tamper with it: build/demo'
	@echo 'make test    run the tests'
	@echo 'make check   lint and type-check'
	@echo 'make bench   measure speed and memory beside pyHanko, against the goals'
	@echo 'make plot    measure and draw what more objects and revisions cost: docs/growth.svg'
	@echo 'make soak    the long-running tests, and COUNT changed documents of every format, chosen by SEED'
	@echo 'make clean   remove what was built; .venv stays'

# Does nothing when .venv is what requirements.lock says.
venv:
	@PYTHON='$(PYTHON)' sh tools/venv.sh

demo: venv
	@$(RUN) cli.py demo

test: venv
	@$(RUN) -m pytest -n auto --dist worksteal $(PYTEST_ARGS)

check: venv
	@$(RUN) -m ruff check edoc tests examples benchmarks cli.py
	@$(RUN) -m mypy
	@if command -v duplicates >/dev/null 2>&1; then duplicates; fi

bench: venv
	@$(RUN) -m benchmarks

plot: venv
	@$(RUN) -m benchmarks.growth

soak: venv
	@$(RUN) -m pytest -m soak -n auto --dist worksteal $(PYTEST_ARGS)
	@$(RUN) -m tests.fuzzing all --count $(COUNT) --seed $(SEED) --processes $(PROCESSES)

clean:
	rm -rf build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find edoc tests benchmarks -name __pycache__ -type d -prune -exec rm -rf {} +
