"""Wheel and sdist: hatchling's, with every time in them the commit's."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tools.release.source import Source


def build_packages(source: Source, out: Path, *kinds: str) -> list[Path]:
    """Build `wheel` and `sdist`, or those of `kinds`, into `out`; the same bytes every time."""
    before = set(out.glob("*"))
    targets = [word for kind in kinds or ("sdist", "wheel") for word in ("-t", kind)]
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", *targets, "-d", str(out)],
        cwd=source.folder,
        env={**os.environ, "SOURCE_DATE_EPOCH": str(source.epoch), "PYTHONPATH": ""},
        check=True,
        capture_output=True,
        umask=0o022,
    )
    return sorted(set(out.glob("*")) - before)
