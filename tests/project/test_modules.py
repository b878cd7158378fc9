"""A module is read in one go: at 400 lines it is cut, a test file and a page's script too."""

from __future__ import annotations

from tree import ROOT, files

WALL = 400


def test_no_module_reaches_the_wall() -> None:
    lines = {
        str(path.relative_to(ROOT)): path.read_bytes().count(b"\n")
        for path in files(".py", ".js", ".mjs")
    }

    assert len(lines) > 300
    assert {path: count for path, count in lines.items() if count >= WALL} == {}
