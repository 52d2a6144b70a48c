"""`python -m incident`: the terminal's way in."""

from incident.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
