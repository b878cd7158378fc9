"""The tools of others, in .run/ecosystem: `make ecosystem` puts them there and asks for these."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tree import ROOT

TOOLS = ROOT / ".run" / "ecosystem"


def pytest_ignore_collect(config: pytest.Config) -> bool | None:
    """Leave these out of the suite: a fresh Debian has no npm, and the suite fetches nothing."""
    return None if config.getoption("--ecosystem") else True


def node(script: str, *arguments: str | Path, said: str = "") -> Any:
    """Return what a script of ours, with the tools of others, prints as JSON."""
    ran = subprocess.run(
        ["node", TOOLS / script, *arguments],
        cwd=TOOLS, input=said, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    return json.loads(ran.stdout)


def promtool(*arguments: str | Path, said: str = "") -> str:
    """Return what Prometheus' own tool says, which must be content."""
    program = shutil.which("promtool") or TOOLS / "promtool"
    ran = subprocess.run(
        [program, *arguments], input=said, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout + ran.stderr


def redocly(*arguments: str | Path) -> str:
    """Return what Redocly's linter says, which must be content."""
    quiet = {"REDOCLY_TELEMETRY": "off", "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true", "NO_COLOR": "1"}
    ran = subprocess.run(
        [TOOLS / "node_modules/.bin/redocly", *arguments],
        cwd=TOOLS, env={**os.environ, **quiet}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout + ran.stderr
