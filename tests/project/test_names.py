"""A name says what it holds, and one name holds one thing.

`told`, `found` and `of` say only what was done with something. Two public classes of one name are
two meanings of one word, but where each of a row of modules has the same part to play.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tree import ROOT, files

PACKAGES = ("gate_agent", "drivers/gate_drivers", "collector/gate_collector")
SAYS_NOTHING = {"told", "found", "of"}
OF_EACH_DEVICE = {"Command", "CommandDecoder", "Decoder", "Sight"}  # the parts of a driver's codec
OF_DOOR_AND_CENTRE = {"Closed", "WhoAsks"}  # each asks its own people (web/, roles/)


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


def test_no_two_public_classes_have_one_name() -> None:
    places: dict[str, list[str]] = {}
    for path in files(".py"):
        name = str(path.relative_to(ROOT))
        if name.startswith(PACKAGES):
            for node in ast.walk(ast.parse(path.read_bytes())):
                if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                    places.setdefault(node.name, []).append(name)

    assert len(places) > 800
    twice = {name: where for name, where in places.items() if len(where) > 1}
    for name in OF_EACH_DEVICE:
        assert all(where.endswith("/codec.py") for where in twice.pop(name))
    for name in OF_DOOR_AND_CENTRE:
        assert len(twice.pop(name)) == 2
    assert twice == {}
