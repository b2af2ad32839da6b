from edoc.cli import main

if __name__ == "__main__":  # workers import this file again
    raise SystemExit(main())
