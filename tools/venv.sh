#!/bin/sh
# Makes .venv what requirements.lock says.  It is built anew only when the lock, the interpreter or the
# place of the checkout changes; every file that is installed must have a digest that the lock names.
set -eu
cd "$(dirname "$0")/.."
PYTHON=${PYTHON:-python3}

fail() {
    printf 'edoc: %s\n' "$*" >&2
    exit 2
}

command -v "$PYTHON" >/dev/null 2>&1 || fail "$PYTHON is not installed. On Debian or Ubuntu: apt install python3 python3-venv"
"$PYTHON" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2])' ||
    fail "$("$PYTHON" -V 2>&1) is too old: Python 3.11 or newer is needed. Name another one: make PYTHON=python3.12 test"
"$PYTHON" -c 'import ensurepip, venv' >/dev/null 2>&1 ||
    fail "$PYTHON cannot make virtual environments. On Debian or Ubuntu: apt install python3-venv"

wanted="$(cksum <requirements.lock) $("$PYTHON" -V 2>&1) $(pwd)"
if [ -f .venv/edoc-lock ] && [ "$(cat .venv/edoc-lock)" = "$wanted" ]; then
    exit 0
fi

printf 'Setting up .venv from requirements.lock ...\n' >&2
"$PYTHON" -m venv --clear .venv
pip() { .venv/bin/python -m pip --disable-pip-version-check "$@"; }
pip install --quiet --require-hashes --no-deps -r requirements.lock
pip install --quiet --no-deps --no-build-isolation --editable .
printf '%s\n' "$wanted" >.venv/edoc-lock
