"""Runs the command line from a checkout."""
from edoc.cli import main
raise SystemExit(main())
