"""Runs the command line as `python -m edoc`."""

from edoc.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
