"""On which line of a file a value stands, asked once the file is known to be at fault. Pure."""

from __future__ import annotations

import json
import re
import tomllib
from bisect import bisect_left
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

Path = Sequence[str | int]
LineOf = Callable[[Path], int | None]
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]|[^\s{}\[\],:"]+')
_MOST_LINES = 1000  # more than any file of ours has; what stands further down is told without


def toml_lines(text: str) -> LineOf:
    """Return what tells where a path of this TOML begins, as far as it is there.

    TOML's own parser is asked: the first lines of a file are TOML as well, up to each statement's
    end, so that a value begins after the last end before it is there.
    """
    lines = [f"{line}\n" for line in text.split("\n")[:_MOST_LINES]]

    @cache
    def tree(count: int) -> tuple[int, dict[str, Any]]:
        """Return how many of the first `count` lines are whole statements, and what they say."""
        while count:
            try:
                return count, tomllib.loads("".join(lines[:count]))
            except tomllib.TOMLDecodeError:
                count -= 1
        return 0, {}

    def line_of(path: Path) -> int | None:
        for depth in range(len(path), 0, -1):  # what is missing is missing in what is around it
            part = path[:depth]
            if _is_in(tree(len(lines))[1], part):
                end = bisect_left(range(len(lines)), 1, key=lambda n: _is_in(tree(n)[1], part))
                return tree(end - 1)[0] + 1
        return None

    return line_of


def json_lines(text: str) -> LineOf:
    """Return what tells where a path of this JSON, which is whole, begins."""
    tokens = [(at.start(), at[0]) for at in _TOKEN.finditer(text)]
    starts: dict[Path, int] = {}

    def value(at: int, path: tuple[str | int, ...]) -> int:
        """Note where what is in a value begins; return the token after it."""
        opening, at = tokens[at][1], at + 1
        if opening not in "{[":
            return at
        index = 0
        while tokens[at][1] not in "}]":
            part = json.loads(tokens[at][1]) if opening == "{" else index
            starts[(*path, part)] = tokens[at][0]
            at = value(at + 2 if opening == "{" else at, (*path, part))
            at += tokens[at][1] == ","
            index += 1
        return at + 1

    value(0, ())

    def line_of(path: Path) -> int | None:
        near = (starts.get(tuple(path[:depth])) for depth in range(len(path), 0, -1))
        start = next((start for start in near if start is not None), None)
        return None if start is None else text.count("\n", 0, start) + 1

    return line_of


def _is_in(tree: Any, path: Path) -> bool:
    for part in path:
        try:
            tree = tree[part]
        except (KeyError, IndexError, TypeError):
            return False
    return True
