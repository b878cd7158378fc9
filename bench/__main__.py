"""`python -m bench`: what a door costs, with verdicts; see README.md for the other benches."""

from __future__ import annotations

import sys

from bench.gate.__main__ import main

if __name__ == "__main__":
    sys.exit(main())
