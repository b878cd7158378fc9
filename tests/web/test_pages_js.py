"""The pages' own unit tests, by node: figures, words, verdicts, steps, typing, alarms, the line."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tree import ROOT, files

TESTS = sorted(str(path.relative_to(ROOT)) for path in files(".mjs") if path.match("*.test.mjs"))


@pytest.mark.parametrize("file", TESTS)
def test_the_pages_modules_do_what_they_say(file: str) -> None:
    ran = subprocess.run(
        ["node", "--import", ROOT / "tools/pages/served.mjs", "--test", ROOT / file],
        cwd=ROOT,
        env={**os.environ, "PYTHON": sys.executable},
        capture_output=True,
        text=True,
        check=False,
    )

    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "# pass 0\n" not in ran.stdout


def test_every_pure_module_of_the_pages_has_such_a_test() -> None:
    tested = "".join(Path(ROOT / file).read_text(encoding="utf-8") for file in TESTS)

    pure = (
        "snapshot", "steps", "typing", "siren", "guide", "figures", "words", "stream", "ear",
        "hold_words", "heat", "next", "keys", "entry", "live_door", "bars", "times",
    )  # fmt: skip
    assert [name for name in pure if f"/{name}.js" not in tested] == []
