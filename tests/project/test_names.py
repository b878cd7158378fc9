"""A name says what it holds: `told`, `found` and `of` say only what was done with it."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tree import ROOT, files

PACKAGES = ("gate_agent", "drivers/gate_drivers", "collector/gate_collector")
SAYS_NOTHING = {"told", "found", "of"}


def _locals(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """Yield the arguments and locals of every function; fields are part of the contract."""
    for function in ast.walk(tree):
        if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        for node in ast.walk(function):
            if isinstance(node, ast.arg):
                yield node.arg, node.lineno
            elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                yield node.id, node.lineno
            elif isinstance(node, ast.MatchAs) and node.name:
                yield node.name, node.lineno


def test_no_local_and_no_argument_is_called_told_found_or_of() -> None:
    looked_at, named = 0, set()
    for path in files(".py"):
        name = str(path.relative_to(ROOT))
        if name.startswith(PACKAGES):
            looked_at += 1
            tree = ast.parse(path.read_bytes())
            named |= {f"{name}:{line}: {one}" for one, line in _locals(tree) if one in SAYS_NOTHING}

    assert looked_at > 300
    assert named == set()
